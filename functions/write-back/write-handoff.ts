import { type Case, foldCase } from '../../domain/case.ts';
import type { CaseEvent, EventOf } from '../../domain/event.ts';
import type { Policy } from '../../domain/policy.ts';
import { awaitsAnswer, isOver } from '../../domain/turns.ts';
import type { TicketUpdate } from '../adapters/crm/ticket-update.ts';
import { handoffNote, type NotedEvent } from './handoff-note.ts';
import type { WriteAssignmentDeps } from './write-assignment.ts';
import { type WriteBackResult, writeTicket } from './write-ticket.ts';

export interface WriteHandoffDeps extends WriteAssignmentDeps {
  readonly policy: WriteAssignmentDeps['policy'] & Pick<Policy, 'vendors'>;
}

/** The log has no event of this key: something started this by hand, with another. */
export class UnknownEventError extends Error {
  override readonly name = 'UnknownEventError';
}

/**
 * Tells a case's ticket what an event of its handoff means for who opens it: a private note, and, when a vendor has
 * resolved the case, the status that the policy says. Once per event, as the log tells; what a later event has
 * overtaken is left out. Throws UnknownEventError, and what `writeTicket` throws.
 */
export async function writeHandoff(
  { caseId, eventKey }: { caseId: string; eventKey: string },
  deps: WriteHandoffDeps,
): Promise<WriteBackResult> {
  const log = await deps.store.events(caseId);
  const event = log.find(({ key }) => key === eventKey);
  if (event === undefined) throw new UnknownEventError(`case ${caseId} has no event ${eventKey}`);
  const key = `caserelay:written-back:${eventKey}`;
  if (log.some((other) => other.key === key)) return { outcome: 'already-written', what: [] };
  const state = foldCase(log, deps.context);
  if (state === undefined || !isNoted(event) || !stillTrue(event, state)) return { outcome: 'not-needed', what: [] };

  const noteWith = (status: string | undefined) => handoffNote(event, log, deps.policy, status);
  if (event.type !== 'handoff-resolved') return writeTicket(caseId, key, { note: noteWith(undefined) }, deps);
  const { status, words } = afterResolution(event, state, log, deps.policy);
  const refused = (reason: string): TicketUpdate => ({
    note: noteWith(`CaseRelay could not set the ticket to ${status}: its CRM answered ${reason}. Please do.`),
  });
  return writeTicket(caseId, key, { status, note: noteWith(words) }, deps, refused);
}

function isNoted(event: CaseEvent): event is NotedEvent {
  switch (event.type) {
    case 'handoff-accepted':
    case 'handoff-resolved':
    case 'handoff-returned':
    case 'brought-home':
      return true;
    case 'handoff-recalled':
      // Else the case is over, and its ticket says so.
      return event.by === 'work-timeout';
    default:
      return false;
  }
}

/** Who has the case may have changed since, as a CRM that was down is told late. What a vendor wrote is told all the same. */
function stillTrue(event: NotedEvent, { status, handoff }: Case): boolean {
  switch (event.type) {
    case 'handoff-resolved':
    case 'handoff-returned':
      return true;
    case 'handoff-accepted':
      return !isOver(status) && handoff?.handoffId === event.handoffId && handoff.state === 'accepted';
    case 'handoff-recalled':
      return !isOver(status);
    case 'brought-home':
      return !isOver(status) && handoff?.state !== 'offered' && handoff?.state !== 'accepted';
  }
}

/** Events by which somebody has said in the CRM what the status is. */
const SAYS_STATUS: readonly CaseEvent['type'][] = ['status-changed', 'solved', 'reopened', 'merged'];

/** What becomes of a ticket whose vendor has resolved the case, and how that is said. */
function afterResolution(
  { vendor, occurredAt }: EventOf<'handoff-resolved'>,
  state: Case,
  log: readonly CaseEvent[],
  { vendors }: Pick<Policy, 'vendors'>,
): { readonly status?: TicketUpdate['status']; readonly words: string } {
  const said = log.some((event) => event.occurredAt > occurredAt && SAYS_STATUS.includes(event.type));
  const wanted = vendors.find(({ id }) => id === vendor)?.whenResolved ?? 'unchanged';
  if (said || isOver(state.status)) return { words: LEFT };
  if (awaitsAnswer(state)) return { words: WAITS };
  if (wanted === 'unchanged') return { words: LEFT };
  return { status: wanted, words: `CaseRelay set the ticket to ${wanted}, as the policy says for this vendor.` };
}

const LEFT = 'The ticket’s status is left as it is.';
const WAITS =
  'As far as CaseRelay knows the customer still waits for an answer, so the ticket stays open: please answer, or solve it.';
