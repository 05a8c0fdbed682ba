import { describe, expect, it } from 'vitest';
import { targetExplained, targetInWords } from '../../domain/clock-words.ts';

describe('a target in words', () => {
  it.each([
    [1800, 'office', '30 business minutes'],
    [3600, 'office', '1 business hour'],
    [5400, 'office', '1 business hour 30 minutes'],
    [57_600, 'office', '16 business hours'],
    [20, 'office', '20 business seconds'],
    [1, 'office', '1 business second'],
    [3661, 'office', '1 business hour 1 minute 1 second'],
    [1800, 'always', '30 minutes'],
    [90, 'always', '1 minute 30 seconds'],
    [86_400, 'always', '24 hours'],
  ])('%d s on %s is %s', (seconds, calendar, expected) => {
    expect(targetInWords(seconds, calendar)).toBe(expected);
  });
});

describe('a target explained', () => {
  it.each([
    [28_800, 'office', undefined, '8 business hours: time in which calendar office is open'],
    [
      28_800,
      'office',
      28_800,
      '8 business hours: time in which calendar office is open (1 business day of 8 business hours)',
    ],
    [
      57_600,
      'office',
      28_800,
      '16 business hours: time in which calendar office is open (2 business days of 8 business hours)',
    ],
    [30_000, 'office', 28_800, '8 business hours 20 minutes: time in which calendar office is open'],
    [86_400, 'always', 28_800, '24 hours of plain time, day and night'],
  ])('%d s on %s with a business day of %s s', (seconds, calendar, day, expected) => {
    expect(targetExplained(seconds, calendar, day)).toBe(expected);
  });
});
