import {
  Alarm,
  ComparisonOperator,
  Dashboard,
  GraphWidget,
  type IMetric,
  SingleValueWidget,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { type AlarmSpec, alarmsOf } from './alarm-spec.ts';
import type { Alerting } from './alerting.ts';
import type { CasePipeline } from './case-pipeline.ts';
import type { Deadlines } from './deadlines.ts';
import type { HandoffNotice } from './handoff-notice.ts';
import type { Platform } from './platform.ts';
import type { PublicApi } from './public-api.ts';
import { serviceMetric, serviceMetricBy } from './service-metric.ts';
import type { VendorHandoff } from './vendor-handoff.ts';

export interface ObservabilityProps {
  readonly platform: Platform;
  readonly api: PublicApi;
  readonly casePipeline: CasePipeline;
  readonly vendorHandoff: VendorHandoff;
  readonly handoffNotice: HandoffNotice;
  readonly deadlines: Deadlines;
  readonly alerting: Alerting;
  /** Where alarms are mailed; undefined: subscribe to the topic yourself. */
  readonly alarmEmail: string | undefined;
}

/** One dashboard, and the alarms that the other constructs ask for. */
export class Observability extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, props: ObservabilityProps) {
    super(scope, id);
    const { platform, api, casePipeline, vendorHandoff, handoffNotice, deadlines, alerting, alarmEmail } = props;
    this.topic = this.alarmTopic(platform, alarmEmail);
    for (const part of [api, casePipeline, vendorHandoff, handoffNotice, deadlines, alerting])
      for (const spec of part.alarms()) this.alarm(platform, spec);
    this.dashboard(props);
  }

  private alarmTopic(platform: Platform, alarmEmail: string | undefined): Topic {
    const topic = new Topic(this, 'Alarms', {
      masterKey: platform.key,
      enforceSSL: true,
    });
    topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: alarmsOf(this, platform.prefix),
      }),
    );
    if (alarmEmail !== undefined) topic.addSubscription(new EmailSubscription(alarmEmail));
    return topic;
  }

  private alarm(platform: Platform, { name, entry = name, means, metric, rings, periods, missing }: AlarmSpec) {
    const alarm = new Alarm(this, name, {
      alarmName: `${platform.prefix}-${name}`,
      alarmDescription: `${means} What to do: docs/runbook.md#${entry}`,
      metric,
      ...('above' in rings
        ? { threshold: rings.above, comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD }
        : { threshold: rings.below, comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD }),
      evaluationPeriods: periods,
      treatMissingData: missing ?? TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(new SnsAction(this.topic));
  }

  private dashboard(props: ObservabilityProps) {
    const { platform, api, casePipeline, vendorHandoff, handoffNotice, deadlines, alerting } = props;
    const count = (name: Parameters<typeof serviceMetric>[1]) => serviceMetric(platform, name, 'sum');
    const graph = (title: string, ...left: IMetric[]) => new GraphWidget({ title, left, width: 8, height: 6 });
    new Dashboard(this, 'Dashboard', {
      dashboardName: platform.prefix,
      widgets: [
        [
          new SingleValueWidget({
            title: 'Now',
            metrics: [deadlines.oldestOverdue(), deadlines.sweeps(), count('alertAcknowledged')],
            width: 24,
            height: 3,
          }),
        ],
        [
          graph(
            'HTTP: requests, 4xx, 5xx; webhooks refused by reason',
            api.requests(),
            api.clientErrors(),
            api.serverErrors(),
            serviceMetricBy(platform, 'webhooksRefused', 'reason', 'Sum'),
          ),
          graph(
            'Cases received by source, duplicates dropped',
            serviceMetricBy(platform, 'casesReceived', 'source', 'Sum'),
            count('duplicatesDropped'),
          ),
          graph('Triage by route', serviceMetricBy(platform, 'triageDecided', 'route', 'Sum')),
        ],
        [
          graph(
            'Cases given to agents; put off, by reason; nobody left within the limits of exposure',
            count('agentAssigned'),
            serviceMetricBy(platform, 'assignmentDeferred', 'reason', 'Sum'),
            count('exposureExhausted'),
          ),
          graph(
            'Not told (refused for good): tickets, by what was to be written; vendors, of a recall',
            serviceMetricBy(platform, 'writeBackRefused', 'about', 'Sum'),
            serviceMetricBy(platform, 'recallRefused', 'vendor', 'Sum'),
          ),
        ],
        [
          graph('Handoffs', ...HANDOFF_METRICS.map((name) => serviceMetricBy(platform, name, 'vendor', 'Sum'))),
          graph('Warnings and breaches', ...SLA_METRICS.map((name) => serviceMetricBy(platform, name, 'clock', 'Sum'))),
          graph('Alert lag, s (p95): deadline to hand-over', serviceMetric(platform, 'alertLag', 'p95')),
        ],
        [
          graph(
            'Put aside (each should be 0)',
            casePipeline.poisonEvents.depth,
            casePipeline.streamDeadLetters.depth,
            deadlines.deadLetters.depth,
            deadlines.scheduleDeadLetters.depth,
          ),
          graph('Sweeps a minute, oldest overdue deadline (s)', deadlines.sweeps(), deadlines.oldestOverdue()),
          graph(
            'Workflows started',
            casePipeline.workflow.started(),
            casePipeline.assignment.started(),
            vendorHandoff.workflow.started(),
            handoffNotice.workflow.started(),
            alerting.workflow.started(),
          ),
        ],
      ],
    });
  }
}

const HANDOFF_METRICS = ['handoffOffered', 'handoffAccepted', 'handoffRejected', 'handoffExpired'] as const;
const SLA_METRICS = ['slaWarning', 'slaBreach'] as const;
