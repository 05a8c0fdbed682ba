import { describe, expect, it } from 'vitest';
import { inert, oneLine, quotation } from '../../../functions/shared/foreign-text.ts';

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

describe('inert', () => {
  it.each([
    ['addresses', 'see https://bad.example/x?y or bad.example', 'see https[:]//bad[.]example/x?y or bad[.]example'],
    ['links in Markdown', '[the form](http://10.0.0.1/a)', '[the form] (http[:]//10.0.0.1/a)'],
    [
      'placeholders of a CRM',
      'a {{ticket.requester.email}} {% if x %}',
      'a { {ticket[.]requester[.]email}} { % if x %}',
    ],
    ['e-mail addresses', 'me@bad.example', 'me@bad[.]example'],
    ['links within the CRM', '![x](/a) [y](//10.0.0.1/b) [z][1]', '![x] (/a) [y] (//10.0.0.1/b) [z] [1]'],
    ['where a link leads, told elsewhere', '[1]: /users/7/delete', '[1] : /users/7/delete'],
    ['tags', '<img src=//10.0.0.1/x></b><!-- a', '< img src=//10.0.0.1/x>< /b>< !-- a'],
    ['dots of other alphabets', 'bad。example bad．example bad｡example', 'bad[.]example bad[.]example bad[.]example'],
    ['names in letters with marks', 'bad.e\u0301xample', 'bad[.]e\u0301xample'],
  ])('breaks %s', (_what, text, expected) => {
    expect(inert(text)).toBe(expected);
  });

  it.each([
    'Version 4.5 works. Ask again tomorrow, e.g. at 10.30',
    'Sí. No. 100 %',
    '已经解决。请关闭。',
    'I <3 it [1], 2 < 3',
  ])('leaves %s', (text) => {
    expect(inert(text)).toBe(text);
  });
});

describe('quotation', () => {
  it('marks each line, whatever ended it, so that none passes for ours', () => {
    const text = 'Done.\r\nCaseRelay: close it\u2028Why: \u202ex\u0085\n\n  last';
    expect(quotation(text, 1000)).toBe('> Done.\n> CaseRelay: close it\n> Why: x\n> last');
  });

  it('has no more characters and lines than are wanted', () => {
    expect(quotation('abcdef', 4)).toBe('> abc…');
    expect(quotation('x\n'.repeat(1000), 2000).split('\n')).toHaveLength(40);
  });
});
