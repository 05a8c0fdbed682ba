import { Duration } from 'aws-cdk-lib';
import type { ITableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { SECRET } from '../../functions/shared/names.ts';
import type { AlarmSpec } from './alarm-spec.ts';
import type { Platform } from './platform.ts';
import { type SecretStore, ServiceFunction } from './service-function.ts';
import { Workflow } from './workflow.ts';

export interface HandoffNoticeProps {
  readonly platform: Platform;
  readonly table: ITableV2;
  readonly secrets: SecretStore;
  /** Ids of the policy's vendors. */
  readonly vendors: readonly string[];
  /** What writes to the CRMs. */
  readonly writeBack: ServiceFunction;
}

/** Telling the parties what became of a handoff: the ticket in its CRM, and the vendor whose case was taken back. */
export class HandoffNotice extends Construct {
  readonly workflow: Workflow;

  constructor(scope: Construct, id: string, { platform, table, secrets, vendors, writeBack }: HandoffNoticeProps) {
    super(scope, id);
    const tellVendor = new ServiceFunction(this, 'tell-vendor', { platform, timeout: Duration.seconds(15) })
      .usesTable(table, 'query')
      .usesSecrets(secrets, ...vendors.map((vendor) => SECRET.vendor(secrets.prefix, vendor)));
    this.workflow = new Workflow(this, 'handoff-notice', {
      platform,
      type: StateMachineType.EXPRESS,
      functions: { WriteBackArn: writeBack, TellVendorArn: tellVendor },
    });
  }

  alarms(): AlarmSpec[] {
    return [
      this.workflow.failed("A vendor's answer is not on its case's ticket, or a vendor was not told of a recall."),
      this.workflow.timedOut('Telling a ticket or a vendor took more than 5 minutes; it may not have been told.'),
    ];
  }
}
