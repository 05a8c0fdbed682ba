import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { dynamoStore } from '../adapters/store/dynamo-store.ts';
import { readEnv } from '../shared/env.ts';
import { foldContext } from '../shared/fold-context.ts';
import { logger, observed } from '../shared/observe.ts';
import { type SelectVendorDeps, SelectVendorInput, type SelectVendorOutput, selectVendor } from './select-vendor.ts';

const env = readEnv('tableName');
const deps: SelectVendorDeps = {
  store: dynamoStore(new DynamoDBClient({}), env.tableName),
  context: foldContext,
  now: Date.now,
};

export const handler = observed<unknown, SelectVendorOutput>(async (event) => {
  const input = SelectVendorInput.parse(event);
  const selected = await selectVendor(input, deps);
  logger.info('vendor selected', { ...input, ...selected });
  return selected;
});
