import type { Case } from './case.ts';
import type { Decision } from './event.ts';
import type { Condition, Outcome, Policy } from './policy.ts';

type FieldValue = string | number | boolean | readonly string[] | undefined;

/** The fields that rules may name, besides `custom.<name>`, and where a case has them. */
const FIELDS = new Map<string, (state: Case) => FieldValue>([
  ['source', ({ source }) => source],
  ['status', ({ status }) => status],
  ['priority', ({ priority }) => priority],
  ['channel', ({ fields }) => fields.channel],
  ['subject', ({ fields }) => fields.subject],
  ['text', ({ fields }) => fields.text],
  ['any-text', ({ fields }) => `${fields.subject ?? ''}\n${fields.text ?? ''}`],
  ['language', ({ fields }) => fields.language],
  ['requesterId', ({ fields }) => fields.requesterId],
  ['group', ({ fields }) => fields.group],
  ['tier', ({ fields }) => fields.tier],
  ['region', ({ fields }) => fields.region],
  ['tags', ({ fields }) => fields.tags],
]);
export const TRIAGE_FIELDS: readonly string[] = [...FIELDS.keys()];

/** Value of a field that a rule names, or undefined if the case does not have it. */
function fieldOf(state: Case, field: string): FieldValue {
  const read = FIELDS.get(field);
  if (read !== undefined) return read(state);
  return field.startsWith('custom.') ? state.fields.custom?.[field.slice('custom.'.length)] : undefined;
}

/** Does the condition hold for the case? Text is compared without regard to case; phrases match whole words. */
export function holds(condition: Condition, state: Case): boolean {
  if (condition.all !== undefined && !condition.all.every((part) => holds(part, state))) return false;
  if (condition.any !== undefined && !condition.any.some((part) => holds(part, state))) return false;
  if (condition.not !== undefined && holds(condition.not, state)) return false;
  if (condition.field === undefined) return true;
  const value = fieldOf(state, condition.field);
  if (condition.exists !== undefined && (value !== undefined) !== condition.exists) return false;
  if (condition.is !== undefined && !isOneOf(value, condition.is)) return false;
  if (condition.contains !== undefined && !containsAny(value, condition.contains)) return false;
  return true;
}

function isOneOf(value: FieldValue, wanted: readonly (string | number | boolean)[]): boolean {
  if (value === undefined) return false;
  const values = Array.isArray(value) ? value : [value];
  return values.some((one) => wanted.some((want) => fold(String(one)) === fold(String(want))));
}

function containsAny(value: FieldValue, phrases: readonly string[]): boolean {
  if (value === undefined) return false;
  const texts = (Array.isArray(value) ? value : [value]).map((text) => ` ${words(String(text))} `);
  return phrases.some((phrase) => texts.some((text) => text.includes(` ${words(phrase)} `)));
}

function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase().trim();
}

/** Text as its words, single-spaced: punctuation, line breaks and characters that nobody sees never hide a phrase. */
function words(text: string): string {
  return fold(text)
    .replace(/\p{Cf}+/gu, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** Stands for a rule's id when none holds. */
export const OTHERWISE = 'otherwise';

/**
 * Decides a case: the first rule whose condition holds, else the policy's `otherwise`. A sensitive
 * case never goes to a vendor, whatever its rule says.
 */
export function decideTriage(state: Case, policy: Policy): Decision {
  const rule = policy.triage.rules.find((candidate) => candidate.when === undefined || holds(candidate.when, state));
  const outcome: Outcome = rule?.outcome ?? policy.triage.otherwise;
  return {
    ruleId: rule?.id ?? OTHERWISE,
    reason: rule?.reason ?? 'no rule matched',
    policyVersion: policy.version,
    priority: outcome.priority ?? state.priority,
    queue: outcome.queue,
    route: outcome.sensitive ? 'home' : outcome.route,
    sensitive: outcome.sensitive,
    dataClass: outcome.dataClass,
    category: outcome.category,
    tags: outcome.tags,
    language: state.fields.language ?? 'unknown',
  };
}
