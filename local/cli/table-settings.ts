import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  StreamViewType,
} from '@aws-sdk/client-dynamodb';
import { EXPIRY_ATTRIBUTE } from '../../functions/shared/names.ts';

/** What a table has beside its items, and a restored one lacks. */
export interface TableSettings {
  readonly arn: string;
  /** e.g. ACTIVE, or CREATING while a restore goes on. */
  readonly status: string;
  /** ARN of its stream of new images; undefined: there is none. */
  readonly streamArn: string | undefined;
  /** Items are deleted when they expire. */
  readonly expires: boolean;
  /** It can be restored to any second of the last 35 days. */
  readonly recovers: boolean;
  /** It cannot be deleted by one call. */
  readonly isProtected: boolean;
  /** ARN of the key that encrypts it, and since when that key cannot be used, if it cannot. */
  readonly keyArn: string | undefined;
  readonly keyLostAt: Date | undefined;
}

/** Reads them. Throws ResourceNotFoundException if there is no such table. */
export async function readTableSettings(client: DynamoDBClient, TableName: string): Promise<TableSettings> {
  const { Table = {} } = await client.send(new DescribeTableCommand({ TableName }));
  const [{ TimeToLiveDescription: ttl }, { ContinuousBackupsDescription: backups }] = await Promise.all([
    client.send(new DescribeTimeToLiveCommand({ TableName })),
    client.send(new DescribeContinuousBackupsCommand({ TableName })),
  ]);
  const { StreamEnabled, StreamViewType: view } = Table.StreamSpecification ?? {};
  return {
    arn: Table.TableArn ?? '',
    status: Table.TableStatus ?? 'unknown',
    streamArn: StreamEnabled === true && view === StreamViewType.NEW_IMAGE ? Table.LatestStreamArn : undefined,
    expires: /^ENABL/.test(ttl?.TimeToLiveStatus ?? '') && ttl?.AttributeName === EXPIRY_ATTRIBUTE,
    recovers: backups?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus === 'ENABLED',
    isProtected: Table.DeletionProtectionEnabled === true,
    keyArn: Table.SSEDescription?.KMSMasterKeyArn,
    keyLostAt: Table.SSEDescription?.InaccessibleEncryptionDateTime,
  };
}
