import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SNSClient, SubscribeCommand, UnsubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, DeleteQueueCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { findDeployed } from '../../local/cli/deployed.ts';
import type { Account, Clients } from '../../local/cli/doctor/finding.ts';
import { lookAt } from '../../local/cli/doctor.ts';
import { LOCAL_NAME } from '../../local/deploy.ts';
import { LOCAL_ACCOUNT } from '../../local/engine.ts';
import { type App, clients, eventually, openApp } from './app.ts';

const e2e = inject('e2e');
const { endpoint, region } = e2e.deployment;
const settings = { endpoint, region, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
const aws: Clients = {
  ...clients(e2e),
  cloudFormation: new CloudFormationClient(settings),
  cloudWatch: new CloudWatchClient(settings),
  lambda: new LambdaClient(settings),
  secrets: new SecretsManagerClient(settings),
  ses: new SESv2Client(settings),
  sns: new SNSClient(settings),
};

describe('the doctor at a deployment on the engine', () => {
  let app: App;
  beforeAll(async () => {
    app = await openApp();
  });
  afterAll(() => app?.close());

  test('finds in order whatever the engine shows as AWS does', async () => {
    const account: Account = {
      name: LOCAL_NAME,
      policy: e2e.policy,
      webhookConcurrency: undefined,
      clients: aws,
      now: Date.now,
      fetch,
    };
    const rows: Record<string, string[]> = {};
    for await (const { check, findings } of lookAt(account))
      rows[check.name] = findings.map(({ state, says }) => `${state}: ${says}`);
    // Other tests put what cannot be read on them, on purpose.
    delete rows['dead letters'];
    const fine = [expect.stringMatching(/^fine: /)];
    expect(rows).toEqual({
      stacks: fine,
      concurrency: fine,
      // It signs nothing.
      sender: [expect.stringMatching(/^note: mail from \S+ is not signed \(DKIM: PENDING\)/)],
      'mail to leads': fine,
      policy: fine,
      secrets: fine,
      // Of what a template asks of a table, it makes the stream alone; and a trial's is not protected anywhere.
      table: [
        expect.stringMatching(/^blocks: \S+ does not let items expire/),
        expect.stringMatching(/^blocks: \S+ cannot be restored/),
        expect.stringMatching(/^blocks: \S+ is not protected from deletion$/),
      ],
      'event sources': fine,
      // The engine makes no metrics of log lines.
      sweep: ['blocks: no sweep in the last 5 minutes: deadlines pass unnoticed'],
      'alarm mails': ['blocks: nobody gets the alarms'],
      // It keeps no record of what alarms told.
      alarms: [
        expect.stringMatching(/^fine: \d+ alarms, none rings$/),
        expect.stringMatching(/^note: no alarm was told/),
      ],
      webhooks: fine,
    });
  });

  test('an alarm that is set reaches whoever is subscribed, as the runbook has it tried', async () => {
    const { sqs, sns, cloudWatch } = aws;
    const TopicArn = (await findDeployed(LOCAL_NAME, aws.cloudFormation)).output('AlarmTopicArn');
    const QueueName = `alarm-ear-${process.pid}`;
    const ear = `arn:aws:sqs:${region}:${LOCAL_ACCOUNT}:${QueueName}`;
    const hears = {
      Effect: 'Allow',
      Principal: { Service: 'sns.amazonaws.com' },
      Action: 'sqs:SendMessage',
      Resource: ear,
    };
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [hears] });
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes: { Policy } }));
    const { SubscriptionArn } = await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: ear }));
    const AlarmName = `${LOCAL_NAME}-sweep-schedule-dlq-not-empty`;
    const set = (StateValue: 'ALARM' | 'OK') =>
      cloudWatch.send(new SetAlarmStateCommand({ AlarmName, StateValue, StateReason: 'a test, nothing is wrong' }));
    await set('ALARM');
    const heard = await eventually('the alarm', async () => {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
      return Messages[0]?.Body;
    });
    expect(heard).toContain(AlarmName);
    expect(heard).toContain(`docs/runbook.md#sweep-schedule-dlq-not-empty`);
    await set('OK');
    await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
    await sqs.send(new DeleteQueueCommand({ QueueUrl }));
  });
});
