import type { Calendar, HolidaysUnknown } from './calendar.ts';
import type { FoldContext } from './case.ts';
import { type ClockStatus, isOpenTurn, type Measure, measure, type Turn } from './clock.ts';
import { targetExplained } from './clock-words.ts';
import { contentKey } from './content-key.ts';
import { type CaseEvent, type ClockName, type EventOf, toInstant } from './event.ts';
import { clockPolicy, type Policy } from './policy.ts';
import { calendarsOf, daysWithin, membersOf, type Replay } from './receipt-replay.ts';
import { type Counting, type Segment, segmentsAhead, segmentsUntil, shortened } from './receipt-segments.ts';
import { type Cause, type TurnChoice, turnHistory } from './turn-history.ts';

/**
 * What explains a clock to the second: every stretch of one of its turns with its reason, the
 * promise, the calendar, and the sum that gives the deadline. Instants are ISO 8601 UTC, lengths
 * are seconds. No customer's text is in it.
 */
export interface Receipt {
  readonly receipt: 1;
  readonly caseId: string;
  readonly clock: ClockName;
  /** 1 for the first run of this clock on this case. */
  readonly turn: number;
  /** The instant that it was made for. */
  readonly asOf: string;
  readonly policyVersion: string;
  /** The version of the rules of time zones (IANA's tzdata) that it was worked out by; null if not known. */
  readonly tzdata: string | null;
  /** `version`: a key of the calendar's hours, holidays and special days. `members`: of a group, its calendars. */
  readonly calendar: {
    readonly name: string;
    readonly zone: string;
    readonly version: string;
    readonly members?: readonly string[];
  };
  readonly target: { readonly seconds: number; readonly words: string };
  readonly startedAt: string;
  readonly startedBy: Cause;
  readonly endedAt: string | null;
  readonly endedBy: Cause | null;
  readonly status: ClockStatus;
  /** Only if a new target put the deadline into the past. */
  readonly breach?: Measure['breach'];
  /** The deadline; null while paused before it, and when cancelled. */
  readonly dueAt: string | null;
  /** While paused: the deadline if it were resumed at `asOf`. A plan, not a promise. */
  readonly plannedAt: string | null;
  /** Beyond these local dates holidays are not known, and the clock reaches there: it may be due later, and have used less. */
  readonly holidaysUnknown: HolidaysUnknown | null;
  readonly sum: Sum;
  /** `[startedAt, endedAt or asOf)` without gaps, in order. */
  readonly segments: readonly Segment[];
  /** For a clock that runs: `[asOf, dueAt)`, as it will be if nothing happens. */
  readonly ahead: readonly Segment[];
  /** Thresholds that were reached and told. */
  readonly told: readonly Told[];
  /** All that `replayReceipt` needs to come to the same figures. */
  readonly replay: Replay;
}

/** worked + remaining = target; once that is used up, worked = target + over. */
export interface Sum {
  readonly targetSeconds: number;
  readonly workedSeconds: number;
  readonly remainingSeconds: number;
  readonly overSeconds: number;
  /** Where the counted seconds add up to the target: the deadline. */
  readonly reachesTargetAt: string | null;
}

export type Told = Pick<
  EventOf<'deadline-reached'>,
  'threshold' | 'kind' | 'at' | 'dueAt' | 'targetSeconds' | 'key'
> & {
  readonly toldAt: string;
};

/**
 * The receipt of a turn as of `now` (ms), from the whole log of its case in any order. Undefined
 * if the case never had that turn under this policy.
 */
