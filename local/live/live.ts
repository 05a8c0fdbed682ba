import { setTimeout as sleep } from 'node:timers/promises';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  type DynamoDBStreamsClient,
  ExpiredIteratorException,
  GetRecordsCommand,
  type GetRecordsCommandOutput,
  GetShardIteratorCommand,
  type _Record as StreamRecord,
} from '@aws-sdk/client-dynamodb-streams';
import type { CaseEvent } from '../../domain/event.ts';
import { readableEvent } from '../../functions/adapters/store/dynamo-cases.ts';
import { EVENT_PREFIX } from '../../functions/shared/names.ts';
import type { Deployment } from './deployment.ts';

export interface Follow {
  /** Resolves after `stop`; rejects if the stream can no longer be read, which a caller may ignore. */
  readonly ended: Promise<void>;
  /** Never rejects. */
  stop(): Promise<void>;
}

const POLL_MS = 200;

/**
 * Calls `onEvent` for each case event that is appended from now on. Resolves once nothing can be
 * missed any more. An item that is not a case event is passed over: apply-event puts it aside.
 */
export async function followLog(
  client: DynamoDBStreamsClient,
  { tableStreamArn: StreamArn }: Pick<Deployment, 'tableStreamArn'>,
  onEvent: (event: CaseEvent) => void,
): Promise<Follow> {
  const shards = await openShards(client, StreamArn);
  const places = await Promise.all(
    shards.map(async (ShardId) => {
      const shard: Shard = { StreamArn, ShardId };
      return { shard, iterator: await iteratorAfter(client, shard, undefined) };
    }),
  );
  const ending = new AbortController();
  const reading = places.map(({ shard, iterator }) => readShard(client, shard, iterator, onEvent, ending.signal));
  const ended = Promise.all(reading).then(() => undefined);
  // Whoever only watches need not see it through: the run goes on without the lines.
  ended.catch(() => undefined);
  return {
    ended,
    async stop() {
      ending.abort();
      await ended.catch(() => undefined);
    },
  };
}

interface Shard {
  readonly StreamArn: string;
  readonly ShardId: string;
}

/** Where to read on: after a record, or with what comes from now on. */
async function iteratorAfter(client: DynamoDBStreamsClient, shard: Shard, sequenceNumber: string | undefined) {
  const place =
    sequenceNumber === undefined
      ? { ShardIteratorType: 'LATEST' as const }
      : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER' as const, SequenceNumber: sequenceNumber };
  return (await client.send(new GetShardIteratorCommand({ ...shard, ...place }))).ShardIterator;
}

async function openShards(client: DynamoDBStreamsClient, StreamArn: string): Promise<string[]> {
  const { StreamDescription } = await client.send(new DescribeStreamCommand({ StreamArn }));
  const shards = StreamDescription?.Shards ?? [];
  return shards.flatMap(({ ShardId, SequenceNumberRange: range }) =>
    ShardId === undefined || range?.EndingSequenceNumber !== undefined ? [] : [ShardId],
  );
}

async function readShard(
  client: DynamoDBStreamsClient,
  shard: Shard,
  start: string | undefined,
  onEvent: (event: CaseEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  let iterator = start;
  let last: string | undefined;
  while (iterator !== undefined && !signal.aborted) {
    try {
      const page: GetRecordsCommandOutput = await client.send(new GetRecordsCommand({ ShardIterator: iterator }));
      const records = page.Records ?? [];
      for (const record of records) {
        const event = eventOfRecord(record);
        if (event !== undefined) onEvent(event);
      }
      last = records.at(-1)?.dynamodb?.SequenceNumber ?? last;
      iterator = page.NextShardIterator;
      if (records.length === 0) await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
    } catch (error) {
      // A laptop that slept for a quarter of an hour wakes with an iterator that is too old.
      if (!(error instanceof ExpiredIteratorException)) throw error;
      iterator = await iteratorAfter(client, shard, last);
    }
  }
}

function eventOfRecord({ eventName, dynamodb }: StreamRecord): CaseEvent | undefined {
  if (eventName !== 'INSERT' || !dynamodb?.Keys?.SK?.S?.startsWith(EVENT_PREFIX)) return undefined;
  return readableEvent((dynamodb.NewImage ?? {}) as Record<string, AttributeValue>);
}
