import { describe, expect, it } from 'vitest';
import { Alert, alertFor, isMoot, recipients, turnOf, whyMoot } from '../../domain/alert.ts';
import { type Case, foldCase } from '../../domain/case.ts';
import type { CaseEvent } from '../../domain/event.ts';
import type { Policy } from '../../domain/policy.ts';
import { event, fromCustomer, opened, priority, reply, solved, status } from '../support/events.ts';
import { contextOf, POLICY } from '../support/policy-fixture.ts';

const context = contextOf();
// Monday 10:00; urgent: first response within 30 business minutes, by 10:30; resolution within 4 h, by 14:00.
const OPENED = opened('2026-11-16T10:00:00Z', { priority: 'urgent' });
const DUE = '2026-11-16T10:30:00.000Z';

function reached(threshold: string, kind: 'warning' | 'breach', at: string): CaseEvent {
  return event('deadline-reached', at, {
    clock: 'first-response',
    turn: 1,
    threshold,
    kind,
    at: new Date(at).toISOString(),
    dueAt: DUE,
    targetSeconds: 1800,
  });
}
const WARNED = reached('75%', 'warning', '2026-11-16T10:22:30Z');
const WARNING = alertFor(WARNED, 'al_1') as Alert;

function mootAfter(...events: CaseEvent[]): boolean {
  const state = foldCase([OPENED, WARNED, ...events], context);
  if (state === undefined) throw new Error('no case');
  return isMoot(WARNING, state, context.calendar);
}

describe('which event calls for an alert', () => {
  it('is a reached deadline, with the deadline in question', () => {
    expect(WARNING).toEqual({
      alertId: 'al_1',
      caseId: 'zendesk:5158',
      kind: 'warning',
      clock: 'first-response',
      turn: 1,
      threshold: '75%',
      at: '2026-11-16T10:22:30.000Z',
      dueAt: DUE,
      targetSeconds: 1800,
    });
  });

  it('is a case brought home, with the reason', () => {
    const home = event('brought-home', '2026-11-16T11:00:00Z', { reason: 'no vendor is eligible', tried: ['manila'] });
    expect(alertFor(home, 'al_2')).toEqual({
      alertId: 'al_2',
      caseId: 'zendesk:5158',
      kind: 'came-home',
      at: '2026-11-16T11:00:00.000Z',
      reason: 'no vendor is eligible',
    });
  });

  it('is a sensitive case that the limits of exposure leave nobody for, and no other that was put off', () => {
    const deferred = (exposureExhausted: boolean) =>
      event('assignment-deferred', '2026-11-16T11:00:00Z', {
        reason: 'limits',
        passedOver: {},
        exposureExhausted,
        retryAt: '2026-11-16T12:00:00.000Z',
      });
    expect(alertFor(deferred(true), 'al_4')).toEqual({
      alertId: 'al_4',
      caseId: 'zendesk:5158',
      kind: 'nobody-left',
      at: '2026-11-16T11:00:00.000Z',
      reason: 'limits',
    });
    expect(alertFor(deferred(false), 'al_4')).toBeUndefined();
  });

  it('is nothing else', () => {
    expect(alertFor(OPENED, 'al_3')).toBeUndefined();
  });
});

describe('an alert as it is passed on', () => {
  it.each(['warning', 'breach', 'breached-on-retarget', 'came-home'] as const)('is read back as it was: %s', (kind) => {
    expect(Alert.parse({ ...WARNING, kind })).toEqual({ ...WARNING, kind });
  });

  it('needs its kind, its case and its instant', () => {
    for (const name of ['alertId', 'caseId', 'kind', 'at'] as const)
      expect(Alert.safeParse({ ...WARNING, [name]: undefined }).success).toBe(false);
    expect(Alert.safeParse({ ...WARNING, kind: '' }).success).toBe(false);
  });
});

