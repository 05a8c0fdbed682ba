import type { SourceSecret } from '../../shared/secrets.ts';
import { apiAddress, type SendToCrm, sendUpdate, type TicketUpdate, type UpdateResult } from './ticket-update.ts';

export interface ZendeskAccount {
  /** "https://<subdomain>.zendesk.com"; a path it may have comes before the API's. */
  readonly apiUrl: string;
  readonly credentials: NonNullable<SourceSecret['api']>;
  /** Plain HTTP is taken for a loopback host only if this is set. */
  readonly allowLoopback: boolean;
}

const WHEN_FORBIDDEN =
  "check email and token in the source's secret, that token access is on, and that the user may edit tickets (docs/webhooks.md)";

/** Updates one ticket of Zendesk; its results and errors are those of `sendUpdate`. */
export async function updateTicket(
  ticketId: string,
  update: TicketUpdate,
  { apiUrl, credentials, allowLoopback }: ZendeskAccount,
  send: SendToCrm,
): Promise<UpdateResult> {
  const { email, token } = credentials;
  const base = apiAddress(apiUrl, allowLoopback);
  const path = `${base.pathname.replace(/\/+$/, '')}/api/v2/tickets/${encodeURIComponent(ticketId)}.json`;
  const headers = {
    authorization: `Basic ${Buffer.from(`${email}/token:${token}`).toString('base64')}`,
    'content-type': 'application/json',
    accept: 'application/json',
  };
  const body = JSON.stringify({ ticket: ticketOf(update) });
  const request = { method: 'PUT', url: new URL(path, base).href, headers, body } as const;
  return sendUpdate(request, { send, allowLoopback, whenForbidden: WHEN_FORBIDDEN });
}

/**
 * Everything goes under `ticket`: Zendesk answers 200 to a flat body and does nothing. There is no
 * `safe_update`, as it needs the `updated_stamp` of the ticket and webhooks don't carry one;
 * tags are added rather than replaced, and priority and group are triage's to set, so nothing
 * that an agent wrote in between is lost.
 */
function ticketOf({ priority, status, groupId, assigneeId, tags = [], note }: TicketUpdate) {
  return {
    ...(priority === undefined ? {} : { priority }),
    ...(status === undefined ? {} : { status }),
    ...(groupId === undefined ? {} : { group_id: idOf(groupId) }),
    ...(assigneeId === undefined ? {} : { assignee_id: assigneeId === null ? null : idOf(assigneeId) }),
    ...(tags.length === 0 ? {} : { additional_tags: tags }),
    ...(note === undefined ? {} : { comment: { body: note, public: false } }),
  };
}

/** Zendesk's ids are numbers. */
function idOf(id: string): number | string {
  return Number.isSafeInteger(Number(id)) ? Number(id) : id;
}
