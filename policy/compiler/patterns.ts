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
 * Checks a regular expression in the syntax of RE2, which has no look-around and no back-references
 * and so never takes longer than the text is long. Throws FormatError, in the engine's words.
 */
export function parsePattern(text: string): void {
  const pattern = compile(text);
  if (ANY_TEXT.every((any) => pattern.test(any)))
    throw new FormatError('a regular expression that is not found in every text', text);
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
