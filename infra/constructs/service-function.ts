import { fileURLToPath } from 'node:url';
import { ArnFormat, Duration, Stack, Validations } from 'aws-cdk-lib';
import type { ITableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Architecture, LoggingFormat, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, type NodejsFunctionProps, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { WorkflowName } from '../../functions/adapters/workflows/workflows.ts';
import { ENV, INDEX } from '../../functions/shared/names.ts';
import { LOG_RETENTION, type Platform } from './platform.ts';

/**
 * Left out of the bundles. The SDK imports these lazily, to look for credentials on laptops, EC2
 * and containers, or to read event streams. In Lambda credentials are in the environment, which is
 * looked at first, and no operation used here streams: the imports are never reached. Inside the
 * bundle they would be a third of it, also because what they share with the rest could then no
 * longer be shaken. (Not @aws-sdk/signature-v4-multi-region: SES imports it at the top.)
 */
const NEVER_REACHED = [
  '@aws-sdk/credential-provider-http',
  '@aws-sdk/credential-provider-ini',
  '@aws-sdk/credential-provider-login',
  '@aws-sdk/credential-provider-process',
  '@aws-sdk/credential-provider-sso',
  '@aws-sdk/credential-provider-web-identity',
  '@aws-sdk/nested-clients',
  '@aws-sdk/token-providers',
  '@smithy/core/event-streams',
  '@smithy/credential-provider-imds',
];

/** Credits what the bundles contain of others; it goes along with them. */
const NOTICE = fileURLToPath(new URL('../../NOTICE', import.meta.url));

const TABLE_ACTIONS = {
  get: ['dynamodb:GetItem'],
  query: ['dynamodb:Query'],
  /** Create and replace items, also in transactions. */
  put: ['dynamodb:PutItem'],
  /** Change items, also in transactions. */
  update: ['dynamodb:UpdateItem'],
} as const;

export type TableUse = keyof typeof TABLE_ACTIONS | 'due-index';

/** What DynamoDB does with a table's key in the name of whoever reads, and of whoever writes: CDK's own grants, by whole names. */
const KEY_ACTIONS = {
  read: ['kms:Decrypt', 'kms:DescribeKey'],
  write: [
    'kms:Decrypt',
    'kms:DescribeKey',
    'kms:Encrypt',
    'kms:GenerateDataKey',
    'kms:GenerateDataKeyWithoutPlaintext',
    'kms:ReEncryptFrom',
    'kms:ReEncryptTo',
  ],
} as const;

/** Where the secrets are: their names' prefix, and the key that encrypts them. */
export interface SecretStore {
  readonly prefix: string;
  readonly key: IKey;
}

/** How a function sends mail. */
export interface MailUse {
  readonly configurationSet: { readonly name: string; readonly arn: string };
  /** The sender's bare address. */
  readonly address: string;
  /** ARNs of the identities that may be the sender. */
  readonly senders: readonly string[];
  /** ARNs of those that may be the recipients'. */
  readonly recipients: readonly string[];
}

export interface ServiceFunctionProps
  extends Omit<NodejsFunctionProps, 'role' | 'logGroup' | 'entry' | 'functionName'> {
  readonly platform: Platform;
}

/**
 * A function of functions/<name>/handler.ts: bundled with the compiled policy, with a role and a
 * log group of its own, traced. Each `uses…` method adds the grant and the environment variable
 * that goes with it.
 */
export class ServiceFunction extends NodejsFunction {
  readonly ownRole: Role;

  /** `name`: the function's folder. */
  constructor(scope: Construct, name: string, { platform, environment, ...props }: ServiceFunctionProps) {
    const functionName = `${platform.prefix}-${name}`;
    const ownRole = new Role(scope, `${name}-role`, {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `${functionName}: what this function may do, and no other`,
    });
    const logGroup = new LogGroup(scope, `${name}-log`, {
      logGroupName: `/aws/lambda/${functionName}`,
      retention: LOG_RETENTION,
      encryptionKey: platform.key,
      removalPolicy: platform.logRemoval,
    });
    ownRole.addToPolicy(
      new PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [logGroup.logGroupArn],
      }),
    );
    super(scope, name, {
      entry: fileURLToPath(new URL(`../../functions/${name}/handler.ts`, import.meta.url)),
      handler: 'handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: 512,
      timeout: Duration.seconds(10),
      tracing: Tracing.ACTIVE,
      loggingFormat: LoggingFormat.JSON,
      bundling: {
        format: OutputFormat.ESM,
        target: 'node24',
        minify: true,
        bundleAwsSDK: true,
        externalModules: NEVER_REACHED,
        mainFields: ['module', 'main'],
        commandHooks: {
          beforeBundling: () => [],
          beforeInstall: () => [],
          afterBundling: (_inputDir, outputDir) => [
            `cp "${platform.policyFile}" "${outputDir}/policy.json"`,
            `cp "${NOTICE}" "${outputDir}/NOTICE"`,
          ],
        },
      },
      ...props,
      functionName,
      role: ownRole,
      logGroup,
      environment: { POWERTOOLS_SERVICE_NAME: platform.prefix, ...environment },
    });
    this.ownRole = ownRole;
    Validations.of(ownRole).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'X-Ray knows no resources: PutTraceSegments and PutTelemetryRecords are granted on *.',
    });
  }

  usesTable(table: ITableV2, ...uses: TableUse[]): this {
    const actions = uses.flatMap((use) => (use === 'due-index' ? [] : TABLE_ACTIONS[use]));
    if (actions.length > 0) this.allow(actions, [table.tableArn]);
    if (uses.includes('due-index')) this.allow(['dynamodb:Query'], [`${table.tableArn}/index/${INDEX.due}`]);
    this.usesKeyOf(table, uses.includes('put') || uses.includes('update') ? 'write' : 'read');
    return this.set('tableName', table.tableName);
  }

  /** Only puts items, and only under partition keys that begin so. */
  putsUnder(table: ITableV2, prefix: string): this {
    this.allow(TABLE_ACTIONS.put, [table.tableArn], {
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [`${prefix}*`] },
    });
    this.usesKeyOf(table, 'write');
    return this.set('tableName', table.tableName);
  }

  /** `names`: the secrets that the function may read, whole. */
  usesSecrets({ prefix, key }: SecretStore, ...names: string[]): this {
    if (names.length > 0) {
      this.allow(
        ['secretsmanager:GetSecretValue'],
        names.map((name) => secretArn(this, name)),
      );
      this.allow(['kms:Decrypt'], [key.keyArn], onlyVia(this, 'secretsmanager'));
    }
    return this.set('secretPrefix', prefix);
  }

  sendsTo(queue: IQueue, env: 'deadlineQueueUrl' | 'poisonQueueUrl'): this {
    this.allow(['sqs:SendMessage'], [queue.queueArn]);
    return this.set(env, queue.queueUrl);
  }

  startsWorkflow(workflow: WorkflowName, platform: Platform): this {
    const arn = workflowArn(this, platform, workflow);
    this.allow(['states:StartExecution'], [arn]);
    return this.set(WORKFLOW_ENV[workflow], arn);
  }

  resumesWorkflow(workflow: WorkflowName, platform: Platform): this {
    this.allow(['states:SendTaskSuccess'], [workflowArn(this, platform, workflow)]);
    return this;
  }

  usesPublicUrl(url: string): this {
    return this.set('publicUrl', url);
  }

  sendsMail({ configurationSet, address, senders, recipients }: MailUse): this {
    this.allow(['ses:SendEmail'], [configurationSet.arn, ...senders]);
    // In its sandbox, SES asks for the recipient's identity too; as a sender, it would still be refused.
    this.allow(['ses:SendEmail'], [...recipients], { StringEquals: { 'ses:FromAddress': address } });
    return this.set('configurationSet', configurationSet.name);
  }

  private usesKeyOf({ encryptionKey }: ITableV2, use: keyof typeof KEY_ACTIONS) {
    if (encryptionKey !== undefined) this.allow(KEY_ACTIONS[use], [encryptionKey.keyArn], onlyVia(this, 'dynamodb'));
  }

  private allow(actions: readonly string[], resources: string[], conditions?: Conditions) {
    const where = conditions === undefined ? {} : { conditions };
    this.ownRole.addToPolicy(new PolicyStatement({ actions: [...actions], resources, ...where }));
  }

  private set(name: keyof typeof ENV, value: string): this {
    this.addEnvironment(ENV[name], value);
    return this;
  }
}

