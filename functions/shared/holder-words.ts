import { heldOutside } from '../../domain/assignment.ts';
import type { Case } from '../../domain/case.ts';
import type { Policy } from '../../domain/policy.ts';
import { isOver } from '../../domain/turns.ts';

/** Who holds a case, as far as CaseRelay knows, or that nobody does and where it waits. */
export function holder(policy: Policy, state: Case): string {
  const { handoff, assignment, status, fields } = state;
  if (isOver(status)) return `nobody: the case is ${status}`;
  if (assignment !== undefined) {
    return policy.agents.find(({ id }) => id === assignment.agentId)?.name ?? assignment.agentId;
  }
  const vendor = policy.vendors.find(({ id }) => id === handoff?.vendor)?.name ?? handoff?.vendor;
  if (handoff?.state === 'offered') return `nobody yet: offered to ${vendor}, no answer so far`;
  if (handoff?.state === 'accepted') return `${vendor} (accepted)`;
  if (heldOutside(state, policy)) return `user ${fields.assigneeId} of the CRM`;
  if (handoff?.state === 'resolved') return `nobody: ${vendor} has finished it, and it ${whereabouts(policy, state)}`;
  const before = handoff === undefined ? '' : ` (${vendor}: ${handoff.state})`;
  return `nobody yet: it ${whereabouts(policy, state)}${before}`;
}

function whereabouts(policy: Policy, { triage, queue }: Case): string {
  if (triage?.route === 'parked') return 'is parked';
  if (queue === undefined) return 'waits for triage';
  return `waits in queue ${policy.queues[queue]?.name ?? queue}`;
}
