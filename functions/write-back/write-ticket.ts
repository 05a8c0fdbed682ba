import { type EventOf, toInstant } from '../../domain/event.ts';
import { isWrittenTo, type Policy } from '../../domain/policy.ts';
import { postUpdate } from '../adapters/crm/standard-webhooks-api.ts';
import type { SendToCrm, TicketUpdate, UpdateResult } from '../adapters/crm/ticket-update.ts';
import { updateTicket } from '../adapters/crm/zendesk-api.ts';
import type { CaseStore } from '../adapters/store/store.ts';
import { updateIdFor } from '../shared/ids.ts';
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
  /** `not-needed`: there is nothing to tell any more. */
  readonly outcome: 'written' | 'not-configured' | 'already-written' | 'not-needed' | 'refused';
  /** What was written, in the CRM's terms. */
  readonly what: string[];
  /** Why the CRM refused. */
  readonly reason?: string;
}

/**
 * Updates a case's ticket in its CRM, then says so on its log under `key`; a refusal, which no retry would change, is said
 * there too. If the CRM refuses an update with a status (one that may not be solved yet), the rest is written with
 * `withoutStatus`. 'not-configured' if the case's source has nowhere to write to. Throws TransientCrmError and
 * CrmSetupError (see ticket-update.ts), and the errors of store and secrets.
 */
export async function writeTicket(
  caseId: string,
  key: string,
  update: TicketUpdate,
  deps: WriteBackDeps,
  withoutStatus?: (reason: string) => TicketUpdate,
): Promise<WriteBackResult> {
  const write = await writerFor(caseId, key, deps);
  if (write === undefined) return { outcome: 'not-configured', what: [] };
  let written = update;
  let result = await write(written);
  if (result.outcome === 'refused' && withoutStatus !== undefined && update.status !== undefined) {
    written = withoutStatus(result.reason);
    result = await write(written);
  }
  const at = toInstant(deps.now());
  const record: EventOf<'written-back'> = {
    type: 'written-back',
    key,
    caseId,
    occurredAt: at,
    receivedAt: at,
    what: result.outcome === 'refused' ? [] : describe(written),
    ...(result.outcome === 'refused' ? { refused: result.reason } : {}),
  };
  await deps.store.append(record);
  return { ...result, what: record.what };
}

type Write = (update: TicketUpdate) => Promise<UpdateResult>;

/** How a case's CRM is written to; undefined if it is not. */
async function writerFor(caseId: string, key: string, deps: WriteBackDeps): Promise<Write | undefined> {
  const colon = caseId.indexOf(':');
  const [source, ticketId] = [caseId.slice(0, colon), caseId.slice(colon + 1)];
  const { sources, allowLoopback } = deps.policy;
  const settings = Object.hasOwn(sources, source) ? sources[source] : undefined;
  if (!isWrittenTo(settings)) return undefined;
  const { kind, apiUrl } = settings;
  const { api, signingSecrets } = await deps.secrets.source(source);
  switch (kind) {
    case 'zendesk':
      if (api === undefined) return undefined;
      return (update) => updateTicket(ticketId, update, { apiUrl, credentials: api, allowLoopback }, deps.send);
    case 'standard-webhooks': {
      const receiver = { apiUrl, secret: signingSecrets[0] ?? '', allowLoopback };
      return (update) => {
        // An update without its status is another message than the one with it.
        const messageId = updateIdFor(caseId, `${key}:${update.status ?? ''}`);
        return postUpdate({ ticketId, update, messageId, now: deps.now() }, receiver, deps.send);
      };
    }
  }
}

function describe({ priority, status, groupId, assigneeId, tags = [], note }: TicketUpdate): string[] {
  return [
    ...(priority === undefined ? [] : [`priority ${priority}`]),
    ...(status === undefined ? [] : [`status ${status}`]),
    ...(groupId === undefined ? [] : [`group ${groupId}`]),
    ...(assigneeId === undefined ? [] : [`assignee ${assigneeId ?? 'nobody'}`]),
    ...(tags.length === 0 ? [] : [`tags ${tags.join(', ')}`]),
    ...(note === undefined ? [] : ['private note']),
  ];
}
