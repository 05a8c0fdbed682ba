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

export interface OfferSender {
  /**
   * Hands an offer over; the same `messageId` is the same message however often it is sent. Throws
   * OfferRefusedError if it never will be taken, VendorUnavailableError if it may be later.
   */
  send(vendor: VendorPolicy, offer: Offer, messageId: string): Promise<void>;
}

/** No retry would get this offer through. */
export class OfferRefusedError extends Error {
  override readonly name = 'OfferRefusedError';
}

/** The vendor's server did not take the offer this time. */
export class VendorUnavailableError extends Error {
  override readonly name = 'VendorUnavailableError';
}

export interface OfferSenderConfig {
  readonly secrets: Pick<Secrets, 'vendor'>;
  readonly allowLoopback: boolean;
  readonly now: () => number;
  readonly resolve?: Resolve;
  readonly timeoutMs?: number;
}

/** Offers as signed webhooks (Standard Webhooks). */
export function webhookOfferSender({ secrets, now, ...outbound }: OfferSenderConfig): OfferSender {
  return {
    async send(vendor, offer, messageId) {
      const { signingSecrets } = await secrets.vendor(vendor.id);
      const body = offerBody(offer);
      const signature = signatureHeaders(signingSecrets[0] ?? '', messageId, now(), body);
      const headers = { 'content-type': 'application/json', ...signature };
      const status = await post(vendor, { method: 'POST', url: vendor.url, headers, body }, outbound);
      judgeStatus(vendor, status);
    },
  };
}

/** Made of the offer alone, so that a retry carries the same bytes. */
function offerBody({ offeredAt, packet, ...offer }: Offer): string {
  return JSON.stringify({ type: 'handoff.offered', timestamp: offeredAt, data: { ...offer, case: packet } });
}

async function post(
  vendor: VendorPolicy,
  request: Parameters<typeof outboundRequest>[0],
  options: Pick<OfferSenderConfig, 'allowLoopback' | 'resolve' | 'timeoutMs'>,
): Promise<number> {
  try {
    // The answer comes by vendor-api: of this response only the status counts.
    return (await outboundRequest(request, { ...options, readBytes: 0 })).status;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof UnsafeUrlError)
      throw new OfferRefusedError(`the URL of vendor ${vendor.id} must not be called: ${message}`, { cause: error });
    throw new VendorUnavailableError(`vendor ${vendor.id} cannot be reached: ${message}`, { cause: error });
  }
}

/** Statuses below 500 that ask for another try: timeout, too early, too many requests. */
const TRY_AGAIN: readonly number[] = [408, 425, 429];

function judgeStatus(vendor: VendorPolicy, status: number): void {
  if (status >= 200 && status < 300) return;
  if (status >= 500 || TRY_AGAIN.includes(status))
    throw new VendorUnavailableError(`vendor ${vendor.id} answered the offer with ${status}`);
  const redirect = status >= 300 && status < 400 ? '; redirects are not followed' : '';
  throw new OfferRefusedError(`vendor ${vendor.id} answered the offer with ${status}${redirect}`);
}
