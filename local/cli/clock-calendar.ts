import { compileCalendar, WEEKDAYS, type Weekday, type Window } from '../../domain/calendar.ts';
import type { CalendarPolicy } from '../../domain/policy.ts';
import { parseDate } from '../../policy/compiler/hours.ts';
import { describe, FormatError } from '../../policy/compiler/problems.ts';
import { type Fields, fieldsAt, isFields, LineError, reading, wrong } from './line-error.ts';

/**
 * Calendars in the plain form that test vectors use: `time_zone`, `hours` per weekday as pairs
 * `["09:00", "17:00"]` (an end that is not after its start is on the next day, "24:00" is
 * midnight), `date_hours` and `breaks` per date, `holidays`, and `recurring_holidays` as MM-DD.
 */

type HoursCalendar = Extract<CalendarPolicy, { zone: string }>;

/** Is it in the plain form rather than as written in policy/? */
export function isPlainCalendar(raw: unknown): raw is Fields {
  if (!isFields(raw)) return false;
  if ('time_zone' in raw) return true;
  return isFields(raw.hours) && Object.values(raw.hours).some((day) => Array.isArray(day) && day.some(Array.isArray));
}

/** Reads a calendar in the plain form; recurring holidays are laid out for `years`. Throws LineError. */
export function plainCalendar(raw: Fields, years: readonly number[], where = 'calendar'): HoursCalendar {
  const zone = raw.time_zone ?? raw.zone;
  if (typeof zone !== 'string') throw wrong(`${where}.time_zone`, 'a time zone such as "Europe/Dublin"', zone);
  const weekly = windowsPer(raw.hours, `${where}.hours`);
  for (const day of Object.keys(weekly))
    if (!WEEKDAYS.includes(day as Weekday)) throw wrong(`${where}.hours`, `days named ${WEEKDAYS.join(', ')}`, day);
  const special = windowsPer(raw.date_hours ?? raw.special, `${where}.date_hours`);
  const breaks = windowsPer(raw.breaks, `${where}.breaks`);
  for (const date of Object.keys(special)) reading(`${where}.date_hours`, () => parseDate(date));
  for (const date of Object.keys(breaks)) reading(`${where}.breaks`, () => parseDate(date));
  const yearly = datesIn(raw.recurring_holidays, `${where}.recurring_holidays`, parseYearly);
  const holidays = [
    ...datesIn(raw.holidays, `${where}.holidays`),
    ...years.flatMap((year) => yearly.map((day) => `${year}-${day}`)),
  ];
  const usual = (date: string) => special[date] ?? (holidays.includes(date) ? [] : (weekly[weekdayOf(date)] ?? []));
  for (const [date, pauses] of Object.entries(breaks)) {
    // A night shift of the day before may reach into this date.
    const before = dayBefore(date);
    special[before] = without(usual(before), pauses, 1440);
    special[date] = without(usual(date), pauses, 0);
  }
  const holidaysKnown =
    yearly.length === 0 ? {} : { holidaysKnown: { from: `${years[0]}-01-01`, to: `${years.at(-1)}-12-31` } };
  const definition = { zone, weekly, holidays: [...new Set(holidays)].sort(), special, ...holidaysKnown };
  try {
    compileCalendar(definition);
  } catch (error) {
    if (error instanceof RangeError) throw new LineError(`${where}.time_zone: ${error.message}`);
    throw error;
  }
  return definition;
}

function windowsPer(raw: unknown, where: string): Record<string, [number, number][]> {
  if (raw === undefined || raw === null) return {};
  return Object.fromEntries(
    Object.entries(fieldsAt(raw, where, 'hours per day')).map(([day, windows]) => {
      if (!Array.isArray(windows)) throw wrong(`${where}.${day}`, 'a list such as [["09:00", "17:00"]]', windows);
      return [day, windows.map((window) => windowOf(window, `${where}.${day}`))];
    }),
  );
}

function windowOf(raw: unknown, where: string): [number, number] {
  const pair = typeof raw === 'string' ? raw.split('-') : raw;
  if (!Array.isArray(pair) || pair.length !== 2) throw wrong(where, 'hours such as ["09:00", "17:00"]', raw);
  const [from, to] = pair.map((text) => minutesOf(text, where)) as [number, number];
  return [from, to];
}

function minutesOf(text: unknown, where: string): number {
  const [, hour, minute] = (typeof text === 'string' && /^\s*(\d\d):([0-5]\d)(?::00)?\s*$/.exec(text)) || [];
  const minutes = Number(hour) * 60 + Number(minute);
  if (!(minutes <= 1440)) throw new LineError(`${where}: expected a time such as "09:00", found ${describe(text)}`);
  return minutes;
}

/** A list of dates, each as `parse` wants it. */
function datesIn(raw: unknown, where: string, parse: (text: string) => string = parseDate): string[] {
  if (raw === undefined || raw === null) return [];
  if (!Array.isArray(raw)) throw wrong(where, 'a list of dates', raw);
  return raw.map((text: unknown, i) => {
    if (typeof text !== 'string') throw wrong(`${where}[${i}]`, 'a date', text);
    return reading(`${where}[${i}]`, () => parse(text));
  });
}

/** A day of each year, MM-DD; 29 February is one. Throws FormatError. */
function parseYearly(text: string): string {
  try {
    return parseDate(`2000-${text}`).slice('2000-'.length);
  } catch {
    throw new FormatError('a day of the year such as 12-24', text);
  }
}

function weekdayOf(date: string): Weekday {
  // getUTCDay counts from Sunday.
  return WEEKDAYS[(new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7] as Weekday;
}

function dayBefore(date: string): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
}

/** Windows without some breaks, which begin `later` minutes later. Past midnight, minutes go on counting. */
function without(windows: readonly Window[], breaks: readonly Window[], later: number): [number, number][] {
  return breaks.reduce<[number, number][]>(
    (left, [from, to]) =>
      left.flatMap(([start, end]) =>
        (
          [
            [start, Math.min(end, from + later)],
            [Math.max(start, pastMidnight([from, to]) + later), end],
          ] as [number, number][]
        ).filter(([a, b]) => a < b),
      ),
    windows.map((window) => [window[0], pastMidnight(window)]),
  );
}

function pastMidnight([from, to]: Window): number {
  return to > from ? to : to + 1440;
}
