import * as z from 'zod/mini';

/**
 * Case events: the normalised facts that a case is a fold of.
 *
 * CRM adapters make the events of the first group; CaseRelay itself makes those of the second
 * (its decisions, offers and alerts), so that one log explains the whole life of a case.
 * All instants are ISO 8601 UTC with milliseconds ("2026-11-22T09:30:00.000Z"), so that they
 * sort as text.
 */

/** An instant, normalised to UTC milliseconds whatever precision or offset the source used. */
export const Instant = z.pipe(
  z.string().check(z.refine((text) => isInstant(text), 'expected an ISO 8601 instant such as 2026-11-22T09:30:00Z')),
  z.transform((text) => toInstant(Date.parse(text))),
);

/** Milliseconds since the epoch → the one textual form of an instant used everywhere. */
export function toInstant(ms: number): string {
  return new Date(ms).toISOString();
}

function isInstant(text: string): boolean {
  const hasForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/.test(text);
  return hasForm && !Number.isNaN(Date.parse(text)) && isDate(text.slice(0, 10));
}

/** Date.parse takes 30 February for 2 March. */
function isDate(day: string): boolean {
  return new Date(day).toISOString().startsWith(day);
}

export const Priority = z.enum(['low', 'normal', 'high', 'urgent']);
export type Priority = z.infer<typeof Priority>;

/** Work states of a case, in the field's common terms. `merged` and `deleted` end a case without a solution. */
export const CaseStatus = z.enum(['new', 'open', 'pending', 'on-hold', 'solved', 'closed', 'merged', 'deleted']);
export type CaseStatus = z.infer<typeof CaseStatus>;

export const Author = z.enum(['customer', 'agent', 'vendor', 'system']);
export type Author = z.infer<typeof Author>;

/** What a CRM knows of a case; any event may carry what it happens to know. */
export const CaseFields = z.object({
  subject: z.optional(z.string()),
  text: z.optional(z.string()),
  channel: z.optional(z.string()),
  language: z.optional(z.string()),
  requesterId: z.optional(z.string()),
  assigneeId: z.optional(z.string()),
  group: z.optional(z.string()),
  tier: z.optional(z.string()),
  region: z.optional(z.string()),
  tags: z.optional(z.array(z.string())),
  /** Anything else the source sends that rules may look at (custom fields, form, brand). */
  custom: z.optional(z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))),
});
export type CaseFields = z.infer<typeof CaseFields>;

const A_SEQUENCE = 'expected a whole number from 0, beyond 2^53 as text of at most 20 digits';

/**
 * The place that a source gives an event among those of its case: a counter, an audit id. A whole number, as a number
 * or, beyond 2^53, as text of at most 20 digits; kept as text. It orders what shares an instant (domain/log-order.ts).
 */
export const Sequence = z.pipe(
  z.union(
    [
      z.number().check(z.refine((place) => Number.isSafeInteger(place) && place >= 0, A_SEQUENCE)),
      z.string().check(z.regex(/^\d{1,20}$/, A_SEQUENCE)),
    ],
    A_SEQUENCE,
  ),
  z.transform(String),
);

