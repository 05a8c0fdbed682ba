import { receipt } from '../../domain/receipt.ts';
import { receiptText } from '../../domain/receipt-text.ts';
import { admit, type ConsoleDeps, type Page, type Visit } from './admit.ts';
import { messagePage } from './page.ts';
import { receiptPage } from './receipt-page.ts';

/** A receipt as a machine or a text editor wants it. */
export interface PlainReceipt {
  readonly status: 200;
  readonly contentType: string;
  readonly text: string;
}

/**
 * Why the deadline of an alert is what it is, to the lead whose link it is: a page, or with
 * `format` json or text just that. Changes nothing. It shows the clock and never what a customer
 * wrote, so that sensitive cases need no exception.
 */
export async function showReceipt(
  visit: Visit & { readonly format: string },
  deps: Pick<ConsoleDeps, 'store' | 'secrets' | 'context' | 'now'>,
): Promise<Page | PlainReceipt> {
  const admitted = await admit(visit, 'receipt', deps);
  if ('html' in admitted) return admitted;
  const { alert } = admitted.stored;
  const { context } = deps;
  const lead = context.policy.leads.find(({ id }) => id === admitted.leadId);
  const events = await deps.store.events(alert.caseId);
  if (lead === undefined || events.length === 0)
    return { status: 404, html: messagePage('No such case', 'Its events have been removed.') };
  const { clock, turn } = alert;
  const shown = clock === undefined ? undefined : receipt(events, context, { clock, turn }, deps.now());
  if (shown === undefined) {
    return {
      status: 404,
      html: messagePage(
        'No such deadline',
        'The alert is about none, or the policy of today does not time it any more.',
      ),
    };
  }
  if (visit.format === 'json')
    return { status: 200, contentType: 'application/json', text: `${JSON.stringify(shown, null, 2)}\n` };
  if (visit.format === 'text')
    return { status: 200, contentType: 'text/plain; charset=utf-8', text: receiptText(shown, lead.zone) };
  return { status: 200, html: receiptPage(shown, lead.zone, visit.token) };
}
