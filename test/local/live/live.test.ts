import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  ExpiredIteratorException,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams';
import { marshall } from '@aws-sdk/util-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, test } from 'vitest';
import type { CaseEvent } from '../../../domain/event.ts';
import { followLog } from '../../../local/live/live.ts';
import { opened, solved } from '../../support/events.ts';

const client = new DynamoDBStreamsClient({});
const streams = mockClient(client);
const deployment = { tableStreamArn: 'arn:stream' };

const record = (event: CaseEvent, sequence: string, eventName: 'INSERT' | 'MODIFY' = 'INSERT') => ({
  eventName,
  dynamodb: {
    SequenceNumber: sequence,
    Keys: marshall({ PK: `CASE#${event.caseId}`, SK: `EV#${event.key}` }),
    NewImage: marshall({ event }, { removeUndefinedValues: true }),
  },
});

test('tells appended events, passes over the rest, and goes on after an iterator grew too old', async () => {
  const [first, second] = [opened('2026-11-23T10:00:00Z'), solved('2026-11-23T10:01:00Z')];
  const broken = {
    eventName: 'INSERT' as const,
    dynamodb: { SequenceNumber: '2', Keys: marshall({ PK: 'CASE#x', SK: 'EV#x' }), NewImage: marshall({ event: 1 }) },
  };
  streams.reset();
  streams.on(DescribeStreamCommand).resolves({
    StreamDescription: {
      Shards: [
        { ShardId: 'closed', SequenceNumberRange: { StartingSequenceNumber: '0', EndingSequenceNumber: '9' } },
        { ShardId: 'open', SequenceNumberRange: { StartingSequenceNumber: '0' } },
      ],
    },
  });
  streams.on(GetShardIteratorCommand, { ShardIteratorType: 'LATEST' }).resolves({ ShardIterator: 'i1' });
  streams.on(GetShardIteratorCommand, { SequenceNumber: '3' }).resolves({ ShardIterator: 'i3' });
  streams
    .on(GetRecordsCommand, { ShardIterator: 'i1' })
    .resolves({ Records: [record(first, '1'), broken, record(first, '3', 'MODIFY')], NextShardIterator: 'i2' });
  streams
    .on(GetRecordsCommand, { ShardIterator: 'i2' })
    .rejects(new ExpiredIteratorException({ message: 'old', $metadata: {} }));
  // Without a next iterator the shard is at its end.
  streams.on(GetRecordsCommand, { ShardIterator: 'i3' }).resolves({ Records: [record(second, '4')] });

  const told: CaseEvent[] = [];
  const follow = await followLog(client, deployment, (event) => told.push(event));
  await follow.ended;
  await follow.stop();
  expect(told.map(({ type }) => type)).toEqual(['opened', 'solved']);
  expect(streams.commandCalls(GetShardIteratorCommand)).toHaveLength(2);
});

test('a stream that cannot be read any more does not end whoever only watches', async () => {
  streams.reset();
  streams.on(DescribeStreamCommand).resolves({ StreamDescription: { Shards: [{ ShardId: 'open' }] } });
  streams.on(GetShardIteratorCommand).resolves({ ShardIterator: 'i1' });
  streams.on(GetRecordsCommand).rejects(new Error('the engine is gone'));
  const follow = await followLog(client, deployment, () => {});
  await expect(follow.ended).rejects.toThrow('the engine is gone');
  await expect(follow.stop()).resolves.toBeUndefined();
});
