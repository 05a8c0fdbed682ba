import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { eventOf } from '../adapters/store/dynamo-cases.ts';
import { EVENT_PREFIX } from '../shared/names.ts';
import type { LogRecord } from './apply-batch.ts';

/** The record of an appended event; anything else that the stream carries is passed over. */
export function logRecord({ eventName, dynamodb }: DynamoDBRecord): LogRecord[] {
  const { PK, SK } = dynamodb?.Keys ?? {};
  if (eventName !== 'INSERT' || !SK?.S?.startsWith(EVENT_PREFIX)) return [];
  const image = (dynamodb?.NewImage ?? {}) as Record<string, AttributeValue>;
  return [{ caseKey: PK?.S ?? '', eventKey: SK.S, read: () => eventOf(image) }];
}
