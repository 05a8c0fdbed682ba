import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  CloudWatchClient,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  GetMetricStatisticsCommand,
} from '@aws-sdk/client-cloudwatch';
import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { GetAccountSettingsCommand, LambdaClient, ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import {
  GetAccountCommand,
  GetEmailIdentityCommand,
  GetSuppressedDestinationCommand,
  SESv2Client,
} from '@aws-sdk/client-sesv2';
import { ListSubscriptionsByTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Account } from '../../../local/cli/doctor/finding.ts';
import { lookAt } from '../../../local/cli/doctor.ts';
import { POLICY } from '../../support/policy-fixture.ts';

const region = { region: 'eu-central-1' };
const aws = {
  cloudFormation: mockClient(CloudFormationClient),
  cloudWatch: mockClient(CloudWatchClient),
  dynamodb: mockClient(DynamoDBClient),
  lambda: mockClient(LambdaClient),
  secrets: mockClient(SecretsManagerClient),
  ses: mockClient(SESv2Client),
  sns: mockClient(SNSClient),
  sqs: mockClient(SQSClient),
};
const clients = {
  cloudFormation: new CloudFormationClient(region),
  cloudWatch: new CloudWatchClient(region),
  dynamodb: new DynamoDBClient(region),
  lambda: new LambdaClient(region),
  secrets: new SecretsManagerClient(region),
  ses: new SESv2Client(region),
  sns: new SNSClient(region),
  sqs: new SQSClient(region),
};

const NOW = Date.parse('2026-11-26T05:00:00Z');
const ARN = (service: string, rest: string) => `arn:aws:${service}:eu-central-1:123456789012:${rest}`;
const TOPIC = ARN('sns', 'alarms');
const KEY = ARN('kms', 'key/1');
const STREAM = ARN('dynamodb', 'table/T/stream/2');
const QUEUE = 'https://sqs.eu-central-1.amazonaws.com/123456789012/';
const OUTPUTS = {
  TableName: 'T',
  KeyArn: KEY,
  PolicyVersion: POLICY.version,
  AlarmTopicArn: TOPIC,
  DeadlineQueueUrl: `${QUEUE}deadlines`,
  StreamDlqUrl: `${QUEUE}stream-dlq`,
  PoisonQueueUrl: `${QUEUE}poison`,
  DeadlineDlqUrl: `${QUEUE}deadlines-dlq`,
  ScheduleDlqUrl: `${QUEUE}schedule-dlq`,
  PublicUrl: 'https://relay.example.com',
};
const named = (name: string) => Object.assign(new Error(`${name} it is`), { name });
const stack = (StackStatus: string) => ({
  Stacks: [
    {
      StackName: 'any',
      CreationTime: new Date(NOW),
      StackStatus: StackStatus as 'CREATE_COMPLETE',
      Outputs: Object.entries(OUTPUTS).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue })),
    },
  ],
});
const json = (value: unknown) => ({ SecretString: JSON.stringify(value) });
const set = { signingSecrets: ['whsec_c2VjcmV0'], api: { email: 'a@example.com', token: 't' } };
const mapping = (EventSourceArn: string, State: string) => ({
  EventSourceMappings: [{ EventSourceArn, State, UUID: 'u-1' }],
});
const alarm = (AlarmName: string, rest: object = {}) => ({
  AlarmName,
  AlarmDescription: `It means this. What to do: docs/runbook.md#${AlarmName.replace('CaseRelay-', '')}`,
  AlarmActions: [TOPIC],
  ActionsEnabled: true,
  StateValue: 'OK' as const,
  ...rest,
});
const table = (rest: object) => ({
  Table: {
    TableArn: ARN('dynamodb', 'table/T'),
    TableStatus: 'ACTIVE' as const,
    LatestStreamArn: STREAM,
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' as const },
    DeletionProtectionEnabled: true,
    ...rest,
  },
});
const history = (HistorySummary: string, AlarmName = 'CaseRelay-sweeper-silent') => ({
  AlarmHistoryItems: [{ AlarmName, HistorySummary, Timestamp: new Date(NOW - 3_600_000) }],
});

