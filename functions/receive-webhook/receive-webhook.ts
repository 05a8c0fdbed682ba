import { type CaseEvent, toInstant } from '../../domain/event.ts';
import type { Policy } from '../../domain/policy.ts';
import type { CrmAdapter, Headers } from '../adapters/crm/crm-adapter.ts';
import type { CaseStore } from '../adapters/store/store.ts';
import { HttpProblem, nameForLog, parseJson } from '../shared/http.ts';
import type { Meter } from '../shared/observe.ts';
import { type Secrets, verifyWithSecret } from '../shared/secrets.ts';

export interface ReceiveWebhookInput {
  /** Name of the source, from the path. */
  readonly source: string;
  readonly headers: Headers;
  /** The body's bytes; throws a 413 HttpProblem if there are too many. */
  readonly readBody: () => Buffer;
}

export interface ReceiveWebhookDeps {
  readonly policy: Pick<Policy, 'sources'>;
  readonly adapters: Readonly<Record<Policy['sources'][string]['kind'], CrmAdapter>>;
  readonly secrets: Pick<Secrets, 'source'>;
  readonly store: Pick<CaseStore, 'append'>;
  readonly meter: Meter;
  /** ms */
  readonly now: () => number;
}

export interface Received {
  readonly accepted: number;
  readonly duplicates: number;
  /** The cases that it tells of. */
  readonly caseIds: readonly string[];
  /** Why a body that is in order told nothing. */
  readonly ignored?: string;
  /** Fields that were passed over because no such field is known. */
  readonly unknownFields?: readonly string[];
}

/**
 * Takes in one webhook: checks it, then stores each event it tells unless it is known. When this
 * returns, everything is stored. Throws HttpProblem 404 (unknown source), 413, 401 or 400 for what
 * the caller sent, and the store's or secrets' own errors when those refuse.
 */
export async function receiveWebhook(input: ReceiveWebhookInput, deps: ReceiveWebhookDeps): Promise<Received> {
  try {
    const { events, ...remarks } = await readEvents(input, deps);
    const counts = await appendAll(events, input.source, deps);
    if (deps.policy.sources[input.source]?.silence !== undefined)
      deps.meter.count('sourceHeard', { source: input.source });
    return { ...counts, caseIds: [...new Set(events.map(({ caseId }) => caseId))], ...remarks };
  } catch (error) {
    deps.meter.count('webhooksRefused', { reason: refusalOf(error) });
    throw error;
  }
}

/** What a log line says of it: the sender is told the fields that it named, the log only what looks like a name. */
export function forLog({ unknownFields, ...received }: Received): Received {
  return unknownFields === undefined ? received : { ...received, unknownFields: unknownFields.map(nameForLog) };
}

async function readEvents({ source, headers, readBody }: ReceiveWebhookInput, deps: ReceiveWebhookDeps) {
  const settings = Object.hasOwn(deps.policy.sources, source) ? deps.policy.sources[source] : undefined;
  if (settings === undefined) throw new HttpProblem(404, 'Unknown source', 'the policy has no source of this name');
  const body = readBody();
  const now = deps.now();
  const adapter = deps.adapters[settings.kind];
  await verifyWithSecret(
    (maxAgeMs) => deps.secrets.source(source, maxAgeMs),
    ({ signingSecrets }) => adapter.verify({ headers, body }, signingSecrets, now),
  );
  const { integrationUserId } = settings;
  const context = { source, receivedAt: toInstant(now), integrationUserId };
  const { events, ...remarks } = adapter.normalise(parseJson(body), headers, context);
  return { events: events.map(inThePast), ...remarks };
}

/** What has been received has happened: dated later, by a clock that is ahead, it would sort behind all that follows it. */
function inThePast(event: CaseEvent): CaseEvent {
  return event.occurredAt <= event.receivedAt ? event : { ...event, occurredAt: event.receivedAt };
}

async function appendAll(events: readonly CaseEvent[], source: string, { store, meter }: ReceiveWebhookDeps) {
  let duplicates = 0;
  for (const event of events) {
    if ((await store.append(event)) === 'duplicate') {
      duplicates++;
      meter.count('duplicatesDropped');
    } else if (event.type === 'opened') {
      meter.count('casesReceived', { source });
    }
  }
  return { accepted: events.length - duplicates, duplicates };
}

const REFUSALS: Readonly<Record<number, string>> = {
  400: 'shape',
  401: 'signature',
  404: 'unknown-source',
  413: 'too-large',
};

function refusalOf(error: unknown): string {
  return (error instanceof HttpProblem ? REFUSALS[error.status] : undefined) ?? 'unavailable';
}
