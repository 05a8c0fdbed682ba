import { describe, expect, it } from 'vitest';
import { leaseHolder } from '../../domain/assignment.ts';
import { foldCase } from '../../domain/case.ts';
import type { CaseEvent } from '../../domain/event.ts';
import { inLogOrder } from '../../domain/log-order.ts';
import { applyEvent } from '../../functions/apply-event/apply-event.ts';
import { assignAgent } from '../../functions/assign-agent/assign-agent.ts';
import { fireDeadline } from '../../functions/fire-deadline/fire-deadline.ts';
import { writeAssignment } from '../../functions/write-back/write-assignment.ts';
import { memoryDeadlines, memoryMeter, memoryWorkflows } from '../support/doubles.ts';
import { event, opened } from '../support/events.ts';
import { memoryStore } from '../support/memory-store.ts';
import { contextOf } from '../support/policy-fixture.ts';
import { keptHome, teamPolicy } from '../support/team-fixture.ts';

/**
 * The life of several cases through the functions that assign, time and release them, killed once after every single
 * call that they make to a store, a workflow, a queue or the CRM, and run again as the stream, the workflow and the
 * queue would. To die before a call is to die after the one before it; before the first, nothing has been done.
 */

const context = contextOf(teamPolicy());
const CASES = ['a', 'b', 'c', 'd', 'e'].map((id) => `zendesk:${id}`);
const sensitive = { sensitive: true, queue: 'trust-and-safety' };

/** What comes from outside, and when: both days are in office hours of 09:00 to 17:00, a Monday and a Tuesday. */
function script(): [at: string, event?: CaseEvent][] {
  const steps: [string, CaseEvent?][] = [];
  const at = (time: string, make: (at: string) => CaseEvent) => steps.push([time, make(time)]);
  const open = (time: string, caseId: string, decided: object, fields: object = {}) => {
    at(time, (instant) => ({ ...opened(instant, { key: `o-${caseId}`, fields }), caseId }));
    at(time, (instant) => keptHome(instant, { caseId, key: `t-${caseId}`, ...decided }));
  };
  open('2026-11-16T09:00:00Z', 'zendesk:a', sensitive);
  open('2026-11-16T09:05:00Z', 'zendesk:b', sensitive);
  open('2026-11-16T09:10:00Z', 'zendesk:c', {});
  at('2026-11-16T09:20:00Z', (instant) =>
    event('message-added', instant, { caseId: 'zendesk:c', author: 'agent', public: false, key: 'm-c' }),
  );
  at('2026-11-16T09:40:00Z', (instant) => event('solved', instant, { caseId: 'zendesk:a', key: 's-a' }));
  // A person gives this one to Marc, then to Lena.
  open('2026-11-16T10:30:00Z', 'zendesk:d', {}, { assigneeId: '9002' });
  at('2026-11-16T10:40:00Z', (instant) =>
    event('assigned', instant, { caseId: 'zendesk:d', assigneeId: '9001', key: 'g-d' }),
  );
  at('2026-11-16T10:50:00Z', (instant) =>
    event('assigned', instant, { caseId: 'zendesk:b', assigneeId: null, key: 'u-b' }),
  );
  at('2026-11-16T11:00:00Z', (instant) => event('reopened', instant, { caseId: 'zendesk:a', key: 'r-a' }));
  open('2026-11-16T11:05:00Z', 'zendesk:e', sensitive);
  for (const time of ['16T11:20', '16T17:00', '17T09:00', '17T10:00']) steps.push([`2026-11-${time}:00Z`]);
  at('2026-11-17T10:10:00Z', (instant) => event('solved', instant, { caseId: 'zendesk:b', key: 's-b' }));
  at('2026-11-17T10:20:00Z', (instant) =>
    event('merged', instant, { caseId: 'zendesk:d', into: 'zendesk:c', key: 'x-d' }),
  );
  steps.push(['2026-11-17T17:00:00Z']);
  return steps;
}
const SCRIPT = script();

/** What an event says of who holds the case: local time, and the agent, or until when it is put off. */
function inShort(event: CaseEvent): string[] {
  const at = event.occurredAt.slice(8, 16);
  switch (event.type) {
    case 'agent-assigned':
      return [`${at} ${event.agentId}`];
    case 'agent-released':
      return [`${at} ${event.agentId} ${event.reason}`];
    case 'assignment-deferred':
      return [`${at} nobody before ${event.retryAt.slice(8, 16)}`];
    case 'assigned':
      return [`${at} by hand to ${event.assigneeId}`];
    case 'written-back':
      return event.what.map((what) => `${at} ${what}`);
    case 'solved':
    case 'reopened':
    case 'merged':
      return [`${at} ${event.type}`];
    default:
      return [];
  }
}

class Killed extends Error {}

