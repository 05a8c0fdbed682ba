import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { textLines } from '../../local/text-lines.ts';

/** The lines of a text that comes in chunks of some bytes. */
async function linesOf(text: string, size = Number.POSITIVE_INFINITY) {
  const bytes = Buffer.from(text);
  const chunks = [];
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
  return all(chunks);
}

async function all(chunks: readonly (string | Uint8Array)[]) {
  const lines: string[] = [];
  for await (const line of textLines(Readable.from(chunks))) lines.push(line);
  return lines;
}

describe('the lines of a text', () => {
  it.each([
    ['', []],
    ['\n', ['']],
    ['a', ['a']],
    ['a\n', ['a']],
    ['a\n\nb', ['a', '', 'b']],
    ['a\r\nb\r\n', ['a', 'b']],
    ['\uFEFFa\nb', ['a', 'b']],
    ['ü🎈\n我', ['ü🎈', '我']],
    // What a customer pasted from a word processor.
    ['a\u2028b\u2029c\u0085d\ne', ['a\u2028b\u2029c\u0085d', 'e']],
  ])('%j are %j, however it is cut', async (text, lines) => {
    expect(await linesOf(text)).toEqual(lines);
    expect(await linesOf(text, 1)).toEqual(lines);
    expect(await linesOf(text, 3)).toEqual(lines);
    expect(await all([text])).toEqual(lines);
  });

  it('of millions of characters take no longer than they must', async () => {
    const [long] = await linesOf('x'.repeat(20_000_000), 65_536);
    expect(long).toHaveLength(20_000_000);
  });
});
