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

/** Reads secrets; what it returns has been checked. Throws SecretUnavailableError when one is missing, unset or misshapen. */
export interface Secrets {
  source(name: string): Promise<SourceSecret>;
  vendor(id: string): Promise<VendorSecret>;
  links(): Promise<LinkSecret>;
}

export class SecretUnavailableError extends Error {
  override readonly name = 'SecretUnavailableError';
}
