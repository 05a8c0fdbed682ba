import { ArnFormat, CfnOutput, RemovalPolicy, Stack, type StackProps, Validations } from 'aws-cdk-lib';
import {
  AttributeType,
  type ITableV2,
  ProjectionType,
  StreamViewType,
  TableEncryptionV2,
  TableV2,
} from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { Policy } from '../domain/policy.ts';
import { EXPIRY_ATTRIBUTE, INDEX, SECRET } from '../functions/shared/names.ts';
import { alarmsOf } from './constructs/alarm-spec.ts';
import type { Settings } from './settings.ts';

export interface StatefulStackProps extends StackProps {
  readonly settings: Settings;
  /** Names the sources and vendors that need a secret. */
  readonly policy: Policy;
}

interface SecretSpec {
  readonly secretName: string;
  readonly description: string;
  /** The field that a generated value is put in. */
  readonly generatedKey?: string;
}

/** What must outlive any deployment: the key, the table and the secrets. */
export class StatefulStack extends Stack {
  readonly key: Key;
  /** The stack's own, or a restored one in its place. */
  readonly table: ITableV2;

  constructor(scope: Construct, id: string, { settings, policy, ...props }: StatefulStackProps) {
    super(scope, id, props);
    const removalPolicy = settings.disposable ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN;

    this.key = new Key(this, 'Key', {
      description: `${settings.name}: table, secrets, logs and alarm topic`,
      enableKeyRotation: true,
      removalPolicy,
    });
    this.letServicesUseKey(settings);

    this.table = this.restoredTable(settings) ?? this.ownTable(settings, removalPolicy);

    for (const name of Object.keys(policy.sources)) {
      const description = `Signing secrets and API token of the source ${name}`;
      this.secret(settings, `Source-${name}`, { secretName: SECRET.source(settings.name, name), description });
    }
    for (const { id } of policy.vendors) {
      const description = `Signing secrets of the vendor ${id}`;
      this.secret(settings, `Vendor-${id}`, { secretName: SECRET.vendor(settings.name, id), description });
    }
    const description = 'Key that signs the links in e-mails; generated';
    this.secret(settings, 'Links', { secretName: SECRET.links(settings.name), description, generatedKey: 'key' });

    new CfnOutput(this, 'TableName', { value: this.table.tableName });
    new CfnOutput(this, 'KeyArn', { value: this.key.keyArn });
  }

  private restoredTable({ restoredTable }: Settings): ITableV2 | undefined {
    if (restoredTable === undefined) return undefined;
    const { arn, streamArn } = restoredTable;
    return TableV2.fromTableAttributes(this, 'RestoredTable', {
      tableArn: arn,
      tableStreamArn: streamArn,
      encryptionKey: this.key,
    });
  }

  private ownTable({ disposable }: Settings, removalPolicy: RemovalPolicy): ITableV2 {
    return new TableV2(this, 'Table', {
      partitionKey: { name: 'PK', type: AttributeType.STRING },
      sortKey: { name: 'SK', type: AttributeType.STRING },
      globalSecondaryIndexes: [
        {
          indexName: INDEX.due,
          partitionKey: { name: 'dueShard', type: AttributeType.STRING },
          sortKey: { name: 'dueAt', type: AttributeType.STRING },
          // A sweep reads the case's key and its deadline, nothing else: the smallest index is enough.
          projectionType: ProjectionType.KEYS_ONLY,
        },
      ],
      dynamoStream: StreamViewType.NEW_IMAGE,
      timeToLiveAttribute: EXPIRY_ATTRIBUTE,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      encryption: TableEncryptionV2.customerManagedKey(this.key),
      deletionProtection: !disposable,
      removalPolicy,
    });
  }

  /**
   * A secret. Without `generatedKey` it starts in a shape that no function accepts, so that what
   * needs it fails closed until an operator puts the real value in. The service stack knows
   * secrets by name only: a reference would keep a source or vendor from being taken out of the policy.
   */
  private secret(
    { name, existingSecrets, disposable }: Settings,
    id: string,
    { secretName, description, generatedKey = 'notSetYet' }: SecretSpec,
  ) {
    const shortName = secretName.slice(name.length + 1);
    if (existingSecrets.some((existing) => existing === '*' || existing === shortName)) return;
    const secret = new Secret(this, id, {
      secretName,
      description,
      encryptionKey: this.key,
      // CloudFormation deletes a secret at once, without the days in which it could be restored. So one stays when its
      // source, vendor or stack goes; only one made by a deployment that fails goes with it, as nobody has set it yet.
      removalPolicy: disposable ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
      // Not to be changed: CloudFormation would generate a new value, in place of the one that an operator has set.
      generateSecretString: {
        secretStringTemplate: '{}',
        generateStringKey: generatedKey,
        passwordLength: 64,
        excludePunctuation: true,
      },
    });
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        'Shared with a party outside the account (CRM, vendor, e-mails already sent), so a schedule cannot rotate it alone; docs/runbook.md has the rotation, which leaves no gap.',
    });
  }

  /** The services that encrypt with the key on their own account: logs, and alarms on their way to the topic. */
  private letServicesUseKey(settings: Settings) {
    this.key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'Logs',
        // AWS's documents name the regional one; which of the two calls is not promised.
        principals: [
          new ServicePrincipal(`logs.${this.region}.amazonaws.com`),
          new ServicePrincipal('logs.amazonaws.com'),
        ],
        actions: [
          'kms:Encrypt',
          'kms:Decrypt',
          'kms:ReEncryptFrom',
          'kms:ReEncryptTo',
          'kms:GenerateDataKey',
          'kms:GenerateDataKeyWithoutPlaintext',
          'kms:DescribeKey',
        ],
        resources: ['*'],
        conditions: {
          ArnLike: {
            'kms:EncryptionContext:aws:logs:arn': this.formatArn({
              service: 'logs',
              resource: 'log-group',
              resourceName: '*',
              arnFormat: ArnFormat.COLON_RESOURCE_NAME,
            }),
          },
        },
      }),
    );
    this.key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'Alarms',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: ['*'],
        conditions: alarmsOf(this, settings.name),
      }),
    );
  }
}
