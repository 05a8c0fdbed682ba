import { Temporal } from 'temporal-polyfill';

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