const CASE_ID = /^[a-z0-9-]+:[^\s#]{1,200}$/;

const base = {
  /** Unique within the source, the same on every retry: a delivery id, an event id, or (ours) what the event is about. */
  key: z.string().check(z.minLength(1), z.maxLength(512)),
  caseId: z.string().check(z.regex(CASE_ID, 'expected "<source>:<id>"')),
  /** The source's clock. */
  occurredAt: Instant,
  /** Ours. */
  receivedAt: Instant,
  /** The source's own order, where it has one. */
  sequence: z.optional(Sequence),
};

/** The promises that can be timed; domain/turns.ts has what starts, pauses and stops each. */
export const ClockName = z.enum([
  'first-response',
  'next-response',
  'periodic-update',
  'resolution',
  'requester-wait',
  'agent-work',
  'queue-ownership',
  'handoff-ack',
  'handoff-resolution',
]);
export type ClockName = z.infer<typeof ClockName>;

/** A stretch in which a clock stands still; without `to`, it still does. */
export const Pause = z.object({ from: Instant, to: z.optional(Instant), reason: z.string() });
export type Pause = z.infer<typeof Pause>;

/** Mail headers that tell a machine's message from a person's (domain/automatic.ts), by lower-case name. */
export const MailHeaders = z.record(z.string(), z.string());
export type MailHeaders = z.infer<typeof MailHeaders>;

/** States of a handoff; domain/handoff.ts has the contract: which may follow which. */
export const HandoffState = z.enum(['offered', 'accepted', 'rejected', 'expired', 'resolved', 'returned', 'recalled']);
export type HandoffState = z.infer<typeof HandoffState>;

export const RejectReason = z.enum(['capacity', 'skill', 'language', 'hours', 'policy', 'other']);
export type RejectReason = z.infer<typeof RejectReason>;

/** Why a handoff was taken back from its vendor: its time was up, or the case was over. */
export const RecalledBy = z.enum(['work-timeout', 'case-solved', 'case-closed', 'case-merged', 'case-deleted']);
export type RecalledBy = z.infer<typeof RecalledBy>;

/** Where a case goes: our own team, a vendor, or nowhere (spam, a duplicate): parked, with its clocks cancelled. */
export const Route = z.enum(['home', 'vendor', 'parked']);
export type Route = z.infer<typeof Route>;

/** A condition that held: what the policy asks for, never what the customer wrote. */
export const Match = z.object({ field: z.string(), operator: z.string(), value: z.string() });
export type Match = z.infer<typeof Match>;

/** A rule that held, or nearly decided, and why it did not. */
export const Alternative = z.object({ ruleId: z.string(), category: z.string(), because: z.string() });
export type Alternative = z.infer<typeof Alternative>;

/** What triage decided and why. */
export const Decision = z.object({
  /** The rule that decided; `otherwise`, `unsure`, or `duplicate` if none did. */
  ruleId: z.string(),
  reason: z.string(),
  policyVersion: z.string(),
  priority: Priority,
  queue: z.string(),
  route: Route,
  sensitive: z.boolean(),
  dataClass: z.string(),
  category: z.string(),
  tags: z.array(z.string()),
  language: z.string(),
  /** What an agent must be able to do. */
  skills: z.optional(z.array(z.string())),
  /** How sure it is, 0 to 1. */
  confidence: z.optional(z.number()),
  matched: z.optional(z.array(Match)),
  alternatives: z.optional(z.array(Alternative)),
  /** The case of the same customer with the same text that this one repeats. */
  duplicateOf: z.optional(z.string()),
});
export type Decision = z.infer<typeof Decision>;

/** What a lead is told of. */
export const AlertKind = z.enum(['warning', 'breach', 'breached-on-retarget', 'came-home', 'nobody-left', 'danger']);
export type AlertKind = z.infer<typeof AlertKind>;

/** One case event; `type` tells which. */
export const CaseEvent = z.discriminatedUnion('type', [
  // From a CRM.
  z.object({
    ...base,
    type: z.literal('opened'),
    status: z.optional(CaseStatus),
    priority: z.nullish(Priority),
    fields: CaseFields,
    headers: z.optional(MailHeaders),
  }),
  z.object({
    ...base,
    type: z.literal('message-added'),
    author: Author,
    public: z.boolean(),
    text: z.optional(z.string()),
    fields: z.optional(CaseFields),
    headers: z.optional(MailHeaders),
  }),
  z.object({ ...base, type: z.literal('status-changed'), status: CaseStatus, fields: z.optional(CaseFields) }),
  /** `by`: who solved it, where the source says so. */
  z.object({ ...base, type: z.literal('solved'), by: z.optional(Author), fields: z.optional(CaseFields) }),
  z.object({ ...base, type: z.literal('reopened'), fields: z.optional(CaseFields) }),
  z.object({ ...base, type: z.literal('priority-changed'), priority: z.nullable(Priority) }),
  z.object({ ...base, type: z.literal('assigned'), assigneeId: z.nullable(z.string()), group: z.optional(z.string()) }),
  z.object({ ...base, type: z.literal('merged'), into: z.optional(z.string()) }),
  z.object({ ...base, type: z.literal('csat-received'), score: z.enum(['good', 'bad']) }),
  // From CaseRelay.
  /** Another case was merged into this one. */
  z.object({
    ...base,
    type: z.literal('absorbed'),
    /** The case that was merged away. */
    from: z.string(),
    /** Its customer's unanswered turn, if it had one. */
    waiting: z.optional(z.object({ startedAt: Instant, pauses: z.array(Pause) })),
  }),
  /** The case was folded anew under another policy. */
  z.object({
    ...base,
    type: z.literal('policy-changed'),
    from: z.string(),
    to: z.string(),
    /** What the open clocks were promised until then. */
    targets: z.array(z.object({ clock: ClockName, turn: z.number(), targetSeconds: z.number(), calendar: z.string() })),
  }),
  /** `calledBy`: key of the event that called for it. */
  z.object({ ...base, type: z.literal('triaged'), decision: Decision, calledBy: z.optional(z.string()) }),
  z.object({
    ...base,
    type: z.literal('handoff-offered'),
    handoffId: z.string(),
    vendor: z.string(),
    attempt: z.number(),
    reason: z.string(),
    packetHash: z.string(),
    answerBy: Instant,
  }),
  z.object({ ...base, type: z.literal('handoff-accepted'), handoffId: z.string(), vendor: z.string() }),
  z.object({
    ...base,
    type: z.literal('handoff-rejected'),
    handoffId: z.string(),
    vendor: z.string(),
    reason: RejectReason,
    note: z.optional(z.string()),
  }),
  z.object({ ...base, type: z.literal('handoff-expired'), handoffId: z.string(), vendor: z.string() }),
  z.object({
    ...base,
    type: z.literal('handoff-resolved'),
    handoffId: z.string(),
    vendor: z.string(),
    note: z.optional(z.string()),
  }),
  z.object({
    ...base,
    type: z.literal('handoff-returned'),
    handoffId: z.string(),
    vendor: z.string(),
    reason: RejectReason,
    note: z.optional(z.string()),
  }),
  z.object({
    ...base,
    type: z.literal('handoff-recalled'),
    handoffId: z.string(),
    vendor: z.string(),
    by: RecalledBy,
  }),
  z.object({ ...base, type: z.literal('brought-home'), reason: z.string(), tried: z.array(z.string()) }),
  /** An agent was given the case. `sensitive`: its minutes count as exposure. */
  z.object({
    ...base,
    type: z.literal('agent-assigned'),
    agentId: z.string(),
    reason: z.string(),
    sensitive: z.boolean(),
    /** How many other agents could not take it, by reason; sums, so that the log tells no person's limits. */
    passedOver: z.record(z.string(), z.number()),
    /** When it goes back to its queue if it has not been worked: the end of the agent's shift. */
    backAt: z.optional(Instant),
  }),
  /** An agent's unworked case went back to its queue. */
  z.object({
    ...base,
    type: z.literal('agent-released'),
    agentId: z.string(),
    reason: z.enum(['off-shift', 'left-team']),
  }),
  /** No agent could take the case now. */
  z.object({
    ...base,
    type: z.literal('assignment-deferred'),
    reason: z.string(),
    passedOver: z.record(z.string(), z.number()),
    /** Only the limits of exposure stand between the case and an agent: the lead is told. */
    exposureExhausted: z.boolean(),
    /** When it is tried again. */
    retryAt: Instant,
  }),
  /** It is time to try again. */
  z.object({ ...base, type: z.literal('assignment-due'), retryOf: z.string() }),
  /** Rules that say "tell: now" hold for what an event brought: a lead is told at once. Its instant is that event's. */
  z.object({
    ...base,
    type: z.literal('danger-found'),
    /** Key of the event that brought it. */
    calledBy: z.string(),
    place: z.enum(['opening', 'message', 'fields']),
    /** Those that nobody was told of yet. */
    rules: z.array(z.object({ ruleId: z.string(), reason: z.string() })),
    /** Whose leads are told. */
    queue: z.string(),
    /** Was the case over already? Then that it is over says nothing about the danger. */
    wasOver: z.boolean(),
    /** How often the case had come to an end by then. */
    endings: z.number(),
    policyVersion: z.string(),
  }),
  z.object({
    ...base,
    type: z.literal('written-back'),
    what: z.array(z.string()),
    /** Why the CRM would not take it; nothing was written then. */
    refused: z.optional(z.string()),
  }),
  z.object({
    ...base,
    type: z.literal('deadline-reached'),
    clock: ClockName,
    turn: z.number(),
    /** 'breach', or the warning as the policy writes it ("75%", "30 business minutes before"). */
    threshold: z.string(),
    kind: z.enum(['warning', 'breach', 'breached-on-retarget']),
    /** The instant that was reached. */
    at: Instant,
    /** The deadline it belongs to (equals `at` for a breach). */
    dueAt: Instant,
    /** The target it belongs to, seconds of open time: told once for it, wherever pauses move the deadline. */
    targetSeconds: z.number(),
  }),
  z.object({
    ...base,
    type: z.literal('alert-notified'),
    alertId: z.string(),
    rung: z.number(),
    to: z.string(),
    kind: AlertKind,
  }),
  z.object({
    ...base,
    type: z.literal('alert-acknowledged'),
    alertId: z.string(),
    by: z.string(),
    /** What the lead took charge of, if the alert has a deadline: later alerts of the same are covered (domain/acknowledgement.ts). */
    promise: z.optional(z.object({ clock: ClockName, turn: z.number(), targetSeconds: z.number() })),
    /** The alert whose acknowledgement covered this one; absent if the lead pressed the button for this one. */
    through: z.optional(z.string()),
  }),
  z.object({ ...base, type: z.literal('alert-unanswered'), alertId: z.string(), rung: z.number() }),
]);
export type CaseEvent = z.infer<typeof CaseEvent>;
export type CaseEventType = CaseEvent['type'];
export type EventOf<T extends CaseEventType> = Extract<CaseEvent, { type: T }>;

/** The case that goes on after a merge, which a CRM may name with its source or without; undefined if the merge names none, or the merged case itself. */
export function survivorOf({ caseId, into = '' }: EventOf<'merged'>): string | undefined {
  const source = caseId.slice(0, caseId.indexOf(':') + 1);
  const survivor = into.startsWith(source) ? into : source + into;
  return CASE_ID.test(survivor) && survivor !== caseId ? survivor : undefined;
}
