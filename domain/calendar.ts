import { type Interval, OpenIntervals, type OpenTime, union } from './open-intervals.ts';
import { groupStretches, type Stretch, stretchesOf } from './stretches.ts';
import { DAY_MS, zoneDays as daysOf, isoDate } from './zone-time.ts';

/** Days of the week as a policy names them. */
export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** A stretch of local wall-clock time, minutes after midnight, `[from, to)`. `to <= from` ends on the next day; 1440 is midnight. */
export type Window = readonly [from: number, to: number];

/** First and last local date (YYYY-MM-DD) of which it is known whether it is a holiday; without `from`, however long ago. */
export interface HolidaysKnown {
  readonly from?: string | undefined;
  readonly to: string;
}

/** Local dates beyond which a span reaches, and its holidays are not known: there, time counts as if there were none. */
export interface HolidaysUnknown {
  readonly before?: string;
  readonly after?: string;
}

/** A calendar as compiled from policy/calendars.yaml. */
export interface CalendarDefinition {
  /** IANA zone, e.g. "America/New_York". */
  readonly zone: string;
  readonly weekly: Partial<Record<Weekday, readonly Window[]>>;
  /** Local dates (YYYY-MM-DD) on which it is closed. */
  readonly holidays: readonly string[];
  /** What some of them are called: name → dates. */
  readonly holidayNames?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Absent: all that there are are listed. */
  readonly holidaysKnown?: HolidaysKnown | undefined;
  /** Local dates with hours of their own; they win over `weekly` and `holidays`. */
  readonly special?: Readonly<Record<string, readonly Window[]>> | undefined;
}

export class NoOpenTimeError extends Error {
  override readonly name = 'NoOpenTimeError';
}

/** Longest stretch without open time before a calendar counts as never open again: ten years. */
const HORIZON_MS = 3660 * DAY_MS;

/**
 * A business calendar, compiled to sorted UTC intervals with running totals, so that every
 * question is a binary search whatever the span; intervals are laid out when first needed.
 * Instants and durations are milliseconds; time is real elapsed time, so a window across a clock
 * change is an hour longer or shorter. An instant that is not a finite number is a RangeError.
 */
export interface Calendar {
  /** The zone of its hours; of a group, that of its first member. */
  readonly zone: string;
  /** Is the instant inside open hours? The closing instant is not. */
  isOpen(at: number): boolean;
  /** The instant itself if open, else the next opening. Throws NoOpenTimeError if there is none within ten years. */
  nextOpen(at: number): number;
  /**
   * The first instant at which `duration` ms of open time have passed since `from`: one that ends
   * exactly at closing is due at closing. Zero gives `from` unchanged. Throws NoOpenTimeError, and RangeError below zero.
   */
  add(from: number, duration: number): number;
  /**
   * The last instant from which `duration` ms of open time pass until `from`: what begins exactly
   * at an opening begins there. Zero gives `from` unchanged. Throws like `add`.
   */
  subtract(from: number, duration: number): number;
  /** Open time between two instants, ms; 0 if `to` is not after `from`. */
  elapsed(from: number, to: number): number;
  /**
   * The open intervals of `[from, to)`, cut to it, in order. Without `to` they go on until ten years
   * pass without one; an interval that has no end within ten years ends at Infinity.
   */
  openings(from: number, to?: number): Iterable<Interval>;
  /** All of `[from, to)` in order, open and closed, each with why: the open ones sum to `elapsed`. Empty if `to` is not after `from`. */
  stretches(from: number, to: number): Stretch[];
  /** How far `[from, to)` reaches beyond what is known of holidays; undefined if it does not. */
  holidaysUnknown(from: number, to: number): HolidaysUnknown | undefined;
}

/** The calendar that is always open, for targets in plain ("calendar") time. */
export const ALWAYS: Calendar = {
  zone: 'UTC',
  isOpen: () => true,
  nextOpen: (at) => at,
  add: (from, duration) => from + nonNegative(duration),
  subtract: (from, duration) => from - nonNegative(duration),
  elapsed: (from, to) => Math.max(0, to - from),
  openings: (from, to = Number.POSITIVE_INFINITY) => (to > from ? [[from, to]] : []),
  stretches: (from, to) => (to > from ? [{ from, to, open: true, because: 'always' }] : []),
  holidaysUnknown: () => undefined,
};

/** Compiles a definition. Cheap: intervals are laid out when first asked for. Throws RangeError for an unknown zone. */
export function compileCalendar(definition: CalendarDefinition): Calendar {
  const zoneDays = daysOf(definition.zone);
  const holidays = new Set(definition.holidays);

  const windowsOf = (day: number): readonly Window[] => {
    const date = isoDate(day);
    return definition.special?.[date] ?? (holidays.has(date) ? undefined : definition.weekly[weekdayOf(day)]) ?? [];
  };
  const openOn = (day: number): Interval[] => {
    const windows = windowsOf(day);
    if (windows.length === 0 || !zoneDays.exists(day)) return [];
    return windows.map(
      ([from, to]): Interval => [zoneDays.instant(day, from), zoneDays.instant(day, to > from ? to : to + 1440)],
    );
  };
  const openTime: OpenTime = (from, to) => {
    const intervals: Interval[] = [];
    // A night shift, and a zone far to the west, reach into the day after the next.
    for (let day = Math.floor(from / DAY_MS) - 2; day <= Math.floor(to / DAY_MS) + 1; day++) {
      intervals.push(...openOn(day));
    }
    return union(intervals, from, to);
  };
  const reasonOf = (day: number) => {
    const date = isoDate(day);
    if (definition.special?.[date] !== undefined) return 'special-day';
    return holidays.has(date) ? 'holiday' : 'hours';
  };
  const names = new Map(
    Object.entries(definition.holidayNames ?? {}).flatMap(([name, dates]) =>
      dates.map((date) => [date, name] as const),
    ),
  );
  const holidayOf = (day: number) => names.get(isoDate(day));
  const { from: first, to: last } = definition.holidaysKnown ?? {};
  return {
    ...calendarOver(definition.zone, openTime, (openings, from, to) =>
      stretchesOf(openings, from, to, { zoneDays, openOn, reasonOf, holidayOf }),
    ),
    holidaysUnknown: (from, to) =>
      unknown([
        {
          before: first !== undefined && isoDate(zoneDays.dayOf(from)) < first ? first : undefined,
          after: last !== undefined && isoDate(zoneDays.dayOf(to)) > last ? last : undefined,
        },
      ]),
  };
}

