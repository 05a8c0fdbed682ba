import { describe, expect, it } from 'vitest';
import { type CalendarDefinition, compileCalendar, NoOpenTimeError } from '../../domain/calendar.ts';

const at = (text: string) => Date.parse(text);
const iso = (ms: number) => new Date(ms).toISOString();
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const NINE_TO_FIVE: CalendarDefinition['weekly'] = {
  mon: [[540, 1020]],
  tue: [[540, 1020]],
  wed: [[540, 1020]],
  thu: [[540, 1020]],
  fri: [[540, 1020]],
};
const office = compileCalendar({ zone: 'UTC', weekly: NINE_TO_FIVE, holidays: [] });

describe('due: start + open time', () => {
  it('carries Friday 16:00 + 2 h to Monday 10:00', () => {
    expect(iso(office.add(at('2024-01-19T16:00:00Z'), 2 * HOUR))).toBe('2024-01-22T10:00:00.000Z');
  });

  it('starts the next morning when asked after hours, and the same morning before hours', () => {
    expect(iso(office.add(at('2024-01-17T18:00:00Z'), 2 * HOUR))).toBe('2024-01-18T11:00:00.000Z');
    expect(iso(office.add(at('2024-01-17T07:00:00Z'), 2 * HOUR))).toBe('2024-01-17T11:00:00.000Z');
  });

  it('is due at closing, not at the next opening, when the time ends exactly there', () => {
    expect(iso(office.add(at('2024-01-19T16:00:00Z'), HOUR))).toBe('2024-01-19T17:00:00.000Z');
  });

  it('keeps real time across the start of daylight saving in New York', () => {
    const newYork = compileCalendar({
      zone: 'America/New_York',
      weekly: { ...NINE_TO_FIVE, fri: [[540, 1080]], mon: [[540, 1080]] },
      holidays: [],
    });
    // Friday 17:30 local is 22:30Z; Monday opens 09:00 EDT = 13:00Z.
    expect(iso(newYork.add(at('2026-03-06T22:30:00Z'), HOUR))).toBe('2026-03-09T13:30:00.000Z');
  });

  it('counts a night shift over the change to summer time as an hour shorter', () => {
    const night = compileCalendar({ zone: 'Europe/Berlin', weekly: { sat: [[1320, 360]] }, holidays: [] });
    // Sat 2026-03-28 22:00 to Sun 06:00 local: 21:00Z to 04:00Z, seven hours.
    expect(night.elapsed(at('2026-03-28T00:00:00Z'), at('2026-03-30T00:00:00Z')) / HOUR).toBe(7);
  });

  it('skips holidays, keeps split shifts apart and lets special days open', () => {
    const split = compileCalendar({
      zone: 'Europe/Berlin',
      weekly: {
        thu: [
          [540, 720],
          [780, 1020],
        ],
        fri: [
          [540, 720],
          [780, 1020],
        ],
      },
      holidays: ['2026-12-25'],
      special: { '2026-12-26': [[600, 660]] },
    });
    // Thu 24 Dec 16:00 local (15:00Z): 1 h left that day, Friday a holiday, Saturday 10:00-11:00 by exception.
    expect(iso(split.add(at('2026-12-24T15:00:00Z'), 90 * MINUTE))).toBe('2026-12-26T09:30:00.000Z');
    expect(split.elapsed(at('2026-12-24T07:00:00Z'), at('2026-12-24T23:00:00Z')) / HOUR).toBe(7);
  });

  it('works on a week with only one open day (osTicket needed Monday and Thursday)', () => {
    const sundays = compileCalendar({ zone: 'UTC', weekly: { sun: [[660, 720]] }, holidays: [] });
    expect(iso(sundays.add(at('2026-11-22T11:30:00Z'), 2 * HOUR))).toBe('2026-12-06T11:30:00.000Z');
  });

  it('says so when there is no open time at all, and when the only open days are past', () => {
    const never = compileCalendar({ zone: 'UTC', weekly: {}, holidays: [] });
    expect(() => never.add(0, 1)).toThrow(NoOpenTimeError);
    expect(() => never.nextOpen(0)).toThrow(NoOpenTimeError);
    const once = compileCalendar({ zone: 'UTC', weekly: {}, holidays: [], special: { '2026-01-01': [[0, 60]] } });
    expect(iso(once.add(at('2025-12-31T00:00:00Z'), HOUR))).toBe('2026-01-01T01:00:00.000Z');
    expect(() => once.add(at('2025-12-31T00:00:00Z'), 2 * HOUR)).toThrow(NoOpenTimeError);
  });

  it('reaches as far as a target needs, also when it has reached far before', () => {
    // A minute each Monday from 5 January 2026: the 700th is 699 weeks later, the 1,400th 1,399 weeks.
    const seldom = compileCalendar({ zone: 'UTC', weekly: { mon: [[0, 1]] }, holidays: [] });
    expect(iso(seldom.add(at('2026-01-01T00:00:00Z'), 700 * MINUTE))).toBe('2039-05-30T00:01:00.000Z');
    expect(iso(seldom.add(at('2026-01-01T00:00:00Z'), 1400 * MINUTE))).toBe('2052-10-28T00:01:00.000Z');
  });

  it('refuses an unknown zone and a negative duration', () => {
    expect(() => compileCalendar({ zone: 'Mars/Olympus', weekly: {}, holidays: [] })).toThrow(RangeError);
    expect(() => office.add(0, -1)).toThrow(RangeError);
  });

  it('gives the same answer whatever was asked before', () => {
    const fresh = () => compileCalendar({ zone: 'America/Sao_Paulo', weekly: NINE_TO_FIVE, holidays: [] });
    const used = fresh();
    used.add(at('2031-05-05T12:00:00Z'), 4000 * HOUR);
    used.elapsed(at('1999-01-01T00:00:00Z'), at('2001-01-01T00:00:00Z'));
    const start = at('2015-10-16T18:00:00Z');
    expect(used.add(start, 100 * HOUR)).toBe(fresh().add(start, 100 * HOUR));
  });
});
