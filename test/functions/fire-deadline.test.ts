import { describe, expect, it } from 'vitest';
import { foldCase } from '../../domain/case.ts';
import { nextDueAt, nextThreshold } from '../../domain/deadline.ts';
import { type CaseEvent, toInstant } from '../../domain/event.ts';
import type { Policy } from '../../domain/policy.ts';
import { dueShard } from '../../functions/adapters/store/dynamo-table.ts';
import { type FireDeps, fireDeadline, fireDeadlines } from '../../functions/fire-deadline/fire-deadline.ts';
import { memoryDeadlines, memoryMeter } from '../support/doubles.ts';
import { event, opened, reply, solved } from '../support/events.ts';
import { HANDOFF, offeredIn } from '../support/handoff-fixture.ts';
import { memoryStore } from '../support/memory-store.ts';
import { contextOf, POLICY } from '../support/policy-fixture.ts';
import { keptHome, teamPolicy } from '../support/team-fixture.ts';

const CASE = 'zendesk:5158';
// Monday 10:00, urgent: first response due 10:30, warning after 75 % of it at 10:22:30; resolution due 14:00, warning 13:00.
const OPENED = opened('2026-11-16T10:00:00Z', { priority: 'urgent' });
const HINT = { kind: 'case' as const, id: CASE, dueAt: '2026-11-16T10:22:30.000Z' };

async function setUp(policy: Policy = POLICY) {
  const store = memoryStore();
  const { deadlines, hints } = memoryDeadlines();
  const { meter, counts } = memoryMeter();
  const logged: string[] = [];
  const clock = { now: Date.parse('2026-11-16T10:00:00Z') };
  const deps: FireDeps = {
    store,
    queue: deadlines,
    context: contextOf(policy),
    meter,
    log: { error: (message) => logged.push(message) },
    now: () => clock.now,
  };
  /** What apply-event does: folds the log under the policy of the fixture and saves it. */
  const fold = async () => {
    const context = contextOf();
    const state = foldCase(store.log(CASE), context);
    if (state === undefined) throw new Error('no case');
    const next = nextThreshold(state, context);
    const version = (await store.load(CASE))?.version ?? 0;
    await store.save(state, next === undefined ? undefined : toInstant(next.at), version);
  };
  const append = async (...events: CaseEvent[]) => {
    for (const event of events) await store.append(event);
  };
  await append(OPENED);
  await fold();
  const fireAt = (time: string) => {
    clock.now = Date.parse(`2026-11-16T${time}Z`);
    return fireDeadline(HINT, deps);
  };
  const recorded = () => store.log(CASE).filter((event) => event.type === 'deadline-reached');
  const due = async () => {
    for await (const row of store.due(dueShard(CASE), '2030')) return row.dueAt;
    return undefined;
  };
  return { store, deps, hints, counts, logged, append, fold, fireAt, recorded, due };
}

