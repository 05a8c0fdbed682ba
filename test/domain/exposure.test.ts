import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AgentLoad,
  emptyHolding,
  exposureInWords,
  exposureLimit,
  exposureOn,
  exposureSums,
  type Holding,
  type HoldingChange,
  leaseOf,
  leaseTerms,
  letGo,
  localDay,
  takeLease,
} from '../../domain/exposure.ts';
import { contextOf } from '../support/policy-fixture.ts';
import { agent, LIMITS, teamPolicy } from '../support/team-fixture.ts';

const context = contextOf(teamPolicy());
const LENA = agent('lena');
const lenasTerms = () => leaseTerms(LENA, context);
const at = (text: string) => new Date(`2026-11-${text}Z`).toISOString();
const ms = (text: string) => Date.parse(at(text));

const sensitiveSince = (since: string) => leaseOf(at(since), true, LIMITS);
const taken = (since: string, caseId = 'zendesk:1', holding = emptyHolding('lena')) =>
  takeLease(holding, caseId, sensitiveSince(since), lenasTerms()) as HoldingChange;

describe('a lease', () => {
  it('of a sensitive case counts at once, on the day it was given: one case, and what it is expected to take', () => {
    expect(taken('16T10:00:00')).toEqual({
      holding: {
        agentId: 'lena',
        version: 0,
        held: { 'zendesk:1': { since: '2026-11-16T10:00:00.000Z', sensitive: true, expectedMinutes: 15 } },
        lastAssignedAt: '2026-11-16T10:00:00.000Z',
        lastSensitiveAt: '2026-11-16T10:00:00.000Z',
      },
      days: [{ day: '2026-11-16', cases: 1, minutes: 15 }],
    });
  });

  it('of any other case counts nothing', () => {
    const lease = leaseOf(at('16T10:00:00'), false, LIMITS);
    expect(takeLease(emptyHolding('lena'), 'zendesk:1', lease, lenasTerms())).toEqual({
      holding: {
        agentId: 'lena',
        version: 0,
        held: { 'zendesk:1': { since: '2026-11-16T10:00:00.000Z', sensitive: false, expectedMinutes: 0 } },
        lastAssignedAt: '2026-11-16T10:00:00.000Z',
      },
      days: [],
    });
  });

  it('that is held already is not taken again; leases on other cases stay', () => {
    const { holding } = taken('16T10:00:00');
    expect(takeLease(holding, 'zendesk:1', sensitiveSince('16T10:00:00'), lenasTerms())).toBeUndefined();
    const both = taken('16T11:00:00', 'zendesk:2', holding).holding;
    expect(Object.keys(both.held)).toEqual(['zendesk:1', 'zendesk:2']);
    expect(Object.keys(letGo(both, 'zendesk:1', at('16T11:30:00'), lenasTerms())?.holding.held ?? {})).toEqual([
      'zendesk:2',
    ]);
  });

  it('of a later time takes the place of the earlier one, whose minutes are measured until then', () => {
    const { holding } = taken('16T10:00:00');
    const again = takeLease(holding, 'zendesk:1', sensitiveSince('16T10:20:00'), lenasTerms());
    expect(again?.holding.held['zendesk:1']?.since).toBe('2026-11-16T10:20:00.000Z');
    // 15 given back, 20 measured, 15 expected of the new one.
    expect(again?.days).toEqual([{ day: '2026-11-16', cases: 1, minutes: 20 }]);
  });

  it('on a case that turns out to be sensitive counts from when it was given', () => {
    const plain = takeLease(emptyHolding('lena'), 'zendesk:1', leaseOf(at('16T10:00:00'), false, LIMITS), lenasTerms());
    const turned = takeLease(plain?.holding as Holding, 'zendesk:1', sensitiveSince('16T10:00:00'), lenasTerms());
    expect(turned?.holding.held['zendesk:1']?.sensitive).toBe(true);
    expect(turned?.days).toEqual([{ day: '2026-11-16', cases: 1, minutes: 15 }]);
  });

  it('given late says nothing earlier than is known', () => {
    const holding: Holding = {
      ...emptyHolding('lena'),
      lastAssignedAt: at('16T12:00:00'),
      lastSensitiveAt: at('16T13:00:00'),
    };
    expect(taken('16T10:00:00', 'zendesk:1', holding).holding).toMatchObject({
      lastAssignedAt: '2026-11-16T12:00:00.000Z',
      lastSensitiveAt: '2026-11-16T13:00:00.000Z',
    });
  });
});

