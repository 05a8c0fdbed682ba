import type { CaseEvent, CaseEventType, EventOf } from '../../domain/event.ts';

let made = 0;

/** What a CRM tells; all else we make ourselves, and its key says so. */
export const FROM_CRM: ReadonlySet<CaseEventType> = new Set([
  'opened',
  'message-added',
  'status-changed',
  'solved',
  'reopened',
  'priority-changed',
  'assigned',
  'merged',
  'csat-received',
]);

type Rest<T extends CaseEventType> = Omit<EventOf<T>, 'type' | 'key' | 'caseId' | 'occurredAt' | 'receivedAt'>;

/** An event of the test case `zendesk:5158` at an instant, with a key of its own unless `key` is given. */
export function event<T extends CaseEventType>(
  type: T,
  at: string,
  rest: Rest<T> & { key?: string; caseId?: string },
): EventOf<T> {
  const occurredAt = new Date(at).toISOString();
  return {
    type,
    key: `${FROM_CRM.has(type) ? '' : 'caserelay:'}e${++made}`,
    caseId: 'zendesk:5158',
    occurredAt,
    receivedAt: occurredAt,
    ...rest,
  } as unknown as EventOf<T>;
}

export const opened = (at: string, rest: Partial<EventOf<'opened'>> = {}): CaseEvent =>
  event('opened', at, { fields: { subject: 'No playback' }, ...rest });
export const fromCustomer = (at: string): CaseEvent =>
  event('message-added', at, { author: 'customer', public: true, text: 'hello?' });
export const reply = (at: string): CaseEvent =>
  event('message-added', at, { author: 'agent', public: true, text: 'we look into it' });
export const status = (at: string, to: EventOf<'status-changed'>['status']): CaseEvent =>
  event('status-changed', at, { status: to });
export const solved = (at: string): CaseEvent => event('solved', at, {});
export const reopened = (at: string): CaseEvent => event('reopened', at, {});
export const priority = (at: string, to: EventOf<'priority-changed'>['priority']): CaseEvent =>
  event('priority-changed', at, { priority: to });
