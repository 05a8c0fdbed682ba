import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { standardWebhooks } from '../adapters/crm/standard-webhooks.ts';
import { zendesk } from '../adapters/crm/zendesk.ts';
import { secretsManager } from '../adapters/secrets/secrets-manager.ts';
import { dynamoEventLog } from '../adapters/store/dynamo-event-log.ts';
import { readEnv } from '../shared/env.ts';
import { httpHandler, jsonResponse, rawBody } from '../shared/http.ts';
import { BODY_CAP_BYTES } from '../shared/names.ts';
import { logger, meter } from '../shared/observe.ts';
import { policy } from '../shared/policy.ts';
import { forLog, type ReceiveWebhookDeps, receiveWebhook } from './receive-webhook.ts';

const env = readEnv('tableName', 'secretPrefix');
const deps: ReceiveWebhookDeps = {
  policy,
  adapters: { zendesk, 'standard-webhooks': standardWebhooks },
  secrets: secretsManager(env.secretPrefix),
  store: dynamoEventLog(new DynamoDBClient({}), env.tableName),
  meter,
  now: Date.now,
};

/** POST /webhooks/{source} */
export const handler = httpHandler(async (event) => {
  const source = event.pathParameters?.source ?? '';
  const received = await receiveWebhook(
    { source, headers: event.headers, readBody: () => rawBody(event, BODY_CAP_BYTES) },
    deps,
  );
  logger.info('webhook received', { source, ...forLog(received) });
  return jsonResponse(202, received);
});
