import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { sqsDeadlineQueue } from '../adapters/deadlines/deadline-queue.ts';
import { dynamoStore } from '../adapters/store/dynamo-store.ts';
import { readEnv } from '../shared/env.ts';
import { foldContext } from '../shared/fold-context.ts';
import { logger, meter, observed } from '../shared/observe.ts';
import { type FireDeps, fireDeadlines } from './fire-deadline.ts';

const env = readEnv('tableName', 'deadlineQueueUrl');
const deps: FireDeps = {
  store: dynamoStore(new DynamoDBClient({}), env.tableName),
  queue: sqsDeadlineQueue(new SQSClient({}), env.deadlineQueueUrl),
  context: foldContext,
  meter,
  log: logger,
  now: Date.now,
};

export const handler = observed<SQSEvent, SQSBatchResponse>(async ({ Records }) => {
  const failed = await fireDeadlines(Records, deps);
  return { batchItemFailures: failed.map((messageId) => ({ itemIdentifier: messageId })) };
});
