import * as z from 'zod/mini';
import type { Policy } from '../../domain/policy.ts';
import type { CaseStore } from '../adapters/store/store.ts';
import type { VendorMessages } from '../adapters/vendor/vendor-messages.ts';
import type { Meter } from '../shared/observe.ts';

export const TellVendorInput = z.object({ caseId: z.string(), eventKey: z.string() });
export type TellVendorInput = z.infer<typeof TellVendorInput>;

export interface TellVendorDeps {
  readonly store: Pick<CaseStore, 'events'>;
  readonly vendors: Pick<VendorMessages, 'recall'>;
  readonly policy: Pick<Policy, 'vendors'>;
  readonly meter: Meter;
}

/** `refused`: the vendor does not want to hear of it, or the policy knows no such vendor any more. */
export type TellVendorResult = { readonly outcome: 'told' | 'refused' | 'not-needed' };

/**
 * Tells a vendor that a case was taken back from it, so that nobody there works on it any longer. The same message
 * however often it is run. Throws VendorUnavailableError, and the errors of store and secrets.
 */
export async function tellVendor(
  { caseId, eventKey }: TellVendorInput,
  deps: TellVendorDeps,
): Promise<TellVendorResult> {
  const event = (await deps.store.events(caseId)).find(({ key }) => key === eventKey);
  if (event?.type !== 'handoff-recalled') return { outcome: 'not-needed' };
  const { handoffId, by, occurredAt } = event;
  const vendor = deps.policy.vendors.find(({ id }) => id === event.vendor);
  const recall = { handoffId, recalledAt: occurredAt, because: by };
  const outcome = vendor && (await deps.vendors.recall(vendor, recall, `recall_${handoffId}`));
  if (outcome === 'told') return { outcome };
  deps.meter.count('recallRefused', { vendor: event.vendor });
  return { outcome: 'refused' };
}
