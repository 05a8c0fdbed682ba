import { type AttributeValue, QueryCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { INDEX } from '../../shared/names.ts';
import { guarded } from './dynamo-call.ts';
import type { DynamoTable } from './dynamo-table.ts';
import type { DeadlineIndex, DueItem } from './store.ts';

/** The index `due`: every item that waits for an instant. */
export function dynamoDueIndex(table: DynamoTable): DeadlineIndex {
  return {
    async *due(shard, until) {
      let from: Record<string, AttributeValue> | undefined;
      do {
        const page = await guarded(() =>
          table.client.send(
            new QueryCommand({
              TableName: table.name,
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
  };
}

const KIND_OF: Readonly<Record<string, DueItem['kind']>> = { CASE: 'case', HANDOFF: 'handoff', ALERT: 'alert' };

/** A row of the due index; whoever reads it checks it, so that one bad row stops nothing. */
function dueItemOf(item: Record<string, AttributeValue>): DueItem {
  const { PK, dueAt } = unmarshall(item);
  const [, prefix = '', id = ''] = /^([A-Z]+)#(.*)$/s.exec(String(PK)) ?? [];
  return { kind: KIND_OF[prefix] as DueItem['kind'], id, dueAt };
}
