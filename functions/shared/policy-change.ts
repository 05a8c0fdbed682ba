import type { FoldContext } from '../../domain/case.ts';
import { toInstant } from '../../domain/event.ts';
import { policyChanged } from '../../domain/turns.ts';
import type { CaseStore, StoredCase } from '../adapters/store/store.ts';

export interface PolicyChangeDeps {
  readonly store: Pick<CaseStore, 'append'>;
  readonly context: Pick<FoldContext, 'policy'>;
  readonly now: () => number;
}

/**
 * Puts on the case's log what its open clocks were promised, if it was folded under another policy
 * than the present one: a fold under the new policy alone could not tell which promises moved, nor
 * when. The event brings the case to apply-event, which folds it anew. Happens once per change,
 * however often it is called; true if there was one to record.
 */
export async function recordPolicyChange(
  { state, version }: StoredCase,
  { store, context, now }: PolicyChangeDeps,
): Promise<boolean> {
  if (state.policyVersion === context.policy.version) return false;
  const event = policyChanged(state, context.policy.version, version, toInstant(now()));
  if (event.targets.length === 0) return false;
  await store.append(event);
  return true;
}
