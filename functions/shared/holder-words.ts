import { heldOutside } from '../../domain/assignment.ts';
import type { Case } from '../../domain/case.ts';
import { HANDOFF_WORDS, STATUS_WORDS } from '../../domain/code-words.ts';
import type { Policy } from '../../domain/policy.ts';
import { isOver, waitingTurn } from '../../domain/turns.ts';
import { oneLine } from './foreign-text.ts';
import { agentName, queueName, vendorName } from './policy-names.ts';

/** Who holds a case, as far as CaseRelay knows, or that nobody does and where it waits. */
export function holder(policy: Policy, state: Case): string {
  const { handoff, assignment, status } = state;
  // So it is when a case with a waiting customer is merged into a solved one.
  const isOwed = status === 'solved' && waitingTurn(state.turns) !== undefined;
  if (isOver(status))
    return `nobody: the case is ${STATUS_WORDS[status]}${isOwed ? ', but its customer waits for an answer' : ''}`;
  const person = personWith(policy, state);
  if (assignment !== undefined && person !== undefined) return person;
  const vendor = handoff === undefined ? '' : vendorName(handoff.vendor, policy);
  if (handoff?.state === 'offered') return `nobody yet: offered to ${vendor}, no answer so far`;
  if (handoff?.state === 'accepted') return `${vendor} (accepted)`;
  if (person !== undefined) return person;
  if (handoff?.state === 'resolved') return `nobody: ${vendor} has finished it, and it ${whereabouts(policy, state)}`;
  const before = handoff === undefined ? '' : ` (${vendor} ${HANDOFF_WORDS[handoff.state]})`;
  return `nobody yet: it ${whereabouts(policy, state)}${before}`;
}

/** The person of ours, or of the CRM, who holds the case; undefined if nobody does. */
export function personWith(policy: Policy, state: Case): string | undefined {
  const { assignment, fields } = state;
  if (assignment !== undefined) return agentName(assignment.agentId, policy);
  return heldOutside(state, policy) ? `user ${oneLine(fields.assigneeId ?? '')} of the CRM` : undefined;
}

function whereabouts(policy: Policy, { triage, queue }: Case): string {
  if (triage?.route === 'parked') return 'is parked';
  if (queue === undefined) return 'waits for triage';
  return `waits in queue ${queueName(queue, policy)}`;
}
