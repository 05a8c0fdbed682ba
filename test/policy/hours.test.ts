import { describe, expect, it } from 'vitest';
import { overlap, parseDate, parseDays, parseWindow, parseYears } from '../../policy/compiler/hours.ts';
import { FormatError } from '../../policy/compiler/problems.ts';

describe('windows', () => {
  it.each([
    ['09:00-13:00', [540, 780]],
    ['14:30 - 18:15', [870, 1095]],
    ['00:00-24:00', [0, 1440]],
    ['22:00-06:00', [1320, 360]],
    ['22:00-24:00', [1320, 1440]],
    ['22:00-00:00', [1320, 0]],
  ])('%s', (text, window) => expect(parseWindow(text)).toEqual(window));

  it.each([
    '9-17',
    '9:00-17:00',
    '09:00',
    '24:00-06:00',
    '09:60-10:00',
    '09:00-24:01',
    '09:00-09:00',
    '25:00-26:00',
    '',
  ])('refuses "%s"', (text) => expect(() => parseWindow(text)).toThrow(FormatError));

  it('finds windows that overlap, over midnight too', () => {
    expect(
      overlap([
        [540, 780],
        [840, 1080],
      ]),
    ).toBeUndefined();
    expect(
      overlap([
        [540, 780],
        [780, 1080],
      ]),
    ).toBeUndefined();
    expect(
      overlap([
        [840, 1080],
        [540, 900],
      ]),
    ).toEqual([
      [540, 900],
      [840, 1080],
    ]);
    expect(
      overlap([
        [1260, 300],
        [480, 720],
      ]),
    ).toBeUndefined();
    expect(
      overlap([
        [1260, 300],
        [1380, 1440],
      ]),
    ).toEqual([
      [1260, 300],
      [1380, 1440],
    ]);
  });
});

describe('days', () => {
  it.each([
    ['sat', ['sat']],
    ['mon-fri', ['mon', 'tue', 'wed', 'thu', 'fri']],
    ['mon-sun', ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']],
    ['sat-mon', ['sat', 'sun', 'mon']],
  ])('%s', (text, days) => expect(parseDays(text)).toEqual(days));

  it.each(['Mon', 'monday', 'mon-', 'mon-tue-wed', 'mon,tue', ''])('refuses "%s"', (text) =>
    expect(() => parseDays(text)).toThrow(FormatError),
  );
});

describe('dates and years', () => {
  it('takes a leap day only in a leap year', () => {
    expect(parseDate('2028-02-29')).toBe('2028-02-29');
    expect(() => parseDate('2026-02-29')).toThrow('expected a date such as 2026-12-24, found "2026-02-29"');
  });

  it('takes a year or a span of them', () => {
    expect(parseYears('2026')).toEqual([2026]);
    expect(parseYears('2025-2027')).toEqual([2025, 2026, 2027]);
  });

  it.each(['', '26', '2029-2025', '2000-2050', '0001', '2025–2029'])('refuses the years "%s"', (text) =>
    expect(() => parseYears(text)).toThrow(FormatError),
  );
});
