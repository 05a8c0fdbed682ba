import { automaticMessage } from './automatic.ts';
import type { Case } from './case.ts';
import type { CaseEvent, EventOf } from './event.ts';
import { type Policy, policyCalendars, type TriageRule } from './policy.ts';
import { compileRules, type RulesHolding } from './triage.ts';
import { isOver } from './turns.ts';

/**
 * Danger: what the rules that say `tell: now` find in a case, whichever rule decides it and
 * whenever it is said (docs/adr/0018). They are asked at each event that a CRM sends.
 */

/** What of a case holds the danger: what it was opened with, what its customer wrote later, or another field of it. */
export type DangerPlace = EventOf<'danger-found'>['place'];

export interface Danger {
  readonly rule: TriageRule;
  readonly place: DangerPlace;
}

const compiled = new WeakMap<Policy, RulesHolding>();

function telling(policy: Policy): RulesHolding {
  let rules = compiled.get(policy);
  if (rules === undefined) {
    const told = policy.triage.rules.filter(({ tell }) => tell === 'now');
    rules = compileRules(told, { calendar: policyCalendars(policy) });
    compiled.set(policy, rules);
  }
  return rules;
}

/** The rules that say `tell: now` and hold for a case as it stands, in the policy's order. */
export function dangersOf(state: Case, policy: Policy): TriageRule[] {
  return [...telling(policy)(state, {})].map(({ rule }) => rule);
}

/**
 * The dangers that an event has brought into a case; `state` is the case with the event folded in. What came in by
 * our own mail is none, nor is the opening of a case that was over before it was heard of.
 */
export function dangersIn(event: CaseEvent, state: Case, policy: Policy): Danger[] {
  if ((event.type === 'opened' || event.type === 'message-added') && automaticMessage(event) === 'loop') return [];
  if (event.type === 'opened')
    return event.status !== undefined && isOver(event.status) ? [] : placed('opening', dangersOf(state, policy));
  const said =
    event.type === 'message-added' && event.author === 'customer' && event.text !== undefined
      ? placed('message', saidIn(event.text, state, policy))
      : [];
  if (!('fields' in event) || event.fields === undefined) return said;
  const known = said.map(({ rule }) => rule);
  const others = dangersOf(state, policy).filter((rule) => !known.includes(rule));
  return [...said, ...placed('fields', others)];
}

function placed(place: DangerPlace, rules: readonly TriageRule[]): Danger[] {
  return rules.map((rule) => ({ rule, place }));
}

/**
 * The rules that a message's own words make hold, with or without the case's subject beside them. What holds without
 * the words (the subject said it at the opening, or a tag) is nothing that the message says.
 */
function saidIn(text: string, state: Case, policy: Policy): TriageRule[] {
  const under = (fields: Pick<Case['fields'], 'subject' | 'text'>) =>
    dangersOf({ ...state, fields: { ...state.fields, ...fields } }, policy);
  const { subject } = state.fields;
  const added = (beside: string | undefined) => {
    const without = under({ subject: beside, text: undefined });
    return under({ subject: beside, text }).filter((rule) => !without.includes(rule));
  };
  const [alone, withSubject] = [added(undefined), added(subject)];
  return policy.triage.rules.filter((rule) => alone.includes(rule) || withSubject.includes(rule));
}

/** The same danger again within this time (ms) is the same conversation: a quoted mail, the next sentence of a chat. */
const SAME_CONVERSATION_MS = 24 * 3_600_000;

/**
 * The event that records what of `found` a lead is still to be told of, if anything is. A danger is told once for
 * each rule; what a customer writes is told again a day later, and once the case has come to an end since. By our
 * clock: what a source dates all alike, or wrong, is told neither for ever nor never.
 * `told`: what was recorded of the case before, in any order. `key`: of the event to make.
 */
export function dangerFound(
  found: readonly Danger[],
  event: CaseEvent,
  {
    state,
    told,
    key,
    now,
  }: {
    readonly state: Case;
    readonly told: readonly EventOf<'danger-found'>[];
    readonly key: string;
    readonly now: string;
  },
): EventOf<'danger-found'> | undefined {
  const endings = endingsOf(state);
  const untold = found.filter((danger) => !told.some((before) => covers(before, danger, event, endings)));
  const [first] = untold;
  if (first === undefined) return undefined;
  return {
    type: 'danger-found',
    key,
    caseId: event.caseId,
    occurredAt: event.occurredAt,
    receivedAt: now,
    calledBy: event.key,
    place: first.place,
    rules: untold.map(({ rule: { id, reason } }) => ({ ruleId: id, reason })),
    queue: first.rule.outcome.queue,
    wasOver: isOver(state.status),
    endings,
    policyVersion: state.policyVersion,
  };
}

/** Has a danger been told with what was told before? */
function covers(
  before: EventOf<'danger-found'>,
  { rule, place }: Danger,
  { receivedAt }: CaseEvent,
  endings: number,
): boolean {
  if (!before.rules.some(({ ruleId }) => ruleId === rule.id)) return false;
  if (place !== 'message') return true;
  return endings <= before.endings && Date.parse(receivedAt) - Date.parse(before.receivedAt) < SAME_CONVERSATION_MS;
}

/** How often a case has come to an end so far. */
function endingsOf({ reopens, status }: Case): number {
  return reopens + (isOver(status) ? 1 : 0);
}
