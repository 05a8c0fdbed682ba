import { setTimeout as sleep } from 'node:timers/promises';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  type DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type _Record as StreamRecord,
} from '@aws-sdk/client-dynamodb-streams';
import type { CaseEvent } from '../../domain/event.ts';
import { eventOf } from '../../functions/adapters/store/dynamo-store.ts';
import type { Deployment } from './deployment.ts';

export interface Follow {
  /** Rejects if the stream can no longer be read. Resolves after `stop`. */
  readonly ended: Promise<void>;
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
  const iterators = await Promise.all(
    shards.map(async (ShardId) => {
      const position = { StreamArn, ShardId, ShardIteratorType: 'LATEST' as const };
      return (await client.send(new GetShardIteratorCommand(position))).ShardIterator;
    }),
  );
  const ending = new AbortController();
  const ended = Promise.all(iterators.map((iterator) => readShard(client, iterator, onEvent, ending.signal))).then(
    () => undefined,
  );
  return {
    ended,
    async stop() {
      ending.abort();
      await ended;
    },
  };
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
  start: string | undefined,
  onEvent: (event: CaseEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  let iterator = start;
  while (iterator !== undefined && !signal.aborted) {
    const page = await client.send(new GetRecordsCommand({ ShardIterator: iterator }));
    for (const record of page.Records ?? []) {
      const event = eventOfRecord(record);
      if (event !== undefined) onEvent(event);
    }
    iterator = page.NextShardIterator;
    if ((page.Records ?? []).length === 0) await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
  }
}

function eventOfRecord({ eventName, dynamodb }: StreamRecord): CaseEvent | undefined {
  if (eventName !== 'INSERT' || !dynamodb?.Keys?.SK?.S?.startsWith('EV#')) return undefined;
  try {
    return eventOf((dynamodb.NewImage ?? {}) as Record<string, AttributeValue>);
  } catch {
    return undefined;
  }
}
