import { Temporal } from 'temporal-polyfill';

/** Days of the week as a policy names them. */
export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** A stretch of local wall-clock time, minutes after midnight, `[from, to)`. `to <= from` ends on the next day; 1440 is midnight. */
export type Window = readonly [from: number, to: number];

/** A calendar as compiled from policy/calendars.yaml. */
export interface CalendarDefinition {
  /** IANA zone, e.g. "America/New_York". */
  readonly zone: string;
  readonly weekly: Partial<Record<Weekday, readonly Window[]>>;
  /** Local dates (YYYY-MM-DD) on which it is closed. */
  readonly holidays: readonly string[];
  /** Local dates with hours of their own; they win over `weekly` and `holidays`. */
  readonly special?: Readonly<Record<string, readonly Window[]>>;
}

export class NoOpenTimeError extends Error {
  override readonly name = 'NoOpenTimeError';
}

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** Longest stretch looked ahead for open time before a calendar counts as never open: ten years. */
const HORIZON_DAYS = 3660;
/** Days compiled at a time: about two years, so that a long span is still one or two blocks. */
const BLOCK_DAYS = 732;

/**
 * A business calendar, compiled to sorted UTC intervals with running totals, so that `add` and
 * `elapsed` are binary searches whatever the span. Blocks of about two years are compiled on
 * first use. Instants and durations are milliseconds; time is real elapsed time, so a window
 * across a clock change is an hour longer or shorter.
 */
export interface Calendar {
  readonly zone: string;
  /** Is the instant inside open hours? The closing instant is not. */
  isOpen(at: number): boolean;
  /** The instant itself if open, else the next opening. Throws NoOpenTimeError if there is none within ten years. */
  nextOpen(at: number): number;
  /**
   * The instant at which `duration` ms of open time have passed since `from`. A duration that ends
   * exactly at closing is due at closing. Zero gives `from` unchanged. Throws NoOpenTimeError, and RangeError below zero.
   */
  add(from: number, duration: number): number;
  /** Open time between two instants, ms; 0 if `to` is not after `from`. */
  elapsed(from: number, to: number): number;
}

/** The calendar that is always open, for targets in plain ("calendar") time. */
export const ALWAYS: Calendar = {
  zone: 'UTC',
  isOpen: () => true,
  nextOpen: (at) => at,
  add: (from, duration) => from + nonNegative(duration),
  elapsed: (from, to) => Math.max(0, to - from),
};

/** Compiles a definition. Cheap: intervals are laid out when first asked for. Throws RangeError for an unknown zone. */
export function compileCalendar(definition: CalendarDefinition): Calendar {
  const layout = new Layout(definition);

  const add = (from: number, duration: number): number => {
    if (nonNegative(duration) === 0) return from;
    layout.cover(from, from + DAY_MS);
    const target = layout.openBefore(from) + duration;
    for (let days = BLOCK_DAYS; layout.total() < target; days = HORIZON_DAYS) {
      const known = layout.total();
      layout.extend(days);
      if (days === HORIZON_DAYS && layout.total() === known) throw noOpenTime(definition, from);
    }
    return layout.instantOfTotal(target);
  };

  return {
    zone: definition.zone,
    isOpen(at) {
      layout.cover(at, at);
      return layout.openAt(at);
    },
    nextOpen(at) {
      layout.cover(at, at);
      if (layout.openAt(at)) return at;
      for (let days = BLOCK_DAYS; ; days += BLOCK_DAYS) {
        const next = layout.nextStart(at);
        if (next !== undefined) return next;
        if (days > HORIZON_DAYS) throw noOpenTime(definition, at);
        layout.cover(at, at + days * DAY_MS);
      }
    },
    add,
    elapsed(from, to) {
      if (to <= from) return 0;
      layout.cover(from, to);
      return layout.openBefore(to) - layout.openBefore(from);
    },
  };
}

function nonNegative(duration: number): number {
  if (!(duration >= 0)) throw new RangeError(`a duration must be 0 or more milliseconds, got ${duration}`);
  return duration;
}

function noOpenTime(definition: CalendarDefinition, from: number): NoOpenTimeError {
  const since = new Date(from).toISOString();
  return new NoOpenTimeError(
    `the calendar in ${definition.zone} has no open time in the ten years after ${since}: give it weekly hours`,
  );
}

/** Sorted, disjoint open intervals over the days covered so far, with the open time before each. */
class Layout {
  readonly #definition: CalendarDefinition;
  readonly #holidays: ReadonlySet<string>;
  #firstDay = 0;
  #lastDay = -1;
  #starts: number[] = [];
  #ends: number[] = [];
  #before: number[] = [];

  constructor(definition: CalendarDefinition) {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(definition.zone);
    this.#definition = definition;
    this.#holidays = new Set(definition.holidays);
  }

