import type { Alert } from '../../domain/alert.ts';
import type { Case } from '../../domain/case.ts';
import { CLOCK_NAMES } from '../../domain/clock-words.ts';
import { timeAsOf } from '../../domain/wall-clock.ts';
import type { AlertView } from './alert-words.ts';
import { inQuotes, oneLine } from './foreign-text.ts';
import { whatVendorsDid } from './handoff-words.ts';
import { span } from './time-words.ts';

/** Longest part of a case's own subject in that of a mail, characters. */
const CASE_SUBJECT_LENGTH = 60;

/**
 * The subject of an alert's mail: one line, safe as a header. What and when come first, since a phone shows some 40
 * characters; then the case's own subject in quotation marks, unless the case is sensitive or may be.
 */
export function alertSubject(view: AlertView): string {
  const { alert, state, rung, earlier = [] } = view;
  const step = rung === 0 ? '' : `, step ${rung + 1}${earlier.length === 0 ? '' : ' (nobody answered)'}`;
  const quoted = alert.kind === 'danger' ? undefined : quotedSubject(state);
  // Danger is danger: beside it the priority, which may not be decided yet, would say that it can wait.
  const priority = alert.kind === 'danger' ? '' : `, ${state.priority}`;
  const about = `${oneLine(state.caseId)}${priority}${shyness(state)}`;
  return `${whatAndWhen(view)}${step}: ${quoted === undefined ? about : `${quoted} (${about})`}`;
}

function whatAndWhen(view: AlertView): string {
  const { alert, lead, now } = view;
  const promise = promiseName(alert);
  const due = Date.parse(alert.dueAt ?? alert.at);
  const time = timeAsOf(due, lead.zone, now);
  switch (alert.kind) {
    case 'warning':
      return `${promise} ${dueInWords(due, now) ?? `overdue since ${time}`}`;
    case 'breach':
      return `${promise} breached at ${time}`;
    case 'breached-on-retarget':
      return `${promise} breached by a new target`;
    case 'came-home':
      return `${whatVendorsDid(view.handoffs)} it`;
    case 'nobody-left':
      return 'Nobody left for a sensitive case';
    case 'danger':
      return 'Danger, look now';
  }
}

/** Name of the promise that an alert is about. */
export function promiseName({ clock }: Alert): string {
  return clock === undefined ? 'Case' : CLOCK_NAMES[clock];
}

/** "due now", "due in 10 min"; undefined if it is more than a minute ago: told late, or a page that is opened long after its e-mail. ms */
export function dueInWords(due: number, now: number): string | undefined {
  if (due - now < -60_000) return undefined;
  return due - now < 500 ? 'due now' : `due in ${span(due - now)}`;
}

/** The case's own subject, if it may be told and there is one. A case that is not triaged yet may be sensitive. */
function quotedSubject({ triage, fields }: Case): string | undefined {
  if (triage === undefined || triage.sensitive) return undefined;
  const subject = oneLine(fields.subject ?? '', CASE_SUBJECT_LENGTH);
  return subject === '' ? undefined : inQuotes(subject);
}

function shyness({ triage }: Case): string {
  if (triage === undefined) return ', not triaged yet';
  return triage.sensitive ? ', sensitive' : '';
}
