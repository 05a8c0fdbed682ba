import type { Weekday, Window } from '../../../domain/calendar.ts';
import type { CalendarPolicy } from '../../../domain/policy.ts';
import { publicHolidays } from '../holidays.ts';
import { parseDays, parseWindow } from '../hours.ts';
import type { Calendar } from '../schema/calendars.ts';
import { mapValues } from './objects.ts';

/** A checked calendar with its public holidays of the given years as dates. */
export function buildCalendar(authored: Calendar, years: readonly number[]): CalendarPolicy {
  if ('follow-the-sun' in authored) return { members: authored['follow-the-sun'] };
  const { zone, hours = {}, holidays = {}, special } = authored;
  const weekly: Partial<Record<Weekday, Window[]>> = {};
  for (const [days, texts] of Object.entries(hours))
    for (const day of parseDays(days)) weekly[day] = buildWindows(texts);
  const days = new Set(holidays.region === undefined ? [] : publicHolidays(holidays.region, years));
  for (const date of holidays.also ?? []) days.add(date);
  for (const date of holidays.not ?? []) days.delete(date);
  return {
    zone,
    weekly: weekly as Record<string, [number, number][]>,
    holidays: [...days].sort(),
    ...(special === undefined ? {} : { special: mapValues(special, buildWindows) }),
  };
}

function buildWindows(texts: readonly string[]): [number, number][] {
  return texts.map((text): [number, number] => [...parseWindow(text)]).sort((a, b) => a[0] - b[0]);
}
