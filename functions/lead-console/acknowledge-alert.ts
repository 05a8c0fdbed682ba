import { acknowledgedBy, coveredBy, promiseIn, toldOf } from '../../domain/acknowledgement.ts';
import { whyMoot } from '../../domain/alert.ts';
import { toInstant } from '../../domain/event.ts';
import { handoffRuns } from '../../domain/handoff-story.ts';
import { currentCase } from '../shared/current-case.ts';
import { OWN_KEYS } from '../shared/names.ts';
import { acknowledgePage } from './acknowledge-page.ts';
import { type Admitted, admit, type ConsoleDeps, linkTo, type Page, type Visit } from './admit.ts';
import { messagePage } from './page.ts';

/** The page that a link opens. Changes nothing: mail scanners open links too. */
export async function showAlert(visit: Visit, deps: ConsoleDeps): Promise<Page> {
  const admitted = await admit(visit, 'acknowledge', deps);
  if ('html' in admitted) return admitted;
  return alertPage(admitted, visit, false, deps);
}

/** Acknowledges the alert for the lead whom the link was sent to. The first one counts; a later one is told who it was. */
export async function acknowledgeAlert(visit: Visit, deps: ConsoleDeps): Promise<Page> {
  const admitted = await admit(visit, 'acknowledge', deps);
  if ('html' in admitted) return admitted;
  const { stored, leadId } = admitted;
  const { alert } = stored;
  const { alertId } = alert;
  const at = toInstant(deps.now());
  const promise = promiseIn(alert);
  const event = acknowledgedBy(leadId, alert, at, promise === undefined ? {} : { promise });
  const outcome = await deps.store.acknowledge(alertId, leadId, at, event);
  if (outcome === 'acknowledged') deps.meter.count('alertAcknowledged');
  const now = (await deps.store.alert(alertId)) ?? stored;
  return alertPage({ ...admitted, stored: now }, visit, outcome === 'acknowledged', deps);
}

async function alertPage(admitted: Admitted, { token }: Visit, justNow: boolean, deps: ConsoleDeps): Promise<Page> {
  const { stored, leadId } = admitted;
  const { store, context, now } = deps;
  const { alert, rung } = stored;
  const state = await currentCase(alert.caseId, store, context);
  // Not what a customer wrote, which may be too much for a page that somebody waits for.
  const events = await store.events(alert.caseId, OWN_KEYS);
  const lead = context.policy.leads.find(({ id }) => id === leadId);
  if (state === undefined || lead === undefined) {
    return { status: 404, html: messagePage('No such case', 'Its events have been removed.') };
  }
  const { acknowledgedBy: by, acknowledgedAt: at } = stored;
  const acknowledged = by === undefined || at === undefined ? coveredBy(alert, events, context.policy) : { by, at };
  const moot = acknowledged === undefined ? whyMoot(alert, state, context.calendar) : undefined;
  return {
    status: 200,
    html: acknowledgePage({
      alert,
      state,
      lead,
      context,
      rung,
      handoffs: handoffRuns(events),
      now: now(),
      receiptLink: alert.clock === undefined ? undefined : await linkTo('receipt', admitted, deps),
      token: acknowledged === undefined ? token : undefined,
      acknowledged,
      justNow,
      moot,
      told: toldOf(alert.alertId, events),
    }),
  };
}
