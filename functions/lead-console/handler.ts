import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { secretsManager } from '../adapters/secrets/secrets-manager.ts';
import { dynamoStore } from '../adapters/store/dynamo-store.ts';
import { readEnv } from '../shared/env.ts';
import { htmlResponse, httpHandler, rawBody } from '../shared/http.ts';
import { BODY_CAP_BYTES } from '../shared/names.ts';
import { logger, meter } from '../shared/observe.ts';
import { foldContext } from '../shared/policy.ts';
import { type LeadConsoleDeps, leadConsole } from './lead-console.ts';

const env = readEnv('tableName', 'secretPrefix');
const deps: LeadConsoleDeps = {
  store: dynamoStore(new DynamoDBClient({}), env.tableName),
  secrets: secretsManager(env.secretPrefix),
  context: foldContext,
  meter,
  log: logger,
  now: Date.now,
};

export const handler = httpHandler(async (event) => {
  const { method } = event.requestContext.http;
  const { status, html } = await leadConsole(
    {
      method,
      alertId: event.pathParameters?.alertId ?? '',
      token: event.queryStringParameters?.token ?? '',
      body: rawBody(event, BODY_CAP_BYTES).toString('utf8'),
    },
    deps,
  );
  return htmlResponse(status, method === 'HEAD' ? '' : html);
});
