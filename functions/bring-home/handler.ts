import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { dynamoStore } from '../adapters/store/dynamo-store.ts';
import { readEnv } from '../shared/env.ts';
import { foldContext } from '../shared/fold-context.ts';
import { logger, observed } from '../shared/observe.ts';
import { type BringHomeDeps, BringHomeInput, bringHome } from './bring-home.ts';

const env = readEnv('tableName');
const deps: BringHomeDeps = {
  store: dynamoStore(new DynamoDBClient({}), env.tableName),
  context: foldContext,
  now: Date.now,
};

export const handler = observed<unknown, Awaited<ReturnType<typeof bringHome>>>(async (event) => {
  const input = BringHomeInput.parse(event);
  const brought = await bringHome(input, deps);
  logger.info('case brought home', { ...input, ...brought });
  return brought;
});