describe('the turn of an alert', () => {
  const log = [OPENED, reply('2026-11-16T10:05:00Z'), fromCustomer('2026-11-16T10:10:00Z')];
  const again = [...log, reply('2026-11-16T10:15:00Z'), fromCustomer('2026-11-16T10:20:00Z')];
  const about = (turn: number): Alert => ({ ...WARNING, clock: 'next-response', turn });
  const startOf = (alert: Alert, events: CaseEvent[]) => {
    const state = foldCase(events, context);
    return state && turnOf(alert, state)?.startedAt;
  };

  it('is the run it was raised for, not a later one of the same clock', () => {
    expect(startOf(about(1), log)).toBe('2026-11-16T10:10:00.000Z');
    expect(startOf(about(2), again)).toBe('2026-11-16T10:20:00.000Z');
    expect(startOf(about(2), log)).toBeUndefined();
    expect(startOf(about(1), again)).not.toBe('2026-11-16T10:20:00.000Z');
  });

  it('that is gone leaves nothing to tell', () => {
    const state = foldCase(log, context);
    if (state === undefined) throw new Error('no case');
    expect(isMoot(about(2), state, context.calendar)).toBe(true);
  });
});

describe('an alert is moot', () => {
  it('not while its promise is open', () => {
    expect(mootAfter()).toBe(false);
  });

  it('once the promise was kept', () => {
    expect(mootAfter(reply('2026-11-16T10:25:00Z'))).toBe(true);
  });

  it('once the case is solved or merged away', () => {
    expect(mootAfter(solved('2026-11-16T10:25:00Z'))).toBe(true);
    expect(mootAfter(event('merged', '2026-11-16T10:25:00Z', { into: 'zendesk:1' }))).toBe(true);
  });

  it('once a new priority has moved the deadline', () => {
    expect(mootAfter(priority('2026-11-16T10:25:00Z', 'low'))).toBe(true);
  });

  it('once the breach of the same deadline has an alert of its own', () => {
    const breached = reached('breach', 'breach', '2026-11-16T10:30:00Z');
    expect(mootAfter(breached)).toBe(true);
    const state = foldCase([OPENED, WARNED, breached], context);
    if (state === undefined) throw new Error('no case');
    expect(isMoot(alertFor(breached, 'al_2') as Alert, state, context.calendar)).toBe(false);
  });

  it('once the promise was kept late: nobody has to act any more', () => {
    const breached = reached('breach', 'breach', '2026-11-16T10:30:00Z');
    const state = foldCase([OPENED, breached, reply('2026-11-16T10:45:00Z')], context);
    if (state === undefined) throw new Error('no case');
    expect(isMoot(alertFor(breached, 'al_2') as Alert, state, context.calendar)).toBe(true);
  });

  it('not because of what was told of another target, once the old one is back', () => {
    // High: within an hour, by 11:00. Its warning is told at 10:45, then the case is urgent again, by 10:30.
    const high = { ...reached('75%', 'warning', '2026-11-16T10:45:00Z'), targetSeconds: 3600 } as CaseEvent;
    const back = [priority('2026-11-16T10:24:00Z', 'high'), high, priority('2026-11-16T10:46:00Z', 'urgent')];
    expect(mootAfter(...back)).toBe(false);
  });

  it('if it names no threshold, by the breach', () => {
    const breached = reached('breach', 'breach', '2026-11-16T10:30:00Z');
    const { threshold: _, ...nameless } = WARNING;
    const state = foldCase([OPENED, breached, WARNED], context);
    if (state === undefined) throw new Error('no case');
    // The log is folded in the order of its instants: the warning, then the breach, which is the last word.
    expect(isMoot({ ...nameless, kind: 'breach' }, state, context.calendar)).toBe(false);
    const later = { ...state, turns: state.turns.map((turn) => ({ ...turn, told: ['breach@1800', 'last@1800'] })) };
    expect(isMoot({ ...nameless, kind: 'breach' }, later, context.calendar)).toBe(true);
  });

  it('while its clock is paused before the deadline, and not if it was paused after', () => {
    const due = '2026-11-16T14:00:00.000Z';
    const alert: Alert = { ...WARNING, kind: 'breach', clock: 'resolution', threshold: 'breach', at: due, dueAt: due };
    const paused = (at: string) => {
      const state = foldCase([OPENED, status(at, 'pending')], context);
      if (state === undefined) throw new Error('no case');
      return whyMoot(alert, state, context.calendar);
    };
    expect(paused('2026-11-16T13:59:00Z')).toBe('paused');
    expect(paused('2026-11-16T14:01:00Z')).toBeUndefined();
  });

  it('if nobody was left for it, once somebody has the case or it is over', () => {
    const alert: Alert = { alertId: 'al_2', caseId: 'zendesk:5158', kind: 'nobody-left', at: DUE };
    const isMootAfter = (...events: CaseEvent[]) =>
      isMoot(alert, foldCase([OPENED, ...events], context) as Case, context.calendar);
    const at = '2026-11-16T10:25:00Z';
    expect(isMootAfter(reply(at))).toBe(false);
    expect(isMootAfter(solved(at))).toBe(true);
    const given = { agentId: 'lena', reason: '', sensitive: true, passedOver: {} };
    expect(isMootAfter(event('agent-assigned', at, given))).toBe(true);
  });

  it('if it came home, once somebody holds it or the case is over', () => {
    const home: Alert = { alertId: 'al_2', caseId: 'zendesk:5158', kind: 'came-home', at: DUE };
    const isMootAfter = (...events: CaseEvent[]) => {
      const state = foldCase([OPENED, ...events], context);
      if (state === undefined) throw new Error('no case');
      return isMoot(home, state, context.calendar);
    };
    expect(isMootAfter(reply('2026-11-16T10:25:00Z'))).toBe(false);
    expect(isMootAfter(solved('2026-11-16T10:25:00Z'))).toBe(true);
    const given = { agentId: 'lena', reason: '', sensitive: false, passedOver: {} };
    expect(isMootAfter(event('agent-assigned', '2026-11-16T10:25:00Z', given))).toBe(true);
  });
});

