import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { secretsManager } from '../adapters/secrets/secrets-manager.ts';
import { dynamoStore } from '../adapters/store/dynamo-store.ts';
import { readEnv } from '../shared/env.ts';
import { foldContext } from '../shared/fold-context.ts';
import { htmlResponse, httpHandler, rawBody, textResponse } from '../shared/http.ts';
import { BODY_CAP_BYTES } from '../shared/names.ts';
import { logger, meter } from '../shared/observe.ts';
import { type LeadConsoleDeps, leadConsole, receiptConsole } from './lead-console.ts';

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
  const alertId = event.pathParameters?.alertId ?? '';
  const { token = '', format = '' } = event.queryStringParameters ?? {};
  const page = event.routeKey.endsWith('/receipt')
    ? await receiptConsole({ method, alertId, token, format }, deps)
    : await leadConsole({ method, alertId, token, body: rawBody(event, BODY_CAP_BYTES).toString('utf8') }, deps);
  const shown = (body: string) => (method === 'HEAD' ? '' : body);
  return 'html' in page
    ? htmlResponse(page.status, shown(page.html))
    : textResponse(page.status, page.contentType, shown(page.text));
});
