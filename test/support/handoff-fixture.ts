import { randomBytes } from 'node:crypto';
import type { CaseEvent, EventOf } from '../../domain/event.ts';
import type { Policy } from '../../domain/policy.ts';
import type { Handoff, HandoffStore } from '../../functions/adapters/store/store.ts';
import { handoffIdFor } from '../../functions/shared/ids.ts';
import type { Secrets } from '../../functions/shared/secrets.ts';
import { SecretUnavailableError } from '../../functions/shared/secrets.ts';
import { event, opened } from './events.ts';
import { POLICY } from './policy-fixture.ts';

/** Wed 11 March 2026, 08:30 UTC: 16:30 in Manila, so that both vendors of VENDOR_POLICY are open. */
export const WEDNESDAY = Date.parse('2026-03-11T08:30:00.000Z');

/** The test policy, with a second vendor that never closes. */
export const VENDOR_POLICY: Policy = {
  ...POLICY,
  vendors: POLICY.vendors.map((vendor) => (vendor.id === 'bogota' ? { ...vendor, calendar: 'always' } : vendor)),
};

export const CASE_ID = 'zendesk:5158';

export function triaged(at: string, decision: Partial<EventOf<'triaged'>['decision']> = {}): CaseEvent {
  return event('triaged', at, {
    decision: {
      ruleId: 'playback',
      reason: 'playback questions follow a script that vendors have',
      policyVersion: 'test-1',
      priority: 'normal',
      queue: 'general',
      route: 'vendor',
      sensitive: false,
      dataClass: 'standard',
      category: 'playback',
      tags: [],
      language: 'en',
      ...decision,
    },
  });
}

/** The log of a case that was opened and triaged to a vendor a minute before `WEDNESDAY`. */
export function vendorCaseLog(decision: Partial<EventOf<'triaged'>['decision']> = {}): CaseEvent[] {
  return [
    opened('2026-03-11T08:29:00Z', {
      fields: { subject: 'Black screen', text: 'my address is 1 Main Street', requesterId: 'u77', language: 'en' },
    }),
    triaged('2026-03-11T08:29:10Z', decision),
  ];
}

export const newSigningSecret = () => `whsec_${randomBytes(24).toString('base64')}`;

/** Vendors' secrets from a plain object; a vendor without one is as if its secret was never set. */
export function vendorSecrets(byVendor: Record<string, string[]>): Pick<Secrets, 'vendor'> {
  return {
    async vendor(id) {
      const signingSecrets = byVendor[id];
      if (signingSecrets === undefined) throw new SecretUnavailableError(`no secret for ${id}`);
      return { signingSecrets };
    },
  };
}

/** Attempt 1 of execution exec-1, offered to manila at `WEDNESDAY` with ten minutes to answer. */
export const HANDOFF: Handoff = {
  handoffId: handoffIdFor('exec-1', 1),
  caseId: CASE_ID,
  vendor: 'manila',
  attempt: 1,
  state: 'offered',
  offeredAt: '2026-03-11T08:30:00.000Z',
  answerBy: '2026-03-11T08:40:00.000Z',
  workSeconds: 14_400,
  dueAt: '2026-03-11T08:40:00.000Z',
  packetHash: 'h',
  policyVersion: 'test-1',
  awaiting: 'answer',
  taskToken: 't1',
};

/** Puts `HANDOFF`, or a changed copy, into a store. */
export async function offeredIn(store: HandoffStore, changes: Partial<Handoff> = {}): Promise<void> {
  const handoff = { ...HANDOFF, ...changes };
  const { handoffId, vendor, attempt, packetHash, offeredAt, answerBy } = handoff;
  const offer = { handoffId, vendor, attempt, reason: 'first', packetHash, answerBy };
  const key = `caserelay:handoff-offered:${handoffId}`;
  await store.create(handoff, event('handoff-offered', offeredAt, { key, ...offer }));
}
