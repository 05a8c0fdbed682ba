import { parseArgs } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type FoldContext, foldCase } from '../../domain/case.ts';
import { inLogOrder } from '../../domain/log-order.ts';
import { policyCalendars } from '../../domain/policy.ts';
import { dynamoStore } from '../../functions/adapters/store/dynamo-store.ts';
import { compilePolicyDir } from '../../policy/compiler/compile-policy.ts';
import { PlainError } from '../progress.mjs';
import { caseStory } from './case-story.ts';
import { findDeployed, usualName } from './deployed.ts';
import type { CommandIo } from './io.ts';

const USAGE = `npm run -s caserelay -- case ID [--policy DIR] [--zone ZONE] [--json] [--name NAME]

Tells the story of one case of a deployment: how it stands, who holds it, what it was promised, what happened.
ID is "<source>:<the CRM's id>", such as zendesk:42.

  --policy DIR   the policy that promises are worked out with (default: policy/)
  --zone ZONE    whose wall clock it is told on (default: this machine's)
  --json         the events as JSON lines, in the case's order, instead of a story
  --name NAME    which deployment (default: name in cdk.json, or CaseRelay)

Only reads, with the AWS credentials and region of your environment. Exits with 1 if there is no such case.`;

/** `caserelay case`. Exit code 0 for a story, 1 for a case that is not there or a wrong usage. */
export async function tellCase(args: string[], io: CommandIo): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      policy: { type: 'string' },
      zone: { type: 'string' },
      json: { type: 'boolean' },
      name: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) {
    io.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const [caseId = ''] = positionals;
  if (positionals.length !== 1 || !/^[a-z0-9-]+:\S+$/.test(caseId)) {
    io.stderr.write(`Expected one case such as zendesk:42; found "${positionals.join(' ')}".\n`);
    return 1;
  }
  const zone = zoneOf(values.zone);
  const deployed = await findDeployed(values.name ?? usualName());
  const store = dynamoStore(new DynamoDBClient({}), deployed.output('TableName'));
  const events = await store.events(caseId);
  if (values.json === true) for (const event of inLogOrder(events)) io.stdout.write(`${JSON.stringify(event)}\n`);
  const { policy } = compilePolicyDir(values.policy ?? 'policy');
  const context: FoldContext = { policy, calendar: policyCalendars(policy) };
  const folded = foldCase(events, context);
  if (folded === undefined) {
    io.stderr.write(`There is no case ${caseId}: none of its events is in the table, or they have been removed.\n`);
    return 1;
  }
  if (values.json === true) return 0;
  const stored = await store.load(caseId);
  const view = { events, stored: stored?.state, dueAt: stored?.dueAt, folded, context, zone, now: Date.now() };
  io.stdout.write(caseStory({ ...view, deployedPolicy: deployed.output('PolicyVersion') }));
  return 0;
}

function zoneOf(zone: string | undefined): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    throw new PlainError(`--zone is "${zone}"; expected an IANA zone such as Europe/Dublin`);
  }
}
