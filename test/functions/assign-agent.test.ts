import { describe, expect, it } from 'vitest';
import { type CaseEvent, toInstant } from '../../domain/event.ts';
import { emptyHolding, leaseOf } from '../../domain/exposure.ts';
import type { Policy } from '../../domain/policy.ts';
import { type AssignAgentDeps, AssignmentRaceError, assignAgent } from '../../functions/assign-agent/assign-agent.ts';
import { memoryMeter } from '../support/doubles.ts';
import { event, opened, solved } from '../support/events.ts';
import { memoryStore } from '../support/memory-store.ts';
import { contextOf } from '../support/policy-fixture.ts';
import { agent, keptHome, LIMITS, teamPolicy } from '../support/team-fixture.ts';

const CASE = 'zendesk:5158';
/** A Monday, in office hours of 09:00 to 17:00. */
const NOW = Date.parse('2026-11-16T10:00:00Z');
const OPENED = opened('2026-11-16T09:00:00Z');
const HOME = keptHome('2026-11-16T09:00:01Z');
const SENSITIVE = keptHome('2026-11-16T09:00:01Z', { sensitive: true });

async function setUp(log: CaseEvent[] = [OPENED, HOME], policy: Policy = teamPolicy()) {
  const store = memoryStore();
  for (const next of log) await store.append(next);
  store.takeStream();
  const { meter, counts } = memoryMeter();
  const deps: AssignAgentDeps = { store, context: contextOf(policy), meter, now: () => NOW };
  return { store, deps, counts, assign: () => assignAgent({ caseId: CASE }, deps) };
}

describe('assigning a case', () => {
  it('gives it to an agent: lease, ledger and event together', async () => {
    const { store, assign, counts } = await setUp([OPENED, SENSITIVE]);
    expect(await assign()).toEqual({ outcome: 'assigned' });
    expect(store.takeStream()).toEqual([
      {
        type: 'agent-assigned',
        key: 'caserelay:assignment:1',
        caseId: CASE,
        occurredAt: '2026-11-16T10:00:00.000Z',
        receivedAt: '2026-11-16T10:00:00.000Z',
        agentId: 'lena',
        reason: 'least loaded of the 2 who can take it',
        sensitive: true,
        passedOver: {},
        backAt: '2026-11-16T17:00:00.000Z',
      },
    ]);
    expect((await store.holding('lena')).held).toEqual({
      [CASE]: { since: '2026-11-16T10:00:00.000Z', sensitive: true, expectedMinutes: 15 },
    });
    expect(store.ledger()).toEqual({ 'lena 2026-11-16': { cases: 1, minutes: 15 } });
    expect(Object.fromEntries(counts)).toEqual({ agentAssigned: 1 });
  });

  it('says no end of a shift that has none, and counts nothing for a case that is not sensitive', async () => {
    const { store, assign } = await setUp([OPENED, HOME], teamPolicy([agent('lena', { calendar: 'always' })]));
    await assign();
    expect(store.takeStream()[0]).toMatchObject({ agentId: 'lena', sensitive: false });
    expect(store.log(CASE).at(-1)).not.toHaveProperty('backAt');
    expect(store.ledger()).toEqual({});
  });

  it('is done once, however often and at once it is called for', async () => {
    const { store, assign, counts } = await setUp();
    expect(await Promise.all([assign(), assign(), assign()])).toEqual(Array(3).fill({ outcome: 'assigned' }));
    expect(await assign()).toEqual({ outcome: 'assigned' });
    expect(store.takeStream()).toHaveLength(1);
    expect(store.leases()).toEqual({ lena: [CASE] });
    expect(counts.get('agentAssigned')).toBe(1);
  });

  it('keeps to the limits of the day when another case is given between its two looks at an agent', async () => {
    const exposure = { ...LIMITS, casesPerDay: 1, coolDownSeconds: 0 };
    const { store, assign } = await setUp([OPENED, SENSITIVE], teamPolicy([agent('lena')], exposure));
    const held = { other: leaseOf('2026-11-16T09:59:00.000Z', true, exposure) };
    const { holding } = store;
    let first = true;
    store.holding = async (agentId) => {
      if (!first) return holding(agentId);
      first = false;
      // Slower than the look at the ledger, if both were begun at once.
      await new Promise(setImmediate);
      const days = [{ day: '2026-11-16', cases: 1, minutes: 15 }];
      await store.saveHolding({ holding: { ...emptyHolding('lena'), held }, days });
      return holding(agentId);
    };
    expect(await assign()).toEqual({ outcome: 'deferred' });
    expect(store.ledger()).toEqual({ 'lena 2026-11-16': { cases: 1, minutes: 15 } });
  });

  it('looks at what an agent holds and has seen today, as it is when it is saved', async () => {
    const { store, assign } = await setUp([OPENED, SENSITIVE]);
    const lease = leaseOf('2026-11-16T09:59:00.000Z', true, LIMITS);
    const exposed = { holding: emptyHolding('lena'), days: [{ day: '2026-11-16', cases: 2, minutes: 0 }] };
    const { saveHolding } = store;
    let first = true;
    // Lena is given two other sensitive cases in the moment of the decision.
    store.saveHolding = async (...args) => {
      if (first) await saveHolding({ ...exposed, holding: { ...exposed.holding, held: { other: lease } } });
      first = false;
      return saveHolding(...args);
    };
    expect(await assign()).toEqual({ outcome: 'assigned' });
    expect(store.takeStream()).toMatchObject([{ agentId: 'marc', passedOver: { 'cases-cap': 1 } }]);
    expect(store.leases()).toEqual({ lena: ['other'], marc: [CASE] });
  });

  it('gives up after many races, for the workflow to try again', async () => {
    const { store, assign } = await setUp();
    store.saveHolding = async () => 'conflict';
    await expect(assign()).rejects.toThrow(AssignmentRaceError);
  });

  it('happens after all that is on the log, whatever the clock of the CRM', async () => {
    const ahead = event('assigned', '2026-11-16T10:00:30Z', { assigneeId: null });
    const { store, assign } = await setUp([OPENED, HOME, ahead]);
    await assign();
    expect(store.takeStream()).toMatchObject([
      { occurredAt: '2026-11-16T10:00:30.001Z', receivedAt: '2026-11-16T10:00:00.000Z' },
    ]);
    expect(await assign()).toEqual({ outcome: 'assigned' });
    expect(store.takeStream()).toEqual([]);
  });

  it('has a key of its own for each decision, so that a case can be given again', async () => {
    const { store, assign } = await setUp();
    await assign();
    await store.append(event('agent-released', '2026-11-16T10:00:01Z', { agentId: 'lena', reason: 'off-shift' }));
    await assign();
    const given = store.log(CASE).filter(({ type }) => type === 'agent-assigned');
    expect(given).toMatchObject([
      { key: 'caserelay:assignment:1', agentId: 'lena' },
      { key: 'caserelay:assignment:2', agentId: 'marc', passedOver: { former: 1 } },
    ]);
  });
});

