import { describe, expect, it } from 'vitest';
import { type Case, foldCase } from '../../domain/case.ts';
import { deadlineReached, nextDueAt, nextThreshold, reachedThresholds } from '../../domain/deadline.ts';
import { CaseEvent } from '../../domain/event.ts';
import type { Policy } from '../../domain/policy.ts';
import { opened, reply, solved } from '../support/events.ts';
import { contextOf, POLICY } from '../support/policy-fixture.ts';

// Monday 10:00, urgent: first response warned of at 10:22:30 and due at 10:30; resolution at 13:00 and 14:00.
const OPENED = opened('2026-11-16T10:00:00Z', { priority: 'urgent' });
const at = (time: string) => Date.parse(`2026-11-16T${time}Z`);

/** The test policy with a resolution that is due within ten minutes: warned of at 10:07:30, due at 10:10. */
const HASTY: Policy = {
  ...POLICY,
  clocks: POLICY.clocks.map((clock) =>
    clock.clock === 'resolution' ? { ...clock, targets: { ...clock.targets, urgent: 600 } } : clock,
  ),
};

function caseAfter(events: CaseEvent[] = [], policy: Policy = POLICY): Case {
  const state = foldCase([OPENED, ...events], contextOf(policy));
  if (state === undefined) throw new Error('no case');
  return state;
}

describe('the next deadline of a case', () => {
  it('is the soonest threshold of all its clocks', () => {
    expect(nextThreshold(caseAfter(), contextOf())).toEqual({
      clock: 'first-response',
      turn: 1,
      threshold: '75%',
      kind: 'warning',
      at: at('10:22:30'),
      dueAt: at('10:30:00'),
      targetSeconds: 1800,
    });
    expect(nextDueAt(caseAfter(), contextOf())).toBe('2026-11-16T10:22:30.000Z');
  });

  it('is the soonest, whichever clock comes first in the policy', () => {
    expect(nextThreshold(caseAfter([], HASTY), contextOf(HASTY))).toMatchObject({
      clock: 'resolution',
      threshold: '75%',
      at: at('10:07:30'),
    });
  });

  it('moves on to the next clock once a promise is kept', () => {
    expect(nextDueAt(caseAfter([reply('2026-11-16T10:05:00Z')]), contextOf())).toBe('2026-11-16T13:00:00.000Z');
  });

  it('is none once the case waits for nothing', () => {
    const done = caseAfter([reply('2026-11-16T10:05:00Z'), solved('2026-11-16T10:06:00Z')]);
    expect(nextThreshold(done, contextOf())).toBeUndefined();
    expect(nextDueAt(done, contextOf())).toBeUndefined();
  });

  it('asks only clocks that the policy still has', () => {
    const none = contextOf({ ...POLICY, clocks: [] });
    expect(nextThreshold(caseAfter(), none)).toBeUndefined();
    expect(reachedThresholds(caseAfter(), none, at('18:00:00'))).toEqual([]);
  });
});

describe('the thresholds reached', () => {
  const reached = (time: string, policy = POLICY) =>
    reachedThresholds(caseAfter([], policy), contextOf(policy), at(time)).map(
      ({ clock, threshold }) => `${clock} ${threshold}`,
    );

  it('are none until the very instant', () => {
    expect(reached('10:22:29.999')).toEqual([]);
    expect(reached('10:22:30')).toEqual(['first-response 75%']);
  });

  it('are the latest of each clock', () => {
    expect(reached('13:30:00')).toEqual(['first-response breach', 'resolution 75%']);
  });
});

describe('the event of a reached threshold', () => {
  it('says which, when it was reached, when it was seen, and for which target; its key makes it happen once', () => {
    const [warning] = reachedThresholds(caseAfter(), contextOf(), at('10:25:00'));
    if (warning === undefined) throw new Error('nothing reached');
    const told = deadlineReached(caseAfter(), warning, at('10:25:00'));
    expect(told).toEqual({
      type: 'deadline-reached',
      key: 'caserelay:deadline-reached:first-response:1:75%:1800',
      caseId: 'zendesk:5158',
      occurredAt: '2026-11-16T10:25:00.000Z',
      receivedAt: '2026-11-16T10:25:00.000Z',
      clock: 'first-response',
      turn: 1,
      threshold: '75%',
      kind: 'warning',
      at: '2026-11-16T10:22:30.000Z',
      dueAt: '2026-11-16T10:30:00.000Z',
      targetSeconds: 1800,
    });
    expect(CaseEvent.parse(told)).toEqual(told);
  });
});
