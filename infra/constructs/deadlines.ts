import { Duration } from 'aws-cdk-lib';
import { TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { NOTICE_DAYS } from '../../domain/holiday-horizon.ts';
import type { AlarmSpec } from './alarm-spec.ts';
import type { Platform } from './platform.ts';
import { ServiceFunction } from './service-function.ts';
import { serviceMetric } from './service-metric.ts';
import { DeadLetterQueue, ServiceQueue } from './service-queue.ts';

export interface DeadlinesProps {
  readonly platform: Platform;
  readonly table: ITableV2;
}

/** Deadlines: a sweep of the due index each minute, hints that arrive to the second, and who fires them. */
export class Deadlines extends Construct {
  readonly queue: Queue;
  readonly deadLetters: DeadLetterQueue;
  readonly scheduleDeadLetters: DeadLetterQueue;
  readonly sweepDeadlines: ServiceFunction;
  private readonly platform: Platform;

  constructor(scope: Construct, id: string, { platform, table }: DeadlinesProps) {
    super(scope, id);
    this.platform = platform;
    const fireTimeout = Duration.seconds(20);
    this.deadLetters = new DeadLetterQueue(this, 'deadlines-dlq');
    this.queue = new ServiceQueue(this, 'deadlines', {
      visibilityTimeout: Duration.seconds(6 * fireTimeout.toSeconds()),
      // A hint is sent anew with each sweep; one that nobody took for this long is of no use.
      retentionPeriod: Duration.days(1),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: 5 },
    });

    const fireDeadline = new ServiceFunction(this, 'fire-deadline', { platform, timeout: fireTimeout })
      .usesTable(table, 'get', 'query', 'put', 'update')
      .sendsTo(this.queue, 'deadlineQueueUrl');
    fireDeadline.addEventSource(
      new SqsEventSource(this.queue, { batchSize: 10, reportBatchItemFailures: true, maxConcurrency: 10 }),
    );

    this.sweepDeadlines = new ServiceFunction(this, 'sweep-deadlines', {
      platform,
      timeout: Duration.seconds(50),
      // The next sweep looks at the same deadlines and more: an old one is not worth a second try.
      retryAttempts: 0,
      maxEventAge: Duration.minutes(1),
    })
      // Get and put: the mark of the policy that was swept for.
      .usesTable(table, 'due-index', 'get', 'put')
      .sendsTo(this.queue, 'deadlineQueueUrl');
    this.scheduleDeadLetters = new DeadLetterQueue(this, 'sweep-schedule-dlq');
    this.sweepEachMinute(this.sweepDeadlines);
  }

  private sweepEachMinute(sweepDeadlines: ServiceFunction) {
    const role = new Role(this, 'ScheduleRole', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com'),
      description: 'The schedule that starts sweep-deadlines',
    });
    role.addToPolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [sweepDeadlines.functionArn] }),
    );
    role.addToPolicy(
      new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.scheduleDeadLetters.queueArn] }),
    );
    const schedule = new CfnSchedule(this, 'Schedule', {
      scheduleExpression: 'rate(1 minute)',
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: sweepDeadlines.functionArn,
        roleArn: role.roleArn,
        input: '{}',
        retryPolicy: { maximumRetryAttempts: 2, maximumEventAgeInSeconds: 60 },
        deadLetterConfig: { arn: this.scheduleDeadLetters.queueArn },
      },
    });
    // The schedule is tried as soon as it exists: its role must be complete by then.
    schedule.node.addDependency(role);
  }

  sweeps() {
    return serviceMetric(this.platform, 'sweeps', 'sum');
  }

  oldestOverdue() {
    return serviceMetric(this.platform, 'oldestOverdue', 'max');
  }

  holidaysKnownDays() {
    return serviceMetric(this.platform, 'holidaysKnownDays', 'min');
  }

  alarms(): AlarmSpec[] {
    return [
      {
        name: 'sweeper-silent',
        means: 'No sweep of the due index for 3 minutes: warnings and breaches are about to be missed.',
        metric: this.sweeps(),
        rings: { below: 1 },
        periods: 3,
        missing: TreatMissingData.BREACHING,
      },
      {
        name: 'deadline-overdue',
        means: 'A deadline is more than 2 minutes old and nobody was told.',
        metric: this.oldestOverdue(),
        rings: { above: 120 },
        periods: 2,
      },
      {
        name: 'holidays-run-out',
        means: `The deployed policy knows holidays for less than ${NOTICE_DAYS} days more; after that deadlines count them as working days.`,
        metric: this.holidaysKnownDays(),
        rings: { below: NOTICE_DAYS },
        periods: 1,
      },
      this.deadLetters.notEmpty('deadlines-dlq-not-empty', 'A deadline hint failed 5 times; its alert may be late.'),
      this.scheduleDeadLetters.notEmpty(
        'sweep-schedule-dlq-not-empty',
        'The scheduler could not start a sweep, three times.',
      ),
    ];
  }
}
