import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CaseEvent } from '../../../../domain/event.ts';
import type { Headers } from '../../../../functions/adapters/crm/crm-adapter.ts';
import { standardWebhooks } from '../../../../functions/adapters/crm/standard-webhooks.ts';
import { HttpProblem } from '../../../../functions/shared/http.ts';
import { SecretUnavailableError } from '../../../../functions/shared/secrets.ts';
import { NOW, RECEIVED_AT, STANDARD_SECRET, signatureVectors, standardHeaders } from '../../../support/webhooks.ts';

const refusal = (act: () => unknown): HttpProblem => {
  try {
    act();
  } catch (error) {
    if (error instanceof HttpProblem) return error;
    throw error;
  }
  throw new Error('nothing was refused');
};

describe('Standard Webhooks signatures', () => {
  const body = '{"type":"case.solved"}';
  const verify = (headers: Headers, secrets = [STANDARD_SECRET], text = body, now = NOW) =>
    standardWebhooks.verify({ headers, body: Buffer.from(text) }, secrets, now);
  const detailOf = (headers: Headers) => {
    const { status, message } = refusal(() => verify(headers));
    return `${status} ${message}`;
  };

  it("accepts the specification's vector", () => {
    const headers = {
      'Webhook-Id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'Webhook-Timestamp': '1614265330',
      'Webhook-Signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    };
    expect(() => verify(headers, [STANDARD_SECRET], '{"test": 2432232314}', 1_614_265_330_000)).not.toThrow();
  });

  it('accepts any of several secrets and any of several signatures', () => {
    const headers = standardHeaders('msg_1', body);
    expect(() => verify(headers, ['whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', STANDARD_SECRET])).not.toThrow();
    const several = { ...headers, 'webhook-signature': `v1,AAAA v2,x ${headers['webhook-signature']}` };
    expect(() => verify(several)).not.toThrow();
  });

  it('lets a genuine body pass that is not JSON: that is a 400, not a 401', () => {
    expect(() => verify(standardHeaders('msg_1', 'not JSON'), [STANDARD_SECRET], 'not JSON')).not.toThrow();
  });

  it('tells missing, wrong and stale apart', () => {
    const headers = standardHeaders('msg_1', body);
    for (const name of Object.keys(headers))
      expect(detailOf({ ...headers, [name]: undefined })).toBe('401 the signature headers are missing');
    for (const signature of ['v1,', 'v1', 'x', 'v1,dawfeoifkpqwoekfpqoekf', 'v1,\u{1f4a5}'])
      expect(detailOf({ ...headers, 'webhook-signature': signature })).toBe('401 the signature does not match');
    const stale = '401 the signature is more than five minutes from our clock';
    expect(detailOf(standardHeaders('msg_1', body, NOW - 301_000))).toBe(stale);
    expect(detailOf(standardHeaders('msg_1', body, NOW + 301_000))).toBe(stale);
    for (const timestamp of ['soon', '1e999', '-1', ''.padEnd(400, '9')])
      expect(detailOf({ ...headers, 'webhook-timestamp': timestamp })).toBe(stale);
    expect(() => verify(standardHeaders('msg_1', body, NOW - 300_000))).not.toThrow();
  });

  it('a secret that cannot sign is our fault, not the caller’s', () => {
    expect(() => verify(standardHeaders('msg_1', body), ['whsec_not base64!'])).toThrow(SecretUnavailableError);
  });

  it.each(signatureVectors('standard-webhooks'))('agrees with vector $id: valid $valid', (vector) => {
    const at = Number(vector.headers['webhook-timestamp']) * 1000;
    const check = () => verify(vector.headers, [vector.secret], vector.body, Number.isNaN(at) ? NOW : at);
    if (vector.valid) expect(check).not.toThrow();
    else expect(refusal(check).status).toBe(401);
  });

  it('has vectors of both kinds to agree with', () => {
    expect(signatureVectors('standard-webhooks').map(({ valid }) => valid)).toEqual([true, false, false, false, false]);
  });
});

describe('Standard Webhooks bodies', () => {
  const timestamp = '2025-01-08T11:00:00+01:00';
  const normalise = (json: unknown, id: string | undefined = 'msg_1') =>
    standardWebhooks.normalise(json, { 'webhook-id': id }, { source: 'intake', receivedAt: RECEIVED_AT });
  const only = (type: string, data: object) => {
    const { events } = normalise({ type, timestamp, data });
    expect(events).toHaveLength(1);
    expect(CaseEvent.parse(events[0])).toEqual(events[0]);
    return events[0];
  };
  const base = {
    key: 'msg_1',
    caseId: 'intake:INC0001',
    occurredAt: '2025-01-08T10:00:00.000Z',
    receivedAt: RECEIVED_AT,
  };

  it('opens a case with everything that a case can have', () => {
    const fields = {
      subject: 'Buffering',
      text: 'It stops',
      channel: 'phone',
      language: 'en',
      requesterId: 17,
      assigneeId: 'a-1',
      group: 'Group 70',
      tier: 'gold',
      region: 'US',
      tags: ['tv'],
      custom: { impact: 2, vip: true, category: 'Category 26' },
    };
    expect(only('case.opened', { caseId: 'INC0001', status: 'new', priority: 'high', fields })).toEqual({
      ...base,
      type: 'opened',
      status: 'new',
      priority: 'high',
      fields: { ...fields, requesterId: '17' },
    });
  });

  it.each(['', null])('takes a merge into %j for one that names no case', (into) => {
    expect(only('case.merged', { caseId: 'INC0001', into })).toEqual({ ...base, type: 'merged' });
  });

  it('keeps the sender’s own order of its events', () => {
    const body = { type: 'case.solved', timestamp, data: { caseId: 'INC0001' } };
    expect(normalise({ ...body, sequence: 17 })).toEqual({ events: [{ ...base, type: 'solved', sequence: '17' }] });
    const [event] = normalise({ ...body, sequence: '184467440737095516' }).events;
    expect(event?.sequence).toBe('184467440737095516');
    const [without] = normalise(body).events;
    expect(Object.keys(without ?? {})).not.toContain('sequence');
    for (const sequence of [-1, 1.5, 'first', 2 ** 60, null])
      expect(refusal(() => normalise({ ...body, sequence })).message).toMatch(
        /^sequence: expected a whole number from 0/,
      );
  });

  it('keeps the headers that tell a machine from a person, and no other', () => {
    const headers = { 'Auto-Submitted': 'auto-replied', From: 'mia@example.com', 'Return-Path': '<mia@example.com>' };
    const kept = { headers: { 'auto-submitted': 'auto-replied' } };
    expect(only('case.opened', { caseId: 'INC0001', fields: {}, headers })).toMatchObject(kept);
    const message = { caseId: 'INC0001', author: 'customer', public: true };
    expect(only('case.message-added', { ...message, headers })).toMatchObject(kept);
    expect(only('case.message-added', { ...message, headers: { From: 'mia@example.com' } })?.type).toBe(
      'message-added',
    );
    expect(JSON.stringify(only('case.message-added', { ...message, headers }))).not.toContain('mia@');
  });

  it.each<[string, object]>([
    ['message-added', { author: 'customer', public: true, text: 'Hello?' }],
    ['message-added', { author: 'vendor', public: false }],
    ['status-changed', { status: 'on-hold', fields: { tags: [] } }],
    ['solved', {}],
    ['reopened', {}],
    ['priority-changed', { priority: null }],
    ['assigned', { assigneeId: null, group: 'Group 70' }],
    ['merged', { into: 'INC0002' }],
    ['csat-received', { score: 'bad' }],
  ])('case.%s %j', (type, data) => {
    expect(only(`case.${type}`, { caseId: 'INC0001', ...data })).toEqual({ ...base, type, ...data });
  });

  it('takes a number as the id of a case, and drops what it does not know', () => {
    expect(only('case.solved', { caseId: 4711, colour: 'blue' })).toEqual({
      ...base,
      type: 'solved',
      caseId: 'intake:4711',
    });
  });

  it('names what it does not know, so that a misspelt field is seen', () => {
    const unknown = (json: object) => normalise(json).unknownFields;
    const data = { caseId: 'INC0001', priorty: 'high', fields: { subjet: 'Buffering', text: 'It stops' } };
    expect(unknown({ type: 'case.opened', timestamp, data, version: 2 })).toEqual([
      'version',
      'data.priorty',
      'data.fields.subjet',
    ]);
    expect(unknown({ type: 'case.solved', timestamp, data: { caseId: 'INC0001', status: 'solved' } })).toEqual([
      'data.status',
    ]);
    expect(
      unknown({ type: 'case.solved', timestamp, data: { caseId: 'INC0001', fields: { custom: { odd: 1 } } } }),
    ).toBe(undefined);
    const names = Array.from({ length: 30 }, (_, i) => [`${'x'.repeat(100)}${i}`, i]);
    const named = unknown({
      type: 'case.solved',
      timestamp,
      data: { caseId: 'INC0001', ...Object.fromEntries(names) },
    });
    expect(named).toEqual(Array.from({ length: 10 }, () => `data.${'x'.repeat(60)}`));
  });

  it('cuts what is longer than triage or a packet needs, never inside a character', () => {
    const text = `${'a'.repeat(19_999)}\u{1f4a5}`;
    const event = only('case.opened', {
      caseId: 'INC0001',
      fields: { text, subject: 's'.repeat(600), tags: Array.from({ length: 300 }, (_, i) => `t${i}`) },
    });
    if (event?.type !== 'opened') throw new Error('not opened');
    expect(event.fields.text).toBe(`${'a'.repeat(19_999)}\ufffd`);
    expect(event.fields.subject).toHaveLength(500);
    expect(event.fields.tags).toHaveLength(200);
  });

  const opened = (data: object) => ({
    type: 'case.opened',
    timestamp,
    data: { caseId: 'INC0001', fields: {}, ...data },
  });
  const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`f${i}`, i]));
  it.each<[string, unknown, string]>([
    ['no object', 7, '(body)'],
    ['an unknown type', { type: 'case.triaged', timestamp, data: { caseId: '1' } }, 'type'],
    ['a type without prefix', { type: 'opened', timestamp, data: { caseId: '1' } }, 'type'],
    ['an inherited type', { type: 'constructor', timestamp, data: { caseId: '1' } }, 'type'],
    ['no timestamp', { type: 'case.solved', data: { caseId: '1' } }, 'timestamp'],
    ['a timestamp in seconds', { type: 'case.solved', timestamp: 1_736_330_400, data: { caseId: '1' } }, 'timestamp'],
    ['no data', { type: 'case.solved', timestamp }, 'data'],
    ['no fields for a new case', opened({ fields: undefined }), 'data.fields'],
    ['no case id', opened({ caseId: undefined }), 'data.caseId'],
    ['an empty case id', opened({ caseId: '' }), 'data.caseId'],
    ['a case id with a space', opened({ caseId: 'INC 1' }), 'data.caseId'],
    ['a case id that is too long', opened({ caseId: 'x'.repeat(201) }), 'data.caseId'],
    ['half a character in a case id', opened({ caseId: 'x\ud83d' }), 'data.caseId'],
    ['an unknown priority', opened({ priority: 'P1' }), 'data.priority'],
    ['an unknown status', opened({ status: 'OPEN' }), 'data.status'],
    ['a case id with characters that nobody sees', opened({ caseId: '47\u202e11' }), 'data.caseId'],
    ['tags that are text', opened({ fields: { tags: 'tv' } }), 'data.fields.tags'],
    ['a nested custom field', opened({ fields: { custom: { a: { b: 1 } } } }), 'data.fields.custom.a'],
    ['a number that no table keeps', opened({ fields: { custom: { a: 2 ** 53 } } }), 'data.fields.custom.a'],
    ['too many custom fields', opened({ fields: { custom: many(201) } }), 'data.fields.custom'],
    ['a custom field without a name', opened({ fields: { custom: { '': 1 } } }), 'data.fields.custom'],
    ['headers that are a list', opened({ headers: ['Precedence: bulk'] }), 'data.headers'],
    ['a header that is a number', opened({ headers: { Precedence: 1 } }), 'data.headers.Precedence'],
    ['no author', { type: 'case.message-added', timestamp, data: { caseId: '1', public: true } }, 'data.author'],
    [
      'public as text',
      { type: 'case.message-added', timestamp, data: { caseId: '1', author: 'agent', public: 'yes' } },
      'data.public',
    ],
    ['no assignee', { type: 'case.assigned', timestamp, data: { caseId: '1' } }, 'data.assigneeId'],
    ['a score in stars', { type: 'case.csat-received', timestamp, data: { caseId: '1', score: 5 } }, 'data.score'],
  ])('%s is a 400 that names the field', (_what, body, field) => {
    const { status, more, message } = refusal(() => normalise(body));
    expect([status, more.field]).toEqual([400, field]);
    expect(message).not.toContain('Invalid input');
  });

  it('a webhook-id that is no key is a 400 that names it', () => {
    const body = { type: 'case.solved', timestamp, data: { caseId: '1' } };
    for (const id of ['', 'with space', 'x'.repeat(201), 'caserelay:triaged:1', 'é'])
      expect(refusal(() => normalise(body, id)).more.field).toBe('webhook-id');
  });

  it('takes every example of docs/webhooks.md, and each type has one', () => {
    const page = readFileSync(new URL('../../../../docs/webhooks.md', import.meta.url), 'utf8');
    const examples = [...page.matchAll(/^```json\n(.*?)^```/gms)].map(([, text = '']) => JSON.parse(text));
    // What we send ourselves is tested where it is made: standard-webhooks-api.test.ts.
    const bodies = examples.filter(({ type }) => type !== undefined && type !== 'case.update');
    expect(bodies.map((body) => `case.${normalise(body).events[0]?.type}`)).toEqual(bodies.map(({ type }) => type));
    expect(page.match(/^### (case\..*)$/gm)?.map((heading) => heading.slice(4))).toEqual(
      bodies.map(({ type }) => type),
    );
    expect(bodies).toHaveLength(9);
  });
});
