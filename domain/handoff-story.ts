import type { CaseEvent, HandoffState, RecalledBy, RejectReason } from './event.ts';
import { inLogOrder } from './log-order.ts';

/** One handoff of a case, as its log tells it. Instants are ISO 8601 UTC. */
export interface HandoffRun {
  readonly handoffId: string;
  readonly vendor: string;
  readonly state: HandoffState;
  /** When it came to that state. */
  readonly at: string;
  /** When its vendor accepted it, if it did. */
  readonly acceptedAt?: string;
  /** Why it was rejected or returned. */
  readonly reason?: RejectReason;
  /** Why it was recalled. */
  readonly by?: RecalledBy;
  /** What the vendor wrote with its last answer; as it came. */
  readonly note?: string;
}

/** The handoffs of a case from its log, in any order: the first offered comes first, and each has its latest state. */
export function handoffRuns(log: readonly CaseEvent[]): HandoffRun[] {
  const runs = new Map<string, HandoffRun>();
  for (const event of inLogOrder(log)) {
    if (!('handoffId' in event)) continue;
    const { handoffId, vendor, occurredAt: at } = event;
    const before = runs.get(handoffId);
    runs.set(handoffId, { ...before, handoffId, vendor, state: stateAfter(event), at, ...particulars(event) });
  }
  return [...runs.values()];
}

type HandoffEvent = Extract<CaseEvent, { handoffId: string }>;

function stateAfter({ type }: HandoffEvent): HandoffState {
  return type.slice('handoff-'.length) as HandoffState;
}

function particulars(event: HandoffEvent): Partial<HandoffRun> {
  return {
    ...(event.type === 'handoff-accepted' ? { acceptedAt: event.occurredAt } : {}),
    ...('reason' in event && event.type !== 'handoff-offered' ? { reason: event.reason } : {}),
    ...(event.type === 'handoff-recalled' ? { by: event.by } : {}),
    ...('note' in event && event.note !== undefined ? { note: event.note } : {}),
  };
}
