import { eld } from 'eld/extrasmall';

/** A language as ISO 639-1 has it ("en", "tl" for Filipino), and how sure the detector is of it, above 0 to 1. */
export interface DetectedLanguage {
  readonly code: string;
  readonly confidence: number;
}

/** The beginning of a text is enough, characters. */
const TEXT_LENGTH = 1000;

const LATIN = /\p{Script=Latin}/u;

/** Fewer letters of an alphabet that many languages share are too few to tell. */
const FEWEST_LETTERS = 8;

/** In Latin letters, names of people and products score less than this, sentences more; measured on short texts of both kinds. */
const LEAST_CONFIDENCE = 0.7;

/** Scripts that practically one language writes: where most letters are of one, no guess is needed. */
const SCRIPTS: readonly (readonly [RegExp, string])[] = [
  [/\p{Script=Hangul}/u, 'ko'],
  [/[\p{Script=Hiragana}\p{Script=Katakana}]/u, 'ja'],
  [/\p{Script=Thai}/u, 'th'],
  [/\p{Script=Greek}/u, 'el'],
];

/**
 * The language that a customer's text is in, or undefined when it is too short or too mixed to
 * tell: a wrong language sends a case to people who cannot read it (docs/adr/0008). Links,
 * addresses, order numbers and quoted lines are left out first. The detector's data is large:
 * only what triages imports this.
 */
export function detectLanguage(text: string): DetectedLanguage | undefined {
  const words = ownWords(text);
  const letters = words.match(/\p{L}/gu) ?? [];
  const latin = LATIN.test(words);
  if (letters.length < (latin ? FEWEST_LETTERS : 2)) return undefined;
  const ofScript = (script: RegExp) => letters.filter((letter) => script.test(letter)).length;
  const code = SCRIPTS.find(([script]) => ofScript(script) * 2 > letters.length)?.[1];
  if (code !== undefined) return { code, confidence: 1 };
  const found = eld.detect(words);
  const confidence = Math.min(1, found.getScores()[found.language] ?? 0);
  const sure = found.isReliable() && (!latin || confidence >= LEAST_CONFIDENCE);
  return sure ? { code: found.language, confidence } : undefined;
}

/** A line that introduces a quotation, in the wordings of the common mail programs. */
const QUOTED_FROM = /^\s*(-{2,}\s*(original|forwarded)\b.*|_{10,}|on .{1,200} wrote:)\s*$/i;

/** What the writer says, without what has no language. */
function ownWords(text: string): string {
  const lines = text.slice(0, 4 * TEXT_LENGTH).split(/\r?\n/);
  const quotation = lines.findIndex((line) => QUOTED_FROM.test(line));
  const own = (quotation > 0 ? lines.slice(0, quotation) : lines).filter((line) => !line.trimStart().startsWith('>'));
  return own
    .join('\n')
    .replace(/<[^<>\s][^<>]{0,300}>/g, ' ')
    .replace(/\b[a-z][a-z0-9+.-]{1,20}:\/\/\S+|\bwww\.\S+/gi, ' ')
    .replace(/\S+@\S+/g, ' ')
    .replace(/[^\s]*\d[^\s]*/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, TEXT_LENGTH);
}
