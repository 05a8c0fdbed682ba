import type { Calendar } from './calendar.ts';
import type { Case } from './case.ts';
import { INELIGIBLE_WORDS } from './code-words.ts';
import { type CaseEvent, type EventOf, type HandoffState, toInstant } from './event.ts';
import type { Policy, VendorPolicy } from './policy.ts';
import { speaks } from './speaks.ts';
import { decideTriage, OTHERWISE } from './triage.ts';
import { isOver } from './turns.ts';

/** The states that a vendor's answer leads to; the others are CaseRelay's doing. */
export const VENDOR_ANSWERS = ['accepted', 'rejected', 'resolved', 'returned'] as const;
export type VendorAnswer = (typeof VENDOR_ANSWERS)[number];

/** The handoff contract: from each state, the states it may move to. */
export const HANDOFF_EDGES: Readonly<Record<HandoffState, readonly HandoffState[]>> = {
  offered: ['accepted', 'rejected', 'expired', 'recalled'],
  accepted: ['resolved', 'returned', 'recalled'],
  rejected: [],
  expired: [],
  resolved: [],
  returned: [],
  recalled: [],
};

export function canMove(from: HandoffState, to: HandoffState): boolean {
  return HANDOFF_EDGES[from].includes(to);
}

/** What the vendor may still answer at `now` (ms). An offer can be answered up to and including its `answerBy`. */
export function possibleAnswers(
  handoff: { readonly state: HandoffState; readonly answerBy: string },
  now: number,
): VendorAnswer[] {
  if (handoff.state === 'offered' && now > Date.parse(handoff.answerBy)) return [];
  return VENDOR_ANSWERS.filter((answer) => canMove(handoff.state, answer));
}

type HandoffEvent = EventOf<
  | 'handoff-accepted'
  | 'handoff-rejected'
  | 'handoff-expired'
  | 'handoff-resolved'
  | 'handoff-returned'
  | 'handoff-recalled'
>;
type Particulars<E> = E extends HandoffEvent
  ? Omit<E, 'key' | 'caseId' | 'occurredAt' | 'receivedAt' | 'handoffId' | 'vendor'>
  : never;

/** What a move of a handoff is, besides which handoff it moves. */
export type HandoffMove = Particulars<HandoffEvent>;

/** The event of a move at `now` (ms). Its key lets each handoff make each move once. It never precedes the offer, whatever the clocks of two functions say. */
export function handoffEvent(
  handoff: {
    readonly handoffId: string;
    readonly caseId: string;
    readonly vendor: string;
    readonly offeredAt: string;
  },
  move: HandoffMove,
  now: number,
): CaseEvent {
  const { handoffId, caseId, vendor, offeredAt } = handoff;
  const occurredAt = toInstant(Math.max(now, Date.parse(offeredAt) + 1));
  const key = `caserelay:${move.type}:${handoffId}`;
  return { ...move, key, caseId, occurredAt, receivedAt: occurredAt, handoffId, vendor };
}

/** May the vendor be told of the case at all? Asked before a vendor is chosen and again before the packet leaves. */
export function mayReceive(state: Case, vendor: VendorPolicy, policy: Policy): boolean {
  const { triage } = state;
  if (triage === undefined || triage.route !== 'vendor' || isOver(state.status)) return false;
  // The packet carries what was learnt since triage too: a rule that keeps it home now does, whatever was decided.
  const now = decideTriage(state, policy);
  const decisions = now.ruleId === OTHERWISE ? [triage] : [triage, now];
  return decisions.every(
    ({ route, sensitive, dataClass }) => route === 'vendor' && !sensitive && vendor.dataClasses.includes(dataClass),
  );
}

/** Why a vendor cannot be offered a case. */
export type Ineligible = 'already-tried' | 'closed-now' | 'language' | 'data-class' | 'category';

export interface Selection {
  readonly vendor: VendorPolicy | undefined;
  /** In words: why this one, or why none. */
  readonly reason: string;
  readonly refused: readonly { readonly vendor: string; readonly because: Ineligible }[];
}

/**
 * The first vendor, in the policy's order, that may and can take the case at `now` (ms). Fails
 * closed: an untriaged, sensitive, finished or home-routed case, and one whose data class no
 * vendor is cleared for, goes to nobody.
 */
export function selectVendor(
  state: Case,
  policy: Policy,
  calendar: (name: string) => Calendar,
  now: number,
): Selection {
  const none = (reason: string, refused: Selection['refused'] = []): Selection => ({
    vendor: undefined,
    reason,
    refused,
  });
  const triage = state.triage;
  if (triage === undefined) return none('the case has not been triaged');
  if (isOver(state.status)) return none(`the case is ${state.status}`);
  if (triage.sensitive) return none('the case is sensitive and stays home');
  if (triage.route !== 'vendor') return none('triage keeps the case home');
  const tried = state.triedVendors.length;
  if (tried >= policy.maxOffers)
    return none(
      `${tried === 1 ? '1 vendor was' : `${tried} vendors were`} offered the case, the most that policy allows`,
    );
  const refused: { vendor: string; because: Ineligible }[] = [];
  for (const vendor of policy.vendors) {
    const because = ineligible(vendor, state, policy, calendar, now);
    if (because === undefined) {
      const first = refused.length === 0;
      return {
        vendor,
        reason: first ? "first in the policy's order" : `next after ${inWords(refused, policy)}`,
        refused,
      };
    }
    refused.push({ vendor: vendor.id, because });
  }
  if (refused.length === 0) return none('the policy has no vendors');
  return none(`no vendor can take it now (${inWords(refused, policy)})`, refused);
}

function inWords(refused: Selection['refused'], { vendors }: Policy): string {
  const words = refused.map(({ vendor, because }) => {
    const name = vendors.find(({ id }) => id === vendor)?.name ?? vendor;
    return `${name}: ${INELIGIBLE_WORDS[because]}`;
  });
  return words.join('; ');
}

function ineligible(
  vendor: VendorPolicy,
  state: Case,
  policy: Policy,
  calendar: (name: string) => Calendar,
  now: number,
): Ineligible | undefined {
  if (state.triedVendors.includes(vendor.id)) return 'already-tried';
  const { triage } = state;
  if (triage === undefined || !mayReceive(state, vendor, policy)) return 'data-class';
  if (!vendor.categories.includes(triage.category)) return 'category';
  if (triage.language !== 'unknown' && !speaks(vendor.languages, triage.language)) return 'language';
  if (!calendar(vendor.calendar).isOpen(now)) return 'closed-now';
  return undefined;
}

/** What a vendor is sent of a case: only the fields that its entry in the policy allows. */
export type Packet = Readonly<Partial<Record<VendorPolicy['packetFields'][number], string | readonly string[]>>>;

/** Builds the packet; a field that the policy does not list, or the case does not have, is left out. */
export function buildPacket(state: Case, vendor: VendorPolicy): Packet {
  const known: Record<VendorPolicy['packetFields'][number], string | readonly string[] | undefined> = {
    category: state.triage?.category,
    priority: state.priority,
    language: state.triage?.language,
    channel: state.fields.channel,
    region: state.fields.region,
    subject: state.fields.subject,
    text: state.fields.text,
    tags: state.fields.tags,
    openedAt: state.openedAt,
  };
  return Object.fromEntries(
    vendor.packetFields.flatMap((field) => (known[field] === undefined ? [] : [[field, known[field]]])),
  );
}