describe('what is not ours to give', () => {
  it.each<[string, CaseEvent[], Policy?]>([
    ['a case that nobody knows', []],
    ['one that is not triaged', [OPENED]],
    ['one that is over', [OPENED, HOME, solved('2026-11-16T09:30:00Z')]],
    ['one for vendors', [OPENED, keptHome('2026-11-16T09:00:01Z', { route: 'vendor' })]],
    [
      'one whom a person gave to an agent',
      [OPENED, HOME, event('assigned', '2026-11-16T09:30:00Z', { assigneeId: '9002' })],
    ],
    [
      'one that the CRM gave to somebody else',
      [OPENED, HOME, event('assigned', '2026-11-16T09:30:00Z', { assigneeId: '1' })],
    ],
    ['one of a policy without agents', [OPENED, HOME], teamPolicy([])],
  ])('%s', async (_what, log, policy) => {
    const { store, assign, counts } = await setUp(log, policy);
    expect(await assign()).toEqual({ outcome: 'not-needed' });
    expect(store.takeStream()).toEqual([]);
    expect(counts.size).toBe(0);
  });
});

describe('a case that nobody can take', () => {
  const nobody = teamPolicy([agent('lena', { queues: [] }), agent('marc', { calendar: 'manila' })]);

  it('is put off, with why and until when', async () => {
    const { store, assign, counts } = await setUp([OPENED, HOME], nobody);
    expect(await assign()).toEqual({ outcome: 'deferred' });
    expect(store.takeStream()).toEqual([
      {
        type: 'assignment-deferred',
        key: 'caserelay:assignment:1',
        caseId: CASE,
        occurredAt: '2026-11-16T10:00:00.000Z',
        receivedAt: '2026-11-16T10:00:00.000Z',
        reason: 'no agent who could take it is on shift',
        passedOver: { queue: 1, 'off-shift': 1 },
        exposureExhausted: false,
        retryAt: '2026-11-16T22:00:00.000Z',
      },
    ]);
    expect(Object.fromEntries(counts)).toEqual({ 'assignmentDeferred{reason=off-shift}': 1 });
    expect(await assign()).toEqual({ outcome: 'deferred' });
    expect(store.takeStream()).toEqual([]);
  });

  it('is put off once by two at once', async () => {
    const { store, assign } = await setUp([OPENED, HOME], nobody);
    expect(await Promise.all([assign(), assign()])).toEqual([{ outcome: 'deferred' }, { outcome: 'deferred' }]);
    expect(store.takeStream()).toHaveLength(1);
  });

  it('because of the limits of exposure says so, in sums over the whole team and without a name', async () => {
    const team = [agent('lena'), agent('marc'), agent('noor', { queues: [] }), agent('out', { optOut: true })];
    const { store, assign, counts } = await setUp([OPENED, SENSITIVE], teamPolicy(team));
    for (const [id, cases, minutes] of [
      ['lena', 2, 20],
      ['marc', 1, 30],
      ['noor', 1, 5],
    ] as const)
      await store.saveHolding({ holding: emptyHolding(id), days: [{ day: '2026-11-16', cases, minutes }] });
    expect(await assign()).toEqual({ outcome: 'deferred' });
    expect(store.takeStream()).toMatchObject([
      {
        reason:
          'everyone on shift who could take it is at a limit of exposure: today 3 agents had 4 sensitive cases, 55 min; 2 of them at a limit',
        passedOver: { queue: 1, 'cases-cap': 1, 'minutes-cap': 1, 'opted-out': 1 },
        exposureExhausted: true,
        retryAt: toInstant(NOW + 12 * 3_600_000),
      },
    ]);
    expect(JSON.stringify(store.log(CASE).at(-1))).not.toMatch(/lena|marc|noor/);
    expect(Object.fromEntries(counts)).toEqual({ 'assignmentDeferred{reason=exposure}': 1, exposureExhausted: 1 });
    expect(store.leases()).toEqual({});
  });
});
