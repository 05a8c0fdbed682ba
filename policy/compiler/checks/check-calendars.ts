import type * as z from 'zod';
import type { Weekday } from '../../../domain/calendar.ts';
import { HOLIDAY_YEARS, publicHolidays } from '../holidays.ts';
import { formatWindow, overlap, parseDays, parseWindow, parseYears } from '../hours.ts';
import type { Path, PolicyFile } from '../policy-file.ts';
import { describe } from '../problems.ts';
import { GroupCalendar, HoursCalendar } from '../schema/calendars.ts';
import { keysOf, refer } from './names.ts';

/** Hours that clash, calendars that never open, holidays that are none, groups of what is no calendar. */
export function checkCalendars(file: PolicyFile): void {
  const years = yearsOf(file);
  for (const key of keysOf(file, 'calendars')) {
    if (key === 'always')
      file.addAtKey(['calendars', key], 'expected another name: "always" exists already, found "always"');
  }
  for (const { path, value } of file.entries(['calendars'], HoursCalendar)) checkHours(file, path, value, years);
  checkGroups(file);
}

function checkGroups(file: PolicyFile): void {
  const names = new Set(keysOf(file, 'calendars'));
  const groups = file.entries(['calendars'], GroupCalendar);
  for (const { path, value } of groups) {
    const members = value['follow-the-sun'];
    for (const [i, member] of members.entries()) {
      const where = [...path, 'follow-the-sun', i];
      refer(file, where, member, names, 'a calendar of this file');
      if (groups.some((group) => group.key === member))
        file.add(
          where,
          `expected a calendar with hours of its own, found ${describe(member)}, which follows the sun itself`,
        );
      else if (members.indexOf(member) < i)
        file.add(where, `expected each calendar once, found ${describe(member)} again`);
    }
  }
}

function checkHours(
  file: PolicyFile,
  path: Path,
  value: z.infer<typeof HoursCalendar>,
  years: readonly number[],
): void {
  const given = new Map<Weekday, string>();
  for (const [days, texts] of Object.entries(value.hours ?? {})) {
    for (const day of parseDays(days)) {
      const other = given.get(day);
      if (other !== undefined)
        file.addAtKey([...path, 'hours', days], `expected each day once, found ${day} in "${other}" and in "${days}"`);
      given.set(day, days);
    }
    checkWindows(file, [...path, 'hours', days], texts);
  }
  if (!hasWeeklyHours(value) && lastDate(value) === undefined)
    file.add(
      path,
      'expected open hours, on days of the week ("hours") or on dates ("special"), found none: it would never be open',
    );
  for (const [date, texts] of Object.entries(value.special ?? {}))
    checkWindows(file, [...path, 'special', date], texts);
  const { region, not = [] } = value.holidays ?? {};
  const holidays = region === undefined ? [] : publicHolidays(region, years);
  for (const [i, date] of years.length === 0 ? [] : not.entries()) {
    if (!holidays.some((holiday) => holiday.date === date)) {
      const span = `${years[0]}-${years.at(-1)}`;
      const whose = region === undefined ? 'with a region given' : `of ${region} in ${file.at(['years']) ?? span}`;
      file.add([...path, 'holidays', 'not', i], `expected a public holiday ${whose}, found ${describe(date)}`);
    }
  }
}

/** The last date on which a calendar has open hours of its own; undefined without any. */
function lastDate({ special = {} }: z.infer<typeof HoursCalendar>): string | undefined {
  const dates = Object.entries(special).flatMap(([date, texts]) => (texts.length > 0 ? [date] : []));
  return dates.sort().at(-1);
}

function hasWeeklyHours({ hours = {} }: z.infer<typeof HoursCalendar>): boolean {
  return Object.values(hours).some((texts) => texts.length > 0);
}

/** Calendars that are open on dates only, with the last of these: after it, nothing would be due any more. */
export function datedCalendars(file: PolicyFile): ReadonlyMap<string, string> {
  const dated = new Map<string, string>();
  for (const { key, value } of file.entries(['calendars'], HoursCalendar)) {
    const last = lastDate(value);
    if (last !== undefined && !hasWeeklyHours(value)) dated.set(key, last);
  }
  for (const { key, value } of file.entries(['calendars'], GroupCalendar)) {
    const dates = value['follow-the-sun'].map((member) => dated.get(member));
    const last = dates.includes(undefined) ? undefined : dates.sort().at(-1);
    if (last !== undefined) dated.set(key, last);
  }
  return dated;
}

/** The years that holidays are worked out for, or none if the file does not give them well. */
function yearsOf(file: PolicyFile): readonly number[] {
  const years = file.at(['years']);
  try {
    return years === undefined ? HOLIDAY_YEARS : parseYears(String(years));
  } catch {
    return [];
  }
}

function checkWindows(file: PolicyFile, path: Path, texts: readonly string[]): void {
  const clash = overlap(texts.map(parseWindow));
  if (clash !== undefined) {
    file.add(path, `expected hours that do not overlap, found ${clash.map(formatWindow).join(' and ')}`);
  }
}
