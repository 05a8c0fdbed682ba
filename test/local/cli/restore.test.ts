import { PassThrough } from 'node:stream';
import {
  ConditionalCheckFailedException,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  PutItemCommand,
  ScanCommand,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { restore } from '../../../local/cli/restore.ts';
import { prepareTable } from '../../../local/cli/restore-table.ts';
import { PlainError } from '../../../local/progress.mjs';

const dynamodb = mockClient(DynamoDBClient);
const client = new DynamoDBClient({ region: 'eu-central-1' });
beforeEach(() => dynamodb.reset());

async function run(...args: string[]) {
  const [stdout, stderr] = [new PassThrough({ encoding: 'utf8' }), new PassThrough({ encoding: 'utf8' })];
  const code = await restore(args, { stdin: process.stdin, stdout, stderr }, client);
  return { code, stdout: stdout.read() as string | null, stderr: stderr.read() as string | null };
}

describe('preparing a table', () => {
  const STREAM = 'arn:aws:dynamodb:eu-central-1:123456789012:table/T/stream/1';
  const bare = { TableStatus: 'ACTIVE' as const };
  const whole = {
    ...bare,
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' as const },
    LatestStreamArn: STREAM,
    DeletionProtectionEnabled: true,
  };

  test('waits until the restore has ended; what the table has already stays as it is', async () => {
    dynamodb
      .on(DescribeTableCommand)
      .resolvesOnce({ Table: { TableStatus: 'CREATING' } })
      .resolves({ Table: whole })
      .on(DescribeTimeToLiveCommand)
      .resolves({ TimeToLiveDescription: { TimeToLiveStatus: 'ENABLING', AttributeName: 'expiresAt' } })
      .on(DescribeContinuousBackupsCommand)
      .resolves({
        ContinuousBackupsDescription: {
          ContinuousBackupsStatus: 'ENABLED',
          PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'ENABLED' },
        },
      });
    const said: string[] = [];
    const { streamArn } = await prepareTable(client, 'T', (line) => said.push(line), 1);
    expect(streamArn).toBe(STREAM);
    expect(said[0]).toBe('T is CREATING; waiting');
    expect(said.slice(1)).toEqual(Array(4).fill(expect.stringMatching(/^has already: /)));
    for (const command of [UpdateTableCommand, UpdateTimeToLiveCommand, UpdateContinuousBackupsCommand])
      expect(dynamodb.commandCalls(command as typeof UpdateTableCommand)).toEqual([]);
  });

  test('gives it a stream of new images, even if it has one of another kind', async () => {
    const keys = { StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' as const } };
    dynamodb
      .on(DescribeTableCommand)
      .resolvesOnce({ Table: { ...whole, ...keys } })
      .resolves({ Table: whole })
      .on(DescribeTimeToLiveCommand)
      .resolves({})
      .on(DescribeContinuousBackupsCommand)
      .resolves({})
      .on(UpdateTableCommand)
      .resolves({})
      .on(UpdateTimeToLiveCommand)
      .resolves({})
      .on(UpdateContinuousBackupsCommand)
      .resolves({});
    await prepareTable(client, 'T', () => undefined, 1);
    expect(dynamodb.commandCalls(UpdateTableCommand).map(({ args }) => args[0].input)).toEqual([
      { TableName: 'T', StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' } },
    ]);
    expect(dynamodb.commandCalls(UpdateTimeToLiveCommand)[0]?.args[0].input).toEqual({
      TableName: 'T',
      TimeToLiveSpecification: { Enabled: true, AttributeName: 'expiresAt' },
    });
  });

  test('says in a sentence that there is no such table', async () => {
    dynamodb
      .on(DescribeTableCommand)
      .rejects(Object.assign(new Error('Table: nope not found'), { name: 'ResourceNotFoundException' }));
    await expect(run('prepare', 'nope')).rejects.toThrow(
      new PlainError('AWS refused to change the table nope: Table: nope not found'),
    );
  });
});

describe('copying what came in since', () => {
  const event = (key: string, receivedAt: string) =>
    marshall({ PK: 'CASE#zendesk:1', SK: `EV#${key}`, event: { key, receivedAt } });
  const other = (PK: string, SK: string) => marshall({ PK, SK });
  const ITEMS = [
    event('late', '2026-11-26T03:00:01.000Z'),
    event('early', '2026-11-26T02:59:59.999Z'),
    event('caserelay:triaged', '2026-11-26T03:00:02.000Z'),
    other('CASE#zendesk:1', 'META'),
    other('HANDOFF#h1', 'META'),
    other('ALERT#a1', 'MAIL#0#maya'),
    other('CUSTOMER#c1', 'CASE#2026-11-26T03:00:01.000Z#zendesk:1'),
    other('AGENT#lee', 'CAP'),
    other('AGENT#lee', 'EXPOSURE#2026-11-26'),
    other('POLICY', 'SWEPT'),
  ];

  test('takes events received since then, ours before the others, and what nothing makes anew; no fold, lease or mark', async () => {
    dynamodb.on(ScanCommand).resolves({ Items: ITEMS }).on(PutItemCommand).resolves({});
    const { stdout } = await run('copy', '--from', 'OLD', '--to', 'NEW', '--since', '2026-11-26T04:00:00+01:00');
    expect(stdout).toBe('5 items copied from OLD to NEW\n');
    const puts = dynamodb.commandCalls(PutItemCommand).map(({ args }) => args[0].input);
    expect(puts.map(({ Item }) => `${Item?.PK?.S} ${Item?.SK?.S}`)).toEqual([
      'HANDOFF#h1 META',
      'ALERT#a1 MAIL#0#maya',
      'CUSTOMER#c1 CASE#2026-11-26T03:00:01.000Z#zendesk:1',
      'CASE#zendesk:1 EV#caserelay:triaged',
      'CASE#zendesk:1 EV#late',
    ]);
    for (const put of puts)
      expect(put).toMatchObject({ TableName: 'NEW', ConditionExpression: 'attribute_not_exists(PK)' });
  });

  test('leaves what is there already, and counts it not', async () => {
    const there = new ConditionalCheckFailedException({ $metadata: {}, message: 'The conditional request failed' });
    dynamodb.on(ScanCommand).resolves({ Items: ITEMS }).on(PutItemCommand).rejects(there);
    const { code, stdout } = await run('copy', '--from', 'OLD', '--to', 'NEW', '--since', '2026-11-26T03:00:00Z');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '0 items copied from OLD to NEW\n' });
  });

  test('asks for an instant', async () => {
    // Without a zone it would be that of the machine, and 30 February would be 2 March.
    for (const since of ['2026-11-26T05:00:00', '2026-11-26', '2026-02-30T05:00:00Z'])
      await expect(run('copy', '--from', 'OLD', '--to', 'NEW', '--since', since)).rejects.toThrow(
        `"${since}"; expected`,
      );
    await expect(run('copy', '--from', 'OLD', '--to', 'NEW', '--since', 'yesterday')).rejects.toThrow(
      '--since is "yesterday"; expected an instant, as in 2026-11-26T05:00:00Z',
    );
  });
});

test('a step that there is not gets the usage', async () => {
  expect(await run('everything')).toMatchObject({
    code: 1,
    stdout: null,
    stderr: expect.stringContaining('restore copy'),
  });
});
