import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyEvent, type Case, continuesCase, foldCase } from '../../domain/case.ts';
import { isOpenTurn, measure } from '../../domain/clock.ts';
import { nextDueAt, nextThreshold, reachedThresholds } from '../../domain/deadline.ts';
import { type CaseEvent, ClockName } from '../../domain/event.ts';
import { inLogOrder } from '../../domain/log-order.ts';
import { type ClockPolicy, clockPolicy, type Policy, policyCalendars } from '../../domain/policy.ts';
import { occasions } from '../support/occasions.ts';
import { POLICY } from '../support/policy-fixture.ts';
import { randomLog, shuffledLog } from '../support/random-log.ts';

/** Laws of the fold, over logs of every type of event and every clock there is. */

const policy: Policy = {
  ...POLICY,
  clocks: ClockName.options.map((clock, i) => ({
    clock,
    calendar: i % 3 === 0 ? 'always' : 'office',
    targets: { urgent: 1800, high: 3600, normal: 14_400, low: 57_600 },
    exceptions: [{ when: { tier: ['vip'] }, targets: { normal: 7200 } }],
    warnings: [{ name: '75%', share: 0.75 }],
    pauseOn: i % 2 === 0 ? ['pending'] : ['pending', 'on-hold'],
    onReopen: i % 2 === 0 ? 'resume' : 'restart',
  })),
};
const context = { policy, calendar: policyCalendars(policy) };
/** The same with a resolution that runs until its case is closed. */
const untilClosed = {
  ...context,
  policy: {
    ...policy,
    clocks: policy.clocks.map((one) => (one.clock === 'resolution' ? { ...one, until: 'closed' as const } : one)),
  },
};
const fold = (events: readonly CaseEvent[]) => foldCase(events, context) as Case;
const assert = <T>(arbitrary: fc.Arbitrary<T>, hold: (value: T) => void, numRuns = 1000) =>
  fc.assert(
    fc.property(arbitrary, (value) => {
      hold(value);
    }),
    { numRuns },
  );

/** The case after each event of a log. */
function states(events: readonly CaseEvent[], under = context): Case[] {
  let state: Case | undefined;
  return inLogOrder(events).map((event) => {
    state = applyEvent(state, event, under);
    return state;
  });
}

describe('a case that is over', () => {
  it('has nothing that runs, nothing to tell and no place on the due index, if it is closed, merged or deleted', () => {
    const over = occasions();
    assert(randomLog, (events) => {
      for (const state of [...states(events), ...states(events, untilClosed)]) {
        if (!over.of(['closed', 'merged', 'deleted'].includes(state.status))) continue;
        expect(state.turns.filter(isOpenTurn)).toEqual([]);
        expect(nextThreshold(state, context)).toBeUndefined();
        expect(reachedThresholds(state, context, Date.parse('2027-11-16T00:00:00Z'))).toEqual([]);
        expect(nextDueAt(state, context)).toBeUndefined();
      }
    });
    expect(over.share()).toBeGreaterThan(0.05);
  });

  it('has at most one customer who wrote after it was solved and waits for an answer, and nothing else that runs', () => {
    const waiting = occasions();
    assert(randomLog, (events) => {
      for (const state of states(events)) {
        if (state.status !== 'solved') continue;
        const running = state.turns.filter(isOpenTurn).map(({ clock }) => clock);
        expect(running.length).toBeLessThanOrEqual(1);
        if (waiting.of(running.length > 0)) expect(['first-response', 'next-response']).toContain(running[0]);
      }
      for (const state of states(events, untilClosed)) {
        const running = state.turns.filter((turn) => isOpenTurn(turn) && !turn.clock.endsWith('-response'));
        if (state.status === 'solved') for (const { clock } of running) expect(clock).toBe('resolution');
      }
    });
    expect(waiting.share()).toBeGreaterThan(0.01);
  });
});

describe('a case', () => {
  it('is the same in any order of its events, duplicates included', () => {
    assert(shuffledLog, ([events, shuffled]) => expect(fold(shuffled)).toEqual(fold(events)));
  });

  it('applied event by event, folded anew where one comes late, equals the rebuilt one', () => {
    assert(randomLog, (events) => {
      let state: Case | undefined;
      const seen: CaseEvent[] = [];
      for (const next of events) {
        seen.push(next);
        state = continuesCase(state, next, policy.version) ? applyEvent(state, next, context) : fold(seen);
      }
      expect({ ...state, foldedTo: '' }).toEqual({ ...fold(events), foldedTo: '' });
    });
  });

  it('has one customer who waits at most, one turn of a clock, and pauses in order within it', () => {
    assert(randomLog, (events) => {
      for (const { turns } of states(events)) {
        expect(new Set(turns.map((turn) => turn.clock)).size).toBe(turns.length);
        const waits = turns.filter((turn) => turn.clock.endsWith('-response') && isOpenTurn(turn));
        expect(waits.length).toBeLessThanOrEqual(1);
        for (const turn of turns) {
          const marks = turn.pauses.flatMap(({ from, to }) => (to === undefined ? [from] : [from, to]));
          expect([turn.startedAt, ...marks]).toEqual([turn.startedAt, ...marks].sort());
        }
      }
    });
  });

  it('has no deadline before its turn began', () => {
    const due = occasions();
    assert(randomLog, (events) => {
      const state = fold(events);
      const next = nextThreshold(state, context);
      const turn = state.turns.find(({ clock }) => clock === next?.clock);
      due.of(next !== undefined);
      if (next !== undefined) expect(next.dueAt).toBeGreaterThan(Date.parse(turn?.startedAt ?? ''));
    });
    expect(due.share()).toBeGreaterThan(0.05);
  });

  it('has worked time that never runs backwards, and met clocks that are frozen for ever', () => {
    const frozen = occasions();
    assert(randomLog, (events) => {
      for (const turn of fold(events).turns) {
        const promise = clockPolicy(policy, turn.clock) as ClockPolicy;
        const seen = (time: string) => measure(turn, promise, context.calendar(turn.calendar), Date.parse(time));
        const [earlier, later] = [seen('2026-12-05T00:00:00Z'), seen('2027-03-01T00:00:00Z')];
        expect(later.workedSeconds).toBeGreaterThanOrEqual(earlier.workedSeconds);
        if (frozen.of(earlier.status === 'met' || earlier.status === 'met-late')) expect(later).toEqual(earlier);
      }
    });
    expect(frozen.share()).toBeGreaterThan(0.05);
  });
});
