import { resolve } from 'node:path';
import { type Calendar, compileCalendar } from '../../domain/calendar.ts';
import type { FoldContext } from '../../domain/case.ts';
import { contentKey } from '../../domain/content-key.ts';
import { Priority } from '../../domain/event.ts';
import { type CalendarPolicy, type Policy, policyCalendars } from '../../domain/policy.ts';
import { compilePolicy, compilePolicyDir } from '../../policy/compiler/compile-policy.ts';
import { parseYears } from '../../policy/compiler/hours.ts';
import { formatProblem, PolicyError } from '../../policy/compiler/problems.ts';
import { isPlainCalendar, plainCalendar } from './clock-calendar.ts';
import { spanOf } from './clock-instant.ts';
import { type Fields, fieldsAt, isFields, LineError, reading } from './line-error.ts';

/** Policies of the lines of one run: directories, and parts of policies written in a line. Each is compiled once. */
export class Policies {
  readonly #compiled = new Map<string, FoldContext>();
  readonly #plain = new Map<string, Calendar>();

  /** The policy in a directory. Throws LineError. */
  inDirectory(dir: string): FoldContext {
    return this.#once(`dir ${dir}`, () => compiling('policy', () => compilePolicyDir(resolve(dir)).policy, true));
  }

  /** A policy of which a line writes the clocks and calendars, as the files in policy/ have them. Throws LineError. */
  inline(raw: Fields, years: readonly number[]): FoldContext {
    return this.#once(`inline ${years.join()} ${JSON.stringify(raw)}`, () => inlinePolicy(raw, years));
  }

