import { isDeepStrictEqual } from 'node:util';
import { type Case, type FoldContext, foldCase } from '../../domain/case.ts';
import { nextThreshold } from '../../domain/deadline.ts';
import type { CaseEvent } from '../../domain/event.ts';
import { isOver } from '../../domain/turns.ts';
import type { Handoff } from '../../functions/adapters/store/store.ts';
import { METRIC } from '../../functions/shared/names.ts';
import type { Delivery } from '../replay/send.ts';
import { type AlertRun, untoldAlerts } from './alerts-told.ts';
import type { MetricValues } from './emf.ts';
import type { Mail } from './mails.ts';
import { type Refusal, refusalWords } from './permissions.ts';

/** All that is known of a run; read by read-facts.ts, judged here. */
export interface RunFacts {
  readonly logs: ReadonlyMap<string, readonly CaseEvent[]>;
  readonly snapshots: ReadonlyMap<string, Case>;
  readonly handoffs: readonly Handoff[];
  /** Executions since the run began, by status. */
  readonly executions: Readonly<Record<string, number>>;
  /** Messages on dead-letter queues, by queue. */
  readonly deadLetters: Readonly<Record<string, number>>;
  /** Runs of breach-alert since the run began. */
  readonly alertRuns: readonly AlertRun[];
  /** Mails since the run began. */
  readonly mails: readonly Mail[];
  /** What functions were refused since the run began; undefined if the engine checks no permissions. */
  readonly refusals: readonly Refusal[] | undefined;
  readonly metrics: MetricValues;
  /** What was sent. */
  readonly deliveries: readonly Delivery[];
  readonly context: FoldContext;
  /** ms. */
  readonly now: number;
}

export interface Summary {
  readonly cases: number;
  readonly events: number;
  /** Cases by the queue and route of their triage, "general → vendor". */
  readonly routes: Readonly<Record<string, number>>;
  /** Handoffs by the state they are in. */
  readonly handoffs: Readonly<Record<string, number>>;
  readonly broughtHome: number;
  /** Times that an agent was given a case, by agent. */
  readonly assigned: Readonly<Record<string, number>>;
  readonly warnings: number;
  readonly breaches: number;
  readonly emails: number;
  readonly acknowledged: number;
  /** Sum of each metric, or for measures in seconds how often they were taken. */
  readonly metrics: Readonly<Record<string, number>>;
  /** From deadline to hand-over of the mail, seconds; undefined if there was none. */
  readonly alertLag: { readonly p50: number; readonly p95: number; readonly max: number } | undefined;
  readonly executions: Readonly<Record<string, number>>;
  /** Webhooks sent, and those that had to be sent more than once. */
  readonly sent: number;
  readonly retried: number;
  /** In words: each thing that was sent and did not arrive. */
  readonly lost: readonly string[];
  /** In words: each thing that should have gone on and did not. */
  readonly stuck: readonly string[];
  /** In words: each call that a role did not allow; undefined if the engine checks none. */
  readonly refused: readonly string[] | undefined;
}

/** Time that anything may take before it counts as stuck, ms. */
const GRACE_MS = 5000;
/** Time that a case may take from its opening to its triage, ms. */
const TRIAGE_MS = 30_000;
/** Measures, of which a sum says nothing. */
export const MEASURES: ReadonlySet<string> = new Set([METRIC.alertLag, METRIC.oldestOverdue, METRIC.holidaysKnownDays]);
const FAILED = ['FAILED', 'TIMED_OUT', 'ABORTED'];

export function summarise(facts: RunFacts): Summary {
  const events = [...facts.logs.values()].flat();
  const count = (type: CaseEvent['type']) => events.filter((event) => event.type === type).length;
  const deadlines = events.filter((event) => event.type === 'deadline-reached');
  const warnings = deadlines.filter(({ kind }) => kind === 'warning').length;
  const triaged = events.filter((event) => event.type === 'triaged');
  return {
    cases: facts.logs.size,
    events: events.length,
    routes: tally(triaged.map(({ decision }) => `${decision.queue} → ${decision.route}`)),
    handoffs: tally(facts.handoffs.map(({ state }) => state)),
    broughtHome: count('brought-home'),
    assigned: tally(events.flatMap((event) => (event.type === 'agent-assigned' ? [event.agentId] : []))),
    warnings,
    breaches: deadlines.length - warnings,
    emails: facts.mails.length,
    acknowledged: count('alert-acknowledged'),
    metrics: Object.fromEntries([...facts.metrics].sort().map(([name, values]) => [name, total(name, values)])),
    alertLag: percentiles(facts.metrics.get(METRIC.alertLag) ?? []),
    executions: facts.executions,
    sent: facts.deliveries.length,
    retried: facts.deliveries.filter(({ tries }) => tries > 1).length,
    lost: [
      ...lostWebhooks(facts),
      ...untriaged(facts),
      ...untoldAlerts({ ...facts, leads: facts.context.policy.leads }),
    ],
    stuck: [
      ...driftedCases(facts),
      ...untoldDeadlines(facts),
      ...forgottenHandoffs(facts),
      ...forgottenAssignments(facts),
      ...failedExecutions(facts),
      ...lettersOnQueues(facts),
    ],
    refused: facts.refusals === undefined ? undefined : refusalWords(facts.refusals),
  };
}

