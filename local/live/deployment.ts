/** A deployed CaseRelay as the laptop's tools find it: physical names from the stacks' outputs. */
export interface Deployment {
  /** "http://127.0.0.1:4566", without a slash at the end. */
  readonly endpoint: string;
  readonly region: string;
  readonly apiId: string;
  readonly tableName: string;
  readonly tableStreamArn: string;
  /** By the state machine's name. */
  readonly stateMachineArns: Readonly<Record<string, string>>;
  /** By the queue's name. */
  readonly queueUrls: Readonly<Record<string, string>>;
  /** Of the functions. */
  readonly logGroupNames: readonly string[];
}

/** The host by which the engine knows a deployment's HTTP API. */
export function apiHost({ apiId, endpoint }: Pick<Deployment, 'apiId' | 'endpoint'>): string {
  return `${apiId}.execute-api.localhost:${new URL(endpoint).port || '80'}`;
}

/** Is it a queue on which nothing may lie when all went well? */
export function isDeadLetterQueue(name: string): boolean {
  return /dlq|dead-?letter|poison|fail/i.test(name);
}
