import { RE2JS, RE2JSSyntaxException } from 're2js';
import { FormatError } from './problems.ts';

/** Texts so different that a pattern which is found in all of them is found in every text. */
const ANY_TEXT = [
  '',
  ' ',
  'a',
  '7',
  '\n',
  '世',
  Array.from({ length: 128 }, (_, code) => String.fromCharCode(code)).join(''),
];

/**
 * Most steps that looking for one pattern, and for all patterns of a policy, takes on each character
 * of a text: with the longest text that is stored, a decision stays within about a second (ADR 0017).
 */
const MOST_STEPS_OF_ONE = 500;
export const MOST_STEPS = 2000;
/** The same for all rules that tell at once: up to three looks at each message, in a function that many cases share (ADR 0017). */
export const MOST_STEPS_TELLING = 200;

/**
 * Checks a regular expression in the syntax of RE2, which has no look-around and no back-references,
 * so that its time grows with the text and its own size only; and bounds the size. Throws FormatError.
 */
export function parsePattern(text: string): void {
  const pattern = compile(text);
  const steps = pattern.programSize();
  if (steps > MOST_STEPS_OF_ONE)
    throw new FormatError(
      `a regular expression of at most ${MOST_STEPS_OF_ONE} steps a character, and this one takes ${steps} (a count such as {0,1000} is written out that often: write a smaller one, or ".*" for any distance within a line, or two phrases under "all")`,
      text,
    );
  if (ANY_TEXT.every((any) => pattern.test(any)))
    throw new FormatError('a regular expression that is not found in every text', text);
}

/** Steps on each character of a text, at most: the instructions that the engine makes of the pattern. Throws FormatError. */
export function patternSteps(text: string): number {
  return compile(text).programSize();
}

function compile(text: string): RE2JS {
  try {
    return RE2JS.compile(text, RE2JS.CASE_INSENSITIVE);
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) throw error;
    const fault = error.message.replace(/^error parsing regexp: /, '').replace('`(?i)', '`');
    throw new FormatError(`a regular expression of RE2 (${fault})`, text);
  }
}
