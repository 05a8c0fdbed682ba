import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type * as z from 'zod/mini';
import { SECRET } from '../../shared/names.ts';
import { LinkSecret, type Secrets, SecretUnavailableError, SourceSecret, VendorSecret } from '../../shared/secrets.ts';

/** How long a secret is kept in memory: a rotated one is in use everywhere after at most this long. */
const CACHE_MS = 5 * 60_000;
/** How long a failure is remembered: each refused read is billed, and whoever sends a webhook could cause one. */
const FAILURE_CACHE_MS = 10_000;

/** Secrets from AWS Secrets Manager, under names that begin with `prefix`. */
export function secretsManager(prefix: string, client = new SecretsManagerClient({}), now = Date.now): Secrets {
  const cache = new Map<string, { readonly read: Promise<unknown>; readonly at: number; failed: boolean }>();

  const read = <T>(name: string, schema: z.ZodMiniType<T>, maxAgeMs = CACHE_MS): Promise<T> => {
    const known = cache.get(name);
    if (known !== undefined && now() - known.at < (known.failed ? FAILURE_CACHE_MS : maxAgeMs))
      return known.read as Promise<T>;
    const entry = { read: fetchSecret(client, name, schema), at: now(), failed: false };
    cache.set(name, entry);
    entry.read.catch(() => {
      entry.failed = true;
    });
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
