import { describe, expect, it } from 'vitest';
import {
  ALWAYS,
  type CalendarDefinition,
  compileCalendar,
  groupCalendar,
  NoOpenTimeError,
  type Window,
} from '../../domain/calendar.ts';
import { instantOfWork, workedSeconds } from '../../domain/clock.ts';

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
const office = () => compileCalendar({ zone: 'UTC', weekly: NINE_TO_FIVE, holidays: [] });

describe('due: start + open time', () => {
  it('carries Friday 16:00 + 2 h to Monday 10:00', () => {
    expect(iso(office().add(at('2024-01-19T16:00:00Z'), 2 * HOUR))).toBe('2024-01-22T10:00:00.000Z');
  });

  it('starts the next morning when asked after hours, and the same morning before hours', () => {
    expect(iso(office().add(at('2024-01-17T18:00:00Z'), 2 * HOUR))).toBe('2024-01-18T11:00:00.000Z');
    expect(iso(office().add(at('2024-01-17T07:00:00Z'), 2 * HOUR))).toBe('2024-01-17T11:00:00.000Z');
  });

  it('is due at closing, not at the next opening, when the time ends exactly there', () => {
    expect(iso(office().add(at('2024-01-19T16:00:00Z'), HOUR))).toBe('2024-01-19T17:00:00.000Z');
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
    expect(() => never.nextOpen(0)).toThrow(expect.objectContaining({ name: 'NoOpenTimeError' }));
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
    expect(() => office().add(0, -1)).toThrow(RangeError);
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

describe('where the clocks change', () => {
  it('counts a night shift over the end of summer time as an hour longer', () => {
    const night = compileCalendar({ zone: 'America/New_York', weekly: { sat: [[1320, 360]] }, holidays: [] });
    // Sat 2026-10-31 22:00 EDT is 02:00Z; Sun 06:00 EST is 11:00Z.
    expect(night.elapsed(at('2026-10-31T00:00Z'), at('2026-11-02T00:00Z')) / HOUR).toBe(9);
    expect(iso(night.add(at('2026-10-31T12:00Z'), 9 * HOUR))).toBe('2026-11-01T11:00:00.000Z');
  });

  it('moves by half an hour on Lord Howe Island', () => {
    const sundays = compileCalendar({ zone: 'Australia/Lord_Howe', weekly: { sun: [[0, 360]] }, holidays: [] });
    // Back from +11 to +10:30 on 5 April, forward again on 4 October, both at 02:00.
    expect(sundays.elapsed(at('2026-04-04T00:00Z'), at('2026-04-06T00:00Z')) / HOUR).toBe(6.5);
    expect(sundays.elapsed(at('2026-10-03T00:00Z'), at('2026-10-05T00:00Z')) / HOUR).toBe(5.5);
  });

  it('opens an hour later when the clocks skip the opening, also at midnight', () => {
    const gap = compileCalendar({ zone: 'America/Los_Angeles', weekly: { sun: [[130, 170]] }, holidays: [] });
    // 02:10 to 02:50 on 2026-03-08 are skipped: 03:10 to 03:50 PDT.
    expect([...gap.openings(at('2026-03-08T00:00Z'), at('2026-03-09T00:00Z'))]).toEqual([
      [at('2026-03-08T10:10Z'), at('2026-03-08T10:50Z')],
    ]);
    const midnight = compileCalendar({
      zone: 'America/Sao_Paulo',
      weekly: { sat: [[1080, 1440]], sun: [[0, 120]] },
      holidays: [],
    });
    // At 24:00 on 2015-10-17 it was 01:00: six hours of Saturday, one of Sunday.
    expect(midnight.elapsed(at('2015-10-17T12:00Z'), at('2015-10-18T12:00Z')) / HOUR).toBe(7);
  });

  it('is open the first time only when the clocks repeat the hour', () => {
    const once = compileCalendar({ zone: 'America/New_York', weekly: { sun: [[75, 105]] }, holidays: [] });
    expect([...once.openings(at('2026-11-01T00:00Z'), at('2026-11-02T00:00Z'))]).toEqual([
      [at('2026-11-01T05:15Z'), at('2026-11-01T05:45Z')],
    ]);
  });

  it('sees a change that falls on the UTC day after, as in Greenland', () => {
    // On Saturday 2022-03-26 at 22:00 (-03) it was 23:00 (-02): 21:00 is 00:00Z, 24:00 is 02:00Z.
    const nuuk = compileCalendar({ zone: 'America/Nuuk', weekly: { sat: [[1260, 1440]] }, holidays: [] });
    expect(nuuk.elapsed(at('2022-03-26T12:00Z'), at('2022-03-27T12:00Z')) / HOUR).toBe(2);
    const late = compileCalendar({ zone: 'America/Nuuk', weekly: { sat: [[1410, 1440]] }, holidays: [] });
    expect(iso(late.nextOpen(at('2022-03-26T12:00Z')))).toBe('2022-03-27T01:30:00.000Z');
  });

  it('has no hours on the date that Samoa left out, and ends a night shift across it on time', () => {
    const apia = compileCalendar({ zone: 'Pacific/Apia', weekly: NINE_TO_FIVE, holidays: [] });
    // Thursday 2011-12-29 16:00 was 02:00Z (-10). Saturday followed; Monday 10:00 was 20:00Z (+14) on Sunday.
    expect(iso(apia.add(at('2011-12-30T02:00Z'), 2 * HOUR))).toBe('2012-01-01T20:00:00.000Z');
    expect(apia.isOpen(at('2011-12-30T22:00Z'))).toBe(false);
    const night = compileCalendar({ zone: 'Pacific/Apia', weekly: { thu: [[1320, 360]] }, holidays: [] });
    // Thursday 22:00 to Saturday 06:00 by the calendar, eight hours by the clock.
    expect([...night.openings(at('2011-12-29T22:00Z'), at('2012-01-02T00:00Z'))]).toEqual([
      [at('2011-12-30T08:00Z'), at('2011-12-30T16:00Z')],
    ]);
  });
});

describe('days that differ', () => {
  it('ends a night shift that runs into a holiday, and does not begin one on it', () => {
    const manila = compileCalendar({
      zone: 'Asia/Manila',
      weekly: { thu: [[1260, 300]], fri: [[1260, 300]] },
      holidays: ['2026-06-12'],
    });
    // Thursday 21:00 is 13:00Z; Friday, the holiday, 05:00 is Thursday 21:00Z.
    expect([...manila.openings(at('2026-06-11T00:00Z'), at('2026-06-14T00:00Z'))]).toEqual([
      [at('2026-06-11T13:00Z'), at('2026-06-11T21:00Z')],
    ]);
  });

  it('carries New Year over to the first working day', () => {
    const cal = compileCalendar({ zone: 'UTC', weekly: NINE_TO_FIVE, holidays: ['2027-01-01'] });
    expect(iso(cal.add(at('2026-12-31T16:00Z'), 2 * HOUR))).toBe('2027-01-04T10:00:00.000Z');
    expect(iso(cal.subtract(at('2027-01-04T10:00Z'), 2 * HOUR))).toBe('2026-12-31T16:00:00.000Z');
  });

  it('opens on a holiday that has special hours, and closes on a special day without any', () => {
    const cal = compileCalendar({
      zone: 'UTC',
      weekly: NINE_TO_FIVE,
      holidays: ['2026-12-25'],
      special: { '2026-12-25': [[600, 660]], '2026-12-28': [] },
    });
    expect(cal.elapsed(at('2026-12-25T00:00Z'), at('2026-12-29T00:00Z')) / HOUR).toBe(1);
  });

  it('counts windows that overlap or touch once, as one opening', () => {
    const cal = compileCalendar({
      zone: 'UTC',
      weekly: {
        mon: [
          [600, 720],
          [540, 660],
          [720, 780],
        ],
        tue: [
          [540, 600],
          [610, 620],
          [530, 640],
        ],
      },
      holidays: [],
    });
    expect([...cal.openings(at('2026-01-05T00:00Z'), at('2026-01-07T00:00Z'))]).toEqual([
      [at('2026-01-05T09:00Z'), at('2026-01-05T13:00Z')],
      [at('2026-01-06T08:50Z'), at('2026-01-06T10:40Z')],
    ]);
  });
});

describe('counting back', () => {
  it('goes from Monday morning to Friday afternoon', () => {
    expect(iso(office().subtract(at('2024-01-22T10:00Z'), 2 * HOUR))).toBe('2024-01-19T16:00:00.000Z');
    expect(iso(office().subtract(at('2024-01-22T03:00Z'), HOUR))).toBe('2024-01-19T16:00:00.000Z');
  });

  it('stays at the opening when it ends exactly there, and where it is for nothing', () => {
    expect(iso(office().subtract(at('2024-01-22T10:00Z'), HOUR))).toBe('2024-01-22T09:00:00.000Z');
    expect(iso(office().subtract(at('2024-01-21T10:00Z'), 0))).toBe('2024-01-21T10:00:00.000Z');
  });

  it('says so when there is not enough open time before', () => {
    const once = compileCalendar({ zone: 'UTC', weekly: {}, holidays: [], special: { '2026-01-01': [[0, 60]] } });
    expect(iso(once.subtract(at('2026-01-02T00:00Z'), HOUR))).toBe('2026-01-01T00:00:00.000Z');
    expect(() => once.subtract(at('2026-01-02T00:00Z'), HOUR + 1)).toThrow(
      'no open time in the ten years before 2026-01-01T00:00:00.000Z',
    );
    expect(() => office().subtract(0, -1)).toThrow(RangeError);
  });

  it('reaches nine years back for the one day that was open, but not eleven', () => {
    const once = compileCalendar({ zone: 'UTC', weekly: {}, holidays: [], special: { '2026-01-01': [[0, 60]] } });
    expect(iso(once.subtract(at('2035-01-01T00:00Z'), HOUR))).toBe('2026-01-01T00:00:00.000Z');
    expect(iso(once.nextOpen(at('2017-01-01T00:00Z')))).toBe('2026-01-01T00:00:00.000Z');
    const later = compileCalendar({ zone: 'UTC', weekly: {}, holidays: [], special: { '2076-01-01': [[0, 60]] } });
    expect(() => later.add(0, 1)).toThrow('no open time in the ten years after 1970-01-01T00:00:00.000Z');
    expect(() => later.nextOpen(0)).toThrow('the calendar in UTC has no open time');
  });
});

describe('openings', () => {
  const first = (openings: Iterable<readonly [number, number]>, count: number) => {
    const found: string[][] = [];
    for (const [from, to] of openings) {
      if (found.length === count) break;
      found.push([iso(from), iso(to)]);
    }
    return found;
  };

  it('of a calendar that closes on one day only end there, however far off that is', () => {
    const day = [[0, 1440]] as const;
    const open = compileCalendar({
      zone: 'UTC',
      weekly: { mon: day, tue: day, wed: day, thu: day, fri: day, sat: day, sun: day },
      holidays: ['2026-10-01'],
    });
    const [from, to] = [at('2026-01-01T00:00:00Z'), at('2028-01-01T00:00:00Z')];
    const until = ['2026-01-01T00:00:00.000Z', '2026-10-01T00:00:00.000Z'];
    expect(first(open.openings(from), 1)).toEqual([until]);
    expect(first(open.openings(from, to), 9)).toEqual([
      until,
      ['2026-10-02T00:00:00.000Z', '2028-01-01T00:00:00.000Z'],
    ]);
    // The same where all of it is known already.
    expect(first(open.openings(from), 1)).toEqual([until]);
  });

  it('go on without an end, cut to where they begin', () => {
    expect(first(office().openings(at('2024-01-19T12:00Z')), 2)).toEqual([
      ['2024-01-19T12:00:00.000Z', '2024-01-19T17:00:00.000Z'],
      ['2024-01-22T09:00:00.000Z', '2024-01-22T17:00:00.000Z'],
    ]);
  });

  it('are cut to where they are asked to end', () => {
    const until = (to: string) => first(office().openings(at('2024-01-19T17:00Z'), at(to)), 9);
    expect(until('2024-01-22T10:00Z')).toEqual([['2024-01-22T09:00:00.000Z', '2024-01-22T10:00:00.000Z']]);
    expect(until('2024-01-22T09:00Z')).toEqual([]);
    expect(until('2024-01-19T16:00Z')).toEqual([]);
  });

  it('end when ten years pass without one, and have no end when it never closes', () => {
    const once = compileCalendar({ zone: 'UTC', weekly: {}, holidays: [], special: { '2026-01-01': [[0, 60]] } });
    expect(first(once.openings(at('2026-01-01T00:30Z')), 9)).toEqual([
      ['2026-01-01T00:30:00.000Z', '2026-01-01T01:00:00.000Z'],
    ]);
    const day: Window[] = [[0, 1440]];
    const weekly = { mon: day, tue: day, wed: day, thu: day, fri: day, sat: day, sun: day };
    const open = compileCalendar({ zone: 'Europe/Berlin', weekly, holidays: ['2026-01-05'] });
    const end = at('2026-01-04T23:00Z');
    expect([...open.openings(at('2026-01-01T00:00Z'))]).toEqual([
      [at('2026-01-01T00:00Z'), end],
      [end + 24 * HOUR, Number.POSITIVE_INFINITY],
    ]);
    expect([...open.openings(end, at('2066-01-01T00:00Z'))]).toEqual([[end + 24 * HOUR, at('2066-01-01T00:00Z')]]);
    expect([...ALWAYS.openings(5)]).toEqual([[5, Number.POSITIVE_INFINITY]]);
    expect([...ALWAYS.openings(5, 5)]).toEqual([]);
    expect([...ALWAYS.openings(5, 6)]).toEqual([[5, 6]]);
  });
});

describe('what is not an instant or a duration', () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('%s is refused', (odd) => {
    expect(() => office().add(odd, 1)).toThrow('an instant must be a finite number');
    expect(() => office().add(0, odd)).toThrow('a duration must be 0 or more milliseconds');
    expect(() => ALWAYS.add(0, odd)).toThrow(RangeError);
    expect(() => ALWAYS.subtract(0, odd)).toThrow(RangeError);
    expect(() => office().isOpen(odd)).toThrow(RangeError);
    expect(() => office().nextOpen(odd)).toThrow(RangeError);
  });
});

describe('the calendar that is always open', () => {
  it('counts plain time', () => {
    expect(ALWAYS.add(1000, 500)).toBe(1500);
    expect(ALWAYS.subtract(1000, 500)).toBe(500);
    expect(ALWAYS.elapsed(1000, 1500)).toBe(500);
    expect(ALWAYS.elapsed(1500, 1000)).toBe(0);
    expect(ALWAYS.isOpen(3)).toBe(true);
    expect(ALWAYS.nextOpen(3)).toBe(3);
    expect(ALWAYS.zone).toBe('UTC');
  });
});

describe('open or not', () => {
  it('begins with the opening and ends before the closing', () => {
    expect(office().isOpen(at('2024-01-19T09:00Z'))).toBe(true);
    expect(office().isOpen(at('2024-01-19T09:00Z') - 1)).toBe(false);
    expect(office().isOpen(at('2024-01-19T17:00Z') - 1)).toBe(true);
    expect(office().isOpen(at('2024-01-19T17:00Z'))).toBe(false);
    expect(iso(office().nextOpen(at('2024-01-19T17:00Z')))).toBe('2024-01-22T09:00:00.000Z');
    expect(iso(office().nextOpen(at('2024-01-19T12:00Z')))).toBe('2024-01-19T12:00:00.000Z');
  });
});

describe('deadlines that an independent calculator gives too', () => {
  const berlin = (...hours: Window[]) =>
    compileCalendar({
      zone: 'Europe/Berlin',
      weekly: { mon: hours, tue: hours, wed: hours, thu: hours, fri: hours },
      holidays: [],
    });

  it('in Berlin before summer time', () => {
    expect(iso(berlin([540, 1020]).add(at('2013-03-21T09:30Z'), HOUR))).toBe('2013-03-21T10:30:00.000Z');
    expect(iso(berlin([540, 1020]).add(at('2013-03-21T09:30Z'), 4 * HOUR))).toBe('2013-03-21T13:30:00.000Z');
    expect(berlin([480, 1080]).elapsed(at('2013-03-21T09:30Z'), at('2013-03-21T14:00Z')) / MINUTE).toBe(270);
  });

  it('with a warning an hour of open time before', () => {
    const cal = compileCalendar({ zone: 'UTC', weekly: { mon: [[480, 1080]], tue: [[480, 1080]] }, holidays: [] });
    const due = cal.add(at('2026-01-12T17:00Z'), 4 * HOUR);
    expect(iso(due)).toBe('2026-01-13T11:00:00.000Z');
    expect(iso(cal.subtract(due, HOUR))).toBe('2026-01-13T10:00:00.000Z');
  });

  it('with pauses: half an hour worked, and each deadline later by what the pauses took', () => {
    const turn = {
      startedAt: '2013-06-04T09:00:00Z',
      pauses: [
        { from: '2013-06-04T09:00:00Z', to: '2013-06-04T10:30:00Z', reason: 'pending' },
        { from: '2013-06-04T11:00:00Z', to: '2013-06-04T12:00:00Z', reason: 'pending' },
      ],
      ...{ clock: 'resolution' as const, turn: 1, targetSeconds: 7200, calendar: 'berlin', told: [] },
    };
    const cal = berlin([540, 1080]);
    expect(workedSeconds(turn, at('2013-06-04T12:00Z'), cal)).toBe(1800);
    expect(iso(instantOfWork(turn, 120 * 60, cal) ?? 0)).toBe('2013-06-04T13:30:00.000Z');
    expect(iso(instantOfWork(turn, 240 * 60, cal) ?? 0)).toBe('2013-06-04T15:30:00.000Z');
  });
});

describe('what is not known of holidays', () => {
  const known = (zone: string, from: string | undefined, to: string) =>
    compileCalendar({ zone, weekly: {}, holidays: [], holidaysKnown: { from, to } });

  it('lies beyond the first and the last local date that are', () => {
    const berlin = known('Europe/Berlin', '2026-01-01', '2026-12-31');
    // The year begins and ends at 23:00 UTC in Berlin.
    const [first, last] = [at('2025-12-31T23:00:00Z'), at('2026-12-31T23:00:00Z')];
    expect(berlin.holidaysUnknown(first, last - 1)).toBeUndefined();
    expect(berlin.holidaysUnknown(first, last)).toEqual({ after: '2026-12-31' });
    expect(berlin.holidaysUnknown(first - 1, last - 1)).toEqual({ before: '2026-01-01' });
    expect(berlin.holidaysUnknown(first - 1, last)).toEqual({ before: '2026-01-01', after: '2026-12-31' });
  });

  it('is nothing where holidays do not run out, and of the past where they were written by hand', () => {
    expect(office().holidaysUnknown(0, at('2999-01-01T00:00:00Z'))).toBeUndefined();
    expect(ALWAYS.holidaysUnknown(0, at('2999-01-01T00:00:00Z'))).toBeUndefined();
    expect(known('UTC', undefined, '2026-12-31').holidaysUnknown(0, at('2026-12-31T12:00:00Z'))).toBeUndefined();
  });

  it('of a group is what is not known of any member', () => {
    const group = groupCalendar([known('UTC', '2024-01-01', '2030-12-31'), known('UTC', '2025-01-01', '2028-12-31')]);
    expect(group.holidaysUnknown(at('2025-06-01T00:00:00Z'), at('2028-06-01T00:00:00Z'))).toBeUndefined();
    expect(group.holidaysUnknown(at('2023-06-01T00:00:00Z'), at('2035-06-01T00:00:00Z'))).toEqual({
      before: '2025-01-01',
      after: '2028-12-31',
    });
  });
});
