import { leaseHolder, needsAgent, pastHolders } from '../../domain/assignment.ts';
import type { Case, FoldContext } from '../../domain/case.ts';
import type { CaseEvent, CaseEventType } from '../../domain/event.ts';
import {
  type Holding,
  type HoldingChange,
  type LeaseTerms,
  leaseOf,
  leaseTerms,
  letGo,
  takeLease,
} from '../../domain/exposure.ts';
import type { AgentStore } from '../adapters/store/store.ts';
import type { Workflows } from '../adapters/workflows/workflows.ts';
import { executionName } from '../shared/ids.ts';

export interface FollowAssignmentDeps {
  readonly store: AgentStore;
  readonly workflows: Pick<Workflows, 'start'>;
  readonly context: FoldContext;
}

/** The events after which somebody may hold a case who did not, or no longer does. */
const MOVES_LEASES: readonly CaseEventType[] = [
  'opened',
  'assigned',
  'status-changed',
  'solved',
  'reopened',
  'merged',
  'triaged',
  'agent-assigned',
  'agent-released',
  'policy-changed',
];

/** Lost races in a row, each with another case of the same agent. */
const MOST_CONFLICTS = 10;

/**
 * Brings the leases on a case in line with it: who held it lets go, who holds it has one. Then has an agent found if it
 * needs one. What is in line already stays as it is, so it may run again at any time.
 */
export async function followAssignment(event: CaseEvent, state: Case, deps: FollowAssignmentDeps): Promise<void> {
  if (MOVES_LEASES.includes(event.type)) await moveLeases(event, state, deps);
  if (!needsAgent(state, deps.context.policy)) return;
  const { caseId } = state;
  await deps.workflows.start('case-assignment', executionName(caseId, `assign:${event.key}`), { caseId });
}

/**
 * Has those let go whom only the former policy knew to hold the case: a fold under another one may know nothing of them.
 * Before the case is saved, as afterwards nobody does. `before`: as it was folded last; `after`: under this policy.
 */
export async function leaveFormerPolicy(
  before: Case,
  after: Case,
  { occurredAt }: CaseEvent,
  deps: FollowAssignmentDeps,
): Promise<void> {
  const known = [leaseHolder(after)?.agentId, ...pastHolders(after)];
  const holders = [...pastHolders(before), ...(before.assignment === undefined ? [] : [before.assignment.agentId])];
  for (const agentId of holders) if (!known.includes(agentId)) await leave(agentId, after, occurredAt, deps);
}

async function moveLeases({ occurredAt }: CaseEvent, state: Case, deps: FollowAssignmentDeps): Promise<void> {
  const { caseId } = state;
  for (const agentId of pastHolders(state)) await leave(agentId, state, occurredAt, deps);
  const holder = leaseHolder(state);
  const terms = holder === undefined ? undefined : termsOf(holder.agentId, deps);
  if (holder === undefined || terms === undefined) return;
  const lease = leaseOf(holder.at, holder.sensitive, deps.context.policy.exposure);
  await change(holder.agentId, (holding) => takeLease(holding, caseId, lease, terms), deps);
}

function leave(agentId: string, { caseId }: Case, at: string, deps: FollowAssignmentDeps): Promise<void> {
  return change(agentId, (holding) => letGo(holding, caseId, at, termsOf(agentId, deps)), deps);
}

function termsOf(agentId: string, { context }: FollowAssignmentDeps): LeaseTerms | undefined {
  const agent = context.policy.agents.find(({ id }) => id === agentId);
  return agent === undefined ? undefined : leaseTerms(agent, context);
}

/** Changes what an agent holds, however often somebody else does so in between. */
async function change(
  agentId: string,
  make: (holding: Holding) => HoldingChange | undefined,
  { store }: FollowAssignmentDeps,
): Promise<void> {
  for (let attempt = 0; attempt < MOST_CONFLICTS; attempt++) {
    const changed = make(await store.holding(agentId));
    if (changed === undefined || (await store.saveHolding(changed)) === 'saved') return;
  }
  throw new Error(`what ${agentId} holds changed under ${MOST_CONFLICTS} attempts to change it`);
}
