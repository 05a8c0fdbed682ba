import { CLOCK_NAMES, CLOCK_STATUS_WORDS, holidaysUnknownInWords } from './clock-words.ts';
import type { Receipt } from './receipt.ts';
import type { Segment, SegmentKind } from './receipt-segments.ts';
import { dayAndTime, inZone, yearIn, zoneName } from './wall-clock.ts';

/** A receipt in words, on the wall clock of its reader. Zones are IANA names; an unknown one is a RangeError. */

/** One line of a receipt's table. */
export interface Row {
  /** The local time at which the line begins. */
  readonly when: string;
  /** Counted time of the line and up to its end, h:mm:ss, whole seconds that add up; empty where nothing is counted. */
  readonly counted: string;
  readonly sum: string;
  readonly why: string;
  readonly kind: SegmentKind | 'now' | 'deadline';
  /** True for what has not happened yet. */
  readonly ahead: boolean;
}

/** The lines of a receipt, in order: what was, where it ended or stands, what lies ahead, and the deadline in its place. */
export function receiptRows(receipt: Receipt, zone: string): Row[] {
  const year = yearIn(Date.parse(receipt.startedAt), zone);
  const when = (at: string) => dayAndTime(Date.parse(at), zone, year);
  const rowOf = (segment: Segment, ahead: boolean): Row => ({
    when: when(segment.from),
    counted: segment.seconds === 0 ? '' : clockTime(shownSeconds(segment)),
    sum: clockTime(segment.sum),
    why: `${ahead ? 'to come: ' : ''}${why(segment)}`,
    kind: segment.kind,
    ahead,
  });
  const mark = (kind: 'now' | 'deadline', at: string, text: string, ahead: boolean): Row => ({
    when: when(at),
    counted: '',
    sum: '',
    why: text,
    kind,
    ahead,
  });
  const { dueAt, asOf, endedAt, segments } = receipt;
  const past = segments.map((segment) => ({ to: segment.to, row: rowOf(segment, false) }));
  const reached = dueAt !== null && dueAt <= (segments.at(-1)?.to ?? '') ? dueAt : undefined;
  const before = past.filter(({ to }) => reached === undefined || to <= reached).map(({ row }) => row);
  const after = past.slice(before.length).map(({ row }) => row);
  const deadline = dueAt === null ? [] : [mark('deadline', dueAt, 'DEADLINE', reached === undefined)];
  const end =
    endedAt === null || endedAt > asOf
      ? mark('now', asOf, 'as of now', false)
      : mark('now', endedAt, endWords(receipt), false);
  if (reached !== undefined) return [...before, ...deadline, ...after, end];
  return [...before, end, ...receipt.ahead.map((segment) => rowOf(segment, true)), ...deadline];
}

function endWords({ status }: Receipt): string {
  return status === 'cancelled' ? 'cancelled: the promise no longer applies' : 'ended: the promise was answered';
}

/** The whole seconds by which the sum grows as it is shown: what is cut off one line is in a later one, and the column adds up. */
function shownSeconds({ seconds, sum }: Segment): number {
  const before = Math.round((sum - seconds) * 1000) / 1000;
  return Math.floor(sum) - Math.floor(before);
}

function why({ kind, reason, openSeconds }: Segment): string {
  if (kind === 'paused' && openSeconds !== undefined && openSeconds > 0)
    return `paused: ${reason}; ${clockTime(openSeconds)} of open hours do not count`;
  if (kind === 'paused') return `paused: ${reason}`;
  return kind === 'closed' ? `closed: ${reason}` : reason;
}

