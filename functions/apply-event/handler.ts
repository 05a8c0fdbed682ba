import { type AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { sqsDeadlineQueue } from '../adapters/deadlines/deadline-queue.ts';
import { eventOf } from '../adapters/store/dynamo-cases.ts';
import { dynamoStore } from '../adapters/store/dynamo-store.ts';
import { sfnWorkflows } from '../adapters/workflows/sfn-workflows.ts';
import { readEnv } from '../shared/env.ts';
import { foldContext } from '../shared/fold-context.ts';
import { EVENT_PREFIX } from '../shared/names.ts';
import { logger, meter, observed } from '../shared/observe.ts';
import { applyBatch, type LogRecord } from './apply-batch.ts';
import { type ApplyEventDeps, applyEvent } from './apply-event.ts';

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

/** The record of an appended event; anything else that the stream carries is passed over. */
function logRecord({ eventName, dynamodb }: DynamoDBRecord): LogRecord[] {
  const { PK, SK } = dynamodb?.Keys ?? {};
  if (eventName !== 'INSERT' || !SK?.S?.startsWith(EVENT_PREFIX)) return [];
  const image = (dynamodb?.NewImage ?? {}) as Record<string, AttributeValue>;
  return [{ caseKey: PK?.S ?? '', eventKey: SK.S, read: () => eventOf(image) }];
}
