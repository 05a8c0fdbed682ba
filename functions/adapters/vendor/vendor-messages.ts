import type { RecalledBy } from '../../../domain/event.ts';
import type { Packet } from '../../../domain/handoff.ts';
import type { VendorPolicy } from '../../../domain/policy.ts';
import { outboundRequest } from '../../shared/outbound-request.ts';
import { type Resolve, UnsafeUrlError } from '../../shared/outbound-url.ts';
import type { Secrets } from '../../shared/secrets.ts';
import { signatureHeaders } from '../../shared/signature.ts';

/** What a vendor is offered. */
export interface Offer {
  readonly handoffId: string;
  readonly attempt: number;
  readonly offeredAt: string;
  readonly answerBy: string;
  /** Plain seconds to finish the case, counted from the acceptance. */
  readonly workSeconds: number;
  readonly answerUrl: string;
  readonly packet: Packet;
}

/** What a vendor is told when its case is taken back. Nothing of the case itself is in it. */
export interface Recall {
  readonly handoffId: string;
  readonly recalledAt: string;
  readonly because: RecalledBy;
}

export interface VendorMessages {
  /**
   * Hands an offer over; the same `messageId` is the same message however often it is sent. Throws
   * MessageRefusedError if it never will be taken, VendorUnavailableError if it may be later.
   */
  offer(vendor: VendorPolicy, offer: Offer, messageId: string): Promise<void>;
  /**
   * Tells a vendor to stop; 'refused' if it never will hear of it, by its own answer or because its URL must not be
   * called. Throws VendorUnavailableError if it may later.
   */
  recall(vendor: VendorPolicy, recall: Recall, messageId: string): Promise<'told' | 'refused'>;
}

/** No retry would get this message through. */
export class MessageRefusedError extends Error {
  override readonly name = 'MessageRefusedError';
}

/** The vendor's server did not take the message this time. */
export class VendorUnavailableError extends Error {
  override readonly name = 'VendorUnavailableError';
}

export interface VendorWebhooksConfig {
  readonly secrets: Pick<Secrets, 'vendor'>;
  readonly allowLoopback: boolean;
  readonly now: () => number;
  readonly resolve?: Resolve;
  readonly timeoutMs?: number;
}

/** Offers and recalls as signed webhooks (Standard Webhooks). */
export function vendorWebhooks({ secrets, now, ...outbound }: VendorWebhooksConfig): VendorMessages {
  const send = async (vendor: VendorPolicy, body: string, messageId: string) => {
    const { signingSecrets } = await secrets.vendor(vendor.id);
    const signature = signatureHeaders(signingSecrets[0] ?? '', messageId, now(), body);
    const headers = { 'content-type': 'application/json', ...signature };
    return post(vendor, { method: 'POST', url: vendor.url, headers, body }, outbound);
  };
  return {
    async offer(vendor, offer, messageId) {
      judgeStatus(vendor, await send(vendor, offerBody(offer), messageId));
    },
    async recall(vendor, recall, messageId) {
      try {
        judgeStatus(vendor, await send(vendor, recallBody(recall), messageId));
        return 'told';
      } catch (error) {
        if (error instanceof MessageRefusedError) return 'refused';
        throw error;
      }
    },
  };
}

/** Made of the offer alone, so that a retry carries the same bytes. */
function offerBody({ offeredAt, packet, ...offer }: Offer): string {
  return JSON.stringify({ type: 'handoff.offered', timestamp: offeredAt, data: { ...offer, case: packet } });
}

function recallBody({ recalledAt, ...recall }: Recall): string {
  return JSON.stringify({ type: 'handoff.recalled', timestamp: recalledAt, data: recall });
}

async function post(
  vendor: VendorPolicy,
  request: Parameters<typeof outboundRequest>[0],
  options: Pick<VendorWebhooksConfig, 'allowLoopback' | 'resolve' | 'timeoutMs'>,
): Promise<number> {
  try {
    // The answer comes by vendor-api: of this response only the status counts.
    return (await outboundRequest(request, { ...options, readBytes: 0 })).status;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof UnsafeUrlError)
      throw new MessageRefusedError(`the URL of vendor ${vendor.id} must not be called: ${message}`, { cause: error });
    throw new VendorUnavailableError(`vendor ${vendor.id} cannot be reached: ${message}`, { cause: error });
  }
}

/** Statuses below 500 that ask for another try: timeout, too early, too many requests. */
const TRY_AGAIN: readonly number[] = [408, 425, 429];

function judgeStatus(vendor: VendorPolicy, status: number): void {
  if (status >= 200 && status < 300) return;
  if (status >= 500 || TRY_AGAIN.includes(status))
    throw new VendorUnavailableError(`vendor ${vendor.id} answered with ${status}`);
  const redirect = status >= 300 && status < 400 ? '; redirects are not followed' : '';
  throw new MessageRefusedError(`vendor ${vendor.id} answered with ${status}${redirect}`);
}