/** Was nothing lost, is nothing stuck, and was nothing refused? */
export function isClean({ lost, stuck, refused = [] }: Pick<Summary, 'lost' | 'stuck' | 'refused'>): boolean {
  return lost.length === 0 && stuck.length === 0 && refused.length === 0;
}

function tally(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

function total(name: string, values: readonly number[]): number {
  return MEASURES.has(name) ? values.length : values.reduce((sum, value) => sum + value, 0);
}

/** By nearest rank, so that each is a value that was measured. */
export function percentiles(values: readonly number[]): Summary['alertLag'] {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return sorted.length === 0 ? undefined : { p50: at(0.5), p95: at(0.95), max: at(1) };
}

function lostWebhooks({ deliveries, logs }: RunFacts): string[] {
  return deliveries.flatMap(({ webhook, accepted, status, problem }) => {
    const { caseId, type, id, isFact } = webhook;
    if (!accepted) return [`${caseId}: ${type} was not accepted (${status || 'no answer'}: ${problem ?? ''})`];
    const isLogged = logs.get(caseId)?.some((event) => event.key === id) ?? false;
    return isFact && !isLogged ? [`${caseId}: ${type} was accepted but is not in the log`] : [];
  });
}

function untriaged({ logs, snapshots, now }: RunFacts): string[] {
  return [...logs].flatMap(([caseId, events]) => {
    const opened = events.find(({ type }) => type === 'opened');
    const isLate = opened !== undefined && now - Date.parse(opened.receivedAt) > TRIAGE_MS;
    const state = snapshots.get(caseId);
    const isNeeded = state === undefined || !isOver(state.status);
    const isTriaged = events.some(({ type }) => type === 'triaged');
    return isLate && isNeeded && !isTriaged ? [`${caseId}: opened, but never triaged`] : [];
  });
}

function driftedCases({ logs, snapshots, context }: RunFacts): string[] {
  return [...logs].flatMap(([caseId, events]) => {
    const stored = snapshots.get(caseId);
    if (stored === undefined) return [`${caseId}: has a log but no snapshot`];
    const folded = plain(foldCase(events, context));
    return isDeepStrictEqual(folded, plain(stored)) ? [] : [`${caseId}: the snapshot is not the fold of its log`];
  });
}

/** As it is stored: without undefined values. */
function plain(state: Case | undefined): unknown {
  return state === undefined ? undefined : JSON.parse(JSON.stringify(state));
}

function untoldDeadlines({ snapshots, context, now }: RunFacts): string[] {
  return [...snapshots.values()].flatMap((state) => {
    const threshold = nextThreshold(state, context);
    if (threshold === undefined || threshold.at > now - GRACE_MS) return [];
    const seconds = Math.round((now - threshold.at) / 1000);
    return [`${state.caseId}: ${threshold.clock} (${threshold.threshold}) was reached ${seconds} s ago and not told`];
  });
}

/** Offers without an answer and accepted work without an end, though the time for it is up. */
function forgottenHandoffs({ handoffs, now }: RunFacts): string[] {
  return handoffs.flatMap(({ caseId, vendor, state, dueAt, answerBy }) => {
    const until = state === 'offered' ? (dueAt ?? answerBy) : state === 'accepted' ? dueAt : undefined;
    if (until === undefined || Date.parse(until) >= now - GRACE_MS) return [];
    return [`${caseId}: still ${state} with ${vendor}, though the time was up at ${until}`];
  });
}

/** Cases that wait for an agent though it was time to try again, or stay with one whose shift ended before they were worked. */
function forgottenAssignments({ snapshots, now }: RunFacts): string[] {
  const past = (at: string | undefined) => at !== undefined && Date.parse(at) < now - GRACE_MS;
  return [...snapshots.values()].flatMap(({ caseId, status, assignment, retryAssignmentAt: retryAt }) => {
    if (isOver(status)) return [];
    if (past(retryAt)) return [`${caseId}: no agent was looked for, though it was time to at ${retryAt}`];
    return assignment !== undefined && !assignment.worked && past(assignment.backAt)
      ? [`${caseId}: still with ${assignment.agentId}, whose shift ended at ${assignment.backAt}`]
      : [];
  });
}

function failedExecutions({ executions }: RunFacts): string[] {
  return FAILED.flatMap((status) => {
    const times = executions[status] ?? 0;
    return times === 0 ? [] : [`${times} workflow ${times === 1 ? 'execution' : 'executions'} ended as ${status}`];
  });
}

function lettersOnQueues({ deadLetters }: RunFacts): string[] {
  return Object.entries(deadLetters).flatMap(([queue, messages]) =>
    messages === 0 ? [] : [`${messages} ${messages === 1 ? 'message' : 'messages'} on ${queue}`],
  );
}
