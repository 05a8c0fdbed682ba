import { heldOutside } from '../../domain/assignment.ts';
import { type Case, type FoldContext, foldCase } from '../../domain/case.ts';
import type { CaseEvent } from '../../domain/event.ts';
import { inLogOrder } from '../../domain/log-order.ts';
import type { TicketUpdate } from '../adapters/crm/ticket-update.ts';
import { type WriteBackDeps, type WriteBackResult, writeTicket } from './write-ticket.ts';

export interface WriteAssignmentDeps extends WriteBackDeps {
  readonly context: FoldContext;
}

/**
 * Writes to the case's CRM who of us holds it: the agent whom CaseRelay gave it to, or nobody once
 * it went back. What a person decided in the CRM is left alone. It happens once per assignment, as
 * the log tells; a crash in between writes the same value again. Throws what `writeTicket` throws.
 */
export async function writeAssignment(
  { caseId }: { caseId: string },
  deps: WriteAssignmentDeps,
): Promise<WriteBackResult> {
  const events = await deps.store.events(caseId);
  const state = foldCase(events, deps.context);
  const holder = state === undefined ? undefined : assigneeFor(state, events, deps.context);
  if (state === undefined || holder === undefined) return { outcome: 'already-written', what: [] };
  const { key, assigneeId } = holder;
  if (events.some((event) => event.key === key)) return { outcome: 'already-written', what: [] };
  if (assigneeId === undefined) return { outcome: 'not-configured', what: [] };
  return writeTicket(caseId, key, updateFor(state, assigneeId, deps), deps);
}

interface Assignee {
  /** Of the event that records the writing. */
  readonly key: string;
  /** The CRM's user; null: nobody; undefined: an agent whom the CRM does not know. */
  readonly assigneeId: string | null | undefined;
}

/** Whom the CRM should show; undefined if CaseRelay never gave the case to anyone, or a person has decided since. */
function assigneeFor(state: Case, events: readonly CaseEvent[], { policy }: FoldContext): Assignee | undefined {
  const given = inLogOrder(events).findLast((event) => event.type === 'agent-assigned');
  if (given === undefined || state.assignment?.by === 'crm' || heldOutside(state, policy)) return undefined;
  const key = `caserelay:written-back:${given.key}`;
  if (state.assignment === undefined) return { key: `${key}:taken-back`, assigneeId: null };
  const agent = policy.agents.find(({ id }) => id === state.assignment?.agentId);
  return { key, assigneeId: agent?.crmUserIds[state.source] };
}

/** The group goes along: a CRM that gets an assignee without one picks a group of its own. */
function updateFor({ queue }: Case, assigneeId: string | null, { policy }: WriteAssignmentDeps): TicketUpdate {
  const groupId = queue === undefined ? undefined : policy.queues[queue]?.groupId;
  return { assigneeId, ...(assigneeId === null || groupId === undefined ? {} : { groupId }) };
}
