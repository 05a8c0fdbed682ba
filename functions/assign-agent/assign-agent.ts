import * as z from 'zod/mini';
import { needsAgent } from '../../domain/assignment.ts';
import { type Case, type FoldContext, foldCase } from '../../domain/case.ts';
import {
  agentsOnShift,
  chooseAgent,
  type Given,
  type NobodyBecause,
  type NotGiven,
} from '../../domain/choose-agent.ts';
import { type EventOf, toInstant } from '../../domain/event.ts';
import {
  type AgentLoad,
  exposureInWords,
  exposureSums,
  leaseOf,
  leaseTerms,
  localDay,
  takeLease,
} from '../../domain/exposure.ts';
import type { AgentPolicy } from '../../domain/policy.ts';
import type { AgentStore, CaseStore } from '../adapters/store/store.ts';
import type { Meter } from '../shared/observe.ts';

export const AssignAgentInput = z.object({ caseId: z.string() });
export type AssignAgentInput = z.infer<typeof AssignAgentInput>;

export interface AssignAgentDeps {
  readonly store: Pick<CaseStore, 'events' | 'append'> & AgentStore;
  readonly context: FoldContext;
  readonly meter: Meter;
  /** ms */
  readonly now: () => number;
}

/** `assigned`: CaseRelay gave it to an agent, now or before; `deferred`: nobody can take it now; `not-needed`: it is not ours to give. */
export type AssignAgentResult = { readonly outcome: 'assigned' | 'deferred' | 'not-needed' };

/** Agents and the log kept changing under the decision; the workflow tries again. */
export class AssignmentRaceError extends Error {
  override readonly name = 'AssignmentRaceError';
}

/** Lost races in a row, each with another case for the same agent. */
const MOST_CONFLICTS = 10;

/**
 * Gives a case of our own team to the agent who can and should take it, or defers it. Lease, ledger and event are one
 * transaction; the event's key counts the decisions on the case's log, so that of two at once one is made.
 * Called again it decides nothing that has been decided. Throws AssignmentRaceError, and StoreUnavailableError.
 */
export async function assignAgent({ caseId }: AssignAgentInput, deps: AssignAgentDeps): Promise<AssignAgentResult> {
  for (let attempt = 0; attempt < MOST_CONFLICTS; attempt++) {
    // Folded from the log: the snapshot may not know yet of a person's decision, or of ours.
    const log = await deps.store.events(caseId);
    const state = foldCase(log, deps.context);
    if (state === undefined || !needsAgent(state, deps.context.policy)) return { outcome: standing(state) };
    const now = deps.now();
    const loads = await loadsOf(agentsOnShift(state, deps.context, now), now, isSensitive(state), deps);
    const choice = chooseAgent(state, deps.context, loads, now);
    const round = 1 + log.filter(({ type }) => type === 'agent-assigned' || type === 'assignment-deferred').length;
    const decision = { state, now, key: `caserelay:assignment:${round}` };
    const outcome =
      choice.agent === undefined
        ? await defer(choice, decision, deps)
        : await assign(choice, loads.get(choice.agent.id) as AgentLoad, decision, deps);
    if (outcome !== 'conflict') return { outcome };
  }
  throw new AssignmentRaceError(`agents changed under ${MOST_CONFLICTS} attempts to assign ${caseId}`);
}

interface Decision {
  readonly state: Case;
  readonly now: number;
  readonly key: string;
}

function isSensitive({ triage }: Case): boolean {
  return triage?.sensitive ?? false;
}

function standing(state: Case | undefined): AssignAgentResult['outcome'] {
  if (state?.assignment?.by === 'caserelay') return 'assigned';
  return state?.retryAssignmentAt === undefined ? 'not-needed' : 'deferred';
}

/** What each agent holds and, if it matters, had to look at today. */
async function loadsOf(agents: readonly AgentPolicy[], now: number, sensitive: boolean, { store }: AssignAgentDeps) {
  const load = async ({ id, zone }: AgentPolicy): Promise<AgentLoad> => {
    // In this order: whatever changes the ledger after the holding was read gives the holding another version.
    const holding = await store.holding(id);
    const today = sensitive ? await store.exposure(id, localDay(zone, now)) : { cases: 0, minutes: 0 };
    return { holding, today };
  };
  const loads = await Promise.all(agents.map(async (agent) => [agent.id, await load(agent)] as const));
  return new Map(loads);
}

async function assign(
  { agent, reason, passedOver, backAt }: Given,
  { holding }: AgentLoad,
  decision: Decision,
  { store, context, meter }: AssignAgentDeps,
): Promise<'assigned' | 'conflict'> {
  const { state } = decision;
  const sensitive = isSensitive(state);
  const event: EventOf<'agent-assigned'> = {
    ...eventBase(decision),
    type: 'agent-assigned',
    agentId: agent.id,
    reason,
    sensitive,
    passedOver,
    ...(backAt === undefined ? {} : { backAt: toInstant(backAt) }),
  };
  const lease = leaseOf(event.occurredAt, sensitive, context.policy.exposure);
  const change = takeLease(holding, state.caseId, lease, leaseTerms(agent, context)) ?? { holding, days: [] };
  if ((await store.saveHolding(change, event)) === 'conflict') return 'conflict';
  meter.count('agentAssigned');
  return 'assigned';
}

async function defer(choice: NotGiven, decision: Decision, deps: AssignAgentDeps): Promise<'deferred' | 'conflict'> {
  const { because, passedOver, exposureExhausted, retryAt } = choice;
  const reason = exposureExhausted ? `${IN_WORDS.exposure}: ${await sumsOf(decision.now, deps)}` : IN_WORDS[because];
  const appended = await deps.store.append({
    ...eventBase(decision),
    type: 'assignment-deferred',
    reason,
    passedOver,
    exposureExhausted,
    retryAt: toInstant(retryAt),
  });
  if (appended === 'duplicate') return 'conflict';
  deps.meter.count('assignmentDeferred', { reason: because });
  if (exposureExhausted) deps.meter.count('exposureExhausted');
  return 'deferred';
}

const IN_WORDS: Readonly<Record<NobodyBecause, string>> = {
  'no-match': 'no agent has the queue, the skills and the language',
  'off-shift': 'no agent who could take it is on shift',
  exposure: 'everyone on shift who could take it is at a limit of exposure',
  'cool-down': 'whoever could take it has had a sensitive case a short while ago',
  capacity: 'whoever could take it has as many cases as they can hold',
};

/** The exposure of the whole team, in words and as sums. */
async function sumsOf(now: number, deps: AssignAgentDeps): Promise<string> {
  const { agents, exposure } = deps.context.policy;
  const loads = await loadsOf(agents, now, true, deps);
  const team = agents.map((agent) => ({ agent, load: loads.get(agent.id) as AgentLoad }));
  return exposureInWords(exposureSums(now, team, exposure));
}

/** After all that is on the log, whatever its clock says: the decision is about what is there. */
function eventBase({ state, now, key }: Decision) {
  const last = Date.parse(state.foldedTo.slice(0, state.foldedTo.indexOf('|')));
  const occurredAt = toInstant(Math.max(now, last + 1));
  return { key, caseId: state.caseId, occurredAt, receivedAt: toInstant(now) };
}
