import * as z from 'zod/mini';
import { foldAssignment, followAssignment } from './assignment.ts';
import { automaticMessage } from './automatic.ts';
import type { Calendar } from './calendar.ts';
import { isOpenTurn, Turn, toldMark } from './clock.ts';
import {
  Author,
  type CaseEvent,
  CaseFields,
  CaseStatus,
  type ClockName,
  Decision,
  type EventOf,
  HandoffState,
  Instant,
  Priority,
  survivorOf,
} from './event.ts';
import { inLogOrder, logPosition } from './log-order.ts';
import type { Policy } from './policy.ts';
import {
  ANSWERS,
  answered,
  asked,
  cancelAll,
  endAsOver,
  endedForGood,
  endTurns,
  endWhatMayNotRun,
  followStatus,
  HANDOFFS,
  isOver,
  reopen,
  restored,
  retarget,
  retargetedByPolicy,
  startFromOpening,
  startTurn,
  takeOver,
} from './turns.ts';

/**
 * A case: the fold of its events under a policy. The same events in any order, duplicates
 * included, give the same case. Closed turns are folded into counts; the log keeps the rest.
 */
export const Case = z.object({
  caseId: z.string(),
  source: z.string(),
  /** Undefined until the `opened` event is known; such a case has no clocks from its opening. */
  openedAt: z.optional(Instant),
  status: CaseStatus,
  priority: Priority,
  fields: CaseFields,
  queue: z.optional(z.string()),
  /** The decision that stands; its priority, queue and tags are the case's own. */
  triage: z.optional(
    z.extend(z.omit(Decision, { priority: true, queue: true, tags: true, matched: true, alternatives: true }), {
      at: Instant,
    }),
  ),
  handoff: z.optional(
    z.object({
      handoffId: z.string(),
      vendor: z.string(),
      attempt: z.number(),
      state: HandoffState,
      packetHash: z.string(),
      at: Instant,
    }),
  ),
  /** Vendors that were offered the case and did not finish it. */
  triedVendors: z.array(z.string()),
  /** When it last came home because no vendor finished it. */
  broughtHomeAt: z.optional(Instant),
  /** Public human replies so far. */
  replies: z.number(),
  /** Who solved it, if it is solved and its source said so. */
  solvedBy: z.optional(Author),
  /** Times it was reopened. */
  reopens: z._default(z.number(), 0),
  /** Opened by a machine (an auto-reply, a bounce, our own mail): no clock runs until a person writes. */
  automatic: z.optional(z.string()),
  /** Who of our team holds it. */
  assignment: z.optional(
    z.object({
      agentId: z.string(),
      at: Instant,
      /** Whose doing it was. */
      by: z.enum(['caserelay', 'crm']),
      sensitive: z.boolean(),
      /** Has the agent done anything with it? */
      worked: z.boolean(),
      /** When it goes back to its queue if it has not been worked. */
      backAt: z.optional(Instant),
    }),
  ),
  /** When assigning it to an agent is tried again. */
  retryAssignmentAt: z.optional(Instant),
  /** Agents who held it before: what they still hold of it is let go. */
  formerAgents: z._default(z.array(z.string()), []),
  turns: z.array(Turn),
  /** Ended turns that are no longer kept in `turns`, per clock. */
  ended: z.record(z.string(), z.number()),
  csat: z.optional(z.enum(['good', 'bad'])),
  mergedInto: z.optional(z.string()),
  /** When it was deleted, until it is worked again: what that cancelled comes back. */
  deletedAt: z.optional(Instant),
  policyVersion: z.string(),
  /** Log position of the last event folded in. */
  foldedTo: z.string(),
});
export type Case = z.infer<typeof Case>;

/** What a fold needs besides events: the policy and its calendars. */
export interface FoldContext {
  readonly policy: Policy;
  readonly calendar: (name: string) => Calendar;
  /** The version of the rules of time zones that calendars count by, to be told on receipts. */
  readonly tzdata?: string | undefined;
}

/** Events that are a record only: folding them changes nothing. */
const RECORD_ONLY = [
  'written-back',
  'danger-found',
  'alert-notified',
  'alert-acknowledged',
  'alert-unanswered',
] as const;
export type RecordOnlyEvent = EventOf<(typeof RECORD_ONLY)[number]>;

export function isRecordOnly(event: CaseEvent): event is RecordOnlyEvent {
  return RECORD_ONLY.some((type) => type === event.type);
}

