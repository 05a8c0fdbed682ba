import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CloudFormationClient, paginateListStackResources } from '@aws-sdk/client-cloudformation';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateEmailIdentityCommand, type SESv2Client } from '@aws-sdk/client-sesv2';
import type { Policy } from '../domain/policy.ts';
import { senderOf } from '../domain/sender.ts';
import { engineEnv, LOCAL_ACCOUNT, LOCAL_REGION } from './engine.ts';
import type { Deployment } from './live/deployment.ts';
import { DISK_FULL, outputOf, PlainError } from './progress.mjs';

/** What a local deployment is made with: the same app that goes to AWS, with other context. */
export interface LocalStack {
  readonly endpoint: string;
  readonly policyDir: string;
  /** Base URL under which the HTTP API is reached by people and vendors. */
  readonly publicUrl: string;
  /** Folder for the synthesised app and other by-products. */
  readonly workDir: string;
  /** What the app is told besides, as with `-c`. */
  readonly context?: Readonly<Record<string, string>>;
}

/** The deployment's name. */
export const LOCAL_NAME = 'CaseRelay';

type Note = (text: string) => void;

/** Synthesises the app; slow, because every function is bundled. With `only`, those of no other stack are. */
export async function synth(stack: LocalStack, note: Note, only?: string): Promise<void> {
  const context = {
    name: LOCAL_NAME,
    policyDir: resolve(stack.policyDir),
    publicUrl: stack.publicUrl,
    disposable: 'true',
    // Of an identity made by CloudFormation, the engine does not know the DNS records that its stack tells.
    createIdentity: 'false',
    ...stack.context,
  };
  const args = Object.entries(context).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const which = only === undefined ? [] : [only, '--exclusively'];
  await cdk(['synth', ...which, '--quiet', '--output', cloudAssembly(stack), ...args], stack.endpoint, '.', note);
}

/** Prepares the account for CDK; needs no app. */
export async function bootstrap({ endpoint, workDir }: LocalStack, note: Note): Promise<void> {
  const empty = join(workDir, 'empty');
  mkdirSync(empty, { recursive: true });
  await cdk(['bootstrap', `aws://${LOCAL_ACCOUNT}/${LOCAL_REGION}`], endpoint, empty, note);
}

/** Deploys what was synthesised and tells what came of it. */
export async function deploy(stack: LocalStack, note: Note): Promise<Deployment> {
  const args = ['--app', cloudAssembly(stack), '--all', '--require-approval', 'never', '--method=direct'];
  await cdk(['deploy', ...args], stack.endpoint, '.', note);
  return describeDeployment(stack);
}

/** Deploys one stack of what was synthesised, and none that it depends on. */
export async function deployOnly(stack: LocalStack, stackName: string, note: Note): Promise<void> {
  const args = ['--app', cloudAssembly(stack), stackName, '--exclusively', '--require-approval', 'never'];
  await cdk(['deploy', ...args, '--method=direct'], stack.endpoint, '.', note);
}

/** Deletes the stacks of what was synthesised. */
export async function destroy(stack: LocalStack, note: Note): Promise<void> {
  await cdk(['destroy', '--app', cloudAssembly(stack), '--all', '--force'], stack.endpoint, '.', note);
}

/** Makes the alerts' sender an identity of SES; one that is known already stays as it is. */
export async function makeSender(client: SESv2Client, policy: Policy): Promise<void> {
  const EmailIdentity = senderOf(policy).domain;
  await client.send(new CreateEmailIdentityCommand({ EmailIdentity })).catch((error: Error) => {
    if (error.name !== 'AlreadyExistsException') throw error;
  });
}

const cloudAssembly = ({ workDir }: LocalStack) => resolve(workDir, 'cdk.out');

async function cdk(args: readonly string[], endpoint: string, cwd: string, note: Note): Promise<void> {
  // CDK keeps caches in the home folder: everything of a local run stays in this one.
  const home = resolve('.local', 'home');
  mkdirSync(home, { recursive: true });
  const env = { ...process.env, ...engineEnv(endpoint), HOME: home, USERPROFILE: home, CDK_HOME: join(home, '.cdk') };
  const child = spawn(resolve('node_modules', '.bin', 'cdk'), [...args, '--no-notices', '--ci'], {
    cwd,
    env,
    timeout: 300_000,
  });
  const { code, output } = await outputOf(child, note);
  if (code === 0) return;
  if (/ENOSPC|No space left/.test(output)) throw new PlainError(DISK_FULL);
  throw new PlainError(`cdk ${args[0]} failed:\n${output.trim().split('\n').slice(-20).join('\n')}`);
}

/** Reads the physical names of what the stacks made. */
async function describeDeployment({ endpoint, workDir }: LocalStack): Promise<Deployment> {
  const manifest = JSON.parse(readFileSync(join(workDir, 'cdk.out', 'manifest.json'), 'utf8')) as {
    artifacts: Record<string, { type: string; properties?: { stackName?: string } }>;
  };
  const stacks = Object.entries(manifest.artifacts).filter(([, { type }]) => type === 'aws:cloudformation:stack');
  const settings = { endpoint, region: LOCAL_REGION, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
  const client = new CloudFormationClient(settings);
  const resources: { type: string; id: string }[] = [];
  for (const [id, { properties }] of stacks) {
    for await (const page of paginateListStackResources({ client }, { StackName: properties?.stackName ?? id })) {
      for (const { ResourceType, PhysicalResourceId } of page.StackResourceSummaries ?? []) {
        resources.push({ type: ResourceType ?? '', id: PhysicalResourceId ?? '' });
      }
    }
  }
  const of = (type: string) => resources.filter((resource) => resource.type === type).map(({ id }) => id);
  const named = (ids: readonly string[], separator: RegExp) =>
    Object.fromEntries(ids.map((id) => [id.split(separator).at(-1) ?? id, id]));
  const [tableName = ''] = of('AWS::DynamoDB::GlobalTable');
  const { Table } = await new DynamoDBClient(settings).send(new DescribeTableCommand({ TableName: tableName }));
  return {
    endpoint,
    region: LOCAL_REGION,
    apiId: of('AWS::ApiGatewayV2::Api')[0] ?? '',
    tableName,
    tableStreamArn: Table?.LatestStreamArn ?? '',
    stateMachineArns: named(of('AWS::StepFunctions::StateMachine'), /:/),
    queueUrls: named(of('AWS::SQS::Queue'), /\//),
    logGroupNames: of('AWS::Logs::LogGroup'),
  };
}