describe('a rung goes to', () => {
  // Ana's calendar is open from 09:00 to 17:00 UTC on weekdays, Ben's always.
  const MONDAY_NOON = Date.parse('2026-11-16T12:00:00Z');
  const MONDAY_NIGHT = Date.parse('2026-11-16T20:00:00Z');
  const ids = (queue: string | undefined, rung: number, now: number, policy = POLICY) =>
    recipients({ kind: 'breach' }, rung, { queue }, { ...context, policy }, now).map(({ id }) => id);

  it('the first lead of the queue who is on duty', () => {
    expect(ids('general', 0, MONDAY_NOON)).toEqual(['ana']);
    expect(ids('general', 0, MONDAY_NIGHT)).toEqual(['ben']);
  });

  it('the first lead of all if nobody is on duty', () => {
    const leads = POLICY.leads.map((lead) => ({ ...lead, calendar: 'office' }));
    expect(ids('general', 0, MONDAY_NIGHT, { ...POLICY, leads })).toEqual(['ana']);
  });

  it('every lead of the queue, and to no other', () => {
    expect(ids('general', 1, MONDAY_NIGHT)).toEqual(['ana', 'ben']);
    expect(ids('trust-and-safety', 1, MONDAY_NIGHT)).toEqual(['ben']);
  });

  it('every lead of the queue when the policy has no such rung any more', () => {
    expect(ids('trust-and-safety', 9, MONDAY_NIGHT)).toEqual(['ben']);
    expect(ids('general', 9, MONDAY_NIGHT)).toEqual(['ana', 'ben']);
  });

  it('the leads of the queue that a danger names, and to all of them at once if nobody is on duty', () => {
    const danger = { kind: 'danger', danger: { place: 'message', queue: 'general', wasOver: false } } as const;
    const told = (policy: Policy, now: number) =>
      recipients(danger, 0, { queue: 'trust-and-safety' }, { ...context, policy }, now).map(({ id }) => id);
    expect(told(POLICY, MONDAY_NOON)).toEqual(['ana']);
    const leads = POLICY.leads.map((lead) => ({ ...lead, calendar: 'office' }));
    expect(told({ ...POLICY, leads }, MONDAY_NOON)).toEqual(['ana']);
    expect(told({ ...POLICY, leads }, MONDAY_NIGHT)).toEqual(['ana', 'ben']);
  });

  it('every lead if the case has no queue, or one that is unknown or without leads', () => {
    const queues = { empty: { name: 'Empty', leads: [] } };
    expect(ids(undefined, 1, MONDAY_NOON)).toEqual(['ana', 'ben']);
    expect(ids('gone', 1, MONDAY_NOON)).toEqual(['ana', 'ben']);
    expect(ids('empty', 1, MONDAY_NOON, { ...POLICY, queues })).toEqual(['ana', 'ben']);
  });
});
