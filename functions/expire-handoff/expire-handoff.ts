import * as z from 'zod/mini';
import type { HandoffState } from '../../domain/event.ts';
import { type EndHandoffDeps, endHandoff } from '../shared/end-handoff.ts';
import { handoffIdFor } from '../shared/ids.ts';

export const ExpireHandoffInput = z.object({ execution: z.string(), attempt: z.number() });
export type ExpireHandoffInput = z.infer<typeof ExpireHandoffInput>;

/**
 * Ends a handoff whose workflow can wait no longer: its offer could not be sent, or the backstop of
 * a wait was reached. Returns the state the handoff is then in: 'accepted' if its vendor accepted
 * in the moment the wait for the answer ended. A handoff that was never made counts as expired.
 */
export async function expireHandoff(
  { execution, attempt }: ExpireHandoffInput,
  deps: EndHandoffDeps,
): Promise<{ outcome: HandoffState }> {
  const handoff = await deps.store.handoff(handoffIdFor(execution, attempt));
  if (handoff === undefined) return { outcome: 'expired' };
  const begun = handoff.state !== 'accepted' || handoff.awaiting === 'work';
  return { outcome: begun ? await endHandoff(handoff, deps) : handoff.state };
}
