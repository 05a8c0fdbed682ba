import { describe, expect, it } from 'vitest';
import { foldCase } from '../../domain/case.ts';
import type { Policy } from '../../domain/policy.ts';
import { dueShard } from '../../functions/adapters/store/dynamo-table.ts';
import type { DueItem } from '../../functions/adapters/store/store.ts';
import {
  type SweepDeps,
  SweepIncompleteError,
  sweepDeadlines,
} from '../../functions/sweep-deadlines/sweep-deadlines.ts';
import { memoryDeadlines, memoryMeter } from '../support/doubles.ts';
import { opened } from '../support/events.ts';
import { memoryStore } from '../support/memory-store.ts';
import { contextOf } from '../support/policy-fixture.ts';

const NOW = Date.parse('2026-11-16T10:00:00Z');

function setUp() {
  const store = memoryStore();
  const { deadlines, hints } = memoryDeadlines();
  const { meter, counts } = memoryMeter();
  const logged: string[] = [];
  const swept: { policy: string | undefined } = { policy: 'test-1' };
  const deps: SweepDeps = {
    index: store,
    mark: {
      sweptPolicy: async () => swept.policy,
      markPolicySwept: async (version) => {
        swept.policy = version;
      },
    },
    policy: contextOf().policy,
    sourcesAtRest: () => [],
    queue: deadlines,
    meter,
    log: { error: (message) => logged.push(message) },
    now: () => NOW,
  };
  const put = async (caseId: string, dueAt: string) => {
    const state = foldCase([{ ...opened('2026-11-16T09:00:00Z'), caseId }], contextOf());
    if (state !== undefined) await store.save(state, dueAt, 0);
  };
  return { deps, hints, counts, logged, put, swept };
}

/** Ids of cases that all lie in one shard. */
function inShard(shard: number, count: number): string[] {
  const ids: string[] = [];
  for (let n = 1; ids.length < count; n++) if (dueShard(`zendesk:${n}`) === shard) ids.push(`zendesk:${n}`);
  return ids;
}

/** A due index with `rows` in shard 0 and the like. */
function dueRows(rows: Record<number, Iterable<DueItem>>): SweepDeps['index'] {
  return {
    async *due(shard) {
      yield* rows[shard] ?? [];
    },
  };
}

