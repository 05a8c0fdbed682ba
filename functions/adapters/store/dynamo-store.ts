import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { dynamoAlerts } from './dynamo-alerts.ts';
import { dynamoCases } from './dynamo-cases.ts';
import { dynamoDueIndex } from './dynamo-due-index.ts';
import { dynamoHandoffs } from './dynamo-handoffs.ts';
import { dynamoPolicyMark } from './dynamo-policy-mark.ts';
import type { AlertStore, CaseStore, DeadlineIndex, HandoffStore, PolicyMark } from './store.ts';

/** All stores over one DynamoDB table (docs/data-model.md). */
export function dynamoStore(
  client: DynamoDBClient,
  name: string,
  now: () => number = Date.now,
): CaseStore & DeadlineIndex & HandoffStore & AlertStore & PolicyMark {
  const table = { client, name, now };
  return {
    ...dynamoCases(table),
    ...dynamoDueIndex(table),
    ...dynamoHandoffs(table),
    ...dynamoAlerts(table),
    ...dynamoPolicyMark(table),
  };
}
