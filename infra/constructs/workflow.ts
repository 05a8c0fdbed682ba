import { readFileSync } from 'node:fs';
import { Duration, Validations } from 'aws-cdk-lib';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, StateMachine, type StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { WorkflowName } from '../../functions/adapters/workflows/workflows.ts';
import type { AlarmSpec } from './alarm-spec.ts';
import { LOG_RETENTION, type Platform } from './platform.ts';
import type { ServiceFunction } from './service-function.ts';

export interface WorkflowProps {
  readonly platform: Platform;
  readonly type: StateMachineType;
  /** The function behind each ${placeholder} of the file. */
  readonly functions: Readonly<Record<string, ServiceFunction>>;
}

/** The state machine of workflows/<name>.asl.json; its role may call its functions, and nothing else. */
export class Workflow extends Construct {
  readonly stateMachine: StateMachine;

  constructor(scope: Construct, name: WorkflowName, { platform, type, functions }: WorkflowProps) {
    super(scope, name);
    const stateMachineName = `${platform.prefix}-${name}`;
    const definition = readFileSync(new URL(`../../workflows/${name}.asl.json`, import.meta.url), 'utf8');
    this.stateMachine = new StateMachine(this, 'StateMachine', {
      stateMachineName,
      stateMachineType: type,
      // As text: fromFile would move it out of the template, where the substitutions are not seen.
      definitionBody: DefinitionBody.fromString(definition),
      definitionSubstitutions: Object.fromEntries(
        Object.entries(functions).map(([placeholder, target]) => [placeholder, target.functionArn]),
      ),
      tracingEnabled: true,
      logs: {
        level: LogLevel.ERROR,
        // Inputs and outputs name cases and vendors; the case's log has them, the workflow's need not.
        includeExecutionData: false,
        destination: new LogGroup(this, 'Log', {
          // CloudWatch keeps one policy for all groups under this prefix; without it, that policy outgrows its limit.
          logGroupName: `/aws/vendedlogs/states/${stateMachineName}`,
          retention: LOG_RETENTION,
          encryptionKey: platform.key,
          removalPolicy: platform.logRemoval,
        }),
      },
    });
    this.stateMachine.addToRolePolicy(
      new PolicyStatement({
        actions: ['lambda:InvokeFunction'],
        resources: Object.values(functions).map((target) => target.functionArn),
      }),
    );
    Validations.of(this.stateMachine).acknowledge(
      {
        id: 'AwsSolutions-IAM5[Resource::*]',
        reason: 'Log delivery and X-Ray know no resources: their actions are granted on *.',
      },
      {
        id: 'AwsSolutions-SF1',
        reason:
          'Errors are logged. Logging each step would cost more than running it, and the case log keeps what was decided and done.',
      },
    );
  }

  started(): Metric {
    return this.stateMachine.metricStarted({ period: Duration.minutes(5) });
  }

  /** Rings for each execution that failed. One that was aborted was so by a person, who knows. */
  failed(means: string): AlarmSpec {
    return {
      name: `${this.node.id}-failed`,
      means,
      metric: this.stateMachine.metricFailed({ period: Duration.minutes(1) }),
      rings: { above: 0 },
      periods: 1,
    };
  }

  /** For an Express workflow, which AWS ends after 5 minutes; a Standard one here has no end but its own. */
  timedOut(means: string): AlarmSpec {
    return {
      name: `${this.node.id}-timed-out`,
      means,
      metric: this.stateMachine.metricTimedOut({ period: Duration.minutes(1) }),
      rings: { above: 0 },
      periods: 1,
    };
  }
}
