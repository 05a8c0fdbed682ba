import { StoreUnavailableError } from '../adapters/store/store.ts';
import type { Log } from '../shared/observe.ts';
import { SecretUnavailableError } from '../shared/secrets.ts';
import { acknowledgeAlert, showAlert } from './acknowledge-alert.ts';
import type { ConsoleDeps, Page } from './admit.ts';
import { messagePage } from './page.ts';
import { type PlainReceipt, showReceipt } from './show-receipt.ts';

export interface LeadRequest {
  readonly method: string;
  readonly alertId: string;
  /** The token of the address. */
  readonly token: string;
  /** The raw body: a form, if it is a POST. */
  readonly body: string;
}

export interface LeadConsoleDeps extends ConsoleDeps {
  readonly log: Log;
}

/** Answers a lead's browser about an alert. Only a POST that carries the token in its form changes anything. */
export function leadConsole({ method, alertId, token, body }: LeadRequest, deps: LeadConsoleDeps): Promise<Page> {
  return whileAvailable(alertId, deps.log, async () => {
    if (isRead(method)) return await showAlert({ alertId, token }, deps);
    if (method !== 'POST') return NOT_POSSIBLE;
    const posted = new URLSearchParams(body).get('token') ?? '';
    return await acknowledgeAlert({ alertId, token: posted }, deps);
  });
}

/** Answers a lead's browser about the deadline of an alert; `format`: page (''), json or text. Never changes anything. */
export function receiptConsole(
  { method, alertId, token, format }: Omit<LeadRequest, 'body'> & { readonly format: string },
  deps: LeadConsoleDeps,
): Promise<Page | PlainReceipt> {
  return whileAvailable(alertId, deps.log, async () =>
    isRead(method) ? await showReceipt({ alertId, token, format }, deps) : NOT_POSSIBLE,
  );
}

const NOT_POSSIBLE: Page = {
  status: 405,
  html: messagePage('Not possible', 'This page is opened or submitted.'),
};

function isRead(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}

async function whileAvailable<T>(alertId: string, log: Log, make: () => Promise<T>): Promise<T | Page> {
  try {
    return await make();
  } catch (error) {
    if (!(error instanceof StoreUnavailableError || error instanceof SecretUnavailableError)) throw error;
    log.error('the page could not be made', { alertId, error });
    // What failed may have come after the acknowledgement: it is not for this page to say that nothing was changed.
    const message = 'Try again in a minute. Acknowledging twice does no harm.';
    return { status: 503, html: messagePage('Not available just now', message) };
  }
}
