import * as z from 'zod/mini';
import type { Calendar } from './calendar.ts';
import { type Case, isOver } from './case.ts';
import { instantOfWork, isOpenTurn } from './clock.ts';
import { type CaseEvent, ClockName, Instant, toInstant } from './event.ts';
import type { LeadPolicy, Policy } from './policy.ts';

/** Something a lead should know: what breach-alert is started with. */
export const Alert = z.object({
  alertId: z.string(),
  caseId: z.string(),
  kind: z.enum(['warning', 'breach', 'breached-on-retarget', 'came-home']),
  /** The deadline in question; absent when a case came home. */
  clock: z.optional(ClockName),
  turn: z.optional(z.number()),
  threshold: z.optional(z.string()),
  at: Instant,
  dueAt: z.optional(Instant),
  reason: z.optional(z.string()),
});
export type Alert = z.infer<typeof Alert>;

/** The alert that an event calls for, if any. `alertId` is made by the caller from the event's key. */
export function alertFor(event: CaseEvent, alertId: string): Alert | undefined {
  if (event.type === 'deadline-reached') {
    const { caseId, kind, clock, turn, threshold, at, dueAt } = event;
    return { alertId, caseId, kind, clock, turn, threshold, at, dueAt };
  }
  if (event.type === 'brought-home') {
    return { alertId, caseId: event.caseId, kind: 'came-home', at: event.occurredAt, reason: event.reason };
  }
  return undefined;
}

/** Is there nothing left to tell? So it is once the promise was kept, is paused, has a new deadline, or the case is over. */
export function isMoot(alert: Alert, state: Case, calendar: (name: string) => Calendar): boolean {
  if (alert.kind === 'came-home') return isOver(state.status);
  const turn = state.turns.find((candidate) => candidate.clock === alert.clock && candidate.turn === alert.turn);
  if (turn === undefined || !isOpenTurn(turn)) return true;
  const due = instantOfWork(turn, turn.targetSeconds, calendar(turn.calendar));
  return due === null || toInstant(due) !== alert.dueAt;
}

/**
 * Whom a rung goes to. `on-duty`: the leads of the case's queue whose calendar is open at `now`
 * (ms), else the first of them; `all`: every lead of the queue. A case without a queue goes to
 * every lead, so that nothing is told to nobody.
 */
export function recipients(
  policy: Policy,
  queue: string | undefined,
  rung: number,
  calendar: (name: string) => Calendar,
  now: number,
): LeadPolicy[] {
  const ids = queue === undefined ? undefined : policy.queues[queue]?.leads;
  const leads = ids === undefined ? policy.leads : ids.flatMap((id) => policy.leads.filter((lead) => lead.id === id));
  if (policy.alerting.rungs[rung]?.to !== 'on-duty') return leads;
  const awake = leads.filter((lead) => calendar(lead.calendar).isOpen(now));
  return awake.length > 0 ? awake.slice(0, 1) : leads.slice(0, 1);
}
