import { resolve } from 'node:path';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { type Policy, policyCalendars } from '../domain/policy.ts';
import { compilePolicyDir } from '../policy/compiler/compile-policy.ts';
import { PolicyError } from '../policy/compiler/problems.ts';
import { bootstrap, deploy, LOCAL_NAME, type LocalStack, makeSender, synth } from './deploy.ts';
import { assertNotStarted, assertPortFree, ENGINE_PORT, engineEnv, openEngine } from './engine.ts';
import { startDemoLead } from './live/acknowledge.ts';
import { apiHost, type Deployment } from './live/deployment.ts';
import { heading, ID_WIDTH, lineFor } from './live/line.ts';
import { followLog } from './live/live.ts';
import { readMails } from './live/mails.ts';
import { pasteCommand } from './live/paste-case.ts';
import { followRefusals } from './live/permissions.ts';
import { waitUntilQuiet } from './live/quiet.ts';
import { readFacts } from './live/read-facts.ts';
import { isClean, type Summary, summarise } from './live/summary.ts';
import { summaryText } from './live/summary-text.ts';
import { localPolicy, policyLine } from './local-policy.ts';
import { assertTwoPorts, portOf, readOptions, type StartOptions, USAGE } from './options.ts';
import { DISK_FULL, PlainError, step } from './progress.mjs';
import { type ExportReplay, readExport } from './replay/export.ts';
import { sampleSteps } from './replay/samples.ts';
import { playSteps, type Step } from './replay/send.ts';
import { CRM_API, type LocalSecrets, localSecrets, putSecrets } from './secrets.ts';
import { startToys, type Toys } from './toys/toys-server.ts';

const COMMAND = 'npm start';

/** Everything that was started, to be stopped in the opposite order. */
const started: (() => Promise<void>)[] = [];
const stopping = new AbortController();

async function stopAll(): Promise<void> {
  for (const stop of started.splice(0).reverse()) await stop().catch(() => undefined);
}

async function main(options: StartOptions): Promise<number> {
  const toysPort = portOf('CASERELAY_TOYS_PORT', 4580);
  const enginePort = portOf('CASERELAY_ENGINE_PORT', ENGINE_PORT);
  assertTwoPorts(enginePort, toysPort);
  await assertNotStarted(enginePort, COMMAND);
  await assertPortFree(toysPort, 'CASERELAY_TOYS_PORT', COMMAND);
  // Before anything is started, so that what is wrong with a policy or an export is said at once.
  const secrets = localSecrets(compilePolicyDir(options.policy).policy);
  const replay = await readReplay(options, secrets);

  const engine = await step('Starting the local AWS engine', () => openEngine(enginePort, COMMAND));
  started.push(engine.stop);
  Object.assign(process.env, engineEnv(engine.endpoint));

  const toysUrl = `http://127.0.0.1:${toysPort}`;
  const workDir = resolve('.local', `start-${toysPort}`);
  const policyDir = localPolicy(resolve(workDir, 'policy'), toysUrl, options.policy);
  const stack: LocalStack = { endpoint: engine.endpoint, policyDir, publicUrl: `${toysUrl}/api`, workDir };
  const { policy } = compilePolicyDir(policyDir);
  await Promise.all([
    step('Synthesising the app (cdk synth)', (note) => synth(stack, note)),
    step('Preparing the engine for CDK (cdk bootstrap)', (note) => bootstrap(stack, note)),
  ]);
  const deployment = await step('Deploying (cdk deploy)', (note) => deploy(stack, note));
  await step('Putting secrets into Secrets Manager', () =>
    putSecrets(new SecretsManagerClient({}), policy, secrets, LOCAL_NAME),
  );
  await makeSender(new SESv2Client({}), policy);
  const toys = await openToys(toysPort, deployment, policy, secrets);
  started.push(toys.close);
  return run(options, { deployment, policy, secrets, toys, replay });
}

interface Running {
  readonly deployment: Deployment;
  readonly policy: Policy;
  readonly secrets: LocalSecrets;
  readonly toys: Toys;
  /** Undefined: the samples are played. */
  readonly replay: ExportReplay | undefined;
}

function openToys(port: number, deployment: Deployment, policy: Policy, secrets: LocalSecrets): Promise<Toys> {
  return startToys({
    port,
    api: { endpoint: deployment.endpoint, host: apiHost(deployment) },
    crm: {
      source: 'zendesk',
      signingSecret: secrets.sources.zendesk ?? '',
      api: CRM_API,
      integrationUserId: policy.sources.zendesk?.integrationUserId ?? '',
    },
    vendorSecrets: secrets.vendors,
  });
}

