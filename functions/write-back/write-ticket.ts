import { toInstant } from '../../domain/event.ts';
import { isWrittenTo, type Policy } from '../../domain/policy.ts';
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

/**
 * Updates a case's ticket in its CRM, then says so on its log under `key`. 'not-configured' if the case's source has
 * nowhere to write to. Throws TransientCrmError and CrmSetupError (see zendesk-api.ts), and the errors of store and secrets.
 */
export async function writeTicket(
  caseId: string,
  key: string,
  update: TicketUpdate,
  deps: WriteBackDeps,
): Promise<WriteBackResult> {
  const colon = caseId.indexOf(':');
  const [source, ticketId] = [caseId.slice(0, colon), caseId.slice(colon + 1)];
  const settings = Object.hasOwn(deps.policy.sources, source) ? deps.policy.sources[source] : undefined;
  if (!isWrittenTo(settings)) return { outcome: 'not-configured', what: [] };
  const { api } = await deps.secrets.source(source);
  if (api === undefined) return { outcome: 'not-configured', what: [] };

  const account = { apiUrl: settings.apiUrl, credentials: api, allowLoopback: deps.policy.allowLoopback };
  const result = await updateTicket(ticketId, update, account, deps.send);
  if (result.outcome === 'refused') return { outcome: 'refused', what: [], reason: result.reason };

  const what = describe(update);
  const at = toInstant(deps.now());
  await deps.store.append({ type: 'written-back', key, caseId, occurredAt: at, receivedAt: at, what });
  return { outcome: 'written', what };
}

function describe({ priority, groupId, assigneeId, tags = [], note }: TicketUpdate): string[] {
  return [
    ...(priority === undefined ? [] : [`priority ${priority}`]),
    ...(groupId === undefined ? [] : [`group ${groupId}`]),
    ...(assigneeId === undefined ? [] : [`assignee ${assigneeId ?? 'nobody'}`]),
    ...(tags.length === 0 ? [] : [`tags ${tags.join(', ')}`]),
    ...(note === undefined ? [] : ['private note']),
  ];
}
