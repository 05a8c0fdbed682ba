import { compareEvents, type Decision, type EventOf, toInstant } from '../../domain/event.ts';
import type { Policy } from '../../domain/policy.ts';
import { type SendToCrm, type TicketUpdate, updateTicket } from '../adapters/crm/zendesk-api.ts';
import type { CaseStore } from '../adapters/store/store.ts';
import type { Secrets } from '../shared/secrets.ts';

export interface WriteBackDeps {
  readonly store: Pick<CaseStore, 'events' | 'append'>;
  readonly secrets: Pick<Secrets, 'source'>;
  readonly policy: Pick<Policy, 'sources' | 'queues' | 'allowLoopback'>;
  readonly send: SendToCrm;
  /** ms */
  readonly now: () => number;
}

export interface WriteBackResult {
  readonly outcome: 'written' | 'not-configured' | 'already-written' | 'refused';
  /** What was written, in the CRM's terms. */
  readonly what: string[];
  /** Why the CRM refused. */
  readonly reason?: string;
}

/** The case has no decision in its log. It is appended before this is called, so something started it by hand. */
export class NotTriagedError extends Error {
  override readonly name = 'NotTriagedError';
}

/**
 * Writes the triage decision to the case's CRM: priority, group, tags and a private note that says
 * why. It happens once: a `written-back` event, appended after the CRM has taken it, ends it. A
 * crash between the two writes the same again on the retry; that sets the same values and adds a
 * second note, which is the price of a CRM without idempotency keys. Throws TransientCrmError and
 * CrmSetupError (see zendesk-api.ts), NotTriagedError and the errors of store and secrets.
 */
export async function writeBack({ caseId }: { caseId: string }, deps: WriteBackDeps): Promise<WriteBackResult> {
  const events = await deps.store.events(caseId);
  const triaged = events
    .filter((event): event is EventOf<'triaged'> => event.type === 'triaged')
    .sort(compareEvents)
    .at(-1);
  if (triaged === undefined) throw new NotTriagedError(`case ${caseId} has no triage decision to write back`);

  const key = `caserelay:written-back:${triaged.key}`;
  if (events.some((event) => event.key === key)) return { outcome: 'already-written', what: [] };

  const [source, ticketId] = splitCaseId(caseId);
  const settings = Object.hasOwn(deps.policy.sources, source) ? deps.policy.sources[source] : undefined;
  if (settings?.kind !== 'zendesk' || settings.apiUrl === undefined) return { outcome: 'not-configured', what: [] };
  const { api } = await deps.secrets.source(source);
  if (api === undefined) return { outcome: 'not-configured', what: [] };

  const update = updateFor(triaged.decision, deps.policy);
  const account = { apiUrl: settings.apiUrl, credentials: api, allowLoopback: deps.policy.allowLoopback };
  const result = await updateTicket(ticketId, update, account, deps.send);
  if (result.outcome === 'refused') return { outcome: 'refused', what: [], reason: result.reason };

  const what = describe(update);
  const at = toInstant(deps.now());
  await deps.store.append({ type: 'written-back', key, caseId, occurredAt: at, receivedAt: at, what });
  return { outcome: 'written', what };
}

function splitCaseId(caseId: string): [source: string, id: string] {
  const colon = caseId.indexOf(':');
  return [caseId.slice(0, colon), caseId.slice(colon + 1)];
}

function updateFor(decision: Decision, policy: WriteBackDeps['policy']): TicketUpdate {
  const queue = policy.queues[decision.queue];
  return {
    priority: decision.priority,
    groupId: queue?.groupId,
    tags: decision.tags,
    note: noteFor(decision, queue?.name ?? decision.queue),
  };
}

/** The decision in words, for the agent who opens the ticket. */
function noteFor(decision: Decision, queueName: string): string {
  const route = decision.route === 'vendor' ? 'it is offered to a vendor' : 'it stays with us';
  return [
    `CaseRelay triaged this case: priority ${decision.priority}, queue ${queueName}, ${route}${decision.sensitive ? ' (sensitive)' : ''}.`,
    `Why: ${decision.reason.replace(/\.$/, '')} (rule ${decision.ruleId}).`,
    `Policy version ${decision.policyVersion}.`,
  ].join('\n');
}

function describe({ priority, groupId, tags }: TicketUpdate): string[] {
  return [
    `priority ${priority}`,
    ...(groupId === undefined ? [] : [`group ${groupId}`]),
    ...(tags.length === 0 ? [] : [`tags ${tags.join(', ')}`]),
    'private note',
  ];
}
