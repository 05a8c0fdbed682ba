import * as z from 'zod/mini';
import { type FoldContext, foldCase } from '../../domain/case.ts';
import { selectVendor as chooseVendor } from '../../domain/handoff.ts';
import type { CaseStore } from '../adapters/store/store.ts';

export const SelectVendorInput = z.object({ caseId: z.string() });
export type SelectVendorInput = z.infer<typeof SelectVendorInput>;

export interface SelectVendorDeps {
  readonly store: Pick<CaseStore, 'events'>;
  readonly context: FoldContext;
  readonly now: () => number;
}

export type SelectVendorOutput =
  | {
      readonly outcome: 'offer';
      readonly vendor: string;
      readonly reason: string;
      /** How long the workflow waits for the answer, and for the work: plain seconds. */
      readonly answerSeconds: number;
      readonly workSeconds: number;
    }
  | { readonly outcome: 'none'; readonly reason: string };

/** The wait outlasts the vendor's own time by this much, so that an answer in the last moment still counts. */
const MARGIN_SECONDS = 2;

/**
 * Chooses the vendor to offer a case to. The case is folded from its log, since its snapshot may
 * not have seen yet that the vendor before let its offer expire.
 */
export async function selectVendor({ caseId }: SelectVendorInput, deps: SelectVendorDeps): Promise<SelectVendorOutput> {
  const state = foldCase(await deps.store.events(caseId), deps.context);
  if (state === undefined) return { outcome: 'none', reason: 'nothing is known of the case' };
  const { vendor, reason } = chooseVendor(state, deps.context.policy, deps.context.calendar, deps.now());
  if (vendor === undefined) return { outcome: 'none', reason };
  const { answerSeconds, workSeconds } = vendor;
  return { outcome: 'offer', vendor: vendor.id, reason, answerSeconds: answerSeconds + MARGIN_SECONDS, workSeconds };
}
