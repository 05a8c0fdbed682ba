import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { CaseEvent } from '../../../domain/event.ts';
import { storedKey } from '../../shared/ids.ts';
import { CASE_PREFIX, EVENT_PREFIX } from '../../shared/names.ts';
import { conditional, KEEP_SECONDS, secondsOf } from './dynamo-call.ts';
import type { CaseStore } from './store.ts';

export const caseKey = (caseId: string) => `${CASE_PREFIX}${caseId}`;

/** The log of the cases, for appending only: all that a webhook needs of the table, in a file of its own to keep its bundle small. */
export function dynamoEventLog(client: DynamoDBClient, tableName: string): Pick<CaseStore, 'append'> {
  return {
    async append(event) {
      const written = await conditional(() =>
        client.send(new PutItemCommand({ TableName: tableName, ...eventPut(event) })),
      );
      return written === 'written' ? 'appended' : 'duplicate';
    },
  };
}

/** The put that appends an event once: its key is the whole deduplication. */
export function eventPut(event: CaseEvent) {
  const key = storedKey(event.key);
  const item = {
    PK: caseKey(event.caseId),
    SK: EVENT_PREFIX + key,
    event: { ...event, key },
    expiresAt: secondsOf(Date.parse(event.receivedAt)) + KEEP_SECONDS,
  };
  return {
    Item: marshall(item, { removeUndefinedValues: true }),
    ConditionExpression: 'attribute_not_exists(PK)',
  };
}
