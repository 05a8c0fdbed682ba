import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { dynamoStore } from '../adapters/store/dynamo-store.ts';
import { readEnv } from '../shared/env.ts';
import { foldContext } from '../shared/fold-context.ts';
import { logger, meter, observed } from '../shared/observe.ts';
import { type AssignAgentDeps, AssignAgentInput, type AssignAgentResult, assignAgent } from './assign-agent.ts';

const env = readEnv('tableName');
const deps: AssignAgentDeps = {
  store: dynamoStore(new DynamoDBClient({}), env.tableName),
  context: foldContext,
  meter,
  now: Date.now,
};

/** State AssignAgent of case-assignment. */
export const handler = observed<unknown, AssignAgentResult>(async (event) => {
  const input = AssignAgentInput.parse(event);
  const result = await assignAgent(input, deps);
  logger.info('assignment', { ...input, ...result });
  return result;
});
