import { createHash } from 'node:crypto';
import {
  type AttributeValue,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { Case } from '../../../domain/case.ts';
import { CaseEvent } from '../../../domain/event.ts';
import { DUE_SHARDS, EVENT_PREFIX, INDEX } from '../../shared/names.ts';
import {
  caseKey,
  conditional,
  dynamoEventLog,
  eventPut,
  guarded,
  KEEP_SECONDS,
  secondsOf,
} from './dynamo-event-log.ts';
import {
  type AlertStore,
  type CaseStore,
  type DeadlineIndex,
  type DueItem,
  Handoff,
  type HandoffStore,
  StoredAlert,
  StoreUnavailableError,
  UnstorableError,
} from './store.ts';

const keyOf = (pk: string, sk: string) => marshall({ PK: pk, SK: sk });
const handoffKey = (handoffId: string) => keyOf(`HANDOFF#${handoffId}`, 'META');
const alertKey = (alertId: string) => keyOf(`ALERT#${alertId}`, 'META');

/** All stores over one DynamoDB table (docs/data-model.md). */
export function dynamoStore(
  client: DynamoDBClient,
  tableName: string,
  now: () => number = Date.now,
): CaseStore & DeadlineIndex & HandoffStore & AlertStore {
  const table = { TableName: tableName };
  /** By our own clock: what an item tells of may have happened long ago. */
  const expiry = () => secondsOf(now()) + KEEP_SECONDS;

  const getItem = async (key: Record<string, AttributeValue>) => {
    const { Item } = await guarded(client.send(new GetItemCommand({ ...table, Key: key, ConsistentRead: true })));
    return Item === undefined ? undefined : unmarshall(Item);
  };

  /** Writes all or nothing; 'conflict' when the condition of the item does not hold, or the event is in the log already. */
  const transact = async (item: TransactWriteItem, event: CaseEvent): Promise<'written' | 'conflict'> => {
    const items: TransactWriteItem[] = [item, { Put: { ...table, ...eventPut(event) } }];
    try {
      await guarded(client.send(new TransactWriteItemsCommand({ TransactItems: items })));
      return 'written';
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw error;
      const reasons = (error.CancellationReasons ?? []).map((reason) => reason.Code);
      if (reasons.includes('ConditionalCheckFailed')) return 'conflict';
      throw new StoreUnavailableError(`a transaction was cancelled: ${reasons.join(', ')}`, { cause: error });
    }
  };

  return {
    ...dynamoEventLog(client, tableName),

    async events(caseId) {
      const events: CaseEvent[] = [];
      let from: Record<string, AttributeValue> | undefined;
      do {
        const page = await guarded(
          client.send(
            new QueryCommand({
              ...table,
              ConsistentRead: true,
              KeyConditionExpression: 'PK = :pk AND begins_with(SK, :event)',
              ExpressionAttributeValues: marshall({ ':pk': caseKey(caseId), ':event': EVENT_PREFIX }),
              ExclusiveStartKey: from,
            }),
          ),
        );
        for (const item of page.Items ?? []) {
          const event = readableEvent(item);
          if (event !== undefined) events.push(event);
        }
        from = page.LastEvaluatedKey;
      } while (from !== undefined);
      return events;
    },

    async load(caseId) {
      const item = await getItem(keyOf(caseKey(caseId), 'META'));
      return item === undefined
        ? undefined
        : { state: Case.parse(item.state), version: item.version, dueAt: item.dueAt };
    },

    async save(state, dueAt, expected) {
      const item = {
        PK: caseKey(state.caseId),
        SK: 'META',
        state,
        version: expected + 1,
        expiresAt: expiry(),
        ...dueKeys(state.caseId, dueAt),
      };
      const condition =
        expected === 0
          ? { ConditionExpression: 'attribute_not_exists(PK)' }
          : {
              ConditionExpression: '#version = :expected',
              ExpressionAttributeNames: { '#version': 'version' },
              ExpressionAttributeValues: marshall({ ':expected': expected }),
            };
      const written = await conditional(
        client.send(
          new PutItemCommand({ ...table, Item: marshall(item, { removeUndefinedValues: true }), ...condition }),
        ),
      ).catch(refusedForGood);
      return written === 'written' ? 'saved' : 'conflict';
    },

    async *due(shard, until) {
      let from: Record<string, AttributeValue> | undefined;
      do {
        const page = await guarded(
          client.send(
            new QueryCommand({
              ...table,
              IndexName: INDEX.due,
              KeyConditionExpression: 'dueShard = :shard AND dueAt <= :until',
              ExpressionAttributeValues: marshall({ ':shard': String(shard), ':until': until }),
              ExclusiveStartKey: from,
            }),
          ),
        );
        for (const item of page.Items ?? []) yield dueItemOf(item);
        from = page.LastEvaluatedKey;
      } while (from !== undefined);
    },

    async create(handoff, event) {
      const item = {
        ...handoff,
        ...dueKeys(handoff.handoffId, handoff.dueAt),
        PK: `HANDOFF#${handoff.handoffId}`,
        SK: 'META',
        expiresAt: secondsOf(Date.parse(handoff.offeredAt)) + KEEP_SECONDS,
      };
      const created = await transact(
        {
          Put: {
            ...table,
            Item: marshall(item, { removeUndefinedValues: true }),
            ConditionExpression: 'attribute_not_exists(PK)',
          },
        },
        event,
      );
      if (created === 'written') return handoff;
      await conditional(
        client.send(
          new UpdateItemCommand({
            ...table,
            Key: handoffKey(handoff.handoffId),
            UpdateExpression: 'SET taskToken = :token',
            ConditionExpression: '#state = :offered',
            ExpressionAttributeNames: { '#state': 'state' },
            ExpressionAttributeValues: marshall({ ':token': handoff.taskToken, ':offered': 'offered' }),
          }),
        ),
      );
      const stored = await this.handoff(handoff.handoffId);
      if (stored === undefined)
        throw new StoreUnavailableError(`handoff ${handoff.handoffId} vanished while it was made`);
      return stored;
    },

    async handoff(handoffId: string) {
      const item = await getItem(handoffKey(handoffId));
      return item === undefined ? undefined : Handoff.parse(item);
    },

    async move(handoffId, from, to, event, dueAt) {
      const moved = await transact(
        {
          Update: {
            ...table,
            Key: handoffKey(handoffId),
            UpdateExpression:
              dueAt === undefined
                ? 'SET #state = :to REMOVE dueAt, dueShard'
                : 'SET #state = :to, dueAt = :due, dueShard = :shard',
            ConditionExpression: '#state = :from',
            ExpressionAttributeNames: { '#state': 'state' },
            ExpressionAttributeValues: marshall({ ':from': from, ':to': to, ...dueValues(handoffId, dueAt) }),
          },
        },
        event,
      );
      return moved === 'written' ? 'moved' : 'conflict';
    },

    async awaitWork(handoffId, taskToken) {
      await conditional(
        client.send(
          new UpdateItemCommand({
            ...table,
            Key: handoffKey(handoffId),
            UpdateExpression: 'SET taskToken = :token, awaiting = :work',
            ConditionExpression: '#state = :accepted',
            ExpressionAttributeNames: { '#state': 'state' },
            ExpressionAttributeValues: marshall({ ':token': taskToken, ':work': 'work', ':accepted': 'accepted' }),
          }),
        ),
      );
      return this.handoff(handoffId);
    },

    async raise(alert, rung, taskToken, dueAt) {
      await conditional(
        client.send(
          new UpdateItemCommand({
            ...table,
            Key: alertKey(alert.alertId),
            UpdateExpression:
              'SET alert = :alert, rung = :rung, taskToken = :token, expiresAt = :expires, dueAt = :due, dueShard = :shard',
            ConditionExpression: 'attribute_not_exists(acknowledgedAt)',
            ExpressionAttributeValues: marshall(
              {
                ':alert': alert,
                ':rung': rung,
                ':token': taskToken,
                ':expires': expiry(),
                ...dueValues(alert.alertId, dueAt),
              },
              { removeUndefinedValues: true },
            ),
          }),
        ),
      );
      const stored = await this.alert(alert.alertId);
      if (stored === undefined) throw new StoreUnavailableError(`alert ${alert.alertId} vanished while it was raised`);
      return stored;
    },

    async alert(alertId: string) {
      const item = await getItem(alertKey(alertId));
      return item === undefined ? undefined : StoredAlert.parse(item);
    },

    async acknowledge(alertId, by, at, event) {
      const written = await transact(
        {
          Update: {
            ...table,
            Key: alertKey(alertId),
            UpdateExpression: 'SET acknowledgedBy = :by, acknowledgedAt = :at REMOVE dueAt, dueShard',
            ConditionExpression: 'attribute_exists(PK) AND attribute_not_exists(acknowledgedAt)',
            ExpressionAttributeValues: marshall({ ':by': by, ':at': at }),
          },
        },
        event,
      );
      return written === 'written' ? 'acknowledged' : 'conflict';
    },

    async endRung(alertId, rung, event) {
      const written = await transact(
        {
          Update: {
            ...table,
            Key: alertKey(alertId),
            UpdateExpression: 'REMOVE dueAt, dueShard',
            ConditionExpression: 'rung = :rung AND attribute_exists(dueAt)',
            ExpressionAttributeValues: marshall({ ':rung': rung }),
          },
        },
        event,
      );
      return written === 'written' ? 'ended' : 'conflict';
    },

    async wasMailed(alertId, rung, to) {
      return (await getItem(keyOf(`ALERT#${alertId}`, mailKey(rung, to)))) !== undefined;
    },

    async markMailed(alertId, rung, to, at) {
      const item = {
        PK: `ALERT#${alertId}`,
        SK: mailKey(rung, to),
        at,
        expiresAt: secondsOf(Date.parse(at)) + KEEP_SECONDS,
      };
      await guarded(client.send(new PutItemCommand({ ...table, Item: marshall(item) })));
    },
  };
}

const mailKey = (rung: number, to: string) => `MAIL#${rung}#${to}`;

/** The event that an item of the log, or a stream record's image of one, holds. Throws ZodError if it is not one. */
export function eventOf(item: Record<string, AttributeValue>): CaseEvent {
  return CaseEvent.parse(unmarshall(item).event);
}

/** The same, or undefined if it is not one: apply-event has put that aside, and its case goes on without it. */
export function readableEvent(item: Record<string, AttributeValue>): CaseEvent | undefined {
  try {
    return eventOf(item);
  } catch {
    return undefined;
  }
}

const KIND_OF: Readonly<Record<string, DueItem['kind']>> = { CASE: 'case', HANDOFF: 'handoff', ALERT: 'alert' };

/** A row of the due index; whoever reads it checks it, so that one bad row stops nothing. */
function dueItemOf(item: Record<string, AttributeValue>): DueItem {
  const { PK, dueAt } = unmarshall(item);
  const [, prefix = '', id = ''] = /^([A-Z]+)#(.*)$/s.exec(String(PK)) ?? [];
  return { kind: KIND_OF[prefix] as DueItem['kind'], id, dueAt };
}

/** Attributes that put an item on the due index, or none to keep it off. */
function dueKeys(id: string, dueAt: string | undefined) {
  return dueAt === undefined ? {} : { dueAt, dueShard: String(dueShard(id)) };
}

/** The same as values of an update expression. */
function dueValues(id: string, dueAt: string | undefined) {
  return dueAt === undefined ? {} : { ':due': dueAt, ':shard': String(dueShard(id)) };
}

/** Rethrows what a write of a case failed with: a request that DynamoDB calls invalid, as one too large is, will stay so. */
function refusedForGood(error: unknown): never {
  if (error instanceof StoreUnavailableError && (error.cause as Error).name === 'ValidationException')
    throw new UnstorableError(error.message, { cause: error });
  throw error;
}

/** Spreads items evenly over the shards of the due index. */
export function dueShard(id: string): number {
  return createHash('sha256').update(id).digest().readUInt16BE(0) % DUE_SHARDS;
}
