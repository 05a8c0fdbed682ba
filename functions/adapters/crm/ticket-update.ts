import type { CaseStatus, Priority } from '../../../domain/event.ts';
import type { OutboundRequest, OutboundResponse, outboundRequest } from '../../shared/outbound-request.ts';
import { checkOutboundUrl, UnsafeUrlError } from '../../shared/outbound-url.ts';

/** What all CRMs have in common when CaseRelay writes to one: what is written, and what can become of it. */

/** What is to change; what is absent stays. */
export interface TicketUpdate {
  readonly priority?: Priority | undefined;
  readonly status?: Extract<CaseStatus, 'pending' | 'solved'> | undefined;
  readonly groupId?: string | undefined;
  /** null: nobody. */
  readonly assigneeId?: string | null | undefined;
  /** Added to the tags that the ticket has. */
  readonly tags?: readonly string[] | undefined;
  /** A private note. */
  readonly note?: string | undefined;
}

export type UpdateResult = { readonly outcome: 'written' } | { readonly outcome: 'refused'; readonly reason: string };

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

/** Sends a request to the CRM: `outboundRequest`. */
export type SendToCrm = typeof outboundRequest;

export interface CrmCall {
  readonly send: SendToCrm;
  /** Plain HTTP is taken for a loopback host only if this is set. */
  readonly allowLoopback: boolean;
  /** What to check when the CRM says that we may not. */
  readonly whenForbidden: string;
}

/** As much of an answer as is read; the name of an error stands at its beginning. */
const READ_BYTES = 16 * 1024;

/** The source's `api-url`, checked. Throws CrmSetupError. */
export function apiAddress(apiUrl: string, allowLoopback: boolean): URL {
  try {
    return checkOutboundUrl(apiUrl, allowLoopback);
  } catch (error) {
    throw mustNotBeCalled(error);
  }
}

/**
 * Sends one update. 'refused' if the CRM will never take it (no such ticket, closed, invalid); throws TransientCrmError
 * if another try may work (also on a time-out, after 10 s), and CrmSetupError for wrong credentials or a wrong URL.
 */
export async function sendUpdate(request: OutboundRequest, call: CrmCall): Promise<UpdateResult> {
  const { host } = new URL(request.url);
  const options = { allowLoopback: call.allowLoopback, readBytes: READ_BYTES };
  const response = await call.send(request, options).catch((error) => notReached(host, error));
  return response.status >= 200 && response.status < 300
    ? { outcome: 'written' }
    : refusalOrThrow(response, host, call.whenForbidden);
}

function notReached(host: string, cause: unknown): never {
  if (cause instanceof UnsafeUrlError) throw mustNotBeCalled(cause);
  const why = cause instanceof Error ? cause.name : 'unknown';
  throw new TransientCrmError(`${host} could not be reached (${why})`, undefined, { cause });
}

function mustNotBeCalled(cause: unknown): CrmSetupError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const message = `the source's apiUrl must not be called: ${why}; expected one such as https://yours.zendesk.com`;
  return new CrmSetupError(message, { cause });
}

function refusalOrThrow(
  { status, headers, body }: OutboundResponse,
  host: string,
  whenForbidden: string,
): UpdateResult {
  if (status === 408 || status === 409 || status === 425 || status === 429 || status >= 500) {
    const seconds = Number.parseInt(headers['retry-after'] ?? '', 10);
    throw new TransientCrmError(`${host} answered ${status}`, Number.isNaN(seconds) ? undefined : seconds);
  }
  if (status === 401 || status === 403) throw new CrmSetupError(`${host} answered ${status}: ${whenForbidden}`);
  if (status < 400) {
    throw new CrmSetupError(
      `${host} answered ${status}, a redirect: set the source's apiUrl to the address it leads to`,
    );
  }
  return { outcome: 'refused', reason: `${status}${errorCode(body)}` };
}

/** The CRM's own name of the error ("RecordInvalid"). Its description is left out: it may quote the ticket. */
function errorCode(text: string): string {
  try {
    const code: unknown = JSON.parse(text)?.error;
    return typeof code === 'string' && /^\w{1,60}$/.test(code) ? ` ${code}` : '';
  } catch {
    return '';
  }
}
