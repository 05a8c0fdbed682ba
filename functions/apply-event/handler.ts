import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { DynamoDBStreamEvent } from 'aws-lambda';
import { sqsDeadlineQueue } from '../adapters/deadlines/deadline-queue.ts';
import { dynamoStore } from '../adapters/store/dynamo-store.ts';
import { sfnWorkflows } from '../adapters/workflows/sfn-workflows.ts';
import { readEnv } from '../shared/env.ts';
import { foldContext } from '../shared/fold-context.ts';
import { logger, meter, observed } from '../shared/observe.ts';
import { applyBatch } from './apply-batch.ts';
import { type ApplyEventDeps, applyEvent } from './apply-event.ts';
import { logRecord } from './log-record.ts';

const env = readEnv(
  'tableName',
  'deadlineQueueUrl',
  'poisonQueueUrl',
  'caseTriageArn',
  'caseAssignmentArn',
  'vendorHandoffArn',
  'handoffNoticeArn',
  'breachAlertArn',
);
const sqs = new SQSClient({});
const deps: ApplyEventDeps = {
  store: dynamoStore(new DynamoDBClient({}), env.tableName),
  workflows: sfnWorkflows(new SFNClient({}), {
    'case-triage': env.caseTriageArn,
    'case-assignment': env.caseAssignmentArn,
    'vendor-handoff': env.vendorHandoffArn,
    'handoff-notice': env.handoffNoticeArn,
    'breach-alert': env.breachAlertArn,
  }),
  deadlines: sqsDeadlineQueue(sqs, env.deadlineQueueUrl),
  context: foldContext,
  now: Date.now,
  log: logger,
};

export const handler = observed<DynamoDBStreamEvent, void>(async ({ Records }) => {
  await applyBatch(Records.flatMap(logRecord), {
    apply: (event) => applyEvent(event, deps),
    putAside: async ({ caseKey, eventKey }, { message }) => {
      const body = JSON.stringify({ caseKey, eventKey, reason: message });
      await sqs.send(new SendMessageCommand({ QueueUrl: env.poisonQueueUrl, MessageBody: body }));
      meter.count('poisonEvents');
      logger.error('poison event put aside', { caseKey, eventKey, reason: message });
    },
    onFailure: ({ caseKey, eventKey }, error) =>
      logger.warn('event not applied, will be tried again', { caseKey, eventKey, error: error as Error }),
  });
});
