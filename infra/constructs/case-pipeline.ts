import { Duration, Validations } from 'aws-cdk-lib';
import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { type ITableV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource, SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { isWrittenTo, type Policy } from '../../domain/policy.ts';
import { CASE_PREFIX, EVENT_PREFIX, SECRET } from '../../functions/shared/names.ts';
import type { AlarmSpec } from './alarm-spec.ts';
import type { Platform } from './platform.ts';
import type { PublicApi } from './public-api.ts';
import { type SecretStore, ServiceFunction } from './service-function.ts';
import { serviceMetric } from './service-metric.ts';
import { DeadLetterQueue } from './service-queue.ts';
import { Workflow } from './workflow.ts';

export interface CasePipelineProps {
  readonly platform: Platform;
  readonly table: ITableV2;
  readonly api: PublicApi;
  readonly deadlineQueue: IQueue;
  readonly secrets: SecretStore;
  readonly sources: Policy['sources'];
  /** Refused webhooks in 15 minutes, of one reason, that ring an alarm. */
  readonly refusedWebhooks: number;
  /** Most receive-webhook instances at once; undefined: none reserved. */
  readonly webhookConcurrency: number | undefined;
}

/** From a webhook to a triaged case that somebody holds: the inbox, the one writer of cases, triage and assignment. */
export class CasePipeline extends Construct {
  readonly workflow: Workflow;
  readonly assignment: Workflow;
  readonly applyEvent: ServiceFunction;
  readonly writeBack: ServiceFunction;
  readonly poisonEvents: DeadLetterQueue;
  readonly streamDeadLetters: DeadLetterQueue;
  private readonly props: CasePipelineProps;

  constructor(scope: Construct, id: string, props: CasePipelineProps) {
    super(scope, id);
    this.props = props;
    const { platform, table, api, deadlineQueue, secrets, webhookConcurrency } = props;
    const secretsOf = (sources: readonly string[]) => sources.map((name) => SECRET.source(secrets.prefix, name));

    const receiveWebhook = new ServiceFunction(this, 'receive-webhook', {
      platform,
      ...(webhookConcurrency === undefined ? {} : { reservedConcurrentExecutions: webhookConcurrency }),
    })
      .putsUnder(table, CASE_PREFIX)
      .usesSecrets(secrets, ...secretsOf(Object.keys(props.sources)));
    api.addRoute({
      method: HttpMethod.POST,
      path: '/webhooks/{source}',
      target: receiveWebhook,
      throttle: { rateLimit: 100, burstLimit: 200 },
      authentication: "The function verifies the CRM's signature over the raw body.",
    });

    const triageCase = new ServiceFunction(this, 'triage-case', { platform }).usesTable(table, 'get', 'query', 'put');
    this.writeBack = new ServiceFunction(this, 'write-back', { platform, timeout: Duration.seconds(15) })
      .usesTable(table, 'query', 'put')
      .usesSecrets(
        secrets,
        ...secretsOf(Object.keys(props.sources).filter((name) => isWrittenTo(props.sources[name]))),
      );
    this.workflow = new Workflow(this, 'case-triage', {
      platform,
      type: StateMachineType.EXPRESS,
      functions: { TriageCaseArn: triageCase, WriteBackArn: this.writeBack },
    });

    const assignAgent = new ServiceFunction(this, 'assign-agent', { platform }).usesTable(
      table,
      'get',
      'query',
      'put',
      'update',
    );
    this.assignment = new Workflow(this, 'case-assignment', {
      platform,
      type: StateMachineType.EXPRESS,
      functions: { AssignAgentArn: assignAgent, WriteBackArn: this.writeBack },
    });

    this.poisonEvents = new DeadLetterQueue(this, 'poison-events');
    this.streamDeadLetters = new DeadLetterQueue(this, 'stream-dlq');
    this.applyEvent = new ServiceFunction(this, 'apply-event', { platform, timeout: Duration.seconds(30) })
      .usesTable(table, 'get', 'query', 'put', 'update')
      .sendsTo(deadlineQueue, 'deadlineQueueUrl')
      .sendsTo(this.poisonEvents, 'poisonQueueUrl')
      .startsWorkflow('case-triage', platform)
      .startsWorkflow('case-assignment', platform)
      .startsWorkflow('vendor-handoff', platform)
      .startsWorkflow('handoff-notice', platform)
      .startsWorkflow('breach-alert', platform)
      .resumesWorkflow('vendor-handoff', platform)
      .resumesWorkflow('breach-alert', platform);
    this.applyEvent.addEventSource(
      new DynamoEventSource(this.withoutKey(table), {
        startingPosition: StartingPosition.TRIM_HORIZON,
        batchSize: 100,
        bisectBatchOnError: true,
        // Cases of one batch fail apart from each other, which a position in the batch cannot tell: the function
        // throws, and the batch is halved and tried again (docs/adr/0001).
        retryAttempts: 8,
        maxRecordAge: Duration.hours(6),
        onFailure: new SqsDlq(this.streamDeadLetters),
        filters: [
          FilterCriteria.filter({
            eventName: FilterRule.isEqual('INSERT'),
            dynamodb: { Keys: { SK: { S: FilterRule.beginsWith(EVENT_PREFIX) } } },
          }),
        ],
      }),
    );
    Validations.of(this.applyEvent.ownRole).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'X-Ray and dynamodb:ListStreams know no resources: they are granted on *.',
    });
  }

  /** The table as one whose key CDK does not know: it would let the function use the key for anything; usesTable grants what is needed. */
  private withoutKey({ tableArn, tableStreamArn = '' }: ITableV2): ITableV2 {
    return TableV2.fromTableAttributes(this, 'Stream', { tableArn, tableStreamArn });
  }

  /** What keeps webhooks from coming in: refused for the same reason again and again, or not sent at all. */
  private intakeAlarms({ platform, sources, refusedWebhooks }: CasePipelineProps): AlarmSpec[] {
    const refused = (reason: string) =>
      serviceMetric(platform, 'webhooksRefused', 'sum', { reason }).with({ period: Duration.minutes(15) });
    const heard = (source: string) =>
      serviceMetric(platform, 'sourceHeard', 'sum', { source }).with({ period: Duration.hours(1) });
    return [
      {
        name: 'webhooks-unsigned',
        means: 'Webhooks are refused with 401, again and again: signed with another secret, or not at all.',
        metric: refused('signature'),
        rings: { above: refusedWebhooks - 1 },
        periods: 1,
      },
      {
        name: 'webhooks-misshapen',
        means: 'Webhooks are refused with 400, again and again: what the sender sends cannot be read.',
        metric: refused('shape'),
        rings: { above: refusedWebhooks - 1 },
        periods: 1,
      },
      ...Object.entries(sources).flatMap(([source, { silence }]): AlarmSpec[] => {
        if (silence === undefined) return [];
        return [
          {
            name: `webhooks-silent-${source}`,
            entry: 'webhooks-silent',
            means: `Nothing came from ${source} for ${silence.hours} hours on end in which it should.`,
            metric: heard(source),
            rings: { below: 1 },
            periods: silence.hours,
            missing: TreatMissingData.BREACHING,
          },
        ];
      }),
    ];
  }

  alarms(): AlarmSpec[] {
    return [
      ...this.intakeAlarms(this.props),
      this.workflow.failed('A case was not triaged or not written back; it stays home, untouched.'),
      this.workflow.timedOut('Triage took more than 5 minutes; the case may not be triaged or written back.'),
      this.assignment.failed(
        'No agent was found for a case, or its CRM was not told; the next event of the case tries again.',
      ),
      this.assignment.timedOut('Finding an agent took more than 5 minutes; the case may have nobody.'),
      this.poisonEvents.notEmpty('poison-events-not-empty', 'An event could not be read or applied and was put aside.'),
      this.streamDeadLetters.notEmpty(
        'stream-dlq-not-empty',
        'A batch of events was given up: the cases in it are behind their log.',
      ),
      {
        name: 'events-behind',
        means: 'Events wait for more than 2 minutes before they are applied to their cases.',
        metric: this.applyEvent.metric('IteratorAge', { statistic: 'max', period: Duration.minutes(1) }),
        rings: { above: 120_000 },
        periods: 3,
      },
    ];
  }
}
