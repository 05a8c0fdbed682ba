import { describe, expect, it } from 'vitest';
import { oneLine } from '../../../functions/shared/foreign-text.ts';

describe('oneLine', () => {
  it.each([
    ['line breaks of every kind', 'a\r\nBcc: x\u2028b\u2029c\u0085d\te', 'a Bcc: x b c d e'],
    ['control characters', 'a\0b\x1b[31mc\x7fd', 'a b [31mc d'],
    ['marks of direction', 'a\u202eb\u2066c\u061cd\u200fe', 'abcde'],
    ['what nobody sees', 'a\u200b\u200bb\u{e0041}c\ufeffd\u3164e', 'abcde'],
    ['a lone half of a character', 'a\ud83cb', 'a\ufffdb'],
    ['marks piled on a letter', `e${'\u0301'.repeat(40)}f`, `e${'\u0301'.repeat(4)}f`],
  ])('takes out %s', (_what, text, expected) => {
    expect(oneLine(text)).toBe(expected);
  });

  it.each(['Không có hình', '👨‍👩‍👧 watch ❤️', 'می‌خواهم', 'שלום עולם', 'อยู่ที่นี่'])(
    'leaves %s as it was written',
    (text) => {
      expect(oneLine(text)).toBe(text);
    },
  );

  it('cuts between two characters, never inside one', () => {
    expect(oneLine('🎬🎬🎬', 2)).toBe('🎬…');
    expect(oneLine('🎬🎬', 2)).toBe('🎬🎬');
  });
});
