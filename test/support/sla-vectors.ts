import { readFileSync } from 'node:fs';
import {
  type Calendar,
  type CalendarDefinition,
  compileCalendar,
  WEEKDAYS,
  type Window,
} from '../../domain/calendar.ts';
import { instantOfWork, type Turn, workedSeconds } from '../../domain/clock.ts';
import { localToUtc } from '../../local/cli/local-time.ts';

/**
 * The SLA vectors of test/vectors: what each expects, and what our public functions answer, both in the
 * vector's own terms.
 */

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
  readonly kind: 'due' | 'subtract' | 'elapsed' | 'is_open' | 'next_open' | 'windows' | 'local_to_utc';
  readonly calendar: string | null;
  /** The topic on which the sources disagree. */
  readonly contested?: string;
  readonly start: string;
  readonly end: string;
  readonly at: string;
  readonly origin: string;
  readonly business_seconds: number;
  readonly pauses?: readonly (readonly [string, string])[];
  readonly due: string;
  readonly result: string;
  readonly elapsed_seconds: number;
  readonly open: boolean;
  readonly next_open: string;
  readonly windows: readonly (readonly [string, string])[];
  readonly time_zone: string;
  readonly local: string;
  readonly utc: string;
}

export type Answer = string | number | boolean | readonly (readonly string[])[];

interface SlaVectors {
  readonly calendars: Readonly<Record<string, VectorCalendar>>;
  readonly vectors: readonly SlaVector[];
}

export const { calendars, vectors }: SlaVectors = JSON.parse(
  readFileSync(new URL('../vectors/sla.json', import.meta.url), 'utf8'),
);

/** What we answer. Throws if the vector names a calendar that is not there. */
export function answer(vector: SlaVector): Answer {
  if (vector.calendar === null) return iso(localToUtc(vector.time_zone, vector.local));
  const calendar = calendars[vector.calendar];
  if (calendar === undefined) throw new Error(`${vector.id} names a calendar that is not there: ${vector.calendar}`);
  return ANSWERS[vector.kind](vector, compileCalendar(definitionOf(calendar, yearsOf(vector))));
}

/** What a vector expects, in the form of an answer. */
export function expected(vector: SlaVector): Answer {
  return EXPECTED[vector.kind](vector);
}

const iso = (ms: number) => new Date(ms).toISOString();
const at = (text: string) => Date.parse(text);
const sameForm = (text: string) => iso(at(text));

const EXPECTED: Record<SlaVector['kind'], (vector: SlaVector) => Answer> = {
  due: ({ due }) => sameForm(due),
  subtract: ({ result }) => sameForm(result),
  elapsed: ({ elapsed_seconds }) => elapsed_seconds,
  is_open: ({ open }) => open,
  next_open: ({ next_open }) => sameForm(next_open),
  windows: ({ windows }) => windows.map((window) => window.map(sameForm)),
  local_to_utc: ({ utc }) => sameForm(utc),
};

const ANSWERS: Record<SlaVector['kind'], (vector: SlaVector, calendar: Calendar) => Answer> = {
  due: (vector, calendar) =>
    iso(
      vector.pauses === undefined
        ? calendar.add(at(vector.start), vector.business_seconds * 1000)
        : (instantOfWork(turnOf(vector), vector.business_seconds, calendar) ?? Number.NaN),
    ),
  subtract: ({ start, business_seconds }, calendar) => iso(calendar.subtract(at(start), business_seconds * 1000)),
  elapsed: (vector, calendar) =>
    vector.pauses === undefined
      ? calendar.elapsed(at(vector.start), at(vector.end)) / 1000
      : workedSeconds(turnOf(vector), at(vector.end), calendar),
  is_open: (vector, calendar) => calendar.isOpen(at(vector.at)),
  next_open: (vector, calendar) => iso(calendar.nextOpen(at(vector.at))),
  windows: ({ origin, windows }, calendar) => firstOpenings(calendar, at(origin), windows.length),
  local_to_utc: ({ time_zone, local }) => iso(localToUtc(time_zone, local)),
};

function turnOf({ start, business_seconds, pauses = [] }: SlaVector): Turn {
  return {
    clock: 'resolution',
    turn: 1,
    startedAt: start,
    targetSeconds: business_seconds,
    calendar: 'vector',
    pauses: pauses.map(([from, to]) => ({ from, to, reason: 'pending' })),
    told: [],
  };
}

function firstOpenings(calendar: Calendar, origin: number, count: number): string[][] {
  const found: string[][] = [];
  for (const [from, to] of calendar.openings(origin)) {
    if (found.length === count) break;
    found.push([iso(from), iso(to)]);
  }
  return found;
}

/** Recurring holidays are laid out for the years around a vector. */
function yearsOf(vector: SlaVector): number[] {
  const instants = [vector.start, vector.end, vector.at, vector.origin, vector.due].filter(
    (text) => text !== undefined,
  );
  const years = instants.map((text) => Number(text.slice(0, 4)));
  const [first, last] = [Math.min(...years) - 1, Math.max(...years) + 3];
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

function definitionOf(calendar: VectorCalendar, years: readonly number[]): CalendarDefinition {
  const weekly = Object.fromEntries(WEEKDAYS.map((day) => [day, (calendar.hours[day] ?? []).map(minutesOf)]));
  const recurring = years.flatMap((year) => (calendar.recurring_holidays ?? []).map((day) => `${year}-${day}`));
  const holidays = [...(calendar.holidays ?? []), ...recurring];
  // In the sources a holiday wins over hours for the date; ours is closed on it when it has no special hours.
  const special = Object.fromEntries(
    Object.entries(calendar.date_hours ?? {})
      .filter(([date]) => !holidays.includes(date))
      .map(([date, clocks]) => [date, clocks.map(minutesOf)]),
  );
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
