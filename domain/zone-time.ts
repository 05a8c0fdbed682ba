/**
 * Local wall-clock time ↔ instants (ms). A time that the clocks skip moves forward by what was
 * skipped; one they repeat is the first of the two (the "compatible" rule of RFC 5545 and Temporal).
 */

export const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/**
 * The days of one zone, numbered from 1970-01-01. Its offset is looked up at each midnight in UTC,
 * once: a few hours of daylight saving would go unseen, but no zone has had them, while spells of
 * seven days have been (Recife in 2000) and are announced (Gaza in 2040).
 */
export class ZoneDays {
  readonly #format: Intl.DateTimeFormat;
  readonly #offsets = new Map<number, number>();

  /** Throws RangeError for an unknown zone. */
  constructor(zone: string) {
    this.#format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  }

  /** The instant of so many minutes after a day's midnight, by the wall clock. */
  instant(day: number, minutes: number): number {
    const local = day * DAY_MS + minutes * MINUTE_MS;
    const offset = this.#steadyOffset(Math.floor(local / DAY_MS));
    return local - (offset ?? this.#compatibleOffset(local));
  }

  /** The day that the wall clock shows at an instant. */
  dayOf(instant: number): number {
    const day = Math.floor(instant / DAY_MS);
    const offset = this.#offset(day);
    return Math.floor((instant + (offset === this.#offset(day + 1) ? offset : this.#offsetAt(instant))) / DAY_MS);
  }

  /** False for a date that the zone left out: 2011-12-30 in Pacific/Apia. */
  exists(day: number): boolean {
    return this.#steadyOffset(day) !== undefined || this.instant(day, 0) < this.instant(day + 1, 0);
  }

  /** The offset all through a local day, ms; undefined near a clock change. */
  #steadyOffset(day: number): number | undefined {
    // A local day lies within the UTC days from the one before it to the end of the one after.
    const offset = this.#offset(day);
    const same = (days: number) => this.#offset(day + days) === offset;
    return same(-1) && same(1) && same(2) ? offset : undefined;
  }

  /** Near a clock change: the offset before it for a local time that is skipped or repeated, else its own. */
  #compatibleOffset(local: number): number {
    const [before, after] = [this.#offsetAt(local - DAY_MS), this.#offsetAt(local + DAY_MS)];
    return [before, after].find((offset) => this.#offsetAt(local - offset) === offset) ?? before;
  }

  /** Offset from UTC, ms, at 00:00 UTC of a day. */
  #offset(day: number): number {
    let offset = this.#offsets.get(day);
    if (offset === undefined) {
      offset = this.#offsetAt(day * DAY_MS);
      this.#offsets.set(day, offset);
    }
    return offset;
  }

  #offsetAt(instant: number): number {
    // "1/31/2026, GMT+05:30"; in UTC it ends with GMT.
    const [, sign, hours, minutes, seconds] = OFFSET.exec(this.#format.format(instant)) ?? [];
    const size = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * MINUTE_MS + Number(seconds ?? 0) * 1000;
    return sign === '-' ? -size : size;
  }
}

/** An offset as Intl writes it; seconds are those of local mean time, before 1972. */
const OFFSET = /([+-])(\d\d):(\d\d)(?::(\d\d))?$/;

const zones = new Map<string, ZoneDays>();

/** The days of a zone, made once: there are some hundred zones. Throws RangeError for an unknown one. */
export function zoneDays(zone: string): ZoneDays {
  let days = zones.get(zone);
  if (days === undefined) {
    days = new ZoneDays(zone);
    zones.set(zone, days);
  }
  return days;
}

/** The number of a day written as YYYY-MM-DD. */
export function dayNumber(date: string): number {
  return Date.parse(`${date}T00:00:00Z`) / DAY_MS;
}

/** A day as YYYY-MM-DD. */
export function isoDate(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}
