import type { Case } from './case.ts';
import { type CustomerCase, earlierCases } from './triage-fields.ts';
import { wordsOf } from './words.ts';

/**
 * A short key of what the customer wrote, subject and text: the same for the same words, whatever
 * their case, spacing and punctuation. Undefined without words: silence repeats nothing.
 */
export function textKey({ fields }: Pick<Case, 'fields'>): string | undefined {
  const words = wordsOf(`${fields.subject ?? ''}\n${fields.text ?? ''}`);
  if (words.length === 0) return undefined;
  const text = words.join(' ');
  return `${words.length}-${hash(text, 0x811c9dc5)}${hash(text, 0x2545f491)}`;
}

/** FNV-1a over UTF-16 units from a start of its own; two of them make a chance collision one in 2^64. */
function hash(text: string, start: number): string {
  let value = start;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return (value >>> 0).toString(16).padStart(8, '0');
}

/** The earliest case of the customer with the same words, opened at most `withinSeconds` before this one. */
export function originalOf(
  state: Case,
  history: readonly CustomerCase[] | undefined,
  withinSeconds: number,
): CustomerCase | undefined {
  if (history === undefined || withinSeconds <= 0) return undefined;
  const key = textKey(state);
  if (key === undefined) return undefined;
  return earlierCases(state, history, withinSeconds).find((other) => other.textKey === key);
}
