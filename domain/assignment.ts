import type { Case, FoldContext } from './case.ts';
import { shiftEnd } from './choose-agent.ts';
import { type CaseEvent, type EventOf, toInstant } from './event.ts';
import type { AgentPolicy, Policy } from './policy.ts';
import { awaitsAnswer, isOver } from './turns.ts';

/**
 * Who of our team holds a case, as far as its log tells. CaseRelay gives a case to an agent and
 * takes it back; a person may do the same in the CRM, and what a person decided stands.
 */

/** An event of CaseRelay's own that says who holds a case. */
export type AssignmentEvent = EventOf<'agent-assigned' | 'agent-released' | 'assignment-deferred' | 'assignment-due'>;

/** Folds an event of CaseRelay's own. */
export function foldAssignment(state: Case, event: AssignmentEvent, context: FoldContext): Case {
  switch (event.type) {
    case 'agent-assigned': {
      // Somebody decided otherwise in the same moment, and before.
      const overruled = state.assignment?.by === 'crm' || heldOutside(state, context.policy);
      if (overruled && state.assignment?.agentId !== event.agentId) return formerly(state, event.agentId);
      return held(state, {
        agentId: event.agentId,
        at: event.occurredAt,
        by: 'caserelay',
        sensitive: event.sensitive,
        worked: false,
        ...(event.backAt === undefined ? {} : { backAt: event.backAt }),
      });
    }
    case 'agent-released':
      return state.assignment?.agentId === event.agentId ? letGo(state, context.policy) : state;
    case 'assignment-deferred':
      return state.assignment === undefined && !isOver(state.status)
        ? { ...state, retryAssignmentAt: event.retryAt }
        : state;
    case 'assignment-due':
      return state.retryAssignmentAt === event.retryOf ? untried(state) : state;
  }
}

/** What an event that is not about assignment does to it. `before` and `after`: the case around the event's own fold. */
export function followAssignment(before: Case, after: Case, event: CaseEvent, context: FoldContext): Case {
  const { occurredAt: at } = event;
  const state = noted(before, after, event, context);
  if (isOver(state.status)) return untried(state);
  const next = isOver(before.status) ? takenUpAgain(state, at, context) : state;
  // What an agent must be able to do may have changed: it is tried again at once.
  const anew = event.type === 'triaged' || next.queue !== before.queue;
  return anew ? untried(next) : next;
}

function noted(before: Case, after: Case, event: CaseEvent, context: FoldContext): Case {
  switch (event.type) {
    case 'opened': {
      const { assigneeId } = event.fields;
      const isFirst = before.openedAt === undefined;
      return isFirst && assigneeId !== undefined ? givenInCrm(after, assigneeId, event.occurredAt, context) : after;
    }
    case 'assigned':
      return givenInCrm(after, event.assigneeId, event.occurredAt, context);
    case 'triaged':
      return after.assignment === undefined || !event.decision.sensitive
        ? after
        : { ...after, assignment: { ...after.assignment, sensitive: true } };
    case 'message-added':
      return event.author === 'agent' ? worked(after) : after;
    case 'status-changed':
    case 'solved':
      return after.status === 'new' || after.status === 'open' ? after : worked(after);
    default:
      return after;
  }
}

/** A person gave the case to somebody, or took it from them, in the CRM. */
function givenInCrm(state: Case, assigneeId: string | null, at: string, { policy }: FoldContext): Case {
  const agent = assigneeId === null ? undefined : agentOf(state.source, assigneeId, policy);
  if (agent === undefined) return letGo(state, policy);
  if (state.assignment?.agentId === agent.id) return untried(state);
  const sensitive = state.triage?.sensitive ?? false;
  return held(state, { agentId: agent.id, at, by: 'crm', sensitive, worked: false });
}

/**
 * Who held a case when it was solved holds it again: for good if a person gave it to them, else until the end of
 * their shift, which is now if they are off shift. A sensitive case is given anew, within the limits of the day.
 */
function takenUpAgain(state: Case, at: string, context: FoldContext): Case {
  const { assignment } = state;
  if (assignment === undefined) return state;
  if (assignment.by === 'crm') return { ...state, assignment: { ...assignment, at, worked: false } };
  const agent = context.policy.agents.find(({ id }) => id === assignment.agentId);
  if (assignment.sensitive || agent === undefined) return letGo(state, context.policy);
  const { backAt: _, ...kept } = assignment;
  const end = shiftEnd(agent, context, Date.parse(at));
  const until = end === undefined ? {} : { backAt: toInstant(end) };
  return { ...state, assignment: { ...kept, at, worked: false, ...until } };
}

function held(state: Case, assignment: NonNullable<Case['assignment']>): Case {
  const left = state.assignment === undefined ? state : formerly(state, state.assignment.agentId);
  const formerAgents = left.formerAgents.filter((id) => id !== assignment.agentId);
  return { ...untried(left), assignment, formerAgents };
}

