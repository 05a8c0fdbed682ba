import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import { secretsManager } from '../adapters/secrets/secrets-manager.ts';
import { dynamoStore } from '../adapters/store/dynamo-store.ts';
import { readEnv } from '../shared/env.ts';
import { foldContext } from '../shared/fold-context.ts';
import { logger, meter, observed } from '../shared/observe.ts';
import { outboundRequest } from '../shared/outbound-request.ts';
import { writeAssignment } from './write-assignment.ts';
import { writeBack } from './write-back.ts';
import { type WriteHandoffDeps, writeHandoff } from './write-handoff.ts';
import type { WriteBackResult } from './write-ticket.ts';

const env = readEnv('tableName', 'secretPrefix');
const deps: WriteHandoffDeps = {
  store: dynamoStore(new DynamoDBClient({}), env.tableName),
  secrets: secretsManager(env.secretPrefix),
  policy: foldContext.policy,
  context: foldContext,
  send: outboundRequest,
  now: Date.now,
};

/** What is written: the decision of triage, who holds the case, or what an event of its handoff means. */
const Input = z.discriminatedUnion('about', [
  z.object({ about: z.literal('triage'), caseId: z.string() }),
  z.object({ about: z.literal('assignment'), caseId: z.string() }),
  z.object({ about: z.literal('handoff'), caseId: z.string(), eventKey: z.string() }),
]);
type Input = z.infer<typeof Input>;

/** State WriteBack of case-triage, case-assignment and handoff-notice. */
export const handler = observed<unknown, WriteBackResult>(async (event) => {
  const input = Input.parse(event);
  const result = await write(input);
  const refused = result.outcome === 'refused';
  if (refused) meter.count('writeBackRefused', { about: input.about });
  logger[refused ? 'warn' : 'info']('write-back', { ...input, ...result });
  return result;
});

function write(input: Input): Promise<WriteBackResult> {
  switch (input.about) {
    case 'triage':
      return writeBack(input, deps);
    case 'assignment':
      return writeAssignment(input, deps);
    case 'handoff':
      return writeHandoff(input, deps);
  }
}
