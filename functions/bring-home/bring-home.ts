import * as z from 'zod/mini';
import { type FoldContext, foldCase } from '../../domain/case.ts';
import { toInstant } from '../../domain/event.ts';
import { isOver } from '../../domain/turns.ts';
import type { CaseStore } from '../adapters/store/store.ts';

export const BringHomeInput = z.object({ caseId: z.string(), reason: z.string(), execution: z.string() });
export type BringHomeInput = z.infer<typeof BringHomeInput>;

export interface BringHomeDeps {
  readonly store: Pick<CaseStore, 'events' | 'append'>;
  readonly context: FoldContext;
  readonly now: () => number;
}

/** Records that a case stays with the team after all, once per execution; its event has a lead told. A case that is over needs nobody. */
export async function bringHome(
  { caseId, reason, execution }: BringHomeInput,
  { store, context, now }: BringHomeDeps,
): Promise<{ outcome: 'home' | 'over' }> {
  // Folded from the log: the snapshot may not know yet of the last vendor tried.
  const state = foldCase(await store.events(caseId), context);
  if (state !== undefined && isOver(state.status)) return { outcome: 'over' };
  const at = toInstant(now());
  await store.append({
    type: 'brought-home',
    key: `caserelay:brought-home:${execution}`,
    caseId,
    occurredAt: at,
    receivedAt: at,
    reason,
    tried: state?.triedVendors ?? [],
  });
  return { outcome: 'home' };
}