async function run(options: StartOptions, running: Running): Promise<number> {
  const { deployment, toys, policy, replay } = running;
  const since = Date.now();
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const coloured = process.stdout.isTTY === true;
  const steps = replay?.steps ?? samples(running);
  if (replay !== undefined) console.log(`\n${replay.notes.join('\n')}`);
  console.log(`\n${whereToLook(options, running)}\n\n${heading(zone)}\n`);
  let idWidth = ID_WIDTH;
  const live = await followLog(new DynamoDBStreamsClient({}), deployment, (event) => {
    idWidth = Math.max(idWidth, event.caseId.length);
    const line = lineFor(event, { zone, coloured, idWidth });
    if (line !== undefined) console.log(line);
  });
  started.push(() => live.stop());
  const refusals = followRefusals({
    endpoint: deployment.endpoint,
    since,
    onRefusal: (words) => console.log(`REFUSED: ${words}`),
  });
  started.push(() => refusals.stop());
  const mails = () => readMails(deployment.endpoint);
  if (options.once) {
    const lead = startDemoLead({ readMails: mails, since });
    started.push(() => lead.stop());
  }
  await playSteps(steps, toys.sender, { startAt: Date.now(), signal: stopping.signal });
  const facts = async (): Promise<Summary> => {
    const context = { policy, calendar: policyCalendars(policy) };
    const [dynamodb, sfn, sqs, logs] = [
      new DynamoDBClient({}),
      new SFNClient({}),
      new SQSClient({ useQueueUrlAsEndpoint: false }),
      new CloudWatchLogsClient({}),
    ];
    const deps = { dynamodb, sfn, sqs, logs, readMails: mails, context, now: Date.now };
    return summarise(await readFacts(deployment, { since, deliveries: toys.sender.deliveries }, deps));
  };
  if (!options.once) {
    console.log(`\nThat was the replay. Everything stays up until Ctrl-C.\n\n${whereToLook(options, running)}\n`);
    await new Promise((stop) => stopping.signal.addEventListener('abort', stop));
    return 0;
  }
  console.log('\nThe replay has been sent; waiting for what it set off to end.\n');
  await waitUntilQuiet(new SFNClient({}), Object.values(deployment.stateMachineArns), stopping.signal);
  await toys.sender.idle();
  const summary = await facts();
  console.log(`\n${summaryText(summary)}`);
  return isClean(summary) ? 0 : 1;
}

/** Minutes since this year began, so that the cases of a later start on the same engine are new ones. */
const RUN = Math.floor((Date.now() - Date.UTC(2026, 0, 1)) / 60_000);

function samples({ toys, secrets }: Running): readonly Step[] {
  return sampleSteps({ crm: toys.crm, intakeSecret: secrets.sources.intake ?? '', firstNumber: RUN * 100 });
}

/** The export to play, if one was asked for. */
async function readReplay(
  { events: file, mapping, limit, seconds, policy }: StartOptions,
  { sources }: LocalSecrets,
): Promise<ExportReplay | undefined> {
  const missing = ['zendesk', 'intake'].filter((source) => !Object.hasOwn(sources, source));
  if (file === undefined && missing.length > 0)
    throw new PlainError(
      `The samples come from the sources zendesk and intake; ${policy}/sources.yaml has no ${missing.join(' and no ')}. Replay an export of yours instead: --events FILE.`,
    );
  if (file === undefined) return undefined;
  const secretOf = (source: string) => {
    const secret = sources[source];
    if (secret === undefined)
      throw new PlainError(`The mapping names the source "${source}", which ${policy}/sources.yaml does not have.`);
    return secret;
  };
  return step('Reading the export', () =>
    readExport({ file, mapping, limit, seconds, run: RUN.toString(36), secretOf }),
  );
}

/** What runs, where it is seen, and a case to paste into a terminal. */
function whereToLook(options: StartOptions, { toys, policy, secrets }: Running): string {
  const webhooks = `${toys.url}/api/webhooks/zendesk`;
  return `  Policy    ${policyLine(options.policy, policy)}
  Mailbox   ${toys.url}/mailbox      the leads' e-mails
  CRM       ${toys.url}/crm          the toy Zendesk
  Webhooks  ${webhooks}

  A case of your own, to paste into another terminal, as often as you like:

${pasteCommand({ url: webhooks, secret: secrets.sources.zendesk ?? '' })}`;
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // A second Ctrl-C does not wait; the engine is killed as this process exits.
    if (stopping.signal.aborted) process.exit(130);
    stopping.abort();
    console.log('\nStopping …');
    stopAll().then(() => process.exit(0));
  });
}

/** Is it a sentence for the reader, as what is wrong with a policy is? */
const isPlain = (error: unknown): error is Error => error instanceof PlainError || error instanceof PolicyError;

try {
  const options = readOptions(process.argv.slice(2));
  if (options.help) console.log(USAGE);
  else process.exitCode = await main(options);
} catch (error) {
  if (!stopping.signal.aborted) {
    const full = (error as NodeJS.ErrnoException).code === 'ENOSPC';
    console.error(full ? DISK_FULL : isPlain(error) ? `\n${error.message}` : error);
    process.exitCode = 1;
  }
} finally {
  if (!stopping.signal.aborted) await stopAll();
}
// Whatever a library still holds open, this is the end of the run.
if (!stopping.signal.aborted) process.exit();
