import { styleText } from 'node:util';
import { CLOCK_NAMES } from '../../domain/clock-words.ts';
import {
  ALERT_WORDS,
  PASSED_OVER_WORDS,
  RECALL_WORDS,
  REJECT_WORDS,
  RELEASE_WORDS,
  STATUS_WORDS,
} from '../../domain/code-words.ts';
import type { CaseEvent } from '../../domain/event.ts';
import { oneLine } from '../../functions/shared/foreign-text.ts';

export type Tone = 'plain' | 'quiet' | 'good' | 'warn' | 'bad' | 'accent';

export interface Told {
  readonly text: string;
  readonly tone: Tone;
}

const SUBJECT_LENGTH = 60;

/** What somebody who watches many cases need not see. */
const UNTOLD: ReadonlySet<CaseEvent['type']> = new Set([
  'priority-changed',
  'assigned',
  'csat-received',
  'assignment-due',
  'alert-unanswered',
]);

/** What an event means to a person, in a few words. */
export function tell(event: CaseEvent): Told {
  switch (event.type) {
    case 'opened':
      return { text: `received: ${quoted(event.fields.subject)}${from(event.fields.channel)}`, tone: 'accent' };
    case 'message-added': {
      const kind = event.public ? 'message' : 'private note';
      return { text: `${kind} from ${event.author === 'system' ? 'a system' : `the ${event.author}`}`, tone: 'quiet' };
    }
    case 'status-changed':
      return { text: `now ${STATUS_WORDS[event.status]}`, tone: 'quiet' };
    case 'solved':
      return { text: 'solved', tone: 'good' };
    case 'reopened':
      return { text: 'reopened', tone: 'warn' };
    case 'merged':
      return {
        text: `merged${event.into === undefined ? ' into another case' : ` into ${oneLine(event.into)}`}`,
        tone: 'quiet',
      };
    case 'triaged': {
      const { priority, queue, route, sensitive, reason, duplicateOf } = event.decision;
      if (route === 'parked') {
        const what = duplicateOf === undefined ? '' : `, a duplicate of ${oneLine(duplicateOf)}`;
        return { text: `parked${what} (${oneLine(reason)})`, tone: 'quiet' };
      }
      const where = route === 'vendor' ? 'to a vendor' : sensitive ? 'stays home, sensitive' : 'stays home';
      return { text: `triaged: ${priority}, queue ${queue}, ${where} (${oneLine(reason)})`, tone: 'plain' };
    }
    case 'absorbed':
      return { text: `took in ${oneLine(event.from)}`, tone: 'quiet' };
    case 'policy-changed':
      return { text: `folded anew under policy ${event.to.slice(0, 12)}`, tone: 'quiet' };
    case 'agent-assigned':
      return { text: `given to ${event.agentId} (${oneLine(event.reason)})`, tone: 'plain' };
    case 'agent-released':
      return { text: `back from ${event.agentId}, unworked: ${RELEASE_WORDS[event.reason]}`, tone: 'warn' };
    case 'assignment-deferred':
      return { text: `waits for an agent: ${oneLine(event.reason)}${passedOver(event.passedOver)}`, tone: 'warn' };
    case 'handoff-offered':
      return { text: `offered to ${event.vendor} (${oneLine(event.reason)})`, tone: 'plain' };
    case 'handoff-accepted':
      return { text: `accepted by ${event.vendor}`, tone: 'good' };
    case 'handoff-rejected':
      return { text: `rejected by ${event.vendor}: ${REJECT_WORDS[event.reason]}${noted(event.note)}`, tone: 'warn' };
    case 'handoff-expired':
      return { text: `offer expired: no answer from ${event.vendor}`, tone: 'warn' };
    case 'handoff-resolved':
      return { text: `resolved by ${event.vendor}${noted(event.note)}`, tone: 'good' };
    case 'handoff-returned':
      return { text: `returned by ${event.vendor}: ${REJECT_WORDS[event.reason]}${noted(event.note)}`, tone: 'warn' };
    case 'handoff-recalled':
      return { text: `recalled from ${event.vendor} (${RECALL_WORDS[event.by]})`, tone: 'quiet' };
    case 'brought-home':
      return { text: `came home: ${oneLine(event.reason)}`, tone: 'warn' };
    case 'written-back':
      if (event.refused !== undefined)
        return { text: `the CRM refused what was to be written: ${oneLine(event.refused)}`, tone: 'bad' };
      return {
        text: `written to the CRM: ${event.what.map((one) => oneLine(one)).join(', ') || 'nothing'}`,
        tone: 'quiet',
      };
    case 'deadline-reached':
      return event.kind === 'warning'
        ? {
            text: `warned: ${CLOCK_NAMES[event.clock].toLowerCase()} due in ${untilDue(event)} (${oneLine(event.threshold)})`,
            tone: 'warn',
          }
        : {
            text: `BREACHED: ${CLOCK_NAMES[event.clock].toLowerCase()}${event.kind === 'breach' ? '' : ', past already when its target changed'}`,
            tone: 'bad',
          };
    case 'danger-found':
      return {
        text: `DANGER: a lead is told at once (${event.rules.map(({ ruleId }) => ruleId).join(', ')})`,
        tone: 'bad',
      };
    case 'alert-notified':
      return {
        text: `e-mailed ${event.to}: ${ALERT_WORDS[event.kind]}${event.rung === 0 ? '' : `, step ${event.rung + 1}`}`,
        tone: 'accent',
      };
    case 'alert-acknowledged':
      return { text: `acknowledged by ${event.by}`, tone: 'good' };
    case 'alert-unanswered':
      return { text: `step ${event.rung + 1} was not answered`, tone: 'warn' };
    case 'priority-changed':
      return { text: `priority now ${event.priority ?? 'none'}`, tone: 'quiet' };
    case 'assigned': {
      const whom = event.assigneeId === null ? 'nobody' : oneLine(event.assigneeId);
      return { text: `in the CRM, with ${whom}`, tone: 'quiet' };
    }
    case 'csat-received':
      return { text: `rated ${event.score} by the customer`, tone: event.score === 'good' ? 'good' : 'warn' };
    case 'assignment-due':
      return { text: 'tried again to find an agent', tone: 'quiet' };
  }
}