/** Folds a whole log, in any order and with duplicates, into the case; undefined for no events. */
export function foldCase(events: readonly CaseEvent[], context: FoldContext): Case | undefined {
  let state: Case | undefined;
  for (const event of inLogOrder(events)) state = applyEvent(state, event, context);
  return state;
}

/** Can the event be applied to the case as it stands, or must the case be folded anew from its log? */
export function continuesCase(state: Case | undefined, event: CaseEvent, policyVersion: string): boolean {
  if (state === undefined) return true;
  return state.policyVersion === policyVersion && logPosition(event) > state.foldedTo;
}

/** Applies the next event in log order. Pure: returns a new case. */
export function applyEvent(state: Case | undefined, event: CaseEvent, context: FoldContext): Case {
  if (isRecordOnly(event) && state !== undefined) return state;
  const before = state ?? emptyCase(event, context.policy);
  const after = followAssignment(before, foldInto(before, event, context), event, context);
  const turns = retarget(after, event.occurredAt, context.policy);
  const running = endWhatMayNotRun({ ...after, turns }, event.occurredAt, context.policy);
  return { ...after, turns: running, foldedTo: logPosition(event) };
}

function emptyCase(event: CaseEvent, policy: Policy): Case {
  return {
    caseId: event.caseId,
    source: event.caseId.slice(0, event.caseId.indexOf(':')),
    status: 'new',
    priority: policy.defaultPriority,
    fields: {},
    triedVendors: [],
    replies: 0,
    reopens: 0,
    formerAgents: [],
    turns: [],
    ended: {},
    policyVersion: policy.version,
    foldedTo: '',
  };
}

function foldInto(before: Case, event: CaseEvent, context: FoldContext): Case {
  const state = 'fields' in event ? { ...before, fields: mergeFields(before.fields, event.fields) } : before;
  switch (event.type) {
    case 'opened':
      return foldOpened(state, event, context);
    case 'message-added':
      return foldMessage(state, event, context);
    case 'status-changed':
      return changeStatus(state, event.status, event.occurredAt, context);
    case 'solved': {
      const solved = changeStatus(state, 'solved', event.occurredAt, context);
      return event.by === undefined ? solved : { ...solved, solvedBy: event.by };
    }
    case 'reopened':
      return changeStatus(state, 'open', event.occurredAt, context);
    case 'merged':
      return changeStatus(
        { ...state, ...(survivorOf(event) === undefined ? {} : { mergedInto: event.into }) },
        'merged',
        event.occurredAt,
        context,
      );
    case 'priority-changed':
      return { ...state, priority: event.priority ?? context.policy.defaultPriority };
    case 'assigned':
      return foldAssigned(state, event, context);
    case 'csat-received':
      return { ...state, csat: event.score };
    case 'absorbed':
      return foldAbsorbed(state, event, context);
    case 'policy-changed':
      return { ...state, turns: retargetedByPolicy(state.turns, event) };
    case 'triaged':
      return foldTriaged(state, event, context);
    case 'handoff-offered':
      return vendorClocks(
        {
          ...state,
          handoff: {
            handoffId: event.handoffId,
            vendor: event.vendor,
            attempt: event.attempt,
            state: 'offered',
            packetHash: event.packetHash,
            at: event.occurredAt,
          },
        },
        event,
        context,
      );
    case 'handoff-accepted':
    case 'handoff-rejected':
    case 'handoff-expired':
    case 'handoff-resolved':
    case 'handoff-returned':
    case 'handoff-recalled':
      return foldHandoff(state, event, context);
    case 'deadline-reached':
      return {
        ...state,
        turns: state.turns.map((turn) =>
          turn.clock === event.clock && turn.turn === event.turn
            ? { ...turn, told: [...new Set([...turn.told, toldMark(event.threshold, event.targetSeconds)])] }
            : turn,
        ),
      };
    case 'agent-assigned':
    case 'agent-released':
    case 'assignment-deferred':
    case 'assignment-due':
      return foldAssignment(state, event, context);
    case 'brought-home':
      return { ...state, broughtHomeAt: event.occurredAt };
    case 'written-back':
    case 'danger-found':
    case 'alert-notified':
    case 'alert-acknowledged':
    case 'alert-unanswered':
      return state;
  }
}

