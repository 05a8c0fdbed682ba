const ASCII = /^[\0-\x7f]*$/;
/**
 * Characters that nobody sees, and lines and boxes drawn over letters: they would hide a phrase
 * from a rule, but not from a reader.
 */
const HIDING = /[\u0305\u0332-\u0338\u20d0-\u20f0\p{Cf}\p{Default_Ignorable_Code_Point}]+/gu;
/** More marks on one letter than any language writes (UAX 15, Stream-Safe Text): putting them in order takes the square of their number. */
const STACKED = /([\p{M}\uff9e\uff9f]{30})[\p{M}\uff9e\uff9f]+/gu;
/** Letters of scripts that put no spaces between words: each is a word, so that a phrase is found inside a sentence. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/gu;

/** Text in its plainest form (NFKC), without what hides letters. Case and punctuation stay. */
export function clean(text: string): string {
  // Before NFKC, which puts a letter and its accent together only if nothing stands between them.
  return ASCII.test(text) ? text : text.replace(HIDING, '').replace(STACKED, '$1').normalize('NFKC');
}

/** Text as it is compared: clean, in lower case, without space around it. */
export function fold(text: string): string {
  // A Turkish capital İ becomes an i with a dot of its own.
  return clean(text).toLowerCase().replaceAll('i\u0307', 'i').trim();
}

/** The words of a text as they are compared: punctuation and line breaks never hide one. */
export function wordsOf(text: string): string[] {
  const folded = fold(text);
  if (ASCII.test(folded)) return folded.match(/[a-z0-9]+/g) ?? [];
  return folded.replace(UNSPACED, ' $& ').match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
}
