import * as z from 'zod/mini';
import type { Calendar } from './calendar.ts';
import { isOpenTurn, isPaused, Turn, toldMark } from './clock.ts';
import {
  type CaseEvent,
  CaseFields,
  CaseStatus,
  compareEvents,
  Decision,
  type EventOf,
  HandoffState,
  Instant,
  logPosition,
  Priority,
} from './event.ts';
import { clockPolicy, type Policy } from './policy.ts';

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
  triage: z.optional(z.extend(z.omit(Decision, { priority: true, queue: true, tags: true }), { at: Instant })),
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
  /** Public human replies so far. */
  replies: z.number(),
  turns: z.array(Turn),
  /** Ended turns that are no longer kept in `turns`, per clock. */
  ended: z.record(z.string(), z.number()),
  csat: z.optional(z.enum(['good', 'bad'])),
  mergedInto: z.optional(z.string()),
  policyVersion: z.string(),
  /** Log position of the last event folded in. */
  foldedTo: z.string(),
});
export type Case = z.infer<typeof Case>;

/** What a fold needs besides events: the policy and its calendars. */
export interface FoldContext {
  readonly policy: Policy;
  readonly calendar: (name: string) => Calendar;
}

/** Events that are a record only: folding them changes nothing. */
const RECORD_ONLY = ['written-back', 'alert-notified', 'alert-acknowledged', 'alert-unanswered'] as const;
export type RecordOnlyEvent = EventOf<(typeof RECORD_ONLY)[number]>;

export function isRecordOnly(event: CaseEvent): event is RecordOnlyEvent {
  return RECORD_ONLY.some((type) => type === event.type);
}

/** Folds a whole log, in any order and with duplicates, into the case; undefined for no events. */
export function foldCase(events: readonly CaseEvent[], context: FoldContext): Case | undefined {
  const byKey = new Map(events.map((event) => [event.key, event]));
  let state: Case | undefined;
  for (const event of [...byKey.values()].sort(compareEvents)) state = applyEvent(state, event, context);
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
  const after = foldInto(before, event, context);
  return { ...after, foldedTo: logPosition(event) };
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
    case 'solved':
      return changeStatus(state, 'solved', event.occurredAt, context);
    case 'reopened':
      return changeStatus(state, 'open', event.occurredAt, context);
    case 'merged':
      return changeStatus(
        { ...state, ...(event.into === undefined ? {} : { mergedInto: event.into }) },
        'merged',
        event.occurredAt,
        context,
      );
    case 'priority-changed':
      return retarget(state, event.priority ?? context.policy.defaultPriority, event.occurredAt, context);
    case 'assigned':
      return {
        ...state,
        fields: mergeFields(omit(state.fields, 'assigneeId'), {
          ...(event.assigneeId === null ? {} : { assigneeId: event.assigneeId }),
          ...(event.group === undefined ? {} : { group: event.group }),
        }),
      };
    case 'csat-received':
      return { ...state, csat: event.score };
    case 'triaged': {
      const { priority, queue, tags, ...triage } = event.decision;
      const fields = mergeFields(state.fields, { tags: [...new Set([...(state.fields.tags ?? []), ...tags])] });
      return retarget(
        { ...state, queue, fields, triage: { ...triage, at: event.occurredAt } },
        priority,
        event.occurredAt,
        context,
      );
    }
    case 'handoff-offered':
      return {
        ...state,
        handoff: {
          handoffId: event.handoffId,
          vendor: event.vendor,
          attempt: event.attempt,
          state: 'offered',
          packetHash: event.packetHash,
          at: event.occurredAt,
        },
      };
    case 'handoff-accepted':
    case 'handoff-rejected':
    case 'handoff-expired':
    case 'handoff-resolved':
    case 'handoff-returned':
    case 'handoff-recalled':
      return foldHandoff(state, event);
    case 'deadline-reached':
      return {
        ...state,
        turns: state.turns.map((turn) =>
          turn.clock === event.clock && turn.turn === event.turn
            ? { ...turn, told: [...new Set([...turn.told, toldMark(event.threshold, event.targetSeconds)])] }
            : turn,
        ),
      };
    case 'brought-home':
    case 'written-back':
    case 'alert-notified':
    case 'alert-acknowledged':
    case 'alert-unanswered':
      return state;
  }
}

function foldOpened(state: Case, event: EventOf<'opened'>, context: FoldContext): Case {
  if (state.openedAt !== undefined) return state;
  const opened: Case = {
    ...state,
    openedAt: event.occurredAt,
    priority: event.priority ?? state.priority,
  };
  const started = startTurn(
    startTurn(opened, 'first-response', event.occurredAt, context),
    'resolution',
    event.occurredAt,
    context,
  );
  return changeStatus(started, event.status ?? 'new', event.occurredAt, context);
}

function foldMessage(state: Case, event: EventOf<'message-added'>, context: FoldContext): Case {
  if (!event.public || event.author === 'system') return state;
  if (event.author === 'customer') {
    const waiting = state.turns.some((turn) => turn.clock !== 'resolution' && isOpenTurn(turn));
    // A message to a solved case starts a turn too: its `reopened` may come a moment later, or never.
    const awaited = state.openedAt !== undefined && !waiting && (state.status === 'solved' || !isOver(state.status));
    const withText =
      state.fields.text === undefined && event.text !== undefined
        ? { ...state, fields: { ...state.fields, text: event.text } }
        : state;
    return awaited ? startTurn(withText, 'next-response', event.occurredAt, context) : withText;
  }
  const kept = { stoppedAt: event.occurredAt };
  const stopped = endTurns(endTurns(state, 'first-response', kept), 'next-response', kept);
  return { ...stopped, replies: state.replies + 1 };
}