describe('a sweep', () => {
  it('hints what is due within 90 seconds, in every shard, and nothing later', async () => {
    const { deps, hints, put } = setUp();
    for (let shard = 0; shard < 4; shard++) {
      const [soon = '', later = ''] = inShard(shard, 2);
      await put(soon, '2026-11-16T10:01:30.000Z');
      await put(later, '2026-11-16T10:01:30.001Z');
    }
    expect(await sweepDeadlines(deps)).toEqual({ hinted: 4 });
    expect(hints.map(({ dueAt }) => dueAt)).toEqual(Array(4).fill('2026-11-16T10:01:30.000Z'));
    expect(hints.map(({ id }) => dueShard(id)).sort()).toEqual([0, 1, 2, 3]);
  });

  it('beats, and says that nothing is overdue', async () => {
    const { deps, counts, put } = setUp();
    await put('zendesk:1', '2026-11-16T10:00:30.000Z');
    await sweepDeadlines(deps);
    expect(Object.fromEntries(counts)).toEqual({ sweeps: 1, oldestOverdue: 0 });
  });

  it('says for each source of which nothing is expected now that its silence means nothing, whatever else fails', async () => {
    const { deps, counts } = setUp();
    const sourcesAtRest = (at: number) => (at === NOW ? ['zendesk'] : []);
    await sweepDeadlines({ ...deps, sourcesAtRest });
    expect(counts.get('sourceHeard{source=zendesk}')).toBe(1);
    const broken: SweepDeps['index'] = {
      due: () => {
        throw new Error('no shard can be read');
      },
    };
    await expect(sweepDeadlines({ ...deps, sourcesAtRest, index: broken })).rejects.toThrow(SweepIncompleteError);
    expect(counts.get('sourceHeard{source=zendesk}')).toBe(2);
  });

  it('hints a late row too, and says how late the oldest is', async () => {
    const { deps, hints, counts, put } = setUp();
    await put('zendesk:1', '2026-11-16T09:50:00.000Z');
    await put('zendesk:2', '2026-11-16T09:59:00.000Z');
    await sweepDeadlines(deps);
    expect(hints.map(({ id }) => id).sort()).toEqual(['zendesk:1', 'zendesk:2']);
    expect(Object.fromEntries(counts)).toEqual({ sweeps: 1, oldestOverdue: 600 });
  });

  it('counts each delay from the moment of sending, however long the sweep takes', async () => {
    const { deps, hints } = setUp();
    let clock = NOW;
    const dueAt = '2026-11-16T10:01:00.000Z';
    const rows = inShard(0, 11).map((id) => ({ kind: 'case' as const, id, dueAt }));
    const slow = {
      async hint(...given: Parameters<typeof deps.queue.hint>) {
        await deps.queue.hint(...given);
        clock += 5_000;
      },
    };
    await sweepDeadlines({ ...deps, index: dueRows({ 0: rows }), queue: slow, now: () => clock });
    expect(hints[0]?.now).toBe(NOW);
    expect(hints[10]?.now).toBe(NOW + 5_000);
  });

  it('streams: a batch of ten is sent before the next row is asked for', async () => {
    const { deps } = setUp();
    const trace: string[] = [];
    const index: SweepDeps['index'] = {
      async *due(shard) {
        if (shard !== 0) return;
        for (const id of inShard(0, 25)) {
          trace.push('row');
          yield { kind: 'case', id, dueAt: '2026-11-16T10:00:30.000Z' };
        }
      },
    };
    const queue = { hint: async (batch: readonly unknown[]) => void trace.push(`sent ${batch.length}`) };
    await sweepDeadlines({ ...deps, index, queue });
    const ten = Array(10).fill('row');
    expect(trace).toEqual([...ten, 'sent 10', ...ten, 'sent 10', ...ten.slice(5), 'sent 5']);
  });

  it('goes on past a row that cannot be read, but does not beat', async () => {
    const { deps, hints, counts, logged } = setUp();
    const good = '2026-11-16T10:00:30.000Z';
    const rows = [
      { kind: 'case' as const, id: 'zendesk:1', dueAt: 'soon' },
      { kind: 'case' as const, id: 'zendesk:2', dueAt: undefined as unknown as string },
      { kind: 'case' as const, id: 'zendesk:3', dueAt: good },
    ];
    await expect(sweepDeadlines({ ...deps, index: dueRows({ 0: rows }) })).rejects.toThrow(SweepIncompleteError);
    expect(hints).toEqual([{ kind: 'case' as const, id: 'zendesk:3', dueAt: good, now: NOW }]);
    expect(counts.size).toBe(0);
    expect(logged).toEqual(Array(2).fill('unreadable row on the due index'));
  });

  it('sweeps the other shards, and what it has of this one, if a shard cannot be read', async () => {
    const { deps, hints, counts } = setUp();
    const index: SweepDeps['index'] = {
      async *due(shard) {
        yield { kind: 'case', id: `zendesk:${shard}`, dueAt: '2026-11-16T09:59:30.000Z' };
        if (shard === 1) throw new Error('throttled');
      },
    };
    await expect(sweepDeadlines({ ...deps, index })).rejects.toThrow(SweepIncompleteError);
    expect(hints.map(({ id }) => id).sort()).toEqual(['zendesk:0', 'zendesk:1', 'zendesk:2', 'zendesk:3']);
    expect(Object.fromEntries(counts)).toEqual({ oldestOverdue: 30 });
  });

  it('sends the next batch if the queue refuses one, but does not beat', async () => {
    const { deps, hints, counts } = setUp();
    const rows = inShard(0, 20).map((id) => ({ kind: 'case' as const, id, dueAt: '2026-11-16T10:00:30.000Z' }));
    let calls = 0;
    const queue: SweepDeps['queue'] = {
      async hint(batch, now) {
        if (++calls === 1) throw new Error('refused');
        await deps.queue.hint(batch, now);
      },
    };
    await expect(sweepDeadlines({ ...deps, index: dueRows({ 0: rows }), queue })).rejects.toThrow(SweepIncompleteError);
    expect(hints.map(({ id }) => id)).toEqual(rows.slice(10).map(({ id }) => id));
    expect(counts.has('sweeps')).toBe(false);
  });
});

