import type { Alert } from './alert.ts';
import type { CaseEvent, EventOf } from './event.ts';
import type { Policy } from './policy.ts';

/** A lead's word that they have something, and when they gave it. */
export interface Acknowledgement {
  readonly by: string;
  readonly at: string;
  /** The alert that they acknowledged. */
  readonly alertId: string;
}

type Acknowledged = EventOf<'alert-acknowledged'>;
type Promised = NonNullable<Acknowledged['promise']>;

/** The promise that an alert is about: one target of one run of a clock. Undefined for an alert without a deadline. */
export function promiseIn({ clock, turn, targetSeconds }: Alert): Promised | undefined {
  return clock === undefined || turn === undefined || targetSeconds === undefined
    ? undefined
    : { clock, turn, targetSeconds };
}

/** The event that an alert was acknowledged by a lead; its key makes it happen once. `now`: the instant of writing. */
export function acknowledgedBy(
  by: string,
  { alertId, caseId }: Pick<Alert, 'alertId' | 'caseId'>,
  now: string,
  more: Pick<Acknowledged, 'promise' | 'through'>,
): Acknowledged {
  return {
    type: 'alert-acknowledged',
    key: `caserelay:alert-acknowledged:${alertId}`,
    caseId,
    occurredAt: now,
    receivedAt: now,
    alertId,
    by,
    ...more,
  };
}

/**
 * The acknowledgement of another alert of the same promise, the latest by somebody who is still a lead: who has taken
 * charge of a promise has taken charge of what becomes of it (docs/adr/0019). A new target is another promise. `log`: all
 * events of the case, in any order.
 */
export function coveredBy(alert: Alert, log: readonly CaseEvent[], policy: Policy): Acknowledgement | undefined {
  const promise = promiseIn(alert);
  if (promise === undefined) return undefined;
  return log
    .flatMap((event) =>
      event.type === 'alert-acknowledged' && isSame(event.promise, promise) && isLead(event.by, policy)
        ? [{ by: event.by, at: event.occurredAt, alertId: event.alertId }]
        : [],
    )
    .filter(({ alertId }) => alertId !== alert.alertId)
    .sort((a, b) => (a.at < b.at ? -1 : 1))
    .at(-1);
}

function isSame(one: Promised | undefined, other: Promised): boolean {
  return one?.clock === other.clock && one.turn === other.turn && one.targetSeconds === other.targetSeconds;
}

export function isLead(id: string, { leads }: Pick<Policy, 'leads'>): boolean {
  return leads.some((lead) => lead.id === id);
}

/** A lead who was told of an alert. */
export interface Told {
  readonly to: string;
  /** The step at which it was. */
  readonly rung: number;
  readonly at: string;
}

/** Who was told of an alert, in order. */
export function toldOf(alertId: string, log: readonly CaseEvent[]): Told[] {
  return log
    .flatMap((event) =>
      event.type === 'alert-notified' && event.alertId === alertId
        ? [{ to: event.to, rung: event.rung, at: event.occurredAt }]
        : [],
    )
    .sort((a, b) => (a.at < b.at ? -1 : 1));
}
