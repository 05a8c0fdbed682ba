import { describe, expect, it } from 'vitest';
import { foldCase } from '../../domain/case.ts';
import type { CaseEvent } from '../../domain/event.ts';
import { type ApplyEventDeps, applyEvent } from '../../functions/apply-event/apply-event.ts';
import { memoryDeadlines, memoryWorkflows } from '../support/doubles.ts';
import { event, opened, reply } from '../support/events.ts';
import { memoryStore } from '../support/memory-store.ts';
import { contextOf } from '../support/policy-fixture.ts';

const DAY = '2026-11-16T';
const A = 'zendesk:1';
const B = 'zendesk:2';
const C = 'zendesk:3';

/** Events are applied as the stream would: each once, in the order in which they were appended. */
function setUp() {
  const store = memoryStore();
  const { workflows } = memoryWorkflows();
  const { deadlines } = memoryDeadlines();
  const context = contextOf();
  const logged: unknown[] = [];
  const log = { error: (message: string, details: object) => void logged.push([message, details]) };
  const deps: ApplyEventDeps = {
    store,
    workflows,
    deadlines,
    context,
    now: () => Date.parse(`${DAY}10:31:00Z`),
    log,
  };
  const drain = async () => {
    for (let round = 0; round < 100; round++) {
      const events = store.takeStream();
      if (events.length === 0) return;
      for (const next of events) await applyEvent(next, deps);
    }
    throw new Error('the merges never end');
  };
  const happen = async (...events: CaseEvent[]) => {
    for (const next of events) await store.append(next);
    await drain();
  };
  const waits = async (caseId: string) => {
    const state = (await store.load(caseId))?.state;
    expect(state).toEqual(JSON.parse(JSON.stringify(foldCase(await store.events(caseId), context))));
    return Object.fromEntries(
      (state?.turns ?? [])
        .filter(({ clock, stoppedAt, cancelledAt }) => clock.endsWith('response') && !stoppedAt && !cancelledAt)
        .map(({ clock, startedAt }) => [clock, startedAt.slice(11, 16)]),
    );
  };
  return { store, deps, drain, happen, waits, logged };
}
const openedAs = (caseId: string, time: string) => opened(`${DAY}${time}:00Z`, { caseId });
const answered = (caseId: string, time: string) => ({ ...reply(`${DAY}${time}:00Z`), caseId });
const mergedInto = (caseId: string, into: string, time: string) =>
  event('merged', `${DAY}${time}:00Z`, { caseId, into: into.slice('zendesk:'.length) });
const absorbedBy = (events: readonly CaseEvent[]) => events.filter(({ type }) => type === 'absorbed');

