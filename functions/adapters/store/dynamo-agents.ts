import {
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { type DayChange, ExposureDay, emptyHolding, Holding } from '../../../domain/exposure.ts';
import { cancelledFor, guarded, KEEP_SECONDS, reasonsOf, secondsOf } from './dynamo-call.ts';
import { eventPut } from './dynamo-event-log.ts';
import { type DynamoTable, getItem, ifVersion, keyOf } from './dynamo-table.ts';
import type { AgentStore } from './store.ts';

/** A day of the ledger is kept for 100 days: long enough to look into, too short for a record of a person. */
const KEEP_DAY_SECONDS = 100 * 86_400;

/** Agents: `AGENT#<id>`, what they hold under `CAP`, and each local day of the ledger under `EXPOSURE#<day>`. */
export function dynamoAgents(table: DynamoTable): AgentStore {
  return {
    async holding(agentId) {
      const item = await getItem(table, keyOf(agentKey(agentId), 'CAP'));
      return item === undefined ? emptyHolding(agentId) : Holding.parse(item);
    },

    async exposure(agentId, day) {
      const item = await getItem(table, keyOf(agentKey(agentId), dayKey(day)));
      return item === undefined ? { cases: 0, minutes: 0 } : ExposureDay.parse(item);
    },

    async saveHolding({ holding, days }, event) {
      const put = event === undefined ? [] : [{ Put: { TableName: table.name, ...eventPut(event) } }];
      const items = [holdingPut(table, holding), ...days.map((day) => dayUpdate(table, holding.agentId, day)), ...put];
      try {
        await guarded(() => table.client.send(new TransactWriteItemsCommand({ TransactItems: items })));
        return 'saved';
      } catch (error) {
        if (!(error instanceof TransactionCanceledException)) throw error;
        // Two cases for one agent at once: the other transaction may still be on its way.
        if (reasonsOf(error).some((code) => code === 'ConditionalCheckFailed' || code === 'TransactionConflict'))
          return 'conflict';
        throw cancelledFor(error);
      }
    },
  };
}

const agentKey = (agentId: string) => `AGENT#${agentId}`;
const dayKey = (day: string) => `EXPOSURE#${day}`;

function holdingPut(table: DynamoTable, holding: Holding): TransactWriteItem {
  const item = {
    PK: agentKey(holding.agentId),
    SK: 'CAP',
    ...holding,
    version: holding.version + 1,
    expiresAt: secondsOf(table.now()) + KEEP_SECONDS,
  };
  const Item = marshall(item, { removeUndefinedValues: true });
  return { Put: { TableName: table.name, Item, ...ifVersion(holding.version) } };
}

function dayUpdate(table: DynamoTable, agentId: string, { day, cases, minutes }: DayChange): TransactWriteItem {
  return {
    Update: {
      TableName: table.name,
      Key: keyOf(agentKey(agentId), dayKey(day)),
      UpdateExpression: 'ADD #cases :cases, #minutes :minutes SET expiresAt = :expires',
      ExpressionAttributeNames: { '#cases': 'cases', '#minutes': 'minutes' },
      ExpressionAttributeValues: marshall({
        ':cases': cases,
        ':minutes': minutes,
        ':expires': secondsOf(Date.parse(day)) + KEEP_DAY_SECONDS,
      }),
    },
  };
}
