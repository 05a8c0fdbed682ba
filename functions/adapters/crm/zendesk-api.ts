import type { Priority } from '../../../domain/event.ts';
import type { OutboundResponse, outboundRequest } from '../../shared/outbound-request.ts';
import { checkOutboundUrl, UnsafeUrlError } from '../../shared/outbound-url.ts';
import type { SourceSecret } from '../../shared/secrets.ts';

/** The CRM did not answer, is busy or is down: worth another try. */
export class TransientCrmError extends Error {
  override readonly name = 'TransientCrmError';
  /** What the CRM asked for in Retry-After, if it did. */
  readonly retryAfterSeconds: number | undefined;

  constructor(message: string, retryAfterSeconds?: number, options?: ErrorOptions) {
    super(retryAfterSeconds === undefined ? message : `${message}; it asks to wait ${retryAfterSeconds} s`, options);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Something has to be set up differently before this can work; the message says what. */
export class CrmSetupError extends Error {
  override readonly name = 'CrmSetupError';
}

/** What is to change; what is absent stays. */
export interface TicketUpdate {
  readonly priority?: Priority | undefined;
  readonly groupId?: string | undefined;
  /** null: nobody. */
  readonly assigneeId?: string | null | undefined;
  /** Added to the tags that the ticket has. */
  readonly tags?: readonly string[] | undefined;
  /** A private note. */
  readonly note?: string | undefined;
}

export interface ZendeskAccount {
  /** "https://<subdomain>.zendesk.com"; a path it may have comes before the API's. */
  readonly apiUrl: string;
  readonly credentials: NonNullable<SourceSecret['api']>;
  /** Plain HTTP is taken for a loopback host only if this is set. */
  readonly allowLoopback: boolean;
}

export type UpdateResult = { readonly outcome: 'written' } | { readonly outcome: 'refused'; readonly reason: string };

/** Sends a request to the CRM: `outboundRequest`. */
export type SendToCrm = typeof outboundRequest;

/** As much of an answer as is read; the name of an error stands at its beginning. */
const READ_BYTES = 16 * 1024;

/**
 * Updates one ticket. 'refused' if Zendesk will never take it (no such ticket, closed, invalid);
 * throws TransientCrmError if another try may work (also on a time-out, after 10 s), and
 * CrmSetupError for wrong credentials or a wrong URL.
 */
export async function updateTicket(
  ticketId: string,
  update: TicketUpdate,
  account: ZendeskAccount,
  send: SendToCrm,
): Promise<UpdateResult> {
  const { credentials, allowLoopback } = account;
  const { email, token } = credentials;
  const url = ticketUrl(ticketId, account);
  const headers = {
    authorization: `Basic ${Buffer.from(`${email}/token:${token}`).toString('base64')}`,
    'content-type': 'application/json',
    accept: 'application/json',
  };
  const body = JSON.stringify({ ticket: ticketOf(update) });
  const request = { method: 'PUT', url: url.href, headers, body } as const;
  const options = { allowLoopback, readBytes: READ_BYTES };
  const response = await send(request, options).catch((error) => notReached(url, error));
  return response.status >= 200 && response.status < 300 ? { outcome: 'written' } : refusalOrThrow(response, url);
}

function ticketUrl(ticketId: string, { apiUrl, allowLoopback }: ZendeskAccount): URL {
  try {
    const base = checkOutboundUrl(apiUrl, allowLoopback);
    return new URL(`${base.pathname.replace(/\/+$/, '')}/api/v2/tickets/${encodeURIComponent(ticketId)}.json`, base);
  } catch (error) {
    throw mustNotBeCalled(error);
  }
}

/**
 * Everything goes under `ticket`: Zendesk answers 200 to a flat body and does nothing. There is no
 * `safe_update`, as it needs the `updated_stamp` of the ticket and webhooks don't carry one;
 * tags are added rather than replaced, and priority and group are triage's to set, so nothing
 * that an agent wrote in between is lost.
 */
function ticketOf({ priority, groupId, assigneeId, tags = [], note }: TicketUpdate) {
  return {
    ...(priority === undefined ? {} : { priority }),
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

function notReached({ host }: URL, cause: unknown): never {
  if (cause instanceof UnsafeUrlError) throw mustNotBeCalled(cause);
  const why = cause instanceof Error ? cause.name : 'unknown';
  throw new TransientCrmError(`${host} could not be reached (${why})`, undefined, { cause });
}

function mustNotBeCalled(cause: unknown): CrmSetupError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const message = `the source's apiUrl must not be called: ${why}; expected one such as https://yours.zendesk.com`;
  return new CrmSetupError(message, { cause });
}

function refusalOrThrow({ status, headers, body }: OutboundResponse, { host }: URL): UpdateResult {
  if (status === 408 || status === 409 || status === 429 || status >= 500) {
    const seconds = Number.parseInt(headers['retry-after'] ?? '', 10);
    throw new TransientCrmError(`${host} answered ${status}`, Number.isNaN(seconds) ? undefined : seconds);
  }
  if (status === 401 || status === 403) {
    throw new CrmSetupError(
      `${host} answered ${status}: check email and token in the source's secret, that token access is on, and that the user may edit tickets (docs/webhooks.md)`,
    );
  }
  if (status < 400) {
    throw new CrmSetupError(
      `${host} answered ${status}, a redirect: set the source's apiUrl to the address it leads to`,
    );
  }
  return { outcome: 'refused', reason: `${status}${errorCode(body)}` };
}

/** Zendesk's own name of the error ("RecordInvalid"). Its description is left out: it may quote the ticket. */
function errorCode(text: string): string {
  try {
    const code: unknown = JSON.parse(text)?.error;
    return typeof code === 'string' && /^\w{1,60}$/.test(code) ? ` ${code}` : '';
  } catch {
    return '';
  }
}
