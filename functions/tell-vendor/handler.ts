import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { secretsManager } from '../adapters/secrets/secrets-manager.ts';
import { dynamoStore } from '../adapters/store/dynamo-store.ts';
import { vendorWebhooks } from '../adapters/vendor/vendor-messages.ts';
import { readEnv } from '../shared/env.ts';
import { logger, meter, observed } from '../shared/observe.ts';
import { policy } from '../shared/policy.ts';
import { type TellVendorDeps, TellVendorInput, type TellVendorResult, tellVendor } from './tell-vendor.ts';

const env = readEnv('tableName', 'secretPrefix');
const deps: TellVendorDeps = {
  store: dynamoStore(new DynamoDBClient({}), env.tableName),
  vendors: vendorWebhooks({
    secrets: secretsManager(env.secretPrefix),
    allowLoopback: policy.allowLoopback,
    now: Date.now,
  }),
  policy,
  meter,
};

/** State TellVendor of handoff-notice. */
export const handler = observed<unknown, TellVendorResult>(async (event) => {
  const input = TellVendorInput.parse(event);
  const result = await tellVendor(input, deps);
  logger[result.outcome === 'refused' ? 'warn' : 'info']('vendor told of a recall', { ...input, ...result });
  return result;
});
