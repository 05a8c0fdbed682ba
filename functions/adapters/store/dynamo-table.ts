import { createHash } from 'node:crypto';
import {
  type AttributeValue,
  type DynamoDBClient,
  GetItemCommand,
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { CaseEvent } from '../../../domain/event.ts';
import { DUE_SHARDS } from '../../shared/names.ts';
import { cancelledFor, guarded, reasonsOf } from './dynamo-call.ts';
import { eventPut } from './dynamo-event-log.ts';

/** What every store over the table needs to know of it. */
export interface DynamoTable {
  readonly client: DynamoDBClient;
  readonly name: string;
  /** ms; items expire by our own clock, as what they tell of may have happened long ago. */
  readonly now: () => number;
}

export const keyOf = (pk: string, sk: string) => marshall({ PK: pk, SK: sk });

/** Reads one item, strongly consistent. */
export async function getItem(table: DynamoTable, key: Record<string, AttributeValue>) {
  const get = new GetItemCommand({ TableName: table.name, Key: key, ConsistentRead: true });
  const { Item } = await guarded(() => table.client.send(get));
  return Item === undefined ? undefined : unmarshall(Item);
}

/** Writes an item and its event, both or neither; 'conflict' when the condition of the item does not hold, or the event is in the log already. */
export async function transact(
  table: DynamoTable,
  item: TransactWriteItem,
  event: CaseEvent,
): Promise<'written' | 'conflict'> {
  const items: TransactWriteItem[] = [item, { Put: { TableName: table.name, ...eventPut(event) } }];
  try {
    await guarded(() => table.client.send(new TransactWriteItemsCommand({ TransactItems: items })));
    return 'written';
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
    if (reasonsOf(error).includes('ConditionalCheckFailed')) return 'conflict';
    throw cancelledFor(error);
  }
}

/** The condition of a put: the item is still of the version that was read; 0: there is none yet. */
export function ifVersion(expected: number) {
  return expected === 0
    ? { ConditionExpression: 'attribute_not_exists(PK)' }
    : {
        ConditionExpression: '#version = :expected',
        ExpressionAttributeNames: { '#version': 'version' },
        ExpressionAttributeValues: marshall({ ':expected': expected }),
      };
}

/** Attributes that put an item on the due index, or none to keep it off. */
export function dueKeys(id: string, dueAt: string | undefined) {
  return dueAt === undefined ? {} : { dueAt, dueShard: String(dueShard(id)) };
}

/** The same as values of an update expression. */
export function dueValues(id: string, dueAt: string | undefined) {
  return dueAt === undefined ? {} : { ':due': dueAt, ':shard': String(dueShard(id)) };
}

/** Spreads items evenly over the shards of the due index. */
export function dueShard(id: string): number {
  return createHash('sha256').update(id).digest().readUInt16BE(0) % DUE_SHARDS;
}
