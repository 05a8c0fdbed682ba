import { describe, expect, it } from 'vitest';
import { applyEvent } from '../../domain/case.ts';
import type { CaseEvent } from '../../domain/event.ts';
import type { Holding } from '../../domain/exposure.ts';
import { dueShard } from '../../functions/adapters/store/dynamo-table.ts';
import type {
  AgentStore,
  AlertStore,
  CaseStore,
  CustomerStore,
  DeadlineIndex,
  Handoff,
  HandoffStore,
  PolicyMark,
} from '../../functions/adapters/store/store.ts';
import { customerContract } from './customer-contract.ts';
import { event, opened, reply } from './events.ts';
import { contextOf } from './policy-fixture.ts';

/**
 * What every store must do, whatever it is made of. Each test uses ids of its own, so that the
 * suite can run against a table that already holds items.
 */
export function storeContract(
  make: () => CaseStore & DeadlineIndex & HandoffStore & AlertStore & AgentStore & CustomerStore & PolicyMark,
): void {
  customerContract(make);

  let made = 0;
  const fresh = () => {
    const id = `c${process.pid}-${Date.now()}-${++made}`;
    return { caseId: `zendesk:${id}`, handoffId: `ho_${id}`, alertId: `al_${id}`, agentId: `ag_${id}` };
  };
  const of = <T extends CaseEvent>(caseId: string, given: T): T => ({ ...given, caseId });
  const openedFor = (caseId: string) => of(caseId, opened('2026-11-16T09:00:00Z'));
  const handoffFor = (caseId: string, handoffId: string): Handoff => ({
    handoffId,
    caseId,
    vendor: 'manila',
    attempt: 1,
    state: 'offered',
    offeredAt: '2026-11-16T09:00:00.000Z',
    answerBy: '2026-11-16T09:10:00.000Z',
    workSeconds: 3600,
    dueAt: '2026-11-16T09:10:00.000Z',
    packetHash: 'hash',
    policyVersion: 'test-1',
    awaiting: 'answer',
    taskToken: 'token-1',
  });
  const note = (caseId: string) => of(caseId, event('written-back', '2026-11-16T09:00:01Z', { what: [] }));

  const dueIds = async (store: DeadlineIndex, id: string, until: string) => {
    const found: string[] = [];
    for await (const item of store.due(dueShard(id), until))
      if (item.id === id) found.push(`${item.kind} ${item.dueAt}`);
    return found;
  };

  describe('the due index', () => {
    it('holds an offer until it is answered, then the work, and nothing once that is done', async () => {
      const store = make();
      const { caseId, handoffId } = fresh();
      await store.create(handoffFor(caseId, handoffId), note(caseId));
      expect(await dueIds(store, handoffId, '2026-11-16T10:00:00.000Z')).toEqual(['handoff 2026-11-16T09:10:00.000Z']);
      await store.move(handoffId, 'offered', 'accepted', note(caseId), '2026-11-16T10:05:00.000Z');
      expect(await dueIds(store, handoffId, '2026-11-16T10:00:00.000Z')).toEqual([]);
      expect(await dueIds(store, handoffId, '2026-11-16T11:00:00.000Z')).toEqual(['handoff 2026-11-16T10:05:00.000Z']);
      await store.move(handoffId, 'accepted', 'resolved', note(caseId));
      expect(await dueIds(store, handoffId, '2027-01-01T00:00:00.000Z')).toEqual([]);
      expect((await store.handoff(handoffId))?.dueAt).toBeUndefined();
    });

    it('holds an alert while a rung waits', async () => {
      const store = make();
      const { caseId, alertId } = fresh();
      const alert = { alertId, caseId, kind: 'came-home' as const, at: '2026-11-16T09:00:00.000Z' };
      const at = '2026-11-16T09:15:00.000Z';
      await store.raise(alert, 0, 'token-0', at);
      expect(await dueIds(store, alertId, at)).toEqual([`alert ${at}`]);
      await store.acknowledge(alertId, 'ana', at, note(caseId));
      expect(await dueIds(store, alertId, at)).toEqual([]);
    });
  });

  describe('the log', () => {
    it('takes an event once and gives back what was appended', async () => {
      const store = make();
      const { caseId } = fresh();
      const first = openedFor(caseId);
      const second = of(caseId, reply('2026-11-16T09:05:00Z'));
      expect(await store.append(first)).toBe('appended');
      expect(await store.append({ ...first, receivedAt: '2026-11-16T09:59:00.000Z' })).toBe('duplicate');
      expect(await store.append(second)).toBe('appended');
      const events = await store.events(caseId);
      expect(events.map(({ key }) => key).sort()).toEqual([first.key, second.key].sort());
      expect(events.find(({ key }) => key === first.key)).toEqual(first);
    });

    it('gives back only those events whose keys begin so, if asked', async () => {
      const store = make();
      const { caseId } = fresh();
      const keys = ['caserelay:danger-found:b', 'caserelay:danger-found:a', 'caserelay:danger', 'danger-found:a'];
      for (const key of keys) await store.append({ ...openedFor(caseId), key });
      const found = await store.events(caseId, 'caserelay:danger-found:');
      expect(found.map(({ key }) => key).sort()).toEqual(['caserelay:danger-found:a', 'caserelay:danger-found:b']);
      expect(await store.events(caseId, 'other')).toEqual([]);
    });

    it('takes an event with a key of any length once', async () => {
      const store = make();
      const { caseId } = fresh();
      const long = { ...openedFor(caseId), key: `caserelay:absorbed:${'一'.repeat(500)}` };
      const other = { ...openedFor(caseId), key: `${long.key}二` };
      expect(await store.append(long)).toBe('appended');
      expect(await store.append(long)).toBe('duplicate');
      expect(await store.append(other)).toBe('appended');
      const keys = (await store.events(caseId)).map(({ key }) => key);
      expect(new Set(keys).size).toBe(2);
      for (const key of keys) expect(Buffer.byteLength(key)).toBeLessThanOrEqual(500);
    });

    it('keeps the same key of two cases apart', async () => {
      const store = make();
      const [a, b] = [fresh().caseId, fresh().caseId];
      expect(await store.append({ ...openedFor(a), key: 'same' })).toBe('appended');
      expect(await store.append({ ...openedFor(b), key: 'same' })).toBe('appended');
    });
  });

  describe('the snapshot', () => {
    it('is saved at the expected version only, and leaves the due index with its deadline', async () => {
      const store = make();
      const { caseId } = fresh();
      const state = applyEvent(undefined, openedFor(caseId), contextOf());
      const due = () => dueIds(store, caseId, '2026-11-16T12:00:00.000Z');
      expect(await store.load(caseId)).toBeUndefined();
      expect(await store.save(state, '2026-11-16T12:00:00.000Z', 0)).toBe('saved');
      expect(await store.save(state, undefined, 0)).toBe('conflict');
      expect(await store.load(caseId)).toEqual({ state, version: 1, dueAt: '2026-11-16T12:00:00.000Z' });
      expect(await due()).toEqual(['case 2026-11-16T12:00:00.000Z']);
      expect(await store.save({ ...state, status: 'open' }, '2026-11-16T12:00:00.001Z', 1)).toBe('saved');
      expect(await due()).toEqual([]);
      expect(await store.save(state, undefined, 2)).toBe('saved');
      expect(await store.save(state, undefined, 2)).toBe('conflict');
    });
  });

  describe('a handoff', () => {
    it('is made once with its event; a retry renews the token while it is offered', async () => {
      const store = make();
      const { caseId, handoffId } = fresh();
      const offer = note(caseId);
      expect(await store.create(handoffFor(caseId, handoffId), offer)).toMatchObject({
        state: 'offered',
        taskToken: 'token-1',
      });
      expect(await store.create({ ...handoffFor(caseId, handoffId), taskToken: 'token-2' }, offer)).toMatchObject({
        taskToken: 'token-2',
      });
      expect(await store.events(caseId)).toHaveLength(1);
      expect(await store.handoff(`${handoffId}-other`)).toBeUndefined();
    });

    it('moves along one edge once, with its event; the loser changes nothing', async () => {
      const store = make();
      const { caseId, handoffId } = fresh();
      await store.create(handoffFor(caseId, handoffId), note(caseId));
      const moves = await Promise.all([
        store.move(handoffId, 'offered', 'accepted', note(caseId)),
        store.move(handoffId, 'offered', 'expired', note(caseId)),
      ]);
      expect(moves.sort()).toEqual(['conflict', 'moved']);
      expect(await store.events(caseId)).toHaveLength(2);
    });

    it('waits for work only once it is accepted, and keeps the token of an answered one', async () => {
      const store = make();
      const { caseId, handoffId } = fresh();
      await store.create(handoffFor(caseId, handoffId), note(caseId));
      expect(await store.awaitWork(handoffId, 'early')).toMatchObject({
        state: 'offered',
        awaiting: 'answer',
        taskToken: 'token-1',
      });
      await store.move(handoffId, 'offered', 'accepted', note(caseId));
      expect(await store.create({ ...handoffFor(caseId, handoffId), taskToken: 'late' }, note(caseId))).toMatchObject({
        state: 'accepted',
        taskToken: 'token-1',
      });
      expect(await store.awaitWork(handoffId, 'work')).toMatchObject({
        state: 'accepted',
        awaiting: 'work',
        taskToken: 'work',
      });
    });
  });

  describe('an alert', () => {
    it('moves from rung to rung until it is acknowledged, once', async () => {
      const store = make();
      const { caseId, alertId } = fresh();
      const alert = { alertId, caseId, kind: 'came-home' as const, at: '2026-11-16T09:00:00.000Z', reason: 'nobody' };
      const at = '2026-11-16T09:30:00.000Z';
      expect(await store.acknowledge(alertId, 'ana', at, note(caseId))).toBe('conflict');
      expect(await store.raise(alert, 0, 'token-0', at)).toEqual({ alert, rung: 0, taskToken: 'token-0', dueAt: at });
      expect(await store.raise(alert, 1, 'token-1', at)).toMatchObject({ rung: 1, taskToken: 'token-1' });
      expect(await store.acknowledge(alertId, 'ana', at, note(caseId))).toBe('acknowledged');
      expect(await store.acknowledge(alertId, 'ben', at, note(caseId))).toBe('conflict');
      expect(await store.raise(alert, 2, 'token-2', at)).toMatchObject({
        rung: 1,
        acknowledgedBy: 'ana',
        acknowledgedAt: at,
      });
      expect(await store.events(caseId)).toHaveLength(1);
    });

    it('a rung ends once, and only while it waits', async () => {
      const store = make();
      const { caseId, alertId } = fresh();
      const alert = { alertId, caseId, kind: 'came-home' as const, at: '2026-11-16T09:00:00.000Z' };
      await store.raise(alert, 0, 'token-0', '2026-11-16T09:15:00.000Z');
      expect(await store.endRung(alertId, 1, note(caseId))).toBe('conflict');
      expect(await store.endRung(alertId, 0, note(caseId))).toBe('ended');
      expect(await store.endRung(alertId, 0, note(caseId))).toBe('conflict');
      expect(await store.events(caseId)).toHaveLength(1);
    });

    it('remembers to whom each rung was mailed', async () => {
      const store = make();
      const { alertId } = fresh();
      expect(await store.wasMailed(alertId, 0, 'ana')).toBe(false);
      await store.markMailed(alertId, 0, 'ana', '2026-11-16T09:00:00.000Z');
      expect(await store.wasMailed(alertId, 0, 'ana')).toBe(true);
      expect(await store.wasMailed(alertId, 1, 'ana')).toBe(false);
    });
  });

  describe('what an agent holds', () => {
    const lease = { since: '2026-11-16T09:00:00.000Z', sensitive: true, expectedMinutes: 15 };
    const holdingOf = (agentId: string, version: number, held: Holding['held'] = {}): Holding => ({
      agentId,
      version,
      held,
    });
    const day = { day: '2026-11-16', cases: 1, minutes: 15 };

    it('is nothing at first', async () => {
      const { agentId } = fresh();
      expect(await make().holding(agentId)).toEqual({ agentId, version: 0, held: {} });
      expect(await make().exposure(agentId, '2026-11-16')).toEqual({ cases: 0, minutes: 0 });
    });

    it('is saved with the ledger and its event, all or nothing, and only over the version that was read', async () => {
      const store = make();
      const { agentId, caseId } = fresh();
      const holding = {
        ...holdingOf(agentId, 0, { [caseId]: lease }),
        lastAssignedAt: lease.since,
        lastSensitiveAt: lease.since,
      };
      const event = note(caseId);
      expect(await store.saveHolding({ holding, days: [day] }, event)).toBe('saved');
      expect(await store.holding(agentId)).toEqual({ ...holding, version: 1 });
      expect(await store.exposure(agentId, '2026-11-16')).toEqual({ cases: 1, minutes: 15 });
      expect(await store.saveHolding({ holding, days: [day] }, note(caseId))).toBe('conflict');
      expect(await store.saveHolding({ holding: holdingOf(agentId, 1), days: [day] }, event)).toBe('conflict');
      expect(await store.holding(agentId)).toEqual({ ...holding, version: 1 });
      expect(await store.exposure(agentId, '2026-11-16')).toEqual({ cases: 1, minutes: 15 });
      expect(await store.events(caseId)).toHaveLength(1);
    });

    it('adds to several days, also what is below zero, and needs no event', async () => {
      const store = make();
      const { agentId } = fresh();
      await store.saveHolding({ holding: holdingOf(agentId, 0), days: [day] });
      const days = [
        { day: '2026-11-16', cases: 0, minutes: -11 },
        { day: '2026-11-17', cases: 0, minutes: 7 },
      ];
      expect(await store.saveHolding({ holding: holdingOf(agentId, 1), days })).toBe('saved');
      expect(await store.exposure(agentId, '2026-11-16')).toEqual({ cases: 1, minutes: 4 });
      expect(await store.exposure(agentId, '2026-11-17')).toEqual({ cases: 0, minutes: 7 });
      expect(await store.exposure(agentId, '2026-11-18')).toEqual({ cases: 0, minutes: 0 });
    });

    it('takes one of two changes that are made at once', async () => {
      const store = make();
      const { agentId, caseId } = fresh();
      const change = { holding: holdingOf(agentId, 0, { [caseId]: lease }), days: [day] };
      const saved = await Promise.all([
        store.saveHolding(change, note(caseId)),
        store.saveHolding(change, note(caseId)),
      ]);
      expect(saved.sort()).toEqual(['conflict', 'saved']);
      expect(await store.exposure(agentId, '2026-11-16')).toEqual({ cases: 1, minutes: 15 });
    });
  });

  it('remembers which policy was swept for', async () => {
    const store = make();
    await store.markPolicySwept('v1');
    expect(await store.sweptPolicy()).toBe('v1');
    await store.markPolicySwept('v2');
    expect(await store.sweptPolicy()).toBe('v2');
  });
}
