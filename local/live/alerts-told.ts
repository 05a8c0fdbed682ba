import { type Alert, alertFor } from '../../domain/alert.ts';
import type { CaseEvent } from '../../domain/event.ts';
import type { Policy } from '../../domain/policy.ts';
import { acknowledgeLinkOf, type Mail } from './mails.ts';

/** A run of breach-alert: what it had to tell, and how it ended. */
export interface AlertRun {
  readonly alert: Alert;
  /** ms. */
  readonly startedAt: number;
  /** How its last wait ended; undefined while it runs, or if it failed. */
  readonly outcome: string | undefined;
  /** A step of it failed at least once, though a later try may have gone well. */
  readonly faulted: boolean;
}

export interface ToldFacts {
  readonly logs: ReadonlyMap<string, readonly CaseEvent[]>;
  readonly alertRuns: readonly AlertRun[];
  /** What was handed to SES. */
  readonly mails: readonly Mail[];
  readonly leads: Policy['leads'];
  /** ms. */
  readonly now: number;
}

/** Time that an alert may take from its event to its mail before it counts as untold, ms. */
const TELL_MS = 30_000;

/**
 * Alerts that nobody was told of, in words. Told means handed to SES: for each alert there is a mail,
 * and one for each lead who stands on the log as told. An alert needs none if it ended as moot
 * without a step that failed: the promise was kept before anyone could be told.
 */
export function untoldAlerts(facts: ToldFacts): string[] {
  const mailed = mailedOf(facts.mails);
  return [...withoutRun(facts), ...withoutMail(facts, mailed), ...mailsNotHandedOver(facts, mailed)];
}

/** Addresses by the id of the alert that they were mailed about. */
function mailedOf(mails: readonly Mail[]): ReadonlyMap<string, readonly string[]> {
  const mailed = new Map<string, string[]>();
  for (const mail of mails) {
    const alertId = acknowledgeLinkOf(mail)?.alertId;
    if (alertId !== undefined) mailed.set(alertId, [...(mailed.get(alertId) ?? []), ...mail.to]);
  }
  return mailed;
}

/** Events that call for an alert of which no workflow ever heard. */
function withoutRun({ logs, alertRuns, now }: ToldFacts): string[] {
  const known = new Set(alertRuns.map(({ alert }) => subjectOf(alert)));
  return [...logs.values()].flat().flatMap((event) => {
    const alert = alertFor(event, '');
    const isLate = now - Date.parse(event.receivedAt) > TELL_MS;
    return alert === undefined || !isLate || known.has(subjectOf(alert))
      ? []
      : [`${inWords(alert)}: nobody was told, no workflow was started for it`];
  });
}

function withoutMail({ logs, alertRuns, now }: ToldFacts, mailed: ReadonlyMap<string, readonly string[]>): string[] {
  return alertRuns.flatMap(({ alert, startedAt, outcome, faulted }) => {
    const isLate = now - startedAt > TELL_MS;
    const isExcused = outcome === 'moot' && !faulted;
    return !logs.has(alert.caseId) || mailed.has(alert.alertId) || isExcused || !isLate
      ? []
      : [`${inWords(alert)}: nobody was told, no mail was handed to SES`];
  });
}

/** Leads who stand on the log as told, but to whom no mail of the alert went. */
function mailsNotHandedOver({ logs, leads }: ToldFacts, mailed: ReadonlyMap<string, readonly string[]>): string[] {
  return [...logs.values()].flat().flatMap((event) => {
    if (event.type !== 'alert-notified') return [];
    const email = leads.find(({ id }) => id === event.to)?.email;
    return email !== undefined && mailed.get(event.alertId)?.includes(email)
      ? []
      : [`${event.caseId}: the log says that ${event.to} was told of a ${event.kind}, but no such mail went out`];
  });
}

/**
 * What an alert is about. Not when: a deadline that was told late is the same deadline, and that nobody is left is told
 * once a day. Each danger, and each coming home, is told by itself.
 */
function subjectOf({ caseId, kind, clock, turn, threshold, at }: Alert): string {
  const each = kind === 'danger' || kind === 'came-home' ? at : undefined;
  return JSON.stringify([caseId, kind, clock, turn, threshold, each]);
}

function inWords({ caseId, kind, clock, threshold }: Alert): string {
  const about = clock === undefined ? kind : `${kind} of ${clock}${kind === 'warning' ? ` (${threshold})` : ''}`;
  return `${caseId}: ${about}`;
}
