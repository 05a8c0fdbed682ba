import { deciderInWords } from '../../domain/code-words.ts';
import type { Decision } from '../../domain/event.ts';
import { inLogOrder } from '../../domain/log-order.ts';
import type { TicketUpdate } from '../adapters/crm/ticket-update.ts';
import { type WriteBackDeps, type WriteBackResult, writeTicket } from './write-ticket.ts';

/** The case has no decision in its log. It is appended before this is called, so something started it by hand. */
export class NotTriagedError extends Error {
  override readonly name = 'NotTriagedError';
}

/**
 * Writes the triage decision to the case's CRM: priority, group, tags and a private note that says
 * why; of a parked case only tags and note, so that it stays as and where it is. It happens once: a
 * `written-back` event, appended after the CRM has taken it, ends it. A crash between the two writes
 * the same again on the retry; that sets the same values and adds a second note, which is the price
 * of a CRM without idempotency keys. Throws NotTriagedError, and what `writeTicket` throws.
 */
export async function writeBack({ caseId }: { caseId: string }, deps: WriteBackDeps): Promise<WriteBackResult> {
  const events = await deps.store.events(caseId);
  const triaged = inLogOrder(events).findLast((event) => event.type === 'triaged');
  if (triaged === undefined) throw new NotTriagedError(`case ${caseId} has no triage decision to write back`);

  const key = `caserelay:written-back:${triaged.key}`;
  if (events.some((event) => event.key === key)) return { outcome: 'already-written', what: [] };

  return writeTicket(caseId, key, updateFor(triaged.decision, deps.policy), deps);
}

function updateFor(decision: Decision, policy: WriteBackDeps['policy']): TicketUpdate {
  const queue = policy.queues[decision.queue];
  if (decision.route === 'parked') return { tags: decision.tags, note: noteFor(decision, PARKED) };
  return {
    priority: decision.priority,
    groupId: queue?.groupId,
    tags: decision.tags,
    note: noteFor(decision, routing(decision, queue?.name ?? decision.queue)),
  };
}

const PARKED = 'CaseRelay parked this case: nobody is asked to work it, and its clocks are stopped.';

function routing({ priority, route, sensitive }: Decision, queueName: string): string {
  const where = route === 'vendor' ? 'it is offered to a vendor' : 'it stays with us';
  return `CaseRelay triaged this case: priority ${priority}, queue ${queueName}, ${where}${sensitive ? ' (sensitive)' : ''}.`;
}

/** The decision in words, for the agent who opens the ticket. */
function noteFor({ reason, ruleId, duplicateOf, policyVersion }: Decision, what: string): string {
  return [
    what,
    ...(duplicateOf === undefined ? [] : [`The same customer wrote the same in case ${ticketIdOf(duplicateOf)}.`]),
    `Why: ${reason.replace(/\.$/, '')} (${deciderInWords(ruleId)}).`,
    `Policy version ${policyVersion}.`,
  ].join('\n');
}

/** The CRM's own id of a case: both cases are of one source. */
const ticketIdOf = (caseId: string) => caseId.slice(caseId.indexOf(':') + 1);
