import * as z from 'zod/mini';
import { ALWAYS, type Calendar, compileCalendar, groupCalendar } from './calendar.ts';
import { CaseStatus, ClockName, Priority, Route } from './event.ts';
import { speaks } from './speaks.ts';

/**
 * The compiled policy: what policy/*.yaml says, checked and with every name resolved. It is made
 * at synth, shipped inside each function's bundle, and never changed at run time. Durations are
 * whole seconds.
 */

const Minutes = z.number().check(z.gte(0), z.lte(1440));

export const CalendarPolicy = z.union([
  z.object({
    zone: z.string(),
    weekly: z.record(z.string(), z.array(z.tuple([Minutes, Minutes]))),
    holidays: z.array(z.string()),
    /** What public holidays are called: name → dates. Those without a name were written by hand. */
    holidayNames: z.optional(z.record(z.string(), z.array(z.string()))),
    holidaysKnown: z.optional(z.object({ from: z.optional(z.string()), to: z.string() })),
    special: z.optional(z.record(z.string(), z.array(z.tuple([Minutes, Minutes])))),
  }),
  /** Follow the sun: open when any of these calendars is. */
  z.object({ members: z.array(z.string()) }),
]);
export type CalendarPolicy = z.infer<typeof CalendarPolicy>;

/** A warning, as written and as what it means: a share of the target, or open time before the deadline. */
export const Warning = z.object({
  name: z.string(),
  share: z.optional(z.number()),
  secondsBefore: z.optional(z.number()),
});
export type Warning = z.infer<typeof Warning>;

const Targets = z.record(Priority, z.number().check(z.gt(0)));

/** What a target can depend on, besides the priority. */
export const PROMISE_KEYS = ['tier', 'queue', 'language', 'channel', 'vendor'] as const;
export type PromiseKey = (typeof PROMISE_KEYS)[number];

/** Other targets for some cases: those that have one of the values listed, for each key that is. */
export const PromiseException = z.object({
  when: z.partialRecord(z.enum(PROMISE_KEYS), z.array(z.string())),
  targets: z.partialRecord(Priority, z.number().check(z.gt(0))),
  /** Another calendar for them; absent: the clock's own. */
  calendar: z.optional(z.string()),
});
export type PromiseException = z.infer<typeof PromiseException>;

export const ClockPolicy = z.object({
  clock: ClockName,
  /** A calendar's name, or "always" for plain time. */
  calendar: z.string(),
  /** Target per priority, seconds of open time. */
  targets: Targets,
  /** Tried in order: the first that fits the case and has a target for its priority is the promise. */
  exceptions: z.array(PromiseException),
  warnings: z.array(Warning),
  /** Statuses in which the clock is paused. */
  pauseOn: z.array(CaseStatus),
  /** What reopening a solved case does to this clock, if its solution stopped it. */
  onReopen: z.enum(['resume', 'restart']),
  /** Of the resolution: it runs on in a solved case, until that is closed. Absent: until it is solved. */
  until: z.optional(z.literal('closed')),
});
export type ClockPolicy = z.infer<typeof ClockPolicy>;

const Values = z.array(z.union([z.string(), z.number(), z.boolean()]));

/**
 * One condition of a triage rule: all that it says must hold. Text matching ignores case.
 * Named lists are written out by the compiler; `list` is only kept to explain a match.
 */
export interface Condition {
  readonly all?: readonly Condition[] | undefined;
  readonly any?: readonly Condition[] | undefined;
  readonly not?: Condition | undefined;
  /** A field of the case: one of TRIAGE_FIELDS (domain/triage-fields.ts), or custom.<name>. */
  readonly field?: string | undefined;
  readonly is?: readonly (string | number | boolean)[] | undefined;
  /** Any of these phrases, as whole words. */
  readonly contains?: readonly string[] | undefined;
  /** Any of these patterns (RE2 syntax, case ignored). */
  readonly matches?: readonly string[] | undefined;
  readonly exists?: boolean | undefined;
  /** Bounds of a number, both inclusive. */
  readonly atLeast?: number | undefined;
  readonly atMost?: number | undefined;
  /** With field `cases`: how many plain seconds before the opening are looked at. */
  readonly withinSeconds?: number | undefined;
  /** The case was opened while this calendar was open. */
  readonly during?: string | undefined;
  /** The named list that `is` or `contains` was written as. */
  readonly list?: string | undefined;
}
export const Condition: z.ZodMiniType<Condition> = z.strictObject({
  get all() {
    return z.optional(z.array(Condition));
  },
  get any() {
    return z.optional(z.array(Condition));
  },
  get not() {
    return z.optional(Condition);
  },
  field: z.optional(z.string()),
  is: z.optional(Values),
  contains: z.optional(z.array(z.string())),
  matches: z.optional(z.array(z.string())),
  exists: z.optional(z.boolean()),
  atLeast: z.optional(z.number()),
  atMost: z.optional(z.number()),
  withinSeconds: z.optional(z.number()),
  during: z.optional(z.string()),
  list: z.optional(z.string()),
});

