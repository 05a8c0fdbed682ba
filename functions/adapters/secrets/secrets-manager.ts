import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type * as z from 'zod/mini';
import { SECRET } from '../../shared/names.ts';
import { LinkSecret, type Secrets, SecretUnavailableError, SourceSecret, VendorSecret } from '../../shared/secrets.ts';

/** How long a secret is kept in memory: a rotated one is in use everywhere after at most this long. */
const CACHE_MS = 5 * 60_000;
/** How long a failure is remembered: each refused read is billed, and whoever sends a webhook could cause one. */
const FAILURE_CACHE_MS = 10_000;

interface Kept {
  readonly read: Promise<unknown>;
  /** ms */
  readonly at: number;
}

/** Secrets from AWS Secrets Manager, under names that begin with `prefix`. */
export function secretsManager(prefix: string, client = new SecretsManagerClient({}), now = Date.now): Secrets {
  // What was read, and what could not be: a failure takes nobody the secret that is known.
  const good = new Map<string, Kept>();
  const failed = new Map<string, Kept>();
  const young = (kept: Kept | undefined, maxAgeMs: number) =>
    kept !== undefined && now() - kept.at < maxAgeMs ? kept.read : undefined;

  const read = <T>(name: string, schema: z.ZodMiniType<T>, maxAgeMs = CACHE_MS): Promise<T> => {
    const before = good.get(name);
    const known = young(before, maxAgeMs) ?? young(failed.get(name), FAILURE_CACHE_MS);
    if (known !== undefined) return known as Promise<T>;
    const entry = { read: fetchSecret(client, name, schema), at: now() };
    good.set(name, entry);
    entry.read.then(
      () => failed.delete(name),
      () => {
        failed.set(name, entry);
        if (before === undefined) good.delete(name);
        else good.set(name, before);
      },
    );
    return entry.read;
  };

  return {
    source: (name, maxAgeMs) => read(SECRET.source(prefix, name), SourceSecret, maxAgeMs),
    vendor: (id, maxAgeMs) => read(SECRET.vendor(prefix, id), VendorSecret, maxAgeMs),
    links: () => read(SECRET.links(prefix), LinkSecret),
  };
}

async function fetchSecret<T>(client: SecretsManagerClient, name: string, schema: z.ZodMiniType<T>): Promise<T> {
  const parsed = schema.safeParse(await fetchJson(client, name));
  if (parsed.success) return parsed.data;
  throw new SecretUnavailableError(
    `secret ${name} has not the expected shape: ${parsed.error.issues[0]?.message}; see docs/security.md`,
  );
}

async function fetchJson(client: SecretsManagerClient, name: string): Promise<unknown> {
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: name }));
    return JSON.parse(SecretString ?? '');
  } catch (error) {
    throw new SecretUnavailableError(
      `secret ${name} cannot be read: ${error instanceof Error ? error.name : 'unknown'}`,
      { cause: error },
    );
  }
}
