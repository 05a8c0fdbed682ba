import { PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { conditional, guarded, KEEP_SECONDS, secondsOf } from './dynamo-call.ts';
import { type DynamoTable, dueValues, getItem, keyOf, transact } from './dynamo-table.ts';
import { type AlertStore, StoredAlert, StoreUnavailableError } from './store.ts';

/** Alerts: `ALERT#<id>` / `META`, and a marker `MAIL#<rung>#<lead>` for each e-mail handed over. */
export function dynamoAlerts(table: DynamoTable): AlertStore {
  return {
    async raise(alert, rung, taskToken, dueAt) {
      await conditional(() =>
        table.client.send(
          new UpdateItemCommand({
            TableName: table.name,
            Key: alertKey(alert.alertId),
            UpdateExpression:
              'SET alert = :alert, rung = :rung, taskToken = :token, expiresAt = :expires, dueAt = :due, dueShard = :shard',
            ConditionExpression: 'attribute_not_exists(acknowledgedAt)',
            ExpressionAttributeValues: marshall(
              {
                ':alert': alert,
                ':rung': rung,
                ':token': taskToken,
                ':expires': secondsOf(table.now()) + KEEP_SECONDS,
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
      const item = await getItem(table, alertKey(alertId));
      return item === undefined ? undefined : StoredAlert.parse(item);
    },

    async acknowledge(alertId, by, at, event) {
      const written = await transact(
        table,
        {
          Update: {
            TableName: table.name,
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
        table,
        {
          Update: {
            TableName: table.name,
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
      return (await getItem(table, keyOf(`ALERT#${alertId}`, mailKey(rung, to)))) !== undefined;
    },

    async markMailed(alertId, rung, to, at) {
      const item = {
        PK: `ALERT#${alertId}`,
        SK: mailKey(rung, to),
        at,
        expiresAt: secondsOf(Date.parse(at)) + KEEP_SECONDS,
      };
      await guarded(() => table.client.send(new PutItemCommand({ TableName: table.name, Item: marshall(item) })));
    },
  };
}

const alertKey = (alertId: string) => keyOf(`ALERT#${alertId}`, 'META');
const mailKey = (rung: number, to: string) => `MAIL#${rung}#${to}`;
