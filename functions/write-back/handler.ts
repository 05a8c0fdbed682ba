import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { secretsManager } from '../adapters/secrets/secrets-manager.ts';
import { dynamoStore } from '../adapters/store/dynamo-store.ts';
import { readEnv } from '../shared/env.ts';
import { logger, observed } from '../shared/observe.ts';
import { outboundRequest } from '../shared/outbound-request.ts';
import { policy } from '../shared/policy.ts';
import { type WriteBackDeps, type WriteBackResult, writeBack } from './write-back.ts';

const env = readEnv('tableName', 'secretPrefix');
const deps: WriteBackDeps = {
  store: dynamoStore(new DynamoDBClient({}), env.tableName),
  secrets: secretsManager(env.secretPrefix),
  policy,
  send: outboundRequest,
  now: Date.now,
};

/** State WriteBack of case-triage. */
export const handler = observed<{ caseId: string }, WriteBackResult>(async ({ caseId }) => {
  const result = await writeBack({ caseId }, deps);
  const log = result.outcome === 'refused' ? 'warn' : 'info';
  logger[log]('write-back', { caseId, ...result });
  return result;
});
