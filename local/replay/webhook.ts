import { createHmac } from 'node:crypto';
import { Webhook as StandardWebhook } from 'standardwebhooks';

/** One webhook as its sender made it, to be signed at the moment it is sent. */
export interface Webhook {
  readonly source: string;
  /** As CaseRelay names it: "<source>:<id>". */
  readonly caseId: string;
  /** The same on every retry; CaseRelay's log keeps the event under it. */
  readonly id: string;
  readonly type: string;
  /** Exactly the bytes that are signed and sent. */
  readonly body: string;
  /** Headers of a delivery at `now` (ms). */
  readonly sign: (now: number) => Readonly<Record<string, string>>;
  /** Is it a fact that must end up in the case's log? The echo of CaseRelay's own writing must not. */
  readonly isFact: boolean;
}

/** Signs as Zendesk does: HMAC-SHA256 over timestamp and body, with the secret as it is written. */
export function signZendesk(secret: string, body: string, now: number): Record<string, string> {
  const timestamp = new Date(now).toISOString().replace(/\.\d+Z$/, 'Z');
  return {
    'content-type': 'application/json',
    'x-zendesk-webhook-signature-timestamp': timestamp,
    'x-zendesk-webhook-signature': createHmac('sha256', secret).update(timestamp).update(body).digest('base64'),
  };
}

/** Signs as Standard Webhooks says. `secret`: "whsec_" and base64. */
export function signStandard(secret: string, id: string, body: string, now: number): Record<string, string> {
  const signedAt = new Date(now);
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now / 1000)),
    'webhook-signature': new StandardWebhook(secret).sign(id, signedAt, body),
  };
}

export interface CaseFact {
  readonly source: string;
  /** The source's own id of the case. */
  readonly number: string;
  readonly id: string;
  /** A case event's type without its prefix: "opened", "message-added". */
  readonly type: string;
  /** ms. */
  readonly at: number;
  /** Its place among the events of its case, where the sender knows it. */
  readonly sequence?: number;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A case event as any sender of Standard Webhooks tells it (docs/webhooks.md). */
export function standardWebhook({ source, number, id, type, at, sequence, data }: CaseFact, secret: string): Webhook {
  const timestamp = new Date(at).toISOString();
  const body = JSON.stringify({ type: `case.${type}`, timestamp, sequence, data: { caseId: number, ...data } });
  const sign = (now: number) => signStandard(secret, id, body, now);
  return { source, caseId: `${source}:${number}`, id, type, body, sign, isFact: true };
}
