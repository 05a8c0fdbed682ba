import { isDeepStrictEqual } from 'node:util';
import { DeleteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Case, foldCase } from '../../domain/case.ts';
import { goWithout } from '../../local/live/permissions.ts';
import { signStandard, signZendesk, type Webhook } from '../../local/replay/webhook.ts';
import { type App, eventually, openApp } from './app.ts';

const SIX_MINUTES = 6 * 60_000;
const BODY_CAP = 256 * 1024;

let app: App;
beforeAll(async () => {
  app = await openApp();
});
afterAll(() => app?.close());

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly json: Record<string, unknown>;
}

async function post(path: string, headers: Readonly<Record<string, string>>, body: string | Buffer): Promise<Answer> {
  const response = await fetch(`${app.api}${path}`, { method: 'POST', headers, body });
  const type = response.headers.get('content-type') ?? '';
  const text = await response.text();
  return { status: response.status, type, json: type.includes('json') ? JSON.parse(text) : { text } };
}

const send = ({ source, sign, body }: Webhook, at = Date.now()) => post(`/webhooks/${source}`, sign(at), body);

const zendesk = (body: string) =>
  post('/webhooks/zendesk', signZendesk(app.secrets.sources.zendesk ?? '', body, Date.now()), body);
const intake = (body: string, id = 'delivery-1') =>
  post('/webhooks/intake', signStandard(app.secrets.sources.intake ?? '', id, body, Date.now()), body);

/** A body in order, apart from what `changes` puts into its data. */
const opening = (changes: Readonly<Record<string, unknown>> = {}) =>
  JSON.stringify({
    type: 'case.opened',
    timestamp: new Date().toISOString(),
    data: { caseId: 'never-stored', fields: { subject: 'x' }, ...changes },
  });

function expectProblem(answer: Answer, status: number, more: Readonly<Record<string, unknown>> = {}): void {
  expect(answer).toMatchObject({ status, type: 'application/problem+json', json: { status, ...more } });
  expect(answer.json.title).toEqual(expect.any(String));
  expect(answer.json.detail).toEqual(expect.any(String));
}

/** As it is stored: without undefined values. */
const plain = (state: Case | undefined): unknown => JSON.parse(JSON.stringify(state ?? null));

/** Waits until the stored snapshot is the fold of the case's log. */
function settled(caseId: string): Promise<Case> {
  return eventually(`the snapshot of ${caseId} to be the fold of its log`, async () => {
    const [log, stored] = [await app.log(caseId), await app.store.load(caseId)];
    return stored !== undefined && isDeepStrictEqual(plain(foldCase(log, app.context)), plain(stored.state))
      ? stored.state
      : undefined;
  });
}