function foldHandoff(state: Case, event: Extract<CaseEvent, { handoffId: string; vendor: string }>): Case {
  if (event.type === 'handoff-offered') return state;
  const outcome = event.type.slice('handoff-'.length) as HandoffState;
  const finished = outcome === 'accepted' || outcome === 'resolved';
  const triedVendors = finished ? state.triedVendors : [...new Set([...state.triedVendors, event.vendor])];
  if (state.handoff?.handoffId !== event.handoffId) return { ...state, triedVendors };
  return { ...state, triedVendors, handoff: { ...state.handoff, state: outcome, at: event.occurredAt } };
}

/** Solved, closed, merged or deleted: nobody waits for an answer any more. */
export function isOver(status: CaseStatus): boolean {
  return status === 'solved' || status === 'closed' || status === 'merged' || status === 'deleted';
}

function changeStatus(state: Case, status: CaseStatus, at: string, context: FoldContext): Case {
  const was = state.status;
  let next: Case = { ...state, status };
  if (status === 'merged' || status === 'deleted') {
    return { ...next, turns: next.turns.map((turn) => (isOpenTurn(turn) ? { ...turn, cancelledAt: at } : turn)) };
  }
  if (isOver(status)) {
    if (!isOver(was)) {
      // The resolution clock stops; a reopened case may resume it. A response never given is no longer owed.
      next = endTurns(next, 'resolution', { stoppedAt: at });
      next = endTurns(endTurns(next, 'first-response', { cancelledAt: at }), 'next-response', { cancelledAt: at });
    }
    return next;
  }
  if (isOver(was)) next = reopenResolution(next, at, context);
  return {
    ...next,
    turns: next.turns.map((turn) => {
      if (!isOpenTurn(turn)) return turn;
      const pauses = clockPolicy(context.policy, turn.clock)?.pauseOn.includes(status) ?? false;
      if (pauses && !isPaused(turn)) return pauseAgain(turn, { from: at, reason: status });
      if (!pauses && isPaused(turn)) return { ...turn, pauses: closePause(turn.pauses, at) };
      return turn;
    }),
  };
}

/** Starts a clock's next turn, unless the policy has no such clock. Only the latest turn of a clock is kept. */
function startTurn(state: Case, clock: Turn['clock'], at: string, context: FoldContext): Case {
  const policy = clockPolicy(context.policy, clock);
  if (policy === undefined) return state;
  const previous = state.turns.filter((turn) => turn.clock === clock).length;
  const ended = (state.ended[clock] ?? 0) + previous;
  const turn: Turn = {
    clock,
    turn: ended + 1,
    startedAt: at,
    targetSeconds: policy.targets[state.priority],
    calendar: policy.calendar,
    pauses: policy.pauseOn.includes(state.status) ? [{ from: at, reason: state.status }] : [],
    told: [],
  };
  return {
    ...state,
    turns: [...state.turns.filter((other) => other.clock !== clock), turn],
    ended: { ...state.ended, [clock]: ended },
  };
}

function endTurns(state: Case, clock: Turn['clock'], end: { stoppedAt: string } | { cancelledAt: string }): Case {
  const at = 'stoppedAt' in end ? end.stoppedAt : end.cancelledAt;
  return {
    ...state,
    turns: state.turns.map((turn) =>
      turn.clock === clock && isOpenTurn(turn) ? { ...turn, ...end, pauses: closePause(turn.pauses, at) } : turn,
    ),
  };
}

/** More pauses of one turn are no work but a loop. It runs on, so that the loop is told of and the case stays of a size that can be stored. */
const MOST_PAUSES = 300;

function pauseAgain(turn: Turn, pause: Turn['pauses'][number]): Turn {
  return turn.pauses.length < MOST_PAUSES ? { ...turn, pauses: [...turn.pauses, pause] } : turn;
}

function closePause(pauses: Turn['pauses'], at: string): Turn['pauses'] {
  return pauses.map((pause) => (pause.to === undefined ? { ...pause, to: at } : pause));
}

/** A reopened case takes up its resolution clock where it stopped, or starts a new turn, as the policy says. */
function reopenResolution(state: Case, at: string, context: FoldContext): Case {
  const policy = clockPolicy(context.policy, 'resolution');
  const turn = state.turns.find((candidate) => candidate.clock === 'resolution');
  if (policy === undefined || turn?.stoppedAt === undefined) return state;
  if (policy.onReopen === 'restart') return startTurn(state, 'resolution', at, context);
  const { stoppedAt, ...resumed } = turn;
  const again = pauseAgain(resumed, { from: stoppedAt, to: at, reason: 'solved' });
  return { ...state, turns: state.turns.map((other) => (other === turn ? again : other)) };
}

/** A new priority gives every open turn its new target, from its original start and with its pauses. */
function retarget(state: Case, priority: Priority, at: string, context: FoldContext): Case {
  return {
    ...state,
    priority,
    turns: state.turns.map((turn) => {
      const target = clockPolicy(context.policy, turn.clock)?.targets[priority];
      if (!isOpenTurn(turn) || target === undefined || target === turn.targetSeconds) return turn;
      return { ...turn, targetSeconds: target, retargetedAt: at };
    }),
  };
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
