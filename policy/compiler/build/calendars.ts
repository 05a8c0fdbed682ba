import type { HolidaysKnown, Weekday, Window } from '../../../domain/calendar.ts';
import type { CalendarPolicy } from '../../../domain/policy.ts';
import { type Holiday, publicHolidays } from '../holidays.ts';
import { parseDays, parseWindow } from '../hours.ts';
import type { Calendar } from '../schema/calendars.ts';
import { defined, mapValues } from './objects.ts';

/** A checked calendar with its public holidays of the given years as dates. */
export function buildCalendar(authored: Calendar, years: readonly number[]): CalendarPolicy {
  if ('follow-the-sun' in authored) return { members: authored['follow-the-sun'] };
  const { zone, hours = {}, holidays = {}, special } = authored;
  const weekly: Partial<Record<Weekday, Window[]>> = {};
  for (const [days, texts] of Object.entries(hours))
    for (const day of parseDays(days)) weekly[day] = buildWindows(texts);
  const { region, also = [], not = [] } = holidays;
  const ofRegion = (region === undefined ? [] : publicHolidays(region, years)).filter(
    ({ date }) => !not.includes(date),
  );
  const days = new Set([...ofRegion.map(({ date }) => date), ...also].filter((date) => !not.includes(date)));
  return {
    zone,
    weekly: weekly as Record<string, [number, number][]>,
    holidays: [...days].sort(),
    ...defined({ holidayNames: namesOf(ofRegion), holidaysKnown: knownYears(authored, years) }),
    ...(special === undefined ? {} : { special: mapValues(special, buildWindows) }),
  };
}

/** The dates of each name; undefined without any. */
function namesOf(holidays: readonly Holiday[]): Record<string, string[]> | undefined {
  const dates: Record<string, string[]> = {};
  for (const { date, name } of holidays) {
    dates[name] ??= [];
    dates[name].push(date);
  }
  return holidays.length === 0 ? undefined : dates;
}

type HoursCalendar = Exclude<Calendar, { readonly 'follow-the-sun': unknown }>;

/** Years that make a list of days by hand one for each year, rather than a few days off: with a region's holidays beside it, and alone. */
const YEARLY = { beside: 3, alone: 2 };

/**
 * The first and the last day of which it is known whether it is a holiday. A region's holidays are
 * worked out for `years`. Days written by hand end with their last year, if they are a list for
 * each year. Undefined for a calendar that has neither.
 */
function knownYears({ holidays = {} }: HoursCalendar, years: readonly number[]): HolidaysKnown | undefined {
  const { region, also = [], not = [] } = holidays;
  const written = new Set([...also, ...not].map((date) => Number(date.slice(0, 4))));
  const ends = [
    ...(region === undefined ? [] : [years.at(-1) as number]),
    ...(written.size < (region === undefined ? YEARLY.alone : YEARLY.beside) ? [] : [Math.max(...written)]),
  ];
  if (ends.length === 0) return undefined;
  return { ...(region === undefined ? {} : { from: `${years[0]}-01-01` }), to: `${Math.min(...ends)}-12-31` };
}

function buildWindows(texts: readonly string[]): [number, number][] {
  return texts.map((text): [number, number] => [...parseWindow(text)]).sort((a, b) => a[0] - b[0]);
}
