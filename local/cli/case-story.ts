import type { Case, FoldContext } from '../../domain/case.ts';
import { measure, type Turn } from '../../domain/clock.ts';
import { CLOCK_NAMES, CLOCK_STATUS_WORDS } from '../../domain/clock-words.ts';
import { STATUS_WORDS } from '../../domain/code-words.ts';
import type { CaseEvent } from '../../domain/event.ts';
import { inLogOrder } from '../../domain/log-order.ts';
import { clockPolicy } from '../../domain/policy.ts';
import { inZone } from '../../domain/wall-clock.ts';
import { holder } from '../../functions/shared/holder-words.ts';
import { queueName } from '../../functions/shared/policy-names.ts';
import { relative, span } from '../../functions/shared/time-words.ts';
import { quoted, tell, timeOfDay } from '../live/line.ts';

/** What `caserelay case` knows of a case. */
export interface CaseView {
  readonly events: readonly CaseEvent[];
  /** The case as it is stored; undefined: apply-event has not seen any of its events. */
  readonly stored: Case | undefined;
  /** When it is looked at next, as the due index has it. */
  readonly dueAt: string | undefined;
  /** The same case, folded from its log just now. */
  readonly folded: Case;
  readonly context: FoldContext;
  /** The version of the policy that is deployed. */
  readonly deployedPolicy: string;
  /** IANA zone of the reader. */
  readonly zone: string;
  /** ms */
  readonly now: number;
}

/** A case's story for a person: how it stands, what it was promised, and what happened, in the case's own order. */
export function caseStory(view: CaseView): string {
  return [...standing(view), '', ...promises(view), '', ...history(view), ''].join('\n');
}

function standing(view: CaseView): string[] {
  const { folded, context, zone, now, dueAt } = view;
  const { caseId, status, priority, queue } = folded;
  const subject = isShown(folded)
    ? quoted(folded.fields.subject)
    : '(its words stay in the CRM: sensitive, or not triaged)';
  const where = queue === undefined ? 'no queue yet' : `queue ${queueName(queue, context.policy)}`;
  return [
    `${caseId}  ${subject}`,
    `${STATUS_WORDS[status]}, ${priority}, ${where}`,
    `Held by: ${holder(context.policy, folded)}`,
    dueAt === undefined
      ? 'Waits for no deadline.'
      : `Looked at next: ${inZone(Date.parse(dueAt), zone)} (${relative(Date.parse(dueAt), now)})`,
    ...doubts(view),
  ];
}

/** A sensitive case's words are shown in the CRM only, as in mails; one that is not triaged yet may be one. */
function isShown({ triage }: Case): boolean {
  return triage?.sensitive === false;
}

/** What happened without what anybody outside wrote: a customer's subject, a vendor's note. */
function tellWithoutWords(event: CaseEvent): string {
  if (event.type === 'opened') return 'received';
  return tell('note' in event ? ({ ...event, note: undefined } as CaseEvent) : event).text;
}

/** What a reader should know before believing the rest. */
function doubts({ stored, folded, context, deployedPolicy }: CaseView): string[] {
  const { version } = context.policy;
  if (stored === undefined)
    return ['! None of its events has been applied: see events-behind in docs/runbook.md, or run `caserelay redrive`.'];
  if (version !== deployedPolicy)
    return [
      `! Deployed is policy ${deployedPolicy}, the files here are ${version}: promises and rules below may differ.`,
    ];
  if (stored.policyVersion !== version) return [`! It was last looked at under policy ${stored.policyVersion}.`];
  if (isSame(stored, folded)) return [];
  return [
    '! The stored case is not what its log comes to: events wait to be applied, or were given up. Run `caserelay redrive`.',
  ];
}

/** Equal but for what a fold leaves undefined and the table does not keep. */
function isSame(one: Case, other: Case): boolean {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, part]) => part !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, part]) => [name, sorted(part)]));
}

function promises(view: CaseView): string[] {
  const rows = view.folded.turns.map((turn) => promise(turn, view));
  return rows.length === 0 ? ['Promises: none is timed.'] : ['Promises', ...rows];
}

function promise(turn: Turn, { context, zone, now }: CaseView): string {
  const policy = clockPolicy(context.policy, turn.clock);
  const name = `  ${CLOCK_NAMES[turn.clock]}${turn.turn === 1 ? '' : ` (${turn.turn})`}`.padEnd(24);
  if (policy === undefined) return `${name}the policy here does not time it`;
  const { status, dueAt, plannedAt, overSeconds } = measure(turn, policy, context.calendar(turn.calendar), now);
  const at = dueAt ?? plannedAt;
  const due = at === null ? '' : `, due ${inZone(Date.parse(at), zone)}${dueAt === null ? ' if it went on now' : ''}`;
  const over = overSeconds > 0 ? `, over by ${span(overSeconds * 1000)} of its hours` : '';
  return `${name}${CLOCK_STATUS_WORDS[status]}${due}${over}`;
}

/** An event that came in later than this after it happened says so, ms. */
const LATE_MS = 60_000;

function history({ events, folded, zone }: CaseView): string[] {
  const lines = [`What happened, in ${zone}`];
  let day = '';
  for (const event of inLogOrder(events)) {
    const at = Date.parse(event.occurredAt);
    const [today = ''] = inZone(at, zone).split(',');
    if (today !== day) lines.push(today);
    day = today;
    const late = Date.parse(event.receivedAt) - at;
    const came = late > LATE_MS ? ` [came ${span(late)} later]` : '';
    const text = isShown(folded) ? tell(event).text : tellWithoutWords(event);
    lines.push(`  ${timeOfDay(at, zone)}  ${text}${came}`);
  }
  return lines;
}
