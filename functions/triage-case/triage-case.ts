import { isOver } from '../../domain/case.ts';
import { type Decision, toInstant } from '../../domain/event.ts';
import type { Policy } from '../../domain/policy.ts';
import { decideTriage } from '../../domain/triage.ts';
import type { CaseStore } from '../adapters/store/store.ts';
import type { Meter } from '../shared/observe.ts';

export interface TriageCaseInput {
  readonly caseId: string;
  /** The event that called for triage: the decision's own key is made from it. */
  readonly eventKey: string;
}

export interface TriageCaseDeps {
  readonly store: Pick<CaseStore, 'load' | 'events' | 'append'>;
  readonly policy: Policy;
  readonly meter: Meter;
  /** ms */
  readonly now: () => number;
}

export type TriageCaseResult =
  | { readonly outcome: 'triaged'; readonly decision: Decision }
  | { readonly outcome: 'not-needed' };

/** The case's snapshot is not there yet; the workflow tries again. */
export class CaseNotSavedError extends Error {
  override readonly name = 'CaseNotSavedError';
}

/**
 * Decides a case and appends the decision to its log, once per `eventKey`: called again, it
 * returns the decision that stands, so that a retried workflow goes on to write it back.
 * 'not-needed' if another event's triage decided the case, or if the case is over.
 * Throws CaseNotSavedError, and StoreUnavailableError when the store refuses.
 */
export async function triageCase(input: TriageCaseInput, deps: TriageCaseDeps): Promise<TriageCaseResult> {
  const { caseId } = input;
  const key = `caserelay:triaged:${input.eventKey}`;
  const stored = await deps.store.load(caseId);
  if (stored === undefined) throw new CaseNotSavedError(`case ${caseId} has no snapshot yet`);
  if (stored.state.triage !== undefined) return standing(caseId, key, deps);
  if (isOver(stored.state.status)) return { outcome: 'not-needed' };

  const decision = decideTriage(stored.state, deps.policy);
  const at = toInstant(deps.now());
  const appended = await deps.store.append({
    type: 'triaged',
    key,
    caseId,
    occurredAt: at,
    receivedAt: at,
    decision,
  });
  if (appended === 'duplicate') return standing(caseId, key, deps);
  deps.meter.count('triageDecided', { route: decision.route });
  return { outcome: 'triaged', decision };
}

/** The decision of an earlier attempt, if it was this one's. */
async function standing(caseId: string, key: string, { store }: TriageCaseDeps): Promise<TriageCaseResult> {
  const event = (await store.events(caseId)).find((candidate) => candidate.key === key);
  return event?.type === 'triaged' ? { outcome: 'triaged', decision: event.decision } : { outcome: 'not-needed' };
}
