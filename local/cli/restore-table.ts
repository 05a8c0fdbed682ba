import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
  paginateScan,
  StreamViewType,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { EVENT_PREFIX, EXPIRY_ATTRIBUTE } from '../../functions/shared/names.ts';
import { readTableSettings, type TableSettings } from './table-settings.ts';

type Say = (line: string) => void;

/**
 * Gives a table what a restore to a point in time leaves out: stream, expiry of items, recovery and protection. What it
 * has already stays. Waits for the restore itself, and after each change until the table takes the next.
 */
export async function prepareTable(
  client: DynamoDBClient,
  TableName: string,
  say: Say,
  waitMs = 5000,
): Promise<TableSettings & { readonly streamArn: string }> {
  const active = async (): Promise<TableSettings> => {
    for (;;) {
      const settings = await readTableSettings(client, TableName);
      if (settings.status === 'ACTIVE') return settings;
      say(`${TableName} is ${settings.status}; waiting`);
      await sleep(waitMs);
    }
  };
  const changes: { what: string; isDone: (settings: TableSettings) => boolean; make: () => Promise<unknown> }[] = [
    {
      what: 'stream of new images',
      isDone: ({ streamArn }) => streamArn !== undefined,
      make: () => {
        const StreamSpecification = { StreamEnabled: true, StreamViewType: StreamViewType.NEW_IMAGE };
        return client.send(new UpdateTableCommand({ TableName, StreamSpecification }));
      },
    },
    {
      what: `expiry of items by ${EXPIRY_ATTRIBUTE}`,
      isDone: ({ expires }) => expires,
      make: () => {
        const TimeToLiveSpecification = { Enabled: true, AttributeName: EXPIRY_ATTRIBUTE };
        return client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
      },
    },
    {
      what: 'recovery to a point in time',
      isDone: ({ recovers }) => recovers,
      make: () => {
        const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
        return client.send(new UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification }));
      },
    },
    {
      what: 'protection from deletion',
      isDone: ({ isProtected }) => isProtected,
      make: () => client.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: true })),
    },
  ];
  for (const { what, isDone, make } of changes) {
    const had = isDone(await active());
    if (!had) await make();
    say(`${had ? 'has already' : 'now has'}: ${what}`);
  }
  const { streamArn, ...settings } = await active();
  if (streamArn === undefined) throw new Error(`table ${TableName} has no stream although it was told to`);
  return { ...settings, streamArn };
}

/** Copied by what they tell of: the folds, leases, sums and marks beside them are made anew from the events. */
const COPIED = [/^CASE#.* EV#/s, /^HANDOFF#/, /^ALERT#/, /^CUSTOMER#/];

/**
 * Copies what came into one table after the other was restored: events, and the handoffs, alerts and mail markers that
 * are not in the other at all. Our own events go first, so that what was decided and told is not decided and told again.
 * @param since ISO 8601; events received before it are in both tables
 * @returns how many items were copied
 */
export async function copySince(client: DynamoDBClient, from: string, to: string, since: string): Promise<number> {
  const isOurs = (item: Item) => (item.SK?.S ?? '').startsWith(`${EVENT_PREFIX}caserelay:`);
  const isEvent = (item: Item) => (item.SK?.S ?? '').startsWith(EVENT_PREFIX);
  const passes = [(item: Item) => !isEvent(item), isOurs, (item: Item) => isEvent(item) && !isOurs(item)];
  let copied = 0;
  for (const belongs of passes) {
    for await (const { Items = [] } of paginateScan({ client }, { TableName: from, ConsistentRead: true })) {
      for (const item of Items) {
        const isKept = COPIED.some((pattern) => pattern.test(`${item.PK?.S} ${item.SK?.S}`));
        if (!isKept || !belongs(item) || (isEvent(item) && receivedAt(item) < since)) continue;
        if (await putNew(client, to, item)) copied++;
      }
    }
  }
  return copied;
}

type Item = Record<string, AttributeValue>;

const receivedAt = (item: Item) => item.event?.M?.receivedAt?.S ?? '';

async function putNew(client: DynamoDBClient, TableName: string, Item: Item): Promise<boolean> {
  try {
    await client.send(new PutItemCommand({ TableName, Item, ConditionExpression: 'attribute_not_exists(PK)' }));
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
