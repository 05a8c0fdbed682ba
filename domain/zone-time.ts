import { Temporal } from 'temporal-polyfill';

/**
 * Local wall-clock time ↔ instants (ms). A time that the clocks skip moves forward by what was
 * skipped; one they repeat is the first of the two (the "compatible" rule of RFC 5545 and Temporal).
 */

export const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/**
 * The instant (ms) of a local date-time, `YYYY-MM-DDTHH:MM` with or without seconds, in an IANA
 * zone; `T24:00` is the next midnight. Throws RangeError for an unknown zone or a time that can't be read.
 */
export function localToUtc(zone: string, local: string): number {
  const midnight = /^(\d{4}-\d\d-\d\d)T24:00(?::00)?$/.exec(local)?.[1];
  const dateTime =
    midnight === undefined
      ? Temporal.PlainDateTime.from(local)
      : Temporal.PlainDate.from(midnight).add({ days: 1 }).toPlainDateTime();
  return dateTime.toZonedDateTime(zone, { disambiguation: 'compatible' }).epochMilliseconds;
}

/** Days between two looks at a zone's offset. No zone has changed its clocks and back within so few. */
const STRIDE = 14;

/**
 * The days of one zone, numbered from 1970-01-01. The zone's offset is looked up once per
 * fortnight, and once per day in a fortnight with a clock change.
 */
export class ZoneDays {
  readonly #zone: string;
  readonly #offsets = new Map<number, number>();
  readonly #steady = new Map<number, number | undefined>();

  /** Throws RangeError for an unknown zone. */
  constructor(zone: string) {
    this.#zone = zone;
    this.#offsetAt(0);
  }

  /** The instant of so many minutes after a day's midnight, by the wall clock. */
  instant(day: number, minutes: number): number {
    const local = day * DAY_MS + minutes * MINUTE_MS;
    const offset = this.#steadyOffset(Math.floor(local / DAY_MS));
    if (offset !== undefined) return local - offset;
    return Temporal.Instant.fromEpochMilliseconds(local)
      .toZonedDateTimeISO('UTC')
      .toPlainDateTime()
      .toZonedDateTime(this.#zone, { disambiguation: 'compatible' }).epochMilliseconds;
  }

  /** The day that the wall clock shows at an instant. */
  dayOf(instant: number): number {
    return Math.floor((instant + this.#offsetOf(instant)) / DAY_MS);
  }

  /** False for a date that the zone left out: 2011-12-30 in Pacific/Apia. */
  exists(day: number): boolean {
    return this.#steadyOffset(day) !== undefined || this.instant(day, 0) < this.instant(day + 1, 0);
  }

  /** The offset all through a local day, ms; undefined near a clock change. */
  #steadyOffset(day: number): number | undefined {
    if (!this.#steady.has(day)) {
      // A local day lies within the UTC days from the one before it to the end of the one after.
      const [offset, ...others] = [-1, 0, 1, 2].map((days) => this.#offset(day + days));
      this.#steady.set(day, others.every((other) => other === offset) ? offset : undefined);
    }
    return this.#steady.get(day);
  }

  /** Offset from UTC, ms, at 00:00 UTC of a day. */
  #offset(day: number): number {
    const first = Math.floor(day / STRIDE) * STRIDE;
    const from = this.#offsetAt(first);
    return from === this.#offsetAt(first + STRIDE) ? from : this.#offsetAt(day);
  }

  #offsetAt(day: number): number {
    let offset = this.#offsets.get(day);
    if (offset === undefined) {
      offset = this.#offsetOf(day * DAY_MS);
      this.#offsets.set(day, offset);
    }
    return offset;
  }

  #offsetOf(instant: number): number {
    const { offsetNanoseconds } = Temporal.Instant.fromEpochMilliseconds(Math.floor(instant)).toZonedDateTimeISO(
      this.#zone,
    );
    return offsetNanoseconds / 1e6;
  }
}

/** A day as YYYY-MM-DD. */
export function isoDate(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}
