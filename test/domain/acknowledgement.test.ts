import { describe, expect, it } from 'vitest';
import { coveredBy, promiseIn, toldOf } from '../../domain/acknowledgement.ts';
import { type Alert, alertFor } from '../../domain/alert.ts';
import type { CaseEvent, EventOf } from '../../domain/event.ts';
import { event } from '../support/events.ts';
import { POLICY } from '../support/policy-fixture.ts';

const DUE = '2026-11-16T10:30:00.000Z';
const BREACH: Alert = {
  alertId: 'al_breach',
  caseId: 'zendesk:5158',
  kind: 'breach',
  clock: 'first-response',
  turn: 1,
  threshold: 'breach',
  at: DUE,
  dueAt: DUE,
  targetSeconds: 1800,
};
const PROMISE = { clock: 'first-response', turn: 1, targetSeconds: 1800 } as const;

const acknowledged = (at: string, by: string, rest: Partial<EventOf<'alert-acknowledged'>> = {}): CaseEvent =>
  event('alert-acknowledged', at, { alertId: 'al_warning', by, promise: PROMISE, ...rest });
const covered = (...log: CaseEvent[]) => coveredBy(BREACH, log, POLICY);

describe('an alert is covered', () => {
  it('by the acknowledgement of another alert of the same promise', () => {
    expect(covered(acknowledged('2026-11-16T10:23:00Z', 'ana'))).toEqual({
      by: 'ana',
      at: '2026-11-16T10:23:00.000Z',
      alertId: 'al_warning',
    });
  });

  it('by nothing while nobody has acknowledged', () => {
    expect(covered()).toBeUndefined();
    // An alert without a deadline was acknowledged: it is about no promise.
    expect(covered(event('alert-acknowledged', DUE, { alertId: 'al_home', by: 'ana' }))).toBeUndefined();
    expect(covered(event('alert-notified', DUE, { alertId: 'al_warning', rung: 0, to: 'ana', kind: 'warning' }))).toBe(
      undefined,
    );
  });

  it.each([
    ['clock', { ...PROMISE, clock: 'resolution' }],
    ['turn', { ...PROMISE, turn: 2 }],
    ['target', { ...PROMISE, targetSeconds: 3600 }],
  ] as const)('not by one of another %s', (_, promise) => {
    expect(covered(acknowledged('2026-11-16T10:23:00Z', 'ana', { promise }))).toBeUndefined();
  });

  it('not by its own', () => {
    expect(covered(acknowledged('2026-11-16T10:31:00Z', 'ana', { alertId: 'al_breach' }))).toBeUndefined();
  });

  it('by the latest of several, whatever their order in the log', () => {
    const [first, second] = [acknowledged('2026-11-16T10:10:00Z', 'ana'), acknowledged('2026-11-16T10:23:00Z', 'ben')];
    expect(covered(second, first)?.by).toBe('ben');
    expect(covered(first, second)?.by).toBe('ben');
  });

  it('not by somebody who is no lead any more, but by an earlier one who is', () => {
    const gone = acknowledged('2026-11-16T10:23:00Z', 'cyd');
    expect(covered(gone)).toBeUndefined();
    expect(covered(gone, acknowledged('2026-11-16T10:10:00Z', 'ana'))?.by).toBe('ana');
  });

  it('never without a deadline: a case that came home twice has two alerts', () => {
    const home: Alert = { alertId: 'al_2', caseId: 'zendesk:5158', kind: 'came-home', at: DUE };
    expect(promiseIn(home)).toBeUndefined();
    const other = event('alert-acknowledged', '2026-11-16T10:23:00Z', { alertId: 'al_1', by: 'ana' });
    expect(coveredBy(home, [other], POLICY)).toBeUndefined();
  });
});

it.each(['clock', 'turn', 'targetSeconds'] as const)('an alert without its %s is about no promise', (name) => {
  const { [name]: _, ...rest } = BREACH;
  expect(promiseIn(rest)).toBeUndefined();
});

it('the promise of an alert is its target, not its deadline', () => {
  const reached = event('deadline-reached', DUE, {
    clock: 'first-response',
    turn: 1,
    threshold: 'breach',
    kind: 'breach',
    at: DUE,
    dueAt: DUE,
    targetSeconds: 1800,
  });
  expect(promiseIn(alertFor(reached, 'al_breach') as Alert)).toEqual(PROMISE);
});

it('who was told of an alert comes in the order in which they were', () => {
  const told = (at: string, rung: number, to: string, alertId = 'al_1') =>
    event('alert-notified', at, { alertId, rung, to, kind: 'warning' });
  expect(
    toldOf('al_1', [
      told('2026-11-16T10:40:00Z', 1, 'ben'),
      acknowledged('2026-11-16T10:41:00Z', 'ben', { alertId: 'al_1' }),
      told('2026-11-16T10:22:00Z', 0, 'ana'),
      told('2026-11-16T10:23:00Z', 0, 'cyd', 'al_2'),
      told('2026-11-16T10:56:00Z', 2, 'ana'),
    ]),
  ).toEqual([
    { to: 'ana', rung: 0, at: '2026-11-16T10:22:00.000Z' },
    { to: 'ben', rung: 1, at: '2026-11-16T10:40:00.000Z' },
    { to: 'ana', rung: 2, at: '2026-11-16T10:56:00.000Z' },
  ]);
});
