import { beforeEach, describe, expect, it } from 'vitest';
import { type HandoffMove, handoffEvent } from '../../domain/handoff.ts';
import { type Handoff, StoreUnavailableError } from '../../functions/adapters/store/store.ts';
import { expireHandoff } from '../../functions/expire-handoff/expire-handoff.ts';
import { memoryMeter } from '../support/doubles.ts';
import { CASE_ID, HANDOFF, offeredIn, WEDNESDAY } from '../support/handoff-fixture.ts';
import { type MemoryStore, memoryStore } from '../support/memory-store.ts';

let store: MemoryStore;
let metrics: ReturnType<typeof memoryMeter>;
const NOW = WEDNESDAY + 602_000;
const run = (attempt = 1, over: Pick<MemoryStore, 'handoff' | 'move'> = store) =>
  expireHandoff({ execution: 'exec-1', attempt }, { store: over, meter: metrics.meter, now: () => NOW });
const move = (from: Handoff['state'], to: Handoff['state'], details: HandoffMove) =>
  store.move(HANDOFF.handoffId, from, to, handoffEvent(HANDOFF, details, WEDNESDAY + 1000));
const accept = () => move('offered', 'accepted', { type: 'handoff-accepted' });

beforeEach(async () => {
  store = memoryStore();
  metrics = memoryMeter();
  await offeredIn(store);
});

describe('expire-handoff', () => {
  it('expires an offer that nobody answered', async () => {
    expect(await run()).toEqual({ outcome: 'expired' });
    const ended = await store.handoff(HANDOFF.handoffId);
    expect(ended).toMatchObject({ state: 'expired' });
    expect(ended?.dueAt).toBeUndefined();
    expect(store.log(CASE_ID).at(-1)).toEqual({
      type: 'handoff-expired',
      key: `caserelay:handoff-expired:${HANDOFF.handoffId}`,
      caseId: CASE_ID,
      occurredAt: '2026-03-11T08:40:02.000Z',
      receivedAt: '2026-03-11T08:40:02.000Z',
      handoffId: HANDOFF.handoffId,
      vendor: 'manila',
    });
    expect([...metrics.counts]).toEqual([['handoffExpired{vendor=manila}', 1]]);
  });

  it('recalls accepted work that was not finished in time', async () => {
    await accept();
    await store.awaitWork(HANDOFF.handoffId, 't2');
    expect(await run()).toEqual({ outcome: 'recalled' });
    expect(store.log(CASE_ID).at(-1)).toMatchObject({ type: 'handoff-recalled', by: 'work-timeout' });
    expect([...metrics.counts]).toEqual([]);
  });

  it('leaves a handoff that was accepted in the moment the wait for the answer ended', async () => {
    await accept();
    expect(await run()).toEqual({ outcome: 'accepted' });
    expect((await store.handoff(HANDOFF.handoffId))?.state).toBe('accepted');
  });

  it.each([
    ['rejected', 'offered', { type: 'handoff-rejected', reason: 'hours' }],
    ['recalled', 'offered', { type: 'handoff-recalled', by: 'case-solved' }],
  ] as const)('returns %s if that came first', async (to, from, details) => {
    await move(from, to, details);
    const before = store.log(CASE_ID);
    expect(await run()).toEqual({ outcome: to });
    expect(store.log(CASE_ID)).toEqual(before);
  });

  it('run again, says the same and counts once', async () => {
    await run();
    expect(await run()).toEqual({ outcome: 'expired' });
    expect([...metrics.counts]).toEqual([['handoffExpired{vendor=manila}', 1]]);
  });

  it('counts a handoff that was never made as expired', async () => {
    expect(await run(2)).toEqual({ outcome: 'expired' });
    expect([...metrics.counts]).toEqual([]);
  });

  it('returns what won when an answer slips in between its look and its move', async () => {
    const overtaken: Pick<MemoryStore, 'handoff' | 'move'> = {
      handoff: (id) => store.handoff(id),
      async move(...args) {
        await accept();
        return store.move(...args);
      },
    };
    expect(await run(1, overtaken)).toEqual({ outcome: 'accepted' });
    expect([...metrics.counts]).toEqual([]);
    expect(store.log(CASE_ID).map((known) => known.type)).toEqual(['handoff-offered', 'handoff-accepted']);
  });

  it('throws what the store throws, for the workflow to try again', async () => {
    store.refuse(1);
    await expect(run()).rejects.toThrow(StoreUnavailableError);
  });
});
