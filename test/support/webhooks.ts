import { createHmac } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { Webhook } from 'standardwebhooks';

/** Webhooks as the tests send them, and the bodies and signatures of test/vectors. */

export const RECEIVED_AT = '2025-01-08T18:00:00.000Z';
export const NOW = Date.parse(RECEIVED_AT);
export const ZENDESK_SECRET = 'zendesk-signing-secret';
export const STANDARD_SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

export type Json = { [key: string]: unknown };

/** A Zendesk event with the ticket's usual detail; `detail` and `event` are laid over it. */
export function zendeskEvent(type: string, { detail = {}, event = {}, ...rest }: Json = {}): Json {
  return {
    account_id: 22129848,
    id: 'cbe4028c-7239-495d-b020-f22348516046',
    subject: 'zen:ticket:5158',
    time: '2025-01-08T10:12:07.672717030Z',
    type: `zen:event-type:${type}`,
    zendesk_event_version: '2022-11-06',
    detail: {
      actor_id: '8447388090495',
      assignee_id: null,
      brand_id: '8447346621310',
      created_at: '2025-01-08T10:12:07Z',
      custom_status: null,
      description: 'The film stops after a minute',
      external_id: null,
      form_id: '8646151517822',
      group_id: '8447320466430',
      id: '5158',
      is_public: true,
      organization_id: null,
      priority: null,
      requester_id: '8447388090494',
      status: 'NEW',
      subject: 'Buffering',
      submitter_id: '8447388090494',
      tags: null,
      type: null,
      updated_at: '2025-01-08T10:12:07Z',
      via: { channel: 'mail' },
      ...(detail as Json),
    },
    event,
    ...rest,
  };
}

/** Headers that Zendesk would send with a body, signed at `at` (ms). */
export function zendeskHeaders(body: string, at = NOW, secret = ZENDESK_SECRET): Record<string, string> {
  const timestamp = new Date(at).toISOString();
  const signature = createHmac('sha256', secret)
    .update(timestamp + body)
    .digest('base64');
  return { 'x-zendesk-webhook-signature': signature, 'x-zendesk-webhook-signature-timestamp': timestamp };
}

/** Headers of a Standard Webhooks delivery. */
export function standardHeaders(id: string, body: string, at = NOW, secret = STANDARD_SECRET): Record<string, string> {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at / 1000)),
    'webhook-signature': new Webhook(secret).sign(id, new Date(at), body),
  };
}

const VECTORS = new URL('../vectors/', import.meta.url);

/** Documented bodies of Zendesk's events, by file name. */
export function zendeskBodies(): ReadonlyMap<string, Json> {
  const folder = new URL('webhooks/zendesk/', VECTORS);
  return new Map(readdirSync(folder).map((name) => [name, JSON.parse(readFileSync(new URL(name, folder), 'utf8'))]));
}

export interface SignatureVector {
  readonly id: string;
  readonly provider: string;
  readonly secret: string;
  readonly body: string;
  readonly valid: boolean;
  readonly headers: Record<string, string>;
}

/** The signature vectors of one provider. */
export function signatureVectors(provider: 'zendesk' | 'standard-webhooks'): SignatureVector[] {
  const file = new URL('signatures.json', VECTORS);
  const { vectors }: { vectors: SignatureVector[] } = JSON.parse(readFileSync(file, 'utf8'));
  return vectors.filter((vector) => vector.provider === provider);
}
