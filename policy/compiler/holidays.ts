import Holidays from 'date-holidays';
import { FormatError } from './problems.ts';

const DAY_MS = 86_400_000;

/** Only asked what there is; its data is large enough to be set up once. */
const CATALOGUE = new Holidays();

/**
 * Public holidays of a region (US, US-CA, DE-BY, GB-ENG, …: ISO 3166 country and subdivision) in
 * the given years, as sorted local dates. Throws FormatError for a region that is not known.
 */
export function publicHolidays(region: string, years: readonly number[]): string[] {
  const calendar = forRegion(region);
  const dates = years.flatMap((year) =>
    calendar
      .getHolidays(year)
      .filter((holiday) => holiday.type === 'public')
      .flatMap((holiday) => daysOf(holiday)),
  );
  return [...new Set(dates)].sort();
}

/** Checks that a region is known. Throws FormatError. */
export function parseRegion(region: string): string {
  forRegion(region);
  return region;
}

function forRegion(region: string): Holidays {
  const expected = 'a region with public holidays, such as US, US-CA, DE-BY or GB-ENG';
  if (!/^[A-Z]{2}(-[A-Z0-9]{1,3})?$/.test(region)) throw new FormatError(expected, region);
  const [country = '', subdivision] = region.split('-');
  if (!Object.hasOwn(CATALOGUE.getCountries(), country)) throw new FormatError(expected, region);
  if (subdivision === undefined) return new Holidays(country, { types: ['public'] });
  const states = CATALOGUE.getStates(country) ?? {};
  if (!Object.hasOwn(states, subdivision)) {
    const names = Object.keys(states).map((state) => `${country}-${state}`);
    throw new FormatError(
      names.length === 0 ? `"${country}" (the holidays of its parts are not known)` : `one of ${names.join(', ')}`,
      region,
    );
  }
  return new Holidays(country, subdivision, { types: ['public'] });
}

/**
 * The local dates that a holiday covers. One that lasts a few days covers each of them; one of
 * part of a day covers none: the data says when such a day begins, not when people go home, so
 * that a lead writes it under `special`.
 */
function daysOf(holiday: { date: string; start: Date; end: Date }): string[] {
  const days = Math.round((holiday.end.getTime() - holiday.start.getTime()) / DAY_MS);
  const first = Date.parse(`${holiday.date.slice(0, 10)}T00:00:00Z`);
  const wholeFrom = holiday.date.slice(11, 19) === '00:00:00' ? 0 : 1;
  return Array.from({ length: Math.max(0, days) }, (_, i) => i)
    .filter((i) => i >= wholeFrom)
    .map((i) => new Date(first + i * DAY_MS).toISOString().slice(0, 10));
}
