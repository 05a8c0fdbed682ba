import Holidays from 'date-holidays';
import { meantCountry } from './meant.ts';
import { FormatError } from './problems.ts';

const DAY_MS = 86_400_000;

/** Only asked what there is; its data is large enough to be set up once. */
const CATALOGUE = new Holidays();

/**
 * The years whose public holidays are worked out where a policy names none. They are written down
 * and not counted from today, so that the same files give the same policy on any day (docs/adr/0016).
 */
export const HOLIDAY_YEARS: readonly number[] = Array.from({ length: 15 }, (_, i) => 2024 + i);

/** A local date, YYYY-MM-DD, and what it is called in English; several names of one date are put together. */
export interface Holiday {
  readonly date: string;
  readonly name: string;
}

/**
 * Public holidays of a region (US, US-CA, DE-BY, GB-ENG, …: ISO 3166 country and subdivision) in
 * the given years, by date. Throws FormatError for a region that is not known.
 */
export function publicHolidays(region: string, years: readonly number[]): Holiday[] {
  const names = new Map<string, string[]>();
  for (const { date, name } of years.flatMap((year) => holidaysOf(region, year)))
    names.set(date, [...new Set([...(names.get(date) ?? []), name])]);
  return [...names].map(([date, all]) => ({ date, name: all.join(' / ') })).sort((a, b) => (a.date < b.date ? -1 : 1));
}

/** Some depend on the moon, and take a while. */
const known = new Map<string, readonly Holiday[]>();

function holidaysOf(region: string, year: number): readonly Holiday[] {
  const key = `${region} ${year}`;
  let holidays = known.get(key);
  if (holidays === undefined) {
    holidays = forRegion(region)
      .getHolidays(year)
      .filter((holiday) => holiday.type === 'public')
      .flatMap((holiday) => daysOf(holiday).map((date) => ({ date, name: holiday.name })));
    known.set(key, holidays);
  }
  return holidays;
}

/** Checks that a region is known. Throws FormatError. */
export function parseRegion(region: string): string {
  forRegion(region);
  return region;
}

function forRegion(region: string): Holidays {
  const expected = 'a region with public holidays, such as US, US-CA, DE-BY or GB-ENG';
  const countries = CATALOGUE.getCountries();
  const [country = '', subdivision] = region.split('-');
  if (!/^[A-Z]{2}(-[A-Z0-9]{1,3})?$/.test(region) || !Object.hasOwn(countries, country))
    throw new FormatError(expected, region, meantCountry(region, countries));
  if (subdivision === undefined) return inEnglish(new Holidays(country, { types: ['public'] }));
  const states = CATALOGUE.getStates(country) ?? {};
  if (!Object.hasOwn(states, subdivision)) {
    const names = Object.keys(states).map((state) => `${country}-${state}`);
    throw new FormatError(
      names.length === 0 ? `"${country}" (the holidays of its parts are not known)` : `one of ${names.join(', ')}`,
      region,
    );
  }
  return inEnglish(new Holidays(country, subdivision, { types: ['public'] }));
}

/** The country's own English, if it has one: Labor Day, Labour Day. */
function inEnglish(holidays: Holidays): Holidays {
  const languages = holidays.getLanguages().filter((language) => language.startsWith('en'));
  holidays.setLanguages(languages.length === 0 ? ['en'] : languages);
  return holidays;
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