function foldOpened(state: Case, event: EventOf<'opened'>, context: FoldContext): Case {
  if (state.openedAt !== undefined) return state;
  const automatic = automaticMessage(event);
  const opened: Case = {
    ...state,
    openedAt: event.occurredAt,
    priority: event.priority ?? state.priority,
    ...(automatic === undefined ? {} : { automatic }),
  };
  // A machine waits for no answer.
  const started =
    automatic === undefined ? { ...opened, ...startFromOpening(opened, event.occurredAt, context.policy) } : opened;
  return changeStatus(started, event.status ?? 'new', event.occurredAt, context);
}

function foldMessage(state: Case, event: EventOf<'message-added'>, context: FoldContext): Case {
  if (!event.public || event.author === 'system' || automaticMessage(event) !== undefined) return state;
  const { occurredAt: at } = event;
  if (event.author !== 'customer') {
    // A machine waits for no update either.
    const clocks =
      state.automatic === undefined ? answered(state, at, context.policy, event.sequence !== undefined) : {};
    return { ...state, ...clocks, replies: state.replies + 1 };
  }
  const told =
    state.fields.text === undefined && event.text !== undefined
      ? { ...state, fields: { ...state.fields, text: event.text } }
      : state;
  if (told.openedAt === undefined || !canWait(told.status) || isIgnored(told)) return told;
  // Of a case that was opened by a machine, this is the first person who writes.
  return told.automatic === undefined
    ? { ...told, ...asked(told, at, context.policy) }
    : startForPerson(told, at, context);
}

/** Starts the clocks of a case that a machine has opened, now that a person waits in it. */
function startForPerson(state: Case, at: string, context: FoldContext): Case {
  const personal = omit(state, 'automatic');
  return owned({ ...personal, ...startFromOpening(personal, at, context.policy) }, at, context);
}

function foldAbsorbed(state: Case, { waiting, occurredAt: at }: EventOf<'absorbed'>, context: FoldContext): Case {
  if (waiting === undefined || state.openedAt === undefined || !canWait(state.status)) return state;
  const personal = state.automatic === undefined ? state : startForPerson(state, at, context);
  return { ...personal, ...takeOver(personal, waiting, at, context.policy) };
}

/** A customer can wait in a solved case too: its `reopened` may come a moment later, or never. */
function canWait(status: CaseStatus): boolean {
  return status === 'solved' || !isOver(status);
}

/** Parked as spam, and nobody of ours has thought otherwise. */
function isIgnored({ triage, replies }: Case): boolean {
  return triage?.route === 'parked' && triage.duplicateOf === undefined && replies === 0;
}

function foldTriaged(state: Case, event: EventOf<'triaged'>, context: FoldContext): Case {
  const { priority, queue, tags, matched: _m, alternatives: _a, ...triage } = event.decision;
  const { occurredAt: at } = event;
  const fields = mergeFields(state.fields, { tags: [...new Set([...(state.fields.tags ?? []), ...tags])] });
  const decided = { ...state, priority, fields, triage: { ...triage, at } };
  if (triage.route === 'parked') {
    const turns = cancelAll(endedForGood(state.turns, ANSWERS), at);
    return { ...omit(decided, 'deletedAt'), queue, turns };
  }
  return receivedIn(queue, decided, at, context);
}

/** A queue that receives a case starts its own clock afresh. */
function receivedIn(queue: string, state: Case, at: string, context: FoldContext): Case {
  if (queue === state.queue) return state;
  const turns = endedForGood(endTurns(state.turns, OWNERSHIP, { stoppedAt: at }), OWNERSHIP);
  return owned({ ...state, queue, turns }, at, context);
}

const OWNERSHIP: readonly ClockName[] = ['queue-ownership'];

/** The queue that has a case is timed, unless nobody works on it; one that got it in the meantime, from when it is worked again. */
function owned(state: Case, at: string, context: FoldContext): Case {
  const { queue, status, automatic, triage, turns } = state;
  const isWorked = queue !== undefined && !isOver(status) && automatic === undefined && triage?.route !== 'parked';
  if (!isWorked || turns.some((turn) => turn.clock === 'queue-ownership' && isOpenTurn(turn))) return state;
  return { ...state, ...startTurn(state, 'queue-ownership', at, context.policy) };
}

function foldAssigned(state: Case, event: EventOf<'assigned'>, context: FoldContext): Case {
  const { assigneeId, group, occurredAt: at } = event;
  const fields = mergeFields(omit(state.fields, 'assigneeId'), {
    ...(assigneeId === null ? {} : { assigneeId }),
    ...(group === undefined ? {} : { group }),
  });
  const [queue] = Object.entries(context.policy.queues).find(([, { groupId }]) => groupId === group) ?? [];
  const assigned = { ...state, fields };
  return group === undefined || queue === undefined ? assigned : receivedIn(queue, assigned, at, context);
}

