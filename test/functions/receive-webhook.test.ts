import { createHmac } from 'node:crypto';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CaseEvent } from '../../domain/event.ts';
import { standardWebhooks } from '../../functions/adapters/crm/standard-webhooks.ts';
import { zendesk } from '../../functions/adapters/crm/zendesk.ts';
import { type CaseStore, UnstorableError } from '../../functions/adapters/store/store.ts';
import { forLog, type ReceiveWebhookDeps, receiveWebhook } from '../../functions/receive-webhook/receive-webhook.ts';
import { HttpProblem, httpHandler, jsonResponse, rawBody } from '../../functions/shared/http.ts';
import { logger } from '../../functions/shared/observe.ts';
import { SecretUnavailableError } from '../../functions/shared/secrets.ts';
import { memoryMeter } from '../support/doubles.ts';
import { memoryStore } from '../support/memory-store.ts';
import { POLICY } from '../support/policy-fixture.ts';
import {
  type Json,
  NOW,
  RECEIVED_AT,
  STANDARD_SECRET,
  standardHeaders,
  ZENDESK_SECRET,
  zendeskBodies,
  zendeskEvent,
  zendeskHeaders,
} from '../support/webhooks.ts';

const CAP = 64 * 1024;

beforeEach(() => {
  vi.useFakeTimers({ now: NOW, toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

function setUp(changes: Partial<ReceiveWebhookDeps> = {}) {
  const store = memoryStore();
  const { meter, counts } = memoryMeter();
  const deps: ReceiveWebhookDeps = {
    policy: POLICY,
    adapters: { zendesk, 'standard-webhooks': standardWebhooks },
    secrets: { source: async (name) => ({ signingSecrets: [name === 'zendesk' ? ZENDESK_SECRET : STANDARD_SECRET] }) },
    store,
    meter,
    now: () => NOW,
    ...changes,
  };
  return { store, counts, deps };
}

const post = (deps: ReceiveWebhookDeps, source: string, body: string, headers: Record<string, string>) =>
  receiveWebhook({ source, headers, readBody: () => Buffer.from(body) }, deps);
const postZendesk = (deps: ReceiveWebhookDeps, json: unknown) => {
  const body = JSON.stringify(json);
  return post(deps, 'zendesk', body, zendeskHeaders(body));
};
const postStandard = (deps: ReceiveWebhookDeps, id: string, json: unknown) => {
  const body = JSON.stringify(json);
  return post(deps, 'intake', body, standardHeaders(id, body));
};
const caught = (attempt: Promise<unknown>): Promise<HttpProblem> =>
  attempt.then(
    () => {
      throw new Error('nothing was refused');
    },
    (error) => error,
  );

describe('receiveWebhook', () => {
  it('stores what a webhook tells, and counts a new case', async () => {
    const { store, counts, deps } = setUp();
    expect(await postZendesk(deps, zendeskEvent('ticket.created'))).toEqual({
      accepted: 1,
      duplicates: 0,
      caseIds: ['zendesk:5158'],
    });
    expect(store.log('zendesk:5158').map(({ type, receivedAt }) => [type, receivedAt])).toEqual([
      ['opened', '2025-01-08T18:00:00.000Z'],
    ]);
    expect([...counts]).toEqual([['casesReceived{source=zendesk}', 1]]);
  });

  it('a duplicate changes nothing and is counted', async () => {
    const { store, counts, deps } = setUp();
    await postZendesk(deps, zendeskEvent('ticket.created'));
    expect(await postZendesk(deps, zendeskEvent('ticket.created'))).toEqual({
      accepted: 0,
      duplicates: 1,
      caseIds: ['zendesk:5158'],
    });
    expect(store.log('zendesk:5158')).toHaveLength(1);
    expect([...counts]).toEqual([
      ['casesReceived{source=zendesk}', 1],
      ['duplicatesDropped', 1],
    ]);
  });

  it('is a sign of its source, if an alarm listens for one; what is refused is none', async () => {
    const { intake } = POLICY.sources;
    const silence = { hours: 4, calendar: 'office' };
    const sources = { ...POLICY.sources, intake: { kind: 'standard-webhooks' as const, ...intake, silence } };
    const { counts, deps } = setUp({ policy: { sources } });
    const body = JSON.stringify({
      type: 'case.opened',
      timestamp: '2025-01-08T17:59:00Z',
      data: { caseId: '1', fields: { subject: 'No picture' } },
    });
    await post(deps, 'intake', body, standardHeaders('msg_1', body));
    await post(deps, 'intake', body, standardHeaders('msg_1', body));
    await caught(post(deps, 'intake', body, {}));
    await postZendesk(deps, zendeskEvent('ticket.created'));
    expect([...counts].filter(([name]) => name.startsWith('sourceHeard'))).toEqual([['sourceHeard{source=intake}', 2]]);
  });

  it('a Standard Webhooks sender may use the same case id as Zendesk: the cases are two', async () => {
    const { store, deps } = setUp();
    const timestamp = '2025-01-08T10:00:00Z';
    await postStandard(deps, 'msg_1', { type: 'case.opened', timestamp, data: { caseId: '5158', fields: {} } });
    await postZendesk(deps, zendeskEvent('ticket.created'));
    expect([store.log('intake:5158').length, store.log('zendesk:5158').length]).toEqual([1, 1]);
  });

  it('nothing happens after it was received: a clock that is ahead cannot put an event behind all that follows', async () => {
    const { store, deps } = setUp();
    await postStandard(deps, 'msg_1', {
      type: 'case.solved',
      timestamp: '2199-01-01T00:00:00Z',
      data: { caseId: '1' },
    });
    await postStandard(deps, 'msg_2', {
      type: 'case.reopened',
      timestamp: '2025-01-08T17:59:59Z',
      data: { caseId: '1' },
    });
    expect(store.log('intake:1').map(({ occurredAt }) => occurredAt)).toEqual([
      RECEIVED_AT,
      '2025-01-08T17:59:59.000Z',
    ]);
  });

  it('bytes that are no text are refused: as text they would be three times as long', async () => {
    const { deps } = setUp();
    const json = Buffer.from(JSON.stringify(zendeskEvent('ticket.created', { detail: { subject: 'caf?' } })));
    json[json.indexOf('caf?') + 3] = 0xe9;
    const signature = createHmac('sha256', ZENDESK_SECRET).update(RECEIVED_AT).update(json).digest('base64');
    const headers = {
      'x-zendesk-webhook-signature': signature,
      'x-zendesk-webhook-signature-timestamp': RECEIVED_AT,
    };
    const refused = receiveWebhook({ source: 'zendesk', headers, readBody: () => json }, deps);
    expect(await caught(refused)).toMatchObject({ status: 400, more: { field: '(body)' } });
  });

  it('a number that JSON has rounded is no case id: two cases would become one', async () => {
    const { deps } = setUp();
    const body = '{"type":"case.solved","timestamp":"2025-01-08T10:00:00Z","data":{"caseId":9007199254740993}}';
    const refused = post(deps, 'intake', body, standardHeaders('msg_1', body));
    expect(await caught(refused)).toMatchObject({ status: 400, more: { field: 'data.caseId' } });
  });

  it('what is ours or of no use is accepted and not stored', async () => {
    const { store, counts, deps } = setUp();
    const body = zendeskEvent('ticket.priority_changed', {
      event: { current: 'HIGH' },
      detail: { actor_id: POLICY.sources.zendesk?.integrationUserId },
    });
    expect(await postZendesk(deps, body)).toEqual({ accepted: 0, duplicates: 0, caseIds: [], ignored: 'own write' });
    expect(store.takeStream()).toEqual([]);
    expect(counts.size).toBe(0);
  });

  it('refuses in order: source, size, signature, shape; and stores nothing', async () => {
    const { store, counts, deps } = setUp();
    const tooLarge = () => {
      throw new HttpProblem(413, 'Body too large', 'too large');
    };
    const statusOf = async (attempt: Promise<unknown>) => (await caught(attempt)).status;
    const nowhere = { source: 'nowhere', headers: {}, readBody: tooLarge };
    expect(await statusOf(receiveWebhook(nowhere, deps))).toBe(404);
    expect(await statusOf(receiveWebhook({ ...nowhere, source: 'constructor' }, deps))).toBe(404);
    expect(await statusOf(receiveWebhook({ ...nowhere, source: 'zendesk' }, deps))).toBe(413);
    expect(await statusOf(post(deps, 'zendesk', '{', {}))).toBe(401);
    expect(await statusOf(post(deps, 'zendesk', '{', zendeskHeaders('{', NOW, 'wrong')))).toBe(401);
    expect(await statusOf(post(deps, 'zendesk', '{', zendeskHeaders('{', NOW - 301_000)))).toBe(401);
    expect(await statusOf(post(deps, 'zendesk', '{', zendeskHeaders('{')))).toBe(400);
    expect(await statusOf(postZendesk(deps, {}))).toBe(400);
    expect(store.takeStream()).toEqual([]);
    expect([...counts]).toEqual([
      ['webhooksRefused{reason=unknown-source}', 2],
      ['webhooksRefused{reason=too-large}', 1],
      ['webhooksRefused{reason=signature}', 3],
      ['webhooksRefused{reason=shape}', 2],
    ]);
  });

  it('takes a secret during its rotation, and its successor', async () => {
    const { deps } = setUp({ secrets: { source: async () => ({ signingSecrets: ['the-next-one', ZENDESK_SECRET] }) } });
    expect((await postZendesk(deps, zendeskEvent('ticket.created'))).accepted).toBe(1);
  });

  it('looks for a secret put in since the last read before it refuses', async () => {
    const wrong = { signingSecrets: ['not-the-one-it-was-signed-with'] };
    const ages: unknown[] = [];
    const secretsAfter = (fresh: { signingSecrets: string[] }): ReceiveWebhookDeps['secrets'] => ({
      source: async (_, maxAgeMs) => {
        ages.push(maxAgeMs);
        return maxAgeMs === undefined ? wrong : fresh;
      },
    });
    const mended = setUp({ secrets: secretsAfter({ signingSecrets: [ZENDESK_SECRET] }) });
    expect((await postZendesk(mended.deps, zendeskEvent('ticket.created'))).accepted).toBe(1);
    expect(ages).toEqual([undefined, 10_000]);
    for (const fresh of [wrong, { signingSecrets: ['nor-this'] }]) {
      const { deps } = setUp({ secrets: secretsAfter(fresh) });
      expect((await caught(postZendesk(deps, zendeskEvent('ticket.created')))).status).toBe(401);
    }
  });
});

describe('the HTTP answer', () => {
  // Powertools' logger writes to a console of its own; each refusal would show in the tests' output.
  const refusals = () => vi.mocked(logger.warn).mock.calls;
  beforeEach(() => {
    vi.spyOn(logger, 'warn').mockReturnValue();
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  /** What handler.ts wires, over doubles. */
  function api(deps: ReceiveWebhookDeps) {
    const handler = httpHandler(async (event) =>
      jsonResponse(
        202,
        await receiveWebhook(
          {
            source: event.pathParameters?.source ?? '',
            headers: event.headers,
            readBody: () => rawBody(event, CAP),
          },
          deps,
        ),
      ),
    );
    return async (source: string, body: string, headers: Record<string, string>, base64 = false) => {
      const event = {
        routeKey: 'POST /webhooks/{source}',
        pathParameters: { source },
        headers,
        body: base64 ? Buffer.from(body).toString('base64') : body,
        isBase64Encoded: base64,
      } as unknown as APIGatewayProxyEventV2;
      const { statusCode, headers: sent, body: text } = await handler(event, {} as Context);
      return { status: statusCode, type: sent?.['content-type'], json: JSON.parse(text ?? '') };
    };
  }

  it('is 202, also for a body that arrives as base64', async () => {
    const { deps } = setUp();
    const body = JSON.stringify(zendeskEvent('ticket.created', { detail: { subject: 'Größe — 💥' } }));
    expect(await api(deps)('zendesk', body, zendeskHeaders(body), true)).toMatchObject({
      status: 202,
      json: { accepted: 1, duplicates: 0 },
    });
  });

  it('is problem+json that names the field', async () => {
    const { deps } = setUp();
    const body = JSON.stringify(zendeskEvent('ticket.created', { detail: { id: null } }));
    expect(await api(deps)('zendesk', body, zendeskHeaders(body))).toEqual({
      status: 400,
      type: 'application/problem+json',
      json: {
        type: 'about:blank',
        title: 'Not the documented shape',
        status: 400,
        detail: 'detail.id: expected the id of the case: text or a number',
        field: 'detail.id',
      },
    });
  });

  it('leaves a line for each refusal with source and field, and with nothing that was sent', async () => {
    const { deps } = setUp();
    const body = JSON.stringify(zendeskEvent('ticket.created', { detail: { id: 'a case id with spaces' } }));
    await api(deps)('zendesk', body, zendeskHeaders(body));
    await api(deps)('zendesk', body, { ...zendeskHeaders(body), 'x-zendesk-webhook-signature': 'c2VjcmV0' });
    await api(deps)('zendesk "dropped"', body, {});
    const where = { route: 'POST /webhooks/{source}', source: 'zendesk' };
    expect(refusals()).toEqual([
      [
        'request refused',
        {
          ...where,
          status: 400,
          title: 'Not the documented shape',
          field: 'detail.id',
          reason: 'detail.id: expected 1 to 200 visible characters without spaces or #',
        },
      ],
      [
        'request refused',
        { ...where, status: 401, title: 'Not authenticated', reason: 'the signature does not match', field: undefined },
      ],
      [
        'request refused',
        {
          route: 'POST /webhooks/{source}',
          source: '(no name)',
          status: 404,
          title: 'Unknown source',
          reason: 'the policy has no source of this name',
          field: undefined,
        },
      ],
    ]);
  });

  it('leaves no name in a line that the sender may have made of a person', async () => {
    const { deps } = setUp();
    const opened = (fields: Json) => ({
      type: 'case.opened',
      timestamp: RECEIVED_AT,
      data: { caseId: '1', fields: { ...fields, text: 'Hello' } },
    });
    const custom = JSON.stringify(opened({ custom: { 'Jane Doe <jane@example.com>': [] } }));
    const answer = await api(deps)('intake', custom, standardHeaders('msg_1', custom));
    expect(answer.json.field).toBe('data.fields.custom.Jane Doe <jane@example.com>');
    expect(refusals()[0]?.[1]).toMatchObject({
      field: '(no name)',
      reason: '(no name): expected text, true, false or an ordinary number',
    });
    const received = await postStandard(deps, 'msg_2', opened({ subjekt: 'x', 'jane@example.com': 'x' }));
    expect(received.unknownFields).toEqual(['data.fields.subjekt', 'data.fields.jane@example.com']);
    expect(forLog(received)).toEqual({ ...received, unknownFields: ['data.fields.subjekt', '(no name)'] });
    const known = await postStandard(deps, 'msg_3', opened({}));
    expect(forLog(known)).toEqual(known);
  });

  it('leaves a line for a page that is refused, too', async () => {
    const handler = httpHandler(async () => ({ statusCode: 403, body: 'a page' }));
    await handler({ routeKey: 'GET /alerts/{alertId}/acknowledge' } as APIGatewayProxyEventV2, {} as Context);
    expect(refusals()).toEqual([['request refused', { route: 'GET /alerts/{alertId}/acknowledge', status: 403 }]]);
  });

  it('is 413 over the cap, before the signature is looked at', async () => {
    const { deps } = setUp();
    expect((await api(deps)('zendesk', 'x'.repeat(CAP + 1), {})).status).toBe(413);
    expect((await api(deps)('zendesk', 'x'.repeat(CAP), {})).status).toBe(401);
  });

  it('is 503 when storage or the secret refuses, so that the CRM sends again', async () => {
    const { store, counts, deps } = setUp();
    const body = JSON.stringify(zendeskEvent('ticket.created'));
    store.refuse(1);
    expect((await api(deps)('zendesk', body, zendeskHeaders(body))).status).toBe(503);
    const locked: ReceiveWebhookDeps['secrets'] = {
      source: async () => {
        throw new SecretUnavailableError('locked');
      },
    };
    expect((await api({ ...deps, secrets: locked })('zendesk', body, zendeskHeaders(body))).status).toBe(503);
    expect(counts.get('webhooksRefused{reason=unavailable}')).toBe(2);
    expect((await api(deps)('zendesk', body, zendeskHeaders(body))).json).toMatchObject({ accepted: 1, duplicates: 0 });
  });

  it('is 422 when the table will never take it, so that nobody sends it for ever', async () => {
    const { store, deps } = setUp();
    const body = JSON.stringify(zendeskEvent('ticket.created'));
    store.append = async () => {
      throw new UnstorableError('Item size has exceeded the maximum allowed size');
    };
    expect((await api(deps)('zendesk', body, zendeskHeaders(body))).status).toBe(422);
  });

  describe('to a genuine sender of nonsense is never a 5xx, and what is stored is in order', () => {
    const bodies: Json[] = [
      zendeskEvent('ticket.created'),
      zendeskEvent('ticket.comment_added', {
        event: { comment: { id: '1', body: 'x', is_public: true, author: { id: '7', is_staff: false } } },
      }),
      zendeskEvent('ticket.status_changed', { event: { previous: 'OPEN', current: 'SOLVED' } }),
      zendeskEvent('ticket.priority_changed', { event: { previous: 'LOW', current: 'HIGH' } }),
      zendeskEvent('ticket.agent_assignment_changed', { event: { previous: 1, current: 2 } }),
      ...zendeskBodies().values(),
    ];
    const opened: Json = {
      type: 'case.opened',
      timestamp: '2025-01-08T10:00:00Z',
      data: { caseId: 'INC1', priority: 'low', fields: { subject: 's', tags: ['a'], custom: { a: 1 } } },
    };
    const odd = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom<unknown>(
        '__proto__',
        'constructor',
        '',
        '\ud800',
        '\u0000',
        -0,
        1e308,
        2 ** 60,
        5e-324,
        [[]],
        {},
      ),
      fc.string({ unit: 'binary', maxLength: 600 }),
    );
    /** A body with one to three of its values replaced, removed or added, at any depth. */
    const mutated = (samples: readonly Json[]) =>
      fc
        .tuple(
          fc.constantFrom(...samples),
          fc.array(fc.tuple(fc.nat(), odd, fc.constantFrom('replace', 'remove', 'add')), {
            minLength: 1,
            maxLength: 3,
          }),
        )
        .map(([sample, changes]) => {
          const body = structuredClone(sample);
          for (const [where, value, how] of changes) change(body, where, value, how);
          return body;
        });

    /** Keeps the checks of the real table: well-formed text and numbers that it can hold, within its limits. */
    const strictStore = (): Pick<CaseStore, 'append'> => ({
      async append(event) {
        expect(CaseEvent.parse(event)).toEqual(event);
        expect(Buffer.byteLength(event.key)).toBeLessThan(1000);
        expect(Buffer.byteLength(event.caseId)).toBeLessThan(2000);
        for (const value of leaves(event)) {
          if (typeof value === 'string') expect(value.isWellFormed()).toBe(true);
          if (typeof value === 'number' && value !== 0) {
            expect(Math.abs(value)).toBeLessThanOrEqual(Number.MAX_SAFE_INTEGER);
            expect(Math.abs(value)).toBeGreaterThan(1e-100);
          }
        }
        return 'appended';
      },
    });

    it('from Zendesk', async () => {
      const call = api(setUp({ store: strictStore() }).deps);
      await fc.assert(
        fc.asyncProperty(mutated(bodies), async (json) => {
          const body = JSON.stringify(json);
          const { status, json: answer } = await call('zendesk', body, zendeskHeaders(body));
          expect([202, 400]).toContain(status);
          if (status === 400) expect(answer.field).toBeTypeOf('string');
        }),
        { numRuns: 1500 },
      );
    }, 30_000);

    it('from a Standard Webhooks sender, with any id', async () => {
      const call = api(setUp({ store: strictStore() }).deps);
      const id = fc.oneof(fc.constant('msg_1'), fc.string({ minLength: 1, maxLength: 300 }));
      await fc.assert(
        fc.asyncProperty(mutated([opened]), id, async (json, key) => {
          const body = JSON.stringify(json);
          const { status } = await call('intake', body, standardHeaders(key, body));
          expect([202, 400]).toContain(status);
        }),
        { numRuns: 1000 },
      );
    }, 30_000);

    it('with any signature headers at all', async () => {
      const call = api(setUp({ store: strictStore() }).deps);
      const text = fc.string({ unit: 'binary', maxLength: 80 });
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom('zendesk', 'intake'),
          text,
          text,
          text,
          async (source, id, stamp, signature) => {
            const headers = {
              'webhook-id': id,
              'webhook-timestamp': stamp || String(NOW / 1000),
              'webhook-signature': `v1,${signature}`,
              'x-zendesk-webhook-signature': signature,
              'x-zendesk-webhook-signature-timestamp': stamp,
            };
            expect((await call(source, '{}', headers)).status).toBe(401);
          },
        ),
        { numRuns: 500 },
      );
    });
  });
});

function* leaves(value: unknown): Generator<unknown> {
  if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) yield* leaves(part);
  else yield value;
}

/** Changes the nth value of a body, counted through all its depths. */
function change(body: Json, where: number, value: unknown, how: string): void {
  const places: [Record<string, unknown>, string][] = [];
  const walk = (node: unknown) => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, part] of Object.entries(node)) {
      places.push([node as Record<string, unknown>, key]);
      walk(part);
    }
  };
  walk(body);
  const [parent, key] = places[where % places.length] ?? [body, 'type'];
  if (how === 'remove') delete parent[key];
  // A copy: put into itself by a second change, it would have no end.
  else parent[how === 'add' ? `${key}_${where % 7}` : key] = structuredClone(value);
}
