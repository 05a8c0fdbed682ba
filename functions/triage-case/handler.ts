import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { detectLanguage } from '../adapters/language/detect-language.ts';
import { dynamoStore } from '../adapters/store/dynamo-store.ts';
import { readEnv } from '../shared/env.ts';
import { foldContext } from '../shared/fold-context.ts';
import { logger, meter, observed } from '../shared/observe.ts';
import { type TriageCaseDeps, type TriageCaseInput, type TriageCaseResult, triageCase } from './triage-case.ts';

const env = readEnv('tableName');
const deps: TriageCaseDeps = {
  store: dynamoStore(new DynamoDBClient({}), env.tableName),
  context: foldContext,
  detectLanguage,
  meter,
  now: Date.now,
};

/** State TriageCase of case-triage. */
export const handler = observed<TriageCaseInput, TriageCaseResult>(async (input) => {
  const result = await triageCase(input, deps);
  const decision = result.outcome === 'triaged' ? result.decision : undefined;
  logger.info('triage', {
    caseId: input.caseId,
    outcome: result.outcome,
    ruleId: decision?.ruleId,
    route: decision?.route,
    queue: decision?.queue,
    priority: decision?.priority,
  });
  return result;
});