/** What a receipt says before its table, as label and value. */
export function receiptFacts(receipt: Receipt, zone: string): { label: string; value: string }[] {
  const { calendar, target, sum, told } = receipt;
  const when = (at: string) => inZone(Date.parse(at), zone, 'second');
  return [
    { label: 'Case', value: receipt.caseId },
    { label: 'Promise', value: target.words },
    {
      label: 'Calendar',
      value:
        calendar.name === 'always'
          ? 'none: all time counts'
          : `${calendar.name} (${calendar.members?.join(', ') ?? calendar.zone}), version ${calendar.version}`,
    },
    { label: 'Policy', value: receipt.policyVersion },
    { label: 'Clocks', value: `time zones and clock changes by tzdata ${receipt.tzdata ?? '(version not known)'}` },
    {
      label: 'Started',
      value: `${when(receipt.startedAt)}, by ${CAUSES[receipt.startedBy.type] ?? `the event ${receipt.startedBy.type}`}`,
    },
    { label: 'Status', value: `${CLOCK_STATUS_WORDS[receipt.status]}, as of ${when(receipt.asOf)}` },
    ...(receipt.breach === undefined ? [] : [{ label: 'Breach', value: ON_RETARGET }]),
    { label: 'Deadline', value: deadlineWords(receipt, when) },
    { label: 'Sum', value: sumWords(sum) },
    ...told.map(({ threshold, toldAt }) => ({
      label: 'Told',
      value: `${threshold === 'breach' ? 'the breach' : `the warning "${threshold}"`}, ${when(toldAt)}`,
    })),
  ];
}

/** What commonly begins a promise. */
const CAUSES: Partial<Record<Receipt['startedBy']['type'], string>> = {
  opened: 'the opening of the case',
  'message-added': 'a message',
  reopened: 'the reopening of the case',
  absorbed: 'a case that was merged into this one while its customer waited',
  triaged: 'triage',
  'handoff-offered': 'the offer to the vendor',
  'handoff-accepted': "the vendor's yes",
};

const ON_RETARGET =
  'breached-on-retarget: a new target put the deadline into the past; it was missed when it was promised';

function deadlineWords(receipt: Receipt, when: (at: string) => string): string {
  const { dueAt, plannedAt, status, holidaysUnknown } = receipt;
  const unknown = holidaysUnknown === null ? '' : `; ${holidaysUnknownInWords(holidaysUnknown)}`;
  if (dueAt !== null) return `${when(dueAt)}${unknown}`;
  if (plannedAt !== null)
    return `none while paused. A plan, not a promise: ${when(plannedAt)}, if it went on now${unknown}`;
  return status === 'cancelled' ? 'none: cancelled' : 'none';
}

/** In whole seconds that add up: less than a second of work is still left. */
function sumWords({ targetSeconds, workedSeconds, overSeconds }: Receipt['sum']): string {
  const [target, worked] = [Math.floor(targetSeconds), Math.floor(workedSeconds)];
  return overSeconds > 0
    ? `${clockTime(worked)} counted = ${clockTime(target)} promised + ${clockTime(worked - target)} over`
    : `${clockTime(worked)} counted + ${clockTime(target - worked)} left = ${clockTime(target)} promised`;
}

/** Widths of the columns of the text; the last is what is left of 80. */
const WIDTHS = { when: 21, counted: 9, sum: 9, why: 36 } as const;

/** A receipt as text of at most 80 columns (words longer than that are not broken), times in `zone`. */
export function receiptText(receipt: Receipt, zone: string): string {
  const facts = receiptFacts(receipt, zone).flatMap(({ label, value }) =>
    wrapped(value, 69).map((part, i) => `${(i === 0 ? label : '').padEnd(10)} ${part}`.trimEnd()),
  );
  const line = (when: string, counted: string, sum: string, text: string) =>
    `${when.padEnd(WIDTHS.when)} ${counted.padStart(WIDTHS.counted)} ${sum.padStart(WIDTHS.sum)}  ${text}`.trimEnd();
  const table = receiptRows(receipt, zone).flatMap(({ when, counted, sum, why }) =>
    wrapped(why, WIDTHS.why).map((part, i) => (i === 0 ? line(when, counted, sum, part) : line('', '', '', part))),
  );
  const title = `Why this deadline: ${CLOCK_NAMES[receipt.clock]}, turn ${receipt.turn}`;
  const head = line('from', 'counted', 'sum', 'why');
  return `${[title, '', ...facts, '', `Times in ${zoneName(Date.parse(receipt.asOf), zone)}.`, head, ...table].join('\n')}\n`;
}

function wrapped(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) as string;
    const longer = last === '' ? word : `${last} ${word}`;
    if (last === '' || longer.length <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** Seconds as h:mm:ss; hours are not turned into days. A fraction is dropped. */
export function clockTime(seconds: number): string {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 3600)}:${two(Math.floor((whole % 3600) / 60))}:${two(whole % 60)}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
