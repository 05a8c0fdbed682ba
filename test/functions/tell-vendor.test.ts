import { describe, expect, it } from 'vitest';
import { type Recall, VendorUnavailableError } from '../../functions/adapters/vendor/vendor-messages.ts';
import { tellVendor } from '../../functions/tell-vendor/tell-vendor.ts';
import { memoryMeter } from '../support/doubles.ts';
import { event } from '../support/events.ts';
import { CASE_ID, VENDOR_POLICY } from '../support/handoff-fixture.ts';
import { memoryStore } from '../support/memory-store.ts';

const RECALLED = event('handoff-recalled', '2026-03-11T12:32:00.000Z', {
  handoffId: 'ho_1',
  vendor: 'manila',
  by: 'work-timeout',
});

async function tell(
  answer: () => Promise<'told' | 'refused'>,
  { eventKey = RECALLED.key, vendors = VENDOR_POLICY.vendors } = {},
) {
  const store = memoryStore();
  await store.append(RECALLED);
  const { meter, counts } = memoryMeter();
  const sent: [string, Recall, string][] = [];
  const recall = async (vendor: { id: string }, message: Recall, messageId: string) => {
    sent.push([vendor.id, message, messageId]);
    return answer();
  };
  const deps = { store, meter, policy: { vendors }, vendors: { recall } };
  const outcome = await tellVendor({ caseId: CASE_ID, eventKey }, deps).catch((error: unknown) => error);
  return { outcome, sent, counts: [...counts] };
}

describe('a vendor whose case was taken back', () => {
  it('is told which handoff and why, by a message that is the same each time', async () => {
    const { outcome, sent, counts } = await tell(async () => 'told');
    expect(outcome).toEqual({ outcome: 'told' });
    const recall = { handoffId: 'ho_1', recalledAt: '2026-03-11T12:32:00.000Z', because: 'work-timeout' };
    expect(sent).toEqual([['manila', recall, 'recall_ho_1']]);
    expect(counts).toEqual([]);
  });

  it('that does not want to hear of it is counted', async () => {
    const { outcome, counts } = await tell(async () => 'refused');
    expect(outcome).toEqual({ outcome: 'refused' });
    expect(counts).toEqual([['recallRefused{vendor=manila}', 1]]);
  });

  it('that the policy knows no more cannot be told, and is counted', async () => {
    const { outcome, sent, counts } = await tell(async () => 'told', { vendors: [] });
    expect(outcome).toEqual({ outcome: 'refused' });
    expect(sent).toEqual([]);
    expect(counts).toEqual([['recallRefused{vendor=manila}', 1]]);
  });

  it('that is down is told later', async () => {
    const { outcome } = await tell(() => Promise.reject(new VendorUnavailableError('down')));
    expect(outcome).toBeInstanceOf(VendorUnavailableError);
  });

  it('is told of recalls alone', async () => {
    const { outcome, sent } = await tell(async () => 'told', { eventKey: 'another' });
    expect(outcome).toEqual({ outcome: 'not-needed' });
    expect(sent).toEqual([]);
  });
});
