import type { ClockName } from '../../../domain/event.ts';
import { type Interval, union } from '../../../domain/open-intervals.ts';
import {
  type AgentPolicy,
  type ClockPolicy,
  type Outcome,
  type Policy,
  policyCalendars,
} from '../../../domain/policy.ts';
import { HANDOFFS } from '../../../domain/turns.ts';
import { DAY_MS } from '../../../domain/zone-time.ts';

/** Time in which promises run and somebody is missing, for the queues that have the same of it. */
export interface Uncovered {
  /** The calendar that the promises are counted in. */
  readonly calendar: string;
  readonly clocks: readonly ClockName[];
  /** The queues, each with what its cases need: "billing", "trust-and-safety (crisis)". */
  readonly cases: readonly string[];
  /** Who is not there: no agent of the queue is on shift, no lead of it on duty, or neither. */
  readonly missing: 'agents' | 'leads' | 'both';
  /** Instants in ms, in order. Those that begin in the period asked for, in full. */
  readonly spells: readonly Interval[];
}

/** Longer than anybody is away between two shifts that are worth telling apart. */
const MARGIN_MS = 8 * DAY_MS;

/**
 * When the promises to customers run but nobody of a queue is there, from one instant (ms) to another, by the
 * compiled calendars with their holidays. A queue that no case goes to, or whose cases are parked, needs nobody;
 * without agents in the policy, the CRM gives out the cases and only leads are looked for.
 */
export function uncovered(policy: Policy, from: number, to: number): Uncovered[] {
  const calendar = policyCalendars(policy);
  const open = (people: readonly { readonly calendar: string }[]) =>
    union(
      [...new Set(people.map((one) => one.calendar))].flatMap((name) => [
        ...calendar(name).openings(from - MARGIN_MS, to + MARGIN_MS),
      ]),
      from - MARGIN_MS,
      to + MARGIN_MS,
    );
  const found = new Map<string, Uncovered & { readonly cases: string[] }>();
  for (const [queue, { leads: ids }] of Object.entries(policy.queues)) {
    const needs = needsOf(queue, policy);
    const leads = open(policy.leads.filter(({ id }) => ids.includes(id)));
    for (const [name, clocks] of needs.length === 0 ? [] : promisesTo(queue, policy)) {
      const promised = open([{ calendar: name }]);
      const unled = without(promised, leads);
      const add = (cases: string, missing: Uncovered['missing'], gaps: readonly Interval[]) => {
        const spells = gaps.filter(([start]) => start >= from && start < to);
        if (spells.length === 0) return;
        const key = JSON.stringify([name, clocks, missing, spells]);
        const known = found.get(key) ?? { calendar: name, clocks, cases: [], missing, spells };
        known.cases.push(cases);
        found.set(key, known);
      };
      let told: Interval[] = [];
      for (const { cases, agents } of needs) {
        const idle = agents === undefined ? [] : without(without(promised, open(agents)), told);
        const led = without(idle, unled);
        add(cases, 'agents', led);
        add(cases, 'both', without(idle, led));
        told = union([...told, ...idle], from - MARGIN_MS, to + MARGIN_MS);
      }
      add(queue, 'leads', without(unled, told));
    }
  }
  return [...found.values()];
}

interface Need {
  /** The queue, with what its cases ask for: "billing", "trust-and-safety (crisis)". */
  readonly cases: string;
  /** Who can be given them; undefined if nobody can at any time, which is told elsewhere, or the CRM gives them out. */
  readonly agents: readonly AgentPolicy[] | undefined;
}

/** What the cases of a queue need of an agent, what asks for least first; none if no case comes, or only parked ones. */
function needsOf(queue: string, { agents, triage: { rules, unsure, otherwise } }: Policy): Need[] {
  const coming = [...rules.map(({ outcome }) => outcome), unsure, otherwise].filter(
    (outcome) => outcome?.queue === queue && outcome.route !== 'parked',
  ) as Outcome[];
  const needs = new Map<string, Need & { readonly least: number }>();
  for (const { skills, sensitive } of coming) {
    const asked = [...skills].sort();
    const team = agents.filter((agent) => agent.queues.includes(queue));
    const able = team.filter((agent) => asked.every((skill) => agent.skills.includes(skill)));
    const willing = sensitive ? able.filter(({ optOut }) => !optOut) : able;
    const special = [...asked, ...(willing.length < able.length ? ['sensitive'] : [])];
    const cases = special.length === 0 ? queue : `${queue} (${special.join(', ')})`;
    needs.set(cases, { cases, agents: willing.length === 0 ? undefined : willing, least: special.length });
  }
  return [...needs.values()].sort((a, b) => a.least - b.least);
}

/** The calendars in which our own promises to cases of a queue are counted, each with its clocks. */
function promisesTo(queue: string, { clocks }: Policy): Map<string, ClockName[]> {
  const promises = new Map<string, ClockName[]>();
  for (const clock of clocks) {
    if (HANDOFFS.includes(clock.clock)) continue;
    for (const calendar of calendarsFor(queue, clock))
      promises.set(calendar, [...(promises.get(calendar) ?? []), clock.clock]);
  }
  return promises;
}

/** Some case of the queue is promised something in these; what a vendor has is the vendor's hours. */
function calendarsFor(queue: string, clock: ClockPolicy): Set<string> {
  const calendars = new Set<string>();
  for (const { when, calendar, targets } of clock.exceptions) {
    if (when.vendor !== undefined || (when.queue !== undefined && !when.queue.includes(queue))) continue;
    calendars.add(calendar ?? clock.calendar);
    const isForAll = Object.keys(when).every((key) => key === 'queue');
    if (isForAll && Object.keys(clock.targets).every((priority) => Object.hasOwn(targets, priority))) return calendars;
  }
  return calendars.add(clock.calendar);
}

/** What of some intervals lies in none of the others; both in order and apart from each other. */
function without(intervals: readonly Interval[], others: readonly Interval[]): Interval[] {
  const left: Interval[] = [];
  let next = 0;
  for (const [start, end] of intervals) {
    let cursor = start;
    while ((others[next]?.[1] ?? end) <= cursor && next < others.length) next++;
    for (let i = next; i < others.length && cursor < end; i++) {
      const [from, to] = others[i] as Interval;
      if (from >= end) break;
      if (from > cursor) left.push([cursor, from]);
      cursor = Math.max(cursor, to);
    }
    if (cursor < end) left.push([cursor, end]);
  }
  return left;
}
