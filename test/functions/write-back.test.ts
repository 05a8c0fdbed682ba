import { describe, expect, it } from 'vitest';
import type { EventOf } from '../../domain/event.ts';
import type { Policy } from '../../domain/policy.ts';
import { TransientCrmError } from '../../functions/adapters/crm/ticket-update.ts';
import { NotTriagedError, writeBack } from '../../functions/write-back/write-back.ts';
import type { WriteBackDeps } from '../../functions/write-back/write-ticket.ts';
import { event, opened } from '../support/events.ts';
import { newSigningSecret } from '../support/handoff-fixture.ts';
import { memoryStore } from '../support/memory-store.ts';
import { POLICY } from '../support/policy-fixture.ts';

const AT = '2026-11-23T10:00:05.000Z';
const decision: EventOf<'triaged'>['decision'] = {
  ruleId: 'threat',
  reason: 'a threat to a person is looked at by our own people at once.',
  policyVersion: 'test-1',
  priority: 'urgent',
  queue: 'trust-and-safety',
  route: 'home',
  sensitive: true,
  dataClass: 'restricted',
  category: 'safety',
  tags: ['sensitive', 'safety'],
  language: 'en',
};

async function setUp(
  changes: { caseId?: string; policy?: Partial<Policy>; statuses?: number[]; api?: boolean; decided?: object } = {},
) {
  const { caseId = 'zendesk:5158', statuses = [], api = true } = changes;
  const store = memoryStore();
  await store.append({ ...opened('2026-11-23T10:00:00Z'), caseId });
  await store.append(
    event('triaged', AT, { key: 'caserelay:triaged:e1', caseId, decision: { ...decision, ...changes.decided } }),
  );
  const sent: { url: string; body: unknown }[] = [];
  const deps: WriteBackDeps = {
    store,
    secrets: {
      source: async () => ({
        signingSecrets: ['s'],
        ...(api ? { api: { email: 'bot@example.com', token: 'abc' } } : {}),
      }),
    },
    policy: { ...POLICY, ...changes.policy },
    send: async ({ url, body }) => {
      sent.push({ url, body: JSON.parse(String(body)) });
      return { status: statuses.shift() ?? 200, headers: {}, body: '{}' };
    },
    now: () => Date.parse('2026-11-23T10:00:06Z'),
  };
  return { store, deps, sent, input: { caseId } };
}

