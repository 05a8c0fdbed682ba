import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { type FoldContext, foldCase } from '../../domain/case.ts';
import { type CaseEvent, toInstant } from '../../domain/event.ts';
import { buildPacket, mayReceive, type Packet } from '../../domain/handoff.ts';
import type { VendorPolicy } from '../../domain/policy.ts';
import { isOver } from '../../domain/turns.ts';
import type { CaseStore, Handoff, HandoffStore } from '../adapters/store/store.ts';
import { MessageRefusedError, type VendorMessages } from '../adapters/vendor/vendor-messages.ts';
import type { Workflows } from '../adapters/workflows/workflows.ts';
import { handoffIdFor } from '../shared/ids.ts';
import type { Meter } from '../shared/observe.ts';

export const OfferHandoffInput = z.object({
  caseId: z.string(),
  vendor: z.string(),
  reason: z.string(),
  execution: z.string(),
  attempt: z.number(),
  taskToken: z.string(),
});
export type OfferHandoffInput = z.infer<typeof OfferHandoffInput>;

export interface OfferHandoffDeps {
  readonly store: Pick<CaseStore, 'events'> & Pick<HandoffStore, 'create'>;
  readonly vendors: Pick<VendorMessages, 'offer'>;
  readonly workflows: Pick<Workflows, 'resume'>;
  readonly context: FoldContext;
  readonly meter: Meter;
  readonly now: () => number;
  /** What answers are posted to begins with this. */
  readonly publicUrl: string;
}

/**
 * Offers a case to a vendor. The handoff and the task token are stored before the vendor is
 * called, so that an answer always finds them; run again, it is the same handoff, the same message
 * and the same packet. If the handoff was decided meanwhile, or the case is over, it ends its own
 * wait. Throws MessageRefusedError when no retry can help; other errors may pass.
 */
export async function offerHandoff(
  input: OfferHandoffInput,
  deps: OfferHandoffDeps,
): Promise<{ handoffId: string; state: Handoff['state'] }> {
  const vendor = deps.context.policy.vendors.find((candidate) => candidate.id === input.vendor);
  if (vendor === undefined) throw new MessageRefusedError(`the policy has no vendor ${input.vendor} any more`);
  const log = await deps.store.events(input.caseId);
  // Solved since the vendor was chosen: no fault, only nothing left to offer. A handoff that an earlier try made is recalled by apply-event.
  if (isOver(foldCase(log, deps.context)?.status ?? 'new')) {
    await deps.workflows.resume(input.taskToken, { outcome: 'recalled' });
    return { handoffId: handoffIdFor(input.execution, input.attempt), state: 'recalled' };
  }
  // After all that is known, whatever the clocks of two functions say: a retry tells by it what was known.
  const offeredAt = toInstant(Math.max(deps.now(), ...log.map((event) => Date.parse(event.receivedAt) + 1)));
  const wanted = handoffOf(input, vendor, offeredAt, packetAt(offeredAt, log, vendor, deps.context), deps.context);
  const handoff = await deps.store.create(wanted, offeredEvent(wanted, input.reason));
  const { handoffId, state } = handoff;
  if (state !== 'offered') {
    await deps.workflows.resume(input.taskToken, { outcome: state });
    return { handoffId, state };
  }
  if (deps.now() > Date.parse(handoff.answerBy))
    throw new MessageRefusedError(`handoff ${handoffId} could not be handed over before its time to answer was up`);

  const packet = packetAt(handoff.offeredAt, log, vendor, deps.context);
  if (hashOf(packet) !== handoff.packetHash)
    throw new MessageRefusedError(`the packet of handoff ${handoffId} is no longer the one it was offered with`);
  const answerUrl = `${deps.publicUrl.replace(/\/$/, '')}/vendors/${vendor.id}/handoffs/${handoffId}/answers`;
  const { attempt, offeredAt: sentAt, answerBy, workSeconds } = handoff;
  const offer = { handoffId, attempt, offeredAt: sentAt, answerBy, workSeconds };
  await deps.vendors.offer(vendor, { ...offer, answerUrl, packet }, `offer_${handoffId}`);
  deps.meter.count('handoffOffered', { vendor: vendor.id });
  return { handoffId, state };
}

/** What the vendor is sent of the case as it was known at an instant: the same on a retry, whatever was received since. */
function packetAt(instant: string, log: readonly CaseEvent[], vendor: VendorPolicy, context: FoldContext): Packet {
  const known = foldCase(
    log.filter((event) => event.receivedAt <= instant),
    context,
  );
  if (known === undefined || !mayReceive(known, vendor, context.policy))
    throw new MessageRefusedError(`the case must not go to vendor ${vendor.id}`);
  return buildPacket(known, vendor);
}

/** SHA-256, in hex, of the packet as JSON with its fields in alphabetical order. */
export function hashOf(packet: Packet): string {
  return createHash('sha256')
    .update(JSON.stringify(packet, Object.keys(packet).sort()))
    .digest('hex');
}

function handoffOf(
  { caseId, execution, attempt, taskToken }: OfferHandoffInput,
  vendor: VendorPolicy,
  offeredAt: string,
  packet: Packet,
  { policy }: FoldContext,
): Handoff {
  const answerBy = toInstant(Date.parse(offeredAt) + vendor.answerSeconds * 1000);
  return {
    handoffId: handoffIdFor(execution, attempt),
    caseId,
    vendor: vendor.id,
    attempt,
    state: 'offered',
    offeredAt,
    answerBy,
    workSeconds: vendor.workSeconds,
    dueAt: answerBy,
    packetHash: hashOf(packet),
    policyVersion: policy.version,
    awaiting: 'answer',
    taskToken,
  };
}

function offeredEvent(handoff: Handoff, reason: string): CaseEvent {
  const { handoffId, caseId, vendor, attempt, packetHash, offeredAt, answerBy } = handoff;
  const key = `caserelay:handoff-offered:${handoffId}`;
  const at = { occurredAt: offeredAt, receivedAt: offeredAt };
  return { type: 'handoff-offered', key, caseId, ...at, handoffId, vendor, attempt, reason, packetHash, answerBy };
}
