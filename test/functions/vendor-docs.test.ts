import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { Webhook } from 'standardwebhooks';
import { beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { RecalledBy } from '../../domain/event.ts';
import { handoffEvent } from '../../domain/handoff.ts';
import type { VendorPolicy } from '../../domain/policy.ts';
import { vendorWebhooks } from '../../functions/adapters/vendor/vendor-messages.ts';
import { HttpProblem, rawBody } from '../../functions/shared/http.ts';
import { BODY_CAP_BYTES } from '../../functions/shared/names.ts';
import { recordAnswer } from '../../functions/vendor-api/record-answer.ts';
import { memoryMeter } from '../support/doubles.ts';
import {
  HANDOFF,
  newSigningSecret,
  offeredIn,
  VENDOR_POLICY,
  vendorSecrets,
  WEDNESDAY,
} from '../support/handoff-fixture.ts';
import { type MemoryStore, memoryStore } from '../support/memory-store.ts';

const SECRET = newSigningSecret();
const MANILA = VENDOR_POLICY.vendors[0] as VendorPolicy;
const ID = HANDOFF.handoffId;
const docs = parse(readFileSync(new URL('../../docs/vendor-api.yaml', import.meta.url), 'utf8'));
const route = docs.paths['/vendors/{vendorId}/handoffs/{handoffId}/answers'].post;

let store: MemoryStore;
beforeEach(async () => {
  store = memoryStore();
  await offeredIn(store);
});

interface Post {
  readonly body: unknown;
  readonly now?: number;
  readonly vendorId?: string;
  readonly handoffId?: string;
  readonly headers?: Record<string, string>;
  readonly secret?: string;
}

function post({ body, now = WEDNESDAY, vendorId = 'manila', handoffId = ID, secret = SECRET, ...more }: Post) {
  const raw = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const headers = {
    'webhook-id': 'm1',
    'webhook-timestamp': String(now / 1000),
    'webhook-signature': new Webhook(secret).sign('m1', new Date(now), raw),
    ...more.headers,
  };
  return record({ vendorId, handoffId, headers, body: raw }, () => now);
}

function record(input: Parameters<typeof recordAnswer>[0], now: () => number) {
  const secrets = vendorSecrets({ manila: [SECRET] });
  return recordAnswer(input, { store, secrets, vendors: VENDOR_POLICY.vendors, meter: memoryMeter().meter, now });
}

const accepted = { handoffId: ID, answer: 'accepted' };
const recall = () =>
  store.move(
    ID,
    'offered',
    'recalled',
    handoffEvent(HANDOFF, { type: 'handoff-recalled', by: 'case-solved' }, WEDNESDAY),
  );
const expire = () =>
  store.move(ID, 'offered', 'expired', handoffEvent(HANDOFF, { type: 'handoff-expired' }, WEDNESDAY));

/** How each documented refusal comes about. */
const REFUSALS: Record<string, () => Promise<unknown>> = {
  '400 notJson': () => post({ body: '{' }),
  '400 badAnswer': () => post({ body: { handoffId: ID, answer: 'maybe' } }),
  '400 reasonMissing': () => post({ body: { handoffId: ID, answer: 'rejected' } }),
  '400 noteTooLong': () => post({ body: { handoffId: ID, answer: 'resolved', note: 'x'.repeat(2001) } }),
  '400 otherHandoff': () => post({ body: { handoffId: 'ho_other', answer: 'accepted' } }),
  '401 missing': () => post({ body: accepted, headers: { 'webhook-signature': '' } }),
  '401 badTimestamp': () => post({ body: accepted, headers: { 'webhook-timestamp': 'now' } }),
  '401 stale': () => post({ body: accepted, headers: { 'webhook-timestamp': '1' } }),
  '401 wrong': () => post({ body: accepted, secret: newSigningSecret() }),
  '404 vendor': () => post({ body: accepted, vendorId: 'nobody' }),
  '404 handoff': () => post({ body: { ...accepted, handoffId: 'ho_none' }, handoffId: 'ho_none' }),
  '409 late': async () => {
    await expire();
    return post({ body: accepted });
  },
  '409 second': async () => {
    await post({ body: accepted });
    return post({ body: accepted });
  },
  '409 over': async () => {
    await recall();
    return post({ body: { handoffId: ID, answer: 'resolved' } });
  },
  '413 tooLarge': async () =>
    rawBody({ body: 'x'.repeat(BODY_CAP_BYTES + 1) } as APIGatewayProxyEventV2, BODY_CAP_BYTES),
};

describe('docs/vendor-api.yaml', () => {
  const ours = ['500', '503'];
  const documented = Object.entries<{ content?: Record<string, { examples: Record<string, { value: unknown }> }> }>(
    route.responses,
  ).flatMap(([status, response]) =>
    Object.entries(response.content?.['application/problem+json']?.examples ?? {}).map(
      ([name, { value }]) => [`${status} ${name}`, value] as const,
    ),
  );

  it('documents each refusal that a caller can bring about, and no other', () => {
    const names = documented.map(([name]) => name).filter((name) => !ours.includes(name.slice(0, 3)));
    expect(names.sort()).toEqual(Object.keys(REFUSALS).sort());
  });

  it.each(documented.filter(([name]) => name in REFUSALS))('gives %s as it is', async (name, example) => {
    const problem = await REFUSALS[name]?.().catch((error) => error);
    expect(problem).toBeInstanceOf(HttpProblem);
    const { status, title, message: detail, more } = problem as HttpProblem;
    expect({ type: 'about:blank', title, status, detail, ...more }).toEqual(example);
  });

  const answers: Record<string, { value: { answer: string } }> = route.requestBody.content['application/json'].examples;

  it('shows an answer of each kind', () => {
    expect(Object.keys(answers)).toEqual(['accepted', 'rejected', 'resolved', 'returned']);
  });

  it.each(Object.entries(answers))('gives an answer "%s" that is taken', async (state, { value }) => {
    if (state === 'resolved' || state === 'returned') await post({ body: accepted });
    expect(await post({ body: value })).toEqual({ handoffId: ID, state });
  });

  /** What a message looks like when it arrives. */
  async function posted(send: (vendor: VendorPolicy) => Promise<unknown>): Promise<unknown> {
    let sent: unknown;
    const server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request.setEncoding('utf8')) body += chunk;
      sent = JSON.parse(body);
      response.end();
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    await send({ ...MANILA, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` });
    server.close();
    return sent;
  }
  const exampleOf = (webhook: string, name: string) =>
    docs.webhooks[webhook].post.requestBody.content['application/json'].examples[name].value;

  it('gives the offer as it is sent', async () => {
    const { type, timestamp, data } = exampleOf('handoffOffered', 'offer');
    const { case: packet, ...offer } = data;
    const sent = await posted((to) =>
      vendorMessages().offer(to, { ...offer, offeredAt: timestamp, packet }, 'offer_1'),
    );
    expect(sent).toEqual({ type, timestamp, data });
  });

  it('gives the recall as it is sent, and each reason there is', async () => {
    const { type, timestamp, data } = exampleOf('handoffRecalled', 'recall');
    const sent = await posted((to) => vendorMessages().recall(to, { ...data, recalledAt: timestamp }, 'recall_1'));
    expect(sent).toEqual({ type, timestamp, data });
    const { because } = docs.components.schemas.RecallMessage.properties.data.properties;
    expect(because.enum).toEqual(RecalledBy.options);
  });
});

const vendorMessages = () =>
  vendorWebhooks({ secrets: vendorSecrets({ manila: [SECRET] }), allowLoopback: true, now: Date.now });

describe('docs/vendor-guide.md', () => {
  const guide = readFileSync(new URL('../../docs/vendor-guide.md', import.meta.url), 'utf8');
  const example = /```js\n([\s\S]*?)```/.exec(guide)?.[1] ?? '';

  it('has an example of at most 40 lines', () => {
    expect(example.trim().split('\n').length).toBeLessThanOrEqual(40);
  });

  it.each([
    ['accepts a case in English', 'en', 'accepted'],
    ['rejects any other', 'es', 'rejected'],
  ])('has an example that runs: it %s, once', async (_, language, state) => {
    const started = Date.now();
    const open = new Date(started + 60_000).toISOString();
    const handoff = { ...HANDOFF, offeredAt: new Date(started).toISOString(), answerBy: open };
    store = memoryStore();
    await offeredIn(store, handoff);

    const api = createServer(async (request, response) => {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      const [, , vendorId = '', , handoffId = ''] = (request.url ?? '').split('/');
      const headers = request.headers as Record<string, string>;
      const recorded = await record({ vendorId, handoffId, headers, body: Buffer.concat(chunks) }, Date.now);
      response.end(JSON.stringify(recorded));
    });
    await once(api.listen(0, '127.0.0.1'), 'listening');
    const publicUrl = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
    const env = { ...process.env, CASERELAY_SECRET: SECRET, PORT: '0' };
    const vendor = spawn(process.execPath, ['--input-type=module', '--eval', example], { env });
    const said = createInterface({ input: vendor.stdout })[Symbol.asyncIterator]();
    try {
      const port = /listening on (\d+)/.exec((await said.next()).value ?? '')?.[1];
      const answerUrl = `${publicUrl}/vendors/manila/handoffs/${ID}/answers`;
      const { offeredAt, answerBy } = handoff;
      const offer = {
        handoffId: ID,
        attempt: 1,
        offeredAt,
        answerBy,
        workSeconds: 60,
        answerUrl,
        packet: { language },
      };
      const to = { ...MANILA, url: `http://127.0.0.1:${port}/` };
      await vendorMessages().offer(to, offer, 'offer_1');
      await vendorMessages().offer(to, offer, 'offer_1');
      expect((await said.next()).value).toBe(`${ID} ${state} 200 {"handoffId":"${ID}","state":"${state}"}`);
      expect((await store.handoff(ID))?.state).toBe(state);
    } finally {
      vendor.kill();
      api.close();
    }
  });
});