describe('firing a deadline', () => {
  it('records a warning that has been reached', async () => {
    const { fireAt, recorded, counts, hints } = await setUp();
    expect(await fireAt('10:22:30.400')).toBe('recorded');
    expect(recorded()).toEqual([
      {
        type: 'deadline-reached',
        key: 'caserelay:deadline-reached:first-response:1:75%:1800',
        caseId: CASE,
        occurredAt: '2026-11-16T10:22:30.400Z',
        receivedAt: '2026-11-16T10:22:30.400Z',
        clock: 'first-response',
        turn: 1,
        threshold: '75%',
        kind: 'warning',
        at: '2026-11-16T10:22:30.000Z',
        dueAt: '2026-11-16T10:30:00.000Z',
        targetSeconds: 1800,
      },
    ]);
    expect(Object.fromEntries(counts)).toEqual({ 'slaWarning{clock=first-response}': 1 });
    expect(hints).toEqual([]);
  });

  it('records a breach, and not the warning that it has overtaken', async () => {
    const { fireAt, recorded, counts } = await setUp();
    expect(await fireAt('10:30:00')).toBe('recorded');
    expect(recorded().map(({ kind }) => kind)).toEqual(['breach']);
    expect(Object.fromEntries(counts)).toEqual({ 'slaBreach{clock=first-response}': 1 });
  });

  it('records the thresholds of two clocks that are reached together', async () => {
    const { fireAt, recorded, counts } = await setUp();
    await fireAt('13:00:00');
    expect(recorded().map(({ clock, kind }) => [clock, kind])).toEqual([
      ['first-response', 'breach'],
      ['resolution', 'warning'],
    ]);
    expect(Object.fromEntries(counts)).toEqual({
      'slaBreach{clock=first-response}': 1,
      'slaWarning{clock=resolution}': 1,
    });
  });

  it('tells once when the hint is delivered again, before and after the case is folded', async () => {
    const { fireAt, fold, recorded, counts } = await setUp();
    await fireAt('10:22:30');
    await fireAt('10:22:31');
    await fold();
    // The breach at 10:30 is the hint of whoever folded the warning in; a second one from here would be one too many.
    expect(await fireAt('10:22:32')).toBe('nothing-due');
    expect(recorded()).toHaveLength(1);
    expect(Object.fromEntries(counts)).toEqual({ 'slaWarning{clock=first-response}': 1 });
  });

  it('tells once when two run side by side', async () => {
    const { deps, fireAt, recorded, counts } = await setUp();
    await Promise.all([fireAt('10:30:00'), fireDeadline(HINT, deps), fireDeadline(HINT, deps)]);
    expect(recorded()).toHaveLength(1);
    expect(Object.fromEntries(counts)).toEqual({ 'slaBreach{clock=first-response}': 1 });
  });

  it('believes the log: an answer that is not folded in yet has kept the promise', async () => {
    const { append, fireAt, recorded, counts } = await setUp();
    await append(reply('2026-11-16T10:29:59Z'));
    expect(await fireAt('10:30:00')).toBe('nothing-due');
    expect(recorded()).toEqual([]);
    expect(counts.size).toBe(0);
  });

  it('hints again when it was woken early, at the instant that is meant', async () => {
    const { fireAt, hints, recorded } = await setUp();
    expect(await fireAt('10:22:29.500')).toBe('hinted-again');
    expect(hints).toEqual([{ ...HINT, now: Date.parse('2026-11-16T10:22:29.500Z') }]);
    expect(recorded()).toEqual([]);
  });

  it('hints again up to 15 minutes ahead, and leaves what is further off to the sweep', async () => {
    const { fireAt, hints } = await setUp();
    expect(await fireAt('10:07:29.999')).toBe('nothing-due');
    expect(hints).toEqual([]);
    expect(await fireAt('10:07:30')).toBe('hinted-again');
  });

  it('does nothing about a case that is not known', async () => {
    const { deps } = await setUp();
    expect(await fireDeadline({ ...HINT, id: 'zendesk:1' }, deps)).toBe('gone');
  });
});

describe('a deadline under a new policy', () => {
  it('is not judged by it: what was promised until now goes on the log, once, for apply-event to fold anew', async () => {
    const { deps, fireAt, recorded, store } = await setUp({ ...POLICY, version: 'test-2' });
    expect(await fireAt('10:22:30')).toBe('recorded');
    expect(await fireAt('10:22:31')).toBe('recorded');
    expect(recorded()).toEqual([]);
    expect(store.log(CASE).filter(({ type }) => type === 'policy-changed')).toEqual([
      {
        type: 'policy-changed',
        key: 'caserelay:policy-changed:test-1:test-2:1',
        caseId: CASE,
        occurredAt: '2026-11-16T10:22:30.000Z',
        receivedAt: '2026-11-16T10:22:30.000Z',
        from: 'test-1',
        to: 'test-2',
        targets: [
          { clock: 'first-response', turn: 1, targetSeconds: 1800, calendar: 'office' },
          { clock: 'resolution', turn: 1, targetSeconds: 14_400, calendar: 'office' },
        ],
      },
    ]);
    expect(deps.context.policy.version).toBe('test-2');
  });

  it('of a case that has no open clock changes nothing', async () => {
    const { fireAt, append, fold, store } = await setUp({ ...POLICY, version: 'test-2' });
    await append(solved('2026-11-16T10:05:00Z'));
    await fold();
    expect(await fireAt('10:22:30')).toBe('nothing-due');
    expect(store.log(CASE)).toHaveLength(2);
  });
});

