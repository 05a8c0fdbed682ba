import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { secretsManager } from '../adapters/secrets/secrets-manager.ts';
import { dynamoStore } from '../adapters/store/dynamo-store.ts';
import { readEnv } from '../shared/env.ts';
import { httpHandler, jsonResponse, rawBody } from '../shared/http.ts';
import { BODY_CAP_BYTES } from '../shared/names.ts';
import { logger, meter } from '../shared/observe.ts';
import { policy } from '../shared/policy.ts';
import { type RecordAnswerDeps, recordAnswer } from './record-answer.ts';

const env = readEnv('tableName', 'secretPrefix');
const deps: RecordAnswerDeps = {
  store: dynamoStore(new DynamoDBClient({}), env.tableName),
  secrets: secretsManager(env.secretPrefix),
  vendors: policy.vendors,
  meter,
  now: Date.now,
};

export const handler = httpHandler(async (event) => {
  const body = rawBody(event, BODY_CAP_BYTES);
  const { vendorId = '', handoffId = '' } = event.pathParameters ?? {};
  const recorded = await recordAnswer({ vendorId, handoffId, headers: event.headers, body }, deps);
  logger.info('answer recorded', { vendor: vendorId, ...recorded });
  return jsonResponse(200, recorded);
});
