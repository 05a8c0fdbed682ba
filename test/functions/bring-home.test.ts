import { beforeEach, describe, expect, it } from 'vitest';
import type { CaseStatus } from '../../domain/event.ts';
import { bringHome } from '../../functions/bring-home/bring-home.ts';
import { event, status } from '../support/events.ts';
import { CASE_ID, VENDOR_POLICY, vendorCaseLog, WEDNESDAY } from '../support/handoff-fixture.ts';
import { type MemoryStore, memoryStore } from '../support/memory-store.ts';
import { contextOf } from '../support/policy-fixture.ts';

let store: MemoryStore;
const run = (execution = 'exec-1') =>
  bringHome(
    { caseId: CASE_ID, reason: 'no vendor is eligible', execution },
    { store, context: contextOf(VENDOR_POLICY), now: () => WEDNESDAY },
  );

beforeEach(async () => {
  store = memoryStore();
  for (const known of vendorCaseLog()) await store.append(known);
});

describe('bring-home', () => {
  it('records why, and who was tried', async () => {
    const handoff = { handoffId: 'ho_1', vendor: 'manila' };
    const offer = { ...handoff, attempt: 1, reason: 'first', packetHash: 'h', answerBy: '2026-03-11T08:29:40.000Z' };
    await store.append(event('handoff-offered', '2026-03-11T08:29:20Z', offer));
    await store.append(event('handoff-rejected', '2026-03-11T08:29:30Z', { ...handoff, reason: 'capacity' }));
    expect(await run()).toEqual({ outcome: 'home' });
    expect(store.log(CASE_ID).at(-1)).toEqual({
      type: 'brought-home',
      key: 'caserelay:brought-home:exec-1',
      caseId: CASE_ID,
      occurredAt: '2026-03-11T08:30:00.000Z',
      receivedAt: '2026-03-11T08:30:00.000Z',
      reason: 'no vendor is eligible',
      tried: ['manila'],
    });
  });

  it('run again, records nothing more', async () => {
    await run();
    expect(await run()).toEqual({ outcome: 'home' });
    expect(store.log(CASE_ID).filter((known) => known.type === 'brought-home')).toHaveLength(1);
  });

  it.each<CaseStatus>(['solved', 'closed', 'merged', 'deleted'])('leaves a %s case alone', async (over) => {
    await store.append(status('2026-03-11T08:29:50Z', over));
    expect(await run()).toEqual({ outcome: 'over' });
    expect(store.log(CASE_ID).some((known) => known.type === 'brought-home')).toBe(false);
  });

  it('brings home a case of which nothing is known: better told once too often', async () => {
    store = memoryStore();
    expect(await run()).toEqual({ outcome: 'home' });
  });
});
