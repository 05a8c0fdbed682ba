import { StoreUnavailableError } from '../adapters/store/store.ts';
import type { Log } from '../shared/observe.ts';
import { SecretUnavailableError } from '../shared/secrets.ts';
import { acknowledgeAlert, type ConsoleDeps, type Page, showAlert } from './acknowledge-alert.ts';
import { messagePage } from './page.ts';

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

/** Answers a lead's browser. Only a POST that carries the token in its form changes anything. */
export async function leadConsole({ method, alertId, token, body }: LeadRequest, deps: LeadConsoleDeps): Promise<Page> {
  try {
    if (method === 'GET' || method === 'HEAD') return await showAlert({ alertId, token }, deps);
    if (method !== 'POST')
      return { status: 405, html: messagePage('Not possible', 'This page is opened or submitted.') };
    const posted = new URLSearchParams(body).get('token') ?? '';
    return await acknowledgeAlert({ alertId, token: posted }, deps);
  } catch (error) {
    if (!(error instanceof StoreUnavailableError || error instanceof SecretUnavailableError)) throw error;
    deps.log.error('the page could not be made', { alertId, error });
    // What failed may have come after the acknowledgement: it is not for this page to say that nothing was changed.
    const message = 'Try again in a minute. Acknowledging twice does no harm.';
    return { status: 503, html: messagePage('Not available just now', message) };
  }
}