  /** Makes sure that all open time between two instants is laid out. */
  cover(from: number, to: number): void {
    const firstDay = Math.floor(from / DAY_MS) - 2;
    const lastDay = Math.floor(to / DAY_MS) + 2;
    if (this.#lastDay >= this.#firstDay && firstDay >= this.#firstDay && lastDay <= this.#lastDay) return;
    const empty = this.#lastDay < this.#firstDay;
    const first = empty
      ? firstDay - 30
      : Math.min(firstDay < this.#firstDay ? firstDay - BLOCK_DAYS : firstDay, this.#firstDay);
    const last = empty
      ? lastDay + BLOCK_DAYS
      : Math.max(lastDay > this.#lastDay ? lastDay + BLOCK_DAYS : lastDay, this.#lastDay);
    this.#compile(first, last);
  }

  /** Lays out so many days more. */
  extend(days: number): void {
    this.#compile(this.#firstDay, this.#lastDay + days);
  }

  total(): number {
    const n = this.#starts.length;
    return n === 0 ? 0 : at(this.#before, n - 1) + at(this.#ends, n - 1) - at(this.#starts, n - 1);
  }

  /** Open time from the start of the layout to an instant. */
  openBefore(instant: number): number {
    const i = lastAtOrBelow(this.#starts, instant);
    if (i < 0) return 0;
    return at(this.#before, i) + Math.min(instant, at(this.#ends, i)) - at(this.#starts, i);
  }

  openAt(instant: number): boolean {
    const i = lastAtOrBelow(this.#starts, instant);
    return i >= 0 && instant < at(this.#ends, i);
  }

  nextStart(instant: number): number | undefined {
    return this.#starts[lastAtOrBelow(this.#starts, instant) + 1];
  }

  /** The first instant at which the open time since the start of the layout reaches `total` (> 0). */
  instantOfTotal(total: number): number {
    const i = lastBelow(this.#before, total);
    return at(this.#starts, i) + total - at(this.#before, i);
  }

  #compile(firstDay: number, lastDay: number): void {
    const { zone, weekly, special = {} } = this.#definition;
    const spans: [number, number][] = [];
    const zoneDays = new ZoneDays(zone);
    for (let day = firstDay; day <= lastDay; day++) {
      const date = isoDate(day);
      const windows = special[date] ?? (this.#holidays.has(date) ? [] : weekly[weekdayOf(day)]) ?? [];
      for (const [from, to] of windows) {
        const start = zoneDays.instant(day, from);
        const end = zoneDays.instant(day, to > from ? to : to + 1440);
        if (end > start) spans.push([start, end]);
      }
    }
    spans.sort((a, b) => a[0] - b[0]);
    this.#starts = [];
    this.#ends = [];
    this.#before = [];
    let open = 0;
    for (const [start, end] of spans) {
      const last = this.#ends.length - 1;
      const lastEnd = last < 0 ? Number.NEGATIVE_INFINITY : at(this.#ends, last);
      if (start <= lastEnd) {
        open += Math.max(0, end - lastEnd);
        this.#ends[last] = Math.max(lastEnd, end);
        continue;
      }
      this.#starts.push(start);
      this.#ends.push(end);
      this.#before.push(open);
      open += end - start;
    }
    this.#firstDay = firstDay;
    this.#lastDay = lastDay;
  }
}

/**
 * Local wall-clock time → instant, with the zone's offset looked up once per stretch between two
 * clock changes. A time that the clocks skip moves forward; one they repeat is the first of the
 * two (the "compatible" rule of RFC 5545 and Temporal).
 */
class ZoneDays {
  readonly #zone: string;
  readonly #offsets = new Map<number, number>();

  constructor(zone: string) {
    this.#zone = zone;
  }

  instant(day: number, minutes: number): number {
    const local = day * DAY_MS + minutes * MINUTE_MS;
    const localDay = Math.floor(local / DAY_MS);
    const offset = this.#offset(localDay);
    if (offset === this.#offset(localDay + 1) && offset === this.#offset(localDay - 1)) return local - offset;
    return Temporal.Instant.fromEpochMilliseconds(local)
      .toZonedDateTimeISO('UTC')
      .toPlainDateTime()
      .toZonedDateTime(this.#zone, { disambiguation: 'compatible' }).epochMilliseconds;
  }

  /** Offset from UTC, ms, at 00:00 UTC of a day. */
  #offset(day: number): number {
    const fortnight = Math.floor(day / 14);
    const [from, to] = [this.#offsetAt(fortnight * 14), this.#offsetAt((fortnight + 1) * 14)];
    return from === to ? from : this.#offsetAt(day);
  }

  #offsetAt(day: number): number {
    let offset = this.#offsets.get(day);
    if (offset === undefined) {
      offset =
        Temporal.Instant.fromEpochMilliseconds(day * DAY_MS).toZonedDateTimeISO(this.#zone).offsetNanoseconds / 1e6;
      this.#offsets.set(day, offset);
    }
    return offset;
  }
}

function isoDate(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

function weekdayOf(day: number): Weekday {
  // 1970-01-01 was a Thursday.
  return WEEKDAYS[(((day + 3) % 7) + 7) % 7] as Weekday;
}

function at(values: readonly number[], index: number): number {
  return values[index] as number;
}

/** Index of the last value ≤ x in a sorted list, or -1. */
function lastAtOrBelow(values: readonly number[], x: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (at(values, middle) <= x) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Index of the last value < x in a sorted list, or -1. */
function lastBelow(values: readonly number[], x: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (at(values, middle) < x) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
