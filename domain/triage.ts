import type { Case } from './case.ts';
import type { Decision } from './event.ts';
import type { Condition, Outcome, Policy } from './policy.ts';

/** Value of a field that a rule names, or undefined if the case does not have it. */
export function fieldOf(state: Case, field: string): string | number | boolean | readonly string[] | undefined {
  switch (field) {
    case 'source':
      return state.source;
    case 'status':
      return state.status;
    case 'priority':
      return state.priority;
    case 'channel':
    case 'subject':
    case 'text':
    case 'language':
    case 'requesterId':
    case 'group':
    case 'tier':
    case 'region':
    case 'tags':
      return state.fields[field];
    default:
      return field.startsWith('custom.') ? state.fields.custom?.[field.slice('custom.'.length)] : undefined;
  }
}

/** The fields that rules may name, besides `custom.<name>`. `any-text` is subject and text together. */
export const TRIAGE_FIELDS = [
  'source',
  'status',
  'priority',
  'channel',
  'subject',
  'text',
  'any-text',
  'language',
  'requesterId',
  'group',
  'tier',
  'region',
  'tags',
] as const;

/** Does the condition hold for the case? Text is compared without regard to case; phrases match whole words. */
export function holds(condition: Condition, state: Case): boolean {
  if (condition.all !== undefined && !condition.all.every((part) => holds(part, state))) return false;
  if (condition.any !== undefined && !condition.any.some((part) => holds(part, state))) return false;
  if (condition.not !== undefined && holds(condition.not, state)) return false;
  if (condition.field === undefined) return true;
  const value =
    condition.field === 'any-text'
      ? `${state.fields.subject ?? ''}\n${state.fields.text ?? ''}`
      : fieldOf(state, condition.field);
  if (condition.exists !== undefined && (value !== undefined) !== condition.exists) return false;
  if (condition.is !== undefined && !isOneOf(value, condition.is)) return false;
  if (condition.contains !== undefined && !containsAny(value, condition.contains)) return false;
  return true;
}

type FieldValue = ReturnType<typeof fieldOf>;

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

/** Text as its words, single-spaced: punctuation and line breaks never hide a phrase. */
function words(text: string): string {
  return fold(text)
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/**
 * Decides a case: the first rule whose condition holds, else the policy's `otherwise`. A sensitive
 * case never goes to a vendor, whatever its rule says.
 */
export function decideTriage(state: Case, policy: Policy): Decision {
  const rule = policy.triage.rules.find((candidate) => candidate.when === undefined || holds(candidate.when, state));
  const outcome: Outcome = rule?.outcome ?? policy.triage.otherwise;
  return {
    ruleId: rule?.id ?? 'otherwise',
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
