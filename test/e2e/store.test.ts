import { CreateTableCommand, DeleteTableCommand, DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, inject } from 'vitest';
import { dynamoStore } from '../../functions/adapters/store/dynamo-store.ts';
import { storeContract } from '../support/store-contract.ts';
import { clients } from './app.ts';

const e2e = inject('e2e');
const { dynamodb } = clients(e2e);
/** With the deployed table's keys and indexes, but no stream: on the real one, the sweep and apply-event would act on what the suite writes. */
const TableName = `${e2e.deployment.tableName}-contract-${process.pid}`;

beforeAll(async () => {
  const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: e2e.deployment.tableName }));
  await dynamodb.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: Table?.AttributeDefinitions,
      KeySchema: Table?.KeySchema,
      GlobalSecondaryIndexes: Table?.GlobalSecondaryIndexes?.map(({ IndexName, KeySchema, Projection }) => ({
        IndexName,
        KeySchema,
        Projection,
      })),
    }),
  );
});
afterAll(() => dynamodb.send(new DeleteTableCommand({ TableName })));

describe('the store in DynamoDB, in a table like the deployed one', () =>
  storeContract(() => dynamoStore(dynamodb, TableName)));
