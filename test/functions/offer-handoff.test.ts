import { beforeEach, describe, expect, it } from 'vitest';
import type { CaseEvent } from '../../domain/event.ts';
import { handoffEvent } from '../../domain/handoff.ts';
import type { Policy } from '../../domain/policy.ts';
import { type Handoff, StoreUnavailableError } from '../../functions/adapters/store/store.ts';
import {
  MessageRefusedError,
  type Offer,
  VendorUnavailableError,
} from '../../functions/adapters/vendor/vendor-messages.ts';
import { hashOf, offerHandoff } from '../../functions/offer-handoff/offer-handoff.ts';
import { handoffIdFor } from '../../functions/shared/ids.ts';
import { memoryMeter, memoryWorkflows } from '../support/doubles.ts';
import { event, solved } from '../support/events.ts';
import { CASE_ID, VENDOR_POLICY, vendorCaseLog, WEDNESDAY } from '../support/handoff-fixture.ts';
import { type MemoryStore, memoryStore } from '../support/memory-store.ts';
import { contextOf } from '../support/policy-fixture.ts';

const HANDOFF_ID = handoffIdFor('exec-1', 1);
const INPUT = { caseId: CASE_ID, vendor: 'manila', reason: 'first', execution: 'exec-1', attempt: 1, taskToken: 't1' };
/** SHA-256 of {"category":"playback","language":"en","priority":"normal","subject":"Black screen"}. */
const PACKET_HASH = 'ddefcc56c754f9b4248f5f5ce0e3a30e24353c289cf4c5c83733ea361fd88245';

function setUp(log: CaseEvent[] = vendorCaseLog()) {
  const store = memoryStore();
  const { workflows, resumed } = memoryWorkflows();
  const { meter, counts } = memoryMeter();
  const sent: { vendor: string; offer: Offer; messageId: string; stored: Handoff | undefined }[] = [];
  const failures: Error[] = [];
  const clock = { now: WEDNESDAY };
  const house = { store, resumed, counts, sent, failures, clock, policy: VENDOR_POLICY as Policy };
  const vendors = {
    async offer(vendor: Policy['vendors'][number], offer: Offer, messageId: string) {
      sent.push({ vendor: vendor.id, offer, messageId, stored: await store.handoff(HANDOFF_ID) });
      const failure = failures.shift();
      if (failure !== undefined) throw failure;
    },
  };
  const run = (changes: Partial<typeof INPUT> = {}) =>
    offerHandoff(
      { ...INPUT, ...changes },
      {
        store,
        vendors,
        workflows,
        context: contextOf(house.policy),
        meter,
        now: () => clock.now,
        publicUrl: 'https://api.example.com/',
      },
    );
  const ready = Promise.all(log.map((known) => store.append(known)));
  return { ...house, house, run, ready };
}

let s: ReturnType<typeof setUp>;
beforeEach(async () => {
  s = setUp();
  await s.ready;
});

/** The vendor, or CaseRelay, moves the handoff. */
async function move(store: MemoryStore, ...[details, to]: [Parameters<typeof handoffEvent>[1], Handoff['state']]) {
  const handoff = (await store.handoff(HANDOFF_ID)) as Handoff;
  await store.move(HANDOFF_ID, handoff.state, to, handoffEvent(handoff, details, s.clock.now));
}

describe('offer-handoff', () => {
  it('sends the packet with all that the vendor needs to answer', async () => {
    await s.run();
    expect(s.sent).toMatchObject([
      {
        vendor: 'manila',
        messageId: `offer_${HANDOFF_ID}`,
        offer: {
          handoffId: HANDOFF_ID,
          attempt: 1,
          offeredAt: '2026-03-11T08:30:00.000Z',
          answerBy: '2026-03-11T08:40:00.000Z',
          workSeconds: 14_400,
          answerUrl: `https://api.example.com/vendors/manila/handoffs/${HANDOFF_ID}/answers`,
          packet: { category: 'playback', priority: 'normal', language: 'en', subject: 'Black screen' },
        },
      },
    ]);
    expect(s.resumed).toEqual([]);
    expect([...s.counts]).toEqual([['handoffOffered{vendor=manila}', 1]]);
  });

  it('has the handoff, its token and its event stored before the vendor is called', async () => {
    await s.run();
    expect(s.sent[0]?.stored).toEqual({
      handoffId: HANDOFF_ID,
      caseId: CASE_ID,
      vendor: 'manila',
      attempt: 1,
      state: 'offered',
      offeredAt: '2026-03-11T08:30:00.000Z',
      answerBy: '2026-03-11T08:40:00.000Z',
      workSeconds: 14_400,
      dueAt: '2026-03-11T08:40:00.000Z',
      packetHash: PACKET_HASH,
      policyVersion: 'test-1',
      awaiting: 'answer',
      taskToken: 't1',
    });
    expect(s.store.log(CASE_ID).at(-1)).toEqual({
      type: 'handoff-offered',
      key: `caserelay:handoff-offered:${HANDOFF_ID}`,
      caseId: CASE_ID,
      occurredAt: '2026-03-11T08:30:00.000Z',
      receivedAt: '2026-03-11T08:30:00.000Z',
      handoffId: HANDOFF_ID,
      vendor: 'manila',
      attempt: 1,
      reason: 'first',
      packetHash: PACKET_HASH,
      answerBy: '2026-03-11T08:40:00.000Z',
    });
  });

  it('does not call the vendor when the handoff could not be stored', async () => {
    s.store.create = async () => {
      throw new StoreUnavailableError('refused by the test');
    };
    await expect(s.run()).rejects.toThrow(StoreUnavailableError);
    expect(s.sent).toEqual([]);
  });

  it('says that the offer is later than all that is known, even by a clock that is behind', async () => {
    s.clock.now = Date.parse('2026-03-11T08:29:00Z');
    await s.run();
    // The case was triaged at 08:29:10 by another function's clock.
    expect(s.sent[0]?.offer.offeredAt).toBe('2026-03-11T08:29:10.001Z');
  });
});

