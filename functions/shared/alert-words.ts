import type { Acknowledgement, Told } from '../../domain/acknowledgement.ts';
import { type Alert, rungsOf, turnOf } from '../../domain/alert.ts';
import type { Case, FoldContext } from '../../domain/case.ts';
import { holidaysUnknownInWords, targetInWords } from '../../domain/clock-words.ts';
import { deciderInWords } from '../../domain/code-words.ts';
import { nextThreshold } from '../../domain/deadline.ts';
import type { HandoffRun } from '../../domain/handoff-story.ts';
import type { LeadPolicy, Policy } from '../../domain/policy.ts';
import { inZone } from '../../domain/wall-clock.ts';
import { alertSubject, dueInWords, promiseName } from './alert-subject.ts';
import { caseLink, whereToRead } from './case-link.ts';
import { oneLine } from './foreign-text.ts';
import { runForLead, whatVendorsDid } from './handoff-words.ts';
import { holder, personWith } from './holder-words.ts';
import { leadName, queueName, vendorName } from './policy-names.ts';
import { relative, span } from './time-words.ts';

/** What an alert says to one lead, in words: the e-mail and the page are made from it. Plain text, not escaped. */
export interface AlertWords {
  /** One line, safe as a mail header. */
  readonly subject: string;
  readonly headline: string;
  /** The deadline on the lead's clock, and how far away it is; absent if the case has none. */
  readonly deadline: string | undefined;
  readonly facts: readonly Fact[];
  /** From the second step on: who was told before, and when. */
  readonly before: string | undefined;
  /** What happens if nobody acknowledges. */
  readonly otherwise: string;
  /** What is asked of the lead, in a sentence, and what the button that does it is called. */
  readonly prompt: string;
  readonly button: 'Acknowledge' | 'See the alert';
}

export interface Fact {
  readonly label: string;
  readonly value: string;
  /** Where the value can be opened. */
  readonly href?: string | undefined;
}

export interface AlertView {
  readonly alert: Alert;
  readonly state: Case;
  readonly lead: LeadPolicy;
  readonly context: FoldContext;
  /** The rung that is told. */
  readonly rung: number;
  /** Who was told at the steps before this one. */
  readonly earlier?: readonly Told[] | undefined;
  /** The acknowledgement that covers this alert: nobody but its lead is told. */
  readonly covered?: Acknowledgement | undefined;
  /** What became of the case at each vendor so far, the first first. */
  readonly handoffs: readonly HandoffRun[];
  /** ms; what "in 12 min" is seen from. */
  readonly now: number;
  /** Where the deadline's receipt can be seen, if it has one. */
  readonly receiptLink?: string | undefined;
}

/** Longest part of a customer's subject that is shown, characters. */
const SUBJECT_LENGTH = 120;

export function alertWords(view: AlertView): AlertWords {
  const { alert, state, lead, context, rung, now } = view;
  const { policy } = context;
  const due = alert.dueAt === undefined ? nextDeadline(view) : Date.parse(alert.dueAt);
  const otherwise = whatFollows(view);
  return {
    subject: alertSubject(view),
    headline: headline(view),
    before: rung === 0 ? undefined : stepsBefore(view),
    deadline: due === undefined ? undefined : `${inZone(due, lead.zone)} (${relative(due, now)})${unsure(view, due)}`,
    facts: [
      { label: 'Case', value: state.caseId, href: caseLink(policy, state) },
      ...(alert.reason === undefined ? [] : [{ label: WHY[alert.kind] ?? 'Why', value: oneLine(alert.reason) }]),
      { label: 'Subject', value: alert.kind === 'danger' ? shy(policy, state) : subjectOf(policy, state) },
      ...whereSaid(alert, policy),
      ...target(alert, state),
      ...(view.receiptLink === undefined
        ? []
        : [
            {
              label: 'Why this deadline',
              value: 'each hour that counted, and why others did not',
              href: view.receiptLink,
            },
          ]),
      { label: 'Priority', value: state.priority },
      { label: 'Queue', value: state.queue === undefined ? 'none yet' : queueName(state.queue, policy) },
      { label: 'Held by', value: holder(policy, state) },
      ...vendorFacts(view),
      { label: 'Triage', value: triageReason(state) },
    ],
    otherwise,
    ...request(view, otherwise),
  };
}

function request({ covered, lead }: AlertView, otherwise: string): Pick<AlertWords, 'prompt' | 'button'> {
  if (covered === undefined) return { prompt: `If nobody acknowledges, ${otherwise}.`, button: 'Acknowledge' };
  const at = inZone(Date.parse(covered.at), lead.zone);
  const prompt = `You have it: you acknowledged an alert of this promise, ${at}. So only you are told, and this once.`;
  return { prompt, button: 'See the alert' };
}

/** Who was told before a second or later step, on the clock of who is told now. */
function stepsBefore({ earlier = [], lead, context, rung }: AlertView): string {
  const told = earlier.map(
    ({ to, at }) => `${leadName(to, context.policy)} was told ${inZone(Date.parse(at), lead.zone)}`,
  );
  const who = told.length === 0 ? 'nobody could be told before' : `${told.join('; ')}; nobody has acknowledged`;
  return `This is step ${rung + 1}: ${who}.`;
}

const WHY: Partial<Record<Alert['kind'], string>> = {
  'came-home': 'Why it came home',
  'nobody-left': 'Why nobody has it',
};

