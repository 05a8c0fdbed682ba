import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import {
  type CalendarDefinition,
  compileCalendar,
  groupCalendar,
  WEEKDAYS,
  type Window,
} from '../../domain/calendar.ts';
import { occasions } from '../support/occasions.ts';

const at = (text: string) => Date.parse(text);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const window = fc
  .tuple(fc.integer({ min: 0, max: 1439 }), fc.integer({ min: 1, max: 1440 }))
  .map(([a, b]): [number, number] => [a, b]);
const definition: fc.Arbitrary<CalendarDefinition> = fc.record({
  zone: fc.constantFrom(
    'UTC',
    'Europe/Berlin',
    'America/New_York',
    'Asia/Kolkata',
    'Australia/Lord_Howe',
    'America/Sao_Paulo',
    'Pacific/Kiritimati',
    'Pacific/Pago_Pago',
  ),
  weekly: fc.record({
    mon: fc.array(window, { minLength: 1, maxLength: 3 }),
    wed: fc.array(window, { maxLength: 2 }),
    sat: fc.array(window, { maxLength: 2 }),
  }),
  holidays: fc.subarray(['2026-03-30', '2026-10-26', '2026-11-02']),
  special: fc.dictionary(fc.constantFrom('2026-11-01', '2026-11-02', '2026-11-03'), fc.array(window, { maxLength: 2 })),
});
const calendar = definition.map(compileCalendar);
const instant = fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2027-06-01T00:00:00Z') });
const nearClockChanges = fc.integer({ min: at('2026-10-20T00:00:00Z'), max: at('2026-11-10T00:00:00Z') });
const duration = fc.integer({ min: 1, max: 400 * HOUR });

describe('laws of due and elapsed', () => {
  it('a deadline never precedes its start, and the open time up to it is the target', () => {
    fc.assert(
      fc.property(calendar, instant, duration, (cal, start, target) => {
        const due = cal.add(start, target);
        expect(due).toBeGreaterThanOrEqual(start + target);
        expect(cal.elapsed(start, due)).toBe(target);
        // It is the first such instant: a millisecond before, one is missing.
        expect(cal.elapsed(start, due - 1)).toBe(target - 1);
      }),
    );
  });

  it('a longer target is never due earlier', () => {
    fc.assert(
      fc.property(calendar, instant, duration, duration, (cal, start, a, b) => {
        const [short, long] = [Math.min(a, b), Math.max(a, b)];
        expect(cal.add(start, short)).toBeLessThanOrEqual(cal.add(start, long));
      }),
    );
  });

  it('two targets one after the other are one target', () => {
    fc.assert(
      fc.property(calendar, instant, duration, duration, (cal, start, a, b) => {
        expect(cal.add(cal.add(start, a), b)).toBe(cal.add(start, a + b));
      }),
    );
  });

  it('open time adds up over any instant between', () => {
    fc.assert(
      fc.property(calendar, instant, instant, instant, (cal, a, b, c) => {
        const [from, middle, to] = [a, b, c].sort((x, y) => x - y) as [number, number, number];
        expect(cal.elapsed(from, middle) + cal.elapsed(middle, to)).toBe(cal.elapsed(from, to));
      }),
    );
  });

  it('counting back is the mirror: the last start from which the target is just used up', () => {
    fc.assert(
      fc.property(calendar, instant, duration, (cal, end, target) => {
        const start = cal.subtract(end, target);
        expect(start).toBeLessThanOrEqual(end - target);
        expect(cal.elapsed(start, end)).toBe(target);
        expect(cal.elapsed(start + 1, end)).toBe(target - 1);
      }),
    );
  });

  it('back and forth again meets no open time on the way', () => {
    fc.assert(
      fc.property(calendar, instant, duration, (cal, start, target) => {
        const back = cal.subtract(cal.add(start, target), target);
        expect(back).toBeGreaterThanOrEqual(start);
        expect(cal.elapsed(start, back)).toBe(0);
      }),
    );
  });

  it('gives the same answer whatever was asked before', () => {
    fc.assert(
      fc.property(definition, fc.array(instant, { maxLength: 5 }), instant, duration, (from, before, start, target) => {
        const used = compileCalendar(from);
        for (const other of before) {
          used.nextOpen(other);
          used.subtract(other, target * 3);
        }
        const fresh = compileCalendar(from);
        expect(used.add(start, target)).toBe(fresh.add(start, target));
        expect(used.subtract(start, target)).toBe(fresh.subtract(start, target));
      }),
    );
  });
});