describe('a webhook', () => {
  test.each(['unknown', '__proto__', 'constructor', '%00'])('to the unknown source %s gets 404', async (source) => {
    const body = opening();
    const headers = signStandard(app.secrets.sources.intake ?? '', 'delivery-1', body, Date.now());
    expectProblem(await post(`/webhooks/${source}`, headers, body), 404);
  });

  test('without a signature, with a wrong one or with a stale one gets 401', async () => {
    const { toys, secrets } = app;
    const body = opening();
    const json = { 'content-type': 'application/json' };
    const byIntake = (secret: string, at: number) => signStandard(secret, 'delivery-1', body, at);
    const byZendesk = (secret: string, at: number) => signZendesk(secret, body, at);
    const [own, crm] = [secrets.sources.intake ?? '', secrets.sources.zendesk ?? ''];
    const now = Date.now();
    for (const [source, headers] of [
      ['intake', json],
      ['intake', byIntake(secrets.sources.servicenow ?? '', now)],
      ['intake', byIntake(own, now - SIX_MINUTES)],
      ['intake', byIntake(own, now + SIX_MINUTES)],
      ['intake', { ...byIntake(own, now), 'webhook-id': 'delivery-2' }],
      ['zendesk', json],
      ['zendesk', byZendesk('another secret', now)],
      ['zendesk', byZendesk(crm, now - SIX_MINUTES)],
      ['zendesk', { ...byZendesk(crm, now), 'x-zendesk-webhook-signature': 'é' }],
    ] as const) {
      expectProblem(await post(`/webhooks/${source}`, headers, body), 401, { title: 'Not authenticated' });
    }
    expectProblem(await post('/webhooks/intake', byIntake(own, now), `${body} `), 401);
    expect(toys.crm.ticket('never-stored')).toBeUndefined();
    expect(await app.log('intake:never-stored')).toEqual([]);
  });

  test.each([
    ['not JSON', '{"type":', '(body)'],
    ['empty', '', '(body)'],
    ['not an object', '[]', '(body)'],
    ['of no known type', JSON.stringify({ type: 'case.sung', timestamp: '2026-11-22T09:30:00Z' }), 'type'],
    ['without a time', JSON.stringify({ type: 'case.solved', data: { caseId: '1' } }), 'timestamp'],
    ['with an impossible case id', opening({ caseId: 'a b' }), 'data.caseId'],
    ['with an unknown priority', opening({ priority: 'soon' }), 'data.priority'],
    ['with a field of the wrong type', opening({ fields: { tags: 'one' } }), 'data.fields.tags'],
  ])('whose body is %s gets 400 and the name of the field', async (_what, body, field) => {
    expectProblem(await intake(body), 400, { field });
  });

  test.each([
    ['not JSON', 'x', '(body)'],
    ['of a trigger', JSON.stringify({ ticket_id: 7 }), 'type'],
    [
      'without a ticket',
      JSON.stringify({ id: 'e1', time: '2026-11-22T09:30:00Z', type: 'zen:event-type:ticket.created' }),
      'detail',
    ],
  ])('of Zendesk whose body is %s gets 400 and the name of the field', async (_what, body, field) => {
    expectProblem(await zendesk(body), 400, { field });
  });

  test('over the cap gets 413, at the cap it is read', async () => {
    const filled = (bytes: number) => `"${'x'.repeat(bytes - 2)}"`;
    expectProblem(await intake(filled(BODY_CAP + 1)), 413);
    expectProblem(await zendesk(filled(BODY_CAP + 1)), 413);
    expectProblem(await intake(filled(BODY_CAP)), 400, { field: '(body)' });
  });

  test('that comes again gets 202 and changes nothing, even if it says something else', async () => {
    const number = app.freshNumber();
    const caseId = `intake:${number}`;
    const id = `first-${number}`;
    const fields = { subject: 'My channel was hacked' };
    const first = app.tell(number, 'opened', { fields }, { id });
    expect(await send(first)).toMatchObject({ status: 202, json: { accepted: 1, duplicates: 0 } });
    await app.deliver(app.tell(number, 'solved', {}));
    await app.logged(caseId, 'solved');
    const before = await settled(caseId);
    const log = await app.log(caseId);

    expect(await send(first)).toMatchObject({ status: 202, json: { accepted: 0, duplicates: 1 } });
    const changed = app.tell(number, 'reopened', {}, { id });
    expect(await send(changed)).toMatchObject({ status: 202, json: { accepted: 0, duplicates: 1 } });
    // One that is new, so that there is something to wait for.
    await app.deliver(app.tell(number, 'csat-received', { score: 'good' }));
    const after = await eventually('the score', async () => {
      const state = await settled(caseId);
      return state.csat === undefined ? undefined : state;
    });
    expect(after).toEqual({ ...before, csat: 'good', foldedTo: after.foldedTo });
    const known = new Set(log.map(({ key }) => key));
    expect((await app.log(caseId)).filter(({ key }) => !known.has(key))).toMatchObject([{ type: 'csat-received' }]);
  });
});

