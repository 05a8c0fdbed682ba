import { describe, expect, it, vi } from 'vitest';
import { type Case, foldCase } from '../../domain/case.ts';
import type { CaseEvent } from '../../domain/event.ts';
import { type ApplyEventDeps, applyEvent } from '../../functions/apply-event/apply-event.ts';
import { followAssignment } from '../../functions/apply-event/follow-assignment.ts';
import { memoryDeadlines, memoryWorkflows, SILENT } from '../support/doubles.ts';
import { event, fromCustomer, opened, reopened, solved } from '../support/events.ts';
import { memoryStore } from '../support/memory-store.ts';
import { contextOf } from '../support/policy-fixture.ts';
import { keptHome, TEAM, teamPolicy } from '../support/team-fixture.ts';

const CASE = 'zendesk:5158';
const OPENED = opened('2026-11-16T09:00:00Z');
const HOME = keptHome('2026-11-16T09:00:01Z');
const byHand = (time: string, assigneeId: string | null) => event('assigned', `2026-11-16T${time}Z`, { assigneeId });

function setUp() {
  const store = memoryStore();
  const { workflows, started } = memoryWorkflows();
  const deps: ApplyEventDeps = {
    store,
    workflows,
    deadlines: memoryDeadlines().deadlines,
    context: contextOf(teamPolicy()),
    now: () => Date.parse('2026-11-16T09:00:05Z'),
    log: SILENT,
  };
  const apply = async (...events: CaseEvent[]) => {
    for (const next of events) {
      await store.append(next);
      await applyEvent(next, deps);
    }
  };
  const assignments = () => [...started.values()].filter(({ workflow }) => workflow === 'case-assignment');
  return { store, deps, apply, assignments, started };
}

describe('finding an agent', () => {
  it('is started for a case that stays home, with the event that called for it', async () => {
    const { apply, assignments } = setUp();
    await apply(OPENED);
    expect(assignments()).toEqual([]);
    await apply(HOME);
    expect(assignments()).toEqual([{ workflow: 'case-assignment', input: { caseId: CASE } }]);
  });

  it('is started again by the next event, should it have failed, and not once it was put off', async () => {
    const { apply, assignments } = setUp();
    await apply(OPENED, HOME, fromCustomer('2026-11-16T09:00:03Z'));
    expect(assignments()).toHaveLength(2);
    const deferred = { reason: '', passedOver: {}, exposureExhausted: false, retryAt: '2026-11-16T09:10:00.000Z' };
    await apply(event('assignment-deferred', '2026-11-16T09:00:04Z', deferred), fromCustomer('2026-11-16T09:00:05Z'));
    expect(assignments()).toHaveLength(2);
    await apply(event('assignment-due', '2026-11-16T09:10:00Z', { retryOf: '2026-11-16T09:10:00.000Z' }));
    expect(assignments()).toHaveLength(3);
  });

  it('is started beside the alert when a case comes home', async () => {
    const { apply, started } = setUp();
    const home = event('brought-home', '2026-11-16T09:30:00Z', { reason: 'none', tried: [] });
    await apply(OPENED, keptHome('2026-11-16T09:00:01Z', { route: 'vendor' }), home);
    expect([...started.values()].map(({ workflow }) => workflow).slice(-3)).toEqual([
      'breach-alert',
      'handoff-notice',
      'case-assignment',
    ]);
  });
});

