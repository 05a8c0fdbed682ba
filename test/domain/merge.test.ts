import { describe, expect, it } from 'vitest';
import { type Case, foldCase } from '../../domain/case.ts';
import { measure } from '../../domain/clock.ts';
import type { CaseEvent, EventOf } from '../../domain/event.ts';
import { absorption } from '../../domain/merge.ts';
import { event, fromCustomer, opened, reply, solved, status } from '../support/events.ts';
import { contextOf, POLICY } from '../support/policy-fixture.ts';

const context = contextOf();
const NOW = '2026-11-16T10:30:05.000Z';
const LOSER = 'zendesk:5158';
const SURVIVOR = 'zendesk:4650';
const DAY = '2026-11-16T';
const merged = (time: string, into?: string) => event('merged', `${DAY}${time}Z`, into === undefined ? {} : { into });
const absorbed = (time: string, from: string, since?: string) =>
  event('absorbed', `${DAY}${time}Z`, {
    key: `caserelay:absorbed:${from}`,
    from,
    ...(since === undefined ? {} : { waiting: { startedAt: `${DAY}${since}.000Z`, pauses: [] } }),
  });
const left = (cause: CaseEvent, ...log: CaseEvent[]) => absorption(cause, [...log, cause], context, NOW);
const asked = opened(`${DAY}09:00:00Z`);

describe('what a merged case leaves', () => {
  it('is the wait of its customer, in the log of the case that goes on', () => {
    expect(left(merged('10:30:00', '4650'), asked)).toEqual({
      type: 'absorbed',
      key: `caserelay:absorbed:${LOSER}`,
      caseId: SURVIVOR,
      occurredAt: `${DAY}10:30:00.000Z`,
      receivedAt: NOW,
      from: LOSER,
      waiting: { startedAt: `${DAY}09:00:00.000Z`, pauses: [] },
    });
  });

  it('is the same whether the CRM names the case with its source or without', () => {
    expect(left(merged('10:30:00', SURVIVOR), asked)?.caseId).toBe(SURVIVOR);
    expect(left(merged('10:30:00', 'intake:1'), asked)?.caseId).toBe('zendesk:intake:1');
  });

  it('has the pauses of a next response, the last one still open', () => {
    const log = [
      asked,
      reply(`${DAY}09:10:00Z`),
      fromCustomer(`${DAY}09:20:00Z`),
      status(`${DAY}10:00:00Z`, 'pending'),
    ];
    expect(left(merged('10:30:00', '4650'), ...log)?.waiting).toEqual({
      startedAt: `${DAY}09:20:00.000Z`,
      pauses: [{ from: `${DAY}10:00:00.000Z`, reason: 'pending' }],
    });
  });

  it('is a note only if nobody waited any more', () => {
    const quiet = left(merged('10:30:00', '4650'), asked, reply(`${DAY}09:10:00Z`));
    expect(quiet).toMatchObject({ caseId: SURVIVOR, from: LOSER });
    expect(quiet).not.toHaveProperty('waiting');
    expect(left(merged('10:30:00', '4650'), asked, solved(`${DAY}10:00:00Z`))).not.toHaveProperty('waiting');
    expect(left(merged('10:30:00', '4650'))).not.toHaveProperty('waiting');
  });

  it('is nothing to itself, to nobody, or without a merge', () => {
    expect(left(merged('10:30:00', '5158'), asked)).toBeUndefined();
    expect(left(merged('10:30:00', LOSER), asked)).toBeUndefined();
    expect(left(merged('10:30:00'), asked)).toBeUndefined();
    expect(left(fromCustomer(`${DAY}10:00:00Z`), asked)).toBeUndefined();
  });

  it('is nothing to a case that cannot be one, and told by a merge that names one', () => {
    for (const into of ['', 'zendesk:', 'a case', '#7', 'x'.repeat(201)]) {
      expect(left(merged('10:30:00', into), asked)).toBeUndefined();
      expect(left(merged('10:30:02', '4650'), asked, merged('10:30:00', into))?.caseId).toBe(SURVIVOR);
      expect(foldCase([asked, merged('10:30:00', into)], context)).not.toHaveProperty('mergedInto');
    }
  });

  it('is told by either of two merges, whichever names the survivor', () => {
    const silent = merged('10:30:00');
    const naming = merged('10:30:02', '4650');
    const wait = { caseId: SURVIVOR, occurredAt: `${DAY}10:30:02.000Z`, waiting: { startedAt: `${DAY}09:00:00.000Z` } };
    expect(left(naming, asked, silent)).toMatchObject(wait);
    expect(left(silent, asked, naming)).toEqual(left(naming, asked, silent));
    expect(left(merged('10:31:00'), asked, naming)?.caseId).toBe(SURVIVOR);
  });

  it('grows by a message from before the merge that came late', () => {
    const log = [asked, reply(`${DAY}09:10:00Z`), merged('10:30:00', '4650')];
    const late = { ...fromCustomer(`${DAY}10:00:00Z`), key: 'late' };
    expect(left(late, ...log)).toMatchObject({
      key: `caserelay:absorbed:${LOSER}:late`,
      waiting: { startedAt: `${DAY}10:00:00.000Z` },
    });
    expect(left(reply(`${DAY}10:00:00Z`), ...log)).toBeUndefined();
    expect(left(fromCustomer(`${DAY}10:40:00Z`), ...log)).toBeUndefined();
  });

  it('is passed on when another case was merged into it after it was gone', () => {
    const log = [asked, reply(`${DAY}09:10:00Z`), merged('10:30:00', '4650')];
    const second = absorbed('10:45:00', 'zendesk:77', '09:40:00');
    expect(left(second, ...log)).toEqual({
      ...second,
      caseId: SURVIVOR,
      receivedAt: NOW,
      occurredAt: `${DAY}10:45:00.000Z`,
    });
    expect(left(absorbed('10:45:00', SURVIVOR, '09:40:00'), ...log)).toBeUndefined();
  });

  it('is passed on no earlier than the merge that it follows', () => {
    const log = [asked, merged('10:30:00'), merged('10:50:00', '4650')];
    expect(left(absorbed('10:45:00', 'zendesk:77', '09:40:00'), ...log)?.occurredAt).toBe(`${DAY}10:50:00.000Z`);
  });

  it('has what it had taken over itself, also if that came late', () => {
    const log = [asked, reply(`${DAY}09:10:00Z`)];
    const first = absorbed('10:00:00', 'zendesk:77', '09:40:00');
    const merge = merged('10:30:00', '4650');
    const wait = { from: LOSER, waiting: { startedAt: `${DAY}09:40:00.000Z` }, occurredAt: `${DAY}10:30:00.000Z` };
    expect(left(merge, ...log, first)).toMatchObject(wait);
    expect(left(first, ...log, merge)).toMatchObject({ ...wait, key: `caserelay:absorbed:${LOSER}:zendesk:77` });
  });
});