const STYLES: Readonly<Record<Tone, Parameters<typeof styleText>[0] | undefined>> = {
  plain: undefined,
  quiet: 'dim',
  good: 'green',
  warn: 'yellow',
  bad: ['red', 'bold'],
  accent: 'cyan',
};

export interface LineOptions {
  /** IANA zone of the reader. */
  readonly zone: string;
  readonly coloured?: boolean;
  /** Columns that the case's id takes at least; more where ids are long, so that lines stay aligned. */
  readonly idWidth?: number;
}

export const ID_WIDTH = 18;

/** The line of an event: time of day in the reader's zone, case, what happened; undefined for what is not worth one. */
export function lineFor(
  event: CaseEvent,
  { zone, coloured = false, idWidth = ID_WIDTH }: LineOptions,
): string | undefined {
  if (UNTOLD.has(event.type)) return undefined;
  const told = tell(event);
  const style = coloured ? STYLES[told.tone] : undefined;
  const text = style === undefined ? told.text : styleText(style, told.text, { validateStream: false });
  return `${timeOfDay(Date.parse(event.receivedAt), zone)}  ${oneLine(event.caseId).padEnd(idWidth)}  ${text}`;
}

/** Named once above the lines. */
export function heading(zone: string): string {
  return `Time zone: ${zone}`;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** "14:30:05" on the wall clock of a zone. */
export function timeOfDay(ms: number, timeZone: string): string {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-GB', { timeZone, timeStyle: 'medium' });
    formats.set(timeZone, format);
  }
  return format.format(ms);
}

function untilDue({ dueAt, occurredAt }: { dueAt: string; occurredAt: string }): string {
  const seconds = Math.max(0, Math.round((Date.parse(dueAt) - Date.parse(occurredAt)) / 1000));
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

/** A customer's words on one line, cut. */
export function quoted(subject: string | undefined): string {
  return subject === undefined ? '(no subject)' : `"${oneLine(subject, SUBJECT_LENGTH)}"`;
}

const from = (channel: string | undefined) => (channel === undefined ? '' : ` by ${oneLine(channel)}`);
/** How many agents could not take a case, by reason. */
function passedOver(counts: Readonly<Record<string, number>>): string {
  const known = Object.keys(PASSED_OVER_WORDS) as (keyof typeof PASSED_OVER_WORDS)[];
  const words = known.flatMap((one) => (counts[one] === undefined ? [] : [`${counts[one]} ${PASSED_OVER_WORDS[one]}`]));
  return words.length === 0 ? '' : ` (${words.join(', ')})`;
}

const noted = (note: string | undefined) => (note === undefined ? '' : `, "${oneLine(note)}"`);
