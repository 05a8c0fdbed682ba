import { Duration } from 'aws-cdk-lib';
import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import type { ITableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { SECRET } from '../../functions/shared/names.ts';
import type { AlarmSpec } from './alarm-spec.ts';
import type { Platform } from './platform.ts';
import type { PublicApi } from './public-api.ts';
import { type SecretStore, ServiceFunction } from './service-function.ts';
import { Workflow } from './workflow.ts';

export interface VendorHandoffProps {
  readonly platform: Platform;
  readonly table: ITableV2;
  readonly api: PublicApi;
  readonly publicUrl: string;
  readonly secrets: SecretStore;
  /** Ids of the policy's vendors. */
  readonly vendors: readonly string[];
}

/** Handing cases to vendors: the workflow that offers and waits, and the API that vendors answer with. */
export class VendorHandoff extends Construct {
  readonly workflow: Workflow;

  constructor(scope: Construct, id: string, props: VendorHandoffProps) {
    super(scope, id);
    const { platform, table, api, publicUrl, secrets } = props;
    const vendorSecrets = props.vendors.map((id) => SECRET.vendor(secrets.prefix, id));

    const selectVendor = new ServiceFunction(this, 'select-vendor', { platform }).usesTable(table, 'query');
    const offerHandoff = new ServiceFunction(this, 'offer-handoff', { platform, timeout: Duration.seconds(20) })
      .usesTable(table, 'get', 'query', 'put', 'update')
      .usesSecrets(secrets, ...vendorSecrets)
      .usesPublicUrl(publicUrl)
      .resumesWorkflow('vendor-handoff', platform);
    const awaitWork = new ServiceFunction(this, 'await-work', { platform })
      .usesTable(table, 'get', 'update')
      .resumesWorkflow('vendor-handoff', platform);
    const expireHandoff = new ServiceFunction(this, 'expire-handoff', { platform }).usesTable(
      table,
      'get',
      'put',
      'update',
    );
    const bringHome = new ServiceFunction(this, 'bring-home', { platform }).usesTable(table, 'query', 'put');
    this.workflow = new Workflow(this, 'vendor-handoff', {
      platform,
      type: StateMachineType.STANDARD,
      functions: {
        SelectVendorArn: selectVendor,
        OfferHandoffArn: offerHandoff,
        AwaitWorkArn: awaitWork,
        ExpireHandoffArn: expireHandoff,
        BringHomeArn: bringHome,
      },
    });

    const vendorApi = new ServiceFunction(this, 'vendor-api', { platform })
      .usesTable(table, 'get', 'put', 'update')
      .usesSecrets(secrets, ...vendorSecrets);
    api.addRoute({
      method: HttpMethod.POST,
      path: '/vendors/{vendorId}/handoffs/{handoffId}/answers',
      target: vendorApi,
      authentication: 'The function verifies the Standard Webhooks signature over the raw body.',
    });
  }

  alarms(): AlarmSpec[] {
    return [
      this.workflow.failed('A handoff stopped half-way: a vendor may hold a case that nobody is waiting for any more.'),
    ];
  }
}
