import { type AttributeValue, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { Case } from '../../../domain/case.ts';
import { CaseEvent } from '../../../domain/event.ts';
import { EVENT_PREFIX } from '../../shared/names.ts';
import { conditional, guarded, KEEP_SECONDS, secondsOf } from './dynamo-call.ts';
import { caseKey, dynamoEventLog } from './dynamo-event-log.ts';
import { type DynamoTable, dueKeys, getItem, ifVersion, keyOf } from './dynamo-table.ts';
import type { CaseStore } from './store.ts';

/** Cases: `CASE#<id>`, the log under `EV#<key>` and the snapshot under `META`. */
export function dynamoCases(table: DynamoTable): CaseStore {
  return {
    ...dynamoEventLog(table.client, table.name),

    async events(caseId, keys = '') {
      const events: CaseEvent[] = [];
      let from: Record<string, AttributeValue> | undefined;
      do {
        const page = await guarded(() =>
          table.client.send(
            new QueryCommand({
              TableName: table.name,
              ConsistentRead: true,
              KeyConditionExpression: 'PK = :pk AND begins_with(SK, :event)',
              ExpressionAttributeValues: marshall({ ':pk': caseKey(caseId), ':event': EVENT_PREFIX + keys }),
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
      const item = await getItem(table, keyOf(caseKey(caseId), 'META'));
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
        expiresAt: secondsOf(table.now()) + KEEP_SECONDS,
        ...dueKeys(state.caseId, dueAt),
      };
      const written = await conditional(() =>
        table.client.send(
          new PutItemCommand({
            TableName: table.name,
            Item: marshall(item, { removeUndefinedValues: true }),
            ...ifVersion(expected),
          }),
        ),
      );
      return written === 'written' ? 'saved' : 'conflict';
    },
  };
}

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