/** What is unknown to any of some calendars: before the last date that one begins with, after the first that one ends with. */
function unknown(all: readonly { readonly before?: string | undefined; readonly after?: string | undefined }[]) {
  const before = all
    .flatMap((one) => one.before ?? [])
    .sort()
    .at(-1);
  const [after] = all.flatMap((one) => one.after ?? []).sort();
  if (before === undefined && after === undefined) return undefined;
  return { ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
}

/** Follow the sun: open when any of its members is; where they overlap, time counts once. Throws RangeError without members. */
export function groupCalendar(members: readonly Calendar[]): Calendar {
  const [first] = members;
  if (first === undefined) throw new RangeError('a group of calendars needs at least one member');
  return {
    ...calendarOver(
      first.zone,
      (from, to) =>
        union(
          members.flatMap((member) => [...member.openings(from, to)]),
          from,
          to,
        ),
      (_openings, from, to) => groupStretches(members.map((member) => member.stretches(from, to))),
    ),
    holidaysUnknown: (from, to) => unknown(members.map((member) => member.holidaysUnknown(from, to) ?? {})),
  };
}

/** The questions of a calendar, answered from its open time. */
function calendarOver(
  zone: string,
  openTime: OpenTime,
  describe: (openings: Iterable<Interval>, from: number, to: number) => Stretch[],
): Omit<Calendar, 'holidaysUnknown'> {
  const intervals = new OpenIntervals(openTime);

  const isOpen = (at: number): boolean => {
    intervals.cover(at, at);
    const next = intervals.atOrAfter(at);
    return next !== undefined && next[0] <= at;
  };

  /** The interval at or after an instant, as far as it is known; undefined if none begins before `to`. */
  const nextFrom = (at: number, to: number): Interval | undefined => {
    intervals.cover(at, at);
    for (;;) {
      const next = intervals.atOrAfter(at);
      const limit = to === Number.POSITIVE_INFINITY ? at + HORIZON_MS : to;
      if (next !== undefined || intervals.to >= limit) return next;
      intervals.extend();
    }
  };

  function* openings(from: number, to: number = Number.POSITIVE_INFINITY): Generator<Interval> {
    let cursor = from;
    while (cursor < to) {
      const next = nextFrom(cursor, to);
      if (next === undefined || next[0] >= to) return;
      const end = endOf(next, to);
      yield [Math.max(next[0], cursor), Math.min(end, to)];
      cursor = end;
    }
  }

  /** Where an interval ends, if that is before `to`. */
  const endOf = (interval: Interval, to: number): number => {
    let end = interval[1];
    while (end === intervals.to && end < to) {
      if (to === Number.POSITIVE_INFINITY && end > interval[0] + HORIZON_MS) return to;
      intervals.extend();
      end = intervals.atOrAfter(interval[0])?.[1] ?? end;
    }
    return end;
  };

  return {
    zone,
    isOpen,
    nextOpen(at) {
      const next = nextFrom(at, Number.POSITIVE_INFINITY);
      if (next === undefined) throw noOpenTime(zone, 'after', at);
      return Math.max(at, next[0]);
    },
    add(from, duration) {
      if (nonNegative(duration) === 0) return from;
      intervals.cover(from, from);
      const target = intervals.openBefore(from) + duration;
      while (intervals.total() < target) {
        const since = Math.max(from, intervals.lastEnd() ?? from);
        if (intervals.to > since + HORIZON_MS) throw noOpenTime(zone, 'after', since);
        intervals.extend();
      }
      return intervals.firstWith(target);
    },
    subtract(from, duration) {
      if (nonNegative(duration) === 0) return from;
      intervals.cover(from, from);
      while (intervals.openBefore(from) < duration) {
        const until = Math.min(from, intervals.firstStart() ?? from);
        if (intervals.from < until - HORIZON_MS) throw noOpenTime(zone, 'before', until);
        intervals.extendBack();
      }
      return intervals.lastWith(intervals.openBefore(from) - duration);
    },
    elapsed(from, to) {
      if (to <= from) return 0;
      intervals.cover(from, to);
      return intervals.openBefore(to) - intervals.openBefore(from);
    },
    openings,
    stretches: (from, to) => (to > from ? describe(openings(from, to), from, to) : []),
  };
}

function nonNegative(duration: number): number {
  if (!(duration >= 0 && duration < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`a duration must be 0 or more milliseconds, got ${duration}`);
  }
  return duration;
}

function noOpenTime(zone: string, side: 'after' | 'before', instant: number): NoOpenTimeError {
  const limit = new Date(instant).toISOString();
  return new NoOpenTimeError(
    `the calendar in ${zone} has no open time in the ten years ${side} ${limit}: give it weekly hours, or more dates`,
  );
}

function weekdayOf(day: number): Weekday {
  // 1970-01-01 was a Thursday.
  return WEEKDAYS[(((day + 3) % 7) + 7) % 7] as Weekday;
}
