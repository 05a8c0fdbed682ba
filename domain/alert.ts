import * as z from 'zod/mini';
import type { Calendar } from './calendar.ts';
import type { Case } from './case.ts';
import { instantOfWork, isOpenTurn, type Turn, toldMark } from './clock.ts';
import { type CaseEvent, ClockName, Instant, toInstant } from './event.ts';
import type { LeadPolicy, Policy } from './policy.ts';
import { isOver } from './turns.ts';

/** Something a lead should know: what breach-alert is started with. */
export const Alert = z.object({
  alertId: z.string(),
  caseId: z.string(),
  kind: z.enum(['warning', 'breach', 'breached-on-retarget', 'came-home', 'nobody-left']),
  /** The deadline in question; absent when a case came home, or nobody is left for it. */
  clock: z.optional(ClockName),
  turn: z.optional(z.number()),
  threshold: z.optional(z.string()),
  at: Instant,
  dueAt: z.optional(Instant),
  /** The target that the deadline belongs to, seconds of open time. */
  targetSeconds: z.optional(z.number()),
  reason: z.optional(z.string()),
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
  return undefined;
}

/**
 * Is there nothing left to tell? So it is once the promise was kept, is paused or has a new
 * deadline, once a later threshold of the same deadline has an alert of its own, and once the case is over.
 */
export function isMoot(alert: Alert, state: Case, calendar: (name: string) => Calendar): boolean {
  if (alert.kind === 'came-home') return isOver(state.status);
  if (alert.kind === 'nobody-left') return isOver(state.status) || state.assignment !== undefined;
  const turn = turnOf(alert, state);
  if (turn === undefined || !isOpenTurn(turn)) return true;
  const due = instantOfWork(turn, turn.targetSeconds, calendar(turn.calendar));
  if (due === null || toInstant(due) !== alert.dueAt) return true;
  const own = toldMark(alert.threshold ?? 'breach', turn.targetSeconds);
  const toldOfIt = turn.told.filter((mark) => mark.endsWith(toldMark('', turn.targetSeconds)));
  return toldOfIt.includes(own) && toldOfIt.at(-1) !== own;
}

/** The run of a clock that an alert is about; undefined for a case that came home, and once a later turn has replaced it. */
export function turnOf(alert: Alert, state: Case): Turn | undefined {
  return state.turns.find((turn) => turn.clock === alert.clock && turn.turn === alert.turn);
}

/**
 * Whom a rung goes to. `on-duty`: the first lead of the case's queue whose calendar is open at
 * `now` (ms), or the first of all if none is; `all`: every lead of the queue. A case whose queue
 * has no leads, or that has no queue, goes to every lead, so that nothing is told to nobody.
 */
export function recipients(
  policy: Policy,
  queue: string | undefined,
  rung: number,
  calendar: (name: string) => Calendar,
  now: number,
): LeadPolicy[] {
  const ids = queue === undefined ? [] : (policy.queues[queue]?.leads ?? []);
  const ofQueue = ids.flatMap((id) => policy.leads.filter((lead) => lead.id === id));
  const leads = ofQueue.length > 0 ? ofQueue : policy.leads;
  if (policy.alerting.rungs[rung]?.to !== 'on-duty') return leads;
  const awake = leads.find((lead) => calendar(lead.calendar).isOpen(now));
  return awake === undefined ? leads.slice(0, 1) : [awake];
}