/** Always the same order for the same list, and nothing like the order it came in. */
function shuffled<T>(list: readonly T[]): T[] {
  const key = (index: number) => (index * 7919 + 13) % 31;
  return list
    .map((item, index) => ({ item, at: key(index) }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

describe('the events of a case', () => {
  test('end in the same case out of order, twice and two at once', async () => {
    const number = app.freshNumber();
    const caseId = `intake:${number}`;
    const start = Date.now() - 40_000;
    const event = (second: number, type: string, data: Readonly<Record<string, unknown>>) =>
      app.tell(number, type, data, { at: start + second * 1000 });
    const rounds = [5, 10, 15, 20, 25, 30].flatMap((second) => [
      event(second, 'message-added', { author: 'customer', public: true, text: `at ${second}` }),
      event(second + 1, 'message-added', { author: 'agent', public: true }),
      event(second + 2, 'status-changed', { status: 'pending' }),
      event(second + 3, 'status-changed', { status: 'open' }),
    ]);
    const events = [
      event(0, 'opened', { priority: 'low', fields: { subject: 'How do I change my avatar?', language: 'en' } }),
      ...rounds,
      event(34, 'priority-changed', { priority: 'high' }),
      event(35, 'assigned', { assigneeId: '600001', group: '360001' }),
      event(36, 'message-added', { author: 'agent', public: false, text: 'a note' }),
      event(37, 'solved', {}),
      event(38, 'csat-received', { score: 'good' }),
    ];
    expect(events).toHaveLength(30);
    const mixed = shuffled(events);
    for (let from = 0; from < mixed.length; from += 4) {
      const answers = await Promise.all(
        mixed.slice(from, from + 4).map((webhook) => Promise.all([send(webhook), send(webhook)])),
      );
      for (const pair of answers) {
        expect(pair.map(({ status }) => status)).toEqual([202, 202]);
        expect(pair.map(({ json }) => json.accepted).toSorted()).toEqual([0, 1]);
      }
    }
    const sent = new Set(events.map(({ id }) => id));
    const ofSender = (await app.log(caseId)).filter(({ key }) => !key.startsWith('caserelay:'));
    expect(ofSender.map(({ key }) => key).toSorted()).toEqual([...sent].toSorted());
    const state = await eventually('the case to be solved', async () => {
      const found = await settled(caseId);
      return found.status === 'solved' && found.csat !== undefined ? found : undefined;
    });

    const at = (second: number) => new Date(start + second * 1000).toISOString();
    expect(state).toMatchObject({ status: 'solved', replies: 6, csat: 'good', openedAt: at(0) });
    expect(state.fields).toMatchObject({ assigneeId: '600001', group: '360001', text: 'at 5' });
    // First response: 0 s to the first reply. Then five turns, the last from 30 s to 31 s. Resolution: to 37 s, six pauses of 1 s.
    expect(state.ended).toEqual({ 'first-response': 0, 'next-response': 4, resolution: 0 });
    const [first, next, resolution] = ['first-response', 'next-response', 'resolution'].map((clock) =>
      state.turns.find((turn) => turn.clock === clock),
    );
    expect(first).toMatchObject({ turn: 1, startedAt: at(0), stoppedAt: at(6) });
    expect(next).toMatchObject({ turn: 5, startedAt: at(30), stoppedAt: at(31) });
    expect(resolution).toMatchObject({ turn: 1, startedAt: at(0), stoppedAt: at(37) });
    expect(resolution?.pauses).toEqual(
      [7, 12, 17, 22, 27, 32].map((second) => ({ from: at(second), to: at(second + 1), reason: 'pending' })),
    );
  });

  test('go on behind one that nobody can read, which lands in the poison queue', async () => {
    const number = app.freshNumber();
    const caseId = `intake:${number}`;
    const TableName = app.deployment.tableName;
    const Key = marshall({ PK: `CASE#${caseId}`, SK: 'EV#unreadable' });
    const Item = { ...Key, ...marshall({ event: { type: 'from-another-world', caseId, key: 'unreadable' } }) };
    await app.dynamodb.send(new PutItemCommand({ TableName, Item }));
    const poison = await takePoison((body) => body.caseKey === `CASE#${caseId}`);
    expect(poison).toMatchObject({ eventKey: 'EV#unreadable', reason: 'the record does not hold a case event' });

    // The same case and another one; then something that happened before the triage, for which the log is read anew.
    const other = app.freshNumber();
    const openedAt = Date.now() - 5000;
    const fields = { subject: 'My channel was hacked' };
    await app.deliver(app.tell(number, 'opened', { fields }, { at: openedAt }));
    await app.deliver(app.tell(other, 'opened', { fields }, { at: openedAt }));
    expect((await app.logged(caseId, 'triaged')).decision.ruleId).toBe('account-hijacked');
    expect((await app.logged(`intake:${other}`, 'triaged')).decision.ruleId).toBe('account-hijacked');
    const late = { author: 'agent', public: true, text: 'We look into it.' };
    await app.deliver(app.tell(number, 'message-added', late, { at: openedAt + 1000 }));
    await app.deliver(app.tell(number, 'solved', {}));
    await app.deliver(app.tell(other, 'solved', {}));
    for (const id of [caseId, `intake:${other}`]) {
      await eventually(`${id} to be solved`, async () => ((await settled(id)).status === 'solved' ? true : undefined));
    }
    expect((await settled(caseId)).replies).toBe(1);
    await app.dynamodb.send(new DeleteItemCommand({ TableName, Key }));
  });
});

/** Takes a message off the poison queue, so that no later test finds it there. */
function takePoison(is: (body: Record<string, unknown>) => boolean): Promise<Record<string, unknown>> {
  const [, QueueUrl] = Object.entries(app.deployment.queueUrls).find(([name]) => name.includes('poison')) ?? [];
  return eventually('the poison event', async () => {
    const { Messages = [] } = await app.sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 1 }),
    );
    for (const { Body, ReceiptHandle } of Messages) {
      const body = JSON.parse(Body ?? '{}');
      if (!is(body)) continue;
      await app.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      return body;
    }
    return undefined;
  });
}

