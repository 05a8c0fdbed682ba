import { type Case, type FoldContext, foldCase } from '../../domain/case.ts';
import type { CaseStore } from '../adapters/store/store.ts';

/**
 * A case as the running policy sees it: its snapshot, or, if that was folded under another policy
 * (whose calendars may be gone), the fold of its log. Undefined for an unknown case.
 */
export async function currentCase(
  caseId: string,
  cases: Pick<CaseStore, 'load' | 'events'>,
  context: FoldContext,
): Promise<Case | undefined> {
  const stored = await cases.load(caseId);
  if (stored === undefined || stored.state.policyVersion === context.policy.version) return stored?.state;
  return foldCase(await cases.events(caseId), context);
}
