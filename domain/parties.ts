import { applyEvent, type Case, type FoldContext } from './case.ts';
import type { CaseEvent } from './event.ts';
import { inLogOrder } from './log-order.ts';
import { isOver } from './turns.ts';

/** Who has a case: us, the customer while it is pending, a vendor that accepted it ("vendor <id>"), nobody once it is over. */
export type Party = 'team' | 'customer' | 'nobody' | `vendor ${string}`;

/** Who has the case as it stands. An offer that has not been accepted is still ours. */
function partyOf({ status, handoff }: Pick<Case, 'status' | 'handoff'>): Party {
  if (isOver(status)) return 'nobody';
  if (status === 'pending') return 'customer';
  return handoff?.state === 'accepted' ? `vendor ${handoff.vendor}` : 'team';
}

/**
 * How long each party has had a case, in seconds of plain time from its opening to `now` (ms), with at
 * most three decimals. Every moment belongs to exactly one party, so the parts sum to the case's age. Empty while nobody has
 * told of its opening; events after `now` are left out.
 */
export function heldSeconds(events: readonly CaseEvent[], context: FoldContext, now: number): Record<string, number> {
  const held: Record<string, number> = {};
  let state: Case | undefined;
  let since = Number.NaN;
  const credit = (until: number) => {
    if (state?.openedAt === undefined || until <= since) return;
    const party = partyOf(state);
    held[party] = (held[party] ?? 0) + until - since;
  };
  for (const event of inLogOrder(events)) {
    const at = Date.parse(event.occurredAt);
    if (at > now) break;
    credit(at);
    state = applyEvent(state, event, context);
    since = at;
  }
  credit(now);
  return Object.fromEntries(Object.entries(held).map(([party, ms]) => [party, ms / 1000]));
}