describe('offer-handoff, run again', () => {
  it('after a crash between storing and sending, is the same handoff and the same message', async () => {
    s.failures.push(new VendorUnavailableError('crash'));
    await expect(s.run()).rejects.toThrow(VendorUnavailableError);
    s.clock.now += 5000;
    await s.run({ taskToken: 't2' });
    expect(s.sent).toHaveLength(2);
    expect(s.sent[1]?.offer).toEqual(s.sent[0]?.offer);
    expect(s.sent[1]?.messageId).toBe(s.sent[0]?.messageId);
    expect(s.sent[1]?.stored?.taskToken).toBe('t2');
    expect(s.store.log(CASE_ID).filter((known) => known.type === 'handoff-offered')).toHaveLength(1);
    expect([...s.counts]).toEqual([['handoffOffered{vendor=manila}', 1]]);
  });

  it('sends the packet of the first time, whatever the case has become since', async () => {
    s.failures.push(new VendorUnavailableError('crash'));
    await expect(s.run()).rejects.toThrow(VendorUnavailableError);
    s.clock.now += 5000;
    await s.store.append(event('priority-changed', '2026-03-11T08:30:02Z', { priority: 'urgent' }));
    await s.run({ taskToken: 't2' });
    expect(s.sent[1]?.offer.packet).toEqual(s.sent[0]?.offer.packet);
  });

  it('is refused when the policy now allows another packet: the hash on the case must hold', async () => {
    s.failures.push(new VendorUnavailableError('crash'));
    await expect(s.run()).rejects.toThrow(VendorUnavailableError);
    s.house.policy = {
      ...VENDOR_POLICY,
      vendors: VENDOR_POLICY.vendors.map((vendor) => ({ ...vendor, packetFields: ['category'] })),
    };
    await expect(s.run({ taskToken: 't2' })).rejects.toThrow(MessageRefusedError);
    expect(s.sent).toHaveLength(1);
  });

  it.each([
    ['accepted', { type: 'handoff-accepted' }],
    ['rejected', { type: 'handoff-rejected', reason: 'capacity' }],
    ['recalled', { type: 'handoff-recalled', by: 'case-solved' }],
  ] as const)('ends its own wait if the handoff was %s meanwhile, and sends nothing', async (to, details) => {
    s.failures.push(new VendorUnavailableError('the answer came, our response was lost'));
    await expect(s.run()).rejects.toThrow(VendorUnavailableError);
    await move(s.store, details, to);
    expect(await s.run({ taskToken: 't2' })).toEqual({ handoffId: HANDOFF_ID, state: to });
    expect(s.resumed).toEqual([{ taskToken: 't2', outcome: to }]);
    expect(s.sent).toHaveLength(1);
  });

  it('ends its own wait if the case was solved since the vendor was chosen: nothing is stored, nothing is sent', async () => {
    s = setUp([...vendorCaseLog(), solved('2026-03-11T08:29:50Z')]);
    await s.ready;
    expect(await s.run()).toEqual({ handoffId: HANDOFF_ID, state: 'recalled' });
    expect(s.resumed).toEqual([{ taskToken: 't1', outcome: 'recalled' }]);
    expect(s.sent).toEqual([]);
    expect(await s.store.handoff(HANDOFF_ID)).toBeUndefined();
  });

  it('is refused once the time to answer is up', async () => {
    s.failures.push(new VendorUnavailableError('down'));
    await expect(s.run()).rejects.toThrow(VendorUnavailableError);
    s.clock.now += 600_001;
    await expect(s.run({ taskToken: 't2' })).rejects.toThrow(MessageRefusedError);
    expect(s.sent).toHaveLength(1);
  });
});

describe('offer-handoff fails closed', () => {
  it.each([
    ['a sensitive case', vendorCaseLog({ sensitive: true })],
    ['a class that the vendor is not cleared for', vendorCaseLog({ dataClass: 'us-only' })],
    ['a case that nothing is known of', []],
  ])('on %s: nothing is stored, nothing is sent', async (_, log) => {
    s = setUp(log);
    await s.ready;
    await expect(s.run()).rejects.toThrow(new MessageRefusedError('the case must not go to vendor manila'));
    expect(s.sent).toEqual([]);
    expect(await s.store.handoff(HANDOFF_ID)).toBeUndefined();
  });

  it('on a vendor that the policy no longer has', async () => {
    await expect(s.run({ vendor: 'gone' })).rejects.toThrow(MessageRefusedError);
    expect(s.sent).toEqual([]);
  });
});

describe('the hash of a packet', () => {
  it('does not depend on the order of its fields, but on all they say', () => {
    expect(hashOf({ subject: 'a', tags: ['x', 'y'] })).toBe(hashOf({ tags: ['x', 'y'], subject: 'a' }));
    expect(hashOf({ tags: ['x', 'y'] })).not.toBe(hashOf({ tags: ['y', 'x'] }));
    expect(hashOf({ subject: 'a' })).not.toBe(hashOf({ text: 'a' }));
    // printf '{"subject":"a","tags":["x"]}' | sha256sum
    expect(hashOf({ tags: ['x'], subject: 'a' })).toBe(
      'cda5f1282a9a4aeb3fc3b813c41dba0e2b64497fcdcc1be10af2de415ff397e6',
    );
  });
});
