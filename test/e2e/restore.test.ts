import { resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { RestoreTableToPointInTimeCommand } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { dynamoStore } from '../../functions/adapters/store/dynamo-store.ts';
import { SECRET } from '../../functions/shared/names.ts';
import { findDeployed } from '../../local/cli/deployed.ts';
import { restore } from '../../local/cli/restore.ts';
import { readTableSettings } from '../../local/cli/table-settings.ts';
import { deploy, deployOnly, destroy, type LocalStack, synth } from '../../local/deploy.ts';
import { opened } from '../support/events.ts';
import { REHEARSAL } from '../support/no-refusals.ts';
import { clients, eventually } from './app.ts';

/**
 * The rehearsal of "Restore the table" in docs/runbook.md: its steps in its order, on a deployment of its own that keeps
 * what it holds, as a real one does. What the engine cannot show is listed in docs/local-engine.md.
 */
const NAME = REHEARSAL;
const e2e = inject('e2e');
const { endpoint, region } = e2e.deployment;
const { dynamodb } = clients(e2e);
const settings = { endpoint, region, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
const cloudFormation = new CloudFormationClient(settings);
const secrets = new SecretsManagerClient(settings);
const quiet = () => undefined;
const workDir = resolve('.local', `rehearsal-${e2e.toysPort}`);

/** The app with this in its context. */
const app = (context: Readonly<Record<string, string>>): LocalStack => ({
  endpoint,
  policyDir: e2e.policyDir,
  publicUrl: 'http://127.0.0.1:9/api',
  workDir,
  context: { name: NAME, disposable: 'false', ...context },
});

const caseOf = (number: number) => `intake:${Date.now()}${number}`;
const [before, between, after] = [1, 2, 3].map(caseOf) as [string, string, string];
const told = (caseId: string) => opened(new Date().toISOString(), { caseId, key: `rehearsal:${caseId}` });
const folded = (TableName: string, caseId: string) =>
  eventually(`${caseId} to be folded in ${TableName}`, () => dynamoStore(dynamodb, TableName).load(caseId));

async function run(...args: string[]): Promise<string> {
  const stdout = new PassThrough({ encoding: 'utf8' });
  const code = await restore(args, { stdin: process.stdin, stdout, stderr: process.stderr }, dynamodb);
  expect(code).toBe(0);
  return stdout.read() ?? '';
}

// Each synthesis bundles all functions.
describe('restoring the table', { timeout: 500_000 }, () => {
  let own: string;
  let restored: string;
  let tableStreamArn: string;
  let since: string;
  const secretId = SECRET.source(NAME, 'zendesk');

  beforeAll(async () => {
    await synth(app({}), quiet);
    await deploy(app({}), quiet);
    own = (await findDeployed(NAME, cloudFormation)).output('TableName');
    restored = `${own}-restored`;
    await secrets.send(
      new PutSecretValueCommand({ SecretId: secretId, SecretString: '{"signingSecrets":["precious"]}' }),
    );
    await dynamoStore(dynamodb, own).append(told(before));
    await folded(own, before);
  }, 500_000);

  test('1, 2: a table that DynamoDB restored lacks what "restore prepare" gives it', async () => {
    since = new Date().toISOString();
    const SourceTableName = own;
    await dynamodb.send(
      new RestoreTableToPointInTimeCommand({
        SourceTableName,
        TargetTableName: restored,
        UseLatestRestorableTime: true,
      }),
    );
    expect(await readTableSettings(dynamodb, restored)).toMatchObject({
      streamArn: undefined,
      expires: false,
      recovers: false,
      isProtected: false,
    });
    const line = await run('prepare', restored);
    tableStreamArn = JSON.parse(`{${line}}`).tableStreamArn;
    expect(await readTableSettings(dynamodb, restored)).toMatchObject({
      streamArn: tableStreamArn,
      expires: true,
      recovers: true,
      isProtected: true,
    });
    // Meanwhile the world goes on.
    await dynamoStore(dynamodb, own).append(told(between));
    await folded(own, between);
  });

  test('3: the service stack, deployed alone, works on the restored table while the stateful one still exports the old', async () => {
    await synth(app({ tableStreamArn }), quiet);
    await deployOnly(app({ tableStreamArn }), `${NAME}-Service`, quiet);
    expect((await findDeployed(NAME, cloudFormation)).output('TableName')).toBe(own);
    await dynamoStore(dynamodb, restored).append(told(after));
    await folded(restored, after);
  });

  test('4: "restore copy" brings what came in between', async () => {
    expect(await dynamoStore(dynamodb, restored).load(between)).toBeUndefined();
    const args = ['copy', '--from', own, '--to', restored, '--since', since];
    // The event, and what was decided and told of the case since. (Executions that began before go on beside it.)
    const keys = (await dynamoStore(dynamodb, own).events(between)).map(({ key }) => key);
    expect(Number.parseInt(await run(...args), 10)).toBeGreaterThanOrEqual(keys.length);
    await folded(restored, between);
    const copied = await dynamoStore(dynamodb, restored).events(between);
    expect(copied.map(({ key }) => key)).toEqual(expect.arrayContaining(keys));
  });

  test('5: the stateful stack lets go of the old table, which stays', async () => {
    await deployOnly(app({ tableStreamArn }), `${NAME}-Stateful`, quiet);
    expect((await findDeployed(NAME, cloudFormation)).output('TableName')).toBe(restored);
    expect(await readTableSettings(dynamodb, own)).toMatchObject({ status: 'ACTIVE' });
    expect(await dynamoStore(dynamodb, own).load(before)).toBeDefined();
  });

  test('stacks that are deleted leave table and secrets, and a new stack takes them up again', async () => {
    await destroy(app({ tableStreamArn }), quiet);
    const value = async () => (await secrets.send(new GetSecretValueCommand({ SecretId: secretId }))).SecretString;
    expect(await value()).toBe('{"signingSecrets":["precious"]}');
    expect((await readTableSettings(dynamodb, restored)).status).toBe('ACTIVE');
    const again = app({ tableStreamArn, existingSecrets: '*' });
    await synth(again, quiet, `${NAME}-Stateful`);
    await deployOnly(again, `${NAME}-Stateful`, quiet);
    expect(await value()).toBe('{"signingSecrets":["precious"]}');
    expect((await readTableSettings(dynamodb, restored)).status).toBe('ACTIVE');
  });
});
