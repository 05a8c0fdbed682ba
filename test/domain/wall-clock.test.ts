import { describe, expect, it } from 'vitest';
import { dayAndTime, inZone, timeAsOf, yearIn, zoneName } from '../../domain/wall-clock.ts';

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

  it('has seconds where they are asked for and not zero', () => {
    const [even, odd] = [Date.parse('2026-09-08T12:30:00Z'), Date.parse('2026-09-08T12:30:05.900Z')];
    expect(inZone(odd, 'UTC')).toBe('Tue 8 Sep 2026, 12:30 Coordinated Universal Time');
    expect(inZone(even, 'UTC', 'second')).toBe('Tue 8 Sep 2026, 12:30 Coordinated Universal Time');
    expect(inZone(odd, 'UTC', 'second')).toBe('Tue 8 Sep 2026, 12:30:05 Coordinated Universal Time');
  });

  it('in a table names the day, and the year where it is another', () => {
    const instant = Date.parse('2026-12-31T16:00:30Z');
    expect(dayAndTime(instant, 'UTC', 2026)).toBe('Thu 31 Dec 16:00:30');
    expect(dayAndTime(instant, 'Asia/Manila', 2026)).toBe('Fri 1 Jan 27 00:00:30');
    expect(yearIn(instant, 'Asia/Manila')).toBe(2027);
  });

  it.each([
    ['2026-06-08T12:00:00Z', '14:30'],
    // Already Tuesday in Berlin.
    ['2026-06-08T22:30:00Z', 'Mon 8 Jun, 14:30'],
    ['2027-06-08T12:00:00Z', 'Mon 8 Jun, 14:30'],
  ])('as of %s is %s: the day is named if it is another', (now, expected) => {
    expect(timeAsOf(Date.parse('2026-06-08T12:30:00Z'), 'Europe/Berlin', Date.parse(now))).toBe(expected);
  });

  it('refuses a zone that does not exist', () => {
    expect(() => inZone(0, 'Mars/Olympus')).toThrow(RangeError);
  });
});

describe('the name of a zone', () => {
  it.each([
    ['America/Los_Angeles', 'Pacific Time (America/Los_Angeles)'],
    ['Europe/Berlin', 'Central European Time (Europe/Berlin)'],
    ['Europe/Dublin', 'Ireland Time (Europe/Dublin)'],
    ['Asia/Manila', 'Philippine Standard Time (Asia/Manila)'],
    ['UTC', 'Coordinated Universal Time (UTC)'],
  ])('%s is %s, summer and winter', (zone, expected) => {
    for (const at of ['2026-01-15T00:00:00Z', '2026-07-15T00:00:00Z'])
      expect(zoneName(Date.parse(at), zone)).toBe(expected);
  });
});