describe('letting go', () => {
  const heldFor = (since: string, until: string, terms: ReturnType<typeof lenasTerms> | undefined = lenasTerms()) =>
    letGo(taken(since).holding, 'zendesk:1', at(until), terms);

  it('puts the measured minutes in the place of the expected, and tells when the last sensitive case ended', () => {
    const gone = heldFor('16T10:00:00', '16T10:20:30');
    expect(gone?.days).toEqual([{ day: '2026-11-16', cases: 0, minutes: 6 }]);
    expect(gone?.holding).toMatchObject({ held: {}, lastSensitiveAt: '2026-11-16T10:20:30.000Z' });
  });

  it('measures open shift only, on each of the local days, and no day for longer than its limit', () => {
    // Monday 16:30 to 17:00 is 30 min; Tuesday 09:00 to 17:00 counts 40; Wednesday 09:00 to 09:05 is 5.
    expect(heldFor('16T16:30:00', '18T09:05:00')?.days).toEqual([
      { day: '2026-11-16', cases: 0, minutes: 15 },
      { day: '2026-11-18', cases: 0, minutes: 5 },
      { day: '2026-11-17', cases: 0, minutes: 40 },
    ]);
    expect(heldFor('16T16:30:00', '16T23:00:00')?.days).toEqual([{ day: '2026-11-16', cases: 0, minutes: 15 }]);
  });

  it('goes by the days of the agent’s own zone', () => {
    // Manila is 8 hours ahead: Monday 16:30 UTC is Tuesday there; its office opens at 01:00 UTC.
    const noor = leaseTerms(agent('noor', { zone: 'Asia/Manila', calendar: 'manila' }), context);
    const change = takeLease(emptyHolding('noor'), 'zendesk:1', sensitiveSince('16T16:30:00'), noor);
    expect(change?.days).toEqual([{ day: '2026-11-17', cases: 1, minutes: 15 }]);
    expect(letGo(change?.holding as Holding, 'zendesk:1', at('17T01:10:00'), noor)?.days).toEqual([
      { day: '2026-11-17', cases: 0, minutes: -5 },
    ]);
  });

  it('counts as expected what takes just as long, and gives all back of what took no time', () => {
    expect(heldFor('16T10:00:00', '16T10:15:00')?.days).toEqual([]);
    expect(heldFor('16T10:00:00', '16T10:00:00')?.days).toEqual([{ day: '2026-11-16', cases: 0, minutes: -15 }]);
    expect(heldFor('16T10:00:00', '16T09:00:00')?.days).toEqual([{ day: '2026-11-16', cases: 0, minutes: -15 }]);
  });

  it('happens once, and only to what is held', () => {
    const gone = heldFor('16T10:00:00', '16T10:20:00');
    expect(letGo(gone?.holding as Holding, 'zendesk:1', at('16T10:30:00'), lenasTerms())).toBeUndefined();
    expect(letGo(emptyHolding('lena'), 'zendesk:1', at('16T10:30:00'), lenasTerms())).toBeUndefined();
  });

  it('of a case that is not sensitive counts nothing', () => {
    const plain = takeLease(emptyHolding('lena'), 'zendesk:1', leaseOf(at('16T10:00:00'), false, LIMITS), lenasTerms());
    expect(letGo(plain?.holding as Holding, 'zendesk:1', at('16T12:00:00'), lenasTerms())).toEqual({
      holding: { agentId: 'lena', version: 0, held: {}, lastAssignedAt: '2026-11-16T10:00:00.000Z' },
      days: [],
    });
  });

  it('leaves the ledger of an agent who has left the policy as it is', () => {
    const gone = letGo(taken('16T10:00:00').holding, 'zendesk:1', at('16T10:20:00'), undefined);
    expect(gone?.days).toEqual([]);
    expect(gone?.holding.held).toEqual({});
  });

  it('after many weeks measures the last sixty days', () => {
    const always = leaseTerms(agent('lena', { calendar: 'always' }), context);
    const days = letGo(taken('16T10:00:00').holding, 'zendesk:1', '2027-03-16T10:00:00.000Z', always)?.days ?? [];
    expect(days).toHaveLength(61);
    expect(days[0]).toEqual({ day: '2026-11-16', cases: 0, minutes: -15 });
    expect(days[1]).toEqual({ day: '2027-03-16', cases: 0, minutes: 40 });
    expect(days.at(-1)?.day).toBe('2027-01-16');
  });

  it('gives a day never more than its limit and the expected minutes back to the minute, whatever comes between', () => {
    const from = ms('16T00:00:00');
    fc.assert(
      fc.property(fc.nat({ max: 5000 }), fc.nat({ max: 5000 }), (start, held) => {
        const since = new Date(from + start * 60_000).toISOString();
        const change = takeLease(
          emptyHolding('lena'),
          'c',
          leaseOf(since, true, LIMITS),
          lenasTerms(),
        ) as HoldingChange;
        const gone = letGo(change.holding, 'c', new Date(from + (start + held) * 60_000).toISOString(), lenasTerms());
        const totals = new Map<string, number>();
        for (const { day, minutes } of [...change.days, ...(gone?.days ?? [])])
          totals.set(day, (totals.get(day) ?? 0) + minutes);
        for (const minutes of totals.values()) {
          expect(minutes).toBeGreaterThanOrEqual(0);
          expect(minutes).toBeLessThanOrEqual(LIMITS.minutesPerDay);
        }
        const open = context.calendar('office').elapsed(Date.parse(since), Date.parse(since) + held * 60_000) / 60_000;
        expect([...totals.values()].reduce((sum, minutes) => sum + minutes, 0)).toBeLessThanOrEqual(open);
      }),
    );
  });
});