  /** A calendar in the plain form. Throws LineError. */
  plain(raw: Fields, years: readonly number[]): Calendar {
    const key = `${years.join()} ${JSON.stringify(raw)}`;
    let calendar = this.#plain.get(key);
    if (calendar === undefined) {
      calendar = compileCalendar(plainCalendar(raw, years));
      remember(this.#plain, key, calendar);
    }
    return calendar;
  }

  #once(key: string, make: () => Policy): FoldContext {
    let context = this.#compiled.get(key);
    if (context === undefined) {
      const policy = make();
      context = { policy, calendar: policyCalendars(policy), tzdata: process.versions.tz };
      remember(this.#compiled, key, context);
    }
    return context;
  }
}

/** Lines that all write something of their own must not fill the memory. */
function remember<T>(known: Map<string, T>, key: string, value: T): void {
  if (known.size >= 200) known.clear();
  known.set(key, value);
}

/** The files that a line need not write, as small as they may be. */
const OTHER_FILES = {
  sources: { organisation: 'caserelay clock', sources: { case: { kind: 'standard-webhooks' } } },
  triage: { rules: [], otherwise: { category: 'unknown', queue: 'general', 'data-class': 'restricted' } },
  queues: { queues: { general: { name: 'General', leads: ['lead'] } } },
  agents: {
    exposure: {
      'cases-per-day': 6,
      'minutes-per-day': 120,
      'cool-down': '30 calendar minutes',
      'expected-minutes': 15,
    },
    agents: [],
  },
  vendors: { 'max-offers': 1, vendors: [] },
  leads: { leads: [{ id: 'lead', name: 'Lead', email: 'lead@example.com', zone: 'UTC', calendar: 'always' }] },
  alerting: { from: 'lead@example.com', rungs: [{ to: 'all', wait: '1 calendar hours' }], 'link-days': 1 },
} as const;

/** A policy has to time something, also where only its calendars are asked. */
const UNUSED_CLOCK = lenientClocks({ resolution: { target: '1 calendar hour' } });

/** Stands for a calendar that is not written as policy/ would have it, until it is put in its place. */
const STAND_IN = { zone: 'UTC', hours: { 'mon-sun': ['00:00-24:00'] } };

function inlinePolicy(raw: Fields, years: readonly number[]): Policy {
  const { clocks, calendars, 'default-priority': priority, 'business-day': day, years: own, ...others } = raw;
  const known = ['clocks', 'calendars', 'default-priority', 'business-day', 'years', ...Object.keys(OTHER_FILES)];
  const unknown = Object.keys(others).find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new LineError(`policy: expected one of ${known.join(', ')}, found ${JSON.stringify(unknown)}`);
  const calendarFile = partOf(calendars, 'calendars');
  const named = fieldsAt(calendarFile.calendars, 'policy.calendars');
  const span = yearsOf(calendarFile.years ?? own, years);
  const plain: Record<string, CalendarPolicy> = {};
  const written: Record<string, unknown> = {};
  for (const [name, calendar] of Object.entries(named)) {
    if (isPlainCalendar(calendar)) plain[name] = plainCalendar(calendar, span, `policy.calendars.${name}`);
    written[name] = isPlainCalendar(calendar) ? STAND_IN : lenientCalendar(calendar);
  }
  const clockFile = partOf(clocks, 'clocks');
  const files = {
    ...OTHER_FILES,
    ...others,
    calendars: { years: `${span[0]}-${span.at(-1)}`, calendars: written },
    clocks: {
      'default-priority': clockFile['default-priority'] ?? priority ?? 'normal',
      ...definedDay(clockFile['business-day'] ?? day),
      clocks: clocks === undefined ? UNUSED_CLOCK : lenientClocks(clockFile.clocks),
    },
  };
  const texts = Object.fromEntries(Object.entries(files).map(([name, file]) => [name, JSON.stringify(file)]));
  const policy = compiling('policy', () =>
    compilePolicy(texts as Parameters<typeof compilePolicy>[0], { clocksMayEnd: true }),
  );
  if (Object.keys(plain).length === 0) return policy;
  const body = { ...policy, calendars: { ...policy.calendars, ...plain } };
  return { ...body, version: contentKey(body) };
}

/** A file's content, or just what it is about: `{"years": …, "calendars": {…}}` or `{…}`. */
function partOf(raw: unknown, name: 'clocks' | 'calendars'): Fields {
  const part = raw === undefined ? {} : fieldsAt(raw, `policy.${name}`);
  return isFields(part[name]) ? part : { [name]: part };
}

function definedDay(day: unknown): Fields {
  return day === undefined ? {} : { 'business-day': day };
}

/** `holidays` may be just the list of dates. */
function lenientCalendar(calendar: unknown): unknown {
  if (!isFields(calendar) || !Array.isArray(calendar.holidays)) return calendar;
  return { ...calendar, holidays: { also: calendar.holidays } };
}

/** `target` stands for one target for all priorities. */
function lenientClocks(clocks: unknown): unknown {
  if (!isFields(clocks)) return clocks;
  return Object.fromEntries(
    Object.entries(clocks).map(([name, clock]) => {
      if (!isFields(clock) || !('target' in clock)) return [name, clock];
      const { target, ...rest } = clock;
      return [name, { ...rest, targets: Object.fromEntries(Priority.options.map((priority) => [priority, target])) }];
    }),
  );
}

function yearsOf(years: unknown, otherwise: readonly number[]): readonly number[] {
  return years === undefined ? otherwise : reading('years', () => parseYears(String(years)));
}

/** A calendar written in a line, by itself. Throws LineError. */
export function calendarOf(raw: Fields, years: readonly number[], policies: Policies): Calendar {
  const { years: own, ...calendar } = raw;
  const span = yearsOf(own, years);
  if (isPlainCalendar(calendar)) return policies.plain(calendar, span);
  return policies.inline({ calendars: { calendar } }, span).calendar('calendar');
}

/** The years around some instants (ms), for holidays that are worked out: at most as many as a policy may name. */
export function yearsAround(instants: readonly number[]): number[] {
  const [from, to] = spanOf(instants).map((instant) => new Date(instant).getUTCFullYear()) as [number, number];
  const first = Math.max(1970, from - 1);
  const last = Math.min(first + 19, to + 3);
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/** `hasFiles`: what is wrong is in a file that its author can open, so the place in it is told. */
function compiling(where: string, compile: () => Policy, hasFiles = false): Policy {
  try {
    return compile();
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    const [first, ...more] = error.problems;
    const rest = more.length === 0 ? '' : ` (and ${more.length} more)`;
    if (hasFiles && first !== undefined) throw new LineError(`${where}: ${formatProblem(first)}${rest}`);
    const place = [where, first?.path].join(' ').replace('policy calendars.calendar', 'calendar');
    throw new LineError(`${place}: ${first?.message}${rest}`);
  }
}
