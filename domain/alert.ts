import * as z from 'zod/mini';
import type { Calendar } from './calendar.ts';
import type { Case, FoldContext } from './case.ts';
import { instantOfWork, isOpenTurn, type Turn, toldMark } from './clock.ts';
import { AlertKind, type CaseEvent, ClockName, type EventOf, Instant, toInstant } from './event.ts';
import type { LeadPolicy, Policy } from './policy.ts';
import { isOver } from './turns.ts';

/** Something a lead should know: what breach-alert is started with. */
export const Alert = z.object({
  alertId: z.string(),
  caseId: z.string(),
  kind: AlertKind,
  /** The deadline in question; absent when a case came home, nobody is left for it, or somebody may be in danger. */
  clock: z.optional(ClockName),
  turn: z.optional(z.number()),
  threshold: z.optional(z.string()),
  at: Instant,
  dueAt: z.optional(Instant),
  /** The target that the deadline belongs to, seconds of open time. */
  targetSeconds: z.optional(z.number()),
  reason: z.optional(z.string()),
  /** Of a danger: what holds it, the queue whose leads are told, and whether the case was over when it was found. */
  danger: z.optional(
    z.object({ place: z.enum(['opening', 'message', 'fields']), queue: z.string(), wasOver: z.boolean() }),
  ),
});
export type Alert = z.infer<typeof Alert>;

/** The alert that an event calls for, if any. `alertId` is made by the caller from the event's key. */
export function alertFor(event: CaseEvent, alertId: string): Alert | undefined {
  if (event.type === 'deadline-reached') {
    const { caseId, kind, clock, turn, threshold, at, dueAt, targetSeconds } = event;
    return { alertId, caseId, kind, clock, turn, threshold, at, dueAt, targetSeconds };
  }
  if (event.type === 'brought-home') {
    return { alertId, caseId: event.caseId, kind: 'came-home', at: event.occurredAt, reason: event.reason };
  }
  if (event.type === 'assignment-deferred' && event.exposureExhausted) {
    return { alertId, caseId: event.caseId, kind: 'nobody-left', at: event.occurredAt, reason: event.reason };
  }
  return event.type === 'danger-found' ? dangerAlert(event, alertId) : undefined;
}

/** For the leads of the queue that its first rule names, wherever the case is. */
function dangerAlert(event: EventOf<'danger-found'>, alertId: string): Alert {
  const { caseId, receivedAt, place, queue, wasOver, rules } = event;
  const reason = rules.map(({ ruleId, reason: why }) => `${why} (rule ${ruleId})`).join(' ');
  return { alertId, caseId, kind: 'danger', at: receivedAt, reason, danger: { place, queue, wasOver } };
}

/** Why nothing is left to tell of an alert. `ended`: its promise runs no more, unkept; `overtaken`: a later alert of the same deadline is told. */
export type MootBecause = 'over' | 'held' | 'kept' | 'ended' | 'paused' | 'moved' | 'overtaken';

/**
 * Is there nothing left to tell, and why? So it is once the promise was kept, is paused or has a new
 * deadline, once a later threshold of the same deadline has an alert of its own, and once the case is over.
 * A danger is over once somebody has solved or closed the case since, unless it was the customer, who may have said it;
 * merging or deleting it helps nobody.
 */
export function whyMoot(alert: Alert, state: Case, calendar: (name: string) => Calendar): MootBecause | undefined {
  if (alert.kind === 'danger') return isOurEnd(state) && alert.danger?.wasOver === false ? 'over' : undefined;
  if (alert.kind === 'came-home' || alert.kind === 'nobody-left') {
    if (isOver(state.status)) return 'over';
    return state.assignment === undefined ? undefined : 'held';
  }
  const turn = turnOf(alert, state);
  if (turn?.stoppedAt !== undefined) return 'kept';
  if (turn === undefined || !isOpenTurn(turn)) return 'ended';
  const due = instantOfWork(turn, turn.targetSeconds, calendar(turn.calendar));
  if (due === null) return 'paused';
  if (toInstant(due) !== alert.dueAt) return 'moved';
  const own = toldMark(alert.threshold ?? 'breach', turn.targetSeconds);
  const toldOfIt = turn.told.filter((mark) => mark.endsWith(toldMark('', turn.targetSeconds)));
  return toldOfIt.includes(own) && toldOfIt.at(-1) !== own ? 'overtaken' : undefined;
}

/** Is there nothing left to tell? */
export function isMoot(alert: Alert, state: Case, calendar: (name: string) => Calendar): boolean {
  return whyMoot(alert, state, calendar) !== undefined;
}

function isOurEnd({ status, solvedBy }: Case): boolean {
  return status === 'closed' || (status === 'solved' && solvedBy !== 'customer');
}

/** The run of a clock that an alert is about; undefined for a case that came home, and once a later turn has replaced it. */
export function turnOf(alert: Alert, state: Case): Turn | undefined {
  return state.turns.find((turn) => turn.clock === alert.clock && turn.turn === alert.turn);
}

/**
 * Is a step told though nothing is left to do? The first of danger is: what solved the case in the same minute may have
 * been a machine. So is the first of a case that came home to somebody who holds it by now: its lead runs the vendors.
 */
export function isAlwaysTold({ kind }: Pick<Alert, 'kind'>, rung: number, { status }: Pick<Case, 'status'>): boolean {
  if (rung > 0) return false;
  return kind === 'danger' || (kind === 'came-home' && !isOver(status));
}

/** The steps of an alert's escalation: danger has its own, if the policy gives it some. */
export function rungsOf(
  { kind }: Pick<Alert, 'kind'>,
  { alerting }: Pick<Policy, 'alerting'>,
): Policy['alerting']['rungs'] {
  return kind === 'danger' ? (alerting.dangerRungs ?? alerting.rungs) : alerting.rungs;
}

/**
 * Whom a rung goes to. `on-duty`: the first lead of the queue whose calendar is open at `now` (ms), or, if none is, the
 * first of all, but of a danger all; `all`: every lead of the queue. The queue is the case's, or the one that a danger
 * names. Without leads of its own, or without a queue, every lead is told, so that nothing is told to nobody.
 */
export function recipients(
  alert: Pick<Alert, 'kind' | 'danger'>,
  rung: number,
  { queue: ofCase }: Pick<Case, 'queue'>,
  { policy, calendar }: FoldContext,
  now: number,
): LeadPolicy[] {
  const queue = alert.danger?.queue ?? ofCase;
  const ids = queue === undefined ? [] : (policy.queues[queue]?.leads ?? []);
  const ofQueue = ids.flatMap((id) => policy.leads.filter((lead) => lead.id === id));
  const leads = ofQueue.length > 0 ? ofQueue : policy.leads;
  if (rungsOf(alert, policy)[rung]?.to !== 'on-duty') return leads;
  const awake = leads.find((lead) => calendar(lead.calendar).isOpen(now));
  if (awake !== undefined) return [awake];
  return alert.kind === 'danger' ? leads : leads.slice(0, 1);
}
