import type { Case, FoldContext } from './case.ts';
import { type AgentLoad, type ExposureLimit, exposureLimit } from './exposure.ts';
import type { AgentPolicy } from './policy.ts';
import { speaks } from './speaks.ts';

/** Why an agent cannot be given a case. An agent is counted under the first that applies. */
export type PassedOver = 'queue' | 'skills' | 'language' | 'off-shift' | ExposureLimit | 'at-capacity' | 'former';

/** Why nobody can be given a case now, as a word of low cardinality. */
export type NobodyBecause = 'no-match' | 'off-shift' | 'exposure' | 'cool-down' | 'capacity';

export interface Given {
  readonly agent: AgentPolicy;
  readonly reason: string;
  readonly passedOver: Readonly<Partial<Record<PassedOver, number>>>;
  /** End of the shift, ms: when the case goes back if it has not been worked. Undefined for one without an end. */
  readonly backAt: number | undefined;
}

export interface NotGiven {
  readonly agent: undefined;
  readonly because: NobodyBecause;
  readonly passedOver: Given['passedOver'];
  /** Nothing but the limits of a day, or an opt-out, keeps each agent on shift who could take it from it. */
  readonly exposureExhausted: boolean;
  /** When something may have changed, ms. */
  readonly retryAt: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** An agent whose shift ends in less than this is given nothing any more: there is no time to begin. */
const CLOSING_SOON_MS = 10 * MINUTE_MS;

/** A shift that goes on for longer has no end that a case could go back at. */
const LONGEST_SHIFT_MS = 24 * HOUR_MS;

/** When nothing else can be told: capacity may be free again in ten minutes, and everything is looked at twice a day. */
const CAPACITY_RETRY_MS = 10 * MINUTE_MS;
const LONGEST_RETRY_MS = 12 * HOUR_MS;
const SHORTEST_RETRY_MS = MINUTE_MS;

/** The agents who match a case by queue, skills and language and are on shift at `now` (ms): those whose loads decide. */
export function agentsOnShift(state: Case, context: FoldContext, now: number): AgentPolicy[] {
  return context.policy.agents.filter(
    (agent) => mismatch(agent, state) === undefined && shiftAt(agent, context, now).endsAt !== undefined,
  );
}

/**
 * Who is given a case at `now` (ms), or why nobody and when to try again. `loads`: those of
 * `agentsOnShift`, by agent id; an agent without one has an unknown load and is passed over as full.
 * The least loaded by share of capacity comes first, then who has gone longest without a new case, then the id:
 * so the same question has the same answer. Who held it before is asked again only if nobody else can.
 */
export function chooseAgent(
  state: Case,
  context: FoldContext,
  loads: ReadonlyMap<string, AgentLoad>,
  now: number,
): Given | NotGiven {
  const looked = context.policy.agents.map((agent) => look(agent, state, context, loads.get(agent.id), now));
  const able = looked.flatMap((one) => ('load' in one ? [one] : []));
  const refused = looked.flatMap((one) => ('because' in one ? [one] : []));
  const fresh = able.filter(({ agent }) => !state.formerAgents.includes(agent.id));
  const pool = (fresh.length > 0 ? fresh : able).toSorted(byFairness);
  const passedOver = counted([
    ...refused.map(({ because }) => because),
    ...able.filter((one) => !pool.includes(one)).map(() => 'former' as const),
  ]);
  const [first] = pool;
  if (first !== undefined) {
    return { agent: first.agent, reason: reasonFor(pool.length, fresh.length), passedOver, backAt: first.endsAt };
  }
  const soonest = Math.min(
    now + LONGEST_RETRY_MS,
    ...refused.flatMap(({ until }) => (until === undefined ? [] : [until])),
  );
  const exposureExhausted = isExhausted(refused.map(({ because }) => because));
  return {
    agent: undefined,
    because: mainReason(exposureExhausted, passedOver),
    passedOver,
    exposureExhausted,
    retryAt: Math.max(soonest, now + SHORTEST_RETRY_MS),
  };
}

interface Able {
  readonly agent: AgentPolicy;
  readonly load: AgentLoad;
  readonly endsAt: number | undefined;
}
interface Refused {
  readonly because: PassedOver;
  /** When that may have passed, ms; undefined: not by itself. */
  readonly until: number | undefined;
}

function look(
  agent: AgentPolicy,
  state: Case,
  context: FoldContext,
  load: AgentLoad | undefined,
  now: number,
): Able | Refused {
  const wrong = mismatch(agent, state);
  if (wrong !== undefined) return { because: wrong, until: undefined };
  const shift = shiftAt(agent, context, now);
  if (shift.endsAt === undefined) return { because: 'off-shift', until: shift.nextAt };
  const limit =
    state.triage?.sensitive && load !== undefined
      ? exposureLimit(now, load, agent, context.policy.exposure)
      : undefined;
  // A cool-down passes soon; the limits of a day weigh more than a full desk.
  if (limit !== undefined && limit.limit !== 'cool-down') return { because: limit.limit, until: limit.until };
  if (load === undefined || heldBy(load) >= agent.capacity)
    return { because: 'at-capacity', until: now + CAPACITY_RETRY_MS };
  if (limit !== undefined) return { because: limit.limit, until: limit.until };
  return { agent, load, endsAt: shift.endsAt === Number.POSITIVE_INFINITY ? undefined : shift.endsAt };
}

function mismatch(agent: AgentPolicy, { queue, triage }: Case): 'queue' | 'skills' | 'language' | undefined {
  if (queue === undefined || !agent.queues.includes(queue)) return 'queue';
  if (triage?.skills?.some((skill) => !agent.skills.includes(skill))) return 'skills';
  const language = triage?.language ?? 'unknown';
  return language === 'unknown' || speaks(agent.languages, language) ? undefined : 'language';
}

/** The end of an agent's present shift (Infinity: none in sight), or, off shift or nearly so, when the next begins. */
function shiftAt(
  agent: AgentPolicy,
  context: FoldContext,
  now: number,
): { readonly endsAt: number } | { readonly endsAt: undefined; readonly nextAt: number | undefined } {
  const endsAt = shiftEnd(agent, context, now) ?? Number.POSITIVE_INFINITY;
  if (endsAt - now >= CLOSING_SOON_MS) return { endsAt };
  return { endsAt: undefined, nextAt: shiftsFrom(agent, context, now).find(([from]) => from > now)?.[0] };
}

/** The end of an agent's present shift, ms: `now` if they are off shift, undefined if it goes on without end. */
export function shiftEnd(agent: AgentPolicy, context: FoldContext, now: number): number | undefined {
  const [shift] = shiftsFrom(agent, context, now);
  if (shift === undefined || shift[0] > now) return now;
  return shift[1] === now + LONGEST_SHIFT_MS ? undefined : shift[1];
}

function shiftsFrom(agent: AgentPolicy, { calendar }: FoldContext, now: number) {
  return [...calendar(agent.calendar).openings(now, now + LONGEST_SHIFT_MS)];
}

function heldBy({ holding }: AgentLoad): number {
  return Object.keys(holding.held).length;
}

function byFairness(a: Able, b: Able): number {
  const share = heldBy(a.load) / a.agent.capacity - heldBy(b.load) / b.agent.capacity;
  if (share !== 0) return share;
  const [lastA, lastB] = [a.load.holding.lastAssignedAt ?? '', b.load.holding.lastAssignedAt ?? ''];
  if (lastA !== lastB) return lastA < lastB ? -1 : 1;
  return a.agent.id < b.agent.id ? -1 : 1;
}

function reasonFor(able: number, fresh: number): string {
  if (fresh === 0) return 'held it before; nobody else can take it';
  return able === 1 ? 'the only one who can take it' : `least loaded of the ${able} who can take it`;
}

function counted(reasons: readonly PassedOver[]): Partial<Record<PassedOver, number>> {
  const counts: Partial<Record<PassedOver, number>> = {};
  for (const reason of reasons) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}

const OFF_DUTY: readonly PassedOver[] = ['queue', 'skills', 'language', 'off-shift'];
const DAY_LIMITS: readonly PassedOver[] = ['opted-out', 'cases-cap', 'minutes-cap'];

function isExhausted(reasons: readonly PassedOver[]): boolean {
  const onShift = reasons.filter((reason) => !OFF_DUTY.includes(reason));
  return onShift.length > 0 && onShift.every((reason) => DAY_LIMITS.includes(reason));
}

function mainReason(exhausted: boolean, passedOver: Given['passedOver']): NobodyBecause {
  if (exhausted) return 'exposure';
  if (passedOver['at-capacity'] !== undefined) return 'capacity';
  if (passedOver['cool-down'] !== undefined) return 'cool-down';
  return passedOver['off-shift'] !== undefined ? 'off-shift' : 'no-match';
}