/** A condition and all conditions inside it, each before its parts. */
export function conditionsIn(condition: Condition | undefined): Condition[] {
  if (condition === undefined) return [];
  const { all = [], any = [], not } = condition;
  return [condition, ...[...all, ...any, not].flatMap(conditionsIn)];
}

export const Outcome = z.object({
  priority: z.optional(Priority),
  category: z.string(),
  queue: z.string(),
  route: Route,
  sensitive: z.boolean(),
  dataClass: z.string(),
  tags: z.array(z.string()),
  /** What an agent must be able to do. */
  skills: z.array(z.string()),
});
export type Outcome = z.infer<typeof Outcome>;

export const TriageRule = z.object({
  id: z.string(),
  owner: z.string(),
  reason: z.string(),
  when: z.optional(Condition),
  /** A lead is told at once of each case that the rule holds for, whichever rule decides it. */
  tell: z.optional(z.literal('now')),
  /** How sure the rule is, 0 to 1; with `scored`, what it adds to its category. */
  score: z.number(),
  outcome: Outcome,
});
export type TriageRule = z.infer<typeof TriageRule>;

/** The fields of a case that a packet can carry to a vendor. */
export const PACKET_FIELDS = [
  'category',
  'priority',
  'language',
  'channel',
  'region',
  'subject',
  'text',
  'tags',
  'openedAt',
] as const;

/** What becomes of a ticket whose vendor has resolved it: a status, or it is left as it is (the vendor solves it in the CRM). */
export const WHEN_RESOLVED = ['solved', 'pending', 'unchanged'] as const;

export const VendorPolicy = z.object({
  id: z.string(),
  name: z.string(),
  /** Where offers are posted. */
  url: z.string(),
  calendar: z.string(),
  languages: z.array(z.string()),
  dataClasses: z.array(z.string()),
  categories: z.array(z.string()),
  packetFields: z.array(z.enum(PACKET_FIELDS)),
  /** Plain seconds a vendor has to answer an offer. */
  answerSeconds: z.number(),
  /** Plain seconds a vendor has to finish an accepted case. */
  workSeconds: z.number(),
  /** What becomes of the ticket when the vendor has resolved its case. */
  whenResolved: z.enum(WHEN_RESOLVED),
});
export type VendorPolicy = z.infer<typeof VendorPolicy>;

export const LeadPolicy = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  zone: z.string(),
  calendar: z.string(),
});
export type LeadPolicy = z.infer<typeof LeadPolicy>;

/** The CRMs that there is an adapter for. */
export const SOURCE_KINDS = ['zendesk', 'standard-webhooks'] as const;

/** Someone of our own team who works cases. */
export const AgentPolicy = z.object({
  id: z.string(),
  name: z.string(),
  /** The user that the CRM knows the agent as, per source. */
  crmUserIds: z.record(z.string(), z.string()),
  /** The agent's day, for the limits of exposure. */
  zone: z.string(),
  /** Shifts. */
  calendar: z.string(),
  queues: z.array(z.string()),
  languages: z.array(z.string()),
  skills: z.array(z.string()),
  /** Most cases held at once. */
  capacity: z.number(),
  /** Takes no sensitive cases. */
  optOut: z.boolean(),
});
export type AgentPolicy = z.infer<typeof AgentPolicy>;

/** Limits of what one agent has to look at in a day of their own zone. */
export const ExposurePolicy = z.object({
  casesPerDay: z.number(),
  minutesPerDay: z.number(),
  /** Plain seconds between two sensitive cases. */
  coolDownSeconds: z.number(),
  /** What a sensitive case counts until its minutes are measured. */
  expectedMinutes: z.number(),
});
export type ExposurePolicy = z.infer<typeof ExposurePolicy>;

export const TriagePolicy = z.object({
  /** `first-match`: the first rule that holds decides. `scored`: the category whose rules add up to most. */
  mode: z.enum(['first-match', 'scored']),
  /** A decision less sure than this (0 to 1) goes to `unsure` instead. */
  minConfidence: z.number(),
  unsure: z.optional(Outcome),
  /** Plain seconds in which the same text of the same customer is a duplicate; 0: never. */
  duplicateSeconds: z.number(),
  rules: z.array(TriageRule),
  otherwise: Outcome,
});
export type TriagePolicy = z.infer<typeof TriagePolicy>;

