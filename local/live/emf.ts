import { type CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { METRIC_NAMESPACE } from '../../functions/shared/names.ts';

/** All values of each metric that the functions wrote into their logs. */
export type MetricValues = ReadonlyMap<string, readonly number[]>;

const PAGE = 10_000;

/**
 * Reads the metrics that functions have logged since an instant (ms). On AWS, CloudWatch makes
 * metrics of these lines (EMF); the local engine does not, so they are read from the logs. A group
 * that does not exist yet has nothing in it.
 */
export async function readMetrics(
  client: CloudWatchLogsClient,
  logGroupNames: readonly string[],
  since: number,
): Promise<MetricValues> {
  const values = new Map<string, number[]>();
  for (const logGroupName of logGroupNames) {
    for await (const line of metricLines(client, logGroupName, since)) {
      for (const [name, measured] of metricsOf(line)) {
        const known = values.get(name);
        if (known === undefined) values.set(name, [...measured]);
        else known.push(...measured);
      }
    }
  }
  return values;
}

async function* metricLines(client: CloudWatchLogsClient, logGroupName: string, since: number): AsyncGenerator<string> {
  const seen = new Set<string>();
  let startTime = since;
  let nextToken: string | undefined;
  for (;;) {
    const input = { logGroupName, startTime, limit: PAGE, filterPattern: '"CloudWatchMetrics"', nextToken };
    const page = await client.send(new FilterLogEventsCommand(input)).catch((error: unknown) => {
      if (error instanceof Error && error.name === 'ResourceNotFoundException')
        return { events: [], nextToken: undefined };
      throw error;
    });
    const events = (page.events ?? []).filter(({ eventId }) => eventId === undefined || !seen.has(eventId));
    for (const { message, eventId } of events) {
      if (eventId !== undefined) seen.add(eventId);
      if (message !== undefined) yield message;
    }
    nextToken = page.nextToken;
    if (nextToken !== undefined) continue;
    // The local engine cuts a full page without a token: go on from its last instant.
    if ((page.events ?? []).length < PAGE || events.length === 0) return;
    startTime = events.at(-1)?.timestamp ?? startTime;
  }
}

/** The metrics of one EMF line, each with its values; none for any other line or namespace. */
export function metricsOf(line: string): [name: string, values: number[]][] {
  const start = line.indexOf('{');
  if (start < 0 || !line.includes('CloudWatchMetrics')) return [];
  let json: EmfLine;
  try {
    json = JSON.parse(line.slice(start));
  } catch {
    return [];
  }
  const directives = json._aws?.CloudWatchMetrics?.filter(({ Namespace }) => Namespace === METRIC_NAMESPACE) ?? [];
  return directives
    .flatMap(({ Metrics = [] }) => Metrics)
    .map(({ Name }) => [Name, [json[Name]].flat().filter((value) => typeof value === 'number')]);
}

interface EmfLine {
  readonly [name: string]: unknown;
  readonly _aws?: {
    readonly CloudWatchMetrics?: readonly { Namespace?: string; Metrics?: readonly { Name: string }[] }[];
  };
}
