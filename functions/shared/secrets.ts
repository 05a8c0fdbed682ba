import * as z from 'zod/mini';

/** Secrets, as Secrets Manager holds them: JSON. Several signing secrets at once let one be rotated without a gap. */

export const SourceSecret = z.object({
  /** Valid signing secrets of the webhook, newest first. */
  signingSecrets: z.array(z.string().check(z.minLength(1))).check(z.minLength(1)),
  /** Credentials for what is written back; absent for a source that is only read. */
  api: z.optional(z.object({ email: z.string(), token: z.string() })),
});
export type SourceSecret = z.infer<typeof SourceSecret>;

export const VendorSecret = z.object({
  /** Standard Webhooks secrets (`whsec_…`): the first signs offers, all are accepted on answers. */
  signingSecrets: z.array(z.string().check(z.minLength(1))).check(z.minLength(1)),
});
export type VendorSecret = z.infer<typeof VendorSecret>;

const LinkKey = z.string().check(z.minLength(16));

/** Keys for the links in e-mails; the first signs, all verify. `{key}` is what infra generates, `{keys}` what a rotation puts in. */
export const LinkSecret = z.union([
  z.object({ keys: z.array(LinkKey).check(z.minLength(1)) }),
  z.pipe(
    z.object({ key: LinkKey }),
    z.transform(({ key }) => ({ keys: [key] })),
  ),
]);
export type LinkSecret = z.infer<typeof LinkSecret>;

/**
 * Reads secrets; what it returns has been checked, and may have been read up to `maxAgeMs` ago (five
 * minutes if not said). Throws SecretUnavailableError when one is missing, unset or misshapen.
 */
export interface Secrets {
  source(name: string, maxAgeMs?: number): Promise<SourceSecret>;
  vendor(id: string, maxAgeMs?: number): Promise<VendorSecret>;
  links(): Promise<LinkSecret>;
}

/** How old a secret may be that refuses somebody: younger, it is not read again, as each read is billed and anybody can be refused. */
const REFUSING_AGE_MS = 10_000;

/**
 * Has `verify` judge with a secret, and again with a fresher one before it refuses: the right secret
 * may have been put in since the last read. `verify` throws to refuse; what it threw last is thrown.
 */
export async function verifyWithSecret<S>(
  read: (maxAgeMs?: number) => Promise<S>,
  verify: (secret: S) => void,
): Promise<void> {
  const known = await read();
  try {
    verify(known);
  } catch (error) {
    const fresh = await read(REFUSING_AGE_MS);
    if (fresh === known) throw error;
    verify(fresh);
  }
}

export class SecretUnavailableError extends Error {
  override readonly name = 'SecretUnavailableError';
}