describe('a merge', () => {
  it('leaves the wait of the merged case to the case that goes on, once', async () => {
    const { store, happen, waits } = setUp();
    await happen(openedAs(B, '08:00'), answered(B, '10:00'), openedAs(A, '09:00'));
    await happen(mergedInto(A, B, '10:30'), mergedInto(A, B, '10:30'));
    expect(await waits(A)).toEqual({});
    expect(await waits(B)).toEqual({ 'next-response': '09:00' });
    expect(absorbedBy(store.log(B))).toHaveLength(1);
  });

  it('that was saved before the function died is told when it is applied again', async () => {
    const { store, deps, happen, drain, waits } = setUp();
    await happen(openedAs(B, '08:00'), answered(B, '10:00'), openedAs(A, '09:00'));
    const merge = mergedInto(A, B, '10:30');
    await store.append(merge);
    const dying = { ...store, append: () => Promise.reject(new Error('killed')) };
    await expect(applyEvent(merge, { ...deps, store: dying })).rejects.toThrow('killed');
    expect((await store.load(A))?.state.status).toBe('merged');
    expect(await waits(B)).toEqual({});
    await applyEvent(merge, deps);
    await drain();
    expect(await waits(B)).toEqual({ 'next-response': '09:00' });
  });

  it('into a case that nobody knows yet breaks nothing, and counts once it is known', async () => {
    const { happen, waits } = setUp();
    await happen(openedAs(A, '09:00'), mergedInto(A, B, '10:30'));
    expect(await waits(B)).toEqual({});
    await happen(openedAs(B, '09:30'));
    expect(await waits(B)).toEqual({ 'first-response': '09:00' });
  });

  it.each(['', 'zendesk:', '   '])(
    'into "%s" is a merge all the same: nobody takes over, and a line in the log says so',
    async (into) => {
      const { store, happen, logged } = setUp();
      const merge = event('merged', `${DAY}10:30:00Z`, { caseId: A, into, key: 'm1' });
      await happen(openedAs(A, '09:00'), merge);
      const { state } = (await store.load(A)) ?? {};
      expect(state?.status).toBe('merged');
      expect(state).not.toHaveProperty('mergedInto');
      expect(absorbedBy([...store.log('zendesk:'), ...store.log(A)])).toEqual([]);
      const line = 'merged into no other case: nobody takes over its customer';
      expect(logged).toEqual([[line, { caseId: A, key: 'm1' }]]);
    },
  );

  it('of cases with the longest of ids, late messages and all, is told under keys that fit', async () => {
    const { store, happen, waits } = setUp();
    const [first, second, third] = ['一', '二', '三'].map((id) => `zendesk:${id.repeat(200)}`) as [
      string,
      string,
      string,
    ];
    await happen(
      openedAs(first, '09:00'),
      answered(first, '09:05'),
      openedAs(second, '09:10'),
      openedAs(third, '09:20'),
    );
    await happen(mergedInto(first, second, '10:00'), mergedInto(second, third, '10:10'));
    const late = event('message-added', `${DAY}09:30:00Z`, {
      caseId: first,
      author: 'customer',
      public: true,
      key: 'x'.repeat(200),
    });
    await happen(late, late);
    expect(await waits(third)).toEqual({ 'first-response': '09:10' });
    for (const caseId of [first, second, third])
      for (const { key } of store.log(caseId)) expect(Buffer.byteLength(key)).toBeLessThanOrEqual(500);
    expect(absorbedBy(store.log(second))).toHaveLength(2);
  });

  it('into itself leaves nothing', async () => {
    const { store, happen } = setUp();
    await happen(openedAs(A, '09:00'), mergedInto(A, A, '10:30'));
    expect(absorbedBy(store.log(A))).toEqual([]);
  });

  it('of a case that others were merged into passes their waits on, in whatever order it becomes known', async () => {
    const events = [
      openedAs(A, '09:00'),
      openedAs(B, '08:00'),
      answered(B, '08:30'),
      openedAs(C, '08:00'),
      answered(C, '08:30'),
      mergedInto(A, B, '10:00'),
      mergedInto(B, C, '10:30'),
    ];
    const mergesFirst = [1, 2, 3, 4, 6, 5, 0].map((index) => events[index] as CaseEvent);
    for (const order of [events, [...events].reverse(), mergesFirst]) {
      const { happen, waits } = setUp();
      for (const next of order) await happen(next);
      expect(await waits(C)).toEqual({ 'next-response': '09:00' });
    }
  });

  it('in a circle ends', async () => {
    const { store, happen, waits } = setUp();
    await happen(openedAs(A, '09:00'), openedAs(B, '09:10'), openedAs(C, '09:20'));
    await happen(mergedInto(A, B, '10:00'), mergedInto(B, C, '10:10'), mergedInto(C, A, '10:20'));
    for (const caseId of [A, B, C]) {
      expect(await waits(caseId)).toEqual({});
      expect(absorbedBy(store.log(caseId)).length).toBeLessThanOrEqual(4);
    }
  });

  it('of two cases into each other ends', async () => {
    const { happen, waits } = setUp();
    await happen(openedAs(A, '09:00'), openedAs(B, '09:10'), mergedInto(B, A, '10:10'), mergedInto(A, B, '10:00'));
    expect(await waits(A)).toEqual({});
    expect(await waits(B)).toEqual({});
  });
});
