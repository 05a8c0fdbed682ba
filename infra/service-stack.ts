import { CfnOutput, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Policy } from '../domain/policy.ts';
import { senderOf } from '../domain/sender.ts';
import { Alerting } from './constructs/alerting.ts';
import { CasePipeline } from './constructs/case-pipeline.ts';
import { Deadlines } from './constructs/deadlines.ts';
import { HandoffNotice } from './constructs/handoff-notice.ts';
import { Observability } from './constructs/observability.ts';
import type { Platform } from './constructs/platform.ts';
import { PublicApi } from './constructs/public-api.ts';
import { VendorHandoff } from './constructs/vendor-handoff.ts';
import type { Settings } from './settings.ts';
import type { StatefulStack } from './stateful-stack.ts';

export interface ServiceStackProps extends StackProps {
  readonly settings: Settings;
  readonly policy: Policy;
  /** The compiled policy as a file, to ship with each function. */
  readonly policyFile: string;
  readonly stateful: StatefulStack;
}

/** What runs: the API, the functions, the workflows and what watches them. It holds nothing that cannot be deployed anew. */
export class ServiceStack extends Stack {
  constructor(scope: Construct, id: string, props: ServiceStackProps) {
    super(scope, id, props);
    const { settings, policy, policyFile, stateful } = props;
    const { table } = stateful;
    const secrets = { prefix: settings.name, key: stateful.key };
    const platform: Platform = {
      prefix: settings.name,
      key: stateful.key,
      policyFile,
      logRemoval: RemovalPolicy.DESTROY,
    };

    const api = new PublicApi(this, 'Api', platform);
    const publicUrl = settings.publicUrl ?? api.endpoint;

    const deadlines = new Deadlines(this, 'Deadlines', { platform, table });
    const vendorHandoff = new VendorHandoff(this, 'VendorHandoff', {
      platform,
      table,
      api,
      publicUrl,
      secrets,
      vendors: policy.vendors.map(({ id }) => id),
    });
    const alerting = new Alerting(this, 'Alerting', {
      platform,
      table,
      api,
      publicUrl,
      secrets,
      sender: senderOf(policy),
      leads: policy.leads.map(({ email }) => email),
    });
    const casePipeline = new CasePipeline(this, 'CasePipeline', {
      platform,
      table,
      api,
      deadlineQueue: deadlines.queue,
      secrets,
      sources: policy.sources,
      refusedWebhooks: settings.refusedWebhooks,
      webhookConcurrency: settings.webhookConcurrency,
    });
    const handoffNotice = new HandoffNotice(this, 'HandoffNotice', {
      platform,
      table,
      secrets,
      vendors: policy.vendors.map(({ id }) => id),
      writeBack: casePipeline.writeBack,
    });
    const observability = new Observability(this, 'Observability', {
      platform,
      api,
      casePipeline,
      vendorHandoff,
      handoffNotice,
      deadlines,
      alerting,
      alarmEmail: settings.alarmEmail,
    });

    new CfnOutput(this, 'ApiUrl', { value: api.endpoint });
    new CfnOutput(this, 'PublicUrl', { value: publicUrl });
    new CfnOutput(this, 'PolicyVersion', { value: policy.version });
    new CfnOutput(this, 'AlarmTopicArn', { value: observability.topic.topicArn });
    new CfnOutput(this, 'CaseTriageArn', { value: casePipeline.workflow.stateMachine.stateMachineArn });
    new CfnOutput(this, 'CaseAssignmentArn', { value: casePipeline.assignment.stateMachine.stateMachineArn });
    new CfnOutput(this, 'VendorHandoffArn', { value: vendorHandoff.workflow.stateMachine.stateMachineArn });
    new CfnOutput(this, 'HandoffNoticeArn', { value: handoffNotice.workflow.stateMachine.stateMachineArn });
    new CfnOutput(this, 'BreachAlertArn', { value: alerting.workflow.stateMachine.stateMachineArn });
    new CfnOutput(this, 'DeadlineQueueUrl', { value: deadlines.queue.queueUrl });
    new CfnOutput(this, 'PoisonQueueUrl', { value: casePipeline.poisonEvents.queueUrl });
    new CfnOutput(this, 'StreamDlqUrl', { value: casePipeline.streamDeadLetters.queueUrl });
    new CfnOutput(this, 'ScheduleDlqUrl', { value: deadlines.scheduleDeadLetters.queueUrl });
    new CfnOutput(this, 'ApplyEventName', { value: casePipeline.applyEvent.functionName });
    new CfnOutput(this, 'SweepDeadlinesName', { value: deadlines.sweepDeadlines.functionName });
    new CfnOutput(this, 'DeadlineDlqUrl', { value: deadlines.deadLetters.queueUrl });
  }
}
