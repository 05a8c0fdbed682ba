import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Validations } from 'aws-cdk-lib';
import { beforeAll, describe, expect, test } from 'vitest';
import { ENV } from '../../functions/shared/names.ts';
import { POLICY } from '../support/policy-fixture.ts';
import {
  bundleDirs,
  FUNCTION_FOLDERS,
  type Json,
  type Resource,
  roleStatements,
  type Synthesised,
  synthesised,
} from './synthesised.ts';

let synth: Synthesised;
let all: (type: string) => Resource[];
beforeAll(() => {
  synth = synthesised();
  all = synth.every;
});

describe('functions', () => {
  test('there is one for each folder, and no other', () => {
    const names = all('AWS::Lambda::Function').map(({ Properties }) => Properties.FunctionName);
    expect(names.sort()).toEqual(FUNCTION_FOLDERS.map((name) => `CaseRelay-${name}`).sort());
  });

  test('each runs on the current Node on arm64, traced, with JSON logs in a log group of its own', () => {
    for (const { id, Properties } of all('AWS::Lambda::Function')) {
      expect(Properties.Runtime, id).toBe('nodejs24.x');
      expect(Properties.Architectures, id).toEqual(['arm64']);
      expect(Properties.TracingConfig, id).toEqual({ Mode: 'Active' });
      expect(Properties.LoggingConfig, id).toMatchObject({ LogFormat: 'JSON', LogGroup: { Ref: expect.any(String) } });
    }
    const groups = all('AWS::Lambda::Function').map(({ Properties }) => Properties.LoggingConfig.LogGroup.Ref);
    expect(new Set(groups).size).toBe(FUNCTION_FOLDERS.length);
  });

  test('each has a role of its own, without managed policies', () => {
    const roles = all('AWS::Lambda::Function').map(({ Properties }) => Properties.Role['Fn::GetAtt'][0]);
    expect(new Set(roles).size).toBe(FUNCTION_FOLDERS.length);
    for (const { id, Properties } of all('AWS::IAM::Role')) expect(Properties.ManagedPolicyArns, id).toBeUndefined();
  });

  test('environment variables are those of names.ts', () => {
    const known = new Set<string>([...Object.values(ENV), 'POWERTOOLS_SERVICE_NAME']);
    for (const { id, Properties } of all('AWS::Lambda::Function'))
      for (const name of Object.keys(Properties.Environment.Variables)) expect(known, `${id}: ${name}`).toContain(name);
  });

  test('the webhook bundle is below 300 KB', () => {
    const { size } = statSync(join(bundleDirs(synth).get('CaseRelay-receive-webhook') as string, 'index.mjs'));
    expect(size).toBeLessThan(300_000);
  });

  test('the data to tell languages, a megabyte, is in the bundle that triages and in no other', () => {
    const large = [...bundleDirs(synth)].filter(([, dir]) => statSync(join(dir, 'index.mjs')).size > 1_000_000);
    expect(large.map(([name]) => name)).toEqual(['CaseRelay-triage-case']);
  });
});

