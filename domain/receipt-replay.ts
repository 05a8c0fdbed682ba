import * as z from 'zod/mini';
import { type Measure, measure, type Turn } from './clock.ts';
import { Instant, Pause } from './event.ts';
import { CalendarPolicy, type Policy, policyCalendars, Warning } from './policy.ts';
import { DAY_MS } from './zone-time.ts';

/** The inputs of a clock, complete: nothing else decides its deadline. */
export const Replay = z.object({
  asOf: Instant,
  startedAt: Instant,
  /** Seconds of open time; the only target that counts, from the start, however often it changed. */
  targetSeconds: z.number(),
  /** When that target was given, if not from the start: it decides nothing but whether a breach was one on retarget. */
  retargetedAt: z.optional(Instant),
  pauses: z.array(Pause),
  stoppedAt: z.optional(Instant),
  cancelledAt: z.optional(Instant),
  warnings: z.array(Warning),
  /** Name of the calendar in `calendars`, or "always". */
  calendar: z.string(),
  /** It, and the members of a group. */
  calendars: z.record(z.string(), CalendarPolicy),
});
export type Replay = z.infer<typeof Replay>;

/**
 * The figures of a clock, worked out anew from the `replay` of its receipt and nothing else: no
 * log, no policy, no network. Throws a ZodError for something that is not a receipt.
 */
export function replayReceipt(input: unknown): Measure {
  const { replay } = z.object({ replay: Replay }).parse(input);
  const { asOf, warnings, calendar, calendars, ...rest } = replay;
  const turn: Turn = { clock: 'resolution', turn: 1, calendar, told: [], ...rest };
  return measure(turn, { warnings }, policyCalendars({ calendars, version: 'replay' })(calendar), Date.parse(asOf));
}

/** The definition of a calendar, and those of its members if it is a group (a group has no groups in it); none for "always". */
export function calendarsOf(name: string, calendars: Policy['calendars']): Policy['calendars'] {
  return Object.fromEntries([name, ...membersOf(name, calendars)].flatMap((each) => pick(each, calendars)));
}

/** The names of a group's calendars, in their order; none if it is no group. */
export function membersOf(name: string, calendars: Policy['calendars']): readonly string[] {
  const definition = calendars[name];
  return definition !== undefined && 'members' in definition ? definition.members : [];
}

/** Longest that a local date and a night shift reach beyond the day in UTC. */
const MARGIN_MS = 3 * DAY_MS;

/** The same calendars with only those dates that can matter between two instants: a receipt need not carry the holidays of fifteen years. */
export function daysWithin(
  calendars: Policy['calendars'],
  { from, to }: { from: string; to: string },
): Policy['calendars'] {
  const first = new Date(Date.parse(from) - MARGIN_MS).toISOString();
  const last = new Date(Date.parse(to) + MARGIN_MS).toISOString();
  const isNear = (date: string) => date >= first.slice(0, 10) && date <= last.slice(0, 10);
  return Object.fromEntries(
    Object.entries(calendars).map(([name, calendar]) => {
      if ('members' in calendar) return [name, calendar];
      const { holidays, holidayNames, special, ...rest } = calendar;
      const names = Object.entries(holidayNames ?? {})
        .map(([holiday, dates]) => [holiday, dates.filter(isNear)] as const)
        .filter(([, dates]) => dates.length > 0);
      const days = Object.entries(special ?? {}).filter(([date]) => isNear(date));
      const near = {
        ...rest,
        holidays: holidays.filter(isNear),
        ...(names.length === 0 ? {} : { holidayNames: Object.fromEntries(names) }),
        ...(days.length === 0 ? {} : { special: Object.fromEntries(days) }),
      };
      return [name, near];
    }),
  );
}

function pick(name: string, calendars: Policy['calendars']): [string, CalendarPolicy][] {
  const definition = calendars[name];
  return definition === undefined ? [] : [[name, definition]];
}
