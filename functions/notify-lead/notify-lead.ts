import { type Acknowledgement, acknowledgedBy, coveredBy, toldOf } from '../../domain/acknowledgement.ts';
import { type Alert, isAlwaysTold, isMoot, recipients, rungsOf, turnOf } from '../../domain/alert.ts';
import type { Case, FoldContext } from '../../domain/case.ts';
import { type CaseEvent, toInstant } from '../../domain/event.ts';
import { handoffRuns } from '../../domain/handoff-story.ts';
import type { LeadPolicy } from '../../domain/policy.ts';
import type { Mailer } from '../adapters/mail/mailer.ts';
import { renderAlert } from '../adapters/mail/render-alert.ts';
import type { AlertStore, CaseStore } from '../adapters/store/store.ts';
import type { Workflows } from '../adapters/workflows/workflows.ts';
import { currentCase } from '../shared/current-case.ts';
import { acknowledgeUrl, type LinkAction, receiptUrl, signLink } from '../shared/links.ts';
import { OWN_KEYS } from '../shared/names.ts';
import type { Log, Meter } from '../shared/observe.ts';
import type { Secrets } from '../shared/secrets.ts';

export interface NotifyDeps {
  readonly store: Pick<CaseStore, 'load' | 'events' | 'append'> &
    Pick<AlertStore, 'raise' | 'acknowledge' | 'wasMailed' | 'markMailed'>;
  readonly mailer: Mailer;
  readonly workflows: Pick<Workflows, 'resume'>;
  readonly secrets: Pick<Secrets, 'links'>;
  readonly context: FoldContext;
  /** Base URL of the links. */
  readonly publicUrl: string;
  readonly meter: Meter;
  readonly log: Log;
  readonly now: () => number;
}

/** One rung of an alert. `taskToken`: of the wait for an acknowledgement. */
export interface Rung {
  readonly alert: Alert;
  readonly rung: number;
  readonly taskToken: string;
}

/** Some leads of a rung could not be told; each failure has been logged. Running the rung again tells only those. */
export class NotAllToldError extends Error {
  override readonly name = 'NotAllToldError';
}

/**
 * Tells the leads of one rung, or ends the wait at once if there is nothing to tell any more.
 * Throws NotAllToldError after everyone else has been told.
 */
export async function notifyLead(input: Rung, deps: NotifyDeps): Promise<'told' | 'moot' | 'acknowledged'> {
  const { alert, rung, taskToken } = input;
  const { store, context, now } = deps;
  const state = await currentCase(alert.caseId, store, context);
  if (state === undefined) throw new Error(`alert ${alert.alertId} is about the unknown case ${alert.caseId}`);
  if (!isAlwaysTold(alert, rung, state) && isMoot(alert, state, context.calendar)) {
    await deps.workflows.resume(taskToken, { outcome: 'moot' });
    return 'moot';
  }
  // From here on an acknowledgement ends this wait; one that came before is seen in what is stored.
  const waitSeconds = rungsOf(alert, context.policy)[rung]?.waitSeconds ?? 0;
  const stored = await store.raise(alert, rung, taskToken, toInstant(now() + waitSeconds * 1000));
  if (stored.acknowledgedAt !== undefined) {
    await deps.workflows.resume(taskToken, { outcome: 'acknowledged' });
    return 'acknowledged';
  }
  // Who was told, who has it, what vendors did: our own events. What a customer wrote may be too much to be read in time.
  const log = await store.events(alert.caseId, OWN_KEYS);
  const covered = coveredBy(alert, log, context.policy);
  const scene = { state, log, covered };
  if (covered !== undefined) return tellWhoHasIt(scene, covered, input, deps);
  await tellAll(recipients(alert, rung, state, context, now()), scene, input, deps);
  return 'told';
}

/** What a mail is made of, besides the alert. */
interface Scene {
  readonly state: Case;
  /** Our own events of the case. */
  readonly log: readonly CaseEvent[];
  readonly covered: Acknowledgement | undefined;
}

/** Somebody has the promise already: they alone are told, once, and the alert counts as acknowledged by them. */
async function tellWhoHasIt(scene: Scene, { by, at, alertId }: Acknowledgement, input: Rung, deps: NotifyDeps) {
  const { alert, taskToken } = input;
  const leads = deps.context.policy.leads.filter(({ id }) => id === by);
  if (!toldOf(alert.alertId, scene.log).some(({ to }) => to === by)) await tellAll(leads, scene, input, deps);
  const event = acknowledgedBy(by, alert, toInstant(deps.now()), { through: alertId });
  await deps.store.acknowledge(alert.alertId, by, at, event);
  await deps.workflows.resume(taskToken, { outcome: 'acknowledged' });
  return 'acknowledged' as const;
}

async function tellAll(leads: readonly LeadPolicy[], scene: Scene, input: Rung, deps: NotifyDeps): Promise<void> {
  const { alert, rung } = input;
  const told = await Promise.allSettled(leads.map((lead) => tellLead(lead, scene, input, deps)));
  const failed = leads.filter((_, index) => told[index]?.status === 'rejected');
  if (failed.length === 0 && leads.length > 0) return;
  for (const [index, result] of told.entries()) {
    if (result.status === 'rejected')
      deps.log.error('a lead was not told', {
        alertId: alert.alertId,
        rung,
        leadId: leads[index]?.id,
        error: result.reason,
      });
  }
  throw new NotAllToldError(`${failed.length} of ${leads.length} leads were not told of alert ${alert.alertId}`);
}

/** Mails one lead unless this rung has mailed them already, and puts that on the case's log. */
async function tellLead(lead: LeadPolicy, scene: Scene, { alert, rung }: Rung, deps: NotifyDeps): Promise<void> {
  const { store, context } = deps;
  const { state, covered } = scene;
  if (!(await store.wasMailed(alert.alertId, rung, lead.id))) {
    const { keys } = await deps.secrets.links();
    const expiresAt = deps.now() + context.policy.alerting.linkDays * 86_400_000;
    const { alertId, clock } = alert;
    const token = (action: LinkAction) => signLink({ alertId, action }, lead.id, expiresAt, keys);
    const link = acknowledgeUrl(deps.publicUrl, alertId, token('acknowledge'));
    const receiptLink = clock === undefined ? undefined : receiptUrl(deps.publicUrl, alertId, token('receipt'));
    const earlier = toldOf(alert.alertId, scene.log).filter((told) => told.rung < rung);
    const handoffs = handoffRuns(scene.log);
    const now = deps.now();
    await deps.mailer.send(
      renderAlert({ alert, state, lead, context, rung, earlier, covered, handoffs, now, receiptLink }, link),
    );
    const mailedAt = deps.now();
    // SES has no idempotency key: a crash between these two lines mails the lead a second time. The
    // marker comes after the mail because the other order could lose the alert, which is worse.
    await store.markMailed(alert.alertId, rung, lead.id, toInstant(mailedAt));
    // A retarget can put a warning or a breach hours into the past: that is no lag of ours.
    const retargetedAt = turnOf(alert, state)?.retargetedAt ?? '';
    if (rung === 0 && retargetedAt < alert.at) deps.meter.seconds('alertLag', (mailedAt - Date.parse(alert.at)) / 1000);
  }
  const at = toInstant(deps.now());
  await store.append({
    type: 'alert-notified',
    key: `caserelay:alert-notified:${alert.alertId}:${rung}:${lead.id}`,
    caseId: alert.caseId,
    occurredAt: at,
    receivedAt: at,
    alertId: alert.alertId,
    rung,
    to: lead.id,
    kind: alert.kind,
  });
}
