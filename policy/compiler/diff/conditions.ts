import { canonicalJson } from '../../../domain/content-key.ts';
import { type Condition, conditionsIn, type TriageRule } from '../../../domain/policy.ts';
import { inWords } from '../../../domain/triage-conditions.ts';
import { difference, quoted } from './words.ts';

/** Longest condition that is written out: some hundred phrases. */
const MOST_CHARACTERS = 2000;

/** What a named list has more or less, for the rules that use it: told once for all of them. */
export type ListChanges = Map<
  string,
  { readonly added: Set<unknown>; readonly removed: Set<unknown>; readonly rules: string[] }
>;

/** When a rule applies, in words. */
export function conditionInWords(when: Condition | undefined): string {
  if (when === undefined) return 'always';
  const text = inWords(when);
  return text.length <= MOST_CHARACTERS
    ? text
    : `${text.slice(0, MOST_CHARACTERS)}… (${text.length - MOST_CHARACTERS} characters more in triage.yaml)`;
}

/**
 * What changes in a rule's condition: the words that are added or taken out where only words are,
 * else the whole condition. What changes in a named list goes to `lists`.
 */
export function conditionChanges(before: TriageRule, after: TriageRule, lists: ListChanges): string[] {
  if (meaningOf(before.when) === meaningOf(after.when)) return [];
  const [was, is] = [valuesOf(before.when), valuesOf(after.when)];
  if (asksElse(before, after))
    return [`applies when ${conditionInWords(after.when)} (before: ${conditionInWords(before.when)})`];
  return is.flatMap(({ name, list, values }, nth) => {
    const { added, removed } = difference(was[nth]?.values ?? [], values);
    if (added.length + removed.length === 0) return [];
    if (list !== undefined && list === was[nth]?.list) {
      const known = lists.get(list) ?? { added: new Set(), removed: new Set(), rules: [] };
      for (const value of added) known.added.add(value);
      for (const value of removed) known.removed.add(value);
      if (!known.rules.includes(after.id)) known.rules.push(after.id);
      lists.set(list, known);
      return [];
    }
    return [`${name}: ${moreAndLess(added, removed)}`];
  });
}

/** Does a rule ask other things now, and not only for other values? */
export function asksElse(before: TriageRule, after: TriageRule): boolean {
  return shapeOf(before.when) !== shapeOf(after.when);
}

/** "now also "a"; no longer "b"" */
export function moreAndLess(added: readonly unknown[], removed: readonly unknown[]): string {
  const said = [
    ...(added.length > 0 ? [`now also ${quoted(added)}`] : []),
    ...(removed.length > 0 ? [`no longer ${quoted(removed)}`] : []),
  ];
  return said.join('; ');
}

const VALUES = ['is', 'contains', 'matches'] as const;

interface Values {
  readonly name: string;
  readonly list: string | undefined;
  readonly values: readonly unknown[];
}

/** Every list of values of a condition, in order. */
function valuesOf(condition: Condition | undefined): Values[] {
  return conditionsIn(condition).flatMap((one) =>
    VALUES.flatMap((operator) => {
      const values = one[operator];
      return values === undefined ? [] : [{ name: `${one.field} ${operator}`, list: one.list, values }];
    }),
  );
}

/** A condition as one text. The name of a list is only kept to explain a match. */
function meaningOf(condition: Condition | undefined): string {
  return canonicalJson(
    JSON.parse(JSON.stringify(condition ?? {}), (key, value) => (key === 'list' ? undefined : value)),
  );
}

/** A condition without its values: two of one shape ask the same of the same fields. */
function shapeOf(condition: Condition | undefined): string {
  return canonicalJson(
    JSON.parse(meaningOf(condition), (key, value: unknown) =>
      VALUES.some((operator) => operator === key) && Array.isArray(value) ? [] : value,
    ),
  );
}
