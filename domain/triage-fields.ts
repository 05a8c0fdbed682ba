import type { Calendar } from './calendar.ts';
import type { Case } from './case.ts';
import type { Decision } from './event.ts';
import { fold } from './words.ts';

/** Another case of the same customer. */
export interface CustomerCase {
  readonly caseId: string;
  /** An instant, as in the events. */
  readonly openedAt: string;
  /** `textKey` of the case (domain/duplicates.ts). */
  readonly textKey?: string | undefined;
  /** Nobody works it any more: it is over, or was parked itself. */
  readonly over: boolean;
}

/** What is known of a case besides the case itself. Without a fact, conditions that ask for it do not hold. */
export interface TriageFacts {
  /** The customer's cases, in any order; this one may be among them. */
  readonly history?: readonly CustomerCase[] | undefined;
  /** What the text was found to be written in; a language that the CRM knows comes first. */
  readonly language?: { readonly code: string; readonly confidence: number } | undefined;
  /** Calendars by name, if the caller has them at hand; else the policy's are compiled. */
  readonly calendar?: ((name: string) => Calendar) | undefined;
}

export type FieldValue = string | number | boolean | readonly string[] | undefined;

/** The field that counts the customer's cases; a condition on it may say `withinSeconds`. */
export const CASES = 'cases';

/** The fields that rules may name, besides `custom.<name>`, and where they come from. */
const FIELDS = new Map<string, (state: Case, facts: TriageFacts, withinSeconds?: number) => FieldValue>([
  ['source', ({ source }) => source],
  ['status', ({ status }) => status],
  ['priority', ({ priority }) => priority],
  ['channel', ({ fields }) => fields.channel],
  ['subject', ({ fields }) => fields.subject],
  ['text', ({ fields }) => fields.text],
  ['any-text', ({ fields }) => `${fields.subject ?? ''}\n${fields.text ?? ''}`],
  ['language', (state, facts) => withoutRegion(languageOf(state, facts))],
  ['requesterId', ({ fields }) => fields.requesterId],
  ['group', ({ fields }) => fields.group],
  ['tier', ({ fields }) => fields.tier],
  ['region', ({ fields }) => fields.region],
  ['tags', ({ fields }) => fields.tags],
  ['reopens', ({ reopens }) => reopens],
  [CASES, (state, { history }, withinSeconds) => history && earlierCases(state, history, withinSeconds).length],
]);
export const TRIAGE_FIELDS: readonly string[] = [...FIELDS.keys()];

/** Value of a field that a rule names; undefined if the case does not have it, or has nothing in it. */
export function readField(state: Case, facts: TriageFacts, field: string, withinSeconds?: number): FieldValue {
  const read = FIELDS.get(field);
  const value =
    read === undefined
      ? field.startsWith('custom.')
        ? state.fields.custom?.[field.slice('custom.'.length)]
        : undefined
      : read(state, facts, withinSeconds);
  if (typeof value === 'string') return fold(value) === '' ? undefined : value;
  return Array.isArray(value) && value.length === 0 ? undefined : value;
}

/** The language of a case: the CRM's, else what was found now, else what was found when it was triaged. */
export function languageOf(
  { fields, triage }: { readonly fields: Case['fields']; readonly triage?: Pick<Decision, 'language'> | undefined },
  facts: TriageFacts = {},
): string | undefined {
  const known = [fields.language, facts.language?.code, triage?.language];
  return known.find((language) => language !== undefined && language !== '' && language !== 'unknown');
}

/** A language stands for its regions too: a rule on "es" holds for es-MX. */
function withoutRegion(language: string | undefined): FieldValue {
  if (language === undefined) return undefined;
  const tag = language.replaceAll('_', '-');
  const [plain] = tag.split('-');
  return plain === undefined || plain === tag ? [tag] : [tag, plain];
}

/** The customer's cases that were opened before this one and at most `withinSeconds` before it, the earliest first. */
export function earlierCases(
  { caseId, openedAt }: Case,
  history: readonly CustomerCase[],
  withinSeconds = Number.POSITIVE_INFINITY,
): CustomerCase[] {
  if (openedAt === undefined) return [];
  const since = Date.parse(openedAt) - withinSeconds * 1000;
  return history
    .filter((other) => isBefore(other, { caseId, openedAt }) && Date.parse(other.openedAt) >= since)
    .sort((a, b) => (isBefore(a, b) ? -1 : 1));
}

/** Of two cases exactly one is the earlier, also when both were opened at once. */
function isBefore(a: { openedAt: string; caseId: string }, b: { openedAt: string; caseId: string }): boolean {
  const [opened, other] = [Date.parse(a.openedAt), Date.parse(b.openedAt)];
  return opened === other ? a.caseId < b.caseId : opened < other;
}
