import * as z from 'zod/mini';
import { type HandoffMove, type HandoffState, handoffEvent } from '../../domain/handoff.ts';
import type { Handoff, HandoffStore } from '../adapters/store/store.ts';
import { handoffIdFor } from '../shared/ids.ts';
import type { Meter } from '../shared/observe.ts';

export const ExpireHandoffInput = z.object({
  execution: z.string(),
  attempt: z.number(),
  /** Which wait is over; without it, the one that the handoff is in. */
  waitedFor: z.optional(z.enum(['answer', 'work'])),
});
export type ExpireHandoffInput = z.infer<typeof ExpireHandoffInput>;

export interface ExpireHandoffDeps {
  readonly store: Pick<HandoffStore, 'handoff' | 'move'>;
  readonly meter: Meter;
  readonly now: () => number;
}

/**
 * Ends a handoff whose wait is over: an offer expires, accepted work is recalled. An answer that
 * came first wins. Returns the state the handoff is then in, 'accepted' among them: its vendor
 * accepted in the moment the wait for the answer ended. A handoff that was never made counts as expired.
 */
export async function expireHandoff(
  { execution, attempt, waitedFor }: ExpireHandoffInput,
  { store, meter, now }: ExpireHandoffDeps,
): Promise<{ outcome: HandoffState }> {
  const handoffId = handoffIdFor(execution, attempt);
  const handoff = await store.handoff(handoffId);
  if (handoff === undefined) return { outcome: 'expired' };
  const end = endOf(handoff.state, waitedFor ?? handoff.awaiting);
  if (end === undefined) return { outcome: handoff.state };
  const moved = await store.move(handoffId, handoff.state, end.to, handoffEvent(handoff, end.move, now()));
  if (moved === 'conflict') return { outcome: (await store.handoff(handoffId))?.state ?? 'expired' };
  if (end.to === 'expired') meter.count('handoffExpired', { vendor: handoff.vendor });
  return { outcome: end.to };
}

function endOf(
  state: HandoffState,
  waitedFor: Handoff['awaiting'],
): { to: HandoffState; move: HandoffMove } | undefined {
  if (state === 'offered') return { to: 'expired', move: { type: 'handoff-expired' } };
  if (state === 'accepted' && waitedFor === 'work')
    return { to: 'recalled', move: { type: 'handoff-recalled', by: 'work-timeout' } };
  return undefined;
}
