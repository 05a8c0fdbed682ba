import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Case, foldCase } from '../../domain/case.ts';
import { reachedThresholds } from '../../domain/deadline.ts';
import type { CaseEvent } from '../../domain/event.ts';
import { type Handoff, UnstorableError } from '../../functions/adapters/store/store.ts';
import { applyBatch, BatchIncompleteError, type LogRecord } from '../../functions/apply-event/apply-batch.ts';
import { type ApplyEventDeps, applyEvent } from '../../functions/apply-event/apply-event.ts';
import { PoisonEventError } from '../../functions/apply-event/poison-event.ts';
import { memoryDeadlines, memoryWorkflows, SILENT } from '../support/doubles.ts';
import { event, fromCustomer, opened, priority, reopened, reply, solved, status } from '../support/events.ts';
import { memoryStore } from '../support/memory-store.ts';
import { contextOf, POLICY } from '../support/policy-fixture.ts';

const CASE = 'zendesk:5158';
// A Monday, in office hours.
const NOW = Date.parse('2026-11-16T09:00:05Z');

function setUp() {
  const store = memoryStore();
  const { workflows, started, resumed, closed } = memoryWorkflows();
  const { deadlines, hints } = memoryDeadlines();
  const deps: ApplyEventDeps = { store, workflows, deadlines, context: contextOf(), now: () => NOW, log: SILENT };
  return { store, deps, started, resumed, closed, hints };
}

const triaged = (route: 'home' | 'vendor' | 'parked', at = '2026-11-16T09:00:01Z') =>
  event('triaged', at, {
    decision: {
      ruleId: 'playback',
      reason: 'scripted',
      policyVersion: 'test-1',
      priority: 'high',
      queue: 'general',
      route,
      sensitive: false,
      dataClass: 'standard',
      category: 'playback',
      tags: ['playback'],
      language: 'en',
    },
  });

const HANDOFF: Handoff = {
  handoffId: 'ho_1',
  caseId: CASE,
  vendor: 'manila',
  attempt: 1,
  state: 'offered',
  offeredAt: '2026-11-16T09:00:02.000Z',
  answerBy: '2026-11-16T09:10:02.000Z',
  workSeconds: 3600,
  dueAt: '2026-11-16T09:10:02.000Z',
  packetHash: 'hash',
  policyVersion: 'test-1',
  awaiting: 'answer',
  taskToken: 'token-1',
};
const offered = () =>
  event('handoff-offered', '2026-11-16T09:00:02Z', {
    handoffId: 'ho_1',
    vendor: 'manila',
    attempt: 1,
    reason: 'first',
    packetHash: 'hash',
    answerBy: '2026-11-16T09:10:02.000Z',
  });
const answered = (type: 'handoff-accepted' | 'handoff-resolved', at: string) =>
  event(type, at, { handoffId: 'ho_1', vendor: 'manila' });

