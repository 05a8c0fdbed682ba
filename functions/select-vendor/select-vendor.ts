import * as z from 'zod/mini';
import { type FoldContext, foldCase } from '../../domain/case.ts';
import { selectVendor as chooseVendor } from '../../domain/handoff.ts';
import type { CaseStore } from '../adapters/store/store.ts';

export const SelectVendorInput = z.object({ caseId: z.string(), attempt: z.number() });
export type SelectVendorInput = z.infer<typeof SelectVendorInput>;

export interface SelectVendorDeps {
  readonly store: Pick<CaseStore, 'events'>;
  readonly context: FoldContext;
  readonly now: () => number;
}

export type SelectVendorOutput =
  | { readonly outcome: 'offer'; readonly vendor: string; readonly reason: string }
  | { readonly outcome: 'none'; readonly reason: string };

/**
 * Chooses the vendor to offer a case to. The case is folded from its log, since its snapshot may
 * not have seen yet that the vendor before let its offer expire.
 */
export async function selectVendor(
  { caseId, attempt }: SelectVendorInput,
  deps: SelectVendorDeps,
): Promise<SelectVendorOutput> {
  // An offer that failed before it was stored is not on the case: without this, it would be begun for ever.
  const { maxOffers } = deps.context.policy;
  if (attempt > maxOffers) return { outcome: 'none', reason: mostTried(maxOffers) };
  const state = foldCase(await deps.store.events(caseId), deps.context);
  if (state === undefined) return { outcome: 'none', reason: 'nothing is known of the case' };
  const { vendor, reason } = chooseVendor(state, deps.context.policy, deps.context.calendar, deps.now());
  if (vendor === undefined) return { outcome: 'none', reason };
  return { outcome: 'offer', vendor: vendor.id, reason };
}

/** Tried, not asked: an offer may have failed before the vendor heard of it. */
function mostTried(count: number): string {
  return `${count === 1 ? 'one vendor was' : `${count} vendors were`} tried, the most that the policy allows`;
}
