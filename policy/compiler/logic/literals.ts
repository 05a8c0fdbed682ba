import type { Condition } from '../../../domain/policy.ts';
import { fold, wordsOf } from '../../../domain/words.ts';

/** One question to a case with the answer that is wanted: "region is us", or that it is not. */
export interface Literal {
  /** The field; with how far back it looks, if it says so. */
  readonly field: string;
  readonly asks: 'is' | 'contains' | 'matches' | 'exists' | 'at-least' | 'at-most' | 'during';
  /** In the form in which the engine compares it: values folded, phrases as words with single spaces. */
  readonly value: string | number;
  readonly wanted: boolean;
}

/** A condition in which only single questions are negated. */
export type Formula =
  | { readonly kind: 'literal'; readonly literal: Literal }
  | { readonly kind: 'all' | 'any'; readonly parts: readonly Formula[] };

/** A condition as a formula; none takes every case. `wanted: false` is its contrary. */
export function formulaOf(condition: Condition | undefined, wanted = true): Formula {
  if (condition === undefined) return { kind: 'all', parts: [] };
  const { all, any, not, field, is, contains, matches, exists, atLeast, atMost, withinSeconds, during } = condition;
  const name = withinSeconds === undefined ? (field ?? '') : `${field} within ${withinSeconds} s`;
  const both = wanted ? 'all' : 'any';
  const either = wanted ? 'any' : 'all';
  const parts: Formula[] = [];
  const ask = (asks: Literal['asks'], values: readonly (string | number)[], of = name) =>
    parts.push({
      kind: either,
      parts: values.map((value) => ({ kind: 'literal', literal: { field: of, asks, value, wanted } })),
    });
  if (all !== undefined) parts.push({ kind: both, parts: all.map((part) => formulaOf(part, wanted)) });
  if (any !== undefined) parts.push({ kind: either, parts: any.map((part) => formulaOf(part, wanted)) });
  if (not !== undefined) parts.push(formulaOf(not, !wanted));
  if (during !== undefined) ask('during', [during], 'openedAt');
  if (field !== undefined) {
    if (is !== undefined)
      ask(
        'is',
        is.map((value) => fold(String(value))),
      );
    if (contains !== undefined)
      ask(
        'contains',
        contains.map((phrase) => wordsOf(phrase).join(' ')),
      );
    if (matches !== undefined) ask('matches', matches);
    if (atLeast !== undefined) ask('at-least', [atLeast]);
    if (atMost !== undefined) ask('at-most', [atMost]);
    if (exists !== undefined)
      parts.push({ kind: 'literal', literal: { field: name, asks: 'exists', value: '', wanted: exists === wanted } });
  }
  return { kind: both, parts };
}

/** Fields with several values at once, so that "is a" and "is b" can both hold: a language stands for its regions too. */
const MANY_VALUED: ReadonlySet<string> = new Set(['tags', 'language']);

/** Does the second always hold when the first does? Never says yes where it is not so. */
export function proves(a: Literal, b: Literal): boolean {
  if (a.wanted && b.wanted) return entails(a, b);
  if (!a.wanted && !b.wanted) return entails(b, a);
  return a.wanted && excludes(a, b);
}

/** Can the two never hold together? Never says yes where they can. */
export function contradicts(a: Literal, b: Literal): boolean {
  if (a.wanted && b.wanted) return excludes(a, b);
  if (a.wanted) return entails(a, b);
  return b.wanted && entails(b, a);
}

function entails(a: Literal, b: Literal): boolean {
  if (a.asks === 'contains' && b.asks === 'contains' && b.field === 'any-text' && isPartOfAnyText(a.field))
    return hasPhrase(a.value, b.value);
  if (a.field !== b.field) return false;
  if (b.asks === 'exists') return a.asks !== 'during';
  if (a.asks === 'is' && b.asks === 'contains') return hasPhrase(wordsOf(String(a.value)).join(' '), b.value);
  if (a.asks !== b.asks) return false;
  if (a.asks === 'contains') return hasPhrase(a.value, b.value);
  if (a.asks === 'at-least') return a.value >= b.value;
  if (a.asks === 'at-most') return a.value <= b.value;
  return a.value === b.value;
}

function excludes(a: Literal, b: Literal): boolean {
  if (a.field !== b.field) return false;
  if (a.asks === 'is' && b.asks === 'is') return a.value !== b.value && !MANY_VALUED.has(a.field);
  if (a.asks === 'at-least' && b.asks === 'at-most') return a.value > b.value;
  return a.asks === 'at-most' && b.asks === 'at-least' && a.value < b.value;
}

/** The fields by which a literal can be proven: that any-text lacks a phrase is known of its parts too. */
export function provingFields({ field, wanted }: Literal): readonly string[] {
  if (wanted) return field === 'any-text' ? ['any-text', 'subject', 'text'] : [field];
  return isPartOfAnyText(field) ? [field, 'any-text'] : [field];
}

function isPartOfAnyText(field: string): boolean {
  return field === 'subject' || field === 'text';
}

function hasPhrase(text: string | number, phrase: string | number): boolean {
  // Most are told apart without a look at their words.
  if (phrase === '' || !String(text).includes(String(phrase))) return false;
  return ` ${text} `.includes(` ${phrase} `);
}

/** Every literal that a wanted one of these words could prove, as keys: what an index of rules is asked for. */
export function provableKeys({ field, asks, value, wanted }: Literal): string[] {
  if (!wanted || (asks !== 'is' && asks !== 'contains')) return [];
  const words = asks === 'contains' ? String(value).split(' ') : wordsOf(String(value));
  const fields = isPartOfAnyText(field) && asks === 'contains' ? [field, 'any-text'] : [field];
  const keys = asks === 'is' ? [`${field}\nis\n${value}`] : [];
  for (let from = 0; from < words.length; from++)
    for (let to = from + 1; to <= words.length; to++)
      for (const name of fields) keys.push(`${name}\ncontains\n${words.slice(from, to).join(' ')}`);
  return keys;
}

/** The key of a literal that an index can find; undefined for one that it cannot. */
export function keyOf({ field, asks, value, wanted }: Literal): string | undefined {
  return wanted && (asks === 'is' || asks === 'contains') ? `${field}\n${asks}\n${value}` : undefined;
}

/** A literal as a lead reads it. */
export function literalInWords({ field, asks, value, wanted }: Literal): string {
  const not = wanted ? '' : 'not ';
  if (asks === 'during') return `${not}during ${value}`;
  if (asks === 'exists') return wanted ? `${field} exists` : `${field} does not exist`;
  return `${not}${field} ${asks.replace('at-', 'is at ')} ${value}`;
}