export function receipt(
  events: readonly CaseEvent[],
  context: FoldContext,
  choice: TurnChoice,
  now: number,
): Receipt | undefined {
  const history = turnHistory(events, context, choice);
  const promise = clockPolicy(context.policy, choice.clock);
  if (history === undefined || promise === undefined) return undefined;
  const { turn } = history;
  const calendar = context.calendar(turn.calendar);
  const measured = measure(turn, promise, calendar, now);
  return {
    receipt: 1,
    caseId: history.caseId,
    clock: turn.clock,
    turn: turn.turn,
    asOf: toInstant(now),
    policyVersion: context.policy.version,
    tzdata: context.tzdata ?? null,
    calendar: describeCalendar(turn.calendar, calendar, context.policy),
    target: {
      seconds: turn.targetSeconds,
      words: targetExplained(turn.targetSeconds, turn.calendar, context.policy.businessDaySeconds),
    },
    startedAt: turn.startedAt,
    startedBy: history.startedBy,
    endedAt: turn.stoppedAt ?? turn.cancelledAt ?? null,
    endedBy: history.endedBy ?? null,
    status: measured.status,
    ...(measured.breach === undefined ? {} : { breach: measured.breach }),
    dueAt: measured.dueAt,
    plannedAt: measured.plannedAt,
    holidaysUnknown: measured.holidaysUnknown ?? null,
    sum: sumOf(turn, measured),
    ...segments({ history, calendar, members: membersOf(turn.calendar, context.policy.calendars) }, measured, now),
    told: toldOf(events, turn),
    replay: replayOf(turn, promise.warnings, context.policy, now, measured),
  };
}

function describeCalendar(name: string, { zone }: Calendar, policy: Policy): Receipt['calendar'] {
  const members = membersOf(name, policy.calendars);
  const version = name === 'always' ? 'always' : contentKey(calendarsOf(name, policy.calendars));
  return { name, zone, version, ...(members.length === 0 ? {} : { members }) };
}

function sumOf({ targetSeconds }: Turn, { workedSeconds, overSeconds, dueAt }: Measure): Sum {
  const remainingSeconds = Math.max(0, Math.round((targetSeconds - workedSeconds) * 1000)) / 1000;
  return { targetSeconds, workedSeconds, remainingSeconds, overSeconds, reachesTargetAt: dueAt };
}

function segments(
  counting: Counting,
  { dueAt, workedSeconds }: Measure,
  now: number,
): Pick<Receipt, 'segments' | 'ahead'> {
  const due = dueAt === null ? null : Date.parse(dueAt);
  const ahead = due !== null && isOpenTurn(counting.history.turn);
  return {
    segments: shortened(segmentsUntil(counting, due, now)),
    ahead: ahead ? shortened(segmentsAhead(counting, now, due, Math.round(workedSeconds * 1000))) : [],
  };
}

function toldOf(events: readonly CaseEvent[], { clock, turn }: Turn): Told[] {
  const byKey = new Map(events.map((event) => [event.key, event]));
  return [...byKey.values()]
    .flatMap((event) => {
      if (event.type !== 'deadline-reached' || event.clock !== clock || event.turn !== turn) return [];
      const { threshold, kind, at, dueAt, targetSeconds, key, occurredAt: toldAt } = event;
      return [{ threshold, kind, at, dueAt, targetSeconds, key, toldAt }];
    })
    .sort((a, b) => (a.toldAt < b.toldAt ? -1 : a.toldAt > b.toldAt ? 1 : a.key < b.key ? -1 : 1));
}

function replayOf(
  turn: Turn,
  warnings: Replay['warnings'],
  { calendars }: Policy,
  now: number,
  { dueAt, plannedAt }: Measure,
): Replay {
  const reach = [turn.startedAt, toInstant(now), ...[dueAt, plannedAt].filter((at) => at !== null)].sort();
  const span = { from: reach[0] ?? '', to: reach.at(-1) ?? '' };
  const { startedAt, targetSeconds, calendar, retargetedAt, pauses, stoppedAt, cancelledAt } = turn;
  return {
    asOf: toInstant(now),
    startedAt,
    targetSeconds,
    ...(retargetedAt === undefined ? {} : { retargetedAt }),
    pauses,
    ...(stoppedAt === undefined ? {} : { stoppedAt }),
    ...(cancelledAt === undefined ? {} : { cancelledAt }),
    warnings,
    calendar,
    calendars: daysWithin(calendarsOf(calendar, calendars), span),
  };
}
