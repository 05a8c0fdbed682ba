import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { dynamoAgents } from './dynamo-agents.ts';
import { dynamoAlerts } from './dynamo-alerts.ts';
import { dynamoCases } from './dynamo-cases.ts';
import { dynamoCustomers } from './dynamo-customers.ts';
import { dynamoDueIndex } from './dynamo-due-index.ts';
import { dynamoHandoffs } from './dynamo-handoffs.ts';
import { dynamoPolicyMark } from './dynamo-policy-mark.ts';
import type {
  AgentStore,
  AlertStore,
  CaseStore,
  CustomerStore,
  DeadlineIndex,
  HandoffStore,
  PolicyMark,
} from './store.ts';

/** All stores over one DynamoDB table (docs/data-model.md). */
export function dynamoStore(
  client: DynamoDBClient,
  name: string,
  now: () => number = Date.now,
): CaseStore & DeadlineIndex & HandoffStore & AlertStore & AgentStore & CustomerStore & PolicyMark {
  const table = { client, name, now };
  return {
    ...dynamoCases(table),
    ...dynamoDueIndex(table),
    ...dynamoHandoffs(table),
    ...dynamoAlerts(table),
    ...dynamoAgents(table),
    ...dynamoCustomers(table),
    ...dynamoPolicyMark(table),
  };
}
