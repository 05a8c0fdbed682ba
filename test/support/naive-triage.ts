import { RE2JS } from 're2js';
import type { Calendar } from '../../domain/calendar.ts';
import type { Case } from '../../domain/case.ts';
import type { Condition, TriageRule } from '../../domain/policy.ts';
import { readField, type TriageFacts } from '../../domain/triage-fields.ts';

/** Triage by the letter: every rule is asked in turn, word by word. What the compiled rules have to agree with. */
export function naiveHolding(
  rules: readonly TriageRule[],
  state: Case,
  facts: TriageFacts,
  calendar: (name: string) => Calendar,
): TriageRule[] {
  return rules.filter(({ when }) => when === undefined || holds(when, state, facts, calendar));
}

function holds(condition: Condition, state: Case, facts: TriageFacts, calendar: (name: string) => Calendar): boolean {
  const part = (one: Condition) => holds(one, state, facts, calendar);
  const { all, any, not, field, during, is, contains, matches, exists, atLeast, atMost, withinSeconds } = condition;
  if (all !== undefined && !all.every(part)) return false;
  if (any !== undefined && !any.some(part)) return false;
  if (not !== undefined && part(not)) return false;
  if (during !== undefined) {
    if (state.openedAt === undefined || !calendar(during).isOpen(Date.parse(state.openedAt))) return false;
  }
  if (field === undefined) return true;
  const value = readField(state, facts, field, withinSeconds);
  if (exists !== undefined && (value !== undefined) !== exists) return false;
  const texts = value === undefined ? [] : Array.isArray(value) ? value : [String(value)];
  if (is !== undefined && !texts.some((text) => is.some((want) => plain(text) === plain(String(want))))) return false;
  if (contains !== undefined && !contains.some((phrase) => texts.some((text) => spaced(text).includes(spaced(phrase)))))
    return false;
  if (matches !== undefined) {
    const found = matches.some((pattern) => texts.some((text) => RE2JS.compile(`(?i)${pattern}`).test(visible(text))));
    if (!found) return false;
  }
  if (atLeast === undefined && atMost === undefined) return true;
  const [text = ''] = Array.isArray(value) ? [] : texts;
  const number = typeof value === 'boolean' || text.trim() === '' ? Number.NaN : Number(text);
  return (
    (atLeast === undefined || number >= atLeast) && (atMost === undefined || number <= atMost) && !Number.isNaN(number)
  );
}

const visible = (text: string) => text.replace(/[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, '').normalize('NFKC');
const plain = (text: string) => visible(text).toLowerCase().replaceAll('i\u0307', 'i').trim();
const spaced = (text: string) =>
  ` ${plain(text)
    .replace(/[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}]/gu, ' $& ')
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, ' ')
    .trim()} `;