async function live(killedAfter?: number) {
  const store = memoryStore();
  const { workflows, started } = memoryWorkflows();
  const { deadlines } = memoryDeadlines();
  let calls = 0;
  let now = 0;
  /** Counts the calls of a port, and dies after the one in question. */
  const mortal = <T extends object>(port: T): T =>
    new Proxy(port, {
      get(target, name) {
        const method = Reflect.get(target, name);
        if (typeof method !== 'function') return method;
        return async (...args: unknown[]) => {
          const call = ++calls;
          const result = await method.apply(target, args);
          if (call === killedAfter) throw new Killed();
          return result;
        };
      },
    });
  const crm = mortal({ send: async () => ({ status: 200, headers: {}, body: '{}' }) });
  const deps = {
    store: mortal(store),
    workflows: mortal(workflows),
    deadlines: mortal(deadlines),
    queue: mortal(deadlines),
    context,
    policy: context.policy,
    secrets: { source: async () => ({ signingSecrets: ['s'], api: { email: 'bot@example.com', token: 't' } }) },
    send: crm.send,
    meter: memoryMeter().meter,
    log: { error: () => undefined },
    now: () => now,
  };
  const again = async <T>(run: () => Promise<T>): Promise<T> =>
    run().catch((error) => {
      // A port may have wrapped it.
      if (error instanceof Killed || error.cause instanceof Killed) return run();
      throw error;
    });

  const ran = new Set<string>();
  const drain = async () => {
    for (let round = 0; round < 100; round++) {
      const events = store.takeStream();
      for (const next of events) await again(() => applyEvent(next, deps));
      const waiting = [...started].filter(([name]) => !ran.has(name));
      for (const [name, { workflow, input }] of waiting) {
        ran.add(name);
        if (workflow !== 'case-assignment') continue;
        const { caseId } = input as { caseId: string };
        const { outcome } = await again(() => assignAgent({ caseId }, deps));
        if (outcome !== 'not-needed') await again(() => writeAssignment({ caseId }, deps));
      }
      let fired = 0;
      for (const caseId of CASES) {
        const dueAt = (await store.load(caseId))?.dueAt;
        if (dueAt === undefined || Date.parse(dueAt) > now || events.length > 0) continue;
        await again(() => fireDeadline({ kind: 'case', id: caseId, dueAt }, deps));
        fired++;
      }
      if (events.length + waiting.length + fired === 0) return;
    }
    throw new Error('the cases do not come to rest');
  };

  for (const [at, next] of SCRIPT) {
    now = Date.parse(at);
    if (next !== undefined) await again(() => deps.store.append(next));
    await drain();
  }
  const states = CASES.map((caseId) => foldCase(store.log(caseId), context));
  const held: Record<string, string[]> = {};
  for (const state of states) {
    const holder = state === undefined ? undefined : leaseHolder(state)?.agentId;
    if (holder !== undefined) held[holder] = [...(held[holder] ?? []), state?.caseId ?? ''];
  }
  const assignments = Object.fromEntries(
    states.map((state) => [state?.caseId, [state?.status, state?.assignment?.agentId, state?.assignment?.at]]),
  );
  const log = (caseId: string) => inLogOrder(store.log(caseId)).flatMap(inShort);
  return { calls, held, leases: store.leases(), ledger: store.ledger(), assignments, log };
}

describe('killed after any call, and run again', () => {
  it('the same agents hold the same cases, no lease leaks or is missing, and the ledger is the same', async () => {
    const whole = await live();
    expect(whole.leases).toEqual(whole.held);
    for (let call = 1; call <= whole.calls; call++) {
      const { leases, held, ledger, assignments } = await live(call);
      expect({ leases, ledger, assignments }, `killed after call ${call}`).toEqual({
        leases: held,
        ledger: whole.ledger,
        assignments: whole.assignments,
      });
    }
  }, 300_000);

  it('they go through a day and a half like this, whole', async () => {
    const { log, ledger, held } = await live();
    expect(log('zendesk:a')).toEqual([
      ...['16T09:00 group 102', '16T09:00 assignee 9001', '16T09:00 lena', '16T09:40 solved', '16T11:00 reopened'],
      // Sensitive: given anew, and Lena and Marc have each had 40 minutes today.
      ...['16T11:00 assignee nobody', '16T11:00 nobody before 16T23:00'],
      ...['17T09:00 group 102', '17T09:00 assignee 9002', '17T09:00 marc', '17T17:00 marc off-shift'],
      ...['17T17:00 assignee nobody', '17T17:00 nobody before 18T05:00'],
    ]);
    expect(log('zendesk:b')).toEqual([
      ...['16T09:05 group 102', '16T09:05 assignee 9002', '16T09:05 marc'],
      ...['16T10:50 by hand to null', '16T10:50 assignee nobody', '16T10:50 nobody before 16T22:50'],
      // Lena holds two cases, and Marc has just been given another.
      '17T09:00 nobody before 17T09:10',
      ...['17T10:00 group 102', '17T10:00 assignee 9002', '17T10:00 marc', '17T10:10 solved'],
    ]);
    // Worked on: it stays with her over the night.
    expect(log('zendesk:c')).toEqual(['16T09:10 group 101', '16T09:10 assignee 9001', '16T09:10 lena']);
    expect(log('zendesk:d')).toEqual(['16T10:40 by hand to 9001', '17T10:20 merged']);
    expect(log('zendesk:e').slice(-5)).toEqual([
      ...['17T10:20 assignee 9001', '17T10:20 lena', '17T17:00 lena off-shift'],
      ...['17T17:00 assignee nobody', '17T17:00 nobody before 18T05:00'],
    ]);
    expect(held).toEqual({ lena: ['zendesk:c'] });
    expect(ledger).toEqual({
      // a from 09:00 to 09:40; b from 09:05 to 10:50, which counts as the most of a day.
      'lena 2026-11-16': { cases: 1, minutes: 40 },
      'marc 2026-11-16': { cases: 1, minutes: 40 },
      // e from 10:20 to 17:00; a from 09:00 to 17:00, and b for ten minutes.
      'lena 2026-11-17': { cases: 1, minutes: 40 },
      'marc 2026-11-17': { cases: 2, minutes: 50 },
    });
  });
});
