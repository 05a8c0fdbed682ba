import * as z from 'zod/mini';
import type { Calendar, HolidaysUnknown } from './calendar.ts';
import { ClockName, Instant, Pause, toInstant } from './event.ts';
import type { ClockPolicy, Warning } from './policy.ts';

/**
 * One run of a clock, as the case stores it. Everything else about it (due, worked, status) is
 * computed from this, a calendar and an instant, never stored as a counter that could drift.
 */
export const Turn = z.object({
  clock: ClockName,
  /** 1 for the first run of this clock on this case. */
  turn: z.number(),
  startedAt: Instant,
  /** Open time promised, seconds. */
  targetSeconds: z.number(),
  calendar: z.string(),
  /** When the target last changed; absent if it never did. */
  retargetedAt: z.optional(Instant),
  /** Pauses in order; the last one may still be open. */
  pauses: z.array(Pause),
  /** When the promise was kept (or the case solved). */
  stoppedAt: z.optional(Instant),
  /** Set when the promise no longer applies (the case was merged away or deleted). */
  cancelledAt: z.optional(Instant),
  /** The status of the case that ended it, if one did: a case that goes on takes it up again. Not of a wait that has been answered since. */
  endedIn: z.optional(z.enum(['solved', 'closed'])),
  /** Thresholds already told, as `threshold@target`: each is told once per target, however often a pause moves it. */
  told: z.array(z.string()),
});
export type Turn = z.infer<typeof Turn>;

export type ClockStatus = 'running' | 'paused' | 'imminent' | 'breached' | 'met' | 'met-late' | 'cancelled';

export interface Measure {
  readonly status: ClockStatus;
  /** The deadline, or null while paused or cancelled. A deadline passed before the pause stays. */
  readonly dueAt: string | null;
  /** While paused: the deadline if it were resumed at `now`. A plan, not a promise. */
  readonly plannedAt: string | null;
  /** Open time used until `now` or the end of the turn, seconds. */
  readonly workedSeconds: number;
  /** Open time beyond the target, seconds; 0 if none. */
  readonly overSeconds: number;
  /** Only where a new target put the deadline into the past: it was missed in the moment in which it was promised. */
  readonly breach?: 'breached-on-retarget';
  /** There if the turn reaches to where holidays are not known: it may be due later, and have used less, than it says. */
  readonly holidaysUnknown?: HolidaysUnknown;
}

const ms = (instant: string) => Date.parse(instant);

/** The stretches (ms) of a turn in which its clock runs, in order; the last is endless unless the turn is paused or over. */
export function runs(turn: Turn): [from: number, to: number][] {
  const result: [number, number][] = [];
  const end = turn.stoppedAt ?? turn.cancelledAt;
  const limit = end === undefined ? Number.POSITIVE_INFINITY : ms(end);
  let from = ms(turn.startedAt);
  for (const pause of turn.pauses) {
    if (ms(pause.from) > from) result.push([from, Math.min(ms(pause.from), limit)]);
    if (pause.to === undefined) return result;
    from = Math.max(from, ms(pause.to));
  }
  if (from < limit) result.push([from, limit]);
  return result;
}

/**
 * The instant (ms) at which a turn has used `seconds` of open time, or null if it is paused or
 * over before it gets there. Only the part of a pause that lies inside open hours moves it.
 */
export function instantOfWork(turn: Turn, seconds: number, calendar: Calendar): number | null {
  let left = Math.round(seconds * 1000);
  for (const [from, to] of runs(turn)) {
    if (to === Number.POSITIVE_INFINITY) return calendar.add(from, left);
    const open = calendar.elapsed(from, to);
    if (left <= open) return calendar.add(from, left);
    left -= open;
  }
  return null;
}

/** Open time (seconds, with at most three decimals) that a turn has used at `now` (ms). */
export function workedSeconds(turn: Turn, now: number, calendar: Calendar): number {
  return workedMs(turn, now, calendar) / 1000;
}

function workedMs(turn: Turn, now: number, calendar: Calendar): number {
  let worked = 0;
  for (const [from, to] of runs(turn)) worked += calendar.elapsed(from, Math.min(to, now));
  return worked;
}

export function isOpenTurn(turn: Turn): boolean {
  return turn.stoppedAt === undefined && turn.cancelledAt === undefined;
}

export function isPaused(turn: Turn): boolean {
  const last = turn.pauses.at(-1);
  return last !== undefined && last.to === undefined;
}

/** The deadline of a turn as it stands (ms): for an ended turn, the one it had to meet. Null if paused before it. */
function deadlineOf(turn: Turn, calendar: Calendar): number | null {
  const { stoppedAt: _s, cancelledAt: _c, ...open } = turn;
  return instantOfWork(open, turn.targetSeconds, calendar);
}

