import { deadlineReached, type FoldContext, foldCase, nextThreshold, reachedThresholds } from '../../domain/case.ts';
import { toInstant } from '../../domain/event.ts';
import { DeadlineHint, type DeadlineQueue } from '../adapters/deadlines/deadline-queue.ts';
import type { CaseStore } from '../adapters/store/store.ts';
import type { Meter } from '../shared/observe.ts';

export interface FireDeps {
  readonly cases: Pick<CaseStore, 'load' | 'events' | 'append' | 'save'>;
  readonly queue: DeadlineQueue;
  readonly context: FoldContext;
  readonly meter: Meter;
  readonly log: { error(message: string, details: Record<string, unknown>): void };
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
 * Looks at each hinted case. Returns the ids of the messages that failed: the queue delivers them
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

export type Fired = 'recorded' | 'hinted-again' | 'nothing-due' | 'no-case';

/**
 * Records the thresholds of a case that have been reached; the hint only says where to look. The
 * event's key names the threshold and its deadline, so however often and side by side this runs,
 * each is recorded, counted and told once.
 */
export async function fireDeadline(hint: DeadlineHint, deps: FireDeps): Promise<Fired> {
  const { cases, context, meter } = deps;
  const now = deps.now();
  const stored = await cases.load(hint.caseId);
  if (stored === undefined) return 'no-case';
  const stale = stored.state.policyVersion !== context.policy.version;
  let state = stored.state;
  // The log decides, not the snapshot: an answer stored a moment ago may not have been folded in yet.
  if (stale || reachedThresholds(state, context, now).length > 0) {
    state = foldCase(await cases.events(hint.caseId), context) ?? state;
  }
  const reached = reachedThresholds(state, context, now);
  for (const threshold of reached) {
    if ((await cases.append(deadlineReached(state, threshold, now))) === 'duplicate') continue;
    meter.count(threshold.kind === 'warning' ? 'slaWarning' : 'slaBreach', { clock: threshold.clock });
  }
  if (reached.length > 0) return 'recorded';

  const next = nextThreshold(state, context);
  // With no event to carry it, a deadline that a new policy has moved is saved here, or the old one would
  // stay on the index. If that loses to apply-event, apply-event has folded under this policy too.
  if (stale) await cases.save(state, next === undefined ? undefined : toInstant(next.at), stored.version);
  if (next === undefined || next.at - now > HINT_AHEAD_MS) return 'nothing-due';
  await deps.queue.hint([{ caseId: hint.caseId, dueAt: toInstant(next.at) }], now);
  return 'hinted-again';
}