describe('the snapshot', () => {
  it('is saved with its next deadline, and not written again for an event it already holds', async () => {
    const { store, deps } = setUp();
    const first = opened('2026-11-16T09:00:00Z');
    await store.append(first);
    await applyEvent(first, deps);
    await applyEvent(first, deps);
    expect((await store.load(CASE))?.version).toBe(1);
  });

  it('is the same whatever the order of delivery, duplicates and refusals included', async () => {
    const at = (minutes: number) => new Date(NOW + minutes * 60_000).toISOString();
    const log = [
      opened(at(0)),
      reply(at(10)),
      fromCustomer(at(20)),
      priority(at(25), 'urgent'),
      status(at(30), 'pending'),
      solved(at(50)),
      reopened(at(70)),
      reply(at(80)),
    ];
    const expected = JSON.parse(JSON.stringify(foldCase(log, contextOf())));
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...log, ...log], { minLength: log.length * 2 }),
        fc.array(fc.nat({ max: 6 }), { minLength: log.length * 2, maxLength: log.length * 2 }),
        async (deliveries, refusals) => {
          const { store, deps } = setUp();
          for (const next of deliveries) await store.append(next);
          for (const [index, next] of deliveries.entries()) {
            store.refuse(refusals[index] === 0 ? 1 : 0);
            await applyEvent(next, deps).catch(() => applyEvent(next, deps));
          }
          expect((await store.load(CASE))?.state).toEqual(expected);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('is the same when two events are applied at once', async () => {
    const { store, deps } = setUp();
    const log = [opened('2026-11-16T09:00:00Z'), reply('2026-11-16T09:00:02Z'), fromCustomer('2026-11-16T09:00:03Z')];
    for (const next of log) await store.append(next);
    await Promise.all(log.map((next) => applyEvent(next, deps)));
    expect((await store.load(CASE))?.state).toEqual(JSON.parse(JSON.stringify(foldCase(log, contextOf()))));
  });

  it('is folded anew when the policy has changed, and knows which promises that moved', async () => {
    const { store, deps } = setUp();
    const first = opened('2026-11-16T09:00:00Z');
    await store.append(first);
    await applyEvent(first, deps);
    // Normal cases were promised an answer in 4 hours, a solution in 16; now it is 10 minutes for each.
    const stricter = structuredClone(deps.context.policy);
    stricter.version = 'test-2';
    for (const clock of stricter.clocks) clock.targets.normal = 600;
    const next = status('2026-11-16T09:30:00Z', 'open');
    await store.append(next);
    const changed = { ...deps, context: contextOf(stricter), now: () => Date.parse('2026-11-16T09:30:01Z') };
    await applyEvent(next, changed);
    const state = (await store.load(CASE))?.state as Case;
    expect(state.policyVersion).toBe('test-2');
    expect(state.turns.map(({ targetSeconds, retargetedAt }) => [targetSeconds, retargetedAt])).toEqual([
      [600, '2026-11-16T09:30:01.000Z'],
      [600, '2026-11-16T09:30:01.000Z'],
    ]);
    expect(reachedThresholds(state, changed.context, changed.now()).map(({ kind }) => kind)).toEqual([
      'breached-on-retarget',
      'breached-on-retarget',
    ]);
    expect(foldCase(store.log(CASE), changed.context)).toEqual(state);
    // The event itself comes by the stream, and a delivery that died comes again.
    const recorded = store.log(CASE).find(({ type }) => type === 'policy-changed') as CaseEvent;
    await applyEvent(recorded, changed);
    await applyEvent(next, changed);
    expect((await store.load(CASE))?.state).toEqual(state);
    expect(store.log(CASE)).toHaveLength(3);
  });

  it('goes back to what it was when the old policy is deployed again', async () => {
    const { store, deps } = setUp();
    const first = opened('2026-11-16T09:00:00Z');
    await store.append(first);
    await applyEvent(first, deps);
    const stricter = structuredClone(deps.context.policy);
    stricter.version = 'test-2';
    for (const clock of stricter.clocks) clock.targets.normal = 600;
    const policies = [contextOf(stricter), deps.context, contextOf(stricter), deps.context];
    for (const [minute, context] of policies.entries()) {
      const next = status(`2026-11-16T09:3${minute}:00Z`, 'open');
      await store.append(next);
      await applyEvent(next, { ...deps, context, now: () => Date.parse(`2026-11-16T09:3${minute}:01Z`) });
    }
    const state = (await store.load(CASE))?.state;
    expect(state?.turns.map(({ targetSeconds }) => targetSeconds)).toEqual([14_400, 57_600]);
    expect(store.log(CASE).filter(({ type }) => type === 'policy-changed')).toHaveLength(4);
  });
});

describe('what follows an event', () => {
  it('opened starts case-triage; triaged for a vendor starts vendor-handoff, triaged for home starts nothing', async () => {
    const { deps, started } = setUp();
    await applyEvent(opened('2026-11-16T09:00:00Z'), deps);
    await applyEvent(triaged('home'), deps);
    expect([...started.values()].map(({ workflow }) => workflow)).toEqual(['case-triage']);
    await applyEvent(triaged('vendor', '2026-11-16T09:00:02Z'), deps);
    expect([...started.values()].map(({ workflow }) => workflow)).toEqual(['case-triage', 'vendor-handoff']);
  });

  it.each(['home', 'parked'] as const)(
    'triaged for %s has an agent found if it is for home, a vendor for neither',
    async (route) => {
      const { store, deps, started } = setUp();
      const agent = { id: 'mia', name: 'Mia', crmUserIds: {}, zone: 'UTC', calendar: 'always', optOut: false };
      const team = [{ ...agent, queues: ['general'], languages: ['en'], skills: [], capacity: 5 }];
      const inOffice = { ...deps, context: contextOf({ ...POLICY, agents: team }) };
      for (const next of [opened('2026-11-16T09:00:00Z'), triaged(route)]) {
        await store.append(next);
        await applyEvent(next, inOffice);
      }
      const after = route === 'home' ? ['case-triage', 'case-assignment'] : ['case-triage'];
      expect([...started.values()].map(({ workflow }) => workflow)).toEqual(after);
    },
  );

  it('a delivery that died after the save still starts what it should, once', async () => {
    const { deps, started } = setUp();
    const first = opened('2026-11-16T09:00:00Z');
    const dying: ApplyEventDeps = {
      ...deps,
      workflows: {
        ...deps.workflows,
        start: async () => {
          throw new Error('killed between the save and the start');
        },
      },
    };
    await expect(applyEvent(first, dying)).rejects.toThrow('killed');
    await applyEvent(first, deps);
    await applyEvent(first, deps);
    expect(started.size).toBe(1);
  });

  it('a deadline that was reached starts breach-alert with the waits of the policy', async () => {
    const { deps, started } = setUp();
    await applyEvent(opened('2026-11-16T09:00:00Z'), deps);
    const reached = event('deadline-reached', '2026-11-16T13:00:00Z', {
      clock: 'first-response',
      turn: 1,
      threshold: 'breach',
      kind: 'breach',
      at: '2026-11-16T13:00:00.000Z',
      dueAt: '2026-11-16T13:00:00.000Z',
      targetSeconds: 14_400,
    });
    await applyEvent(reached, deps);
    expect([...started.values()].at(-1)).toMatchObject({
      workflow: 'breach-alert',
      input: { alert: { caseId: CASE, kind: 'breach', clock: 'first-response' }, waits: [900, 1800] },
    });
  });

  it('danger is told at once, before triage, whatever clock runs, and once however often it is delivered', async () => {
    const { store, deps, started } = setUp();
    const { policy } = deps.context;
    const rules = policy.triage.rules.map((rule) => (rule.id === 'threat' ? { ...rule, tell: 'now' as const } : rule));
    const alerting = { ...policy.alerting, dangerRungs: [{ to: 'all' as const, waitSeconds: 60 }] };
    // Without a clock, so that nothing else would tell anybody.
    const telling = { ...policy, clocks: [], triage: { ...policy.triage, rules }, alerting };
    const now = { ...deps, context: contextOf(telling) };
    const run = async () => {
      for (const next of store.takeStream()) await applyEvent(next, now);
    };
    const first = opened('2026-11-16T09:00:00Z', { fields: { subject: 'Refund', text: 'Playback stops' } });
    const said = event('message-added', '2026-11-16T09:00:02Z', {
      author: 'customer',
      public: true,
      text: 'I will kill him',
    });
    await store.append(first);
    await run();
    expect([...started.values()].map(({ workflow }) => workflow)).toEqual(['case-triage']);
    await store.append(triaged('vendor'));
    await store.append(said);
    await run();
    await run();
    const alerts = [...started.values()].filter(({ workflow }) => workflow === 'breach-alert');
    expect(alerts).toEqual([
      {
        workflow: 'breach-alert',
        input: {
          alert: {
            alertId: expect.stringMatching(/^al_/),
            caseId: CASE,
            kind: 'danger',
            at: '2026-11-16T09:00:05.000Z',
            reason: 'a threat to a person is looked at by our own people at once (rule threat)',
            danger: { place: 'message', queue: 'trust-and-safety', wasOver: false },
          },
          waits: [60],
        },
      },
    ]);
    await applyEvent(said, now);
    await run();
    expect([...started.values()].filter(({ workflow }) => workflow === 'breach-alert')).toHaveLength(1);
    expect(store.log(CASE).filter(({ type }) => type === 'danger-found')).toHaveLength(1);
  });

  it('danger that is written a thousand times is told once, and what each message costs does not grow', async () => {
    const { store, deps, started } = setUp();
    const rules = POLICY.triage.rules.map((rule) => ({ ...rule, tell: 'now' as const }));
    const now = { ...deps, context: contextOf({ ...POLICY, triage: { ...POLICY.triage, rules } }) };
    let read = 0;
    const { events } = store;
    store.events = async (...asked) => {
      const found = await events.apply(store, asked);
      read += found.length;
      return found;
    };
    await store.append(opened('2026-11-16T08:00:00Z', { fields: { text: 'hi' } }));
    for (let nth = 0; nth < 1000; nth++) {
      const at = new Date(Date.parse('2026-11-16T09:00:00Z') + nth * 60).toISOString();
      await store.append(event('message-added', at, { author: 'customer', public: true, text: 'I will kill him' }));
      for (const next of store.takeStream()) await applyEvent(next, now);
    }
    for (const next of store.takeStream()) await applyEvent(next, now);
    expect([...started.values()].filter(({ workflow }) => workflow === 'breach-alert')).toHaveLength(1);
    expect(read).toBeLessThanOrEqual(1000);
  });

  it('words that cannot be looked at are poison, and in nobody’s way: the case is triaged all the same', async () => {
    const { store, deps, started } = setUp();
    const rules = POLICY.triage.rules.map((rule) => ({
      ...rule,
      tell: 'now' as const,
      when: { field: 'text', matches: ['('] },
    }));
    const now = { ...deps, context: contextOf({ ...POLICY, triage: { ...POLICY.triage, rules } }) };
    const first = opened('2026-11-16T09:00:00Z', { fields: { text: 'I will kill him' } });
    await store.append(first);
    await expect(applyEvent(first, now)).rejects.toBeInstanceOf(PoisonEventError);
    expect([...started.values()].map(({ workflow }) => workflow)).toEqual(['case-triage']);
  });

  it('danger that the log could not take is found again with the next delivery', async () => {
    const { store, deps } = setUp();
    const rules = POLICY.triage.rules.map((rule) => ({ ...rule, tell: 'now' as const }));
    const now = { ...deps, context: contextOf({ ...POLICY, triage: { ...POLICY.triage, rules } }) };
    const first = opened('2026-11-16T09:00:00Z', { fields: { text: 'I will kill him' } });
    await store.append(first);
    const { append } = store;
    store.append = () => Promise.reject(new Error('refused'));
    await expect(applyEvent(first, now)).rejects.toThrow('refused');
    store.append = append;
    await applyEvent(first, now);
    expect(store.log(CASE).filter(({ type }) => type === 'danger-found')).toHaveLength(1);
  });

  it('an answer ends the wait it belongs to, and only that one', async () => {
    const { store, deps, resumed } = setUp();
    await applyEvent(opened('2026-11-16T09:00:00Z'), deps);
    await store.create(HANDOFF, offered());
    const accepted = answered('handoff-accepted', '2026-11-16T09:00:03Z');
    const resolved = answered('handoff-resolved', '2026-11-16T09:00:04Z');
    await store.move('ho_1', 'offered', 'accepted', accepted);
    await store.move('ho_1', 'accepted', 'resolved', resolved);
    await applyEvent(resolved, deps);
    expect(resumed).toEqual([]);
    await applyEvent(accepted, deps);
    expect(resumed).toEqual([{ taskToken: 'token-1', outcome: 'accepted' }]);
  });

  it('an acceptance that is delivered late does not end the wait for the work', async () => {
    const { store, deps, resumed } = setUp();
    await store.create(HANDOFF, offered());
    const accepted = answered('handoff-accepted', '2026-11-16T09:00:03Z');
    await store.move('ho_1', 'offered', 'accepted', accepted);
    await store.awaitWork('ho_1', 'token-2');
    await applyEvent(accepted, deps);
    expect(resumed).toEqual([]);
  });

  it('an offer that ran out ends the wait for its answer', async () => {
    const { store, deps, resumed } = setUp();
    await store.create(HANDOFF, offered());
    const expired = event('handoff-expired', '2026-11-16T09:10:03Z', { handoffId: 'ho_1', vendor: 'manila' });
    await store.move('ho_1', 'offered', 'expired', expired);
    await applyEvent(expired, deps);
    expect(resumed).toEqual([{ taskToken: 'token-1', outcome: 'expired' }]);
  });

  it('an event that leaves the deadline where it was sends no further hint; a delivery after a crash does', async () => {
    const { store, deps, hints } = setUp();
    const first = opened('2026-11-16T09:00:00Z', { priority: 'urgent' });
    await store.append(first);
    await applyEvent(first, deps);
    const soon = { ...deps, now: () => Date.parse('2026-11-16T09:22:00Z') };
    const note = event('message-added', '2026-11-16T09:21:59Z', { author: 'agent', public: false });
    await store.append(note);
    await applyEvent(note, soon);
    expect(hints).toEqual([]);
    await applyEvent(note, soon);
    expect(hints.map(({ dueAt }) => dueAt)).toEqual(['2026-11-16T09:22:30.000Z']);
    expect((await store.load(CASE))?.dueAt).toBe('2026-11-16T09:22:30.000Z');
  });

  it('a wait that ends before the next sweep is hinted at once', async () => {
    const { store, deps, hints } = setUp();
    const offer = offered();
    await store.create({ ...HANDOFF, dueAt: '2026-11-16T09:00:20.000Z' }, offer);
    await applyEvent(offer, deps);
    expect(hints).toEqual([{ kind: 'handoff', id: 'ho_1', dueAt: '2026-11-16T09:00:20.000Z', now: NOW }]);
  });

  it('an unanswered rung ends its own wait, not that of a rung that has begun since', async () => {
    const { store, deps, resumed } = setUp();
    const alert = { alertId: 'al_1', caseId: CASE, kind: 'came-home' as const, at: '2026-11-16T09:00:00.000Z' };
    const unanswered = event('alert-unanswered', '2026-11-16T09:00:04Z', { alertId: 'al_1', rung: 0 });
    await store.raise(alert, 0, 'rung-0', '2026-11-16T09:00:04.000Z');
    await applyEvent(unanswered, deps);
    await store.raise(alert, 1, 'rung-1', '2026-11-16T09:30:00.000Z');
    await applyEvent(unanswered, deps);
    expect(resumed).toEqual([{ taskToken: 'rung-0', outcome: 'unanswered' }]);
  });

  const HO_1 = { handoffId: 'ho_1', vendor: 'manila' };
  const at = '2026-11-16T09:30:00Z';
  it.each<[CaseEvent, string[]]>([
    [event('handoff-accepted', at, HO_1), ['ticket']],
    [event('handoff-resolved', at, HO_1), ['ticket']],
    [event('handoff-returned', at, { ...HO_1, reason: 'skill' }), ['ticket']],
    [event('handoff-recalled', at, { ...HO_1, by: 'work-timeout' }), ['ticket', 'vendor']],
    [event('handoff-recalled', at, { ...HO_1, by: 'case-merged' }), ['vendor']],
    [event('brought-home', at, { reason: 'none', tried: [] }), ['ticket']],
    [event('handoff-rejected', at, { ...HO_1, reason: 'hours' }), []],
    [event('handoff-expired', at, HO_1), []],
    [reply(at), []],
  ])('$0.type is told to $1, once', async (said, parties) => {
    const { deps, started } = setUp();
    for (const one of [opened('2026-11-16T09:00:00Z'), triaged('vendor'), offered(), said, said])
      await applyEvent(one, deps);
    const notices = [...started.values()].filter(({ workflow }) => workflow === 'handoff-notice');
    expect(notices.map(({ input }) => input)).toEqual(parties.map((to) => ({ caseId: CASE, eventKey: said.key, to })));
  });

  it('a case that is solved elsewhere recalls its open handoff', async () => {
    const { store, deps, resumed } = setUp();
    await applyEvent(opened('2026-11-16T09:00:00Z'), deps);
    const offer = offered();
    await store.create(HANDOFF, offer);
    await applyEvent(offer, deps);
    await applyEvent(solved('2026-11-16T09:00:04Z'), deps);
    expect((await store.handoff('ho_1'))?.state).toBe('recalled');
    for (const next of store.takeStream()) await applyEvent(next, deps);
    expect(resumed).toEqual([{ taskToken: 'token-1', outcome: 'recalled' }]);
  });

  it('recalls it too if the vendor accepts in that very moment, and never before the offer was made', async () => {
    const { store, deps } = setUp();
    const late = { ...deps, now: () => Date.parse('2026-11-16T09:00:01Z') };
    await applyEvent(opened('2026-11-16T09:00:00Z'), late);
    const offer = offered();
    await store.create(HANDOFF, offer);
    await applyEvent(offer, late);
    const { move } = store;
    let accepts = true;
    store.move = async (...args) => {
      if (accepts) {
        accepts = false;
        const acceptance = { handoffId: 'ho_1', vendor: 'manila' };
        await move('ho_1', 'offered', 'accepted', event('handoff-accepted', '2026-11-16T09:00:04Z', acceptance));
      }
      return move(...args);
    };
    await applyEvent(solved('2026-11-16T09:00:04Z'), late);
    expect((await store.handoff('ho_1'))?.state).toBe('recalled');
    expect(store.log(CASE).at(-1)).toMatchObject({
      type: 'handoff-recalled',
      by: 'case-solved',
      occurredAt: '2026-11-16T09:00:02.001Z',
    });
  });

  it('an event that makes the case too large is poison: trying it again would hold up the cases behind', async () => {
    const { store, deps } = setUp();
    store.save = async () => {
      throw new UnstorableError('too large');
    };
    await expect(applyEvent(opened('2026-11-16T09:00:00Z'), deps)).rejects.toThrow(PoisonEventError);
  });

  it('a deadline before the next sweep is hinted at once, one beyond it is left to the sweep', async () => {
    const { deps, hints } = setUp();
    await applyEvent(opened('2026-11-16T09:00:00Z'), deps);
    expect(hints).toEqual([]);
    await applyEvent(priority('2026-11-16T09:00:04Z', 'urgent'), {
      ...deps,
      now: () => Date.parse('2026-11-16T09:22:00Z'),
    });
    // Urgent: 30 min, warning at 75 % = 22.5 min after 09:00.
    expect(hints).toEqual([
      { kind: 'case', id: CASE, dueAt: '2026-11-16T09:22:30.000Z', now: Date.parse('2026-11-16T09:22:00Z') },
    ]);
  });
});

describe('a batch of the stream', () => {
  const record = (eventKey: string, caseKey: string, read: () => CaseEvent): LogRecord => ({ caseKey, eventKey, read });
  const fine = () => opened('2026-11-16T09:00:00Z');
  const unreadable = () => {
    throw new Error('not an event');
  };

  it('puts a poison event aside and goes on with the ones behind it', async () => {
    const aside: string[] = [];
    const applied: string[] = [];
    await applyBatch([record('1', 'a', unreadable), record('2', 'a', fine), record('3', 'b', fine)], {
      apply: async (next) => applied.push(next.key),
      putAside: async ({ eventKey }) => void aside.push(eventKey),
      onFailure: () => undefined,
    });
    expect({ aside, applied: applied.length }).toEqual({ aside: ['1'], applied: 2 });
  });

  it('a passing failure holds back the rest of its own case only, and has the batch delivered again', async () => {
    const tried: string[] = [];
    const failed: string[] = [];
    const batch = applyBatch([record('1', 'a', fine), record('2', 'a', fine), record('3', 'b', fine)], {
      apply: async (next) => {
        tried.push(next.key);
        if (tried.length === 1) throw new Error('throttled');
      },
      putAside: async () => expect.unreachable('a passing failure is not poison'),
      onFailure: ({ eventKey }) => void failed.push(eventKey),
    });
    await expect(batch).rejects.toThrow(BatchIncompleteError);
    expect({ tried: tried.length, failed }).toEqual({ tried: 2, failed: ['1'] });
  });

  it('an event that the fold cannot take is poison', async () => {
    const { deps } = setUp();
    const policy = { ...deps.context.policy, clocks: null as never };
    const broken = { ...deps, context: { ...deps.context, policy } };
    await expect(applyEvent(opened('2026-11-16T09:00:00Z'), broken)).rejects.toBeInstanceOf(PoisonEventError);
  });
});
