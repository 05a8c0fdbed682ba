import { existsSync, readFileSync } from 'node:fs';
import { type CalendarDefinition, WEEKDAYS, type Window } from '../../domain/calendar.ts';

/** The SLA vectors that lie beside a checkout, when they do. Times are turned into the shapes of domain/calendar.ts. */

type Clock = readonly [from: string, to: string];

interface VectorCalendar {
  readonly time_zone: string;
  readonly hours: Readonly<Record<string, readonly Clock[]>>;
  readonly date_hours?: Readonly<Record<string, readonly Clock[]>>;
  readonly breaks?: Readonly<Record<string, readonly Clock[]>>;
  readonly holidays?: readonly string[];
  readonly recurring_holidays?: readonly string[];
}

export interface SlaVector {
  readonly id: string;
  readonly kind: string;
  readonly calendar: string;
  readonly contested?: string;
  readonly start: string;
  readonly end: string;
  readonly at: string;
  readonly business_seconds: number;
  readonly pauses?: readonly (readonly [string, string])[];
  readonly due: string;
  readonly elapsed_seconds: number;
  readonly open: boolean;
  readonly next_open: string;
}

const FILE = new URL('../../../shared/data/sla-vectors.json', import.meta.url);

export function slaVectors():
  | { vectors: readonly SlaVector[]; calendarFor: (vector: SlaVector) => CalendarDefinition }
  | undefined {
  if (!existsSync(FILE)) return undefined;
  const { vectors, calendars } = JSON.parse(readFileSync(FILE, 'utf8'));
  return { vectors, calendarFor: (vector) => definitionOf(calendars[vector.calendar], yearsOf(vector)) };
}

/** Recurring holidays are laid out for the years around a vector. */
function yearsOf(vector: SlaVector): number[] {
  const instants = [vector.start, vector.end, vector.at, vector.due].filter((text) => text !== undefined);
  const years = instants.map((text) => Number(text.slice(0, 4)));
  const [first, last] = [Math.min(...years) - 1, Math.max(...years) + 3];
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

function definitionOf(calendar: VectorCalendar, years: readonly number[]): CalendarDefinition {
  const weekly = Object.fromEntries(WEEKDAYS.map((day) => [day, (calendar.hours[day] ?? []).map(minutesOf)]));
  const special = Object.fromEntries(
    Object.entries(calendar.date_hours ?? {}).map(([date, clocks]) => [date, clocks.map(minutesOf)]),
  );
  const recurring = years.flatMap((year) => (calendar.recurring_holidays ?? []).map((day) => `${year}-${day}`));
  const holidays = [...(calendar.holidays ?? []), ...recurring];
  for (const [date, breaks] of Object.entries(calendar.breaks ?? {})) {
    if (holidays.includes(date)) continue;
    const weekday = WEEKDAYS[(new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7] as (typeof WEEKDAYS)[number];
    special[date] = cutOut(special[date] ?? weekly[weekday] ?? [], breaks.map(minutesOf));
  }
  return { zone: calendar.time_zone, weekly, holidays, special };
}

function minutesOf([from, to]: Clock): Window {
  const minutes = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));
  return [minutes(from), minutes(to)];
}

function cutOut(windows: readonly Window[], breaks: readonly Window[]): Window[] {
  return breaks.reduce<Window[]>(
    (left, [from, to]) =>
      left
        .flatMap(([start, end]): Window[] => [
          [start, Math.min(end, from)],
          [Math.max(start, to), end],
        ])
        .filter(([start, end]) => start < end),
    [...windows],
  );
}
