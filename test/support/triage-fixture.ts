import { type Case, foldCase } from '../../domain/case.ts';
import type { CaseFields } from '../../domain/event.ts';
import type { Condition, Outcome, Policy, TriagePolicy, TriageRule } from '../../domain/policy.ts';
import { opened } from './events.ts';
import { contextOf, POLICY } from './policy-fixture.ts';

/** Monday, in office hours. */
export const OPENED_AT = '2026-11-23T10:00:00.000Z';

/** A new case with these fields; `rest` is what else is special about it. */
export function caseWith(fields: CaseFields, rest: Partial<Case> = {}): Case {
  const state = foldCase([opened(OPENED_AT, { fields })], contextOf());
  if (state === undefined) throw new Error('an opened event makes a case');
  return { ...state, ...rest };
}

export const outcome = (rest: Partial<Outcome> = {}): Outcome => ({
  category: 'billing',
  queue: 'general',
  route: 'vendor',
  sensitive: false,
  dataClass: 'standard',
  tags: [],
  skills: [],
  ...rest,
});

/** A rule of the owner `maya`. */
export const rule = (id: string, when: Condition | undefined, rest: Partial<TriageRule> = {}): TriageRule => ({
  id,
  owner: 'maya',
  reason: `because of ${id}`,
  score: 1,
  outcome: outcome(),
  ...(when === undefined ? {} : { when }),
  ...rest,
});

export const policyWith = (triage: Partial<TriagePolicy>): Policy => ({
  ...POLICY,
  triage: { ...POLICY.triage, rules: [], ...triage },
});
