import { DynamoDBClient, GetItemCommand, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { Webhook } from 'standardwebhooks';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { handoffEvent } from '../../domain/handoff.ts';
import { type Handoff, StoreUnavailableError } from '../../functions/adapters/store/store.ts';
import { expireHandoff } from '../../functions/expire-handoff/expire-handoff.ts';
import { HttpProblem } from '../../functions/shared/http.ts';
import { handoffIdFor } from '../../functions/shared/ids.ts';
import { BODY_CAP_BYTES } from '../../functions/shared/names.ts';
import { SecretUnavailableError } from '../../functions/shared/secrets.ts';
import { type RecordAnswerInput, recordAnswer } from '../../functions/vendor-api/record-answer.ts';
import { memoryMeter } from '../support/doubles.ts';
import {
  CASE_ID,
  HANDOFF,
  newSigningSecret,
  offeredIn,
  VENDOR_POLICY,
  vendorSecrets,
  WEDNESDAY,
} from '../support/handoff-fixture.ts';
import { type MemoryStore, memoryStore } from '../support/memory-store.ts';

const [NEW, OLD, BOGOTAS] = [newSigningSecret(), newSigningSecret(), newSigningSecret()];
const ID = HANDOFF.handoffId;
const OTHER_ID = handoffIdFor('exec-2', 1);
const UNKNOWN_ID = handoffIdFor('exec-9', 1);
const ACCEPTED = { handoffId: ID, answer: 'accepted' };
const CAPACITY = { handoffId: ID, answer: 'rejected', reason: 'capacity' };

let store: MemoryStore;
let metrics: ReturnType<typeof memoryMeter>;
let clock: number;

beforeEach(async () => {
  store = memoryStore();
  metrics = memoryMeter();
  clock = WEDNESDAY + 60_000;
  await offeredIn(store);
  await offeredIn(store, { handoffId: OTHER_ID });
});

interface Sending extends Partial<RecordAnswerInput> {
  readonly secret?: string;
  readonly signedAt?: number;
}

/** A vendor's request, signed as it should be; what `sending` has is put in after signing. */
function request(body: unknown, { secret = NEW, signedAt = clock, ...sending }: Sending = {}): RecordAnswerInput {
  const raw = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const headers = {
    'webhook-id': 'm1',
    'webhook-timestamp': String(Math.floor(signedAt / 1000)),
    'webhook-signature': new Webhook(secret).sign('m1', new Date(signedAt), raw),
  };
  return { vendorId: 'manila', handoffId: ID, headers, body: raw, ...sending };
}

function post(input: RecordAnswerInput, over: Pick<MemoryStore, 'handoff' | 'move'> = store) {
  const secrets = vendorSecrets({ manila: [NEW, OLD], bogota: [BOGOTAS] });
  const deps = { store: over, secrets, vendors: VENDOR_POLICY.vendors, meter: metrics.meter, now: () => clock };
  return recordAnswer(input, deps);
}
const answer = (body: unknown, sending?: Sending) => post(request(body, sending));

/** The problem that a request gets, as the caller sees it; the log must be as it was. */
async function refused(sent: Promise<unknown>) {
  const before = store.log(CASE_ID).length;
  const problem = await sent.then(
    () => undefined,
    (error) => error,
  );
  expect(problem).toBeInstanceOf(HttpProblem);
  expect(store.log(CASE_ID)).toHaveLength(before);
  return { status: problem.status, title: problem.title, detail: problem.message, ...problem.more };
}

const lastEvent = () => store.log(CASE_ID).at(-1);
const stateOf = async (id = ID) => (await store.handoff(id))?.state;
const accept = () => answer(ACCEPTED);

describe('an answer', () => {
  it('accepted moves the handoff and is an event of the case', async () => {
    expect(await accept()).toEqual({ handoffId: ID, state: 'accepted' });
    // Four hours to work, from 08:31.
    expect(await store.handoff(ID)).toMatchObject({ state: 'accepted', dueAt: '2026-03-11T12:31:00.000Z' });
    expect(lastEvent()).toEqual({
      type: 'handoff-accepted',
      key: `caserelay:handoff-accepted:${ID}`,
      caseId: CASE_ID,
      occurredAt: '2026-03-11T08:31:00.000Z',
      receivedAt: '2026-03-11T08:31:00.000Z',
      handoffId: ID,
      vendor: 'manila',
    });
    expect([...metrics.counts]).toEqual([['handoffAccepted{vendor=manila}', 1]]);
  });

  it('rejected keeps its reason and note', async () => {
    expect(await answer({ ...CAPACITY, note: 'full today' })).toEqual({ handoffId: ID, state: 'rejected' });
    expect(lastEvent()).toMatchObject({ type: 'handoff-rejected', reason: 'capacity', note: 'full today' });
    expect([...metrics.counts]).toEqual([['handoffRejected{vendor=manila}', 1]]);
  });

  it.each([
    ['resolved', { handoffId: ID, answer: 'resolved', note: 'reset the player' }],
    ['returned', { handoffId: ID, answer: 'returned', reason: 'skill' }],
  ])('%s ends accepted work', async (state, body) => {
    await accept();
    expect(await answer(body)).toEqual({ handoffId: ID, state });
    expect((await store.handoff(ID))?.dueAt).toBeUndefined();
    const { handoffId, answer: _, ...kept } = body;
    expect(lastEvent()).toMatchObject({ type: `handoff-${state}`, handoffId, ...kept });
    expect([...metrics.counts]).toEqual([['handoffAccepted{vendor=manila}', 1]]);
  });

  it('may be signed with any of the valid secrets', async () => {
    expect(await answer(ACCEPTED, { secret: OLD })).toEqual({ handoffId: ID, state: 'accepted' });
  });

  it('may come in the last millisecond', async () => {
    clock = Date.parse(HANDOFF.answerBy);
    expect(await accept()).toEqual({ handoffId: ID, state: 'accepted' });
  });

  it('may carry what a later version adds', async () => {
    expect(await answer({ ...ACCEPTED, agent: 'A-17' })).toEqual({ handoffId: ID, state: 'accepted' });
    expect(lastEvent()).not.toHaveProperty('agent');
  });

  it('may have a note of 2,000 characters, broken ones among them', async () => {
    await answer({ ...CAPACITY, note: `${'x'.repeat(1999)}\ud800` });
    expect(lastEvent()).toMatchObject({ note: `${'x'.repeat(1999)}\ufffd` });
  });
});

describe('a caller that is not the vendor', () => {
  const unsigned = { status: 401, title: 'Not signed by the vendor' };

  it('has no signature', async () => {
    const detail = 'the headers webhook-id, webhook-timestamp and webhook-signature are needed';
    expect(await refused(answer(ACCEPTED, { headers: {} }))).toEqual({ ...unsigned, detail });
  });

  it('has a wrong signature', async () => {
    const detail = 'no signature matches the body';
    expect(await refused(answer(ACCEPTED, { secret: newSigningSecret() }))).toEqual({ ...unsigned, detail });
  });

  it.each([
    ['stale', -301_000],
    ['ahead of time', 301_000],
  ])('has a signature that is %s', async (_, off) => {
    const detail = 'webhook-timestamp is more than 300 seconds off';
    expect(await refused(answer(ACCEPTED, { signedAt: clock + off }))).toEqual({ ...unsigned, detail });
  });

  it('changed the body', async () => {
    const body = Buffer.from(JSON.stringify(CAPACITY));
    expect(await refused(answer(ACCEPTED, { body }))).toMatchObject(unsigned);
  });

  it('is another vendor with its own secret', async () => {
    expect(await refused(answer(ACCEPTED, { secret: BOGOTAS }))).toMatchObject(unsigned);
  });

  it.each([
    ['of no vendor', 'nobody'],
    ['of a name that every object has', 'constructor'],
    ['of nothing', ''],
  ])('uses the path %s', async (_, vendorId) => {
    const unknown = { status: 404, title: 'Unknown vendor', detail: 'there is no vendor of this id' };
    expect(await refused(answer(ACCEPTED, { vendorId }))).toEqual(unknown);
    expect(await refused(answer(ACCEPTED, { vendorId, headers: {} }))).toEqual(unknown);
  });
});

describe('a body that is wrong', () => {
  it.each([
    ['empty', '', '(body)', 'the body is not valid JSON'],
    ['no JSON', 'accepted', '(body)', 'the body is not valid JSON'],
    ['cut', '{"handoffId":', '(body)', 'the body is not valid JSON'],
  ])('because it is %s', async (_, body, field, detail) => {
    expect(await refused(answer(body))).toEqual({ status: 400, title: 'Not JSON', field, detail });
  });

  const answers = 'expected one of accepted, rejected, resolved, returned';
  const reasons = 'expected one of capacity, skill, language, hours, policy, other';
  it.each<[string, unknown, string, string | undefined]>([
    ['null', null, '(body)', undefined],
    ['a list', [], '(body)', undefined],
    ['a number', 7, '(body)', undefined],
    ['without an answer', { handoffId: ID }, 'answer', answers],
    ['with an unknown answer', { handoffId: ID, answer: 'maybe' }, 'answer', answers],
    ['with an answer that only CaseRelay gives', { handoffId: ID, answer: 'expired' }, 'answer', answers],
    ['with an answer in capitals', { handoffId: ID, answer: 'ACCEPTED' }, 'answer', answers],
    ['without a handoff', { answer: 'accepted' }, 'handoffId', 'expected the handoffId of the offer'],
    [
      'with a handoff that is a number',
      { handoffId: 1, answer: 'accepted' },
      'handoffId',
      'expected the handoffId of the offer',
    ],
    ['rejected without a reason', { handoffId: ID, answer: 'rejected' }, 'reason', reasons],
    ['returned without a reason', { handoffId: ID, answer: 'returned' }, 'reason', reasons],
    ['with an unknown reason', { ...CAPACITY, reason: 'tired' }, 'reason', reasons],
    ['with a note that is no text', { ...CAPACITY, note: { a: 1 } }, 'note', 'expected text'],
    ['with a note that is null', { ...CAPACITY, note: null }, 'note', 'expected text'],
    [
      'with a note that is too long',
      { ...CAPACITY, note: 'x'.repeat(2001) },
      'note',
      'expected at most 2000 characters',
    ],
    ['of another handoff', { ...ACCEPTED, handoffId: OTHER_ID }, 'handoffId', 'it is not the handoff of the URL'],
  ])('because it is %s', async (_, body, field, expected) => {
    const problem = await refused(answer(body));
    expect(problem).toMatchObject({ status: 400, title: 'Not the documented shape', field });
    if (expected !== undefined) expect(problem.detail).toBe(`${field}: ${expected}`);
  });

  it('because its signature was replayed to another handoff of the vendor', async () => {
    const genuine = request(ACCEPTED);
    await post(genuine);
    const problem = await refused(post({ ...genuine, handoffId: OTHER_ID }));
    expect(problem).toMatchObject({ status: 400, field: 'handoffId' });
    expect(await stateOf(OTHER_ID)).toBe('offered');
  });
});

describe('a handoff that the vendor does not have', () => {
  const unknown = { status: 404, title: 'Unknown handoff', detail: 'this vendor has no handoff of this id' };

  it.each([
    ['that does not exist', UNKNOWN_ID],
    ['of an id that none can have', '../../etc'],
    ['of an id longer than a key may be', `ho_${'x'.repeat(5000)}`],
  ])('%s', async (_, handoffId) => {
    expect(await refused(answer({ ...ACCEPTED, handoffId }, { handoffId }))).toEqual(unknown);
  });

  it("that is another vendor's looks the same", async () => {
    const sent = answer(ACCEPTED, { vendorId: 'bogota', secret: BOGOTAS });
    expect(await refused(sent)).toEqual(unknown);
    expect(await stateOf()).toBe('offered');
  });
});

describe('an answer that is not possible', () => {
  const notPossible = { status: 409, title: 'Not possible now' };

  it('because it comes a second time, the very same request', async () => {
    const genuine = request(ACCEPTED);
    await post(genuine);
    expect(await refused(post(genuine))).toEqual({
      ...notPossible,
      detail: 'the handoff is accepted, it cannot be accepted; possible is: resolved, returned',
      state: 'accepted',
      possible: ['resolved', 'returned'],
    });
    expect([...metrics.counts]).toEqual([['handoffAccepted{vendor=manila}', 1]]);
  });

  it('because the handoff was rejected before', async () => {
    await answer(CAPACITY);
    expect(await refused(accept())).toEqual({
      ...notPossible,
      detail: 'the handoff is rejected, it cannot be accepted; nothing can be answered any more',
      state: 'rejected',
      possible: [],
    });
  });

  it.each(['resolved', 'returned'])('because nothing was accepted that could be %s', async (to) => {
    expect(await refused(answer({ handoffId: ID, answer: to, reason: 'skill' }))).toMatchObject({
      ...notPossible,
      state: 'offered',
      possible: ['accepted', 'rejected'],
    });
  });

  it('because the case was taken back', async () => {
    const recalled = handoffEvent(HANDOFF, { type: 'handoff-recalled', by: 'case-solved' }, clock);
    await store.move(ID, 'offered', 'recalled', recalled);
    expect(await refused(accept())).toMatchObject({ ...notPossible, state: 'recalled', possible: [] });
  });

  const late = { status: 409, title: 'Too late', detail: `the offer could be answered until ${HANDOFF.answerBy}` };

  it.each([ACCEPTED, CAPACITY])(
    'because it is late, though the workflow has not noticed yet ($answer)',
    async (body) => {
      clock = Date.parse(HANDOFF.answerBy) + 1;
      expect(await refused(answer(body))).toEqual({
        ...late,
        state: 'offered',
        possible: [],
        answerBy: HANDOFF.answerBy,
      });
    },
  );

  it('because the offer has expired', async () => {
    await expire();
    expect(await refused(accept())).toEqual({ ...late, state: 'expired', possible: [], answerBy: HANDOFF.answerBy });
  });
});

const expire = (over: Pick<MemoryStore, 'handoff' | 'move'> = store) =>
  expireHandoff({ execution: 'exec-1', attempt: 1 }, { store: over, meter: metrics.meter, now: () => clock });

describe('two at once', () => {
  const moves = () =>
    store
      .log(CASE_ID)
      .filter((known) => known.key.endsWith(ID))
      .map((known) => known.type);
  /** A store that lets `first` through just before the move. */
  const overtakenBy = (first: () => Promise<unknown>): Pick<MemoryStore, 'handoff' | 'move'> => ({
    handoff: (id) => store.handoff(id),
    async move(...args) {
      await first();
      return store.move(...args);
    },
  });

  it('an acceptance that the expiry overtakes is too late', async () => {
    await expect(
      post(
        request(ACCEPTED),
        overtakenBy(() => expire()),
      ),
    ).rejects.toMatchObject({
      status: 409,
      title: 'Too late',
      more: { state: 'expired' },
    });
    expect(moves()).toEqual(['handoff-offered', 'handoff-expired']);
    expect([...metrics.counts]).toEqual([['handoffExpired{vendor=manila}', 1]]);
  });

  it('an expiry that the acceptance overtakes leaves it accepted', async () => {
    expect(await expire(overtakenBy(accept))).toEqual({ outcome: 'accepted' });
    expect(moves()).toEqual(['handoff-offered', 'handoff-accepted']);
  });

  it('of two answers one wins, and the other is told the state', async () => {
    const outcomes = await Promise.allSettled([accept(), answer(CAPACITY)]);
    expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(outcomes.find((outcome) => outcome.status === 'rejected')?.reason).toMatchObject({ status: 409 });
    expect(moves()).toHaveLength(2);
    expect([...metrics.counts.values()]).toEqual([1]);
  });
});

describe('our own failures', () => {
  it.each([
    ['the handoff cannot be read', 1],
    ['nothing can be stored', 2],
  ])('are thrown as such when %s, so that the caller is asked to send again', async (_, calls) => {
    let left = calls;
    const failing: Pick<MemoryStore, 'handoff' | 'move'> = {
      handoff: async (id) => (--left === 0 ? Promise.reject(new StoreUnavailableError('no')) : store.handoff(id)),
      move: async (...args) => (--left === 0 ? Promise.reject(new StoreUnavailableError('no')) : store.move(...args)),
    };
    await expect(post(request(ACCEPTED), failing)).rejects.toThrow(StoreUnavailableError);
    expect(await stateOf()).toBe('offered');
  });

  it('a vendor without a secret is not an unknown vendor', async () => {
    const deps = {
      store,
      secrets: vendorSecrets({}),
      vendors: VENDOR_POLICY.vendors,
      meter: metrics.meter,
      now: () => clock,
    };
    await expect(recordAnswer(request(ACCEPTED), deps)).rejects.toThrow(SecretUnavailableError);
  });
});

vi.hoisted(() => {
  Object.assign(process.env, {
    TABLE_NAME: 'table',
    SECRET_PREFIX: 'test',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    POWERTOOLS_METRICS_DISABLED: 'true',
  });
});

// The compiled policy lies beside the code only in a bundle.
vi.mock('../../functions/shared/policy.ts', async () => {
  const { VENDOR_POLICY } = await import('../support/handoff-fixture.ts');
  return { policy: VENDOR_POLICY };
});

describe('the route', async () => {
  const [dynamo, secretsManager] = [mockClient(DynamoDBClient), mockClient(SecretsManagerClient)];
  const { handler } = await import('../../functions/vendor-api/handler.ts');

  beforeEach(() => {
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    const now = Date.now();
    const open: Handoff = {
      ...HANDOFF,
      offeredAt: new Date(now - 1000).toISOString(),
      answerBy: new Date(now + 60_000).toISOString(),
    };
    dynamo.reset();
    secretsManager.reset();
    secretsManager.on(GetSecretValueCommand).resolves({ SecretString: JSON.stringify({ signingSecrets: [NEW] }) });
    dynamo.on(GetItemCommand).resolves({ Item: marshall(open) });
    dynamo.on(TransactWriteItemsCommand).resolves({});
  });

  async function call(changes: Partial<RecordAnswerInput> = {}, isBase64Encoded = false) {
    const { vendorId, handoffId, headers, body } = { ...request(ACCEPTED, { signedAt: Date.now() }), ...changes };
    const event = {
      headers,
      body: body.toString(isBase64Encoded ? 'base64' : 'utf8'),
      isBase64Encoded,
      pathParameters: { vendorId, handoffId },
    } as unknown as APIGatewayProxyEventV2;
    const { statusCode, headers: sent, body: text } = await handler(event, {} as Context);
    return { status: statusCode, type: sent?.['content-type'], body: JSON.parse(text ?? '') };
  }

  it.each([false, true])('answers 200 with the new state (base64: %s)', async (isBase64Encoded) => {
    expect(await call({}, isBase64Encoded)).toEqual({
      status: 200,
      type: 'application/json',
      body: { handoffId: ID, state: 'accepted' },
    });
  });

  it('answers 413 to a body over the cap, whoever sent it', async () => {
    const body = Buffer.alloc(BODY_CAP_BYTES + 1, 'x');
    expect(await call({ body })).toMatchObject({ status: 413, type: 'application/problem+json' });
  });

  it('answers 401 with a problem that says what is missing', async () => {
    expect(await call({ headers: {} })).toEqual({
      status: 401,
      type: 'application/problem+json',
      body: {
        type: 'about:blank',
        title: 'Not signed by the vendor',
        status: 401,
        detail: 'the headers webhook-id, webhook-timestamp and webhook-signature are needed',
      },
    });
  });

  it('answers 503 when the table refuses, and asks for another try', async () => {
    dynamo.on(TransactWriteItemsCommand).rejects(new Error('throttled'));
    expect(await call()).toMatchObject({ status: 503, body: { detail: 'nothing was stored; send it again later' } });
  });
});
