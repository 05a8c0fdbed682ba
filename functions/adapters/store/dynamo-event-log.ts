import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { CaseEvent } from '../../../domain/event.ts';
import { EVENT_PREFIX } from '../../shared/names.ts';
import { type CaseStore, StoreUnavailableError } from './store.ts';

/** Items outlive their last use by this long, then TTL removes them: 400 days covers a year's comparison. */
export const KEEP_SECONDS = 400 * 86_400;

export const caseKey = (caseId: string) => `CASE#${caseId}`;

export const secondsOf = (ms: number) => Math.floor(ms / 1000);

/** The log of the cases, for appending only: all that a webhook needs of the table, in a file of its own to keep its bundle small. */
export function dynamoEventLog(client: DynamoDBClient, tableName: string): Pick<CaseStore, 'append'> {
  return {
    async append(event) {
      const written = await conditional(client.send(new PutItemCommand({ TableName: tableName, ...eventPut(event) })));
      return written === 'written' ? 'appended' : 'duplicate';
    },
  };
}

/** The put that appends an event once: its key is the whole deduplication. */
export function eventPut(event: CaseEvent) {
  const item = {
    PK: caseKey(event.caseId),
    SK: EVENT_PREFIX + event.key,
    event,
    expiresAt: secondsOf(Date.parse(event.receivedAt)) + KEEP_SECONDS,
  };
  return {
    Item: marshall(item, { removeUndefinedValues: true }),
    ConditionExpression: 'attribute_not_exists(PK)',
  };
}

/** Runs a conditional write; 'conflict' when its condition does not hold. */
export async function conditional(write: Promise<unknown>): Promise<'written' | 'conflict'> {
  try {
    await guarded(write);
    return 'written';
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return 'conflict';
    throw error;
  }
}

/** Errors other than a failed condition, as StoreUnavailableError. */
export async function guarded<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException || error instanceof TransactionCanceledException) throw error;
    throw new StoreUnavailableError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
