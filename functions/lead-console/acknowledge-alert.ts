import { isMoot } from '../../domain/alert.ts';
import { type FoldContext, foldCase } from '../../domain/case.ts';
import { toInstant } from '../../domain/event.ts';
import type { AlertStore, CaseStore, StoredAlert } from '../adapters/store/store.ts';
import { verifyLink } from '../shared/links.ts';
import type { Meter } from '../shared/observe.ts';
import type { Secrets } from '../shared/secrets.ts';
import { acknowledgePage } from './acknowledge-page.ts';
import { messagePage } from './page.ts';

export interface ConsoleDeps {
  readonly store: Pick<CaseStore, 'events'> & Pick<AlertStore, 'alert' | 'acknowledge'>;
  readonly secrets: Pick<Secrets, 'links'>;
  readonly context: FoldContext;
  readonly meter: Meter;
  readonly now: () => number;
}

/** What a link's visitor came with. */
export interface Visit {
  readonly alertId: string;
  readonly token: string;
}

export interface Page {
  readonly status: number;
  readonly html: string;
}

/** The page that a link opens. Changes nothing: mail scanners open links too. */
export async function showAlert(visit: Visit, deps: ConsoleDeps): Promise<Page> {
  const admitted = await admit(visit, deps);
  if ('html' in admitted) return admitted;
  return alertPage(admitted, visit, false, deps);
}

/** Acknowledges the alert for the lead whom the link was sent to. The first one counts; a later one is told who it was. */
export async function acknowledgeAlert(visit: Visit, deps: ConsoleDeps): Promise<Page> {
  const admitted = await admit(visit, deps);
  if ('html' in admitted) return admitted;
  const { stored, leadId } = admitted;
  const { alertId, caseId } = stored.alert;
  const at = toInstant(deps.now());
  const outcome = await deps.store.acknowledge(alertId, leadId, at, {
    type: 'alert-acknowledged',
    key: `caserelay:alert-acknowledged:${alertId}`,
    caseId,
    occurredAt: at,
    receivedAt: at,
    alertId,
    by: leadId,
  });
  if (outcome === 'acknowledged') deps.meter.count('alertAcknowledged');
  const now = (await deps.store.alert(alertId)) ?? stored;
  return alertPage({ stored: now, leadId }, visit, outcome === 'acknowledged', deps);
}

interface Admitted {
  readonly stored: StoredAlert;
  readonly leadId: string;
}

async function admit({ alertId, token }: Visit, deps: ConsoleDeps): Promise<Admitted | Page> {
  const { keys } = await deps.secrets.links();
  const link = verifyLink(token, { alertId, action: 'acknowledge' }, keys, deps.now());
  if (link.verdict === 'expired') {
    return {
      status: 410,
      html: messagePage('This link has expired', 'Open the case in the CRM to see where it stands.'),
    };
  }
  const isLead = link.verdict === 'ok' && deps.context.policy.leads.some(({ id }) => id === link.recipient);
  if (link.verdict === 'invalid' || !isLead) {
    return {
      status: 403,
      html: messagePage(
        'This link is not valid',
        'It is incomplete, was changed on its way, or was sent to someone who is not a lead any more. Open it again from the e-mail.',
      ),
    };
  }
  const stored = await deps.store.alert(alertId);
  if (stored === undefined) {
    return {
      status: 404,
      html: messagePage('No such alert', 'It may have been removed; alerts are kept for 400 days.'),
    };
  }
  return { stored, leadId: link.recipient };
}

async function alertPage(
  { stored, leadId }: Admitted,
  { token }: Visit,
  justNow: boolean,
  { store, context, now }: ConsoleDeps,
): Promise<Page> {
  const { alert, rung } = stored;
  const events = await store.events(alert.caseId);
  const state = foldCase(events, context);
  const lead = context.policy.leads.find(({ id }) => id === leadId);
  if (state === undefined || lead === undefined) {
    return { status: 404, html: messagePage('No such case', 'Its events have been removed.') };
  }
  const { acknowledgedBy: by, acknowledgedAt: at } = stored;
  const acknowledged = by === undefined || at === undefined ? undefined : { by, at };
  const told = events
    .flatMap((event) =>
      event.type === 'alert-notified' && event.alertId === alert.alertId
        ? [{ to: event.to, at: event.occurredAt }]
        : [],
    )
    .sort((a, b) => (a.at < b.at ? -1 : 1));
  const moot = acknowledged === undefined && isMoot(alert, state, context.calendar);
  return {
    status: 200,
    html: acknowledgePage({
      alert,
      state,
      lead,
      context,
      rung,
      now: now(),
      token: acknowledged === undefined ? token : undefined,
      acknowledged,
      justNow,
      moot,
      told,
    }),
  };
}