describe('the holidays of the deployed policy', () => {
  const office = { zone: 'UTC', weekly: {}, holidays: [] };
  const daysTold = async (calendars: Policy['calendars']) => {
    const { deps, counts } = setUp();
    await sweepDeadlines({ ...deps, policy: { version: 'test-1', calendars } });
    return counts.get('holidaysKnownDays');
  };

  it('are told by how many days they go on: of the calendar whose end comes first', async () => {
    const known = (to: string) => ({ ...office, holidaysKnown: { to } });
    // From 16 November to 31 December are 45 days.
    expect(await daysTold({ a: known('2027-12-31'), b: known('2026-12-31'), c: office })).toBe(45);
    expect(await daysTold({ a: known('2026-11-16'), sun: { members: ['a'] } })).toBe(0);
    expect(await daysTold({ a: known('2025-12-31') })).toBe(0);
  });

  it('are not told of where none can run out', async () => {
    expect(await daysTold({ a: office })).toBeUndefined();
  });
});

describe('the first sweep under a new policy', () => {
  it('hints every case that waits, once all functions have changed over, and no other wait', async () => {
    const { deps, hints, put, swept } = setUp();
    await put('zendesk:1', '2026-11-16T10:01:00.000Z');
    await put('zendesk:2', '2027-02-01T09:00:00.000Z');
    const offer = { kind: 'handoff' as const, id: 'ho_1', dueAt: '2026-11-18T10:00:00.000Z' };
    const index: SweepDeps['index'] = {
      async *due(shard, until) {
        if (shard === 0 && offer.dueAt <= until) yield offer;
        yield* deps.index.due(shard, until);
      },
    };
    const changed = { ...deps, index, policy: { ...deps.policy, version: 'test-2' } };
    await sweepDeadlines(changed);
    expect(hints.map(({ id, dueAt }) => [id, dueAt]).sort()).toEqual([
      ['zendesk:1', '2026-11-16T10:01:00.000Z'],
      ['zendesk:2', '2026-11-16T10:02:00.000Z'],
    ]);
    expect(swept.policy).toBe('test-2');
    expect(await sweepDeadlines(changed)).toEqual({ hinted: 1 });
  });

  it('is not the last while anything failed', async () => {
    const { deps, swept, put } = setUp();
    await put('zendesk:2', '2027-02-01T09:00:00.000Z');
    const queue = { hint: () => Promise.reject(new Error('refused')) };
    await expect(sweepDeadlines({ ...deps, queue, policy: { ...deps.policy, version: 'test-2' } })).rejects.toThrow(
      SweepIncompleteError,
    );
    expect(swept.policy).toBe('test-1');
  });

  it('is put off, and said so, while its mark cannot be read: what is due soon is hinted all the same', async () => {
    const { deps, put, logged } = setUp();
    await put('zendesk:1', '2026-11-16T10:01:00.000Z');
    const mark = { ...deps.mark, sweptPolicy: () => Promise.reject(new Error('throttled')) };
    expect(await sweepDeadlines({ ...deps, mark, policy: { ...deps.policy, version: 'test-2' } })).toEqual({
      hinted: 1,
    });
    expect(logged).toEqual(['the mark of the swept policy could not be read']);
  });
});
