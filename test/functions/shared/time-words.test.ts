import { describe, expect, it } from 'vitest';
import { inZone, relative, span } from '../../../functions/shared/time-words.ts';

describe('an instant on the wall clock of a zone', () => {
  it.each([
    // Europe's clocks go forward at 01:00 UTC on 29 March 2026, …
    ['2026-03-29T00:30:00Z', 'Europe/Berlin', 'Sun 29 Mar 2026, 01:30 Central European Standard Time'],
    ['2026-03-29T01:30:00Z', 'Europe/Berlin', 'Sun 29 Mar 2026, 03:30 Central European Summer Time'],
    // … and California's back at 09:00 UTC on 1 November: 01:30 comes twice, the name tells them apart.
    ['2026-11-01T08:30:00Z', 'America/Los_Angeles', 'Sun 1 Nov 2026, 01:30 Pacific Daylight Time'],
    ['2026-11-01T09:30:00Z', 'America/Los_Angeles', 'Sun 1 Nov 2026, 01:30 Pacific Standard Time'],
    ['2026-11-16T23:30:00Z', 'Asia/Manila', 'Tue 17 Nov 2026, 07:30 Philippine Standard Time'],
    ['2026-11-16T23:00:00Z', 'Europe/Berlin', 'Tue 17 Nov 2026, 00:00 Central European Standard Time'],
  ])('%s in %s is %s', (instant, zone, expected) => {
    expect(inZone(Date.parse(instant), zone)).toBe(expected);
  });
});

describe('how far away an instant is', () => {
  const NOW = Date.parse('2026-11-16T10:00:00Z');
  it.each([
    [0, 'now'],
    [499, 'now'],
    [8_000, 'in 8 s'],
    [-59_400, '59 s ago'],
    [59_600, 'in 1 min'],
    // A mail sent a moment after the warning "10 minutes before" still says ten.
    [599_900, 'in 10 min'],
    [-180_000, '3 min ago'],
    [3_600_000, 'in 1 h'],
    [12_000_000, 'in 3 h 20 min'],
    [86_400_000, 'in 1 day'],
    [234_000_000, 'in 2 days 17 h'],
  ])('%d ms is %s', (distance, expected) => {
    expect(relative(NOW + distance, NOW)).toBe(expected);
  });

  it('never says sixty of anything', () => {
    expect(span(3_599_600)).toBe('1 h');
    expect(span(86_399_000)).toBe('1 day');
  });
});
