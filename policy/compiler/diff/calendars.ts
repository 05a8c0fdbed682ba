import { WEEKDAYS, type Window } from '../../../domain/calendar.ts';
import type { CalendarPolicy, Policy } from '../../../domain/policy.ts';
import { formatWindow } from '../hours.ts';
import { datesInWords } from './dates.ts';
import { about, difference, listChange, listedOrNone, matched, valueChange, withIds } from './words.ts';

type Hours = Exclude<CalendarPolicy, { members: unknown }>;

/** What changes in the hours. */
export function calendarChanges(before: Policy, after: Policy): string[] {
  const { added, removed, both } = matched(withIds(before.calendars), withIds(after.calendars));
  return [
    ...added.map((calendar) => `New calendar ${calendar.id}: ${calendarInWords(calendar)}`),
    ...removed.map(({ id }) => `Calendar ${id} is gone`),
    ...both.flatMap(([one, other]) => changes(one.id, one, other)),
  ];
}

function changes(id: string, before: CalendarPolicy, after: CalendarPolicy): string[] {
  if ('members' in before && 'members' in after) return listChange(`${id}, open with`, before.members, after.members);
  if ('members' in before || 'members' in after)
    return [`${id}: was ${calendarInWords(before)}; is now ${calendarInWords(after)}`];
  const closed = difference(before.holidays, after.holidays);
  return [
    ...about(id, [
      ...valueChange('zone', before.zone, after.zone),
      ...weeklyChanges(before, after),
      ...(closed.added.length > 0 ? [`closed on ${datesInWords(closed.added)}`] : []),
      ...(closed.removed.length > 0 ? [`no longer closed on ${datesInWords(closed.removed)}`] : []),
      ...valueChange('holidays known from', before.holidaysKnown?.from, after.holidaysKnown?.from),
      ...valueChange('holidays known until', before.holidaysKnown?.to, after.holidaysKnown?.to),
      ...specialChanges(before, after),
    ]),
  ];
}

function calendarInWords(calendar: CalendarPolicy): string {
  if ('members' in calendar) return `open when ${listedOrNone(calendar.members)} is`;
  const days = byDays((day) => hours(calendar.weekly[day]));
  const special = groupedDates(Object.entries(calendar.special ?? {}).map(([day, windows]) => [day, hours(windows)]));
  const isDated = days.every(([, open]) => open === hours([]));
  return [
    `${isDated ? 'open on dates only,' : days.map(([name, open]) => `${name} ${open}`).join(', ')} in ${calendar.zone}`,
    ...holidaysInWords(calendar),
    ...knownInWords(calendar),
    ...special.map(([open, dates]) => `${open} on ${datesInWords(dates)}`),
  ].join('; ');
}

/** Public holidays by their names, as the dates of many years would hide all else; days written by hand as dates. */
function holidaysInWords({ holidays, holidayNames = {} }: Hours): string[] {
  const named = new Set(Object.values(holidayNames).flat());
  const own = holidays.filter((date) => !named.has(date));
  const names = Object.keys(holidayNames).filter((name) => !name.includes(' (substitute day)'));
  return [
    ...(names.length === 0 ? [] : [`closed on public holidays (${names.join(', ')})`]),
    ...(own.length === 0 ? [] : [`closed on ${datesInWords(own)}`]),
  ];
}

function knownInWords({ holidaysKnown }: Hours): string[] {
  if (holidaysKnown === undefined) return [];
  const { from, to } = holidaysKnown;
  return [`holidays known ${from === undefined ? '' : `from ${from} `}until ${to}`];
}

function weeklyChanges(before: Hours, after: Hours): string[] {
  return byDays((day) => valueChange('', hours(before.weekly[day]), hours(after.weekly[day])).join(''))
    .filter(([, change]) => change !== '')
    .map(([days, change]) => `${days}${change}`);
}

/** What is said of each day of the week, with neighbours of which the same is said together: "mon-fri". */
function byDays(say: (day: (typeof WEEKDAYS)[number]) => string): [string, string][] {
  const said: { first: string; last: string; text: string }[] = [];
  for (const day of WEEKDAYS) {
    const text = say(day);
    const previous = said.at(-1);
    if (previous?.text === text) previous.last = day;
    else said.push({ first: day, last: day, text });
  }
  return said.map(({ first, last, text }) => [first === last ? first : `${first}-${last}`, text]);
}

function hours(windows: readonly Window[] | undefined): string {
  return windows === undefined || windows.length === 0 ? 'closed' : windows.map(formatWindow).join(' and ');
}

function specialChanges({ special: before = {} }: Hours, { special: after = {} }: Hours): string[] {
  const said = (windows: readonly Window[] | undefined) => (windows === undefined ? 'its usual hours' : hours(windows));
  const days = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  const changed = days.flatMap((day) =>
    valueChange('', said(before[day]), said(after[day])).map((change): [string, string] => [day, change]),
  );
  return groupedDates(changed).map(([change, dates]) => `${datesInWords(dates)}${change}`);
}

/** Dates of which the same is said, together. */
function groupedDates(said: readonly (readonly [date: string, text: string])[]): [text: string, dates: string[]][] {
  const groups = Map.groupBy(said, ([, text]) => text);
  return [...groups].map(([text, dates]) => [text, dates.map(([date]) => date)]);
}
