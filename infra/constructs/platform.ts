import type { RemovalPolicy } from 'aws-cdk-lib';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';

/** How long logs are kept. */
export const LOG_RETENTION = RetentionDays.ONE_MONTH;

/** What every construct of a deployment shares. */
export interface Platform {
  /** Begins the name of each function, queue, state machine and alarm. */
  readonly prefix: string;
  /** Encrypts logs and the alarm topic. */
  readonly key: Key;
  /** The compiled policy that ships with each function. */
  readonly policyFile: string;
  /** What becomes of logs when the stack is deleted. */
  readonly logRemoval: RemovalPolicy;
}
