import type { Condition, Outcome, TriagePolicy } from '../../../domain/policy.ts';
import { parseDuration } from '../duration.ts';
import type { Condition as AuthoredCondition, Outcome as AuthoredOutcome, Scalar } from '../schema/triage.ts';
import type { Authored } from '../schema.ts';
import { defined } from './objects.ts';

/** Checked rules, with named lists written out and times in seconds. */
export function buildTriage(triage: Authored['triage']): TriagePolicy {
  const duplicates = triage['duplicate-within'];
  return {
    mode: triage.mode ?? 'first-match',
    minConfidence: triage['min-confidence'] ?? 0,
    ...(triage.unsure === undefined ? {} : { unsure: buildOutcome(triage.unsure) }),
    duplicateSeconds: duplicates === undefined ? 0 : parseDuration(duplicates).seconds,
    rules: triage.rules.map(({ id, owner, reason, when, tell, score = 1, then: outcome }) => ({
      id,
      owner,
      reason,
      score,
      ...(when === undefined ? {} : { when: buildCondition(when, triage.lists ?? {}) }),
      ...defined({ tell }),
      outcome: buildOutcome(outcome),
    })),
    otherwise: buildOutcome(triage.otherwise),
  };
}

/** A condition as the engine reads it. A list that does not exist (a problem of its own) stands for no value. */
function buildCondition(authored: AuthoredCondition, lists: Readonly<Record<string, readonly Scalar[]>>): Condition {
  const { all, any, not, field, is, contains, matches, exists, during, within } = authored;
  const { 'is-in': isIn, 'contains-any-of': containsAnyOf } = authored;
  const listed = (name: string | undefined) =>
    name === undefined ? undefined : Object.hasOwn(lists, name) ? lists[name] : [];
  const inner = (condition: AuthoredCondition) => buildCondition(condition, lists);
  return defined({
    all: all?.map(inner),
    any: any?.map(inner),
    not: not === undefined ? undefined : inner(not),
    field,
    is: asList(is ?? listed(isIn)),
    contains: asList(contains ?? listed(containsAnyOf)?.map(String)),
    matches: asList(matches),
    exists,
    atLeast: authored['at-least'],
    atMost: authored['at-most'],
    withinSeconds: within === undefined ? undefined : parseDuration(within).seconds,
    during,
    list: isIn ?? containsAnyOf,
  });
}

function asList<T extends Scalar>(value: T | readonly T[] | undefined): T[] | undefined {
  return value === undefined ? undefined : ([value].flat() as T[]);
}

function buildOutcome(authored: AuthoredOutcome): Outcome {
  return {
    category: authored.category,
    queue: authored.queue,
    route: authored.route ?? 'home',
    sensitive: authored.sensitive ?? false,
    dataClass: authored['data-class'],
    tags: authored.tags ?? [],
    skills: authored.skills ?? [],
    ...defined({ priority: authored.priority }),
  };
}
