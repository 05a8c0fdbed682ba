import { type FoldContext, foldCase } from './case.ts';
import { type CaseEvent, type EventOf, survivorOf } from './event.ts';
import { inLogOrder, logPosition } from './log-order.ts';
import { waitingTurn } from './turns.ts';

type Absorbed = EventOf<'absorbed'>;

/**
 * What a case that was merged away leaves to the case that goes on: the `absorbed` event for the
 * survivor's log, with the unanswered turn of its customer. `event` is the one that called for it,
 * one of `log`, the merged case's own:
 * - its merge: what its customer waited for in that moment;
 * - something from before the merge that came late: the same, as it now looks;
 * - another case that was merged into it when it was gone already: passed on.
 * Undefined if nothing is left to anybody, or only to a case it came from. An answer from before
 * the merge that comes late takes nothing back. `now`: the instant of writing.
 */
export function absorption(
  event: CaseEvent,
  log: readonly CaseEvent[],
  context: FoldContext,
  now: string,
): Absorbed | undefined {
  const merges = inLogOrder(log).filter((one) => one.type === 'merged');
  const merge = merges.findLast((one) => survivorOf(one) !== undefined);
  const survivor = merge && survivorOf(merge);
  if (merge === undefined || survivor === undefined) return undefined;
  const [first = merge] = merges;
  const { caseId } = merge;
  const base = { type: 'absorbed', caseId: survivor, occurredAt: merge.occurredAt, receivedAt: now } as const;
  if (event.type === 'absorbed' && logPosition(event) > logPosition(first)) {
    const occurredAt = event.occurredAt > merge.occurredAt ? event.occurredAt : merge.occurredAt;
    return event.from === survivor ? undefined : { ...event, ...base, occurredAt };
  }
  const waiting = waitingAt(first, log, context);
  if (event.type === 'merged') return { ...base, ...waiting, key: `caserelay:absorbed:${caseId}`, from: caseId };
  if (waiting === undefined) return undefined;
  const cause = event.type === 'absorbed' ? event.from : event.key;
  return { ...base, ...waiting, key: `caserelay:absorbed:${caseId}:${cause}`, from: caseId };
}

/** The turn in which the customer waited when the case was merged. */
function waitingAt(
  merge: EventOf<'merged'>,
  log: readonly CaseEvent[],
  context: FoldContext,
): Pick<Absorbed, 'waiting'> | undefined {
  const before = log.filter((event) => logPosition(event) < logPosition(merge));
  const turn = waitingTurn(foldCase(before, context)?.turns ?? []);
  return turn && { waiting: { startedAt: turn.startedAt, pauses: turn.pauses } };
}
