import { applyEvent, type Case, type FoldContext } from './case.ts';
import { isOpenTurn, type Turn } from './clock.ts';
import type { CaseEvent, ClockName } from './event.ts';
import { inLogOrder } from './log-order.ts';
import { endTurns, HANDOFFS } from './turns.ts';

/** The event that something was caused by. */
export interface Cause {
  readonly key: string;
  readonly type: CaseEvent['type'];
}

/** A change of what a turn was promised. */
export interface Retarget {
  /** When, an instant. */
  readonly at: string;
  readonly was: Promised;
  readonly is: Promised;
  readonly by: Cause;
}
type Promised = Pick<Turn, 'targetSeconds' | 'calendar'>;

/** One turn of a clock with the events that made it what it is. */
export interface TurnHistory {
  readonly caseId: string;
  /** As it stands, or as it ended. */
  readonly turn: Turn;
  readonly startedBy: Cause;
  /** Absent while it is open. */
  readonly endedBy?: Cause | undefined;
  /** What began and ended each of the turn's pauses, by their place. */
  readonly pausedBy: readonly Cause[];
  readonly resumedBy: readonly (Cause | undefined)[];
  readonly retargets: readonly Retarget[];
}

/** One run of a clock; without `turn`, its latest. */
export interface TurnChoice {
  readonly clock: ClockName;
  readonly turn?: number | undefined;
}

/**
 * Follows one turn of a clock through a log (any order, duplicates included) by folding it event
 * by event, so that a case need not store what its log tells. Undefined if the case has no such turn under this policy.
 */
export function turnHistory(
  events: readonly CaseEvent[],
  context: FoldContext,
  { clock, turn: wanted }: TurnChoice,
): TurnHistory | undefined {
  let state: Case | undefined;
  let history: TurnHistory | undefined;
  for (const event of inLogOrder(events)) {
    state = applyEvent(state, event, context);
    const now = state.turns.find((turn) => turn.clock === clock && (wanted ?? turn.turn) === turn.turn);
    if (now !== undefined && now.turn === history?.turn.turn) history = follow(history, now, event);
    else if (now !== undefined) history = begin(now, event);
    else if (history !== undefined) history = follow(history, replaced(history.turn, event), event);
  }
  return history;
}

/** A turn whose place the next one took in the same event: an answer or a new queue ends it, an offer to another vendor only drops it. */
function replaced(turn: Turn, { occurredAt: at }: CaseEvent): Turn {
  const kept = !HANDOFFS.includes(turn.clock);
  const [ended = turn] = endTurns([turn], [turn.clock], kept ? { stoppedAt: at } : { cancelledAt: at });
  return ended;
}

function begin(turn: Turn, event: CaseEvent): TurnHistory {
  const by = cause(event);
  return {
    caseId: event.caseId,
    turn,
    startedBy: by,
    endedBy: isOpenTurn(turn) ? undefined : by,
    pausedBy: turn.pauses.map(() => by),
    resumedBy: turn.pauses.map(({ to }) => (to === undefined ? undefined : by)),
    retargets: retargetOf(turn, turn, event),
  };
}

function follow(history: TurnHistory, now: Turn, event: CaseEvent): TurnHistory {
  const before = history.turn;
  const by = cause(event);
  // An answer can still meet a turn that was cancelled in the same moment.
  const endedBefore = now.stoppedAt === before.stoppedAt && now.cancelledAt === before.cancelledAt;
  const reopened = !isOpenTurn(before) && isOpenTurn(now);
  const isNew = (i: number) => before.pauses[i]?.from !== now.pauses[i]?.from;
  return {
    ...history,
    turn: now,
    startedBy: now.startedAt === before.startedAt ? history.startedBy : by,
    endedBy: isOpenTurn(now) ? undefined : endedBefore ? history.endedBy : by,
    // The time between being solved and being reopened is a pause that the solution began.
    pausedBy: now.pauses.map((_, i) =>
      isNew(i) ? ((reopened ? history.endedBy : undefined) ?? by) : (history.pausedBy[i] ?? by),
    ),
    resumedBy: now.pauses.map(({ to }, i) => {
      if (to === undefined) return undefined;
      return !isNew(i) && before.pauses[i]?.to === to ? history.resumedBy[i] : by;
    }),
    retargets: [...history.retargets, ...retargetOf(before, now, event)],
  };
}

/** A new policy changes the promise from the start of the log, so that only its event tells what it was. */
function retargetOf(before: Turn, now: Turn, event: CaseEvent): Retarget[] {
  const told =
    event.type === 'policy-changed' && isOpenTurn(now)
      ? event.targets.find(({ clock, turn }) => clock === now.clock && turn === now.turn)
      : undefined;
  const [was, is] = [promised(told ?? before), promised(now)];
  const same = was.targetSeconds === is.targetSeconds && was.calendar === is.calendar;
  return same ? [] : [{ at: event.occurredAt, was, is, by: cause(event) }];
}

function promised({ targetSeconds, calendar }: Promised): Promised {
  return { targetSeconds, calendar };
}

function cause({ key, type }: CaseEvent): Cause {
  return { key, type };
}
