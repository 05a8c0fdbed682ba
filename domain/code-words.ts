import type { PassedOver } from './choose-agent.ts';
import type { AlertKind, CaseStatus, EventOf, HandoffState, RecalledBy, RejectReason } from './event.ts';
import type { Ineligible } from './handoff.ts';
import type { DUPLICATE, OTHERWISE, UNSURE } from './triage.ts';

/**
 * The codes of the log in the words that a lead or an agent reads, in mails, pages, notes on tickets and the live
 * view. One table for each set of codes: a new code does not compile until it has its words.
 */

/** Why a vendor rejected an offer, or returned a case: follows "Nordwind returned it: ". */
export const REJECT_WORDS: Readonly<Record<RejectReason, string>> = {
  capacity: 'no capacity',
  skill: 'nobody there has the skill',
  language: 'not in a language of theirs',
  hours: 'outside their hours',
  policy: 'not allowed by their own rules',
  other: 'for another reason',
};

/** Why a vendor was not offered a case: follows the vendor's name and a colon. */
export const INELIGIBLE_WORDS: Readonly<Record<Ineligible, string>> = {
  'already-tried': 'had it before',
  'closed-now': 'closed now',
  language: 'does not speak the language',
  'data-class': 'not cleared for its data',
  category: 'does not take this kind of case',
};

/** Where a handoff stands: follows "Nordwind ". */
export const HANDOFF_WORDS: Readonly<Record<HandoffState, string>> = {
  offered: 'has been offered it and has not answered yet',
  accepted: 'accepted it',
  rejected: 'rejected it',
  expired: 'did not answer in time',
  resolved: 'says that it is resolved',
  returned: 'returned it',
  recalled: 'had it taken back',
};

/** Why a handoff was recalled. */
export const RECALL_WORDS: Readonly<Record<RecalledBy, string>> = {
  'work-timeout': 'not finished in the time agreed',
  'case-solved': 'the case was solved meanwhile',
  'case-closed': 'the case was closed meanwhile',
  'case-merged': 'the case was merged into another',
  'case-deleted': 'the case was deleted',
};

/** Why an agent's unworked case went back to its queue. */
export const RELEASE_WORDS: Readonly<Record<EventOf<'agent-released'>['reason'], string>> = {
  'off-shift': 'their shift ended',
  'left-team': 'they are no longer in the team',
};

/** Why an agent was not given a case: follows a number of agents. */
export const PASSED_OVER_WORDS: Readonly<Record<PassedOver, string>> = {
  queue: 'not of this queue',
  skills: 'without the skill',
  language: 'without the language',
  'off-shift': 'off shift',
  'opted-out': 'take no sensitive cases',
  'cases-cap': 'at their limit of sensitive cases',
  'minutes-cap': 'at their limit of sensitive minutes',
  'cool-down': 'resting after a sensitive case',
  'at-capacity': 'with as many cases as they can hold',
  former: 'had it before',
};

/** What a lead was told of: follows "e-mailed maya: ". */
export const ALERT_WORDS: Readonly<Record<AlertKind, string>> = {
  warning: 'warning',
  breach: 'breach',
  'breached-on-retarget': 'breach by a new target',
  'came-home': 'no vendor has it',
  'nobody-left': 'nobody is left for it',
  danger: 'danger',
};

/** What decides where no rule does. */
const NO_RULE: Readonly<Record<typeof OTHERWISE | typeof UNSURE | typeof DUPLICATE, string>> = {
  otherwise: 'what the policy says where no rule holds',
  unsure: 'what the policy says where no rule is sure enough',
  duplicate: 'the search for repeats',
};

/** What decided a case: "rule refund". */
export function deciderInWords(ruleId: string): string {
  return Object.hasOwn(NO_RULE, ruleId) ? NO_RULE[ruleId as keyof typeof NO_RULE] : `rule ${ruleId}`;
}

/** What a ticket's status is, in a sentence. */
export const STATUS_WORDS: Readonly<Record<CaseStatus, string>> = {
  new: 'new',
  open: 'open',
  pending: 'waiting for the customer',
  'on-hold': 'on hold',
  solved: 'solved',
  closed: 'closed',
  merged: 'merged into another',
  deleted: 'deleted',
};
