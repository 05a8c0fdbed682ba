import { describe, expect, it } from 'vitest';
import { parseDuration, parseWarning } from '../../policy/compiler/duration.ts';

describe('durations', () => {
  it.each([
    ['1 business second', 'business', 1],
    ['45 business seconds', 'business', 45],
    ['1 business minute', 'business', 60],
    ['30 business minutes', 'business', 1800],
    ['1 business hour', 'business', 3600],
    ['8 business hours', 'business', 28_800],
    ['20 calendar seconds', 'calendar', 20],
    ['15 calendar minutes', 'calendar', 900],
    ['12 calendar hours', 'calendar', 43_200],
    ['1 calendar day', 'calendar', 86_400],
    ['366 calendar days', 'calendar', 31_622_400],
  ])('%s', (text, kind, seconds) => {
    expect(parseDuration(text)).toEqual({ kind, seconds });
  });

  it('counts business days as long as they are said to be', () => {
    // A day of 7.5 hours is 27,000 seconds.
    expect(parseDuration('1 business day', 27_000)).toEqual({ kind: 'business', seconds: 27_000 });
    expect(parseDuration('3 business days', 27_000)).toEqual({ kind: 'business', seconds: 81_000 });
    expect(parseDuration('2 calendar days', 27_000)).toEqual({ kind: 'calendar', seconds: 172_800 });
    expect(() => parseDuration('2 days', 27_000)).toThrow('"16 business hours"');
    expect(parseWarning('1 business day before', 27_000)).toEqual({
      name: '1 business day before',
      before: { kind: 'business', seconds: 27_000 },
    });
  });

  it.each([
    ['1 day', '"8 business hours" (open hours of the calendar only) or "1 calendar day" (all hours)'],
    ['3 days', '"24 business hours" (open hours of the calendar only) or "3 calendar days" (all hours)'],
    ['8 hours', '"8 business hours" (open hours of the calendar only) or "8 calendar hours" (all hours)'],
    ['1 hour', '"1 business hour" (open hours of the calendar only) or "1 calendar hour" (all hours)'],
    [
      '2 business days',
      '"16 business hours", or "2 calendar days" (all hours), or how long a business day is, as "business-day: 8 business hours" at the top of clocks.yaml',
    ],
    ['0 business hours', 'a duration of at least one second'],
    ['367 calendar days', 'a duration of at most 366 days'],
    ['8h', '"8 business hours" (open hours of the calendar only) or "8 calendar hours" (all hours)'],
    ['1.5 business hours', 'a duration such as "30 business minutes" or "2 calendar hours"'],
    ['-1 business hours', 'a duration such as "30 business minutes" or "2 calendar hours"'],
    ['8 Business Hours', 'a duration such as "30 business minutes" or "2 calendar hours"'],
    ['', 'a duration such as "30 business minutes" or "2 calendar hours"'],
  ])('refuses "%s"', (text, expected) => {
    expect(() => parseDuration(text)).toThrow(`expected ${expected}, found ${JSON.stringify(text)}`);
  });
});

describe('warnings', () => {
  it.each([
    ['75%', { name: '75%', share: 0.75 }],
    ['75 %', { name: '75%', share: 0.75 }],
    ['12.5%', { name: '12.5%', share: 0.125 }],
    ['30 business minutes before', { name: '30 business minutes before', before: { kind: 'business', seconds: 1800 } }],
    ['1 calendar hour before', { name: '1 calendar hour before', before: { kind: 'calendar', seconds: 3600 } }],
  ])('%s', (text, warning) => {
    expect(parseWarning(text)).toEqual(warning);
  });

  it.each([
    ['0%', 'a share between 0% and 100% of the target'],
    ['100%', 'a share between 0% and 100% of the target'],
    ['soon', 'a warning such as "75%" or "30 business minutes before"'],
  ])('refuses "%s"', (text, expected) => {
    expect(() => parseWarning(text)).toThrow(`expected ${expected}, found ${JSON.stringify(text)}`);
  });

  it('refuses a bare time before, and says which to choose from', () => {
    expect(() => parseWarning('30 minutes before')).toThrow(
      'expected "30 business minutes" (open hours of the calendar only) or "30 calendar minutes" (all hours), found "30 minutes"',
    );
  });
});