/** What each move of a handoff does to the vendor's clocks. */
function vendorClocks(state: Case, event: Extract<CaseEvent, { handoffId: string }>, context: FoldContext): Case {
  const { occurredAt: at } = event;
  const { policy } = context;
  switch (event.type) {
    case 'handoff-offered':
      return { ...state, ...startTurn(state, 'handoff-ack', at, policy) };
    case 'handoff-accepted': {
      const turns = endTurns(state.turns, ['handoff-ack'], { stoppedAt: at });
      return { ...state, ...startTurn({ ...state, turns }, 'handoff-resolution', at, policy) };
    }
    case 'handoff-rejected':
      return { ...state, turns: endTurns(state.turns, ['handoff-ack'], { stoppedAt: at }) };
    case 'handoff-resolved':
      return { ...state, turns: endTurns(state.turns, ['handoff-resolution'], { stoppedAt: at }) };
    case 'handoff-expired':
    case 'handoff-returned':
    case 'handoff-recalled':
      return { ...state, turns: endTurns(state.turns, HANDOFFS, { cancelledAt: at }) };
  }
}

function foldHandoff(
  before: Case,
  event: Exclude<Extract<CaseEvent, { handoffId: string; vendor: string }>, { type: 'handoff-offered' }>,
  context: FoldContext,
): Case {
  const outcome = event.type.slice('handoff-'.length) as HandoffState;
  const finished = outcome === 'accepted' || outcome === 'resolved';
  const triedVendors = finished ? before.triedVendors : [...new Set([...before.triedVendors, event.vendor])];
  if (before.handoff?.handoffId !== event.handoffId) return { ...before, triedVendors };
  const state = vendorClocks({ ...before, triedVendors }, event, context);
  return { ...state, handoff: { ...before.handoff, state: outcome, at: event.occurredAt } };
}

function changeStatus(state: Case, status: CaseStatus, at: string, context: FoldContext): Case {
  const next: Case = { ...omit(state, 'solvedBy'), status };
  if (status === 'deleted') return { ...next, deletedAt: next.deletedAt ?? at, turns: cancelAll(next.turns, at) };
  if (status === 'merged') {
    const turns = cancelAll(endedForGood(next.turns, ANSWERS), at);
    return { ...omit(next, 'deletedAt'), turns };
  }
  const { policy } = context;
  if (status === 'solved' || status === 'closed') {
    const turns = endAsOver(next.turns, status, at, policy);
    return { ...next, turns: followStatus(turns, status, at, policy) };
  }
  const working = isOver(state.status) ? takeUpAgain(next, at, context) : next;
  return { ...working, turns: followStatus(working.turns, status, at, policy) };
}

function takeUpAgain(state: Case, at: string, context: FoldContext): Case {
  const { deletedAt, ...back } = state;
  const turns = deletedAt === undefined ? state.turns : restored(state.turns, deletedAt, at);
  const again = { ...back, ...reopen({ ...back, turns }, at, context.policy), reopens: state.reopens + 1 };
  return owned(again, at, context);
}

function mergeFields(known: CaseFields, learnt: CaseFields | undefined): CaseFields {
  if (learnt === undefined) return known;
  const custom = learnt.custom === undefined ? known.custom : fitting({ ...known.custom, ...learnt.custom });
  const defined = Object.fromEntries(Object.entries(learnt).filter(([, value]) => value !== undefined));
  return { ...known, ...defined, ...(custom === undefined ? {} : { custom }) };
}

/** Custom fields kept of a case, in characters: they add up over its events, and a case has to fit into one item. */
const MOST_CUSTOM = 30_000;

/** The fields that fit, by name: which those are must not hang on the order in which a store returns them. */
function fitting(custom: NonNullable<CaseFields['custom']>): NonNullable<CaseFields['custom']> {
  let size = 0;
  const sorted = Object.entries(custom).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    sorted.filter(([name, value]) => {
      size += name.length + String(value).length;
      return size <= MOST_CUSTOM;
    }),
  );
}

function omit<T extends object, K extends keyof T>(value: T, key: K): Omit<T, K> {
  const { [key]: _dropped, ...rest } = value;
  return rest;
}
