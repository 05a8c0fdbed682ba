import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Policy } from '../../domain/policy.ts';
import { readSettings, type Settings } from '../../infra/settings.ts';
import { compilePolicyDir } from '../../policy/compiler/compile-policy.ts';
import { PolicyError } from '../../policy/compiler/problems.ts';
import { PlainError } from '../progress.mjs';
import { awsInWords, findDeployed, NotDeployedError } from './deployed.ts';
import { CHECKS, type Check } from './doctor/checks.ts';
import { type Account, blocks, type Clients, type Deployment, type Finding } from './doctor/finding.ts';
import type { CommandIo } from './io.ts';

const USAGE = `npm run -s caserelay -- doctor [--name NAME] [--policy DIR]

Looks at a deployment, says what is missing, and what to do about each. Changes nothing. Before anything is
deployed, it looks at what the account lacks.

  --name NAME    the deployment (default: the name in cdk.json, or CaseRelay)
  --policy DIR   the policy that it should run (default: policyDir in cdk.json, or policy)

Uses the AWS credentials and region of your environment; they have to be allowed to read, the secrets too.
Exit code 0 if nothing is in the way (notes are not), 1 if something is.
`;

/** `caserelay doctor`. */
export async function doctor(args: string[], io: CommandIo, look: typeof lookAt = lookAt): Promise<number> {
  const { values } = read(args);
  if (values.help === true) {
    io.stdout.write(USAGE);
    return 0;
  }
  const settings = settingsOf(values);
  const account: Account = {
    name: settings.name,
    policy: readPolicy(settings.policyDir),
    webhookConcurrency: settings.webhookConcurrency,
    clients: clientsOf(),
    now: Date.now,
    fetch,
  };
  const region = await account.clients.dynamodb.config.region().catch((error) => {
    throw awsInWords(error, 'say its region');
  });
  io.stdout.write(`${account.name} in ${region}, looked at ${new Date().toISOString()}\n\n`);
  let found = { blocks: 0, notes: 0 };
  for await (const { check, findings } of look(account)) {
    io.stdout.write(rowText(check.name, findings));
    const count = (state: Finding['state']) => findings.filter((finding) => finding.state === state).length;
    found = { blocks: found.blocks + count('blocks'), notes: found.notes + count('note') };
  }
  io.stdout.write(`\n${verdict(found)}\n`);
  return found.blocks === 0 ? 0 : 1;
}

/** Goes through the checks, in their order. What a deployment is needed for is left out as long as there is none. */
export async function* lookAt(account: Account, checks: readonly Check[] = CHECKS) {
  const deployment = await deploymentIn(account);
  for (const check of checks) {
    if (check.before) yield { check, findings: await orWhy(check.look(account)) };
    else if (deployment !== undefined) yield { check, findings: await orWhy(check.look(deployment)) };
  }
}

/** Throws PlainError if the account cannot be seen at all. */
async function deploymentIn(account: Account): Promise<Deployment | undefined> {
  try {
    return { ...account, deployed: await findDeployed(account.name, account.clients.cloudFormation) };
  } catch (error) {
    if (error instanceof NotDeployedError) return undefined;
    throw error;
  }
}

/** What could not be looked at is not known to be in order. */
async function orWhy(look: Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await look;
  } catch (error) {
    const { name, message } = error as Error;
    const what = /AccessDenied|NotAuthorized|Forbidden/i.test(name)
      ? 'the credentials need to be allowed this; ReadOnlyAccess and secretsmanager:GetSecretValue are enough'
      : 'look again; if it stays so, it is a fault of the doctor';
    return [blocks(`could not be looked at: ${name}: ${message}`, what)];
  }
}

const MARKS = { fine: '✓', note: '·', blocks: '✗' } as const;
const NAME_WIDTH = 15;

function rowText(name: string, findings: readonly Finding[]): string {
  return findings
    .map(({ state, says, do: what }, index) => {
      const line = `  ${MARKS[state]} ${(index === 0 ? name : '').padEnd(NAME_WIDTH)}${says}\n`;
      return what === undefined ? line : `${line}${' '.repeat(NAME_WIDTH + 4)}→ ${what}\n`;
    })
    .join('');
}

function verdict({ blocks: blocking, notes }: { blocks: number; notes: number }): string {
  const noted = notes === 0 ? '' : `, ${notes} note${notes === 1 ? '' : 's'}`;
  if (blocking === 0) return `Nothing is in the way${noted}.`;
  return `${blocking} ${blocking === 1 ? 'thing is' : 'things are'} in the way (✗)${noted}.`;
}

/** The settings that the app is deployed with, as cdk.json has them, unless told another way. */
function settingsOf({ name, policy }: { name?: string | undefined; policy?: string | undefined }): Settings {
  const { context = {} } = JSON.parse(readFileSync('cdk.json', 'utf8')) as { context?: Record<string, unknown> };
  const told: Record<string, unknown> = { ...context, ...(name && { name }), ...(policy && { policyDir: policy }) };
  return readSettings({ tryGetContext: (key: string) => told[key] });
}

function readPolicy(dir: string): Policy {
  try {
    return compilePolicyDir(dir).policy;
  } catch (error) {
    throw error instanceof PolicyError ? new PlainError(error.message) : error;
  }
}

function clientsOf(): Clients {
  return {
    cloudFormation: new CloudFormationClient({}),
    cloudWatch: new CloudWatchClient({}),
    dynamodb: new DynamoDBClient({}),
    lambda: new LambdaClient({}),
    secrets: new SecretsManagerClient({}),
    ses: new SESv2Client({}),
    sns: new SNSClient({}),
    sqs: new SQSClient({ useQueueUrlAsEndpoint: false }),
  };
}

function read(args: string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({ args, options: { name: text, policy: text, help: { type: 'boolean', short: 'h' } } });
  } catch (error) {
    throw new PlainError(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
  }
}
