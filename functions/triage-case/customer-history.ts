import type { Case } from '../../domain/case.ts';
import { originalOf, textKey } from '../../domain/duplicates.ts';
import { toInstant } from '../../domain/event.ts';
import { conditionsIn, type TriagePolicy } from '../../domain/policy.ts';
import { CASES, type CustomerCase } from '../../domain/triage-fields.ts';
import { isOver } from '../../domain/turns.ts';
import type { CaseStore, CustomerStore } from '../adapters/store/store.ts';
import { customerKeyFor } from '../shared/ids.ts';

export interface CustomerHistoryDeps {
  readonly store: Pick<CaseStore, 'load'> & CustomerStore;
  readonly policy: { readonly triage: TriagePolicy };
}

/** How long a case is remembered of its customer at least: a new rule finds a month to look back on. */
const KEEP_SECONDS = 40 * 86_400;

/**
 * The customer's cases up to this one, as far back as the policy looks; undefined if it does not
 * look back, or the customer is not known. The case is remembered before the others are looked up,
 * so that of two that are triaged at once at least one sees the other, and the later of the two is
 * the only one that can be a duplicate. `over` is looked up for the one case that this one may
 * repeat, and true for one that is stored no more.
 */
export async function customerHistory(
  state: Case,
  { store, policy }: CustomerHistoryDeps,
): Promise<CustomerCase[] | undefined> {
  const { caseId, source, openedAt, fields } = state;
  const back = lookBackSeconds(policy.triage);
  if (back === 0 || openedAt === undefined || !fields.requesterId) return undefined;
  const customer = customerKeyFor(source, fields.requesterId);
  await store.remember(customer, { caseId, openedAt, textKey: textKey(state) }, Math.max(back, KEEP_SECONDS));
  const from = toInstant(Date.parse(openedAt) - back * 1000);
  const history = (await store.history(customer, from, openedAt)).map((other) => ({ ...other, over: false }));
  const original = originalOf(state, history, policy.triage.duplicateSeconds);
  if (original === undefined) return history;
  const over = isWorkedNoMore((await store.load(original.caseId))?.state);
  return history.map((other) => (other.caseId === original.caseId ? { ...other, over } : other));
}

function isWorkedNoMore(original: Case | undefined): boolean {
  return original === undefined || isOver(original.status) || original.triage?.route === 'parked';
}

/** How far back the triage of a policy looks at a customer's cases, plain seconds; 0 if it never does. */
export function lookBackSeconds({ duplicateSeconds, rules }: TriagePolicy): number {
  const asked = rules.flatMap(({ when }) => conditionsIn(when)).filter(({ field }) => field === CASES);
  return Math.max(duplicateSeconds, ...asked.map(({ withinSeconds = KEEP_SECONDS }) => withinSeconds));
}
