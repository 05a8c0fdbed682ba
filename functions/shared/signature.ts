import { createHmac, timingSafeEqual } from 'node:crypto';
import { SecretUnavailableError } from './secrets.ts';

/** Standard Webhooks signatures: of webhooks and vendors' answers that come in, and of offers that go out. */

/** A signature that is missing, stale or not the sender's. */
export class SignatureError extends Error {
  override readonly name = 'SignatureError';
  readonly reason: 'missing' | 'stale' | 'wrong';

  constructor(reason: SignatureError['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

/** How far the sender's clock may be from ours, either way, seconds (Standard Webhooks). */
const TOLERANCE_SECONDS = 300;

/** The `webhook-*` headers of a message, signed over its id, the time (ms) and the body. */
export function signatureHeaders(secret: string, messageId: string, now: number, body: string): Record<string, string> {
  return {
    'webhook-id': messageId,
    'webhook-timestamp': String(Math.floor(now / 1000)),
    'webhook-signature': sign(secret, messageId, Math.floor(now / 1000), body),
  };
}

/**
 * Signs as standardwebhooks.com says, with Node's own HMAC: the library brings one in JavaScript, 12 KB in each bundle.
 * `timestamp` in seconds. The tests hold it against the library.
 */
function sign(secret: string, messageId: string, timestamp: number, body: string | Buffer): string {
  const encoded = secret.replace(/^whsec_/, '');
  if (!/^(?:[A-Za-z0-9+/]{4})+$|^(?:[A-Za-z0-9+/]{4})*[A-Za-z0-9+/]{2}(?:==|[A-Za-z0-9+/]=)$/.test(encoded))
    throw new SecretUnavailableError('a signing secret is not "whsec_" and base64');
  const hmac = createHmac('sha256', Buffer.from(encoded, 'base64')).update(`${messageId}.${timestamp}.`).update(body);
  return `v1,${hmac.digest('base64')}`;
}

/**
 * Checks a Standard Webhooks signature over the raw body against each valid secret.
 * Names of headers in lower case, `now` in ms. Throws SignatureError, and SecretUnavailableError for a secret that is none.
 */
export function verifySignature(
  secrets: readonly string[],
  headers: Readonly<Record<string, string | undefined>>,
  body: Buffer,
  now: number,
): void {
  const id = headers['webhook-id'];
  const timestamp = headers['webhook-timestamp'];
  const signatures = headers['webhook-signature'];
  if (!id || !timestamp || !signatures)
    throw new SignatureError('missing', 'the headers webhook-id, webhook-timestamp and webhook-signature are needed');
  if (!/^\d{1,12}$/.test(timestamp)) throw new SignatureError('stale', 'webhook-timestamp is not in whole seconds');
  if (Math.abs(now / 1000 - Number(timestamp)) > TOLERANCE_SECONDS)
    throw new SignatureError('stale', `webhook-timestamp is more than ${TOLERANCE_SECONDS} seconds off`);
  const given = signatures.split(' ');
  // Each secret is tried against each signature, whatever matches: no timing tells which.
  const matches = secrets.flatMap((secret) => {
    const expected = sign(secret, id, Number(timestamp), body);
    return given.filter((signature) => isSame(signature, expected));
  });
  if (matches.length === 0) throw new SignatureError('wrong', 'no signature matches the body');
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
