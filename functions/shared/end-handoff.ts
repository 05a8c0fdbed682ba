import type { HandoffState } from '../../domain/event.ts';
import { type HandoffMove, handoffEvent } from '../../domain/handoff.ts';
import type { Handoff, HandoffStore } from '../adapters/store/store.ts';
import type { Meter } from './observe.ts';

export interface EndHandoffDeps {
  readonly store: Pick<HandoffStore, 'handoff' | 'move'>;
  readonly meter: Meter;
  readonly now: () => number;
}

const END: Partial<Record<HandoffState, { readonly to: HandoffState; readonly move: HandoffMove }>> = {
  offered: { to: 'expired', move: { type: 'handoff-expired' } },
  accepted: { to: 'recalled', move: { type: 'handoff-recalled', by: 'work-timeout' } },
};

/**
 * Ends a handoff that has waited long enough: an offer expires, accepted work is recalled. An answer
 * that came first wins. Returns the state the handoff is then in.
 */
export async function endHandoff(handoff: Handoff, { store, meter, now }: EndHandoffDeps): Promise<HandoffState> {
  const end = END[handoff.state];
  if (end === undefined) return handoff.state;
  const moved = await store.move(handoff.handoffId, handoff.state, end.to, handoffEvent(handoff, end.move, now()));
  if (moved === 'conflict') return (await store.handoff(handoff.handoffId))?.state ?? 'expired';
  if (end.to === 'expired') meter.count('handoffExpired', { vendor: handoff.vendor });
  return end.to;
}
