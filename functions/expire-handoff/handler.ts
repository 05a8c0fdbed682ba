import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { dynamoStore } from '../adapters/store/dynamo-store.ts';
import type { EndHandoffDeps } from '../shared/end-handoff.ts';
import { readEnv } from '../shared/env.ts';
import { logger, meter, observed } from '../shared/observe.ts';
import { ExpireHandoffInput, expireHandoff } from './expire-handoff.ts';

const env = readEnv('tableName');
const deps: EndHandoffDeps = {
  store: dynamoStore(new DynamoDBClient({}), env.tableName),
  meter,
  now: Date.now,
};

export const handler = observed<unknown, Awaited<ReturnType<typeof expireHandoff>>>(async (event) => {
  const input = ExpireHandoffInput.parse(event);
  const expired = await expireHandoff(input, deps);
  logger.info('wait for a vendor over', { ...input, ...expired });
  return expired;
});