/** Where a lead finds the words of a danger; the words themselves stay in the CRM. */
const PLACES = {
  opening: 'what the case was opened with',
  message: 'a later message of the customer',
  fields: 'another field of the case: its subject, a tag',
} as const;

function whereSaid({ danger }: Alert, policy: Policy): Fact[] {
  if (danger === undefined) return [];
  return [
    { label: 'Found in', value: PLACES[danger.place] },
    { label: 'Goes to', value: `the leads of ${queueName(danger.queue, policy)}, as its rule says` },
  ];
}

/** Most handoffs that are told, the latest. */
const MOST_HANDOFFS = 5;

/** What each vendor made of the case. Its words stay in the CRM where the customer's do. */
function vendorFacts({ alert, handoffs, state, lead, context: { policy } }: AlertView): Fact[] {
  const { triage } = state;
  const isShy = alert.kind === 'danger' || triage === undefined || triage.sensitive;
  const elsewhere = isShy ? whereToRead(policy, state) : undefined;
  return handoffs
    .slice(-MOST_HANDOFFS)
    .map((run) => ({ label: vendorName(run.vendor, policy), value: runForLead(run, lead.zone, elsewhere) }));
}

function headline(view: AlertView): string {
  const { alert, now, state, context } = view;
  const promise = promiseName(alert);
  const due = Date.parse(alert.dueAt ?? alert.at);
  switch (alert.kind) {
    case 'warning': {
      const soon = dueInWords(due, now);
      return `${promise} ${soon === undefined ? 'was due' : `is ${soon}`}`;
    }
    case 'breach':
      return `${promise} was not kept in time`;
    case 'breached-on-retarget':
      return `A new target puts the deadline of ${promise.toLowerCase()} in the past`;
    case 'came-home':
      return `${whatVendorsDid(view.handoffs)} this case: ${personWith(context.policy, state) ?? 'nobody'} holds it`;
    case 'nobody-left':
      return 'No agent may take this sensitive case today: it is yours to give';
    case 'danger':
      return 'Somebody may be in danger: look at this case now';
  }
}

/** The soonest deadline of any clock of the case, ms. Danger waits for none. */
function nextDeadline({ alert, state, context }: AlertView): number | undefined {
  return alert.kind === 'danger' ? undefined : nextThreshold(state, context)?.dueAt;
}

/** What is not known cannot be counted, and is said. */
function unsure({ alert, state, context }: AlertView, due: number): string {
  const turn = turnOf(alert, state);
  const calendar = turn === undefined ? undefined : context.calendar(turn.calendar);
  const unknown = calendar?.holidaysUnknown(Date.parse(turn?.startedAt ?? alert.at), due);
  return unknown === undefined ? '' : `; ${holidaysUnknownInWords(unknown)}`;
}

function target(alert: Alert, state: Case): Fact[] {
  const turn = turnOf(alert, state);
  if (turn === undefined) return [];
  const hours = turn.calendar === 'always' ? 'around the clock' : `calendar ${turn.calendar}`;
  return [
    {
      label: 'Promise',
      value: `${promiseName(alert)} within ${targetInWords(turn.targetSeconds, turn.calendar)} (${hours})`,
    },
  ];
}

function shy(policy: Policy, state: Case): string {
  return `sensitive case: ${whereToRead(policy, state)}`;
}

/** A sensitive case's text stays in the CRM. A case that is not triaged yet may be one. */
function subjectOf(policy: Policy, state: Case): string {
  if (state.triage === undefined) return `not triaged yet: ${whereToRead(policy, state)}`;
  if (state.triage.sensitive) return shy(policy, state);
  return oneLine(state.fields.subject ?? '', SUBJECT_LENGTH) || '(none)';
}

function triageReason({ triage, policyVersion }: Case): string {
  if (triage === undefined) return `not triaged yet (policy ${policyVersion.slice(0, 12)})`;
  return `${oneLine(triage.reason)} (${deciderInWords(triage.ruleId)}, policy ${triage.policyVersion.slice(0, 12)})`;
}

/** What happens if nobody acknowledges. Of a case that came home nobody else is told once somebody holds it. */
function whatFollows({ alert, state, context: { policy }, rung }: AlertView): string {
  const rungs = rungsOf(alert, policy);
  const next = nextRung(rungs, rung);
  if (alert.kind === 'danger' && next === LAST) return lastOfDanger(rungs);
  if (alert.kind !== 'came-home' || next === LAST) return next;
  const person = personWith(policy, state);
  return person === undefined ? `${next}, unless somebody holds it by then` : `nobody else is told: ${person} holds it`;
}

const LAST = 'nobody else is told: this is the last step';

/** fire-deadline counts it for the operator's alarm. */
function lastOfDanger(rungs: Policy['alerting']['rungs']): string {
  const wait = span((rungs.at(-1)?.waitSeconds ?? 0) * 1000);
  return `no other lead is told, and ${wait} after this one the alarm of whoever operates CaseRelay rings`;
}

function nextRung(rungs: Policy['alerting']['rungs'], rung: number): string {
  const next = rungs[rung + 1];
  const wait = rungs[rung]?.waitSeconds;
  if (next === undefined || wait === undefined) return LAST;
  const whom = next.to === 'all' ? 'all leads of the queue are told' : 'the lead on duty is told again';
  return `${whom} ${span(wait * 1000)} after this one`;
}
