import { beforeEach, describe, expect, it } from 'vitest';
import { StoreUnavailableError } from '../../functions/adapters/store/store.ts';
import { selectVendor } from '../../functions/select-vendor/select-vendor.ts';
import { event } from '../support/events.ts';
import { CASE_ID, VENDOR_POLICY, vendorCaseLog, WEDNESDAY } from '../support/handoff-fixture.ts';
import { type MemoryStore, memoryStore } from '../support/memory-store.ts';
import { contextOf } from '../support/policy-fixture.ts';

let store: MemoryStore;
const select = (attempt = 1) =>
  selectVendor({ caseId: CASE_ID, attempt }, { store, context: contextOf(VENDOR_POLICY), now: () => WEDNESDAY });

beforeEach(async () => {
  store = memoryStore();
  for (const known of vendorCaseLog()) await store.append(known);
});

describe('select-vendor', () => {
  it('returns the vendor and how long to wait for it, two seconds beyond the time it is given', async () => {
    expect(await select()).toEqual({
      outcome: 'offer',
      vendor: 'manila',
      reason: "first in the policy's order",
    });
  });

  it('knows of an offer that expired a moment ago, though no snapshot has seen it', async () => {
    const handoff = { handoffId: 'ho_1', vendor: 'manila' };
    const offer = { ...handoff, attempt: 1, reason: 'first', packetHash: 'h', answerBy: '2026-03-11T08:29:40.000Z' };
    await store.append(event('handoff-offered', '2026-03-11T08:29:20Z', offer));
    await store.append(event('handoff-expired', '2026-03-11T08:29:50Z', handoff));
    expect(await select()).toMatchObject({ outcome: 'offer', vendor: 'bogota' });
  });

  it('returns none with the reason', async () => {
    await store.append(event('solved', '2026-03-11T08:29:50Z', {}));
    expect(await select()).toEqual({ outcome: 'none', reason: 'the case is solved' });
  });

  it('returns none after the most offers, though none of them left a trace', async () => {
    expect(await select(VENDOR_POLICY.maxOffers)).toMatchObject({ outcome: 'offer' });
    expect(await select(VENDOR_POLICY.maxOffers + 1)).toEqual({
      outcome: 'none',
      reason: '2 vendors were tried, the most that the policy allows',
    });
  });

  it('returns none for a case that nothing is known of', async () => {
    store = memoryStore();
    expect(await select()).toEqual({ outcome: 'none', reason: 'nothing is known of the case' });
  });

  it('throws what the store throws, for the workflow to try again', async () => {
    store.refuse(1);
    await expect(select()).rejects.toThrow(StoreUnavailableError);
  });
});
