import { compareEvents, type Decision, type EventOf } from '../../domain/event.ts';
import type { TicketUpdate } from '../adapters/crm/zendesk-api.ts';
import { type WriteBackDeps, type WriteBackResult, writeTicket } from './write-ticket.ts';

/** The case has no decision in its log. It is appended before this is called, so something started it by hand. */
export class NotTriagedError extends Error {
  override readonly name = 'NotTriagedError';
}

/**
 * Writes the triage decision to the case's CRM: priority, group, tags and a private note that says
 * why. It happens once: a `written-back` event, appended after the CRM has taken it, ends it. A
 * crash between the two writes the same again on the retry; that sets the same values and adds a
 * second note, which is the price of a CRM without idempotency keys. Throws
 * NotTriagedError, and what `writeTicket` throws.
 */
export async function writeBack({ caseId }: { caseId: string }, deps: WriteBackDeps): Promise<WriteBackResult> {
  const events = await deps.store.events(caseId);
  const triaged = events
    .filter((event): event is EventOf<'triaged'> => event.type === 'triaged')
    .sort(compareEvents)
    .at(-1);
  if (triaged === undefined) throw new NotTriagedError(`case ${caseId} has no triage decision to write back`);

  const key = `caserelay:written-back:${triaged.key}`;
  if (events.some((event) => event.key === key)) return { outcome: 'already-written', what: [] };

  return writeTicket(caseId, key, updateFor(triaged.decision, deps.policy), deps);
}

function updateFor(decision: Decision, policy: WriteBackDeps['policy']): TicketUpdate {
  const queue = policy.queues[decision.queue];
  return {
    priority: decision.priority,
    groupId: queue?.groupId,
    tags: decision.tags,
    note: noteFor(decision, queue?.name ?? decision.queue),
  };
}

/** The decision in words, for the agent who opens the ticket. */
function noteFor(decision: Decision, queueName: string): string {
  const route = decision.route === 'vendor' ? 'it is offered to a vendor' : 'it stays with us';
  return [
    `CaseRelay triaged this case: priority ${decision.priority}, queue ${queueName}, ${route}${decision.sensitive ? ' (sensitive)' : ''}.`,
    `Why: ${decision.reason.replace(/\.$/, '')} (rule ${decision.ruleId}).`,
    `Policy version ${decision.policyVersion}.`,
  ].join('\n');
}
