import {
  DynamoDBClient,
  PutItemCommand,
  TransactionCanceledException,
  TransactionConflictException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { applyEvent } from '../../../../domain/case.ts';
import { CaseEvent } from '../../../../domain/event.ts';
import { dynamoStore } from '../../../../functions/adapters/store/dynamo-store.ts';
import { StoreUnavailableError, UnstorableError } from '../../../../functions/adapters/store/store.ts';
import { opened } from '../../../support/events.ts';
import { contextOf } from '../../../support/policy-fixture.ts';

/** What the contract suite cannot see: when items expire, and what the table refuses for good. */
const dynamodb = mockClient(DynamoDBClient);
const NOW = Date.parse('2026-11-16T09:00:00Z');
const store = dynamoStore(new DynamoDBClient({ region: 'eu-central-1' }), 'table', () => NOW);
// 400 days after NOW: 2027-12-21T09:00:00Z.
const EXPIRES = { N: String(Date.parse('2027-12-21T09:00:00Z') / 1000) };
const oldCase = applyEvent(undefined, opened('2025-01-08T10:00:00Z'), contextOf());

beforeEach(() => dynamodb.reset());

describe('expiry', () => {
  it('of a case counts from its last change, however long ago its events happened', async () => {
    dynamodb.on(PutItemCommand).resolves({});
    await store.save(oldCase, undefined, 0);
    expect(dynamodb.commandCalls(PutItemCommand)[0]?.args[0].input.Item?.expiresAt).toEqual(EXPIRES);
  });

  it('of a customer’s case counts from now, for as long as was asked; its item names nobody', async () => {
    dynamodb.on(PutItemCommand).resolves({});
    const remembered = { caseId: 'zendesk:1', openedAt: '2025-01-08T10:00:00.000Z' };
    await store.remember('hash', remembered, 40 * 86_400);
    // 40 days after NOW: 2026-12-26T09:00:00Z.
    expect(dynamodb.commandCalls(PutItemCommand)[0]?.args[0].input.Item).toEqual({
      PK: { S: 'CUSTOMER#hash' },
      SK: { S: 'CASE#2025-01-08T10:00:00.000Z#zendesk:1' },
      caseId: { S: 'zendesk:1' },
      openedAt: { S: '2025-01-08T10:00:00.000Z' },
      expiresAt: { N: String(Date.parse('2026-12-26T09:00:00Z') / 1000) },
    });
  });

  it('of an alert counts from the last rung that was told, however long ago its deadline was', async () => {
    dynamodb.on(UpdateItemCommand).resolves({});
    const alert = {
      alertId: 'al_1',
      caseId: oldCase.caseId,
      kind: 'came-home' as const,
      at: '2025-01-08T10:00:00.000Z',
    };
    await store.raise(alert, 0, 'token', '2026-11-16T09:15:00.000Z').catch(() => {});
    const { ExpressionAttributeValues } = dynamodb.commandCalls(UpdateItemCommand)[0]?.args[0].input ?? {};
    expect(ExpressionAttributeValues?.[':expires']).toEqual(EXPIRES);
  });
});

describe('a case that the table refuses', () => {
  const failing = (name: string) =>
    Object.assign(new Error('Item size has exceeded the maximum allowed size'), { name });

  it('for good, as it has grown too large, is no matter of trying again', async () => {
    dynamodb.on(PutItemCommand).rejects(failing('ValidationException'));
    await expect(store.save(oldCase, undefined, 1)).rejects.toThrow(UnstorableError);
  });

  it('for now, is', async () => {
    dynamodb.on(PutItemCommand).rejects(failing('ThrottlingException'));
    await expect(store.save(oldCase, undefined, 1)).rejects.toThrow(StoreUnavailableError);
  });
});

describe('a request that the table calls invalid', () => {
  const invalid = Object.assign(new Error('One or more parameter values were invalid: Size of rangekey'), {
    name: 'ValidationException',
  });
  const first = opened('2026-11-16T09:00:00Z');
  const change = { holding: { agentId: 'lena', version: 3, held: {} }, days: [] };

  it('is never called one that may pass later, whichever store makes it', async () => {
    dynamodb.rejects(invalid);
    const calls: (() => Promise<unknown>)[] = [
      () => store.append(first),
      () => store.events(first.caseId),
      () => store.load(first.caseId),
      () => store.handoff('ho_1'),
      () => store.move('ho_1', 'offered', 'accepted', first),
      () => store.awaitWork('ho_1', 'token'),
      () => store.alert('al_1'),
      () => store.endRung('al_1', 0, first),
      () => store.markMailed('al_1', 0, 'ana', '2026-11-16T09:00:00.000Z'),
      () => store.saveHolding(change),
      () => store.history('c', '2026-11-16T09:00:00.000Z', '2026-11-16T10:00:00.000Z'),
      () => store.remember('c', { caseId: first.caseId, openedAt: '2026-11-16T09:00:00.000Z' }, 60),
      () => store.due(0, '2026-11-16T09:00:00.000Z')[Symbol.asyncIterator]().next(),
      () => store.markPolicySwept('v'),
    ];
    for (const call of calls) await expect(call(), String(call)).rejects.toThrow(UnstorableError);
  });

  it('is not tried again as part of a transaction either', async () => {
    const CancellationReasons = [{ Code: 'None' }, { Code: 'ValidationError' }];
    dynamodb
      .on(TransactWriteItemsCommand)
      .rejects(new TransactionCanceledException({ message: 'cancelled', $metadata: {}, CancellationReasons }));
    await expect(store.endRung('al_1', 0, first)).rejects.toThrow(UnstorableError);
    await expect(store.saveHolding(change, first)).rejects.toThrow(UnstorableError);
  });
});

describe('the key of an event', () => {
  it('fits DynamoDB’s sort keys and the schema of events, however long what it names', async () => {
    dynamodb.on(PutItemCommand).resolves({});
    const long = `caserelay:absorbed:zendesk:${'一'.repeat(200)}:zendesk:${'二'.repeat(200)}`;
    expect(Buffer.byteLength(long)).toBeGreaterThan(1024);
    const keyed = (key: string) => store.append({ ...opened('2026-11-16T09:00:00Z'), key });
    for (const key of [long, long, `${long}.`, 'short']) await keyed(key);
    const items = dynamodb.commandCalls(PutItemCommand).map(({ args }) => unmarshall(args[0].input.Item ?? {}));
    for (const { SK, event } of items) {
      expect(Buffer.byteLength(SK)).toBeLessThanOrEqual(1024);
      expect(SK).toBe(`EV#${event.key}`);
      expect(CaseEvent.parse(event)).toEqual(event);
    }
    expect(new Set(items.map(({ SK }) => SK)).size).toBe(3);
    expect(items.at(-1)?.SK).toBe('EV#short');
    expect(items[0]?.SK).toMatch(/^EV#caserelay:long:[\w-]{43}:caserelay:absorbed:zendesk:一/);
  });
});

describe('what an agent holds', () => {
  const change = {
    holding: { agentId: 'lena', version: 3, held: {} },
    days: [{ day: '2026-11-16', cases: 1, minutes: 15 }],
  };
  const cancelled = (...codes: string[]) =>
    new TransactionCanceledException({
      message: 'cancelled',
      $metadata: {},
      CancellationReasons: codes.map((Code) => ({ Code })),
    });

  it('expires like a case, and a day of the ledger after 100 days', async () => {
    dynamodb.on(TransactWriteItemsCommand).resolves({});
    await store.saveHolding(change);
    const [holding, day] = dynamodb.commandCalls(TransactWriteItemsCommand)[0]?.args[0].input.TransactItems ?? [];
    expect(holding?.Put?.Item?.expiresAt).toEqual(EXPIRES);
    // 100 days after 16 November: 24 February.
    expect(day?.Update?.ExpressionAttributeValues?.[':expires']).toEqual({
      N: String(Date.parse('2027-02-24T00:00:00Z') / 1000),
    });
  });

  it('is in conflict with another change that is still on its way', async () => {
    dynamodb.on(TransactWriteItemsCommand).rejects(cancelled('TransactionConflict', 'None'));
    expect(await store.saveHolding(change)).toBe('conflict');
  });

  it('is not saved by a table that is too busy, which is no conflict', async () => {
    dynamodb.on(TransactWriteItemsCommand).rejects(cancelled('ThrottlingError', 'None'));
    await expect(store.saveHolding(change)).rejects.toThrow(StoreUnavailableError);
  });
});

describe('an item that another transaction is at', () => {
  const conflict = new TransactionConflictException({ $metadata: {}, message: 'Transaction is ongoing for the item' });
  const cancelled = new TransactionCanceledException({
    $metadata: {},
    message: 'Transaction cancelled',
    CancellationReasons: [{ Code: 'None' }, { Code: 'TransactionConflict' }],
  });
  const event = opened('2026-11-16T09:00:00Z');

  it('is tried once more: a webhook that meets one is taken', async () => {
    dynamodb.on(PutItemCommand).rejectsOnce(conflict).resolves({});
    expect(await store.append(event)).toBe('appended');
    expect(dynamodb.commandCalls(PutItemCommand)).toHaveLength(2);
  });

  it('so is a transaction of ours', async () => {
    dynamodb.on(TransactWriteItemsCommand).rejectsOnce(cancelled).resolves({});
    expect(await store.endRung('al_1', 0, event)).toBe('ended');
  });

  it('is tried no third time: the caller is told to come again', async () => {
    dynamodb.on(PutItemCommand).rejects(conflict);
    await expect(store.append(event)).rejects.toThrow(StoreUnavailableError);
    expect(dynamodb.commandCalls(PutItemCommand)).toHaveLength(2);
  });

  it('is not tried again when a condition failed too: that will not change', async () => {
    const reasons = [{ Code: 'ConditionalCheckFailed' }, { Code: 'TransactionConflict' }];
    const both = new TransactionCanceledException({ $metadata: {}, message: '', CancellationReasons: reasons });
    dynamodb.on(TransactWriteItemsCommand).rejects(both);
    expect(await store.endRung('al_1', 0, event)).toBe('conflict');
    expect(dynamodb.commandCalls(TransactWriteItemsCommand)).toHaveLength(1);
  });
});
