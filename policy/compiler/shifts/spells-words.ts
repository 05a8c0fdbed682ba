import { Temporal } from 'temporal-polyfill';
import { WEEKDAYS } from '../../../domain/calendar.ts';
import { listed } from '../../../domain/listed.ts';
import type { Interval } from '../../../domain/open-intervals.ts';

/** Most lines for one list of spells: the longest come first, and the others as a number. */
const MOST_LINES = 4;
/** Most dates that are named one by one. */
const MOST_DATES = 3;
/** In so many weeks of a year, it is each week: a holiday falls out of it now and then. */
const EACH_WEEK = 45;
/** Two places change their clocks in different weeks: spells that begin and end so near to others are like them. */
const ALIKE_MINUTES = 120;

const DAY_NAMES = WEEKDAYS.map((day) => `${day[0]?.toUpperCase()}${day.slice(1)}`);

/** A spell on the wall clock of a zone. */
interface Spell {
  readonly from: Temporal.ZonedDateTime;
  readonly length: number;
  /** "09:00-17:00" */
  readonly times: string;
  /** Minutes from the midnight before it to its start, and to its end. */
  readonly minutes: readonly [from: number, to: number];
}

/**
 * Spells of a year (instants in ms) in a few lines, those of the same hours together: "Sat and Sun
 * 09:00-17:00, each week"; "Mon-Fri about 02:00-09:00, 247 times"; "on Thu 24 Dec 2026, 13:00-18:00".
 */
export function spellsInWords(spells: readonly Interval[], zone: string): string[] {
  const left = spells.map((spell) => onWallClock(spell, zone));
  const lines: { readonly text: string; readonly spells: readonly Spell[] }[] = [];
  while (left.length > 0) {
    const typical = mostFrequent(left);
    const alike = left.filter((spell) => isAlike(spell, typical));
    for (const spell of alike) left.splice(left.indexOf(spell), 1);
    const perDay = [...Map.groupBy(alike, ({ from }) => from.dayOfWeek).values()];
    const often = perDay.filter((same) => same.length >= EACH_WEEK).flat();
    const seldom = alike.filter((spell) => !often.includes(spell));
    if (often.length > 0) lines.push({ text: `${daysOf(often)} ${timesOf(often, typical)}, each week`, spells: often });
    if (seldom.length > 0) lines.push({ text: seldomInWords(seldom, typical), spells: seldom });
  }
  lines.sort((a, b) => total(b.spells) - total(a.spells));
  const rest = lines.slice(MOST_LINES).flatMap((line) => line.spells);
  return [
    ...lines.slice(0, MOST_LINES).map(({ text }) => text),
    ...(rest.length === 0
      ? []
      : [`… and ${rest.length === 1 ? 'once' : `${rest.length} times`} more, ${hoursInWords(total(rest))}`]),
  ];
}

/** "832 h": a length of time (ms), to a tenth of an hour. */
export function hoursInWords(length: number): string {
  return `${Math.round(length / 360_000) / 10} h`;
}

function onWallClock([start, end]: Interval, zone: string): Spell {
  const [from, to] = [start, end].map((at) => Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone)) as [
    Temporal.ZonedDateTime,
    Temporal.ZonedDateTime,
  ];
  const days = from.toPlainDate().until(to.toPlainDate()).days;
  const minutes = [minuteOf(from), days * 1440 + minuteOf(to)] as const;
  return { from, length: end - start, times: timesInWords(from, to, days), minutes };
}

/** "09:00-17:00", also over one midnight; "18:00 to Mon 09:00" for longer. */
function timesInWords(from: Temporal.ZonedDateTime, to: Temporal.ZonedDateTime, days: number): string {
  const end = days > 0 && minuteOf(to) === 0 ? '24:00' : time(to);
  const last = end === '24:00' ? to.subtract({ days: 1 }) : to;
  const nights = end === '24:00' ? days - 1 : days;
  if (nights === 0 || (nights === 1 && minuteOf(to) <= minuteOf(from))) return `${time(from)}-${end}`;
  return `${time(from)} to ${nights < 7 ? DAY_NAMES[last.dayOfWeek - 1] : dateOf(last)} ${end}`;
}

function mostFrequent(spells: readonly Spell[]): Spell {
  const groups = [...Map.groupBy(spells, ({ times }) => times).values()];
  return groups.reduce((most, group) => (group.length > most.length ? group : most))[0] as Spell;
}

function isAlike(one: Spell, other: Spell): boolean {
  return one.minutes.every((minute, i) => Math.abs(minute - (other.minutes[i] as number)) <= ALIKE_MINUTES);
}

function timesOf(spells: readonly Spell[], typical: Spell): string {
  const [first, ...others] = new Set(spells.map(({ times }) => times));
  return others.length === 0 ? (first as string) : `about ${typical.times}`;
}

function seldomInWords(spells: readonly Spell[], typical: Spell): string {
  const times = timesOf(spells, typical);
  const [first, last] = [spells[0] as Spell, spells.at(-1) as Spell];
  return spells.length <= MOST_DATES
    ? `on ${listed(spells.map(({ from }) => `${DAY_NAMES[from.dayOfWeek - 1]} ${dateOf(from)}`))}, ${times}`
    : `${daysOf(spells)} ${times}, ${spells.length} times from ${dateOf(first.from)} to ${dateOf(last.from)}`;
}

/** "Mon-Fri", "Sun-Thu", "Sat and Sun". */
function daysOf(spells: readonly Spell[]): string {
  const days = new Set(spells.map(({ from }) => from.dayOfWeek - 1));
  const runs = [...days].filter((day) => !days.has((day + 6) % 7));
  const [first] = runs;
  if (first !== undefined && runs.length === 1 && days.size > 2)
    return `${DAY_NAMES[first]}-${DAY_NAMES[(first + days.size - 1) % 7]}`;
  return listed([...days].sort().map((day) => DAY_NAMES[day] as string));
}

function minuteOf(at: Temporal.ZonedDateTime): number {
  return at.hour * 60 + at.minute;
}

function time(at: Temporal.ZonedDateTime): string {
  return at.toPlainTime().toString({ smallestUnit: 'minute' });
}

/** "24 Dec 2026" */
function dateOf(at: Temporal.ZonedDateTime): string {
  return `${at.day} ${at.toLocaleString('en-US', { month: 'short' })} ${at.year}`;
}

function total(spells: readonly Spell[]): number {
  return spells.reduce((sum, { length }) => sum + length, 0);
}
