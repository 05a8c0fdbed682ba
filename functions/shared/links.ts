import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Signed links in e-mails. A token proves that CaseRelay gave one recipient the means to do one
 * thing about one alert until an instant: `recipient.expiry.signature`, all base64url. The alert
 * and the action are not in the token but under its signature, so it is of no use anywhere else.
 */

/** `receipt`: to see why a deadline is what it is. */
export type LinkAction = 'acknowledge' | 'receipt';

/** What a link is about; the verifier knows it from the route. */
export interface LinkScope {
  readonly alertId: string;
  readonly action: LinkAction;
}

export type LinkVerdict =
  /** `recipient`: the lead's id. `expiresAt`: ms. */
  | { readonly verdict: 'ok'; readonly recipient: string; readonly expiresAt: number }
  /** Genuine, but too old. */
  | { readonly verdict: 'expired'; readonly recipient: string; readonly expiredAt: number }
  | { readonly verdict: 'invalid' };

/** Signs a link for a lead with the first of `keys`, valid until `expiresAt` (ms, kept to the second). Throws RangeError without a key. */
export function signLink(scope: LinkScope, recipient: string, expiresAt: number, keys: readonly string[]): string {
  const [key] = keys;
  if (key === undefined) throw new RangeError('there is no key to sign a link with');
  const claims = `${Buffer.from(recipient).toString('base64url')}.${Math.floor(expiresAt / 1000).toString(36)}`;
  return `${claims}.${signature(scope, claims, key)}`;
}

/** Judges a token at `now` (ms). Any of `keys` may have signed it, so that a key can be rotated while links are out. */
export function verifyLink(token: string, scope: LinkScope, keys: readonly string[], now: number): LinkVerdict {
  const parts = /^([\w-]{1,200})\.([0-9a-z]{1,10})\.([\w-]{43})$/.exec(token);
  if (parts === null) return { verdict: 'invalid' };
  const [, recipientPart = '', expiryPart = '', given = ''] = parts;
  // Every key is tried, and the text compared: a second spelling of the same bytes is not the same token.
  const matches = keys.filter((key) => sameText(given, signature(scope, `${recipientPart}.${expiryPart}`, key)));
  if (matches.length === 0) return { verdict: 'invalid' };
  const recipient = Buffer.from(recipientPart, 'base64url').toString();
  const expiresAt = Number.parseInt(expiryPart, 36) * 1000;
  return now < expiresAt
    ? { verdict: 'ok', recipient, expiresAt }
    : { verdict: 'expired', recipient, expiredAt: expiresAt };
}

/** The address of the page on which an alert is acknowledged. `publicUrl` may end in a slash. */
export function acknowledgeUrl(publicUrl: string, alertId: string, token: string): string {
  return `${publicUrl.replace(/\/+$/, '')}/alerts/${encodeURIComponent(alertId)}/acknowledge?token=${token}`;
}

/** The address of the page that explains an alert's deadline. */
export function receiptUrl(publicUrl: string, alertId: string, token: string): string {
  return `${publicUrl.replace(/\/+$/, '')}/alerts/${encodeURIComponent(alertId)}/receipt?token=${token}`;
}

function signature(scope: LinkScope, claims: string, key: string): string {
  const signed = JSON.stringify(['caserelay-link-1', scope.action, scope.alertId, claims]);
  return createHmac('sha256', key).update(signed).digest('base64url');
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.byteLength === right.byteLength && timingSafeEqual(left, right);
}
