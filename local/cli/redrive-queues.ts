import { type AttributeValue, type DynamoDBClient, GetItemCommand, paginateScan } from '@aws-sdk/client-dynamodb';
import {
  type _Record,
  type DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams';
import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod/mini';
import { EVENT_PREFIX } from '../../functions/shared/names.ts';
import type { Deployed } from './deployed.ts';

/** How each dead-letter queue goes back to where it came from. */

export interface RedriveClients {
  readonly sqs: SQSClient;
  readonly dynamodb: DynamoDBClient;
  readonly streams: DynamoDBStreamsClient;
  readonly lambda: LambdaClient;
}

export interface Redrive {
  readonly name: string;
  /** The output that holds the queue's URL. */
  readonly queue: string;
  /** What a person reads of where its messages go. */
  readonly into: string;
  /** What cannot be handled comes back as the same message: who is handled twice would be for ever. */
  readonly comesBack: boolean;
  /**
   * Puts what a message is about back into its pipeline; says what it did. Throws what keeps the message where it is.
   */
  readonly handle: (body: string, deployed: Deployed, clients: RedriveClients) => Promise<string>;
}

/** In the order in which they are emptied: events first, as a deadline is judged by its case. */
export const REDRIVES: readonly Redrive[] = [
  { name: 'stream-dlq', queue: 'StreamDlqUrl', into: 'apply-event', comesBack: false, handle: redriveBatch },
  { name: 'poison-events', queue: 'PoisonQueueUrl', into: 'apply-event', comesBack: true, handle: redriveEvent },
  {
    name: 'deadlines-dlq',
    queue: 'DeadlineDlqUrl',
    into: 'the deadline queue',
    comesBack: false,
    handle: redriveDeadline,
  },
  {
    name: 'sweep-schedule-dlq',
    queue: 'ScheduleDlqUrl',
    into: 'sweep-deadlines',
    comesBack: false,
    handle: redriveSweep,
  },
];

type Item = Record<string, AttributeValue>;

/** One that apply-event could not read or apply: functions/apply-event/handler.ts writes it. */
const Poison = z.object({ caseKey: z.string(), eventKey: z.string() });

async function redriveEvent(body: string, deployed: Deployed, { dynamodb, lambda }: RedriveClients): Promise<string> {
  const { caseKey, eventKey } = Poison.parse(JSON.parse(body));
  const get = new GetItemCommand({
    TableName: deployed.output('TableName'),
    Key: { PK: { S: caseKey }, SK: { S: eventKey } },
    ConsistentRead: true,
  });
  const { Item } = await dynamodb.send(get);
  if (Item === undefined)
    throw new Error(`the table has no item ${caseKey} ${eventKey} any more; delete the message by hand`);
  await apply([recordOf(Item)], deployed, lambda);
  return `${eventKey.slice(EVENT_PREFIX.length)} of ${caseKey.slice('CASE#'.length)} applied`;
}

/** What Lambda writes of a batch of a DynamoDB stream that it gave up (AWS Lambda's guide, "Discarded records"). */
const GivenUp = z.object({
  DDBStreamBatchInfo: z.object({
    shardId: z.string(),
    startSequenceNumber: z.string(),
    endSequenceNumber: z.string(),
    approximateArrivalOfFirstRecord: z.string(),
    approximateArrivalOfLastRecord: z.string(),
    streamArn: z.string(),
  }),
});
type Batch = z.infer<typeof GivenUp>['DDBStreamBatchInfo'];

async function redriveBatch(body: string, deployed: Deployed, clients: RedriveClients): Promise<string> {
  const batch = GivenUp.parse(JSON.parse(body)).DDBStreamBatchInfo;
  const fromStream = await readBatch(batch, clients.streams);
  const records = fromStream ?? (await findBatch(batch, deployed, clients.dynamodb));
  await apply(records, deployed, clients.lambda);
  const where = fromStream === undefined ? 'table, as the stream keeps its records for a day only' : 'stream';
  return `${records.length} events applied, found in the ${where}`;
}

/** The events of a batch as the stream still has them; undefined once it has dropped them, after 24 hours. */
async function readBatch(batch: Batch, streams: DynamoDBStreamsClient): Promise<StreamRecord[] | undefined> {
  const records: StreamRecord[] = [];
  try {
    const { ShardIterator } = await streams.send(
      new GetShardIteratorCommand({
        StreamArn: batch.streamArn,
        ShardId: batch.shardId,
        ShardIteratorType: 'AT_SEQUENCE_NUMBER',
        SequenceNumber: batch.startSequenceNumber,
      }),
    );
    let iterator = ShardIterator;
    while (iterator !== undefined) {
      const page = await streams.send(new GetRecordsCommand({ ShardIterator: iterator }));
      for (const record of page.Records ?? []) {
        if (BigInt(record.dynamodb?.SequenceNumber ?? 0) > BigInt(batch.endSequenceNumber)) return records;
        if (isEvent(record)) records.push(recordOf(record.dynamodb?.NewImage as Item));
        if (record.dynamodb?.SequenceNumber === batch.endSequenceNumber) return records;
      }
      iterator = page.NextShardIterator;
    }
    return records;
  } catch (error) {
    if (error instanceof Error && /TrimmedDataAccess|ResourceNotFound/.test(error.name)) return undefined;
    throw error;
  }
}

function isEvent({ eventName, dynamodb }: _Record): boolean {
  return eventName === 'INSERT' && dynamodb?.Keys?.SK?.S?.startsWith(EVENT_PREFIX) === true;
}

/** How far the clocks of the stream and of the functions that write `receivedAt` may be apart, ms. */
const CLOCKS_APART_MS = 5 * 60_000;

/** The events received while a batch arrived: those of the batch, and others that applying again does no harm to. Reads the whole table. */
async function findBatch(batch: Batch, deployed: Deployed, client: DynamoDBClient): Promise<StreamRecord[]> {
  const at = (instant: string, shift: number) => ({ S: new Date(Date.parse(instant) + shift).toISOString() });
  const records: StreamRecord[] = [];
  const pages = paginateScan(
    { client },
    {
      TableName: deployed.output('TableName'),
      ConsistentRead: true,
      FilterExpression: 'begins_with(SK, :event) AND #event.#received BETWEEN :from AND :to',
      ExpressionAttributeNames: { '#event': 'event', '#received': 'receivedAt' },
      ExpressionAttributeValues: {
        ':event': { S: EVENT_PREFIX },
        ':from': at(batch.approximateArrivalOfFirstRecord, -CLOCKS_APART_MS),
        ':to': at(batch.approximateArrivalOfLastRecord, CLOCKS_APART_MS),
      },
    },
  );
  for await (const { Items = [] } of pages) records.push(...Items.map(recordOf));
  return records;
}

/** A hint is sent again as it is: who gets it re-reads what it is about. */
async function redriveDeadline(body: string, deployed: Deployed, { sqs }: RedriveClients): Promise<string> {
  await sqs.send(new SendMessageCommand({ QueueUrl: deployed.output('DeadlineQueueUrl'), MessageBody: body }));
  return 'hint sent again';
}

/** One sweep makes up for all that were not started. */
async function redriveSweep(_body: string, deployed: Deployed, { lambda }: RedriveClients): Promise<string> {
  await invoke(lambda, deployed.output('SweepDeadlinesName'), {});
  return 'swept';
}

/** What apply-event reads of a record of the table's stream. */
interface StreamRecord {
  readonly eventName: 'INSERT';
  readonly dynamodb: { readonly SequenceNumber: '0'; readonly Keys: Item; readonly NewImage: Item };
}

function recordOf(item: Item): StreamRecord {
  const { PK, SK } = item;
  if (PK === undefined || SK === undefined) throw new Error('the item has no key');
  return { eventName: 'INSERT', dynamodb: { SequenceNumber: '0', Keys: { PK, SK }, NewImage: item } };
}

/** As many records at once as stay far below the 6 MB that Lambda takes. */
const RECORDS_AT_ONCE = 25;

async function apply(records: readonly StreamRecord[], deployed: Deployed, lambda: LambdaClient): Promise<void> {
  for (let from = 0; from < records.length; from += RECORDS_AT_ONCE)
    await invoke(lambda, deployed.output('ApplyEventName'), { Records: records.slice(from, from + RECORDS_AT_ONCE) });
}

async function invoke(lambda: LambdaClient, name: string, payload: object): Promise<void> {
  const invoked = await lambda.send(new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(payload) }));
  if (invoked.FunctionError === undefined) return;
  const { errorMessage = invoked.FunctionError } = JSON.parse(invoked.Payload?.transformToString() ?? '{}') as {
    errorMessage?: string;
  };
  throw new Error(`${name} failed: ${errorMessage}`);
}
