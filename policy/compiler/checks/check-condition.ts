import { CaseStatus, Priority } from '../../../domain/event.ts';
import { listed } from '../../../domain/listed.ts';
import { TRIAGE_FIELDS } from '../../../domain/triage-fields.ts';
import { wordsOf } from '../../../domain/words.ts';
import type { Path, PolicyFile } from '../policy-file.ts';
import { describe, didYouMean } from '../problems.ts';
import { A_CALENDAR, A_LIST, A_SOURCE } from '../schema/parts.ts';
import { type Condition, Lists, type Scalar } from '../schema/triage.ts';
import { type Names, refer } from './names.ts';

const OPERATORS = ['is', 'is-in', 'contains', 'contains-any-of', 'matches', 'exists', 'at-least', 'at-most'] as const;

/** Fields that are numbers, and are asked about as such. */
const NUMBERS = ['reopens', 'cases'];

/** Fields whose values are known: a rule that waits for another one would wait for ever. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  status: CaseStatus.options,
  priority: Priority.options,
};

/** Conditions that are not complete, ask a field for what it never is, or refer to what does not exist. */
export function checkCondition(file: PolicyFile, path: Path, condition: Condition, names: Names): void {
  for (const part of ['all', 'any'] as const)
    for (const [i, inner] of (condition[part] ?? []).entries()) checkCondition(file, [...path, part, i], inner, names);
  if (condition.not !== undefined) checkCondition(file, [...path, 'not'], condition.not, names);
  if (condition.during !== undefined) refer(file, [...path, 'during'], condition.during, names.calendars, A_CALENDAR);

  const operators = OPERATORS.filter((operator) => condition[operator] !== undefined);
  const { field } = condition;
  if (field === undefined) {
    const [first] = operators;
    const { all, any, not, during } = condition;
    if (first !== undefined || condition.within !== undefined)
      file.add([...path, 'field'], `expected the field that "${first ?? 'within'}" looks at, found nothing`);
    else if (all === undefined && any === undefined && not === undefined && during === undefined)
      file.add(path, 'expected a condition (all, any, not, field or during), found nothing');
    return;
  }
  const answers = operators.filter((operator) => operator.startsWith('is') || operator.startsWith('contains'));
  if (operators.length === 0)
    file.add(path, `expected ${quoted(OPERATORS)} beside "field: ${field}", found none of them`);
  else if (answers.length > 1 && answers.some((operator) => operator === 'is-in' || operator === 'contains-any-of'))
    file.add(path, `expected one of ${answers.join(', ')} (use "all" or "any" for two questions), found both`);
  if (!TRIAGE_FIELDS.includes(field) && !/^custom\.\S+$/.test(field)) {
    file.add(
      [...path, 'field'],
      `expected one of ${TRIAGE_FIELDS.join(', ')} or custom.<name>, found ${describe(field)}${didYouMean(field, TRIAGE_FIELDS)}`,
    );
  } else checkOperators(file, path, condition, field);
  checkValues(file, path, condition, field, names);
}

function checkOperators(file: PolicyFile, path: Path, condition: Condition, field: string): void {
  const isNumber = NUMBERS.includes(field);
  const mayBeNumber = isNumber || field.startsWith('custom.');
  for (const operator of ['at-least', 'at-most'] as const)
    if (condition[operator] !== undefined && !mayBeNumber)
      file.addAtKey(
        [...path, operator],
        `expected "${operator}" beside a number (${NUMBERS.join(', ')} or custom.<name>), found it beside "field: ${field}"`,
      );
  for (const operator of ['contains', 'contains-any-of', 'matches', 'exists'] as const)
    if (condition[operator] !== undefined && isNumber)
      file.addAtKey(
        [...path, operator],
        `expected "is", "at-least" or "at-most" beside a number, found "${operator}" beside "field: ${field}"`,
      );
  if (field === 'cases' && condition.within === undefined)
    file.add(
      [...path, 'within'],
      'expected how far back the cases of the customer are counted, such as "within: 30 calendar days", found nothing',
    );
  if (field !== 'cases' && condition.within !== undefined)
    file.addAtKey(
      [...path, 'within'],
      `expected "within" beside "field: cases" only, found it beside "field: ${field}"`,
    );
}

/** The values asked for, and the phrases of a list. */
function checkValues(file: PolicyFile, path: Path, condition: Condition, field: string, names: Names): void {
  const { is, 'is-in': isIn, 'contains-any-of': containsAnyOf, contains } = condition;
  for (const [i, want] of [is ?? []].flat().entries())
    checkValue(file, Array.isArray(is) ? [...path, 'is', i] : [...path, 'is'], field, want, names);
  for (const [i, phrase] of [contains ?? []].flat().entries())
    if (wordsOf(phrase).length === 0)
      file.add(
        Array.isArray(contains) ? [...path, 'contains', i] : [...path, 'contains'],
        `expected a phrase with letters or digits that can be seen, found ${describe(phrase)}`,
      );
  if (isIn !== undefined) {
    refer(file, [...path, 'is-in'], isIn, names.lists, A_LIST);
    for (const want of listOf(file, isIn)) checkValue(file, [...path, 'is-in'], field, want, names);
  }
  if (containsAnyOf !== undefined) {
    const where = [...path, 'contains-any-of'];
    refer(file, where, containsAnyOf, names.lists, A_LIST);
    const wordless = listOf(file, containsAnyOf).find((phrase) => wordsOf(String(phrase)).length === 0);
    if (wordless !== undefined)
      file.add(
        where,
        `expected a list of phrases with letters or digits in them, found one with ${describe(wordless)}`,
      );
  }
}

function checkValue(file: PolicyFile, path: Path, field: string, want: Scalar, names: Names): void {
  const values = VALUES[field];
  if (field === 'source') refer(file, path, String(want), names.sources, A_SOURCE);
  else if (values !== undefined) refer(file, path, String(want), new Set(values), `one of ${values.join(', ')}`);
  else if (NUMBERS.includes(field) && typeof want !== 'number')
    file.add(path, `expected a number, because ${field} is one, found ${describe(want)}`);
}

/** The values of a named list, or none if it does not exist or cannot be read. */
function listOf(file: PolicyFile, name: string): readonly Scalar[] {
  const list = Lists.valueType.safeParse(file.at(['lists', name]));
  return list.success ? list.data : [];
}

function quoted(words: readonly string[]): string {
  return listed(
    words.map((word) => `"${word}"`),
    'or',
  );
}
