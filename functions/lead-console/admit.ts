import type { FoldContext } from '../../domain/case.ts';
import type { AlertStore, CaseStore, StoredAlert } from '../adapters/store/store.ts';
import { type LinkAction, signLink, verifyLink } from '../shared/links.ts';
import type { Meter } from '../shared/observe.ts';
import type { Secrets } from '../shared/secrets.ts';
import { messagePage } from './page.ts';

export interface ConsoleDeps {
  readonly store: Pick<CaseStore, 'load' | 'events'> & Pick<AlertStore, 'alert' | 'acknowledge'>;
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

/** A visitor whose link is good. */
export interface Admitted {
  readonly stored: StoredAlert;
  readonly leadId: string;
  /** When the visitor's link expires, ms: a link made on a page lives no longer. */
  readonly expiresAt: number;
}

/** Lets a visitor in whose link is genuine, meant for this, not too old and a lead's; anyone else gets a page that says why not. */
export async function admit(
  { alertId, token }: Visit,
  action: LinkAction,
  deps: Pick<ConsoleDeps, 'store' | 'secrets' | 'context' | 'now'>,
): Promise<Admitted | Page> {
  const { keys } = await deps.secrets.links();
  const link = verifyLink(token, { alertId, action }, keys, deps.now());
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
  return { stored, leadId: link.recipient, expiresAt: link.expiresAt };
}

/** The address, as seen from the alert's other pages, of one for the same lead and until the same instant. */
export async function linkTo(
  action: LinkAction,
  { stored, leadId, expiresAt }: Admitted,
  { secrets }: Pick<ConsoleDeps, 'secrets'>,
): Promise<string> {
  const { keys } = await secrets.links();
  return `${action}?token=${signLink({ alertId: stored.alert.alertId, action }, leadId, expiresAt, keys)}`;
}
