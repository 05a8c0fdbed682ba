import type { MailHeaders } from './event.ts';

/** What a message is that no person wrote. */
export type Automatic = 'auto-reply' | 'bounce' | 'loop';

/** What tells a machine's message from a person's; undefined for a person's. */
export function automaticMessage(_message: { readonly headers?: MailHeaders | undefined }): Automatic | undefined {
  return undefined;
}