/** What a turn looks like at `now` (ms). */
export function measure(turn: Turn, policy: Pick<ClockPolicy, 'warnings'>, calendar: Calendar, now: number): Measure {
  const worked = workedMs(turn, now, calendar);
  const target = Math.round(turn.targetSeconds * 1000);
  const due = deadlineOf(turn, calendar);
  const status = statusOf(turn, policy, calendar, now, worked > target, due);
  const isBreach = status === 'breached' || status === 'met-late';
  const isPlanned = due === null && isOpenTurn(turn) && isPaused(turn);
  const planned = isPlanned ? calendar.add(now, target - worked) : null;
  const end = Math.min(now, ms(turn.stoppedAt ?? turn.cancelledAt ?? toInstant(now)));
  const unknown = calendar.holidaysUnknown(ms(turn.startedAt), Math.max(end, due ?? planned ?? end));
  return {
    status,
    dueAt: due === null || turn.cancelledAt !== undefined ? null : toInstant(due),
    plannedAt: planned === null ? null : toInstant(planned),
    workedSeconds: worked / 1000,
    overSeconds: Math.max(0, worked - target) / 1000,
    ...(isBreach && due !== null && isOnRetarget(turn, due) ? { breach: 'breached-on-retarget' } : {}),
    ...(unknown === undefined ? {} : { holidaysUnknown: unknown }),
  };
}

/** Was the deadline (ms) past already when the target was given? */
function isOnRetarget({ retargetedAt }: Turn, due: number): boolean {
  return retargetedAt !== undefined && due <= ms(retargetedAt);
}

function statusOf(
  turn: Turn,
  policy: Pick<ClockPolicy, 'warnings'>,
  calendar: Calendar,
  now: number,
  isOver: boolean,
  due: number | null,
): ClockStatus {
  if (turn.cancelledAt !== undefined) return 'cancelled';
  if (turn.stoppedAt !== undefined) return isOver ? 'met-late' : 'met';
  if (due !== null && now >= due) return 'breached';
  if (isPaused(turn)) return 'paused';
  const warned = policy.warnings.some((warning) => {
    const at = warningAt(turn, warning, calendar);
    return at !== null && now >= at;
  });
  return warned ? 'imminent' : 'running';
}

/** When a warning is due (ms); null if the clock does not get there, or if the target is too short for it. */
function warningAt(turn: Turn, { share, secondsBefore = 0 }: Warning, calendar: Calendar): number | null {
  const { targetSeconds } = turn;
  const work = share === undefined ? targetSeconds - secondsBefore : Math.ceil(targetSeconds * share * 1000) / 1000;
  return work > 0 ? instantOfWork(turn, work, calendar) : null;
}

export interface Threshold {
  readonly clock: Turn['clock'];
  readonly turn: number;
  /** "breach", or the warning's name. */
  readonly threshold: string;
  readonly kind: 'warning' | 'breach' | 'breached-on-retarget';
  /** When it is reached, ms. */
  readonly at: number;
  /** The deadline it belongs to, ms. */
  readonly dueAt: number;
  /** The target it belongs to, seconds of open time. */
  readonly targetSeconds: number;
}

/** The mark that says "this threshold of this target has been told". */
export function toldMark(threshold: string, targetSeconds: number): string {
  return `${threshold}@${targetSeconds}`;
}

/**
 * The thresholds of a turn that are still to be told, soonest first. None while it is paused or
 * over, or once its breach has been told. A warning that a later warning of the same target
 * has overtaken is not told any more.
 */
export function openThresholds(turn: Turn, policy: Pick<ClockPolicy, 'warnings'>, calendar: Calendar): Threshold[] {
  if (!isOpenTurn(turn)) return [];
  const due = instantOfWork(turn, turn.targetSeconds, calendar);
  if (due === null) return [];
  const told = (threshold: string) => turn.told.includes(toldMark(threshold, turn.targetSeconds));
  if (told('breach')) return [];
  const base = { clock: turn.clock, turn: turn.turn, dueAt: due, targetSeconds: turn.targetSeconds };
  const breach: Threshold = {
    ...base,
    threshold: 'breach',
    kind: isOnRetarget(turn, due) ? 'breached-on-retarget' : 'breach',
    at: due,
  };
  const warnings: Threshold[] = [];
  let overtakenUntil = Number.NEGATIVE_INFINITY;
  for (const warning of policy.warnings) {
    const at = warningAt(turn, warning, calendar);
    if (at === null || at >= due) continue;
    if (told(warning.name)) overtakenUntil = Math.max(overtakenUntil, at);
    else warnings.push({ ...base, threshold: warning.name, kind: 'warning', at });
  }
  return [...warnings.filter((warning) => warning.at > overtakenUntil), breach].sort((a, b) => a.at - b.at);
}

/**
 * The one threshold of a turn to tell at `now` (ms), if any: the latest that has been reached,
 * so that one moment never sends two e-mails about one promise.
 */
export function reachedThreshold(
  turn: Turn,
  policy: Pick<ClockPolicy, 'warnings'>,
  calendar: Calendar,
  now: number,
): Threshold | undefined {
  return openThresholds(turn, policy, calendar).findLast((threshold) => threshold.at <= now);
}
