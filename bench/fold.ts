import { foldCase } from '../domain/case.ts';
import type { CaseEvent } from '../domain/event.ts';
import { policyCalendars } from '../domain/policy.ts';
import { compilePolicyDir } from '../policy/compiler/compile-policy.ts';

/**
 * How long a case with 1,000 events takes to fold, under the default policy. Prints the median of many
 * folds of the same shuffled log, and exits with 1 if it is not under the goal.
 */
const EVENTS = 1000;
const GOAL_MS = 5;
const ROUNDS = 200;

const { policy } = compilePolicyDir('policy');
const context = { policy, calendar: policyCalendars(policy) };
const log = shuffled(busyCase(EVENTS));

const times = Array.from({ length: ROUNDS }, () => {
  const from = performance.now();
  foldCase(log, context);
  return performance.now() - from;
});
const cold = times[0] ?? Number.NaN;
const sorted = times.slice(ROUNDS / 4).sort((a, b) => a - b);
const at = (share: number) => (sorted[Math.floor(sorted.length * share)] ?? Number.NaN).toFixed(2);
console.log(`fold of ${EVENTS} events: median ${at(0.5)} ms, p95 ${at(0.95)} ms, first (cold) ${cold.toFixed(2)} ms`);
console.log(`goal: median under ${GOAL_MS} ms`);
if (!(Number(at(0.5)) < GOAL_MS)) process.exitCode = 1;

/** A case that goes on for weeks: messages both ways, pauses, priorities, queues, alerts told. */
function busyCase(count: number): CaseEvent[] {
  const start = Date.parse('2026-03-02T09:00:00Z');
  const base = (index: number) => {
    const at = new Date(start + index * 11 * 60_000).toISOString();
    return { key: `e${index}`, caseId: 'zendesk:1', occurredAt: at, receivedAt: at };
  };
  const kinds: ((index: number) => CaseEvent)[] = [
    (i) => ({ ...base(i), type: 'message-added', author: 'customer', public: true, text: 'still broken' }),
    (i) => ({ ...base(i), type: 'message-added', author: 'agent', public: true, text: 'we look into it' }),
    (i) => ({ ...base(i), type: 'status-changed', status: 'pending', fields: { tags: ['playback'] } }),
    (i) => ({ ...base(i), type: 'status-changed', status: 'open' }),
    (i) => ({ ...base(i), type: 'priority-changed', priority: i % 20 === 4 ? 'high' : 'normal' }),
    (i) => ({ ...base(i), type: 'assigned', assigneeId: `${i % 7}`, group: '360001' }),
    (i) => ({ ...base(i), type: 'message-added', author: 'agent', public: false, text: 'note' }),
    (i) => (i % 80 === 7 ? { ...base(i), type: 'solved' } : { ...base(i), type: 'status-changed', status: 'on-hold' }),
  ];
  const first: CaseEvent = { ...base(0), type: 'opened', priority: 'normal', fields: { subject: 'Black screen' } };
  return [
    first,
    ...Array.from({ length: count - 1 }, (_, i) => (kinds[(i + 1) % kinds.length] as (typeof kinds)[number])(i + 1)),
  ];
}

/** The same order on every run: by a hash of the key. */
function shuffled(events: CaseEvent[]): CaseEvent[] {
  const place = ({ key }: CaseEvent) => (Number(key.slice(1)) * 7919) % 10_007;
  return [...events].sort((a, b) => place(a) - place(b));
}
