import { GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import { paginateListEventSourceMappings } from '@aws-sdk/client-lambda';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { METRIC, METRIC_NAMESPACE } from '../../../functions/shared/names.ts';
import { REDRIVES } from '../redrive-queues.ts';
import { readTableSettings } from '../table-settings.ts';
import { blocks, type Deployment, type Finding, fine, orFine, runbook } from './finding.ts';

const HEARTBEAT_MS = 5 * 60_000;

/** Has the table all that a deployment gives it, and a restore leaves out? */
export async function lookAtTable({ clients: { dynamodb }, deployed }: Deployment): Promise<readonly Finding[]> {
  const table = deployed.output('TableName');
  const settings = await readTableSettings(dynamodb, table);
  const prepare = `npm run -s caserelay -- restore prepare ${table}`;
  const needs: [boolean, string][] = [
    [settings.streamArn !== undefined, 'has no stream of new images: events never reach their cases'],
    [settings.expires, 'does not let items expire: it grows for ever'],
    [settings.recovers, 'cannot be restored to a point in time'],
    [settings.isProtected, 'is not protected from deletion'],
  ];
  const wrong = needs.filter(([holds]) => !holds).map(([, says]) => blocks(`${table} ${says}`, prepare));
  const keyArn = deployed.output('KeyArn');
  if (settings.keyArn !== undefined && settings.keyArn !== keyArn)
    wrong.push(
      blocks(
        `${table} is encrypted with another key than the deployment's, which functions may not use`,
        `aws dynamodb update-table --table-name ${table} --sse-specification Enabled=true,SSEType=KMS,KMSMasterKeyId=${keyArn}`,
      ),
    );
  if (settings.status !== 'ACTIVE') wrong.push(blocks(`${table} is ${settings.status}`, 'wait, then look again'));
  if (settings.keyLostAt !== undefined)
    wrong.push(
      blocks(
        `${table} cannot be read since ${settings.keyLostAt.toISOString()}: its key is disabled`,
        'KMS → the key → Enable',
      ),
    );
  return orFine(wrong, `${table}: stream, expiry, recovery and protection are on`);
}

/** Do the stream and the queue reach their functions? */
export async function lookAtMappings({ name, clients, deployed }: Deployment): Promise<readonly Finding[]> {
  const { streamArn } = await readTableSettings(clients.dynamodb, deployed.output('TableName'));
  const queue = deployed.output('DeadlineQueueUrl').split('/').at(-1) ?? '';
  const wanted = [
    { of: `${name}-apply-event`, what: "the table's stream", isSource: (arn: string) => arn === streamArn },
    { of: `${name}-fire-deadline`, what: 'the deadline queue', isSource: (arn: string) => arn.endsWith(`:${queue}`) },
  ];
  const found = await Promise.all(
    wanted.map(async ({ of, what, isSource }) => {
      const pages = paginateListEventSourceMappings({ client: clients.lambda }, { FunctionName: of });
      for await (const { EventSourceMappings = [] } of pages) {
        for (const { EventSourceArn = '', State, UUID } of EventSourceMappings) {
          if (!isSource(EventSourceArn)) continue;
          if (State === 'Enabled') return undefined;
          return blocks(
            `${what} does not reach ${of}: its mapping is ${State}`,
            `aws lambda update-event-source-mapping --uuid ${UUID} --enabled`,
          );
        }
      }
      return blocks(
        `${what} does not reach ${of}: nothing connects them`,
        `npx cdk deploy ${name}-Service --exclusively`,
      );
    }),
  );
  return orFine(
    found.flatMap((finding) => finding ?? []),
    'stream and queue reach their functions',
  );
}

/** Did a sweep end lately? Without it, no deadline is noticed. */
export async function lookAtSweep({ name, clients, now }: Deployment): Promise<readonly Finding[]> {
  const { Datapoints = [] } = await clients.cloudWatch.send(
    new GetMetricStatisticsCommand({
      Namespace: METRIC_NAMESPACE,
      MetricName: METRIC.sweeps,
      Dimensions: [{ Name: 'service', Value: name }],
      StartTime: new Date(now() - HEARTBEAT_MS),
      EndTime: new Date(now()),
      Period: 60,
      Statistics: ['Sum'],
    }),
  );
  const sweeps = Datapoints.reduce((sum, { Sum = 0 }) => sum + Sum, 0);
  if (sweeps === 0)
    return [blocks('no sweep in the last 5 minutes: deadlines pass unnoticed', runbook('sweeper-silent'))];
  const last = Math.max(...Datapoints.map(({ Timestamp }) => Timestamp?.getTime() ?? 0));
  return [fine(`${sweeps} in the last 5 minutes, the last at ${new Date(last).toISOString()}`)];
}

/** Did everything that came in go through? */
export async function lookAtDeadLetters({ clients, deployed }: Deployment): Promise<readonly Finding[]> {
  const counts = await Promise.all(
    REDRIVES.map(async ({ name, queue }) => {
      const { Attributes } = await clients.sqs.send(
        new GetQueueAttributesCommand({
          QueueUrl: deployed.output(queue),
          AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
        }),
      );
      const { ApproximateNumberOfMessages: seen = 0, ApproximateNumberOfMessagesNotVisible: hidden = 0 } =
        Attributes ?? {};
      return { name, count: Number(seen) + Number(hidden) };
    }),
  );
  const wrong = counts
    .filter(({ count }) => count > 0)
    .map(({ name, count }) =>
      blocks(
        `${count} message${count === 1 ? ' lies' : 's lie'} in ${name}`,
        `${runbook(`${name}-not-empty`)}, then npm run -s caserelay -- redrive ${name}`,
      ),
    );
  return orFine(wrong, `${REDRIVES.length} dead-letter queues are empty`);
}

/** Does the API answer, all the way to the function and its secret? A webhook without a signature is refused, and nothing is stored. */
export async function lookAtApi({ policy, deployed, fetch }: Deployment): Promise<readonly Finding[]> {
  const base = deployed.output('PublicUrl');
  const wrong = await Promise.all(
    Object.keys(policy.sources).map(async (source): Promise<Finding | undefined> => {
      const url = `${base}/webhooks/${source}`;
      const response = await fetch(url, { method: 'POST', body: '{}', signal: AbortSignal.timeout(15_000) }).catch(
        (error) => error as Error,
      );
      if (response instanceof Error)
        return blocks(
          `${url} cannot be reached: ${response.message}`,
          'check "publicUrl" in the context of cdk.json, and its DNS',
        );
      if (response.status === 401) return undefined;
      if (response.status === 404)
        return blocks(`${url} is unknown to the deployment`, runbook('deploy-a-policy-change'));
      return blocks(`${url} answers ${response.status} where 401 is right`, runbook('http-server-errors'));
    }),
  );
  return orFine(
    wrong.flatMap((finding) => finding ?? []),
    `${base} answers, and refuses what is not signed`,
  );
}