describe('permissions', () => {
  test('no action is a wildcard', () => {
    for (const { id, actions } of roleStatements(synth))
      for (const action of actions) expect(action, id).not.toContain('*');
  });

  /** Actions that know no resources, so that AWS wants "*". */
  const ANY_RESOURCE = new Set([
    ...['xray:PutTelemetryRecords', 'xray:PutTraceSegments', 'xray:GetSamplingRules', 'xray:GetSamplingTargets'],
    // Step Functions setting up the delivery of its own logs.
    ...['logs:CreateLogDelivery', 'logs:DeleteLogDelivery', 'logs:GetLogDelivery', 'logs:ListLogDeliveries'],
    ...['logs:UpdateLogDelivery', 'logs:DescribeLogGroups', 'logs:DescribeResourcePolicies', 'logs:PutResourcePolicy'],
    // Of a stream event source.
    'dynamodb:ListStreams',
  ]);

  test('only what knows no resources is granted on all of them', () => {
    for (const { id, actions, resources } of roleStatements(synth)) {
      if (!JSON.stringify(resources).includes('*')) continue;
      for (const action of actions) expect(ANY_RESOURCE, `${id}: ${action}`).toContain(action);
    }
  });

  /** What each function may do with items of the table, worked out by hand from what its code calls. */
  const TABLE_USES: Readonly<Record<string, string>> = {
    'apply-event': 'get query put update',
    'assign-agent': 'get query put update',
    'await-work': 'get update',
    'bring-home': 'query put',
    'expire-handoff': 'get put update',
    'fire-deadline': 'get query put update',
    'lead-console': 'get query put update',
    'notify-lead': 'get query put update',
    'offer-handoff': 'get query put update',
    'receive-webhook': 'put',
    'select-vendor': 'query',
    'sweep-deadlines': 'get put',
    'tell-vendor': 'query',
    'triage-case': 'get query put',
    'vendor-api': 'get put update',
    'write-back': 'query put',
  };
  const ITEM_ACTIONS: Readonly<Record<string, string>> = {
    get: 'dynamodb:GetItem',
    query: 'dynamodb:Query',
    put: 'dynamodb:PutItem',
    update: 'dynamodb:UpdateItem',
  };
  const statementsOf = (name: string) =>
    roleStatements(synth).filter(({ id }) => id.includes(name.replaceAll('-', '')));

  test.each(FUNCTION_FOLDERS)('%s may do with items what its code does, and nothing else', (name) => {
    const granted = statementsOf(name)
      .filter(({ resources }) => !JSON.stringify(resources).includes('/index/'))
      .flatMap(({ actions }) => actions)
      .filter((action) => action.startsWith('dynamodb:') && !/Stream|Shard|Records/.test(action));
    const uses = (TABLE_USES[name] ?? '').split(' ').map((use) => ITEM_ACTIONS[use]);
    expect([...granted].sort()).toEqual([...uses].sort());
  });

  test('a webhook can only become an item of a case', () => {
    const [puts, ...others] = statementsOf('receive-webhook').filter(({ actions }) =>
      actions.includes('dynamodb:PutItem'),
    );
    expect(others).toEqual([]);
    expect(puts?.conditions).toEqual({ 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['CASE#*'] } });
  });

  test('the key opens the table and the secrets only through DynamoDB and Secrets Manager', () => {
    const uses = roleStatements(synth).filter(({ actions }) =>
      actions.some((action: string) => action.startsWith('kms:')),
    );
    expect(uses.length).toBeGreaterThanOrEqual(FUNCTION_FOLDERS.length);
    for (const { id, conditions } of uses)
      expect(conditions?.StringEquals?.['kms:ViaService'], id).toMatch(
        /^(dynamodb|secretsmanager)\.eu-central-1\.amazonaws\.com$/,
      );
  });

  test('mail goes to other identities than the sender’s, as SES asks in its sandbox, from the sender alone', () => {
    const sends = roleStatements(synth).filter(({ actions }) => actions.includes('ses:SendEmail'));
    const identities = sends.map(({ resources, conditions }) => ({
      conditions,
      of: resources.flatMap((resource: Json) => /identity\/([^"]+)/.exec(JSON.stringify(resource))?.[1] ?? []),
    }));
    expect(identities).toEqual([
      { conditions: undefined, of: ['caserelay@example.com', 'example.com'] },
      {
        conditions: { StringEquals: { 'ses:FromAddress': 'caserelay@example.com' } },
        of: [...new Set([...POLICY.leads.map(({ email }) => email), 'example.com'])].sort(),
      },
    ]);
  });

  test('a function reads only the secrets that it needs', () => {
    const readable = (name: string) =>
      roleStatements(synth)
        .filter(({ id, actions }) => id.includes(name) && actions.includes('secretsmanager:GetSecretValue'))
        .flatMap(({ resources }) =>
          resources.map((resource: Json) => /secret:(.*)-\?{6}/.exec(JSON.stringify(resource))?.[1]),
        );
    expect(readable('receivewebhook')).toEqual(['CaseRelay/source/intake', 'CaseRelay/source/zendesk']);
    expect(readable('leadconsole')).toEqual(['CaseRelay/links']);
    // Only Zendesk is written to: the secret of an intake form is none of its business.
    expect(readable('writeback')).toEqual(['CaseRelay/source/zendesk']);
    expect(readable('applyevent')).toEqual([]);
    expect(readable('triagecase')).toEqual([]);
  });
});

describe('data', () => {
  test('the table streams, restores, expires, and is encrypted with our key', () => {
    const [table, ...others] = all('AWS::DynamoDB::GlobalTable');
    expect(others).toEqual([]);
    expect([table?.DeletionPolicy, table?.UpdateReplacePolicy]).toEqual(['Retain', 'Retain']);
    expect(table?.Properties).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
      Replicas: [
        { DeletionProtectionEnabled: true, PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'due',
          KeySchema: [
            { AttributeName: 'dueShard', KeyType: 'HASH' },
            { AttributeName: 'dueAt', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    });
  });

  test('keys rotate; secrets are encrypted with one of them', () => {
    for (const { id, Properties, ...key } of all('AWS::KMS::Key')) {
      expect(Properties.EnableKeyRotation, id).toBe(true);
      expect([key.DeletionPolicy, key.UpdateReplacePolicy], id).toEqual(['Retain', 'Retain']);
    }
    const names = all('AWS::SecretsManager::Secret').map(({ id, Properties }) => {
      expect(Properties.KmsKeyId, id).toBeDefined();
      return Properties.Name;
    });
    expect(names.sort()).toEqual(
      [
        'CaseRelay/links',
        ...Object.keys(POLICY.sources).map((name) => `CaseRelay/source/${name}`),
        ...POLICY.vendors.map(({ id }) => `CaseRelay/vendor/${id}`),
      ].sort(),
    );
  });

  test('a secret outlives its source, vendor and stack: CloudFormation deletes one for good', () => {
    for (const { id, DeletionPolicy, UpdateReplacePolicy } of all('AWS::SecretsManager::Secret')) {
      // One of a deployment that fails goes with it, or the next try would find its name taken.
      expect([DeletionPolicy, UpdateReplacePolicy], id).toEqual(['RetainExceptOnCreate', 'Retain']);
    }
  });

  test('what a secret is generated from never changes: CloudFormation would put a new value over the one that was set', () => {
    for (const { id, Properties } of all('AWS::SecretsManager::Secret')) {
      expect(Properties.GenerateSecretString, id).toEqual({
        SecretStringTemplate: '{}',
        GenerateStringKey: Properties.Name === 'CaseRelay/links' ? 'key' : 'notSetYet',
        PasswordLength: 64,
        ExcludePunctuation: true,
      });
    }
  });

  test('a secret that exists already is not made again, and may be read all the same', () => {
    const again = synthesised({ 'aws:cdk:bundling-stacks': [], existingSecrets: 'links,source/zendesk' });
    const made = (one: Synthesised) =>
      one.ofType('AWS::SecretsManager::Secret').map(({ Properties }) => Properties.Name);
    expect(made(synth).filter((name) => !made(again).includes(name))).toEqual([
      'CaseRelay/source/zendesk',
      'CaseRelay/links',
    ]);
    expect(roleStatements(again)).toEqual(roleStatements(synth));
    const none = synthesised({ 'aws:cdk:bundling-stacks': [], existingSecrets: '*' });
    expect(made(none)).toEqual([]);
  });

  test('the key serves logs and alarms of this deployment, and no other service by itself', () => {
    const [key] = all('AWS::KMS::Key');
    const byService = key?.Properties.KeyPolicy.Statement.filter(
      ({ Principal }: Json) => Principal.Service !== undefined,
    );
    expect(byService).toMatchObject([
      {
        Sid: 'Logs',
        Principal: { Service: ['logs.amazonaws.com', 'logs.eu-central-1.amazonaws.com'] },
        Condition: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': arn('logs', ':log-group:*') } },
      },
      {
        Sid: 'Alarms',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
        Condition: {
          StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
          ArnLike: { 'aws:SourceArn': arn('cloudwatch', ':alarm:CaseRelay-*') },
        },
      },
    ]);
  });

  test('the service stack refers to no secret, so that a vendor can be taken out of the policy', () => {
    const service = synth.resources.filter(({ Type }) => Type !== 'AWS::SecretsManager::Secret');
    expect(JSON.stringify(service)).not.toMatch(/ImportValue":"[^"]*(Vendor-?|Source-?|Links)/);
  });

  test('every log group expires and is encrypted with our key', () => {
    expect(all('AWS::Logs::LogGroup').length).toBe(FUNCTION_FOLDERS.length + 5 + 1);
    for (const { id, Properties } of all('AWS::Logs::LogGroup')) {
      expect(Properties.RetentionInDays, id).toBe(30);
      expect(Properties.KmsKeyId, id).toBeDefined();
    }
  });
});

describe('queues and event sources', () => {
  test('every queue is encrypted, and has a dead-letter queue or is where such end', () => {
    for (const { id, Properties } of all('AWS::SQS::Queue')) {
      expect(Properties.SqsManagedSseEnabled, id).toBe(true);
      if (isDeadLetterQueue(id)) expect(Properties.MessageRetentionPeriod, id).toBe(1_209_600);
      else expect(Properties.RedrivePolicy, id).toMatchObject({ maxReceiveCount: 5 });
    }
  });

  test('a hint stays hidden for six times as long as its function may run', () => {
    const [queue, ...others] = all('AWS::SQS::Queue').filter(({ id }) => !isDeadLetterQueue(id));
    expect(others).toEqual([]);
    expect(queue?.Properties.VisibilityTimeout).toBe(120);
    const fire = all('AWS::Lambda::Function').find(({ Properties }) => /fire-deadline/.test(Properties.FunctionName));
    expect(fire?.Properties.Timeout).toBe(20);
  });

  test('the stream carries new events only, gives up at some point, and tells where', () => {
    const stream = all('AWS::Lambda::EventSourceMapping').find(({ Properties }) => Properties.StartingPosition);
    expect(stream?.Properties).toMatchObject({
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 8,
      MaximumRecordAgeInSeconds: 21_600,
      StartingPosition: 'TRIM_HORIZON',
      DestinationConfig: { OnFailure: { Destination: expect.anything() } },
    });
    expect(JSON.parse(stream?.Properties.FilterCriteria.Filters[0].Pattern)).toEqual({
      eventName: ['INSERT'],
      dynamodb: { Keys: { SK: { S: [{ prefix: 'EV#' }] } } },
    });
  });

  test('the sweep runs each minute, and what cannot be started is kept', () => {
    expect(all('AWS::Scheduler::Schedule')[0]?.Properties).toMatchObject({
      ScheduleExpression: 'rate(1 minute)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { RetryPolicy: { MaximumEventAgeInSeconds: 60 }, DeadLetterConfig: { Arn: expect.anything() } },
    });
  });
});

describe('the HTTP API', () => {
  test('has these routes, throttled and logged', () => {
    const routes = all('AWS::ApiGatewayV2::Route').map(({ Properties }) => Properties.RouteKey);
    expect(routes.sort()).toEqual([
      'GET /alerts/{alertId}/acknowledge',
      'GET /alerts/{alertId}/receipt',
      'HEAD /alerts/{alertId}/acknowledge',
      'HEAD /alerts/{alertId}/receipt',
      'POST /alerts/{alertId}/acknowledge',
      'POST /vendors/{vendorId}/handoffs/{handoffId}/answers',
      'POST /webhooks/{source}',
    ]);
    expect(all('AWS::ApiGatewayV2::Stage')[0]?.Properties).toMatchObject({
      DefaultRouteSettings: { ThrottlingRateLimit: 20, ThrottlingBurstLimit: 40 },
      RouteSettings: { 'POST /webhooks/{source}': { ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200 } },
      AccessLogSettings: { DestinationArn: expect.anything() },
    });
  });

  test('logs no query string: a link’s token is in it', () => {
    const { Format } = all('AWS::ApiGatewayV2::Stage')[0]?.Properties.AccessLogSettings ?? {};
    expect(Format).not.toMatch(/\$context\.(path|.*[qQ]uery)/);
  });
});

describe('workflows', () => {
  test.each(['case-triage', 'case-assignment', 'vendor-handoff', 'handoff-notice', 'breach-alert'])(
    '%s: infra fills each placeholder, and no other',
    (name) => {
      const file = readFileSync(`workflows/${name}.asl.json`, 'utf8');
      const machine = all('AWS::StepFunctions::StateMachine').find(
        ({ Properties }) => Properties.StateMachineName === `CaseRelay-${name}`,
      );
      expect(machine?.Properties.DefinitionString).toBe(file);
      const placeholders = new Set([...file.matchAll(/\$\{([^}]+)\}/g)].map(([, placeholder]) => placeholder));
      expect(Object.keys(machine?.Properties.DefinitionSubstitutions).sort()).toEqual([...placeholders].sort());
      expect(machine?.Properties).toMatchObject({
        StateMachineType: ['vendor-handoff', 'breach-alert'].includes(name) ? 'STANDARD' : 'EXPRESS',
        TracingConfiguration: { Enabled: true },
        LoggingConfiguration: { Level: 'ERROR', IncludeExecutionData: false },
      });
    },
  );

  test('each placeholder is filled with the function that its state is named after', () => {
    for (const { Properties } of all('AWS::StepFunctions::StateMachine')) {
      for (const [placeholder, arn] of Object.entries<{ 'Fn::GetAtt': string[] }>(Properties.DefinitionSubstitutions)) {
        const logicalId = arn['Fn::GetAtt'][0] as string;
        const name = synth.resources.find(({ id }) => id === logicalId)?.Properties.FunctionName as string;
        expect(pascalCase(name.replace('CaseRelay-', ''))).toBe(placeholder.replace(/Arn$/, ''));
      }
    }
  });
});

describe('alarms', () => {
  const runbook = readFileSync('docs/runbook.md', 'utf8');

  test('each names its runbook entry, which exists and tells what it means, where to look and what to do', () => {
    for (const { id, Properties } of all('AWS::CloudWatch::Alarm')) {
      const anchor = /docs\/runbook\.md#([a-z0-9-]+)$/.exec(Properties.AlarmDescription)?.[1];
      expect(`${Properties.AlarmName}-`, id).toMatch(`CaseRelay-${anchor}-`);
      const entry = runbook.split(/^### /m).find((section) => section.startsWith(`${anchor}\n`));
      expect(entry, anchor).toBeDefined();
      for (const part of ['**Means**', '**Look**', '**Do**']) expect(entry, anchor).toContain(part);
    }
  });

  test('the runbook has no entry for an alarm that does not exist', () => {
    const named = runbook.slice(runbook.indexOf('## Alarms'), runbook.indexOf('## Routine')).matchAll(/^### (.+)$/gm);
    const entries = all('AWS::CloudWatch::Alarm').map(({ Properties }) =>
      Properties.AlarmDescription.split('#').at(-1),
    );
    expect([...named].map(([, name]) => name).sort()).toEqual([...new Set(entries)].sort());
  });

  test('each tells the topic; there are few enough to pay for', () => {
    for (const { id, Properties } of all('AWS::CloudWatch::Alarm')) expect(Properties.AlarmActions?.length, id).toBe(1);
    expect(all('AWS::CloudWatch::Alarm').length).toBeLessThanOrEqual(24);
    expect(all('AWS::CloudWatch::Dashboard').length).toBe(1);
  });

  test('the sums in the README are theirs, and those of the secrets', () => {
    // The fixture has as many sources and vendors as the shipped policy, and one source whose silence rings.
    const alarms = (all('AWS::CloudWatch::Alarm').length * 0.1).toFixed(2);
    const secrets = all('AWS::SecretsManager::Secret').length * 0.4;
    const readme = readFileSync('README.md', 'utf8');
    expect(readme).toMatch(new RegExp(`secrets \\$${secrets}, [a-z-]+ alarms \\$${alarms.replace('.', '\\.')},`));
  });

  test('every dead-letter queue has one, every workflow too', () => {
    const watched = JSON.stringify(all('AWS::CloudWatch::Alarm').map(({ Properties }) => Properties.Dimensions));
    for (const { id } of all('AWS::SQS::Queue')) if (isDeadLetterQueue(id)) expect(watched, id).toContain(id);
    for (const { id } of all('AWS::StepFunctions::StateMachine')) expect(watched, id).toContain(id);
  });

  test('webhooks that are refused again and again ring, by reason; how many is a setting', () => {
    const unsigned = (one: Synthesised) =>
      one.ofType('AWS::CloudWatch::Alarm').find(({ Properties }) => /webhooks-unsigned/.test(Properties.AlarmName));
    expect(unsigned(synth)?.Properties).toMatchObject({
      MetricName: 'WebhooksRefused',
      Dimensions: [
        { Name: 'reason', Value: 'signature' },
        { Name: 'service', Value: 'CaseRelay' },
      ],
      Statistic: 'Sum',
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 9,
      Period: 900,
      TreatMissingData: 'notBreaching',
    });
    const few = synthesised({ 'aws:cdk:bundling-stacks': [], refusedWebhooks: '3' });
    expect(unsigned(few)?.Properties.Threshold).toBe(2);
  });

  test('a source that falls silent rings because data is missing, hour for hour; one that nobody listens for does not', () => {
    const silent = all('AWS::CloudWatch::Alarm').filter(({ Properties }) => /silent-/.test(Properties.AlarmName));
    expect(silent.map(({ Properties }) => Properties)).toMatchObject([
      {
        AlarmName: 'CaseRelay-webhooks-silent-zendesk',
        MetricName: 'SourceHeard',
        Dimensions: [
          { Name: 'service', Value: 'CaseRelay' },
          { Name: 'source', Value: 'zendesk' },
        ],
        Statistic: 'Sum',
        ComparisonOperator: 'LessThanThreshold',
        Threshold: 1,
        Period: 3600,
        EvaluationPeriods: 4,
        TreatMissingData: 'breaching',
      },
    ]);
  });

  test('a silent sweeper rings because data is missing', () => {
    const silent = all('AWS::CloudWatch::Alarm').find(({ Properties }) => /sweeper-silent/.test(Properties.AlarmName));
    expect(silent?.Properties).toMatchObject({
      Namespace: 'CaseRelay',
      MetricName: 'Sweeps',
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      Period: 60,
      EvaluationPeriods: 3,
      TreatMissingData: 'breaching',
    });
  });
});

describe('cdk-nag', () => {
  test('finds nothing that is not acknowledged', () => {
    const report = JSON.parse(readFileSync(resolve(synth.outdir, 'validation-report.json'), 'utf8'));
    expect(report.pluginReports).toEqual([]);
  });

  test('each acknowledgement has a reason, and is of one finding', () => {
    const acknowledged = synth.app.node
      .findAll()
      .flatMap(({ node }) => node.metadata.filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY))
      .flatMap(({ data }) => Object.entries(data as Record<string, unknown>));
    expect(acknowledged.length).toBeGreaterThan(0);
    for (const [rule, reason] of acknowledged) {
      expect(rule).not.toBe('AwsSolutions-IAM5');
      expect(JSON.stringify(reason).length, rule).toBeGreaterThan(40);
    }
  });
});

const isDeadLetterQueue = (id: string) => /dlq|poison/.test(id);

/** An ARN of this account and region as a template has it. */
function arn(service: string, rest: string) {
  const parts = [`arn:aws:${service}:eu-central-1:`, { Ref: 'AWS::AccountId' }, rest];
  return { 'Fn::Join': ['', parts] };
}

function pascalCase(kebab: string): string {
  return kebab.replace(/(^|-)(\w)/g, (_, _dash, letter: string) => letter.toUpperCase());
}
