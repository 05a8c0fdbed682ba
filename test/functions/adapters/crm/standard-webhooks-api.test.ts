import { readFileSync } from 'node:fs';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { postUpdate } from '../../../../functions/adapters/crm/standard-webhooks-api.ts';
import { CrmSetupError, TransientCrmError } from '../../../../functions/adapters/crm/ticket-update.ts';
import type { OutboundRequest } from '../../../../functions/shared/outbound-request.ts';
import { newSigningSecret } from '../../../support/handoff-fixture.ts';

const secret = newSigningSecret();
const now = Date.now();
const RECEIVER = { apiUrl: 'https://desk.example.com/caserelay?x=1', secret, allowLoopback: false };

async function post(update: Parameters<typeof postUpdate>[0]['update'], status = 200, apiUrl = RECEIVER.apiUrl) {
  const calls: OutboundRequest[] = [];
  const result = await postUpdate(
    { ticketId: '4711', update, messageId: 'up_1', now },
    { ...RECEIVER, apiUrl },
    async (request) => {
      calls.push(request);
      return { status, headers: {}, body: '' };
    },
  ).catch((error: unknown) => error);
  return { result, calls };
}

describe('postUpdate', () => {
  it('posts what changes, as a message that the source can verify with the library', async () => {
    const update = {
      priority: 'high',
      status: 'solved',
      groupId: '101',
      assigneeId: null,
      tags: ['tv'],
      note: 'because',
    } as const;
    const { result, calls } = await post(update);
    expect(result).toEqual({ outcome: 'written' });
    const [{ method, url, headers, body }] = calls as [OutboundRequest];
    expect([method, url]).toEqual(['POST', 'https://desk.example.com/caserelay?x=1']);
    expect(headers['webhook-id']).toBe('up_1');
    expect(new Webhook(secret).verify(String(body), headers as Record<string, string>)).toEqual({
      type: 'case.update',
      timestamp: new Date(now).toISOString(),
      data: {
        caseId: '4711',
        priority: 'high',
        status: 'solved',
        group: '101',
        assigneeId: null,
        tags: ['tv'],
        note: { text: 'because', public: false },
      },
    });
  });

  it('posts what docs/webhooks.md shows', async () => {
    const page = readFileSync(new URL('../../../../docs/webhooks.md', import.meta.url), 'utf8');
    const examples = [...page.matchAll(/^```json\n(.*?)^```/gms)].map(([, text = '']) => JSON.parse(text));
    const { data, ...example } = examples.find(({ type }) => type === 'case.update');
    const { caseId: _, group: groupId, note, ...same } = data;
    const { calls } = await post({ ...same, groupId, note: note.text });
    expect({ ...JSON.parse(String(calls[0]?.body)), timestamp: example.timestamp }).toEqual({ ...example, data });
  });

  it('leaves out what does not change', async () => {
    const { calls } = await post({ note: 'n', tags: [] });
    expect(JSON.parse(String(calls[0]?.body)).data).toEqual({ caseId: '4711', note: { text: 'n', public: false } });
  });

  it.each([
    [404, { outcome: 'refused', reason: '404' }],
    [503, expect.any(TransientCrmError)],
    [401, expect.any(CrmSetupError)],
    [302, expect.any(CrmSetupError)],
  ])('an answer of %i is what it is', async (status, expected) => {
    expect((await post({ note: 'n' }, status)).result).toEqual(expected);
  });

  it('calls nobody inside', async () => {
    const { result, calls } = await post({ note: 'n' }, 200, 'http://169.254.169.254/');
    expect(result).toBeInstanceOf(CrmSetupError);
    expect(calls).toEqual([]);
  });
});