describe('a batch of hints', () => {
  const message = (messageId: string, body: unknown) => ({
    messageId,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

  it('fails the malformed ones, so that they reach the dead-letter queue, and fires the rest', async () => {
    const { deps, logged, recorded } = await setUp();
    const late = { ...deps, now: () => Date.parse('2026-11-16T10:30:00Z') };
    const failed = await fireDeadlines(
      [message('m1', 'not json'), message('m2', {}), message('m3', { ...HINT, dueAt: 'soon' }), message('m4', HINT)],
      late,
    );
    expect(failed).toEqual(['m1', 'm2', 'm3']);
    expect(logged).toEqual(Array(3).fill('a deadline hint failed'));
    expect(recorded()).toHaveLength(1);
  });

  it('fails what the store refused, so that it comes again', async () => {
    const { deps, store } = await setUp();
    store.refuse(1);
    expect(await fireDeadlines([message('m1', HINT), message('m2', HINT)], deps)).toEqual(['m1']);
  });
});

describe('ending a wait', () => {
  it('an offer whose time is up expires, once, and is counted once', async () => {
    const { store, deps, counts } = await setUp();
    await offeredIn(store);
    const hint = { kind: 'handoff' as const, id: HANDOFF.handoffId, dueAt: HANDOFF.answerBy };
    const late = { ...deps, now: () => Date.parse(HANDOFF.answerBy) };
    expect(await fireDeadline(hint, { ...late, now: () => Date.parse(HANDOFF.answerBy) - 1 })).toBe('hinted-again');
    expect((await store.handoff(HANDOFF.handoffId))?.state).toBe('offered');
    expect(await fireDeadline(hint, late)).toBe('recorded');
    expect(await fireDeadline(hint, late)).toBe('nothing-due');
    expect((await store.handoff(HANDOFF.handoffId))?.state).toBe('expired');
    expect(counts.get('handoffExpired{vendor=manila}')).toBe(1);
  });

  it('accepted work whose time is up is recalled', async () => {
    const { store, deps } = await setUp();
    await offeredIn(store, { state: 'accepted', awaiting: 'work', dueAt: '2026-03-11T12:30:00.000Z' });
    const hint = { kind: 'handoff' as const, id: HANDOFF.handoffId, dueAt: '2026-03-11T12:30:00.000Z' };
    await fireDeadline(hint, { ...deps, now: () => Date.parse('2026-03-11T12:30:00Z') });
    expect(store.log(HANDOFF.caseId).at(-1)).toMatchObject({ type: 'handoff-recalled', by: 'work-timeout' });
  });

  it('a rung that nobody acknowledged goes unanswered, once; an acknowledged one does not', async () => {
    const { store, deps } = await setUp();
    const dueAt = '2026-11-16T10:40:00.000Z';
    const raise = async (alertId: string) => {
      const alert = { alertId, caseId: CASE, kind: 'came-home' as const, at: '2026-11-16T10:00:00.000Z' };
      await store.raise(alert, 0, 'token', dueAt);
      return { kind: 'alert' as const, id: alertId, dueAt };
    };
    const now = { ...deps, now: () => Date.parse(dueAt) };
    const unanswered = await raise('al_1');
    await fireDeadline(unanswered, now);
    await fireDeadline(unanswered, now);
    const acknowledged = await raise('al_2');
    await store.acknowledge('al_2', 'ana', dueAt, event('written-back', dueAt, { caseId: CASE, what: [] }));
    expect(await fireDeadline(acknowledged, now)).toBe('nothing-due');
    const told = store.log(CASE).filter(({ type }) => type === 'alert-unanswered');
    expect(told).toMatchObject([{ alertId: 'al_1', rung: 0 }]);
  });

  it('danger that goes unanswered at its last step is counted for the operator, unless the case was solved since', async () => {
    const { store, deps, counts, append, fold } = await setUp();
    const dueAt = '2026-11-16T10:40:00.000Z';
    const danger = { place: 'opening', queue: 'general', wasOver: false } as const;
    const endOf = async (alertId: string, rung: number, kind: 'danger' | 'came-home' = 'danger') => {
      await store.raise({ alertId, caseId: CASE, kind, at: '2026-11-16T10:00:00.000Z', danger }, rung, 'token', dueAt);
      const now = () => Date.parse(dueAt);
      for (let times = 0; times < 2; times++)
        await fireDeadline({ kind: 'alert', id: alertId, dueAt }, { ...deps, now });
    };
    // The policy has two steps.
    await endOf('al_1', 0);
    await endOf('al_2', 1, 'came-home');
    expect(Object.fromEntries(counts)).toEqual({});
    await endOf('al_1', 1);
    expect(Object.fromEntries(counts)).toEqual({ dangerUnanswered: 1 });
    await append(solved('2026-11-16T10:05:00Z'));
    await fold();
    await endOf('al_3', 1);
    expect(Object.fromEntries(counts)).toEqual({ dangerUnanswered: 1 });
  });

  it('a rung that was begun anew after its wait had ended, as not all could be told, ends a second time', async () => {
    const { store, deps } = await setUp();
    const alert = { alertId: 'al_1', caseId: CASE, kind: 'came-home' as const, at: '2026-11-16T10:00:00.000Z' };
    for (const dueAt of ['2026-11-16T10:40:00.000Z', '2026-11-16T10:55:00.000Z']) {
      await store.raise(alert, 0, 'token', dueAt);
      await fireDeadline({ kind: 'alert', id: 'al_1', dueAt }, { ...deps, now: () => Date.parse(dueAt) });
      expect((await store.alert('al_1'))?.dueAt).toBeUndefined();
    }
    expect(store.log(CASE).filter(({ type }) => type === 'alert-unanswered')).toHaveLength(2);
  });
});

describe('what is due of an assignment', () => {
  const team = contextOf({ ...teamPolicy(), clocks: [] });
  const HOME = keptHome('2026-11-16T10:00:01Z');
  const GIVEN = event('agent-assigned', '2026-11-16T10:00:02Z', {
    agentId: 'lena',
    reason: '',
    sensitive: false,
    passedOver: {},
    backAt: '2026-11-16T17:00:00.000Z',
  });
  const DEFERRED = event('assignment-deferred', '2026-11-16T10:00:02Z', {
    reason: '',
    passedOver: {},
    exposureExhausted: false,
    retryAt: '2026-11-16T10:10:00.000Z',
  });

  /** A case whose snapshot is behind its log by `unfolded`. */
  async function waiting(folded: CaseEvent[], ...unfolded: CaseEvent[]) {
    const { store, deps, hints } = await setUp();
    for (const next of [...folded, ...unfolded]) await store.append(next);
    const state = foldCase([OPENED, ...folded], team);
    if (state === undefined) throw new Error('no case');
    await store.save(state, nextDueAt(state, team), 1);
    store.takeStream();
    const fire = async (time: string) => {
      const hint = { ...HINT, dueAt: (await store.load(CASE))?.dueAt ?? '' };
      return fireDeadline(hint, { ...deps, context: team, now: () => Date.parse(`2026-11-16T${time}Z`) });
    };
    return { store, fire, hints };
  }

  it('an unworked case goes back at the end of the shift, once', async () => {
    const { store, fire } = await waiting([HOME, GIVEN]);
    expect(await fire('17:00:00.200')).toBe('recorded');
    expect(await fire('17:00:01')).toBe('nothing-due');
    expect(store.takeStream()).toMatchObject([{ type: 'agent-released', agentId: 'lena', reason: 'off-shift' }]);
  });

  it('not before, and not if it was worked in the last moment', async () => {
    const early = await waiting([HOME, GIVEN]);
    expect(await early.fire('16:59:59.900')).toBe('hinted-again');
    const worked = await waiting([HOME, GIVEN], reply('2026-11-16T16:59:59Z'));
    expect(await worked.fire('17:00:00')).toBe('nothing-due');
    expect(worked.store.takeStream()).toEqual([]);
  });

  it('a case that nobody could take is tried again', async () => {
    const { store, fire } = await waiting([HOME, DEFERRED]);
    await fire('10:10:00');
    expect(store.takeStream()).toMatchObject([{ type: 'assignment-due', retryOf: '2026-11-16T10:10:00.000Z' }]);
  });
});
