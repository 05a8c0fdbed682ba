import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clean, fold, wordsOf } from '../../domain/words.ts';

describe('words of a text', () => {
  it.each([
    ['plain letters and digits', 'Order 4711, PLEASE!', ['order', '4711', 'please']],
    ['line breaks and underscores', 'a_b\r\nc', ['a', 'b', 'c']],
    ['nothing but signs', ' -- !? ', []],
    ['nothing', '', []],
    ['accents stay', 'Été à Köln', ['été', 'à', 'köln']],
    ['letters with a separate accent', 'e\u0301te', ['éte']],
    ['full width', 'ＫＩＬＬ', ['kill']],
    ['a zero-width space inside a word', 'k\u200bill', ['kill']],
    ['a soft hyphen, a joiner, a variation selector, a filler', 'k\u00ad\u034fi\ufe0fl\u3164l', ['kill']],
    ['an accent behind a joiner', 'ameac\u200d\u0327a', ['ameaça']],
    ['letters struck out, underlined or in a box', 's\u0336u\u0336e\u0332 1\ufe0f\u20e3', ['sue', '1']],
    ['Turkish capitals', 'İNTİHAR', ['intihar']],
    ['marks stay with their letters', 'हिन्दी', ['हिन्दी']],
    ['Chinese: each letter is a word', '我要退款。', ['我', '要', '退', '款']],
    ['Japanese: each letter is a word', '返金して', ['返', '金', 'し', 'て']],
    ['Latin words inside Chinese', '我的iPhone坏了', ['我', '的', 'iphone', '坏', '了']],
    ['Korean has spaces', '환불 요청', ['환불', '요청']],
  ])('%s', (_, text, expected) => {
    expect(wordsOf(text)).toEqual(expected);
  });

  it('plain letters give the same with and without a letter of another alphabet beside them', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), (text) => {
        expect(wordsOf(`${text} ж`)).toEqual([...wordsOf(text), 'ж']);
      }),
    );
  });
});

describe('plain text', () => {
  it.each([
    ['marks', '\u0301\u0316'],
    ['marks that become some', '\uff9e\u0316'],
  ])('%s without end on one letter take no time', (_, pair) => {
    const before = process.cpuUsage();
    const words = wordsOf(`x${pair.repeat(50_000)} kill`);
    expect(process.cpuUsage(before).user).toBeLessThan(1_000_000);
    expect(words).toEqual([expect.stringMatching(/^x.{10,30}$/u), 'kill']);
  });

  it('clean keeps case and punctuation, and drops what nobody sees', () => {
    expect(clean('Ｋill\u200b you…')).toBe('Kill you...');
    expect(clean(' As it is. ')).toBe(' As it is. ');
  });

  it('fold is clean, in lower case, without space around it', () => {
    expect(fold('\u200b  U\u2060S \n')).toBe('us');
    expect(fold(' Chat ')).toBe('chat');
  });
});
