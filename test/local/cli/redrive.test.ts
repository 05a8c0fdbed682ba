import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient, GetItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient, GetRecordsCommand, GetShardIteratorCommand } from '@aws-sdk/client-dynamodb-streams';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { redrive } from '../../../local/cli/redrive.ts';

const [sqs, dynamodb, streams, lambda, cloudformation] = [
  mockClient(SQSClient),
  mockClient(DynamoDBClient),
  mockClient(DynamoDBStreamsClient),
  mockClient(LambdaClient),
  mockClient(CloudFormationClient),
];

const OUTPUTS = {
  TableName: 'table',
  StreamDlqUrl: 'stream-dlq',
  PoisonQueueUrl: 'poison-events',
  DeadlineDlqUrl: 'deadlines-dlq',
  ScheduleDlqUrl: 'sweep-schedule-dlq',
  DeadlineQueueUrl: 'deadlines',
  ApplyEventName: 'apply-event',
  SweepDeadlinesName: 'sweep-deadlines',
};

/** Queues as SQS keeps them: a message that was received is out of sight, until it is let go. */
let queues: Record<string, { MessageId: string; Body: string; hidden: boolean }[]> = {};
let ids = 0;
function put(queue: string, body: object | string) {
  const Body = typeof body === 'string' ? body : JSON.stringify(body);
  queues[queue] = [...(queues[queue] ?? []), { MessageId: `m-${++ids}`, Body, hidden: false }];
}
const left = (queue: string) => (queues[queue] ?? []).map(({ Body }) => Body);

beforeEach(() => {
  queues = {};
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  for (const mock of [sqs, dynamodb, streams, lambda, cloudformation]) mock.reset();
  cloudformation.on(DescribeStacksCommand).resolves({
    Stacks: [
      {
        StackName: 'any',
        CreationTime: new Date(0),
        StackStatus: 'CREATE_COMPLETE',
        Outputs: Object.entries(OUTPUTS).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue })),
      },
    ],
  });
  sqs.on(GetQueueAttributesCommand).callsFake(({ QueueUrl }) => ({
    Attributes: { ApproximateNumberOfMessages: String(left(QueueUrl).length) },
  }));
  sqs.on(ReceiveMessageCommand).callsFake(({ QueueUrl }) => {
    const seen = (queues[QueueUrl] ?? []).filter(({ hidden }) => !hidden).slice(0, 10);
    for (const message of seen) message.hidden = true;
    return { Messages: seen.map(({ MessageId, Body }) => ({ MessageId, Body, ReceiptHandle: MessageId })) };
  });
  sqs.on(DeleteMessageCommand).callsFake(({ QueueUrl, ReceiptHandle }) => {
    queues[QueueUrl] = (queues[QueueUrl] ?? []).filter(({ MessageId }) => MessageId !== ReceiptHandle);
    return {};
  });
  sqs.on(ChangeMessageVisibilityCommand).callsFake(({ QueueUrl, ReceiptHandle, VisibilityTimeout }) => {
    for (const message of queues[QueueUrl] ?? [])
      if (message.MessageId === ReceiptHandle) message.hidden = VisibilityTimeout > 0;
    return {};
  });
  sqs.on(SendMessageCommand).callsFake(({ QueueUrl, MessageBody }) => {
    put(QueueUrl, MessageBody);
    return {};
  });
  lambda.on(InvokeCommand).resolves({ StatusCode: 200 });
});
afterEach(() => vi.unstubAllEnvs());

async function run(...args: string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const code = await redrive(args, { stdin: Readable.from([]), stdout, stderr });
  stdout.end();
  stderr.end();
  return { code, stdout: await text(stdout), stderr: await text(stderr) };
}
/** A payload as the SDK gives it. */
const blob = (json: string) => Object.assign(Buffer.from(json), { transformToString: () => json });
const invoked = () =>
  lambda
    .commandCalls(InvokeCommand)
    .map(({ args: [{ input }] }) => [input.FunctionName, JSON.parse(String(input.Payload))]);

const item = (key: string, caseId = 'zendesk:42') => ({
  PK: { S: `CASE#${caseId}` },
  SK: { S: `EV#${key}` },
  event: { M: {} },
});
const record = (key: string) => {
  const { PK, SK } = item(key);
  return { eventName: 'INSERT', dynamodb: { SequenceNumber: '0', Keys: { PK, SK }, NewImage: item(key) } };
};