type Conditions = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** A key may be used through one service only, so that nobody decrypts with it what they came by otherwise. */
function onlyVia(scope: Construct, service: 'dynamodb' | 'secretsmanager'): Conditions {
  return { StringEquals: { 'kms:ViaService': `${service}.${Stack.of(scope).region}.amazonaws.com` } };
}

const WORKFLOW_ENV = {
  'case-triage': 'caseTriageArn',
  'case-assignment': 'caseAssignmentArn',
  'vendor-handoff': 'vendorHandoffArn',
  'handoff-notice': 'handoffNoticeArn',
  'breach-alert': 'breachAlertArn',
} as const satisfies Record<WorkflowName, keyof typeof ENV>;

/** A workflow's ARN by its name: functions that end its waits are part of it, so a reference would be a circle. */
function workflowArn(scope: Construct, { prefix }: Platform, workflow: WorkflowName): string {
  return Stack.of(scope).formatArn({
    service: 'states',
    resource: 'stateMachine',
    resourceName: `${prefix}-${workflow}`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}

/** A secret's ARN by its name; the question marks stand for the six characters that Secrets Manager adds. */
function secretArn(scope: Construct, name: string): string {
  return Stack.of(scope).formatArn({
    service: 'secretsmanager',
    resource: 'secret',
    resourceName: `${name}-??????`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}