const loadOf = (today: { cases: number; minutes: number }, holding: Partial<Holding> = {}): AgentLoad => ({
  holding: { ...emptyHolding('lena'), ...holding },
  today,
});
const NOTHING = { cases: 0, minutes: 0 };

describe('the exposure of a day', () => {
  it('is what the ledger says, and the expected minutes of what is held since an earlier day', () => {
    const held = {
      old: sensitiveSince('15T23:59:59'),
      plain: leaseOf(at('14T10:00:00'), false, LIMITS),
      today: sensitiveSince('16T00:00:00'),
    };
    expect(exposureOn(ms('16T10:00:00'), loadOf({ cases: 1, minutes: 20 }, { held }), LENA)).toEqual({
      cases: 1,
      minutes: 35,
    });
  });

  it('is that of the agent’s own day', () => {
    expect(localDay('Asia/Manila', ms('16T15:59:59'))).toBe('2026-11-16');
    expect(localDay('Asia/Manila', ms('16T16:00:00'))).toBe('2026-11-17');
    const held = { old: sensitiveSince('16T15:00:00') };
    const noor = agent('noor', { zone: 'Asia/Manila' });
    expect(exposureOn(ms('16T15:59:59'), loadOf(NOTHING, { held }), noor).minutes).toBe(0);
    expect(exposureOn(ms('16T16:00:00'), loadOf(NOTHING, { held }), noor).minutes).toBe(15);
  });
});

