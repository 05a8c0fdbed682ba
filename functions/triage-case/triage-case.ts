import type { Case, FoldContext } from '../../domain/case.ts';
import { type Decision, toInstant } from '../../domain/event.ts';
import { decideTriage } from '../../domain/triage.ts';
import type { TriageFacts } from '../../domain/triage-fields.ts';
import { isOver } from '../../domain/turns.ts';
import type { CaseStore, CustomerStore } from '../adapters/store/store.ts';
import type { Meter } from '../shared/observe.ts';
import { customerHistory } from './customer-history.ts';

export interface TriageCaseInput {
  readonly caseId: string;
  /** The event that called for triage. */
  readonly eventKey: string;
}

export interface TriageCaseDeps {
  readonly store: Pick<CaseStore, 'load' | 'events' | 'append'> & CustomerStore;
  readonly context: FoldContext;
  /** The language that a text is written in, if it can be told. */
  readonly detectLanguage: (text: string) => TriageFacts['language'];
  readonly meter: Meter;
  /** ms */
  readonly now: () => number;
}

export type TriageCaseResult =
  | { readonly outcome: 'triaged'; readonly decision: Decision }
  | { readonly outcome: 'not-needed' };

/** One decision per case, however often and at once it is called for: a second would be a second handoff. */
const KEY = 'caserelay:triaged';

/** The case's snapshot is not there yet; the workflow tries again. */
export class CaseNotSavedError extends Error {
  override readonly name = 'CaseNotSavedError';
}

/**
 * Decides a case and appends the decision to its log, once: called again for the same event, it
 * returns the decision that stands, so that a retried workflow goes on to write it back.
 * 'not-needed' if another event had the case decided, or if the case is over.
 * Throws CaseNotSavedError, and StoreUnavailableError when the store refuses.
 */
export async function triageCase(input: TriageCaseInput, deps: TriageCaseDeps): Promise<TriageCaseResult> {
  const { caseId, eventKey } = input;
  const stored = await deps.store.load(caseId);
  if (stored === undefined) throw new CaseNotSavedError(`case ${caseId} has no snapshot yet`);
  if (stored.state.triage !== undefined) return standing(input, deps);
  if (isOver(stored.state.status)) return { outcome: 'not-needed' };

  const decision = decideTriage(stored.state, deps.context.policy, await factsOf(stored.state, deps));
  const at = toInstant(deps.now());
  const appended = await deps.store.append({
    type: 'triaged',
    key: KEY,
    caseId,
    occurredAt: at,
    receivedAt: at,
    decision,
    calledBy: eventKey,
  });
  if (appended === 'duplicate') return standing(input, deps);
  deps.meter.count('triageDecided', { route: decision.route });
  return { outcome: 'triaged', decision };
}

/** What rules may ask for and the case does not say. */
async function factsOf(state: Case, { store, context, detectLanguage }: TriageCaseDeps): Promise<TriageFacts> {
  const { policy, calendar } = context;
  const { language, subject = '', text = '' } = state.fields;
  return {
    calendar,
    history: await customerHistory(state, { store, policy }),
    language: language === undefined ? detectLanguage(`${subject}\n${text}`) : undefined,
  };
}

/** The decision of an earlier attempt, if it was this one's. */
async function standing({ caseId, eventKey }: TriageCaseInput, { store }: TriageCaseDeps): Promise<TriageCaseResult> {
  const event = (await store.events(caseId)).find(({ key }) => key === KEY);
  if (event?.type !== 'triaged' || event.calledBy !== eventKey) return { outcome: 'not-needed' };
  return { outcome: 'triaged', decision: event.decision };
}
