import { RemovalPolicy } from 'aws-cdk-lib';
import type { Node } from 'constructs';

/** What a deployment can be told with `cdk deploy -c name=value`, or in the "context" of cdk.json. */
export interface Settings {
  /** Folder of the policy files. */
  readonly policyDir: string;
  /** Begins the names of the stacks and of what they hold, so that two deployments can live side by side. */
  readonly stackPrefix: string;
  /** Begins the secrets' names. */
  readonly secretPrefix: string;
  /** Base URL that links in e-mails begin with; undefined: the HTTP API's own. */
  readonly publicUrl: string | undefined;
  /** True: `cdk destroy` takes the data with it. Only for trials and tests. */
  readonly disposable: boolean;
  /** False: the sender's domain is verified in SES already, outside this app. */
  readonly createIdentity: boolean;
  /** Where alarms are mailed; undefined: subscribe to the topic yourself. */
  readonly alarmEmail: string | undefined;
  /** Most receive-webhook instances at once; undefined: none reserved, as small accounts have few. */
  readonly webhookConcurrency: number | undefined;
  /** Where to deploy; undefined: what the CLI's credentials say. */
  readonly region: string | undefined;
}

export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/** Reads the settings from the context. Throws SettingsError for a value that is none. */
export function readSettings(node: Node): Settings {
  const concurrency = text(node, 'webhookConcurrency');
  if (concurrency !== undefined && !/^[1-9]\d*$/.test(concurrency))
    throw new SettingsError(`context webhookConcurrency is "${concurrency}"; expected a whole number above 0`);
  const stackPrefix = text(node, 'stackPrefix') ?? 'CaseRelay';
  if (!/^[A-Za-z][A-Za-z0-9-]{0,29}$/.test(stackPrefix))
    throw new SettingsError(
      `context stackPrefix is "${stackPrefix}"; expected a letter, then up to 29 letters, digits or hyphens`,
    );
  return {
    policyDir: text(node, 'policyDir') ?? 'policy',
    stackPrefix,
    secretPrefix: text(node, 'secretPrefix') ?? 'caserelay',
    publicUrl: text(node, 'publicUrl')?.replace(/\/+$/, ''),
    disposable: flag(node, 'disposable', false),
    createIdentity: flag(node, 'createIdentity', true),
    alarmEmail: text(node, 'alarmEmail'),
    webhookConcurrency: concurrency === undefined ? undefined : Number(concurrency),
    region: text(node, 'region'),
  };
}

/** What becomes of stored data when its stack is deleted. */
export function dataRemoval({ disposable }: Settings): RemovalPolicy {
  return disposable ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN;
}

function text(node: Node, name: string): string | undefined {
  const value: unknown = node.tryGetContext(name);
  return value === undefined || value === '' ? undefined : String(value);
}

function flag(node: Node, name: string, otherwise: boolean): boolean {
  const value = text(node, name) ?? String(otherwise);
  if (value !== 'true' && value !== 'false')
    throw new SettingsError(`context ${name} is "${value}"; expected true or false`);
  return value === 'true';
}
