import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../policy/compiler/duration.ts';
import { publicHolidays } from '../../policy/compiler/holidays.ts';
import { parseDate, parseDays, parseWindow } from '../../policy/compiler/hours.ts';
import { meantZone } from '../../policy/compiler/meant.ts';
import { FormatError } from '../../policy/compiler/problems.ts';

/** What is suggested for a text that is refused; undefined if nothing is. */
function meant(parse: (text: string) => unknown, text: string): string | undefined {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof FormatError) return error.meant;
    throw error;
  }
  throw new Error(`${text} is not refused`);
}

describe('what is suggested', () => {
  it.each([
    ['9:00-17:30', '09:00-17:30'],
    ['09:00–17:30', '09:00-17:30'],
    ['9am-5pm', '09:00-17:00'],
    ['9 am to 12:30 pm', '09:00-12:30'],
    ['10pm-6am', '22:00-06:00'],
    ['9.00 - 17.30', '09:00-17:30'],
    ['9-24', '09:00-24:00'],
    ['9-17:60', undefined],
    ['13pm-5pm', undefined],
    ['9-9', undefined],
    ['all day', undefined],
  ])('for hours: %s', (text, window) => {
    expect(meant(parseWindow, text)).toBe(window);
    if (window !== undefined) expect(() => parseWindow(window)).not.toThrow();
  });

  it.each([
    ['Mon-Fri', 'mon-fri'],
    ['monday to friday', 'mon-fri'],
    ['Sat.', 'sat'],
    ['weekdays', 'mon-fri'],
    ['Weekend', 'sat-sun'],
    ['mon, wed', undefined],
    ['holidays', undefined],
  ])('for days: %s', (text, days) => {
    expect(meant(parseDays, text)).toBe(days);
    if (days !== undefined) expect(() => parseDays(days)).not.toThrow();
  });

  it.each([
    ['24.12.2026', '2026-12-24'],
    ['2026/12/24', '2026-12-24'],
    ['2026-1-5', '2026-01-05'],
    ['24 Dec 2026', '2026-12-24'],
    ['24. December 2026', '2026-12-24'],
    // The American and the British way: nobody knows.
    ['05/06/2026', undefined],
    ['31.11.2026', undefined],
    ['Christmas', undefined],
  ])('for dates: %s', (text, date) => expect(meant(parseDate, text)).toBe(date));

  it.each([
    ['1.5 business hours', '90 business minutes'],
    ['0,5 calendar days', '12 calendar hours'],
    ['30 Business Mins', '30 business minutes'],
    ['2 calendar d', '2 calendar days'],
    ['1.5 business days', undefined],
    ['soon', undefined],
  ])('for durations: %s', (text, duration) => expect(meant(parseDuration, text)).toBe(duration));

  it('for a duration of which nobody says what it counts is a choice', () => {
    expect(() => parseDuration('30m')).toThrow(
      'expected "30 business minutes" (open hours of the calendar only) or "30 calendar minutes" (all hours), found "30m"',
    );
  });

  it.each([
    ['Ireland', 'IE'],
    ['ie', 'IE'],
    ['UK', 'GB'],
    ['Atlantis', undefined],
  ])('for regions: %s', (text, region) => expect(meant((one) => publicHolidays(one, [2026]), text)).toBe(region));

  it.each([
    ['Dublin', 'Europe/Dublin'],
    ['europe/dublin', 'Europe/Dublin'],
    ['Los Angeles', 'America/Los_Angeles'],
    // There are two of this name.
    ['Salta', undefined],
    ['PST', undefined],
  ])('for zones: %s', (text, zone) =>
    expect(meantZone(text, ['Europe/Dublin', 'America/Los_Angeles', 'A/Salta', 'B/Salta'])).toBe(zone),
  );
});
