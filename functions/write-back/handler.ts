import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { secretsManager } from '../adapters/secrets/secrets-manager.ts';
import { dynamoStore } from '../adapters/store/dynamo-store.ts';
import { readEnv } from '../shared/env.ts';
import { logger, observed } from '../shared/observe.ts';
import { outboundRequest } from '../shared/outbound-request.ts';
import { foldContext } from '../shared/policy.ts';
import { type WriteAssignmentDeps, writeAssignment } from './write-assignment.ts';
import { writeBack } from './write-back.ts';
import type { WriteBackResult } from './write-ticket.ts';

const env = readEnv('tableName', 'secretPrefix');
const deps: WriteAssignmentDeps = {
  store: dynamoStore(new DynamoDBClient({}), env.tableName),
  secrets: secretsManager(env.secretPrefix),
  policy: foldContext.policy,
  context: foldContext,
  send: outboundRequest,
  now: Date.now,
};

/** What is written: the decision of triage, or who holds the case. */
interface Input {
  readonly caseId: string;
  readonly about?: 'triage' | 'assignment';
}

/** State WriteBack of case-triage, and of case-assignment. */
export const handler = observed<Input, WriteBackResult>(async ({ caseId, about = 'triage' }) => {
  const result = await (about === 'assignment' ? writeAssignment : writeBack)({ caseId }, deps);
  const log = result.outcome === 'refused' ? 'warn' : 'info';
  logger[log]('write-back', { caseId, about, ...result });
  return result;
});