describe('redrive', () => {
  it('applies an event that was put aside, from the table, and takes its message away', async () => {
    put('poison-events', { caseKey: 'CASE#zendesk:42', eventKey: 'EV#msg_1', reason: 'odd' });
    dynamodb.on(GetItemCommand).resolves({ Item: item('msg_1') });
    const { code, stdout } = await run('poison-events');
    expect([code, stdout]).toEqual([0, 'poison-events into apply-event\n  msg_1 of zendesk:42 applied\n']);
    expect(invoked()).toEqual([['apply-event', { Records: [record('msg_1')] }]]);
    expect(dynamodb.commandCalls(GetItemCommand)[0]?.args[0].input).toMatchObject({
      TableName: 'table',
      Key: { PK: { S: 'CASE#zendesk:42' }, SK: { S: 'EV#msg_1' } },
      ConsistentRead: true,
    });
    expect(left('poison-events')).toEqual([]);
  });

  it('ends, and says so, when what it applied is put aside again', async () => {
    const body = { caseKey: 'CASE#zendesk:42', eventKey: 'EV#msg_1', reason: 'odd' };
    put('poison-events', body);
    dynamodb.on(GetItemCommand).resolves({ Item: item('msg_1') });
    lambda.on(InvokeCommand).callsFake(() => {
      put('poison-events', body);
      return {};
    });
    const { code, stdout } = await run('poison-events');
    expect(code).toBe(1);
    expect(stdout).toContain('stays: it was handled, and put aside again');
    expect(invoked()).toHaveLength(1);
    expect(queues['poison-events']?.map(({ hidden }) => hidden)).toEqual([false]);
  });

  it('leaves what failed where it is, in sight, and goes on with the rest', async () => {
    put('poison-events', 'not JSON');
    put('poison-events', { caseKey: 'CASE#zendesk:1', eventKey: 'EV#gone', reason: 'odd' });
    put('poison-events', { caseKey: 'CASE#zendesk:42', eventKey: 'EV#broken', reason: 'odd' });
    put('poison-events', { caseKey: 'CASE#zendesk:42', eventKey: 'EV#fine', reason: 'odd' });
    dynamodb
      .on(GetItemCommand)
      .callsFake(({ Key }) => (Key.SK.S === 'EV#gone' ? {} : { Item: item(Key.SK.S.slice(3)) }));
    lambda
      .on(InvokeCommand)
      .callsFake(({ Payload }) =>
        String(Payload).includes('broken')
          ? { FunctionError: 'Unhandled', Payload: blob('{"errorMessage":"1 of 1 events were not applied"}') }
          : {},
      );
    const { code, stdout } = await run('poison-events');
    expect(code).toBe(1);
    expect(stdout).toContain('the table has no item CASE#zendesk:1 EV#gone any more');
    expect(stdout).toContain('apply-event failed: 1 of 1 events were not applied');
    expect(stdout).toContain('fine of zendesk:42 applied');
    expect(stdout).toContain('3 left: mend what the lines above say, then run it again.');
    expect(queues['poison-events']?.map(({ hidden }) => hidden)).toEqual([false, false, false]);
  });

  // The shape of AWS Lambda's record of a discarded batch: docs.aws.amazon.com, "Retain discarded batches".
  const batch = {
    requestContext: {
      requestId: 'r',
      functionArn: 'arn',
      condition: 'RetryAttemptsExhausted',
      approximateInvokeCount: 9,
    },
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    version: '1.0',
    timestamp: '2026-11-26T03:00:00.000Z',
    DDBStreamBatchInfo: {
      shardId: 'shardId-1',
      startSequenceNumber: '900',
      endSequenceNumber: '1100',
      approximateArrivalOfFirstRecord: '2026-11-26T02:00:00Z',
      approximateArrivalOfLastRecord: '2026-11-26T02:01:00Z',
      batchSize: 3,
      streamArn: 'arn:stream',
    },
  };
  const streamed = (SequenceNumber: string, key: string, eventName = 'INSERT') => ({
    eventName: eventName as 'INSERT',
    dynamodb: { SequenceNumber, Keys: { PK: item(key).PK, SK: item(key).SK }, NewImage: item(key) },
  });

  it('applies the events of a batch that was given up, and no others of its stream', async () => {
    put('stream-dlq', batch);
    streams.on(GetShardIteratorCommand).resolves({ ShardIterator: 'a' });
    streams.on(GetRecordsCommand, { ShardIterator: 'a' }).resolves({
      // 1000 is after 999 as a number, and before it as text.
      Records: [streamed('900', 'one'), streamed('999', 'two', 'MODIFY')],
      NextShardIterator: 'b',
    });
    streams.on(GetRecordsCommand, { ShardIterator: 'b' }).resolves({
      Records: [streamed('1000', 'three'), streamed('1101', 'not of it')],
      NextShardIterator: 'c',
    });
    expect(await run('stream-dlq')).toEqual({
      code: 0,
      stdout: 'stream-dlq into apply-event\n  2 events applied, found in the stream\n',
      stderr: '',
    });
    expect(invoked()).toEqual([['apply-event', { Records: [record('one'), record('three')] }]]);
    expect(streams.commandCalls(GetShardIteratorCommand)[0]?.args[0].input).toEqual({
      StreamArn: 'arn:stream',
      ShardId: 'shardId-1',
      ShardIteratorType: 'AT_SEQUENCE_NUMBER',
      SequenceNumber: '900',
    });
    expect(left('stream-dlq')).toEqual([]);
  });

  it('finds a batch in the table once the stream has dropped it', async () => {
    put('stream-dlq', batch);
    streams
      .on(GetShardIteratorCommand)
      .rejects(Object.assign(new Error('gone'), { name: 'TrimmedDataAccessException' }));
    const many = Array.from({ length: 26 }, (_, n) => `k${n}`);
    dynamodb.on(ScanCommand).resolves({ Items: many.map((key) => item(key)) });
    const { code, stdout } = await run('stream-dlq');
    expect([code, stdout]).toEqual([
      0,
      'stream-dlq into apply-event\n  26 events applied, found in the table, as the stream keeps its records for a day only\n',
    ]);
    expect(invoked().map(([, { Records }]) => Records.length)).toEqual([25, 1]);
    // Five minutes more on both sides.
    expect(dynamodb.commandCalls(ScanCommand)[0]?.args[0].input.ExpressionAttributeValues).toEqual({
      ':event': { S: 'EV#' },
      ':from': { S: '2026-11-26T01:55:00.000Z' },
      ':to': { S: '2026-11-26T02:06:00.000Z' },
    });
  });

  it('sends hints again, and sweeps once for all sweeps that were missed', async () => {
    put('deadlines-dlq', '{"kind":"case","id":"zendesk:42"}');
    for (let n = 0; n < 12; n++) put('sweep-schedule-dlq', '{}');
    const { code, stdout } = await run();
    expect([code, stdout]).toEqual([
      0,
      `stream-dlq into apply-event
  nothing there
poison-events into apply-event
  nothing there
deadlines-dlq into the deadline queue
  hint sent again
sweep-schedule-dlq into sweep-deadlines
  swept
  and 11 more that said the same
`,
    ]);
    expect(left('deadlines')).toEqual(['{"kind":"case","id":"zendesk:42"}']);
    expect(invoked()).toEqual([['sweep-deadlines', {}]]);
  });

  it('only counts when it is asked for a list', async () => {
    put('poison-events', 'x');
    const { code, stdout } = await run('--list');
    expect([code, stdout]).toEqual([
      0,
      'stream-dlq           0\npoison-events        1\ndeadlines-dlq        0\nsweep-schedule-dlq   0\n',
    ]);
    expect(left('poison-events')).toEqual(['x']);
  });

  it('says which queues there are, and where no deployment is', async () => {
    expect(await run('deadline-dlq')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('expected stream-dlq, poison-events, deadlines-dlq, sweep-schedule-dlq'),
    });
    const missing = Object.assign(new Error('Stack with id Other-Stateful does not exist'), {
      name: 'ValidationError',
    });
    cloudformation.on(DescribeStacksCommand).rejects(missing);
    await expect(run('--name', 'Other')).rejects.toThrow('There is no stack Other-Stateful in this account and region');
  });
});
