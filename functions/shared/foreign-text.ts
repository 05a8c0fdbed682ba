/**
 * Text that somebody else wrote (a customer, a vendor), made fit to stand in a mail, a page, a note or a terminal:
 * it stays what was written, and can neither end a line, nor turn or hide what stands beside it.
 */

/** Marks of direction, and characters that nobody sees; not the joiners and variants that emoji and some scripts are spelt with. */
const UNSEEN = /[[\p{Cf}\p{Default_Ignorable_Code_Point}]--[\u200c\u200d\ufe0e\ufe0f]]+/gv;

/** More marks on one letter than any language writes: they would climb over the lines above. */
const STACKED = /(\p{M}{4})\p{M}+/gu;

/** As one line of at most `most` characters, cut between two of them; without `most`, all of it. */
export function oneLine(text: string, most = Number.POSITIVE_INFINITY): string {
  return shorten(
    visible(text)
      .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
      .trim(),
    most,
  );
}

/** Text of at most `most` characters, cut between two of them. */
export function shorten(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`;
}

/** “Text” in quotation marks, of which none inside can end them. */
export function inQuotes(text: string): string {
  return `“${text.replace(/[“”]/g, '"')}”`;
}

/** Without what cannot be seen, or is drawn over something else. */
function visible(text: string): string {
  return text.toWellFormed().replace(UNSEEN, '').replace(STACKED, '$1');
}

/**
 * Text in which nothing becomes a link, a picture or a placeholder in the program that shows it: "https[:]//bad[.]example".
 * A CRM renders Markdown, or tags, and fills in {{placeholders}} of a comment; mail programs turn addresses into links.
 */
export function inert(text: string): string {
  return (
    text
      .replaceAll('://', '[:]//')
      .replace(/(?<=[\p{L}\p{M}\p{N}])\.(?=\p{L}\p{M}*\p{L})/gu, '[.]')
      // Browsers take these for dots; between other letters they end sentences.
      .replace(/(?<=[a-z\d])[\u3002\uff0e\uff61](?=[a-z]{2})/gi, '[.]')
      .replace(/\](?=[([:])/g, '] ')
      .replace(/<(?=[\p{L}/!?])/gu, '< ')
      .replace(/[{%](?=[{%])/g, '$& ')
  );
}

/** Most lines of a quotation. */
const MOST_LINES = 40;

/** Somebody's text as a quotation: each of its lines begins with "> ", so that none passes for ours. Inert, and at most `most` characters of it. */
export function quotation(text: string, most: number): string {
  const lines = text
    .split(/\r\n|[\n\r\u0085\u2028\u2029]/)
    .map((line) => oneLine(line))
    .filter((line) => line !== '');
  return shorten(lines.slice(0, MOST_LINES).join('\n'), most)
    .split('\n')
    .map((line) => `> ${inert(line)}`)
    .join('\n');
}
