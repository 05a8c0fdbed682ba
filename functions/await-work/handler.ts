import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient } from '@aws-sdk/client-sfn';
import { dynamoStore } from '../adapters/store/dynamo-store.ts';
import { sfnWorkflows } from '../adapters/workflows/sfn-workflows.ts';
import { readEnv } from '../shared/env.ts';
import { logger, observed } from '../shared/observe.ts';
import { type AwaitWorkDeps, AwaitWorkInput, awaitWork } from './await-work.ts';

const env = readEnv('tableName');
const deps: AwaitWorkDeps = {
  store: dynamoStore(new DynamoDBClient({}), env.tableName),
  workflows: sfnWorkflows(new SFNClient({}), {}),
};

export const handler = observed<unknown, void>(async (event) => {
  logger.info('work awaited', await awaitWork(AwaitWorkInput.parse(event), deps));
});
