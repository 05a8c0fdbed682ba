import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { guarded } from './dynamo-call.ts';
import { type DynamoTable, getItem, keyOf } from './dynamo-table.ts';
import type { PolicyMark } from './store.ts';

const KEY = { PK: 'POLICY', SK: 'SWEPT' } as const;

export function dynamoPolicyMark(table: DynamoTable): PolicyMark {
  return {
    async sweptPolicy() {
      const item = await getItem(table, keyOf(KEY.PK, KEY.SK));
      return item === undefined ? undefined : String(item.version);
    },
    async markPolicySwept(version) {
      await guarded(() =>
        table.client.send(new PutItemCommand({ TableName: table.name, Item: marshall({ ...KEY, version }) })),
      );
    },
  };
}
