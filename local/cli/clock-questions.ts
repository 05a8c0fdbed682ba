import { ALWAYS, type Calendar, groupCalendar, NoOpenTimeError } from '../../domain/calendar.ts';
import { instantOfWork, type Turn, workedSeconds } from '../../domain/clock.ts';
import { toInstant } from '../../domain/event.ts';
import { parseDuration } from '../../policy/compiler/duration.ts';
import { checkSpan, instantAt, instantOf, LONGEST_SECONDS, spanOf } from './clock-instant.ts';
import { calendarOf, type Policies, yearsAround } from './clock-policy.ts';
import { type Fields, fieldsAt, isFields, LineError, reading, wrong } from './line-error.ts';
import { localToUtc } from './local-time.ts';

/** Questions to a calendar, one a line: whatever its inputs allow is answered. Instants are ISO 8601, lengths seconds. */

const ASKED = [
  'start',
  'end',
  'at',
  'origin',
  'target',
  'seconds',
  'business_seconds',
  'subtract',
  'pauses',
  'windows',
];
const BESIDE = ['id', 'calendar', 'kind', 'policy', 'business-day', 'time_zone', 'zone', 'local'];

/** Answers a line with a calendar. `directory`: the policy whose calendars can be named. Throws LineError. */
export function answerCalendarLine(line: Fields, policies: Policies, directory: string): Fields {
  const [start, end, at, origin] = (['start', 'end', 'at', 'origin'] as const).map((name) => instantAt(line, name));
  const from = start ?? origin ?? at;
  if (from === undefined) throw wrong('start', 'an instant to begin with ("start", "at" or "origin")', undefined);
  const pauses = pausesOf(line.pauses);
  const given = [start, end, at, origin, ...pauses.flat()].filter((instant) => instant !== undefined);
  checkSpan(given, 'line', 'instants');
  const named = calendarIn(line, given, policies, directory);
  const target = targetOf(line);
  const turn = turnOf(from, pauses, target?.seconds ?? 0);
  const shown = at ?? from;
  const ignored = Object.keys(line).filter((key) => !ASKED.includes(key) && !BESIDE.includes(key));
  const due = dueOf(line, turn, target, named, shown);
  const windows = windowsOf(line.windows, named, origin ?? from);
  const reached = [...Object.values(due), ...(windows.windows ?? []).flat()].map((text) => Date.parse(String(text)));
  const unknown = named.holidaysUnknown(...spanOf([...given, ...reached]));
  return {
    ...due,
    ...(end === undefined ? {} : { elapsedSeconds: workedSeconds(turn, end, named) }),
    ...(pauses.length === 0 ? {} : { pausedSeconds: pausedSeconds(turn, end, named) }),
    open: named.isOpen(shown),
    nextOpen: nextOpen(named, shown),
    ...windows,
    ...(unknown === undefined ? {} : { holidaysUnknown: unknown }),
    ...(ignored.length === 0 ? {} : { ignored }),
  };
}

/** Answers `{"time_zone": …, "local": "2014-03-09T02:30:00"}` with the instant that this wall-clock time is. */
export function answerLocalLine(line: Fields): Fields {
  const { local } = line;
  const zone = line.time_zone ?? line.zone;
  if (typeof zone !== 'string') throw wrong('time_zone', 'a time zone such as "Europe/Dublin"', zone);
  if (typeof local !== 'string') throw wrong('local', 'a local time such as "2014-03-09T02:30:00"', local);
  return { utc: toInstant(reading('local', () => localToUtc(zone, local))) };
}

function calendarIn(line: Fields, instants: readonly number[], policies: Policies, directory: string): Calendar {
  const { calendar } = line;
  if (calendar === 'always') return ALWAYS;
  const named = (name: unknown, where: string) => {
    const context = isFields(line.policy)
      ? policies.inline(line.policy, yearsAround(instants))
      : policies.inDirectory(typeof line.policy === 'string' ? line.policy : directory);
    const names = Object.keys(context.policy.calendars);
    if (typeof name !== 'string' || !names.includes(name))
      throw wrong(where, `one of ${names.concat(where === 'calendar' ? 'always' : []).join(', ')}`, name);
    return context.calendar(name);
  };
  if (typeof calendar === 'string') return named(calendar, 'calendar');
  // A group names calendars of the policy.
  const group = isFields(calendar) && Object.keys(calendar).length === 1 ? calendar['follow-the-sun'] : undefined;
  if (Array.isArray(group) && group.length > 0)
    return groupCalendar(group.map((name, i) => named(name, `calendar.follow-the-sun[${i}]`)));
  return calendarOf(fieldsAt(calendar, 'calendar', 'a calendar, or the name of one'), yearsAround(instants), policies);
}

interface Target {
  readonly seconds: number;
  /** Plain time: no calendar stops it. */
  readonly plain: boolean;
}

