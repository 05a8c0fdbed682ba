import * as z from 'zod/mini';
import { ALWAYS, type Calendar, compileCalendar } from './calendar.ts';
import { CaseStatus, ClockName, Priority } from './event.ts';

/**
 * The compiled policy: what policy/*.yaml says, checked and with every name resolved. It is made
 * at synth, shipped inside each function's bundle, and never changed at run time. Durations are
 * whole seconds.
 */

const Minutes = z.number().check(z.gte(0), z.lte(1440));

export const CalendarPolicy = z.object({
  zone: z.string(),
  weekly: z.record(z.string(), z.array(z.tuple([Minutes, Minutes]))),
  holidays: z.array(z.string()),
  special: z.optional(z.record(z.string(), z.array(z.tuple([Minutes, Minutes])))),
});

/** A warning, as written and as what it means: a share of the target, or open time before the deadline. */
export const Warning = z.object({
  name: z.string(),
  share: z.optional(z.number()),
  secondsBefore: z.optional(z.number()),
});
export type Warning = z.infer<typeof Warning>;

export const ClockPolicy = z.object({
  clock: ClockName,
  /** A calendar's name, or "always" for plain time. */
  calendar: z.string(),
  /** Target per priority, seconds of open time. */
  targets: z.record(Priority, z.number().check(z.gt(0))),
  warnings: z.array(Warning),
  /** Statuses in which the clock is paused. */
  pauseOn: z.array(CaseStatus),
  /** What reopening a solved case does to its resolution clock. */
  onReopen: z.enum(['resume', 'restart']),
});
export type ClockPolicy = z.infer<typeof ClockPolicy>;

const Values = z.array(z.union([z.string(), z.number(), z.boolean()]));

/** One condition of a triage rule. Text matching ignores case. */
export interface Condition {
  readonly all?: readonly Condition[] | undefined;
  readonly any?: readonly Condition[] | undefined;
  readonly not?: Condition | undefined;
  /** A field of the case: one of TRIAGE_FIELDS (domain/triage.ts), or custom.<name>. */
  readonly field?: string | undefined;
  readonly is?: readonly (string | number | boolean)[] | undefined;
  /** Any of these phrases, as whole words. */
  readonly contains?: readonly string[] | undefined;
  readonly exists?: boolean | undefined;
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
  exists: z.optional(z.boolean()),
});

export const Outcome = z.object({
  priority: z.optional(Priority),
  category: z.string(),
  queue: z.string(),
  route: z.enum(['home', 'vendor']),
  sensitive: z.boolean(),
  dataClass: z.string(),
  tags: z.array(z.string()),
});
export type Outcome = z.infer<typeof Outcome>;

export const TriageRule = z.object({
  id: z.string(),
  owner: z.string(),
  reason: z.string(),
  when: z.optional(Condition),
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

export const Policy = z.object({
  /** Hash of everything below. */
  version: z.string(),
  organisation: z.string(),
  sources: z.record(
    z.string(),
    z.object({
      kind: z.enum(SOURCE_KINDS),
      /** Base URL of the CRM's API, for what is written back. */
      apiUrl: z.optional(z.string()),
      /** The CRM's user that CaseRelay writes as; what it does comes back as webhooks and is dropped. */
      integrationUserId: z.optional(z.string()),
    }),
  ),
  calendars: z.record(z.string(), CalendarPolicy),
  clocks: z.array(ClockPolicy),
  defaultPriority: Priority,
  triage: z.object({ rules: z.array(TriageRule), otherwise: Outcome }),
  queues: z.record(
    z.string(),
    z.object({ name: z.string(), groupId: z.optional(z.string()), leads: z.array(z.string()) }),
  ),
  vendors: z.array(VendorPolicy),
  /** Hosts on loopback may be called, in plain HTTP: only ever true for the toys of a local run. */
  allowLoopback: z.boolean(),
  /** Most vendors that are offered one case before it comes home. */
  maxOffers: z.number(),
  leads: z.array(LeadPolicy),
  alerting: z.object({
    from: z.string(),
    /** Each step of an escalation: whom it goes to, and plain seconds to wait for an acknowledgement before the next. */
    rungs: z.array(z.object({ to: z.enum(['on-duty', 'all']), waitSeconds: z.number() })),
    linkDays: z.number(),
  }),
});
export type Policy = z.infer<typeof Policy>;

/** What the policy promises for a clock; undefined for one that it does not time. */
export function clockPolicy(policy: Policy, clock: ClockName): ClockPolicy | undefined {
  return policy.clocks.find((entry) => entry.clock === clock);
}

/** Calendars of one policy, each compiled once. `always` is open all the time. */
export function policyCalendars(policy: Policy): (name: string) => Calendar {
  const compiled = new Map<string, Calendar>([['always', ALWAYS]]);
  return (name) => {
    let calendar = compiled.get(name);
    if (calendar === undefined) {
      const definition = policy.calendars[name];
      if (definition === undefined) throw new Error(`policy ${policy.version} has no calendar "${name}"`);
      calendar = compileCalendar(definition);
      compiled.set(name, calendar);
    }
    return calendar;
  };
}
