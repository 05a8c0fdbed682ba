import { Duration, Validations } from 'aws-cdk-lib';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { AlarmSpec } from './alarm-spec.ts';

/** A queue: encrypted, TLS only. Nothing needs its name, and one that CloudFormation chooses lets it be replaced. */
export class ServiceQueue extends Queue {
  constructor(scope: Construct, name: string, props: QueueProps) {
    super(scope, name, {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      ...props,
    });
  }
}

/** Where what could not be handled waits for a person, for the 14 days that SQS keeps it at most. */
export class DeadLetterQueue extends ServiceQueue {
  readonly depth: Metric;

  constructor(scope: Construct, name: string) {
    super(scope, name, { retentionPeriod: Duration.days(14) });
    Validations.of(this).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'It is a dead-letter queue, of a stream, a schedule or a function, which the rule does not see.',
    });
    this.depth = this.metricApproximateNumberOfMessagesVisible({ statistic: 'max', period: Duration.minutes(1) });
  }

  notEmpty(name: string, means: string): AlarmSpec {
    return { name, means, metric: this.depth, rings: { above: 0 }, periods: 1 };
  }
}