describe('a limit of exposure', () => {
  const NOW = '16T10:00:00';
  const limit = (load: AgentLoad, who = LENA) => exposureLimit(ms(NOW), load, who, LIMITS);

  it('is not reached by who had little to look at', () => {
    expect(limit(loadOf(NOTHING))).toBeUndefined();
    expect(limit(loadOf({ cases: 1, minutes: 25 }))).toBeUndefined();
  });

  it('is the opt-out, for ever', () => {
    expect(limit(loadOf(NOTHING), agent('lena', { optOut: true }))).toEqual({ limit: 'opted-out', until: undefined });
  });

  it('is the number of cases, until midnight where the agent is', () => {
    expect(limit(loadOf({ cases: 2, minutes: 0 }))).toEqual({ limit: 'cases-cap', until: ms('17T00:00:00') });
    const noor = agent('noor', { zone: 'Asia/Manila' });
    expect(limit(loadOf({ cases: 3, minutes: 0 }), noor)).toEqual({ limit: 'cases-cap', until: ms('16T16:00:00') });
  });

  it('is over where the day begins at one, because the clocks skip its first hour', () => {
    // Chile's clocks go from midnight to 01:00 on Sunday, 6 September 2026: 04:00 UTC either way.
    const ana = agent('ana', { zone: 'America/Santiago' });
    const evening = Date.parse('2026-09-05T23:00:00Z');
    expect(exposureLimit(evening, loadOf({ cases: 2, minutes: 0 }), ana, LIMITS)).toEqual({
      limit: 'cases-cap',
      until: Date.parse('2026-09-06T04:00:00Z'),
    });
  });

  it('is the minutes, if one more case would go beyond them', () => {
    expect(limit(loadOf({ cases: 1, minutes: 26 }))).toEqual({ limit: 'minutes-cap', until: ms('17T00:00:00') });
    const held = { old: sensitiveSince('15T10:00:00') };
    expect(limit(loadOf({ cases: 0, minutes: 11 }, { held }))?.limit).toBe('minutes-cap');
    expect(limit(loadOf({ cases: 0, minutes: 10 }, { held }))).toBeUndefined();
  });

  it('is the cool-down, until it is over', () => {
    const since = (lastSensitiveAt: string) => limit(loadOf(NOTHING, { lastSensitiveAt: at(lastSensitiveAt) }));
    expect(since('16T09:30:01')).toEqual({ limit: 'cool-down', until: ms('16T10:00:01') });
    expect(since('16T09:30:00')).toBeUndefined();
  });

  it('of the day weighs more than the cool-down', () => {
    expect(limit(loadOf({ cases: 2, minutes: 0 }, { lastSensitiveAt: at(NOW) }))?.limit).toBe('cases-cap');
  });
});

describe('what a lead sees', () => {
  const team = (...loads: AgentLoad[]) => loads.map((load, index) => ({ agent: agent(`a${index}`), load }));
  const sums = (...loads: AgentLoad[]) => exposureSums(ms('16T10:00:00'), team(...loads), LIMITS);

  it('is sums over the team', () => {
    const held = { old: sensitiveSince('15T10:00:00') };
    expect(
      sums(
        loadOf({ cases: 2, minutes: 20 }),
        loadOf({ cases: 1, minutes: 40 }),
        loadOf(NOTHING, { held }),
        loadOf(NOTHING),
        loadOf({ cases: 1, minutes: 0 }, { lastSensitiveAt: at('16T09:59:00') }),
      ),
    ).toEqual({ agents: 4, cases: 4, minutes: 75, atCap: 2 });
    expect(sums()).toEqual({ agents: 0, cases: 0, minutes: 0, atCap: 0 });
  });

  it('counts nobody who opted out as being at a limit', () => {
    const out = [{ agent: agent('a', { optOut: true }), load: loadOf(NOTHING) }];
    expect(exposureSums(ms('16T10:00:00'), out, LIMITS).atCap).toBe(0);
  });

  it('is in words, and of fewer than three agents nothing that would tell of one of them', () => {
    expect(exposureInWords({ agents: 3, cases: 5, minutes: 90, atCap: 2 })).toBe(
      'today 3 agents had 5 sensitive cases, 90 min; 2 of them at a limit',
    );
    expect(exposureInWords({ agents: 2, cases: 5, minutes: 90, atCap: 2 })).toBe(
      'too few agents had sensitive cases today to tell sums',
    );
  });
});
