import { PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { guarded, secondsOf } from './dynamo-call.ts';
import type { DynamoTable } from './dynamo-table.ts';
import { type CustomerStore, HISTORY_LENGTH, RememberedCase } from './store.ts';

/** Each customer's cases: `CUSTOMER#<hash>` / `CASE#<openedAt>#<case id>`, so that a stretch of time is one query. */
export function dynamoCustomers(table: DynamoTable): CustomerStore {
  return {
    async remember(customer, remembered, keepSeconds) {
      const item = {
        ...remembered,
        PK: customerKey(customer),
        SK: `${upTo(remembered.openedAt)}#${remembered.caseId}`,
        expiresAt: secondsOf(table.now()) + keepSeconds,
      };
      const put = new PutItemCommand({
        TableName: table.name,
        Item: marshall(item, { removeUndefinedValues: true }),
      });
      await guarded(() => table.client.send(put));
    },

    async history(customer, from, to) {
      const page = await guarded(() =>
        table.client.send(
          new QueryCommand({
            TableName: table.name,
            ConsistentRead: true,
            ScanIndexForward: false,
            Limit: HISTORY_LENGTH,
            KeyConditionExpression: 'PK = :pk AND SK BETWEEN :from AND :to',
            // '$' comes right after '#': whatever was opened at the instant `to` is in.
            ExpressionAttributeValues: marshall({
              ':pk': customerKey(customer),
              ':from': upTo(from),
              ':to': `${upTo(to)}$`,
            }),
          }),
        ),
      );
      return (page.Items ?? []).map((item) => RememberedCase.parse(unmarshall(item)));
    },
  };
}

const customerKey = (customer: string) => `CUSTOMER#${customer}`;
const upTo = (instant: string) => `CASE#${instant}`;
