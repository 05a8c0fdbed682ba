import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { type AttributeValue, type DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import {
  DescribeExecutionCommand,
  paginateGetExecutionHistory,
  paginateListExecutions,
  type SFNClient,
} from '@aws-sdk/client-sfn';
import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod/mini';
import { Alert } from '../../domain/alert.ts';
import { Case, type FoldContext } from '../../domain/case.ts';
import type { CaseEvent } from '../../domain/event.ts';
import { readableEvent } from '../../functions/adapters/store/dynamo-cases.ts';
import { Handoff } from '../../functions/adapters/store/store.ts';
import { EVENT_PREFIX } from '../../functions/shared/names.ts';
import type { Delivery } from '../replay/send.ts';
import type { AlertRun } from './alerts-told.ts';
import { type Deployment, isDeadLetterQueue } from './deployment.ts';
import { readMetrics } from './emf.ts';
import type { Mail } from './mails.ts';
import { readPermissions } from './permissions.ts';
import type { RunFacts } from './summary.ts';

export interface FactsDeps {
  readonly dynamodb: DynamoDBClient;
  readonly sfn: SFNClient;
  readonly sqs: SQSClient;
  readonly logs: CloudWatchLogsClient;
  readonly readMails: () => Promise<readonly Mail[]>;
  readonly context: FoldContext;
  readonly now: () => number;
}

export interface RunScope {
  /** When the run began, ms: cases, executions, mails and metrics from before are not its own. */
  readonly since: number;
  readonly deliveries: readonly Delivery[];
}

/** Reads all that the summary of a run is made from. */
export async function readFacts(deployment: Deployment, scope: RunScope, deps: FactsDeps): Promise<RunFacts> {
  const { since, deliveries } = scope;
  const [table, executions, alertRuns, deadLetters, mails, metrics, permissions] = await Promise.all([
    readTable(deps.dynamodb, deployment.tableName, since),
    readExecutions(deps.sfn, Object.values(deployment.stateMachineArns), since),
    readAlertRuns(deps.sfn, deployment.stateMachineArns, since),
    readDepths(deps.sqs, deployment.queueUrls),
    deps.readMails(),
    readMetrics(deps.logs, deployment.logGroupNames, since),
    readPermissions(deployment.endpoint),
  ]);
  return {
    ...table,
    executions,
    deadLetters,
    alertRuns,
    mails: mails.filter(({ at }) => at >= since),
    refusals: permissions?.refusals.filter(({ at }) => at >= since),
    metrics,
    deliveries,
    context: deps.context,
    now: deps.now(),
  };
}

/** The cases whose first event was received since an instant (ms), with their logs and handoffs. */
async function readTable(client: DynamoDBClient, TableName: string, since: number) {
  const logs = new Map<string, CaseEvent[]>();
  const snapshots = new Map<string, Case>();
  const handoffs: Handoff[] = [];
  for await (const page of paginateScan({ client }, { TableName, ConsistentRead: true })) {
    for (const item of page.Items ?? []) readItem(item, logs, snapshots, handoffs);
  }
  for (const [caseId, events] of logs) {
    const first = Math.min(...events.map(({ receivedAt }) => Date.parse(receivedAt)));
    if (first < since) logs.delete(caseId);
  }
  for (const caseId of snapshots.keys()) if (!logs.has(caseId)) snapshots.delete(caseId);
  return { logs, snapshots, handoffs: handoffs.filter(({ caseId }) => logs.has(caseId)) };
}

function readItem(
  item: Record<string, AttributeValue>,
  logs: Map<string, CaseEvent[]>,
  snapshots: Map<string, Case>,
  handoffs: Handoff[],
): void {
  const [pk, sk] = [item.PK?.S ?? '', item.SK?.S ?? ''];
  if (pk.startsWith('CASE#') && sk.startsWith(EVENT_PREFIX)) {
    const event = readableEvent(item);
    if (event === undefined) return;
    const known = logs.get(event.caseId);
    if (known === undefined) logs.set(event.caseId, [event]);
    else known.push(event);
  } else if (pk.startsWith('CASE#') && sk === 'META') {
    const state = Case.parse(unmarshall(item).state);
    snapshots.set(state.caseId, state);
  } else if (pk.startsWith('HANDOFF#') && sk === 'META') {
    handoffs.push(Handoff.parse(unmarshall(item)));
  }
}

/** Executions that began since an instant (ms), by status. Express workflows have no list on AWS and are passed over. */
async function readExecutions(client: SFNClient, arns: readonly string[], since: number) {
  const counts: Record<string, number> = {};
  for (const stateMachineArn of arns) {
    try {
      for await (const { executions = [] } of paginateListExecutions({ client }, { stateMachineArn })) {
        for (const { status = 'UNKNOWN', startDate } of executions) {
          if (startDate !== undefined && startDate.getTime() >= since) counts[status] = (counts[status] ?? 0) + 1;
        }
      }
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'StateMachineTypeNotSupported') throw error;
    }
  }
  return counts;
}

/** What breach-alert had to tell since an instant (ms), and how each run of it ended. */
async function readAlertRuns(
  client: SFNClient,
  arns: Deployment['stateMachineArns'],
  since: number,
): Promise<AlertRun[]> {
  const stateMachineArn = Object.entries(arns).find(([name]) => name.endsWith('breach-alert'))?.[1];
  if (stateMachineArn === undefined) return [];
  const runs: AlertRun[] = [];
  for await (const { executions = [] } of paginateListExecutions({ client }, { stateMachineArn })) {
    for (const { executionArn, startDate } of executions) {
      const startedAt = startDate?.getTime() ?? 0;
      if (startedAt < since) continue;
      const { input = '{}', output } = await client.send(new DescribeExecutionCommand({ executionArn }));
      runs.push({
        alert: AlertInput.parse(JSON.parse(input)).alert,
        startedAt,
        outcome: output === undefined ? undefined : Outcome.parse(JSON.parse(output)).outcome,
        faulted: await hasFaulted(client, executionArn),
      });
    }
  }
  return runs;
}

const AlertInput = z.object({ alert: Alert });
const Outcome = z.object({ outcome: z.optional(z.string()) });

async function hasFaulted(client: SFNClient, executionArn: string | undefined): Promise<boolean> {
  for await (const { events = [] } of paginateGetExecutionHistory({ client }, { executionArn }))
    if (events.some(({ type }) => type === 'TaskFailed')) return true;
  return false;
}

async function readDepths(client: SQSClient, queueUrls: Deployment['queueUrls']) {
  const queues = Object.entries(queueUrls).filter(([name]) => isDeadLetterQueue(name));
  const depths = await Promise.all(
    queues.map(async ([name, QueueUrl]): Promise<[string, number]> => {
      const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] });
      const { Attributes } = await client.send(command);
      return [name, Number(Attributes?.ApproximateNumberOfMessages ?? 0)];
    }),
  );
  return Object.fromEntries(depths);
}