const Rung = z.object({ to: z.enum(['on-duty', 'all']), waitSeconds: z.number() });

export const Policy = z.object({
  /** Hash of everything below. */
  version: z.string(),
  organisation: z.string(),
  sources: z.record(
    z.string(),
    z.object({
      kind: z.enum(SOURCE_KINDS),
      /** Base URL of the CRM's API (Zendesk), or the address that updates are posted to; without it nothing is written back. */
      apiUrl: z.optional(z.string()),
      /** The page of a case in the CRM, with `{id}` where its id goes. */
      ticketUrl: z.optional(z.string()),
      /** The CRM's user that CaseRelay writes as; what it does comes back as webhooks and is dropped. */
      integrationUserId: z.optional(z.string()),
      /** An alarm rings when nothing came from it for so many whole hours on end, in all of which the calendar was open. */
      silence: z.optional(z.object({ hours: z.number(), calendar: z.string() })),
    }),
  ),
  calendars: z.record(z.string(), CalendarPolicy),
  clocks: z.array(ClockPolicy),
  /** How long "1 business day" is, if the policy speaks of business days. */
  businessDaySeconds: z.optional(z.number()),
  defaultPriority: Priority,
  triage: TriagePolicy,
  queues: z.record(
    z.string(),
    z.object({ name: z.string(), groupId: z.optional(z.string()), leads: z.array(z.string()) }),
  ),
  vendors: z.array(VendorPolicy),
  agents: z.array(AgentPolicy),
  exposure: ExposurePolicy,
  /** Hosts on loopback may be called, in plain HTTP: only ever true for the toys of a local run. */
  allowLoopback: z.boolean(),
  /** Most vendors that are offered one case before it comes home. */
  maxOffers: z.number(),
  leads: z.array(LeadPolicy),
  alerting: z.object({
    from: z.string(),
    /** Each step of an escalation: whom it goes to, and plain seconds to wait for an acknowledgement before the next. */
    rungs: z.array(Rung),
    /** The steps for danger; absent: the same. */
    dangerRungs: z.optional(z.array(Rung)),
    linkDays: z.number(),
  }),
});
export type Policy = z.infer<typeof Policy>;

type SourcePolicy = Policy['sources'][string];

/** Is what is decided about a source's cases written to its CRM? */
export function isWrittenTo(source: SourcePolicy | undefined): source is SourcePolicy & { apiUrl: string } {
  return source?.apiUrl !== undefined;
}

/** What the policy promises for a clock; undefined for one that it does not time. */
export function clockPolicy(policy: Pick<Policy, 'clocks'>, clock: ClockName): ClockPolicy | undefined {
  return policy.clocks.find((entry) => entry.clock === clock);
}

/** What a promise to a case depends on. */
export type PromiseSubject = { readonly priority: Priority } & { readonly [K in PromiseKey]?: string | undefined };

/** The target (seconds of open time) and calendar that a clock has for a case. Values are compared without case; "es" stands for es-MX too. */
export function promiseOf(clock: ClockPolicy, subject: PromiseSubject): { targetSeconds: number; calendar: string } {
  for (const { when, targets, calendar } of clock.exceptions) {
    const targetSeconds = targets[subject.priority];
    if (targetSeconds !== undefined && fits(when, subject))
      return { targetSeconds, calendar: calendar ?? clock.calendar };
  }
  return { targetSeconds: clock.targets[subject.priority], calendar: clock.calendar };
}

function fits(when: PromiseException['when'], subject: PromiseSubject): boolean {
  return PROMISE_KEYS.every((key) => {
    const wanted = when[key];
    const value = subject[key]?.toLowerCase();
    if (wanted === undefined || value === undefined) return wanted === undefined;
    return key === 'language' ? speaks(wanted, value) : wanted.some((one) => value === one.toLowerCase());
  });
}

/** Calendars of one policy, each compiled once. `always` is open all the time. */
export function policyCalendars(policy: Pick<Policy, 'calendars' | 'version'>): (name: string) => Calendar {
  const compiled = new Map<string, Calendar>([['always', ALWAYS]]);
  const calendarOf = (name: string): Calendar => {
    let calendar = compiled.get(name);
    if (calendar === undefined) {
      const definition = policy.calendars[name];
      if (definition === undefined) throw new Error(`policy ${policy.version} has no calendar "${name}"`);
      calendar =
        'members' in definition ? groupCalendar(definition.members.map(calendarOf)) : compileCalendar(definition);
      compiled.set(name, calendar);
    }
    return calendar;
  };
  return calendarOf;
}