/** Open by the wall clock, read off directly: nothing compiled. */
function openByTheWallClock({ zone, weekly, holidays, special }: CalendarDefinition, at: number): boolean | undefined {
  const now = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
  const days = [now.toPlainDate(), now.toPlainDate().subtract({ days: 1 })];
  // Where the clocks change, a window moves by what is skipped or repeated: hand-worked elsewhere.
  if (days.some((day) => day.toZonedDateTime(zone).hoursInDay !== 24)) return undefined;
  const minutes = now.hour * 60 + now.minute;
  return days.some((day, daysAgo) => {
    const date = day.toString();
    const usual = weekly[WEEKDAYS[day.dayOfWeek - 1] as (typeof WEEKDAYS)[number]] ?? [];
    const windows: readonly Window[] = special?.[date] ?? (holidays.includes(date) ? [] : usual);
    const passed = minutes + daysAgo * 1440;
    return windows.some(([from, to]) => from <= passed && passed < (to > from ? to : to + 1440));
  });
}

describe('laws of open and closed', () => {
  it('is open when the wall clock says so', () => {
    const [told, open] = [occasions(), occasions()];
    fc.assert(
      fc.property(definition, nearClockChanges, (from, at) => {
        const read = openByTheWallClock(from, at);
        if (told.of(read !== undefined)) open.of(read === true);
        if (read !== undefined) expect(compileCalendar(from).isOpen(at)).toBe(read);
      }),
      { numRuns: 500 },
    );
    expect(told.share()).toBeGreaterThan(0.2);
    expect(open.share()).toBeGreaterThan(0.05);
  });

  it('opens next at the instant itself or at the start of an opening, with nothing open before', () => {
    fc.assert(
      fc.property(calendar, instant, (cal, start) => {
        const next = cal.nextOpen(start);
        expect(cal.isOpen(next)).toBe(true);
        expect(cal.elapsed(start, next)).toBe(0);
        expect(next === start).toBe(cal.isOpen(start));
      }),
    );
  });

  it('openings are apart, in order, and sum to the open time', () => {
    fc.assert(
      fc.property(calendar, nearClockChanges, nearClockChanges, (cal, a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        let [last, open] = [from - 1, 0];
        for (const [start, end] of cal.openings(from, to)) {
          expect(start).toBeGreaterThan(last);
          expect(end).toBeGreaterThan(start);
          [last, open] = [end, open + end - start];
        }
        expect(last).toBeLessThanOrEqual(to);
        expect(open).toBe(cal.elapsed(from, to));
      }),
    );
  });

  it('stretches cover the time without gaps, and the open ones sum to the open time', () => {
    const calendars = fc.oneof(calendar, fc.array(calendar, { minLength: 1, maxLength: 3 }).map(groupCalendar));
    fc.assert(
      fc.property(calendars, nearClockChanges, nearClockChanges, (cal, a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        let [cursor, open] = [from, 0];
        for (const stretch of cal.stretches(from, to)) {
          expect(stretch.from).toBe(cursor);
          expect(stretch.to).toBeGreaterThan(cursor);
          expect(stretch.open).toBe(cal.isOpen(stretch.from));
          cursor = stretch.to;
          if (stretch.open) open += stretch.to - stretch.from;
        }
        expect(cursor).toBe(to);
        expect(open).toBe(cal.elapsed(from, to));
      }),
    );
  });
});

describe('laws of a group', () => {
  const members = fc.array(calendar, { minLength: 1, maxLength: 3 });

  it('is open exactly when a member is, and says which', () => {
    fc.assert(
      fc.property(members, nearClockChanges, (list, from) => {
        const group = groupCalendar(list);
        expect(group.isOpen(from)).toBe(list.some((member) => member.isOpen(from)));
        for (const stretch of group.stretches(from, from + 30 * HOUR)) {
          if (!stretch.open) continue;
          const open = list.flatMap((member, i) => (member.isOpen(stretch.from) ? [i] : []));
          expect(stretch.members).toEqual(open);
        }
      }),
    );
  });

  it('counts overlaps once: two members and what they share', () => {
    fc.assert(
      fc.property(
        calendar,
        calendar,
        nearClockChanges,
        fc.integer({ min: 1, max: 200 * HOUR }),
        (a, b, from, length) => {
          const to = from + length;
          let shared = 0;
          for (const [start, end] of a.openings(from, to)) shared += b.elapsed(start, end);
          expect(groupCalendar([a, b]).elapsed(from, to)).toBe(a.elapsed(from, to) + b.elapsed(from, to) - shared);
        },
      ),
    );
  });

  it('is never due later than any of its members', () => {
    fc.assert(
      fc.property(members, instant, duration, (list, start, target) => {
        const due = groupCalendar(list).add(start, target);
        for (const member of list) expect(due).toBeLessThanOrEqual(member.add(start, target));
      }),
    );
  });
});
