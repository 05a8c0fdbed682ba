import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SESv2Client } from '@aws-sdk/client-sesv2';
import type { SNSClient } from '@aws-sdk/client-sns';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Policy } from '../../../domain/policy.ts';
import type { Deployed } from '../deployed.ts';

/** What a look found. Only `blocks` keeps a deployment from doing its work; a `note` is worth knowing. */
export interface Finding {
  readonly state: 'fine' | 'note' | 'blocks';
  readonly says: string;
  /** What to do about it, as a command or a place in docs/runbook.md. */
  readonly do?: string;
}

export const fine = (says: string): Finding => ({ state: 'fine', says });
export const note = (says: string, what: string): Finding => ({ state: 'note', says, do: what });
export const blocks = (says: string, what: string): Finding => ({ state: 'blocks', says, do: what });

/** What is wrong, or, if nothing is, that it is fine. */
export const orFine = (wrong: readonly Finding[], says: string): readonly Finding[] =>
  wrong.length === 0 ? [fine(says)] : wrong;

/** An entry of the runbook. */
export const runbook = (entry: string) => `docs/runbook.md#${entry}`;

export interface Clients {
  readonly cloudFormation: CloudFormationClient;
  readonly cloudWatch: CloudWatchClient;
  readonly dynamodb: DynamoDBClient;
  readonly lambda: LambdaClient;
  readonly secrets: SecretsManagerClient;
  readonly ses: SESv2Client;
  readonly sns: SNSClient;
  readonly sqs: SQSClient;
}

/** The account and region, seen with a policy in mind: what can be looked at before anything is deployed. */
export interface Account {
  /** The deployment's name. */
  readonly name: string;
  /** The policy on disk. */
  readonly policy: Policy;
  /** Concurrency that the app is told to reserve for receive-webhook, if any. */
  readonly webhookConcurrency: number | undefined;
  readonly clients: Clients;
  /** ms */
  readonly now: () => number;
  readonly fetch: typeof fetch;
}

export interface Deployment extends Account {
  readonly deployed: Deployed;
}