describe('writeBack', () => {
  it('writes priority, group, tags and a private note that says why, and records it', async () => {
    const { store, deps, sent, input } = await setUp();
    const what = ['priority urgent', 'group 102', 'tags sensitive, safety', 'private note'];
    expect(await writeBack(input, deps)).toEqual({ outcome: 'written', what });
    expect(sent).toEqual([
      {
        url: 'https://example.zendesk.com/api/v2/tickets/5158.json',
        body: {
          ticket: {
            priority: 'urgent',
            group_id: 102,
            additional_tags: ['sensitive', 'safety'],
            comment: {
              public: false,
              body: [
                'CaseRelay triaged this case: priority urgent, queue Trust & Safety, it stays with us (sensitive).',
                'Why: a threat to a person is looked at by our own people at once (rule threat).',
                'Policy version test-1.',
              ].join('\n'),
            },
          },
        },
      },
    ]);
    expect(store.log('zendesk:5158').at(-1)).toEqual({
      type: 'written-back',
      key: 'caserelay:written-back:caserelay:triaged:e1',
      caseId: 'zendesk:5158',
      occurredAt: '2026-11-23T10:00:06.000Z',
      receivedAt: '2026-11-23T10:00:06.000Z',
      what,
    });
  });

  it.each<[string, object, string[]]>([
    [
      'spam',
      { ruleId: 'spam', reason: 'nobody waits for an answer', route: 'parked', sensitive: false, tags: ['spam'] },
      [
        'CaseRelay parked this case: nobody is asked to work it, and its clocks are stopped.',
        'Why: nobody waits for an answer (rule spam).',
        'Policy version test-1.',
      ],
    ],
    [
      'a duplicate',
      { ruleId: 'duplicate', reason: 'repeated', route: 'parked', tags: ['spam'], duplicateOf: 'zendesk:4650' },
      [
        'CaseRelay parked this case: nobody is asked to work it, and its clocks are stopped.',
        'The same customer wrote the same in case 4650.',
        'Why: repeated (the search for repeats).',
        'Policy version test-1.',
      ],
    ],
  ])('of %s that is parked it writes tags and a note, and nothing that would move it', async (_what, decided, note) => {
    const { deps, sent, input } = await setUp({ decided });
    expect(await writeBack(input, deps)).toEqual({ outcome: 'written', what: ['tags spam', 'private note'] });
    const comment = { public: false, body: note.join('\n') };
    expect(sent[0]?.body).toEqual({ ticket: { additional_tags: ['spam'], comment } });
  });

  it('says what a case that is worked repeats', async () => {
    const { deps, sent, input } = await setUp({ decided: { duplicateOf: 'zendesk:4650' } });
    await writeBack(input, deps);
    expect(JSON.stringify(sent[0]?.body)).toContain(
      '(sensitive).\\nThe same customer wrote the same in case 4650.\\nWhy:',
    );
  });

  it('writes once', async () => {
    const { deps, sent, input } = await setUp();
    await writeBack(input, deps);
    expect(await writeBack(input, deps)).toEqual({ outcome: 'already-written', what: [] });
    expect(sent).toHaveLength(1);
  });

  it('records nothing when the CRM is busy, so that the retry writes', async () => {
    const { store, deps, sent, input } = await setUp({ statuses: [429, 200] });
    await expect(writeBack(input, deps)).rejects.toThrow(TransientCrmError);
    expect(store.log('zendesk:5158')).toHaveLength(2);
    expect((await writeBack(input, deps)).outcome).toBe('written');
    expect(sent).toHaveLength(2);
  });

  it('a ticket that takes no changes is refused, not failed, and the log says so', async () => {
    const { store, deps, input } = await setUp({ statuses: [422] });
    expect(await writeBack(input, deps)).toEqual({ outcome: 'refused', what: [], reason: '422' });
    expect(store.log('zendesk:5158').at(-1)).toMatchObject({ type: 'written-back', what: [], refused: '422' });
  });

  it.each([
    ['a Standard Webhooks source that says nowhere to write to', { caseId: 'intake:INC1' }],
    ['a source that left the policy', { caseId: 'constructor:1' }],
    ['no apiUrl', { policy: { sources: { zendesk: { kind: 'zendesk' as const } } } }],
    ['no credentials', { api: false }],
  ])('%s is not configured', async (_what, changes) => {
    const { deps, sent, input } = await setUp(changes);
    expect(await writeBack(input, deps)).toEqual({ outcome: 'not-configured', what: [] });
    expect(sent).toEqual([]);
  });

  it('posts to a Standard Webhooks source that says where, under an id that is the same each time', async () => {
    const sources = { intake: { kind: 'standard-webhooks' as const, apiUrl: 'https://desk.example.com/updates' } };
    const ids: unknown[] = [];
    for (const _try of [1, 2]) {
      const { deps, input } = await setUp({ caseId: 'intake:INC1', policy: { sources } });
      const source = async () => ({ signingSecrets: [newSigningSecret()] });
      const send: typeof deps.send = async ({ url, headers, body }, _options) => {
        ids.push(headers['webhook-id']);
        expect(url).toBe('https://desk.example.com/updates');
        expect(JSON.parse(String(body)).data).toMatchObject({ caseId: 'INC1', priority: 'urgent', group: '102' });
        return { status: 204, headers: {}, body: '' };
      };
      expect((await writeBack(input, { ...deps, secrets: { source }, send })).outcome).toBe('written');
    }
    expect(ids[0]).toMatch(/^up_[\w-]{22}$/);
    expect(ids[1]).toBe(ids[0]);
  });

  it('a queue without a group leaves the group alone', async () => {
    const { deps, sent, input } = await setUp({ policy: { queues: {} } });
    await writeBack(input, deps);
    expect(sent[0]?.body).toHaveProperty('ticket.priority');
    expect(sent[0]?.body).not.toHaveProperty('ticket.group_id');
  });

  it('a case that was never triaged is a fault', async () => {
    const { deps } = await setUp();
    await expect(writeBack({ caseId: 'zendesk:1' }, deps)).rejects.toThrow(NotTriagedError);
  });
});
