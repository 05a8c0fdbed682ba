import { isMoot, rungsOf } from '../../domain/alert.ts';
import { dueAssignmentEvent } from '../../domain/assignment.ts';
import { type FoldContext, foldCase } from '../../domain/case.ts';
import { deadlineReached, nextDueAt, reachedThresholds } from '../../domain/deadline.ts';
import { toInstant } from '../../domain/event.ts';
import { DeadlineHint, type DeadlineQueue } from '../adapters/deadlines/deadline-queue.ts';
import type { AlertStore, CaseStore, HandoffStore, StoredAlert } from '../adapters/store/store.ts';
import { endHandoff } from '../shared/end-handoff.ts';
import type { Log, Meter } from '../shared/observe.ts';
import { recordPolicyChange } from '../shared/policy-change.ts';

export interface FireDeps {
  readonly store: Pick<CaseStore, 'load' | 'events' | 'append'> &
    Pick<HandoffStore, 'handoff' | 'move'> &
    Pick<AlertStore, 'alert' | 'endRung'>;
  readonly queue: DeadlineQueue;
  readonly context: FoldContext;
  readonly meter: Meter;
  readonly log: Log;
  readonly now: () => number;
}

/** A message of the deadline queue. */
export interface HintMessage {
  readonly messageId: string;
  readonly body: string;
}

/** How far off the next threshold may be to be hinted anew, ms: as far as one SQS delay reaches. */
const HINT_AHEAD_MS = 15 * 60_000;

/**
 * Looks at what each message hints at. Returns the ids of the messages that failed: the queue delivers them
 * again, and moves one that keeps failing (a malformed one always does) to its dead-letter queue.
 */
export async function fireDeadlines(messages: readonly HintMessage[], deps: FireDeps): Promise<string[]> {
  const failed = await Promise.all(
    messages.map(async ({ messageId, body }) => {
      try {
        await fireDeadline(DeadlineHint.parse(JSON.parse(body)), deps);
        return [];
      } catch (error) {
        deps.log.error('a deadline hint failed', { messageId, error });
        return [messageId];
      }
    }),
  );
  return failed.flat();
}

export type Fired = 'recorded' | 'hinted-again' | 'nothing-due' | 'gone';

/** Looks at what a hint is about; the hint only says where to look. */
export function fireDeadline(hint: DeadlineHint, deps: FireDeps): Promise<Fired> {
  switch (hint.kind) {
    case 'case':
      return fireCase(hint, deps);
    case 'handoff':
      return fireHandoff(hint, deps);
    case 'alert':
      return fireAlert(hint, deps);
  }
}

/**
 * Records the thresholds of a case that have been reached, and what is due of its assignment. The event's key names the threshold and
 * its deadline, so however often and side by side this runs, each is recorded, counted and told once.
 */
async function fireCase(hint: DeadlineHint, deps: FireDeps): Promise<Fired> {
  const { id: caseId } = hint;
  const { store, context, meter } = deps;
  const now = deps.now();
  const stored = await store.load(caseId);
  if (stored === undefined) return 'gone';
  // apply-event folds the case under the new policy, and sends a hint of its own for what is due then.
  if (await recordPolicyChange(stored, deps)) return 'recorded';
  let state = stored.state;
  // The log decides, not the snapshot: an answer stored a moment ago may not have been folded in yet.
  const isDue = () =>
    reachedThresholds(state, context, now).length > 0 || dueAssignmentEvent(state, context.policy, now) !== undefined;
  if (isDue()) {
    state = foldCase(await store.events(caseId), context) ?? state;
  }
  const reached = reachedThresholds(state, context, now);
  for (const threshold of reached) {
    if ((await store.append(deadlineReached(state, threshold, now))) === 'duplicate') continue;
    meter.count(threshold.kind === 'warning' ? 'slaWarning' : 'slaBreach', { clock: threshold.clock });
  }
  const assignment = dueAssignmentEvent(state, context.policy, now);
  if (assignment !== undefined) await store.append(assignment);
  return reached.length > 0 || assignment !== undefined ? 'recorded' : hintAgain(hint, nextDueAt(state, context), deps);
}

/** Ends the wait for a vendor's answer or work whose time is up. */
async function fireHandoff(hint: DeadlineHint, deps: FireDeps): Promise<Fired> {
  const handoff = await deps.store.handoff(hint.id);
  if (handoff === undefined) return 'gone';
  if (handoff.dueAt === undefined || Date.parse(handoff.dueAt) > deps.now())
    return hintAgain(hint, handoff.dueAt, deps);
  await endHandoff(handoff, deps);
  return 'recorded';
}

/**
 * Ends the wait of a rung that nobody acknowledged; apply-event has the workflow go on to the next. After the last one
 * of a danger nobody is left to tell but the operator: an alarm counts it.
 */
async function fireAlert(hint: DeadlineHint, deps: FireDeps): Promise<Fired> {
  const { id: alertId } = hint;
  const stored = await deps.store.alert(alertId);
  if (stored === undefined) return 'gone';
  const { rung, dueAt, alert } = stored;
  const now = deps.now();
  if (dueAt === undefined || Date.parse(dueAt) > now) return hintAgain(hint, dueAt, deps);
  const at = toInstant(now);
  const ended = await deps.store.endRung(alertId, rung, {
    type: 'alert-unanswered',
    // A rung that not all could be told of is begun anew, and each of its waits has an end of its own.
    key: `caserelay:alert-unanswered:${alertId}:${rung}:${dueAt}`,
    caseId: alert.caseId,
    occurredAt: at,
    receivedAt: at,
    alertId,
    rung,
  });
  if (ended === 'ended' && (await isUnheededDanger(stored, deps))) deps.meter.count('dangerUnanswered');
  return 'recorded';
}

/** Was this the last step of a danger, in a case that nobody has seen to since? */
async function isUnheededDanger({ alert, rung }: StoredAlert, { store, context }: FireDeps): Promise<boolean> {
  if (alert.kind !== 'danger' || rung < rungsOf(alert, context.policy).length - 1) return false;
  const stored = await store.load(alert.caseId);
  return stored === undefined || !isMoot(alert, stored.state, context.calendar);
}

/**
 * A hint that came early, by the difference of two clocks, is sent anew. One whose deadline has moved is
 * dropped: who moved the deadline has sent a hint of its own, or the sweep will. So hints do not multiply.
 */
async function hintAgain(hint: DeadlineHint, dueAt: string | undefined, { queue, now }: FireDeps): Promise<Fired> {
  if (dueAt !== hint.dueAt || Date.parse(dueAt) - now() > HINT_AHEAD_MS) return 'nothing-due';
  await queue.hint([hint], now());
  return 'hinted-again';
}
