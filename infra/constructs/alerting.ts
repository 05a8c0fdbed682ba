import { Duration, Stack } from 'aws-cdk-lib';
import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import type { ITableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { ConfigurationSet, SuppressionReasons } from 'aws-cdk-lib/aws-ses';
import { StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { domainOf, type Sender } from '../../domain/sender.ts';
import { SECRET } from '../../functions/shared/names.ts';
import type { AlarmSpec } from './alarm-spec.ts';
import type { Platform } from './platform.ts';
import type { PublicApi } from './public-api.ts';
import { type SecretStore, ServiceFunction } from './service-function.ts';
import { serviceMetric } from './service-metric.ts';
import { Workflow } from './workflow.ts';

export interface AlertingProps {
  readonly platform: Platform;
  readonly table: ITableV2;
  readonly api: PublicApi;
  readonly publicUrl: string;
  readonly secrets: SecretStore;
  readonly sender: Sender;
  /** Addresses that alerts go to. */
  readonly leads: readonly string[];
}

/** Telling leads: e-mail, the wait for an acknowledgement, and the page that takes it. */
export class Alerting extends Construct {
  readonly workflow: Workflow;
  private readonly platform: Platform;

  constructor(scope: Construct, id: string, props: AlertingProps) {
    super(scope, id);
    const { platform, table, api, publicUrl, secrets } = props;
    this.platform = platform;
    const linkSecret = SECRET.links(secrets.prefix);
    const { configurationSetName } = new ConfigurationSet(this, 'ConfigurationSet', {
      // A lead's address that bounced once must not be dropped in silence: only complaints suppress.
      suppressionReasons: SuppressionReasons.COMPLAINTS_ONLY,
    });
    const { sender } = props;
    const ses = (resource: string, resourceName: string) =>
      Stack.of(this).formatArn({ service: 'ses', resource, resourceName });
    const notifyLead = new ServiceFunction(this, 'notify-lead', { platform, timeout: Duration.seconds(20) })
      .usesTable(table, 'get', 'query', 'put', 'update')
      .usesSecrets(secrets, linkSecret)
      .usesPublicUrl(publicUrl)
      .sendsMail({
        configurationSet: { name: configurationSetName, arn: ses('configuration-set', configurationSetName) },
        address: sender.address,
        senders: [ses('identity', sender.domain), ses('identity', sender.address)],
        recipients: [...new Set(props.leads.flatMap((lead) => [lead, domainOf(lead)]))].map((name) =>
          ses('identity', name),
        ),
      })
      .resumesWorkflow('breach-alert', platform);
    this.workflow = new Workflow(this, 'breach-alert', {
      platform,
      type: StateMachineType.STANDARD,
      functions: { NotifyLeadArn: notifyLead },
    });

    const leadConsole = new ServiceFunction(this, 'lead-console', { platform })
      .usesTable(table, 'get', 'query', 'put', 'update')
      .usesSecrets(secrets, linkSecret);
    const pages = {
      '/alerts/{alertId}/acknowledge': [HttpMethod.GET, HttpMethod.HEAD, HttpMethod.POST],
      '/alerts/{alertId}/receipt': [HttpMethod.GET, HttpMethod.HEAD],
    };
    for (const [path, methods] of Object.entries(pages)) {
      for (const method of methods) {
        api.addRoute({
          method,
          path,
          target: leadConsole,
          authentication: 'The function verifies the signed link: scoped to alert, action, recipient and expiry.',
        });
      }
    }
  }

  alarms(): AlarmSpec[] {
    return [
      this.workflow.failed('An alert was not delivered, or its wait broke: a lead may not know.'),
      {
        name: 'danger-unanswered',
        means: 'A lead was told that somebody may be in danger, at every step, and nobody acknowledged.',
        metric: serviceMetric(this.platform, 'dangerUnanswered', 'sum'),
        rings: { above: 0 },
        periods: 1,
      },
    ];
  }
}
