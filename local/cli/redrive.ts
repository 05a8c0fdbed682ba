import { parseArgs } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { LambdaClient } from '@aws-sdk/client-lambda';
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { type Deployed, findDeployed, usualName } from './deployed.ts';
import type { CommandIo } from './io.ts';
import { REDRIVES, type Redrive, type RedriveClients } from './redrive-queues.ts';

const USAGE = `npm run -s caserelay -- redrive [QUEUE …] [--name NAME] [--list]

Empties the dead-letter queues of a deployment into what they came from, once you have mended why they filled:
${REDRIVES.map(({ name, into }) => `  ${name.padEnd(20)} into ${into}`).join('\n')}

  QUEUE          only these (default: all of them)
  --list         only say how many messages each holds
  --name NAME    the deployment (default: the name in cdk.json, or CaseRelay)

Everything can be redriven twice. Uses the AWS credentials and region of your environment. Exits with 1 if a message
could not be handled: it stays in its queue, and its line says why.`;

/** `caserelay redrive`. Exit code 0 if nothing is left, 1 if a message is, or for a wrong usage. */
export async function redrive(args: string[], io: CommandIo): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { list: { type: 'boolean' }, name: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help === true) {
    io.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const unknown = positionals.filter((name) => !REDRIVES.some((entry) => entry.name === name));
  if (unknown.length > 0) {
    const names = REDRIVES.map(({ name }) => name).join(', ');
    io.stderr.write(`There is no dead-letter queue "${unknown.join('", "')}"; expected ${names}.\n`);
    return 1;
  }
  const chosen = REDRIVES.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  const deployed = await findDeployed(values.name ?? usualName());
  const clients = {
    sqs: new SQSClient({ useQueueUrlAsEndpoint: false }),
    dynamodb: new DynamoDBClient({}),
    streams: new DynamoDBStreamsClient({}),
    lambda: new LambdaClient({}),
  };
  return await redriveAll(chosen, values.list === true, { deployed, clients, io });
}

interface Session {
  readonly deployed: Deployed;
  readonly clients: RedriveClients;
  readonly io: CommandIo;
}

async function redriveAll(chosen: readonly Redrive[], isList: boolean, session: Session): Promise<number> {
  const { deployed, clients, io } = session;
  let left = 0;
  for (const entry of chosen) {
    const queue = deployed.output(entry.queue);
    if (isList) {
      io.stdout.write(`${entry.name.padEnd(20)} ${await countOf(queue, clients.sqs)}\n`);
      continue;
    }
    io.stdout.write(`${entry.name} into ${entry.into}\n`);
    left += await empty(entry, queue, session);
  }
  if (left > 0) io.stdout.write(`${left} left: mend what the lines above say, then run it again.\n`);
  return left === 0 ? 0 : 1;
}

/** Seconds in which nobody else sees a message that is being handled. */
const HANDLING_SECONDS = 300;

/** Handles each message of a queue once; gives how many had to stay. */
async function empty(entry: Redrive, queue: string, { deployed, clients, io }: Session): Promise<number> {
  const handled = new Set<string>();
  let repeats = 0;
  const left = new Map<string, string | undefined>();
  const stays = ({ MessageId = '', Body = '', ReceiptHandle }: Message, why: string) => {
    left.set(MessageId, ReceiptHandle);
    io.stdout.write(`  stays: ${why}\n         ${Body}\n`);
  };
  for (;;) {
    const messages = (await receive(queue, clients.sqs)).filter(({ MessageId = '' }) => !left.has(MessageId));
    if (messages.length === 0) break;
    for (const message of messages) {
      const { Body = '', ReceiptHandle } = message;
      if (handled.has(Body) && entry.comesBack) {
        stays(message, 'it was handled, and put aside again');
        continue;
      }
      try {
        if (handled.has(Body)) repeats++;
        else io.stdout.write(`  ${await entry.handle(Body, deployed, clients)}\n`);
        handled.add(Body);
        await clients.sqs.send(new DeleteMessageCommand({ QueueUrl: queue, ReceiptHandle }));
      } catch (error) {
        stays(message, error instanceof Error ? error.message : String(error));
      }
    }
  }
  for (const ReceiptHandle of left.values())
    await clients.sqs.send(
      new ChangeMessageVisibilityCommand({ QueueUrl: queue, ReceiptHandle, VisibilityTimeout: 0 }),
    );
  if (repeats > 0) io.stdout.write(`  and ${repeats} more that said the same\n`);
  if (handled.size + left.size === 0) io.stdout.write('  nothing there\n');
  return left.size;
}

async function receive(queue: string, sqs: SQSClient): Promise<Message[]> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: queue,
      MaxNumberOfMessages: 10,
      VisibilityTimeout: HANDLING_SECONDS,
      WaitTimeSeconds: 1,
    }),
  );
  return Messages;
}

async function countOf(queue: string, sqs: SQSClient): Promise<number> {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queue, AttributeNames: ['ApproximateNumberOfMessages'] }),
  );
  return Number(Attributes?.ApproximateNumberOfMessages ?? 0);
}
