import { assignmentDueAt } from './assignment.ts';
import type { Calendar } from './calendar.ts';
import type { Case, FoldContext } from './case.ts';
import { openThresholds, reachedThreshold, type Threshold, type Turn } from './clock.ts';
import { type EventOf, toInstant } from './event.ts';
import { type ClockPolicy, clockPolicy } from './policy.ts';

/** The soonest threshold of any clock that is still to be told: the instant at which someone must look at the case. */
export function nextThreshold(state: Case, context: FoldContext): Threshold | undefined {
  return thresholds(state, context, openThresholds)
    .flat()
    .sort((a, b) => a.at - b.at)[0];
}

/** When the case wants to be looked at: at its next threshold, or for the sake of its assignment; undefined if it waits for nothing. */
export function nextDueAt(state: Case, context: FoldContext): string | undefined {
  const threshold = nextThreshold(state, context);
  const assignment = assignmentDueAt(state, context.policy);
  if (threshold === undefined) return assignment;
  const told = toInstant(threshold.at);
  return assignment !== undefined && assignment < told ? assignment : told;
}

/** The thresholds to tell at `now` (ms): at most one per clock. */
export function reachedThresholds(state: Case, context: FoldContext, now: number): Threshold[] {
  return thresholds(state, context, (turn, policy, calendar) => reachedThreshold(turn, policy, calendar, now)).filter(
    (threshold) => threshold !== undefined,
  );
}

function thresholds<T>(
  state: Case,
  context: FoldContext,
  look: (turn: Turn, policy: ClockPolicy, calendar: Calendar) => T,
): T[] {
  return state.turns.flatMap((turn) => {
    const policy = clockPolicy(context.policy, turn.clock);
    return policy === undefined ? [] : [look(turn, policy, context.calendar(turn.calendar))];
  });
}

/** The event that records a reached threshold; its key makes it happen once. */
export function deadlineReached(state: Case, threshold: Threshold, now: number): EventOf<'deadline-reached'> {
  const { clock, turn, kind, targetSeconds } = threshold;
  return {
    type: 'deadline-reached',
    key: `caserelay:deadline-reached:${clock}:${turn}:${threshold.threshold}:${targetSeconds}`,
    caseId: state.caseId,
    occurredAt: toInstant(now),
    receivedAt: toInstant(now),
    clock,
    turn,
    threshold: threshold.threshold,
    kind,
    at: toInstant(threshold.at),
    dueAt: toInstant(threshold.dueAt),
    targetSeconds,
  };
}