describe('the case that goes on', () => {
  const fold = (...events: CaseEvent[]) => foldCase(events, context) as Case;
  const of = (clock: string, state: Case) => state.turns.find((turn) => turn.clock === clock);
  const due = (state: Case, clock: string) => {
    const turn = of(clock, state);
    const policy = POLICY.clocks.find((candidate) => candidate.clock === clock);
    if (turn === undefined || policy === undefined) throw new Error(`no ${clock}`);
    return measure(turn, policy, context.calendar(turn.calendar), Date.parse(`${DAY}11:00:00Z`)).dueAt;
  };

  it('answered at 10:00, takes over a wait since 09:00: its next response is due at 13:00', () => {
    const state = fold(
      opened(`${DAY}08:00:00Z`),
      reply(`${DAY}10:00:00Z`),
      absorbed('10:30:00', 'zendesk:77', '09:00:00'),
    );
    expect(of('next-response', state)?.startedAt).toBe(`${DAY}09:00:00.000Z`);
    expect(due(state, 'next-response')).toBe(`${DAY}13:00:00.000Z`);
  });

  it('waiting since 08:00 itself, keeps its own: four hours from 09:00, when it opens, are 13:00', () => {
    const state = fold(opened(`${DAY}08:00:00Z`), absorbed('10:30:00', 'zendesk:77', '09:30:00'));
    expect(of('first-response', state)?.startedAt).toBe(`${DAY}08:00:00.000Z`);
    expect(of('next-response', state)).toBeUndefined();
    expect(due(state, 'first-response')).toBe(`${DAY}13:00:00.000Z`);
  });

  it('waiting since 10:00, takes the earlier one: 09:30 + 4 h is 13:30', () => {
    const state = fold(opened(`${DAY}10:00:00Z`), absorbed('10:30:00', 'zendesk:77', '09:30:00'));
    expect(due(state, 'first-response')).toBe(`${DAY}13:30:00.000Z`);
  });

  it('takes over its pauses: 40 minutes until the merge move 13:00 to 13:40', () => {
    const waiting: EventOf<'absorbed'>['waiting'] = {
      startedAt: `${DAY}09:00:00.000Z`,
      pauses: [{ from: `${DAY}09:50:00.000Z`, reason: 'pending' }],
    };
    const merge = event('absorbed', `${DAY}10:30:00Z`, { from: 'zendesk:77', waiting });
    const state = fold(opened(`${DAY}08:00:00Z`), reply(`${DAY}10:00:00Z`), merge);
    expect(due(state, 'next-response')).toBe(`${DAY}13:40:00.000Z`);
  });

  it.each<[string, CaseEvent[]]>([
    ['that is unknown', []],
    ['that is closed', [opened(`${DAY}08:00:00Z`), status(`${DAY}10:00:00Z`, 'closed')]],
    ['that was merged itself', [opened(`${DAY}08:00:00Z`), merged('10:00:00', '1')]],
  ])('%s starts nothing', (_what, log) => {
    const state = fold(...log, absorbed('10:30:00', 'zendesk:77', '09:00:00'));
    expect(state.turns.filter((turn) => turn.stoppedAt === undefined && turn.cancelledAt === undefined)).toEqual([]);
  });

  it('takes nothing over from a case in which nobody waited', () => {
    const log = [opened(`${DAY}08:00:00Z`), reply(`${DAY}10:00:00Z`)];
    expect(fold(...log, absorbed('10:30:00', 'zendesk:77')).turns).toEqual(fold(...log).turns);
  });
});
