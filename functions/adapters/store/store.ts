import * as z from 'zod/mini';
import { Alert } from '../../../domain/alert.ts';
import type { Case } from '../../../domain/case.ts';
import { type CaseEvent, HandoffState, Instant } from '../../../domain/event.ts';
import type { ExposureDay, Holding, HoldingChange } from '../../../domain/exposure.ts';

/**
 * What the functions ask of the table. One contract suite runs against the in-memory double and
 * against DynamoDB (test/support/store-contract.ts). Every method throws StoreUnavailableError when the table refuses
 * or cannot be reached, and the caller may try again; UnstorableError when that would not help. The key of an event is kept as
 * `storedKey` makes it (functions/shared/ids.ts).
 */

export { StoreUnavailableError, UnstorableError } from './store-errors.ts';

/** The log of a case, and its snapshot. */
export interface CaseStore {
  /** Appends an event unless its key is known for its case: the inbox, the deduplication and the log are this one conditional put. */
  append(event: CaseEvent): Promise<'appended' | 'duplicate'>;
  /** The events of a case that can be read, in no particular order, strongly consistent: all, or those whose keys begin with `keys`. */
  events(caseId: string, keys?: string): Promise<CaseEvent[]>;
  /** The snapshot and its version, strongly consistent. */
  load(caseId: string): Promise<StoredCase | undefined>;
  /** Saves the snapshot if its version is still `expected` (0 for a new case); `dueAt` puts it on the due index. */
  save(state: Case, dueAt: string | undefined, expected: number): Promise<'saved' | 'conflict'>;
}

/** The sparse index of everything that waits for an instant: a case, an offer or accepted work, a rung of an alert. */
export interface DeadlineIndex {
  /** Items of one shard that are due at or before `until`, soonest first. */
  due(shard: number, until: string): AsyncIterable<DueItem>;
}

/** Which policy the waiting cases were last looked through for. */
export interface PolicyMark {
  sweptPolicy(): Promise<string | undefined>;
  markPolicySwept(version: string): Promise<void>;
}

export interface StoredCase {
  readonly state: Case;
  readonly version: number;
  /** Its place on the due index; undefined: it is not on it. */
  readonly dueAt: string | undefined;
}

export interface DueItem {
  readonly kind: 'case' | 'handoff' | 'alert';
  readonly id: string;
  readonly dueAt: string;
}

export const Handoff = z.object({
  handoffId: z.string(),
  caseId: z.string(),
  vendor: z.string(),
  attempt: z.number(),
  state: HandoffState,
  offeredAt: Instant,
  answerBy: Instant,
  /** Plain seconds for the work, once accepted. */
  workSeconds: z.number(),
  /** When the present wait is over: for an answer, then for the work; absent once it is. */
  dueAt: z.optional(Instant),
  packetHash: z.string(),
  policyVersion: z.string(),
  /** What the workflow waits for, and the task token of that wait. The token never leaves the account. */
  awaiting: z.enum(['answer', 'work']),
  taskToken: z.string(),
});
export type Handoff = z.infer<typeof Handoff>;

export interface HandoffStore {
  /** Creates the handoff and appends `event` in one transaction. If the handoff exists (a retry), renews its task token while it is still offered and returns what is stored. */
  create(handoff: Handoff, event: CaseEvent): Promise<Handoff>;
  handoff(handoffId: string): Promise<Handoff | undefined>;
  /**
   * Moves it along one edge of the contract and appends `event`, in one transaction. 'conflict' if it is no longer
   * in `from`. `dueAt`: when the wait that begins with this move is over; without one it waits for nothing more.
   */
  move(
    handoffId: string,
    from: HandoffState,
    to: HandoffState,
    event: CaseEvent,
    dueAt?: string,
  ): Promise<'moved' | 'conflict'>;
  /** Stores the token of the wait for the work while the handoff is accepted; returns the handoff as it then is. */
  awaitWork(handoffId: string, taskToken: string): Promise<Handoff | undefined>;
}

export const StoredAlert = z.object({
  alert: Alert,
  /** The rung that was last told. */
  rung: z.number(),
  taskToken: z.string(),
  /** When this rung has waited long enough; absent once it has, or was acknowledged. */
  dueAt: z.optional(Instant),
  acknowledgedBy: z.optional(z.string()),
  acknowledgedAt: z.optional(Instant),
});
export type StoredAlert = z.infer<typeof StoredAlert>;

export interface AlertStore {
  /**
   * Creates the alert, or moves it to this rung with this task token, to wait until `dueAt`; returns what is stored.
   * An acknowledged alert is left as it is.
   */
  raise(alert: Alert, rung: number, taskToken: string, dueAt: string): Promise<StoredAlert>;
  /** Ends the wait of a rung and appends `event`, in one transaction. 'conflict' if it is on another rung or waits no more. */
  endRung(alertId: string, rung: number, event: CaseEvent): Promise<'ended' | 'conflict'>;
  alert(alertId: string): Promise<StoredAlert | undefined>;
  /** Records the first acknowledgement and appends `event`, in one transaction. 'conflict' if it was acknowledged before. */
  acknowledge(alertId: string, by: string, at: string, event: CaseEvent): Promise<'acknowledged' | 'conflict'>;
  /** Was this rung's e-mail to this address handed over? The marker is set after the hand-over. */
  wasMailed(alertId: string, rung: number, to: string): Promise<boolean>;
  markMailed(alertId: string, rung: number, to: string, at: string): Promise<void>;
}

/** What each agent holds, and the ledger of what they had to look at. */
export interface AgentStore {
  /** What an agent holds, strongly consistent; of one never heard of, nothing. */
  holding(agentId: string): Promise<Holding>;
  /** The ledger of one local day (YYYY-MM-DD) of an agent, strongly consistent. */
  exposure(agentId: string, day: string): Promise<ExposureDay>;
  /**
   * Saves what an agent holds, adds to the ledger and appends `event`, in one transaction. 'conflict' if somebody else
   * has changed what the agent holds since it was read, or the event is in the log already.
   */
  saveHolding(change: HoldingChange, event?: CaseEvent): Promise<'saved' | 'conflict'>;
}

/** A case as it is remembered of its customer. */
export const RememberedCase = z.object({
  caseId: z.string(),
  openedAt: Instant,
  /** `textKey` of what the customer wrote (domain/duplicates.ts); absent without words. */
  textKey: z.optional(z.string()),
});
export type RememberedCase = z.infer<typeof RememberedCase>;

/** Most cases of a customer that are looked at: who has more is a machine, or a shared address. */
export const HISTORY_LENGTH = 100;

/** Which cases each customer opened. Customers go by a hash of their id, so that the index names nobody. */
export interface CustomerStore {
  /** Remembers a case of a customer for at least `keepSeconds`; again changes nothing. */
  remember(customer: string, remembered: RememberedCase, keepSeconds: number): Promise<void>;
  /** The customer's cases opened between two instants, both included, strongly consistent: the newest HISTORY_LENGTH, newest first. */
  history(customer: string, from: string, to: string): Promise<RememberedCase[]>;
}