/** Nobody of ours holds the case any more, and the CRM's word for who does is no longer ours. */
function letGo(state: Case, policy: Policy): Case {
  if (state.assignment === undefined) return state;
  const { assignment, ...left } = formerly(state, state.assignment.agentId);
  const { assigneeId, ...fields } = left.fields;
  const isTheirs = assigneeId !== undefined && agentOf(state.source, assigneeId, policy)?.id === assignment?.agentId;
  return untried(isTheirs ? { ...left, fields } : left);
}

function formerly(state: Case, agentId: string): Case {
  return { ...state, formerAgents: [...state.formerAgents.filter((id) => id !== agentId), agentId] };
}

function worked(state: Case): Case {
  return state.assignment === undefined || state.assignment.worked
    ? state
    : { ...state, assignment: { ...state.assignment, worked: true } };
}

function untried(state: Case): Case {
  if (state.retryAssignmentAt === undefined) return state;
  const { retryAssignmentAt: _, ...rest } = state;
  return rest;
}

/** The agent whom a CRM knows as this user. */
function agentOf(source: string, userId: string, { agents }: Policy): AgentPolicy | undefined {
  return agents.find(({ crmUserIds }) => crmUserIds[source] === userId);
}

/**
 * Does somebody hold the case in the CRM who is no agent of the policy? It is not given to another over them. The user
 * that CaseRelay writes as is nobody: a CRM may name it the assignee of what it solved.
 */
export function heldOutside({ source, fields }: Case, policy: Policy): boolean {
  const { assigneeId } = fields;
  if (assigneeId === undefined || assigneeId === policy.sources[source]?.integrationUserId) return false;
  return agentOf(source, assigneeId, policy) === undefined;
}

/**
 * Is the case our own team's: kept home, come home from vendors, reopened after a vendor resolved it or was told to stop,
 * or resolved by a vendor without an answer that its customer still waits for?
 */
function isHome(state: Case): boolean {
  const { triage, broughtHomeAt, handoff, reopens } = state;
  if (triage === undefined) return false;
  if (triage.route !== 'vendor') return triage.route === 'home';
  if ((handoff?.state === 'resolved' || handoff?.state === 'recalled') && reopens > 0) return true;
  if (handoff?.state === 'resolved' && awaitsAnswer(state)) return true;
  return broughtHomeAt !== undefined && broughtHomeAt >= triage.at;
}

/** Is an agent to be found for the case now? Not while a retry waits, nor in a policy without agents. */
export function needsAgent(state: Case, policy: Policy): boolean {
  if (policy.agents.length === 0 || isOver(state.status) || !isHome(state)) return false;
  return state.assignment === undefined && state.retryAssignmentAt === undefined && !heldOutside(state, policy);
}

/** The agent who has a lease on the case: who holds it while it is open and not parked. */
export function leaseHolder({ assignment, status, triage }: Case): Case['assignment'] {
  return isOver(status) || triage?.route === 'parked' ? undefined : assignment;
}

/** The agents who may have had a lease on the case, and have none any more. */
export function pastHolders(state: Case): string[] {
  const { assignment, formerAgents } = state;
  return assignment === undefined || leaseHolder(state) !== undefined
    ? [...formerAgents]
    : [...formerAgents, assignment.agentId];
}

/** When the case wants to be looked at for the sake of its assignment; undefined if it does not. */
export function assignmentDueAt(state: Case, policy: Policy): string | undefined {
  if (isOver(state.status)) return undefined;
  const { assignment, retryAssignmentAt } = state;
  if (assignment === undefined) return retryAssignmentAt;
  if (hasLeft(assignment.agentId, policy)) return assignment.at;
  return assignment.worked ? undefined : assignment.backAt;
}

/** What is due at `now` (ms): an unworked case of an agent who is off shift goes back, or an assignment is tried again. */
export function dueAssignmentEvent(state: Case, policy: Policy, now: number): AssignmentEvent | undefined {
  const dueAt = assignmentDueAt(state, policy);
  if (dueAt === undefined || Date.parse(dueAt) > now) return undefined;
  const { caseId, assignment } = state;
  const after = assignment?.at ?? dueAt;
  const occurredAt = toInstant(Math.max(now, Date.parse(after) + 1));
  const base = { caseId, occurredAt, receivedAt: toInstant(now) };
  if (assignment === undefined)
    return { ...base, type: 'assignment-due', key: `caserelay:assignment-due:${dueAt}`, retryOf: dueAt };
  return {
    ...base,
    type: 'agent-released',
    key: `caserelay:agent-released:${assignment.agentId}:${assignment.at}`,
    agentId: assignment.agentId,
    reason: hasLeft(assignment.agentId, policy) ? 'left-team' : 'off-shift',
  };
}

function hasLeft(agentId: string, { agents }: Policy): boolean {
  return !agents.some(({ id }) => id === agentId);
}
