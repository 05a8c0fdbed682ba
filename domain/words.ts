const ASCII = /^[\0-\x7f]*$/;
/** Characters that nobody sees: they would hide a phrase from a rule, but not from a reader. */
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}]+/gu;
/** Letters of scripts that put no spaces between words: each is a word, so that a phrase is found inside a sentence. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/gu;

/** Text in its plainest form (NFKC), without the characters that nobody sees. Case and punctuation stay. */
export function clean(text: string): string {
  return ASCII.test(text) ? text : text.normalize('NFKC').replace(INVISIBLE, '');
}

/** Text as it is compared: clean, in lower case, without space around it. */
export function fold(text: string): string {
  return clean(text).toLowerCase().trim();
}

/** The words of a text as they are compared: punctuation and line breaks never hide one. */
export function wordsOf(text: string): string[] {
  const folded = fold(text);
  if (ASCII.test(folded)) return folded.match(/[a-z0-9]+/g) ?? [];
  return folded.replace(UNSPACED, ' $& ').match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
}
