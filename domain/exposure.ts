import * as z from 'zod/mini';
import type { Calendar } from './calendar.ts';
import type { FoldContext } from './case.ts';
import { Instant } from './event.ts';
import type { AgentPolicy, ExposurePolicy } from './policy.ts';
import { dayNumber, isoDate, zoneDays } from './zone-time.ts';

/**
 * What an agent holds, and the ledger of what they had to look at. A case is held by a lease under
 * its own id, so that a count can neither leak nor run ahead of the cases.
 */
export const Lease = z.object({
  /** When the agent was given the case. */
  since: Instant,
  /** Its minutes count as exposure. */
  sensitive: z.boolean(),
  /** What it counts on the day it was given, until its minutes are measured; 0 for a case that is not sensitive. */
  expectedMinutes: z.number(),
});
export type Lease = z.infer<typeof Lease>;

export const Holding = z.object({
  agentId: z.string(),
  /** Of the stored item; 0: there is none yet. */
  version: z.number(),
  /** Leases by case id. */
  held: z.record(z.string(), Lease),
  lastAssignedAt: z.optional(Instant),
  /** When the agent last took or let go of a sensitive case. */
  lastSensitiveAt: z.optional(Instant),
});
export type Holding = z.infer<typeof Holding>;

/** One local day of one agent: sensitive cases taken, and minutes, expected or measured. */
export const ExposureDay = z.object({ cases: z.number(), minutes: z.number() });
export type ExposureDay = z.infer<typeof ExposureDay>;

/** An agent's holding and the ledger of their present day. */
export interface AgentLoad {
  readonly holding: Holding;
  readonly today: ExposureDay;
}

/** What is added to a day (YYYY-MM-DD) of an agent's ledger. */
export interface DayChange extends ExposureDay {
  readonly day: string;
}

/** A new holding, and what its making adds to the ledger: one transaction. */
export interface HoldingChange {
  readonly holding: Holding;
  readonly days: readonly DayChange[];
}

/** Whom a lease is about: an agent with the calendar of their shifts, and the limits that hold. */
export interface LeaseTerms {
  readonly agent: AgentPolicy;
  readonly shifts: Calendar;
  readonly exposure: ExposurePolicy;
}

/** The terms for an agent under a policy. */
export function leaseTerms(agent: AgentPolicy, { policy, calendar }: FoldContext): LeaseTerms {
  return { agent, shifts: calendar(agent.calendar), exposure: policy.exposure };
}

const MINUTE_MS = 60_000;

/** Local days of one lease that are measured: an item each. What was held for longer is worth no more of them. */
const MOST_DAYS = 60;

/** The holding of an agent of whom nothing is stored. */
export function emptyHolding(agentId: string): Holding {
  return { agentId, version: 0, held: {} };
}

/** The lease that a case gives. `since`: when it was given. */
export function leaseOf(since: string, sensitive: boolean, { expectedMinutes }: ExposurePolicy): Lease {
  return { since, sensitive, expectedMinutes: sensitive ? expectedMinutes : 0 };
}

/**
 * Takes a lease; undefined if it is held already, since then and as sensitive. A sensitive case counts at once:
 * one case, and its expected minutes. A lease of the same case that is another one is let go of first.
 */
export function takeLease(
  holding: Holding,
  caseId: string,
  lease: Lease,
  terms: LeaseTerms,
): HoldingChange | undefined {
  const present = holding.held[caseId];
  if (present?.since === lease.since && present.sensitive === lease.sensitive) return undefined;
  const left = letGo(holding, caseId, lease.since, terms) ?? { holding, days: [] };
  const { since, sensitive, expectedMinutes } = lease;
  const taken = { day: localDay(terms.agent.zone, Date.parse(since)), cases: 1, minutes: expectedMinutes };
  return {
    holding: {
      ...left.holding,
      held: { ...left.holding.held, [caseId]: lease },
      lastAssignedAt: later(holding.lastAssignedAt, since),
      ...(sensitive ? { lastSensitiveAt: later(left.holding.lastSensitiveAt, since) } : {}),
    },
    days: sensitive ? summed([...left.days, taken]) : left.days,
  };
}

/**
 * Lets go of a case at `at`; undefined if it is not held. The minutes that a sensitive one was expected to take give
 * way to the measured: all time of the agent's shifts while it was held, by local days, none longer than a day's limit.
 * Without `terms`, of an agent who has left the policy, the ledger stays as it is.
 */
export function letGo(
  holding: Holding,
  caseId: string,
  at: string,
  terms: LeaseTerms | undefined,
): HoldingChange | undefined {
  const { [caseId]: lease, ...held } = holding.held;
  if (lease === undefined) return undefined;
  if (!lease.sensitive) return { holding: { ...holding, held }, days: [] };
  const { since, expectedMinutes } = lease;
  const days =
    terms === undefined
      ? []
      : summed([
          { day: localDay(terms.agent.zone, Date.parse(since)), cases: 0, minutes: -expectedMinutes },
          ...measured(Date.parse(since), Date.parse(at), terms),
        ]);
  return { holding: { ...holding, held, lastSensitiveAt: later(holding.lastSensitiveAt, at) }, days };
}

