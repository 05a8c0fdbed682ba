import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient } from '@aws-sdk/client-sfn';
import { secretsManager } from '../adapters/secrets/secrets-manager.ts';
import { dynamoStore } from '../adapters/store/dynamo-store.ts';
import { vendorWebhooks } from '../adapters/vendor/vendor-messages.ts';
import { sfnWorkflows } from '../adapters/workflows/sfn-workflows.ts';
import { readEnv } from '../shared/env.ts';
import { foldContext } from '../shared/fold-context.ts';
import { logger, meter, observed } from '../shared/observe.ts';
import { type OfferHandoffDeps, OfferHandoffInput, offerHandoff } from './offer-handoff.ts';

const env = readEnv('tableName', 'secretPrefix', 'publicUrl');
const deps: OfferHandoffDeps = {
  store: dynamoStore(new DynamoDBClient({}), env.tableName),
  vendors: vendorWebhooks({
    secrets: secretsManager(env.secretPrefix),
    allowLoopback: foldContext.policy.allowLoopback,
    now: Date.now,
  }),
  workflows: sfnWorkflows(new SFNClient({}), {}),
  context: foldContext,
  meter,
  now: Date.now,
  publicUrl: env.publicUrl,
};

export const handler = observed<unknown, void>(async (event) => {
  const input = OfferHandoffInput.parse(event);
  const { caseId, vendor, attempt } = input;
  const { handoffId, state } = await offerHandoff(input, deps);
  logger.info('handoff offered', { caseId, vendor, attempt, handoffId, state });
});
