import type { Case } from '../../domain/case.ts';
import { CLOCK_NAMES } from '../../domain/clock-words.ts';
import { timeAsOf } from '../../domain/wall-clock.ts';
import type { AlertView } from './alert-words.ts';
import { oneLine } from './foreign-text.ts';
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
  const about = `${oneLine(state.caseId)}, ${state.priority}${shyness(state)}`;
  return `${whatAndWhen(view)}${step}: ${quoted === undefined ? about : `${quoted} (${about})`}`;
}

function whatAndWhen(view: AlertView): string {
  const { alert, lead, now } = view;
  const promise = alert.clock === undefined ? 'Case' : CLOCK_NAMES[alert.clock];
  const due = Date.parse(alert.dueAt ?? alert.at);
  const time = timeAsOf(due, lead.zone, now);
  switch (alert.kind) {
    case 'warning':
      // Told late, or a page that is opened long after its e-mail.
      if (due - now < -60_000) return `${promise} overdue since ${time}`;
      return due - now < 500 ? `${promise} due now` : `${promise} due in ${span(due - now)}`;
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

/** The case's own subject, if it may be told and there is one. A case that is not triaged yet may be sensitive. */
function quotedSubject({ triage, fields }: Case): string | undefined {
  if (triage === undefined || triage.sensitive) return undefined;
  const subject = oneLine(fields.subject ?? '', CASE_SUBJECT_LENGTH);
  return subject === '' ? undefined : `“${subject.replace(/[“”]/g, '"')}”`;
}

function shyness({ triage }: Case): string {
  if (triage === undefined) return ', not triaged yet';
  return triage.sensitive ? ', sensitive' : '';
}