function targetOf(line: Fields): Target | undefined {
  const value = line.target ?? line.business_seconds ?? line.seconds;
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number') {
    if (!(Math.abs(value) <= LONGEST_SECONDS)) throw wrong('target', 'at most ten years of seconds', value);
    return { seconds: value, plain: false };
  }
  if (typeof value !== 'string') throw wrong('target', 'a duration such as "8 business hours", or seconds', value);
  const day = line['business-day'];
  if (day === undefined && /\bbusiness days?$/.test(value))
    throw wrong('target', 'business hours, or "business-day": "8 business hours" beside it', value);
  const daySeconds = typeof day === 'string' ? reading('business-day', () => parseDuration(day)).seconds : undefined;
  const { kind, seconds } = reading('target', () => parseDuration(value.replace(/^-/, ''), daySeconds));
  return { seconds: value.startsWith('-') ? -seconds : seconds, plain: kind === 'calendar' };
}

function dueOf(line: Fields, turn: Turn, target: Target | undefined, named: Calendar, at: number): Fields {
  if (target === undefined) return {};
  const calendar = target.plain ? ALWAYS : named;
  const start = Date.parse(turn.startedAt);
  const back = target.seconds < 0 || line.kind === 'subtract' || line.subtract === true;
  try {
    if (back) {
      if (turn.pauses.length > 0) throw new LineError('pauses: expected none when time is subtracted, found some');
      return { result: toInstant(calendar.subtract(start, Math.round(Math.abs(target.seconds) * 1000))) };
    }
    const due = instantOfWork(turn, target.seconds, calendar);
    if (due !== null) return { due: toInstant(due) };
    // Paused before it: what the deadline would be, were it resumed at `at`.
    const left = Math.max(0, Math.round((target.seconds - workedSeconds(turn, at, calendar)) * 1000));
    return { due: null, planned: toInstant(calendar.add(at, left)) };
  } catch (error) {
    if (error instanceof NoOpenTimeError) throw new LineError(`calendar: ${error.message}`);
    throw error;
  }
}

type Span = readonly [from: number, to: number];

const PAUSE = ['from', 'to', 'reason'];

/** Pauses as `{"from", "to"}` or pairs, sorted, those that touch or overlap put together. One without an end goes on. */
function pausesOf(raw: unknown): Span[] {
  if (raw === undefined || raw === null) return [];
  if (!Array.isArray(raw)) throw wrong('pauses', 'a list such as [["…", "…"]]', raw);
  const spans = raw.map((pause: unknown, i): Span => {
    const where = `pauses[${i}]`;
    // "until" would else be a pause that never ends.
    const other = isFields(pause) ? Object.keys(pause).find((key) => !PAUSE.includes(key)) : undefined;
    if (other !== undefined) throw wrong(where, 'only "from" and "to" (and "reason")', other);
    const [from, to] = Array.isArray(pause) ? pause : isFields(pause) ? [pause.from, pause.to] : [];
    const span: Span = [
      instantOf(from, `${where}.from`),
      to === undefined || to === null ? Number.POSITIVE_INFINITY : instantOf(to, `${where}.to`),
    ];
    if (span[1] < span[0]) throw wrong(where, 'an end that is not before the beginning', to);
    return span;
  });
  spans.sort((a, b) => a[0] - b[0]);
  const merged: Span[] = [];
  for (const [from, to] of spans) {
    const last = merged.at(-1);
    if (last === undefined || from > last[1]) merged.push([from, to]);
    else merged[merged.length - 1] = [last[0], Math.max(last[1], to)];
  }
  return merged;
}

function turnOf(start: number, pauses: readonly Span[], targetSeconds: number): Turn {
  return {
    clock: 'resolution',
    turn: 1,
    startedAt: toInstant(start),
    targetSeconds,
    calendar: 'calendar',
    told: [],
    pauses: pauses
      .filter(([, to]) => to > start)
      .map(([from, to]) => ({
        from: toInstant(Math.max(from, start)),
        ...(to === Number.POSITIVE_INFINITY ? {} : { to: toInstant(to) }),
        reason: 'paused',
      })),
  };
}

/** Open seconds inside the pauses, until `end` if there is one; a pause without an end counts only until there. */
function pausedSeconds({ pauses }: Turn, end: number | undefined, calendar: Calendar): number {
  const spans = pauses.map(({ from, to }) => [
    Date.parse(from),
    Math.min(to === undefined ? Number.POSITIVE_INFINITY : Date.parse(to), end ?? Number.POSITIVE_INFINITY),
  ]);
  return (
    spans.reduce((sum, [from = 0, to = 0]) => sum + (Number.isFinite(to) ? calendar.elapsed(from, to) : 0), 0) / 1000
  );
}

function nextOpen(calendar: Calendar, at: number): string | null {
  try {
    return toInstant(calendar.nextOpen(at));
  } catch (error) {
    if (error instanceof NoOpenTimeError) return null;
    throw error;
  }
}

/** Most windows that one line is given. */
const MOST_WINDOWS = 1000;

function windowsOf(raw: unknown, calendar: Calendar, from: number): { windows?: [string, string | null][] } {
  if (raw === undefined || raw === null) return {};
  const count = Array.isArray(raw) ? raw.length : raw;
  if (typeof count !== 'number' || !Number.isInteger(count) || count < 1 || count > MOST_WINDOWS)
    throw wrong('windows', `a whole number from 1 to ${MOST_WINDOWS}`, raw);
  const windows: [string, string | null][] = [];
  for (const [start, end] of calendar.openings(from)) {
    windows.push([toInstant(start), Number.isFinite(end) ? toInstant(end) : null]);
    if (windows.length >= count) break;
  }
  return { windows };
}
