import { type Document, isAlias, isScalar, visit } from 'yaml';
import type { Fault } from './yaml-faults.ts';
import { lineAt, quote } from './yaml-lines.ts';

/** What YAML takes for something else than the text that it was surely meant to be. */
export function lostText(document: Document.Parsed, text: string): Fault[] {
  const found: Fault[] = [];
  const add = (at: number, message: string) => found.push({ at, message });
  visit(document, {
    Node: (_, node) => {
      const [from = 0, to = 0] = node.range ?? [];
      const instead = (sign: string) => `the value itself, or quotes around a text that begins with "${sign}"`;
      if (isAlias(node)) return void add(from, `expected ${instead('*')}, found the alias "*${node.source}"`);
      if (node.anchor !== undefined)
        add(text.lastIndexOf('&', from), `expected ${instead('&')}, found the anchor "&${node.anchor}"`);
      if (!isScalar(node) || node.type !== 'PLAIN') return;
      const { comment, source = '' } = node;
      if (/^[“”„«‘‚].*[“”»’‘]$/s.test(source))
        add(from, `expected straight quotes, as in ${quote(source.slice(1, -1))}, found ${source}`);
      // A comment of another line is none of this text.
      const sign = text.indexOf('#', to);
      if (comment == null || !/^[\p{L}\p{N}]/u.test(comment) || lineAt(text, sign).from !== lineAt(text, to).from)
        return;
      const whole = quote(`${source} #${comment.split('\n')[0]}`.trim());
      add(
        sign,
        `expected quotes around a text with # in it, as in ${whole}, or a space after the # of a comment, found neither`,
      );
    },
  });
  return found;
}
