import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { PutSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Policy } from '../domain/policy.ts';
import { SECRET } from '../functions/shared/names.ts';

/** Signing secrets of a local run: made once, kept under .local/, so that a second start uses the same. */
export interface LocalSecrets {
  readonly sources: Readonly<Record<string, string>>;
  readonly vendors: Readonly<Record<string, string>>;
  readonly links: string;
}

/** Credentials with which the toy CRM is written to. */
export const CRM_API = { email: 'caserelay@example.com', token: 'local-token' };

const FILE = '.local/secrets.json';

const standardSecret = () => `whsec_${randomBytes(24).toString('base64')}`;

/** Reads the local secrets, making those that are missing. */
export function localSecrets(policy: Policy): LocalSecrets {
  const known: Partial<LocalSecrets> = existsSync(FILE) ? JSON.parse(readFileSync(FILE, 'utf8')) : {};
  const sources = Object.fromEntries(
    Object.entries(policy.sources).map(([name, { kind }]) => [
      name,
      known.sources?.[name] ?? (kind === 'zendesk' ? randomBytes(24).toString('base64') : standardSecret()),
    ]),
  );
  const vendors = Object.fromEntries(policy.vendors.map(({ id }) => [id, known.vendors?.[id] ?? standardSecret()]));
  const secrets = { sources, vendors, links: known.links ?? randomBytes(32).toString('base64') };
  mkdirSync('.local', { recursive: true });
  writeFileSync(FILE, JSON.stringify(secrets, null, 2), { mode: 0o600 });
  return secrets;
}

/** Puts them into Secrets Manager, in the shapes that the functions read. */
export async function putSecrets(
  client: SecretsManagerClient,
  policy: Policy,
  secrets: LocalSecrets,
  prefix: string,
): Promise<void> {
  const put = (SecretId: string, value: unknown) =>
    client.send(new PutSecretValueCommand({ SecretId, SecretString: JSON.stringify(value) }));
  await Promise.all([
    ...Object.entries(policy.sources).map(([name, { kind }]) =>
      put(SECRET.source(prefix, name), {
        signingSecrets: [secrets.sources[name]],
        ...(kind === 'zendesk' ? { api: CRM_API } : {}),
      }),
    ),
    ...policy.vendors.map(({ id }) => put(SECRET.vendor(prefix, id), { signingSecrets: [secrets.vendors[id]] })),
    put(SECRET.links(prefix), { keys: [secrets.links] }),
  ]);
}