/** A deployment in which all is well. */
beforeEach(() => {
  for (const mock of Object.values(aws)) mock.reset();
  aws.cloudFormation.on(DescribeStacksCommand).resolves(stack('UPDATE_COMPLETE'));
  aws.lambda
    .on(GetAccountSettingsCommand)
    .resolves({ AccountLimit: { ConcurrentExecutions: 1000, UnreservedConcurrentExecutions: 1000 } })
    .on(ListEventSourceMappingsCommand, { FunctionName: 'CaseRelay-apply-event' })
    .resolves(mapping(STREAM, 'Enabled'))
    .on(ListEventSourceMappingsCommand, { FunctionName: 'CaseRelay-fire-deadline' })
    .resolves(mapping(ARN('sqs', 'deadlines'), 'Enabled'));
  aws.ses
    .on(GetEmailIdentityCommand)
    .rejects(named('NotFoundException'))
    .on(GetEmailIdentityCommand, { EmailIdentity: 'example.com' })
    .resolves({ VerifiedForSendingStatus: true, DkimAttributes: { Status: 'SUCCESS', Tokens: ['a1', 'b2', 'c3'] } })
    .on(GetAccountCommand)
    .resolves({
      ProductionAccessEnabled: true,
      SendingEnabled: true,
      EnforcementStatus: 'HEALTHY',
      SendQuota: { Max24HourSend: 50_000, SentLast24Hours: 12 },
    })
    .on(GetSuppressedDestinationCommand)
    .rejects(named('NotFoundException'));
  aws.secrets
    .on(GetSecretValueCommand)
    .resolves(json(set))
    .on(GetSecretValueCommand, { SecretId: 'CaseRelay/links' })
    .resolves(json({ key: 'generated-generated-generated' }))
    .on(DescribeSecretCommand)
    .resolves({ KmsKeyId: KEY })
    .on(ListSecretsCommand)
    .resolves({ SecretList: [{ Name: 'CaseRelay/links' }, { Name: 'CaseRelay/source/zendesk' }] });
  aws.dynamodb
    .on(DescribeTableCommand)
    .resolves(table({}))
    .on(DescribeTimeToLiveCommand)
    .resolves({ TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED', AttributeName: 'expiresAt' } })
    .on(DescribeContinuousBackupsCommand)
    .resolves({
      ContinuousBackupsDescription: {
        ContinuousBackupsStatus: 'ENABLED',
        PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'ENABLED' },
      },
    });
  aws.cloudWatch
    .on(GetMetricStatisticsCommand)
    .resolves({
      Datapoints: [
        { Sum: 1, Timestamp: new Date(NOW - 60_000) },
        { Sum: 1, Timestamp: new Date(NOW - 120_000) },
      ],
    })
    .on(DescribeAlarmsCommand)
    .resolves({ MetricAlarms: [alarm('CaseRelay-sweeper-silent'), alarm('CaseRelay-events-behind')] })
    .on(DescribeAlarmHistoryCommand)
    .resolves(history(`Successfully executed action ${TOPIC}`));
  aws.sns
    .on(ListSubscriptionsByTopicCommand)
    .resolves({ Subscriptions: [{ SubscriptionArn: `${TOPIC}:1`, Endpoint: 'ops@example.com' }] });
  aws.sqs
    .on(GetQueueAttributesCommand)
    .resolves({ Attributes: { ApproximateNumberOfMessages: '0', ApproximateNumberOfMessagesNotVisible: '0' } });
});

/** What is not fine, as "check state: what it says → what to do". */
async function complaints(changes: Partial<Account> = {}): Promise<string[]> {
  const account: Account = {
    name: 'CaseRelay',
    policy: POLICY,
    webhookConcurrency: undefined,
    clients,
    now: () => NOW,
    fetch: async () => new Response('', { status: 401 }),
    ...changes,
  };
  const said: string[] = [];
  for await (const { check, findings } of lookAt(account))
    for (const { state, says, do: what } of findings)
      if (state !== 'fine') said.push(`${check.name} ${state}: ${says} → ${what}`);
  return said;
}

test('a deployment in which all is well has nothing in the way', async () => {
  expect(await complaints()).toEqual([]);
});

/** Each: what is wrong, how AWS shows it, and what the doctor says of it: all that it says. */
const ILLS: readonly [string, () => unknown, string | RegExp][] = [
  [
    'a stack whose last deployment failed for good',
    () =>
      aws.cloudFormation
        .on(DescribeStacksCommand, { StackName: 'CaseRelay-Service' })
        .resolves(stack('UPDATE_ROLLBACK_FAILED')),
    /^stacks blocks: CaseRelay-Service is in the state UPDATE_ROLLBACK_FAILED → .*describe-stack-events/,
  ],
  [
    'a new account’s ten functions at once',
    () =>
      aws.lambda
        .on(GetAccountSettingsCommand)
        .resolves({ AccountLimit: { ConcurrentExecutions: 10, UnreservedConcurrentExecutions: 10 } }),
    /^concurrency note: 10 functions may run at once .* → ask for more: .*L-B99A9384/,
  ],
  [
    'a sender that DNS does not know yet',
    () =>
      aws.ses
        .on(GetEmailIdentityCommand, { EmailIdentity: 'example.com' })
        .resolves({ VerifiedForSendingStatus: false, DkimAttributes: { Status: 'PENDING', Tokens: ['a1', 'b2'] } }),
    'sender blocks: example.com is not verified: no mail can be sent → add to the DNS of example.com: a1._domainkey.example.com CNAME a1.dkim.amazonses.com, b2._domainkey.example.com CNAME b2.dkim.amazonses.com',
  ],
  [
    'no sender at all',
    () => aws.ses.on(GetEmailIdentityCommand, { EmailIdentity: 'example.com' }).rejects(named('NotFoundException')),
    'sender blocks: SES does not know example.com: no mail can be sent → docs/runbook.md#first-deployment',
  ],
  [
    'mail that is not signed',
    () =>
      aws.ses
        .on(GetEmailIdentityCommand, { EmailIdentity: 'example.com' })
        .resolves({ VerifiedForSendingStatus: true, DkimAttributes: { Status: 'NOT_STARTED' } }),
    /^sender note: mail from example.com is not signed \(DKIM: NOT_STARTED\)/,
  ],
  [
    'the sandbox, with leads at a verified domain',
    () => aws.ses.on(GetAccountCommand).resolves({ ProductionAccessEnabled: false, SendingEnabled: true }),
    /^mail to leads note: SES is in its sandbox: 200 mails a day/,
  ],
  [
    'the sandbox, with leads it cannot reach',
    () =>
      aws.ses
        .on(GetAccountCommand)
        .resolves({ ProductionAccessEnabled: false, SendingEnabled: true })
        .on(GetEmailIdentityCommand, { EmailIdentity: 'example.com' })
        .rejects(named('NotFoundException'))
        .on(GetEmailIdentityCommand, { EmailIdentity: 'caserelay@example.com' })
        .resolves({ VerifiedForSendingStatus: true, DkimAttributes: { Status: 'SUCCESS' } }),
    /^mail to leads blocks: SES is in its sandbox and may not send to \S+@example.com.* → ask for production access .*; until then: aws sesv2 create-email-identity/,
  ],
  [
    'sending stopped by AWS',
    () => aws.ses.on(GetAccountCommand).resolves({ ProductionAccessEnabled: true, SendingEnabled: false }),
    /^mail to leads blocks: SES has stopped sending/,
  ],
  [
    'a secret that nobody has set',
    () =>
      aws.secrets
        .on(GetSecretValueCommand, { SecretId: 'CaseRelay/source/zendesk' })
        .resolves(json({ notSetYet: 'xxxx' })),
    'secrets blocks: CaseRelay/source/zendesk is not set yet: webhooks of zendesk are answered with 503 → docs/runbook.md#set-a-secret-for-the-first-time',
  ],
  [
    'a secret that is not there',
    () =>
      aws.secrets
        .on(GetSecretValueCommand, { SecretId: 'CaseRelay/links' })
        .rejects(named('ResourceNotFoundException')),
    /^secrets blocks: CaseRelay\/links does not exist: no alert can be sent → npx cdk deploy --all/,
  ],
  [
    'a secret of another shape',
    () =>
      aws.secrets
        .on(GetSecretValueCommand, { SecretId: 'CaseRelay/source/intake' })
        .resolves({ SecretString: 'whsec_plain' }),
    /^secrets blocks: CaseRelay\/source\/intake has not the expected shape .*: webhooks of intake are answered with 503 → docs\/security.md#secrets/,
  ],
  [
    'a CRM that cannot be written to',
    () =>
      aws.secrets
        .on(GetSecretValueCommand, { SecretId: 'CaseRelay/source/zendesk' })
        .resolves(json({ signingSecrets: ['s'] })),
    /^secrets blocks: CaseRelay\/source\/zendesk has no "api": cases come in, but nothing is written back/,
  ],
  [
    'a secret under a key of an earlier deployment',
    () =>
      aws.secrets
        .on(DescribeSecretCommand, { SecretId: 'CaseRelay/links' })
        .resolves({ KmsKeyId: ARN('kms', 'key/0') }),
    new RegExp(
      `^secrets blocks: CaseRelay/links is encrypted with another key .* → aws secretsmanager update-secret --secret-id CaseRelay/links --kms-key-id ${KEY}$`,
    ),
  ],
  [
    'a secret of a vendor that is no more',
    () =>
      aws.secrets
        .on(ListSecretsCommand)
        .resolves({ SecretList: [{ Name: 'CaseRelay/vendor/gone' }, { Name: 'caserelay/other' }] }),
    'secrets note: CaseRelay/vendor/gone belongs to nothing in the policy any more → docs/runbook.md#a-secret-that-exists-already',
  ],
  [
    'a restored table without expiry',
    () =>
      aws.dynamodb.on(DescribeTimeToLiveCommand).resolves({ TimeToLiveDescription: { TimeToLiveStatus: 'DISABLED' } }),
    'table blocks: T does not let items expire: it grows for ever → npm run -s caserelay -- restore prepare T',
  ],
  [
    'a table that cannot be restored',
    () => aws.dynamodb.on(DescribeContinuousBackupsCommand).resolves({}),
    /^table blocks: T cannot be restored to a point in time/,
  ],
  [
    'a table that one call can delete',
    () => aws.dynamodb.on(DescribeTableCommand).resolves(table({ DeletionProtectionEnabled: false })),
    /^table blocks: T is not protected from deletion/,
  ],
  [
    'a table of an earlier deployment, under its key',
    () =>
      aws.dynamodb
        .on(DescribeTableCommand)
        .resolves(table({ SSEDescription: { KMSMasterKeyArn: ARN('kms', 'key/0') } })),
    new RegExp(
      `^table blocks: T is encrypted with another key .* → aws dynamodb update-table .*KMSMasterKeyId=${KEY}$`,
    ),
  ],
  [
    'a key that somebody disabled',
    () =>
      aws.dynamodb
        .on(DescribeTableCommand)
        .resolves(table({ SSEDescription: { InaccessibleEncryptionDateTime: new Date(NOW) } })),
    /^table blocks: T cannot be read since 2026-11-26T05:00:00.000Z: its key is disabled → KMS/,
  ],
  [
    'a stream that is switched off',
    () =>
      aws.lambda
        .on(ListEventSourceMappingsCommand, { FunctionName: 'CaseRelay-apply-event' })
        .resolves(mapping(STREAM, 'Disabled')),
    "event sources blocks: the table's stream does not reach CaseRelay-apply-event: its mapping is Disabled → aws lambda update-event-source-mapping --uuid u-1 --enabled",
  ],
  [
    'a function on the stream of the table before',
    () =>
      aws.lambda
        .on(ListEventSourceMappingsCommand, { FunctionName: 'CaseRelay-apply-event' })
        .resolves(mapping(ARN('dynamodb', 'table/old/stream/1'), 'Enabled')),
    /^event sources blocks: the table's stream does not reach CaseRelay-apply-event: nothing connects them/,
  ],
  [
    'no sweep',
    () => aws.cloudWatch.on(GetMetricStatisticsCommand).resolves({ Datapoints: [] }),
    'sweep blocks: no sweep in the last 5 minutes: deadlines pass unnoticed → docs/runbook.md#sweeper-silent',
  ],
  [
    'dead letters, one of them being looked at',
    () =>
      aws.sqs
        .on(GetQueueAttributesCommand, { QueueUrl: OUTPUTS.PoisonQueueUrl })
        .resolves({ Attributes: { ApproximateNumberOfMessages: '2', ApproximateNumberOfMessagesNotVisible: '1' } }),
    'dead letters blocks: 3 messages lie in poison-events → docs/runbook.md#poison-events-not-empty, then npm run -s caserelay -- redrive poison-events',
  ],
  [
    'nobody to hear the alarms',
    () => aws.sns.on(ListSubscriptionsByTopicCommand).resolves({ Subscriptions: [] }),
    /^alarm mails blocks: nobody gets the alarms → "alarmEmail"/,
  ],
  [
    'a subscription that waits for a click',
    () =>
      aws.sns
        .on(ListSubscriptionsByTopicCommand)
        .resolves({ Subscriptions: [{ SubscriptionArn: 'PendingConfirmation', Endpoint: 'ops@example.com' }] }),
    /^alarm mails blocks: ops@example.com has not confirmed yet: alarms ring unheard → click/,
  ],
  [
    'a ringing alarm',
    () =>
      aws.cloudWatch.on(DescribeAlarmsCommand).resolves({
        MetricAlarms: [alarm('CaseRelay-events-behind', { StateValue: 'ALARM', StateReason: 'above 120000' })],
      }),
    'alarms blocks: CaseRelay-events-behind rings: above 120000 → docs/runbook.md#events-behind',
  ],
  [
    'an alarm that somebody silenced',
    () =>
      aws.cloudWatch
        .on(DescribeAlarmsCommand)
        .resolves({ MetricAlarms: [alarm('CaseRelay-events-behind', { ActionsEnabled: false })] }),
    'alarms blocks: CaseRelay-events-behind tells nobody → aws cloudwatch enable-alarm-actions --alarm-names CaseRelay-events-behind',
  ],
  [
    'alarms of another deployment alone',
    () =>
      aws.cloudWatch
        .on(DescribeAlarmsCommand)
        .resolves({ MetricAlarms: [alarm('CaseRelay-Trial-events-behind', { AlarmActions: [ARN('sns', 'other')] })] }),
    'alarms blocks: there are no alarms → npx cdk deploy --all',
  ],
  [
    'an alarm that could not be told',
    () =>
      aws.cloudWatch
        .on(DescribeAlarmHistoryCommand)
        .resolves(history(`Failed to execute action ${TOPIC}. Received error: "KMS"`)),
    /^alarms blocks: CaseRelay-sweeper-silent rang and could not be told: Failed .* → docs\/runbook.md#prove-that-an-alarm-arrives/,
  ],
  [
    'alarms that never rang',
    () => aws.cloudWatch.on(DescribeAlarmHistoryCommand).resolves({ AlarmHistoryItems: [] }),
    /^alarms note: no alarm was told to the topic in the last 30 days/,
  ],
  [
    'rights that the credentials lack',
    () => aws.sns.on(ListSubscriptionsByTopicCommand).rejects(named('AuthorizationError')),
    /^alarm mails blocks: could not be looked at: AuthorizationError/,
  ],
];

describe('the doctor names', () => {
  test.each(ILLS)('%s', async (_what, fallIll, says) => {
    fallIll();
    const said = await complaints();
    expect(said).toHaveLength(1);
    if (typeof says === 'string') expect(said[0]).toBe(says);
    else expect(said[0]).toMatch(says);
  });

  test('a policy on disk that is not deployed', async () => {
    expect(await complaints({ policy: { ...POLICY, version: 'test-2' } })).toEqual([
      'policy note: test-1 is deployed; the files on disk are test-2 → docs/runbook.md#deploy-a-policy-change',
    ]);
  });

  test('a lead who complained once, and is told nothing any more; a bounce is no matter', async () => {
    const [first, second] = POLICY.leads;
    const suppressed = (Reason: 'COMPLAINT' | 'BOUNCE') => ({
      SuppressedDestination: { EmailAddress: 'any', Reason, LastUpdateTime: new Date(NOW) },
    });
    aws.ses
      .on(GetSuppressedDestinationCommand, { EmailAddress: first?.email ?? '' })
      .resolves(suppressed('COMPLAINT'))
      .on(GetSuppressedDestinationCommand, { EmailAddress: second?.email ?? '' })
      .resolves(suppressed('BOUNCE'));
    expect(await complaints()).toEqual([
      expect.stringMatching(`^mail to leads blocks: ${first?.email} once complained`),
    ]);
  });

  test('a reservation that AWS will refuse, before it is deployed', async () => {
    aws.lambda
      .on(GetAccountSettingsCommand)
      .resolves({ AccountLimit: { ConcurrentExecutions: 120, UnreservedConcurrentExecutions: 120 } });
    expect(await complaints({ webhookConcurrency: 20 })).toEqual([]);
    expect(await complaints({ webhookConcurrency: 21 })).toEqual([
      expect.stringMatching(/^concurrency blocks: webhookConcurrency reserves 21 of 120/),
    ]);
  });

  test.each([
    [
      'does not answer',
      () => Promise.reject(new Error('getaddrinfo ENOTFOUND relay.example.com')),
      /cannot be reached: .*ENOTFOUND/,
    ],
    [
      'fails',
      async () => new Response('', { status: 503 }),
      /answers 503 where 401 is right → docs\/runbook.md#http-server-errors/,
    ],
    ['takes what is not signed', async () => new Response('', { status: 202 }), /answers 202 where 401 is right/],
    ['does not know the source', async () => new Response('', { status: 404 }), /is unknown to the deployment/],
  ])('an API that %s', async (_what, answer, says) => {
    const said = await complaints({ fetch: answer as typeof fetch });
    expect(said).toHaveLength(Object.keys(POLICY.sources).length);
    for (const line of said) expect(line).toMatch(says);
  });

  test('what an account lacks before anything is deployed, and nothing of what only a deployment has', async () => {
    aws.cloudFormation
      .on(DescribeStacksCommand)
      .rejects(Object.assign(new Error('Stack with id X does not exist'), { name: 'ValidationError' }));
    aws.ses.on(GetAccountCommand).resolves({ ProductionAccessEnabled: false, SendingEnabled: true });
    expect(await complaints()).toEqual([
      'stacks blocks: CaseRelay-Stateful is not there → npx cdk deploy --all',
      'stacks blocks: CaseRelay-Service is not there → npx cdk deploy --all',
      expect.stringMatching(/^mail to leads note: SES is in its sandbox/),
    ]);
  });
});

test('the doctor only reads', async () => {
  await complaints();
  const asked = Object.values(aws).flatMap((mock) => mock.calls().map(({ args }) => args[0].constructor.name));
  expect(asked.length).toBeGreaterThan(20);
  for (const command of asked) expect(command).toMatch(/^(Get|List|Describe)\w+Command$/);
});