describe("a vendor's answer", () => {
  // Manila says nothing to this subject (local/toys/vendor-rules.ts): the test answers in its place.
  const offer = async () => {
    const { caseId } = await app.openTicket({ subject: 'No sound on my streaming stick' });
    const { handoffId } = await app.logged(caseId, 'handoff-offered');
    const answers = async () =>
      (await app.log(caseId)).flatMap((event) =>
        'handoffId' in event && event.handoffId === handoffId ? [event.type] : [],
      );
    return { caseId, handoffId, answers };
  };

  test('by another vendor, or to a handoff that there is not, gets 404; one that it did not sign 401', async () => {
    const { handoffId, answers } = await offer();
    const accepted = { answer: 'accepted' };
    expect(await app.answer('bogota', handoffId, accepted)).toMatchObject({
      status: 404,
      body: { title: 'Unknown handoff' },
    });
    expect(await app.answer('nobody', handoffId, accepted, 'manila')).toMatchObject({
      status: 404,
      body: { title: 'Unknown vendor' },
    });
    expect(await app.answer('manila', `ho_${'x'.repeat(22)}`, accepted)).toMatchObject({ status: 404 });
    expect(await app.answer('manila', handoffId, accepted, 'bogota')).toMatchObject({ status: 401 });
    expect(await app.answer('manila', handoffId, { answer: 'perhaps' })).toMatchObject({
      status: 400,
      body: { field: 'answer' },
    });
    expect(await answers()).toEqual(['handoff-offered']);
  });

  test('a second time gets 409 and changes nothing', async () => {
    const { handoffId, answers } = await offer();
    expect((await app.answer('manila', handoffId, { answer: 'accepted' })).status).toBe(200);
    for (const said of [{ answer: 'accepted' }, { answer: 'rejected', reason: 'capacity' }]) {
      expect(await app.answer('manila', handoffId, said)).toMatchObject({
        status: 409,
        body: { state: 'accepted', possible: ['resolved', 'returned'] },
      });
    }
    expect(await answers()).toEqual(['handoff-offered', 'handoff-accepted']);
  });

  test('two at once: one is taken, the other gets 409', async () => {
    const { handoffId, answers } = await offer();
    const given = await Promise.all([
      app.answer('manila', handoffId, { answer: 'accepted' }),
      app.answer('manila', handoffId, { answer: 'rejected', reason: 'skill' }),
    ]);
    expect(given.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    const taken = given.find(({ status }) => status === 200)?.body.state;
    expect(await answers()).toEqual(['handoff-offered', `handoff-${taken}`]);
  });

  test('that comes too late gets 409 and changes nothing', async () => {
    const { caseId, handoffId, answers } = await offer();
    await app.logged(caseId, 'handoff-expired');
    expect(await app.answer('manila', handoffId, { answer: 'accepted' })).toMatchObject({
      status: 409,
      body: { title: 'Too late', state: 'expired', possible: [] },
    });
    expect(await answers()).toEqual(['handoff-offered', 'handoff-expired']);
  });
});

const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
const NASTY: readonly (readonly [what: string, body: string | Buffer])[] = [
  ['nothing', ''],
  ['null', 'null'],
  ['a number', '7'],
  ['a NUL', '\u0000'],
  ['bytes that are no UTF-8', Buffer.from([0xff, 0xfe, 0x80, 0x7b])],
  ['very deep lists', deep],
  ['very deep lists inside', `{"type":"case.opened","timestamp":"2026-11-22T09:30:00Z","data":${deep}}`],
  ['a prototype', '{"__proto__":{"type":"case.solved"},"constructor":{"prototype":{}}}'],
  ['a type from the prototype', '{"type":"__proto__","timestamp":"2026-11-22T09:30:00Z","data":{"caseId":"1"}}'],
  ['objects for texts', '{"type":{"toString":1},"timestamp":{},"data":{"caseId":{}},"id":[],"time":0,"detail":[]}'],
  [
    'a year far off',
    '{"type":"case.csat-received","timestamp":"9999-12-31T23:59:59Z","data":{"caseId":"1","score":"good"}}',
  ],
  [
    'half a character',
    '{"type":"case.csat-received","timestamp":"2026-11-22T09:30:00Z","data":{"caseId":"\\ud800","score":"good"}}',
  ],
  [
    'numbers that no table takes',
    '{"type":"case.solved","timestamp":"2026-11-22T09:30:00Z","data":{"caseId":"1","fields":{"custom":{"a":1e999,"b":1e-400}}}}',
  ],
  [
    'a name that no map has',
    '{"type":"case.solved","timestamp":"2026-11-22T09:30:00Z","data":{"caseId":"1","fields":{"custom":{"":1}}}}',
  ],
  [
    'a key of ours',
    '{"id":"caserelay:x","time":"2026-11-22T09:30:00Z","type":"zen:event-type:ticket.merged","detail":{"id":"1"}}',
  ],
  ['an answer about nothing', '{"handoffId":null,"answer":["accepted"]}'],
  ['a note of half a character', `{"handoffId":"ho_${'x'.repeat(22)}","answer":"resolved","note":"\\udfff"}`],
];

describe('whatever is sent', () => {
  test.each(NASTY)('%s is the caller’s mistake, never ours', async (_what, body) => {
    const { sources, vendors } = app.secrets;
    const text = body.toString('latin1');
    const sign = (secret: string | undefined) => signStandard(secret ?? '', 'delivery-1', text, Date.now());
    // What is signed are the bytes; for these, Latin-1 stands for each byte as it is.
    const answers = await Promise.all([
      post('/webhooks/intake', sign(sources.intake), body),
      post('/webhooks/zendesk', signZendesk(sources.zendesk ?? '', body.toString(), Date.now()), body),
      post(`/vendors/manila/handoffs/ho_${'x'.repeat(22)}/answers`, sign(vendors.manila), body),
      post('/alerts/al_none/acknowledge', { 'content-type': 'application/x-www-form-urlencoded' }, body),
    ]);
    for (const { status, type } of answers) {
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
      expect(type).toMatch(/^(application\/problem\+json|text\/html)/);
    }
  });

  test.each([
    ['a vendor from the prototype', 'POST', '/vendors/__proto__/handoffs/x/answers'],
    ['a handoff of NUL', 'POST', '/vendors/manila/handoffs/%00/answers'],
    ['a very long handoff', 'POST', `/vendors/manila/handoffs/${'x'.repeat(4000)}/answers`],
    ['an alert from the prototype', 'GET', '/alerts/constructor/acknowledge?token=__proto__'],
    ['a link without its token', 'GET', '/alerts/al_none/acknowledge'],
    ['a link with two tokens', 'GET', '/alerts/al_none/acknowledge?token=a.b.c&token=d.e.f'],
    ['a very long link', 'GET', `/alerts/${'x'.repeat(3000)}/acknowledge?token=${'y'.repeat(3000)}`],
    ['a method that is not served', 'DELETE', '/webhooks/intake'],
    ['a page that there is not', 'GET', '/'],
  ])('%s is the caller’s mistake too', async (_what, method, path) => {
    const { status } = await fetch(`${app.api}${path}`, { method, ...(method === 'POST' ? { body: '{}' } : {}) });
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
  });
});

describe('a table that refuses', () => {
  test('makes a webhook get 503, so that its sender tries again; then it is taken', async () => {
    const webhook = app.tell(app.freshNumber(), 'csat-received', { score: 'good' });
    const { endpoint } = app.deployment;
    await goWithout(endpoint, ['receive-webhook dynamodb:PutItem']);
    try {
      expectProblem(await send(webhook), 503);
    } finally {
      await goWithout(endpoint, []);
    }
    expect(await send(webhook)).toMatchObject({ status: 202, json: { accepted: 1, duplicates: 0 } });
  });
});
