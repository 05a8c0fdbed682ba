import { parseArgs } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Instant } from '../../domain/event.ts';
import { PlainError } from '../progress.mjs';
import { awsInWords } from './deployed.ts';
import type { CommandIo } from './io.ts';
import { copySince, prepareTable } from './restore-table.ts';

const USAGE = `npm run -s caserelay -- restore prepare TABLE
npm run -s caserelay -- restore copy --from TABLE --to TABLE --since INSTANT

Two steps of docs/runbook.md, "Restore the table", with the AWS credentials and region of the environment.
prepare   gives a table that DynamoDB restored what a restore leaves out (stream, expiry, recovery,
          protection), and prints the line for cdk.json with which a deployment uses it
copy      copies the events that one table received since an instant (ISO 8601) into the other, and what
          belongs to them; what the other has stays as it is, so it can be run again
`;

/** `caserelay restore prepare|copy`. Exit code 0 if all was done, 1 for a wrong usage. */
export async function restore(args: string[], io: CommandIo, client = new DynamoDBClient({})): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    io.stdout.write(USAGE);
    return 0;
  }
  const { values, positionals } = read(args);
  const [action, table] = positionals;
  const { from, to, since } = values;
  const say = (line: string) => io.stderr.write(`${line}\n`);
  if (action === 'prepare' && table !== undefined) {
    const { streamArn } = await prepareTable(client, table, say).catch(refused(`change the table ${table}`));
    say('To use it, in the "context" of cdk.json, as docs/runbook.md goes on to say:');
    io.stdout.write(`"tableStreamArn": "${streamArn}"\n`);
    return 0;
  }
  if (action === 'copy' && from !== undefined && to !== undefined && since !== undefined) {
    const copying = copySince(client, from, to, instant(since));
    const copied = await copying.catch(refused(`copy from ${from} to ${to}`));
    io.stdout.write(`${copied} items copied from ${from} to ${to}\n`);
    return 0;
  }
  io.stderr.write(USAGE);
  return 1;
}

const refused = (what: string) => (error: unknown) => {
  throw awsInWords(error, what);
};

function read(args: string[]) {
  try {
    const text = { type: 'string' } as const;
    return parseArgs({ args, allowPositionals: true, options: { from: text, to: text, since: text } });
  } catch (error) {
    throw new PlainError(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
  }
}

/** As events have it: UTC with milliseconds, so that texts compare as instants do. */
function instant(text: string): string {
  const read = Instant.safeParse(text);
  if (!read.success) throw new PlainError(`--since is "${text}"; expected an instant, as in 2026-11-26T05:00:00Z`);
  return read.data;
}
