import { ArnFormat, CfnOutput, RemovalPolicy, Stack, type StackProps, Validations } from 'aws-cdk-lib';
import { AttributeType, ProjectionType, StreamViewType, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { Policy } from '../domain/policy.ts';
import { INDEX, SECRET } from '../functions/shared/names.ts';
import { dataRemoval, type Settings } from './settings.ts';

export interface StatefulStackProps extends StackProps {
  readonly settings: Settings;
  /** Names the sources and vendors that need a secret. */
  readonly policy: Policy;
}

/** What must outlive any deployment: the key, the table and the secrets. */
export class StatefulStack extends Stack {
  readonly key: Key;
  readonly table: TableV2;

  constructor(scope: Construct, id: string, { settings, policy, ...props }: StatefulStackProps) {
    super(scope, id, props);
    const removalPolicy = dataRemoval(settings);

    this.key = new Key(this, 'Key', {
      description: `${settings.stackPrefix}: table, secrets, logs and alarm topic`,
      enableKeyRotation: true,
      removalPolicy,
    });
    this.letServicesUseKey();

    this.table = new TableV2(this, 'Table', {
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
      timeToLiveAttribute: 'expiresAt',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      encryption: TableEncryptionV2.customerManagedKey(this.key),
      deletionProtection: !settings.disposable,
      removalPolicy,
    });

    for (const name of Object.keys(policy.sources)) {
      const secretName = SECRET.source(settings.secretPrefix, name);
      this.secret(`Source-${name}`, secretName, `Signing secrets and API token of the source ${name}`);
    }
    for (const { id } of policy.vendors)
      this.secret(`Vendor-${id}`, SECRET.vendor(settings.secretPrefix, id), `Signing secrets of the vendor ${id}`);
    this.secret('Links', SECRET.links(settings.secretPrefix), 'Key that signs the links in e-mails; generated', 'key');

    new CfnOutput(this, 'TableName', { value: this.table.tableName });
    new CfnOutput(this, 'KeyArn', { value: this.key.keyArn });
  }

  /**
   * A secret. Without `generatedKey` it starts in a shape that no function accepts, so that what
   * needs it fails closed until an operator puts the real value in. The service stack knows
   * secrets by name only: a reference would keep a source or vendor from being taken out of the policy.
   */
  private secret(id: string, secretName: string, description: string, generatedKey = 'notSetYet') {
    const secret = new Secret(this, id, {
      secretName,
      description,
      encryptionKey: this.key,
      // Deleted with the source or vendor, after the 30 days in which it can be restored.
      removalPolicy: RemovalPolicy.DESTROY,
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
  private letServicesUseKey() {
    this.key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'Logs',
        principals: [new ServicePrincipal('logs.amazonaws.com')],
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
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
    );
  }
}
