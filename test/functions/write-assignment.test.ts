import { describe, expect, it } from 'vitest';
import type { CaseEvent } from '../../domain/event.ts';
import type { Policy } from '../../domain/policy.ts';
import { TransientCrmError } from '../../functions/adapters/crm/ticket-update.ts';
import { type WriteAssignmentDeps, writeAssignment } from '../../functions/write-back/write-assignment.ts';
import { event, opened } from '../support/events.ts';
import { memoryStore } from '../support/memory-store.ts';
import { contextOf } from '../support/policy-fixture.ts';
import { agent, keptHome, teamPolicy } from '../support/team-fixture.ts';

const CASE = 'zendesk:5158';
const OPENED = opened('2026-11-16T09:00:00Z');
const HOME = keptHome('2026-11-16T09:00:01Z');
const given = (time: string, agentId: string, key = 'caserelay:assignment:1') =>
  event('agent-assigned', `2026-11-16T${time}Z`, { key, agentId, reason: '', sensitive: false, passedOver: {} });
const released = event('agent-released', '2026-11-16T10:00:00Z', { agentId: 'lena', reason: 'off-shift' });
const byHand = (assigneeId: string | null) => event('assigned', '2026-11-16T10:00:00Z', { assigneeId });

async function setUp(events: CaseEvent[], policy: Policy = teamPolicy(), statuses: number[] = []) {
  const store = memoryStore();
  for (const next of [OPENED, HOME, ...events]) await store.append(next);
  const sent: { url: string; body: { ticket: unknown } }[] = [];
  const context = contextOf(policy);
  const deps: WriteAssignmentDeps = {
    store,
    secrets: { source: async () => ({ signingSecrets: ['s'], api: { email: 'bot@example.com', token: 'abc' } }) },
    policy,
    context,
    send: async ({ url, body }) => {
      sent.push({ url, body: JSON.parse(String(body)) });
      return { status: statuses.shift() ?? 200, headers: {}, body: '{}' };
    },
    now: () => Date.parse('2026-11-16T10:00:06Z'),
  };
  return { store, sent, write: () => writeAssignment({ caseId: CASE }, deps) };
}
const tickets = (sent: readonly { body: { ticket: unknown } }[]) => sent.map(({ body }) => body.ticket);
const UNTOLD = { outcome: 'already-written', what: [] };

describe('the CRM is told', () => {
  it('who has the case, with the group, once', async () => {
    const { store, sent, write } = await setUp([given('09:01:00', 'lena')]);
    const what = ['group 101', 'assignee 9001'];
    expect(await write()).toEqual({ outcome: 'written', what });
    expect(sent.map(({ url }) => url)).toEqual(['https://example.zendesk.com/api/v2/tickets/5158.json']);
    expect(tickets(sent)).toEqual([{ group_id: 101, assignee_id: 9001 }]);
    expect(store.log(CASE).at(-1)).toMatchObject({
      type: 'written-back',
      key: 'caserelay:written-back:caserelay:assignment:1',
      what,
    });
    expect(await write()).toEqual(UNTOLD);
    expect(sent).toHaveLength(1);
  });

  it('without a group, if the queue has none', async () => {
    const { sent, write } = await setUp([given('09:01:00', 'lena')], { ...teamPolicy(), queues: {} });
    await write();
    expect(tickets(sent)).toEqual([{ assignee_id: 9001 }]);
  });

  it('that nobody has it any more, once, and who has it next', async () => {
    const { store, sent, write } = await setUp([given('09:01:00', 'lena')]);
    await write();
    await store.append(released);
    expect(await write()).toEqual({ outcome: 'written', what: ['assignee nobody'] });
    expect(await write()).toEqual(UNTOLD);
    await store.append(given('10:00:01', 'marc', 'caserelay:assignment:2'));
    expect(await write()).toMatchObject({ outcome: 'written' });
    expect(tickets(sent)).toEqual([
      { group_id: 101, assignee_id: 9001 },
      { assignee_id: null },
      { group_id: 101, assignee_id: 9002 },
    ]);
  });

  it('again, if it did not answer', async () => {
    const { sent, write } = await setUp([given('09:01:00', 'lena')], teamPolicy(), [503]);
    await expect(write()).rejects.toThrow(TransientCrmError);
    expect(await write()).toMatchObject({ outcome: 'written' });
    expect(sent).toHaveLength(2);
  });
});

describe('the CRM is told nothing', () => {
  it.each<[string, CaseEvent[]]>([
    ['of a case that was never given to anyone', []],
    ['when a person gave it to an agent', [given('09:01:00', 'lena'), byHand('9002')]],
    ['when a person gave it to somebody else', [given('09:01:00', 'lena'), byHand('7777')]],
  ])('%s', async (_what, events) => {
    const { sent, write } = await setUp(events);
    expect(await write()).toEqual(UNTOLD);
    expect(sent).toEqual([]);
  });

  it('of an agent whom it does not know', async () => {
    const { sent, write } = await setUp([given('09:01:00', 'lena')], teamPolicy([agent('lena')]));
    expect(await write()).toEqual({ outcome: 'not-configured', what: [] });
    expect(sent).toEqual([]);
  });
});