/** Minutes of open shift in each local day of `[from, to)` (ms), the last days first to be kept. */
function measured(from: number, to: number, { agent, shifts, exposure }: LeaseTerms): DayChange[] {
  const days: DayChange[] = [];
  let end = to;
  while (end > from && days.length < MOST_DAYS) {
    const day = localDay(agent.zone, end - 1);
    const start = Math.max(from, midnight(agent.zone, day));
    const minutes = Math.ceil(shifts.elapsed(start, end) / MINUTE_MS);
    if (minutes > 0) days.push({ day, cases: 0, minutes: Math.min(minutes, exposure.minutesPerDay) });
    end = start;
  }
  return days;
}

/** One change per day; those that change nothing are left out. */
function summed(changes: readonly DayChange[]): DayChange[] {
  const days = new Map<string, DayChange>();
  for (const { day, cases, minutes } of changes) {
    const sum = days.get(day) ?? { day, cases: 0, minutes: 0 };
    days.set(day, { day, cases: sum.cases + cases, minutes: sum.minutes + minutes });
  }
  return [...days.values()].filter(({ cases, minutes }) => cases !== 0 || minutes !== 0);
}

function later(a: string | undefined, b: string): string {
  return a !== undefined && a > b ? a : b;
}

/**
 * An agent's exposure on the local day of `now` (ms): what the ledger says, and the expected
 * minutes of every sensitive case that is still held from an earlier day.
 */
export function exposureOn(now: number, { holding, today }: AgentLoad, { zone }: AgentPolicy): ExposureDay {
  const day = localDay(zone, now);
  const carried = Object.values(holding.held).filter((lease) => localDay(zone, Date.parse(lease.since)) < day);
  return { cases: today.cases, minutes: carried.reduce((sum, lease) => sum + lease.expectedMinutes, today.minutes) };
}

/** Why the limits of exposure keep an agent from one more sensitive case. */
export type ExposureLimit = 'opted-out' | 'cases-cap' | 'minutes-cap' | 'cool-down';

/** The limit that an agent has come to at `now` (ms), and when that may have passed (ms; undefined: never by itself). */
export function exposureLimit(
  now: number,
  load: AgentLoad,
  agent: AgentPolicy,
  exposure: ExposurePolicy,
): { readonly limit: ExposureLimit; readonly until: number | undefined } | undefined {
  if (agent.optOut) return { limit: 'opted-out', until: undefined };
  const { cases, minutes } = exposureOn(now, load, agent);
  if (cases >= exposure.casesPerDay) return { limit: 'cases-cap', until: nextMidnight(agent.zone, now) };
  if (minutes + exposure.expectedMinutes > exposure.minutesPerDay)
    return { limit: 'minutes-cap', until: nextMidnight(agent.zone, now) };
  const { lastSensitiveAt } = load.holding;
  const until = lastSensitiveAt === undefined ? now : Date.parse(lastSensitiveAt) + exposure.coolDownSeconds * 1000;
  return until > now ? { limit: 'cool-down', until } : undefined;
}

/** What a lead sees of the exposure of a team on its present days: sums. */
export interface ExposureSums {
  /** Agents who had anything sensitive to look at. */
  readonly agents: number;
  readonly cases: number;
  readonly minutes: number;
  /** Agents who have come to a limit of the day. */
  readonly atCap: number;
}

/** The sums over a team at `now` (ms), each agent by their own local day. Agents who opted out have no limit to come to. */
export function exposureSums(
  now: number,
  team: readonly { readonly agent: AgentPolicy; readonly load: AgentLoad }[],
  exposure: ExposurePolicy,
): ExposureSums {
  const sums = { agents: 0, cases: 0, minutes: 0, atCap: 0 };
  for (const { agent, load } of team) {
    const { cases, minutes } = exposureOn(now, load, agent);
    const limit = exposureLimit(now, load, agent, exposure)?.limit;
    sums.agents += cases > 0 || minutes > 0 ? 1 : 0;
    sums.cases += cases;
    sums.minutes += minutes;
    sums.atCap += limit === 'cases-cap' || limit === 'minutes-cap' ? 1 : 0;
  }
  return sums;
}

/** Below so many, a sum would tell of a person. */
const SMALLEST_GROUP = 3;

/** The sums in words, or, of too few agents to be a sum, only that there are limits. */
export function exposureInWords({ agents, cases, minutes, atCap }: ExposureSums): string {
  if (agents < SMALLEST_GROUP) return 'too few agents had sensitive cases today to tell sums';
  return `today ${agents} agents had ${cases} sensitive cases, ${minutes} min; ${atCap} of them at a limit`;
}

/** The date (YYYY-MM-DD) that a zone has at an instant (ms). */
export function localDay(zone: string, instant: number): string {
  return isoDate(zoneDays(zone).dayOf(instant));
}

function nextMidnight(zone: string, instant: number): number {
  const days = zoneDays(zone);
  return days.instant(days.dayOf(instant) + 1, 0);
}

function midnight(zone: string, day: string): number {
  return zoneDays(zone).instant(dayNumber(day), 0);
}
