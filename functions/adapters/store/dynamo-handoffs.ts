import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { conditional, KEEP_SECONDS, secondsOf } from './dynamo-call.ts';
import { type DynamoTable, dueKeys, dueValues, getItem, keyOf, transact } from './dynamo-table.ts';
import { Handoff, type HandoffStore, StoreUnavailableError } from './store.ts';

/** Handoffs: `HANDOFF#<id>` / `META`. */
export function dynamoHandoffs(table: DynamoTable): HandoffStore {
  return {
    async create(handoff, event) {
      const item = {
        ...handoff,
        ...dueKeys(handoff.handoffId, handoff.dueAt),
        PK: `HANDOFF#${handoff.handoffId}`,
        SK: 'META',
        expiresAt: secondsOf(Date.parse(handoff.offeredAt)) + KEEP_SECONDS,
      };
      const created = await transact(
        table,
        {
          Put: {
            TableName: table.name,
            Item: marshall(item, { removeUndefinedValues: true }),
            ConditionExpression: 'attribute_not_exists(PK)',
          },
        },
        event,
      );
      if (created === 'written') return handoff;
      await conditional(() =>
        table.client.send(
          new UpdateItemCommand({
            TableName: table.name,
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
      const item = await getItem(table, handoffKey(handoffId));
      return item === undefined ? undefined : Handoff.parse(item);
    },

    async move(handoffId, from, to, event, dueAt) {
      const moved = await transact(
        table,
        {
          Update: {
            TableName: table.name,
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
      await conditional(() =>
        table.client.send(
          new UpdateItemCommand({
            TableName: table.name,
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
  };
}

const handoffKey = (handoffId: string) => keyOf(`HANDOFF#${handoffId}`, 'META');
