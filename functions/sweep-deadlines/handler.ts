import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { policyCalendars } from '../../domain/policy.ts';
import { sourcesAtRest } from '../../domain/silence.ts';
import { sqsDeadlineQueue } from '../adapters/deadlines/deadline-queue.ts';
import { dynamoStore } from '../adapters/store/dynamo-store.ts';
import { readEnv } from '../shared/env.ts';
import { logger, meter, observed } from '../shared/observe.ts';
import { policy } from '../shared/policy.ts';
import { type SweepDeps, sweepDeadlines } from './sweep-deadlines.ts';

const env = readEnv('tableName', 'deadlineQueueUrl');
const store = dynamoStore(new DynamoDBClient({}), env.tableName);
const calendarOf = policyCalendars(policy);
const deps: SweepDeps = {
  index: store,
  mark: store,
  policy,
  sourcesAtRest: (at) => sourcesAtRest(policy, calendarOf, at),
  queue: sqsDeadlineQueue(new SQSClient({}), env.deadlineQueueUrl),
  meter,
  log: logger,
  now: Date.now,
};

export const handler = observed<unknown, { hinted: number }>(() => sweepDeadlines(deps));
