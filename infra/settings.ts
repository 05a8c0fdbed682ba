import type { Node } from 'constructs';

/** What a deployment can be told with `cdk deploy -c name=value`, or in the "context" of cdk.json. */
export interface Settings {
  /** Folder of the policy files. */
  readonly policyDir: string;
  /** The deployment's name. It begins the name of each stack, and of all in them that has one: two deployments can live side by side. */
  readonly name: string;
  /** Secrets that exist already, by their names after the deployment's (`vendor/acme`), or `*` for all: they are used, not made. */
  readonly existingSecrets: readonly string[];
  /** A table made by a restore, to be used instead of the stack's own: its stream's ARN, which names it. */
  readonly restoredTable: RestoredTable | undefined;
  /** Base URL that links in e-mails begin with; undefined: the HTTP API's own. */
  readonly publicUrl: string | undefined;
  /** True: `cdk destroy` takes the data with it. Only for trials and tests. */
  readonly disposable: boolean;
  /** False: the sender's domain is an identity in SES already, made outside this app. */
  readonly createIdentity: boolean;
  /** Where alarms are mailed; undefined: subscribe to the topic yourself. */
  readonly alarmEmail: string | undefined;
  /** Most receive-webhook instances at once; undefined: none reserved, as small accounts have few. */
  readonly webhookConcurrency: number | undefined;
  /** Webhooks refused in 15 minutes, for one reason, that ring an alarm. */
  readonly refusedWebhooks: number;
  /** Where to deploy; undefined: what the CLI's credentials say. */
  readonly region: string | undefined;
}

/** Where the context is read: a construct's node is one. */
type Context = Pick<Node, 'tryGetContext'>;

export interface RestoredTable {
  readonly arn: string;
  readonly streamArn: string;
}

export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/** Reads the settings from the context. Throws SettingsError for a value that is none. */
export function readSettings(node: Context): Settings {
  const name = text(node, 'name') ?? 'CaseRelay';
  if (!/^[A-Za-z][A-Za-z0-9-]{0,29}$/.test(name))
    throw new SettingsError(`context name is "${name}"; expected a letter, then up to 29 letters, digits or hyphens`);
  return {
    policyDir: text(node, 'policyDir') ?? 'policy',
    name,
    existingSecrets: list(node, 'existingSecrets'),
    restoredTable: restoredTable(text(node, 'tableStreamArn')),
    publicUrl: text(node, 'publicUrl')?.replace(/\/+$/, ''),
    disposable: flag(node, 'disposable', false),
    createIdentity: flag(node, 'createIdentity', true),
    alarmEmail: text(node, 'alarmEmail'),
    webhookConcurrency: count(node, 'webhookConcurrency'),
    refusedWebhooks: count(node, 'refusedWebhooks') ?? 10,
    region: text(node, 'region'),
  };
}

function restoredTable(streamArn: string | undefined): RestoredTable | undefined {
  if (streamArn === undefined) return undefined;
  const [, arn] = /^(arn:[\w-]+:dynamodb:[\w-]+:\d{12}:table\/[\w.-]+)\/stream\/\S+$/.exec(streamArn) ?? [];
  if (arn === undefined)
    throw new SettingsError(
      `context tableStreamArn is "${streamArn}"; expected the ARN of a table's stream, as \`caserelay restore prepare\` prints it`,
    );
  return { arn, streamArn };
}

function text(node: Context, name: string): string | undefined {
  const value: unknown = node.tryGetContext(name);
  return value === undefined || value === '' ? undefined : String(value);
}

function count(node: Context, name: string): number | undefined {
  const value = text(node, name);
  if (value === undefined) return undefined;
  if (!/^[1-9]\d*$/.test(value))
    throw new SettingsError(`context ${name} is "${value}"; expected a whole number above 0`);
  return Number(value);
}

/** A list as cdk.json has it, or separated by commas as the command line does. */
function list(node: Context, name: string): string[] {
  return (text(node, name) ?? '').split(',').filter((entry) => entry !== '');
}

function flag(node: Context, name: string, otherwise: boolean): boolean {
  const value = text(node, name) ?? String(otherwise);
  if (value !== 'true' && value !== 'false')
    throw new SettingsError(`context ${name} is "${value}"; expected true or false`);
  return value === 'true';
}