describe('leases', () => {
  it('follow what a person does in the CRM', async () => {
    const { store, apply } = setUp();
    await apply(OPENED, HOME, byHand('09:10:00', '9001'));
    expect((await store.holding('lena')).held).toEqual({
      [CASE]: { since: '2026-11-16T09:10:00.000Z', sensitive: false, expectedMinutes: 0 },
    });
    await apply(byHand('09:20:00', '9002'));
    expect(store.leases()).toEqual({ marc: [CASE] });
    await apply(byHand('09:30:00', null));
    expect(store.leases()).toEqual({});
  });

  it('end when the case is over, with the minutes until then, and begin anew when it is reopened', async () => {
    const { store, apply } = setUp();
    const sensitive = keptHome('2026-11-16T09:00:01Z', { sensitive: true });
    await apply(OPENED, sensitive, byHand('09:10:00', '9001'));
    expect(store.ledger()).toEqual({ 'lena 2026-11-16': { cases: 1, minutes: 15 } });
    await apply(solved('2026-11-16T09:20:00Z'));
    expect(store.leases()).toEqual({});
    expect(store.ledger()).toEqual({ 'lena 2026-11-16': { cases: 1, minutes: 10 } });
    await apply(reopened('2026-11-16T10:00:00Z'));
    expect(store.leases()).toEqual({ lena: [CASE] });
    expect(store.ledger()).toEqual({ 'lena 2026-11-16': { cases: 2, minutes: 25 } });
  });

  it.each([
    ['merged', event('merged', '2026-11-16T09:20:00Z', {})],
    ['deleted', event('status-changed', '2026-11-16T09:20:00Z', { status: 'deleted' })],
    ['parked', keptHome('2026-11-16T09:20:00Z', { route: 'parked' })],
    ['released', event('agent-released', '2026-11-16T09:20:00Z', { agentId: 'lena', reason: 'off-shift' })],
  ] as const)('end when the case is %s', async (_what, end) => {
    const { store, apply } = setUp();
    await apply(OPENED, HOME, byHand('09:10:00', '9001'), end);
    expect(store.leases()).toEqual({});
  });

  it('count from when a case was given, if it turns out to be sensitive', async () => {
    const { store, apply } = setUp();
    await apply(opened('2026-11-16T09:00:00Z', { fields: { assigneeId: '9001' } }));
    expect(store.leases()).toEqual({ lena: [CASE] });
    await apply(keptHome('2026-11-16T09:05:00Z', { sensitive: true }));
    expect(store.ledger()).toEqual({ 'lena 2026-11-16': { cases: 1, minutes: 15 } });
  });

  it('are brought in line however often somebody else changes what the agent holds, within reason', async () => {
    const { store, deps, apply } = setUp();
    await apply(OPENED, HOME);
    const { saveHolding } = store;
    let conflicts = 3;
    store.saveHolding = async (...args) => (conflicts-- > 0 ? 'conflict' : saveHolding(...args));
    await apply(byHand('09:10:00', '9001'));
    expect(store.leases()).toEqual({ lena: [CASE] });
    conflicts = Number.POSITIVE_INFINITY;
    const taken = byHand('09:20:00', null);
    const state = foldCase([...store.log(CASE), taken], deps.context) as Case;
    await expect(followAssignment(taken, state, deps)).rejects.toThrow('what lena holds changed');
  });

  it('of an agent who has left the team are let go, and none is taken', async () => {
    const { store, deps, apply } = setUp();
    await apply(OPENED, HOME, byHand('09:10:00', '9001'));
    const state = foldCase(store.log(CASE), deps.context) as Case;
    const without = { ...deps, context: contextOf(teamPolicy([])) };
    const over = solved('2026-11-16T09:20:00Z');
    await followAssignment(over, { ...state, status: 'solved' }, without);
    expect(store.leases()).toEqual({});
    await followAssignment(reopened('2026-11-16T09:30:00Z'), state, without);
    expect(store.leases()).toEqual({});
  });

  it('that a new policy knows nothing of are let go too, and those that it knows of stay', async () => {
    const { store, deps, apply } = setUp();
    await apply(OPENED, HOME, byHand('09:10:00', '9001'));
    const under = (version: string, agents = TEAM) => ({
      ...deps,
      context: contextOf({ ...teamPolicy(agents), version }),
    });
    const message = fromCustomer('2026-11-16T09:20:00Z');
    await store.append(message);
    await applyEvent(message, under('test-2'));
    expect(store.leases()).toEqual({ lena: [CASE] });
    // Lena has left the team: for this policy, the CRM's user 9001 is nobody of ours.
    const another = fromCustomer('2026-11-16T09:30:00Z');
    await store.append(another);
    await applyEvent(another, under('test-3', TEAM.slice(1)));
    expect(store.leases()).toEqual({});
  });

  it('are not looked at for an event that moves none', async () => {
    const { store, apply } = setUp();
    await apply(OPENED, HOME, byHand('09:10:00', '9001'));
    const looked = vi.spyOn(store, 'holding');
    await apply(fromCustomer('2026-11-16T09:20:00Z'));
    expect(looked).not.toHaveBeenCalled();
    // It would be seen: this one moves the lease.
    await apply(byHand('09:30:00', '9002'));
    expect(looked).toHaveBeenCalled();
  });
});

describe('a lead', () => {
  const deferred = (time: string, exposureExhausted: boolean) =>
    event('assignment-deferred', time, {
      reason: 'limits',
      passedOver: {},
      exposureExhausted,
      retryAt: '2026-11-16T23:00:00.000Z',
    });

  it('is told once a day when the limits of exposure leave nobody', async () => {
    const { apply, started } = setUp();
    await apply(OPENED, HOME, deferred('2026-11-16T09:10:00Z', false));
    const alerts = () => [...started.values()].filter(({ workflow }) => workflow === 'breach-alert');
    expect(alerts()).toEqual([]);
    await apply(deferred('2026-11-16T10:00:00Z', true), deferred('2026-11-16T11:00:00Z', true));
    expect(alerts()).toMatchObject([
      { input: { alert: { kind: 'nobody-left', at: '2026-11-16T10:00:00.000Z', reason: 'limits' } } },
    ]);
    await apply(deferred('2026-11-17T10:00:00Z', true));
    expect(alerts()).toHaveLength(2);
  });
});
