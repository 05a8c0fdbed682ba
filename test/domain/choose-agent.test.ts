import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Case, foldCase } from '../../domain/case.ts';
import { agentsOnShift, chooseAgent, type Given, type NotGiven, shiftEnd } from '../../domain/choose-agent.ts';
import {
  type AgentLoad,
  emptyHolding,
  exposureOn,
  type Holding,
  type HoldingChange,
  leaseOf,
  leaseTerms,
  localDay,
  takeLease,
} from '../../domain/exposure.ts';
import type { AgentPolicy, Policy } from '../../domain/policy.ts';
import { opened } from '../support/events.ts';
import { occasions } from '../support/occasions.ts';
import { contextOf } from '../support/policy-fixture.ts';
import { agent, keptHome, LIMITS, teamPolicy } from '../support/team-fixture.ts';

/** A Monday, in office hours of 09:00 to 17:00. */
const at = (time: string) => Date.parse(`2026-11-16T${time}Z`);
const NOON = at('12:00:00');
const OPENED = opened('2026-11-16T08:00:00Z');

function caseOf(decided: Parameters<typeof keptHome>[1] = {}, changes: Partial<Case> = {}): Case {
  const state = foldCase([OPENED, keptHome('2026-11-16T08:00:01Z', decided)], contextOf());
  return { ...(state as Case), ...changes };
}

const sensitiveCase = () => caseOf({ sensitive: true });
const lease = (since: string, sensitive = false) => leaseOf(new Date(since).toISOString(), sensitive, LIMITS);
const holds = (count: number): Holding['held'] =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`c${n}`, lease('2026-11-16T09:00:00Z')]));
const loadOf = (id: string, holding: Partial<Holding> = {}, today = { cases: 0, minutes: 0 }): AgentLoad => ({
  holding: { ...emptyHolding(id), ...holding },
  today,
});

/** Chooses among agents, each with a load, free and unexposed unless given. */
function choose(
  team: readonly (AgentPolicy | [AgentPolicy, AgentLoad])[],
  state: Case = caseOf(),
  now = NOON,
  changes: Partial<Policy> = {},
): Given | NotGiven {
  const members = team.map((one) => ('id' in one ? ([one, loadOf(one.id)] as const) : one));
  const policy = { ...teamPolicy(members.map(([one]) => one)), ...changes };
  const loads = new Map(members.map(([{ id }, load]) => [id, load]));
  return chooseAgent(state, contextOf(policy), loads, now);
}
const chosen = (...args: Parameters<typeof choose>) => choose(...args).agent?.id;

describe('a case goes to an agent', () => {
  it('on shift who has its queue, its skills and its language, until the end of the shift', () => {
    const state = caseOf({ queue: 'general', skills: ['billing', 'refunds'], language: 'es-MX' });
    const able = { queues: ['general'], skills: ['refunds', 'billing', 'more'], languages: ['en', 'es'] };
    expect(
      choose(
        [
          agent('a', { ...able, queues: ['trust-and-safety'] }),
          agent('b', { ...able, skills: ['billing'] }),
          agent('c', { ...able, languages: ['en'] }),
          agent('d', { ...able, calendar: 'manila' }),
          agent('e', able),
          agent('f', { ...able, queues: [] }),
        ],
        state,
      ),
    ).toEqual({
      agent: agent('e', able),
      reason: 'the only one who can take it',
      passedOver: { queue: 2, skills: 1, language: 1, 'off-shift': 1 },
      backAt: at('17:00:00'),
    });
  });

  it('who speaks anything, if the language is not known', () => {
    expect(chosen([agent('a', { languages: ['de'] })], caseOf({ language: 'unknown' }))).toBe('a');
    expect(chosen([agent('a', { languages: ['de'] })], caseOf({ language: 'en' }))).toBeUndefined();
  });

  it('without an end, if the shift has none in sight', () => {
    expect(choose([agent('a', { calendar: 'always' })])).toMatchObject({ agent: { id: 'a' }, backAt: undefined });
  });

  it('unless the shift ends within ten minutes', () => {
    expect(chosen([agent('a')], caseOf(), at('16:50:00'))).toBe('a');
    expect(choose([agent('a')], caseOf(), at('16:50:01'))).toMatchObject({ passedOver: { 'off-shift': 1 } });
    expect(chosen([agent('a')], caseOf(), at('09:00:00'))).toBe('a');
    expect(chosen([agent('a')], caseOf(), at('08:59:59'))).toBeUndefined();
  });

  it('who holds less of what they can hold, and never more than that', () => {
    const half: [AgentPolicy, AgentLoad] = [agent('a', { capacity: 4 }), loadOf('a', { held: holds(2) })];
    const third: [AgentPolicy, AgentLoad] = [agent('b', { capacity: 9 }), loadOf('b', { held: holds(3) })];
    const full: [AgentPolicy, AgentLoad] = [agent('c', { capacity: 1 }), loadOf('c', { held: holds(1) })];
    expect(choose([half, third, full])).toMatchObject({
      agent: { id: 'b' },
      reason: 'least loaded of the 2 who can take it',
      passedOver: { 'at-capacity': 1 },
    });
    expect(chosen([agent('a', { capacity: 0 })])).toBeUndefined();
  });

  it('who has gone longest without a new one, among equals; then by id', () => {
    const last = (id: string, lastAssignedAt?: string): [AgentPolicy, AgentLoad] => [
      agent(id),
      loadOf(id, lastAssignedAt === undefined ? {} : { lastAssignedAt }),
    ];
    expect(chosen([last('a', '2026-11-16T11:00:00.000Z'), last('b', '2026-11-16T10:00:00.000Z')])).toBe('b');
    expect(chosen([last('a', '2026-11-16T11:00:00.000Z'), last('b')])).toBe('b');
    expect(chosen([last('b'), last('a'), last('c')])).toBe('a');
  });

  it('who held it before only if nobody else can take it', () => {
    const state = caseOf({}, { formerAgents: ['a', 'b'] });
    expect(choose([agent('a'), agent('b'), agent('c')], state)).toMatchObject({
      agent: { id: 'c' },
      reason: 'the only one who can take it',
      passedOver: { former: 2 },
    });
    expect(choose([agent('a'), agent('b')], state)).toMatchObject({
      agent: { id: 'a' },
      reason: 'held it before; nobody else can take it',
      passedOver: {},
    });
  });

  it('is no agent whose load is not known', () => {
    expect(chooseAgent(caseOf(), contextOf(teamPolicy()), new Map(), NOON)).toMatchObject({
      agent: undefined,
      passedOver: { 'at-capacity': 2 },
    });
  });

  it('without a queue, nobody', () => {
    const { queue: _, ...state } = caseOf();
    expect(chosen([agent('a')], state)).toBeUndefined();
  });
});

describe('a sensitive case', () => {
  const out = agent('out', { optOut: true });
  const seen = (
    id: string,
    cases: number,
    minutes: number,
    holding: Partial<Holding> = {},
  ): [AgentPolicy, AgentLoad] => [agent(id), loadOf(id, holding, { cases, minutes })];

  it('goes to nobody who opted out or is at a limit', () => {
    const cooling = seen('cooling', 1, 15, { lastSensitiveAt: '2026-11-16T11:45:00.000Z' });
    expect(
      choose([out, seen('cases', 2, 0), seen('minutes', 0, 26), cooling, agent('fine')], sensitiveCase()),
    ).toMatchObject({
      agent: { id: 'fine' },
      passedOver: { 'opted-out': 1, 'cases-cap': 1, 'minutes-cap': 1, 'cool-down': 1 },
    });
  });

  it('only: the limits are for no other', () => {
    expect(chosen([out], caseOf())).toBe('out');
    expect(chosen([seen('a', 99, 999)], caseOf())).toBe('a');
  });

  it.each<[string, (AgentPolicy | [AgentPolicy, AgentLoad])[], boolean]>([
    ['everyone on shift opted out', [out], true],
    ['everyone on shift is at a limit of the day', [out, seen('a', 2, 0), seen('b', 0, 30)], true],
    ['the others are off shift', [seen('a', 2, 0), agent('b', { calendar: 'manila' })], true],
    ['the others have another queue', [seen('a', 2, 0), agent('b', { queues: [] })], true],
    ['one at a limit also holds all they can', [seen('a', 2, 0, { held: holds(2) })], true],
    [
      'one on shift only cools down',
      [seen('a', 2, 0), seen('b', 1, 0, { lastSensitiveAt: '2026-11-16T11:59:00.000Z' })],
      false,
    ],
    ['one on shift is only full', [seen('a', 2, 0), seen('b', 0, 0, { held: holds(2) })], false],
    ['nobody is on shift', [agent('b', { calendar: 'manila' })], false],
    ['there is nobody', [], false],
  ])('is one that the limits leave nobody for, if %s: %s', (_what, team, expected) => {
    const choice = choose(team, sensitiveCase()) as NotGiven;
    expect(choice.exposureExhausted).toBe(expected);
    expect(choice.because === 'exposure').toBe(expected);
  });
});

describe('a case that nobody can take is tried again', () => {
  const retry = (team: Parameters<typeof choose>[0], state = caseOf(), now = NOON) => {
    const choice = choose(team, state, now) as NotGiven;
    return [choice.because, new Date(choice.retryAt).toISOString()];
  };

  it('when the next shift begins of who could take it', () => {
    const twelve = at('01:00:00') - 60_000;
    expect(retry([agent('a')], caseOf(), at('05:00:00'))).toEqual(['off-shift', '2026-11-16T09:00:00.000Z']);
    expect(retry([agent('a'), agent('m', { calendar: 'manila' })], caseOf(), twelve)).toEqual([
      'off-shift',
      '2026-11-16T01:00:00.000Z',
    ]);
    expect(retry([agent('a'), agent('m', { calendar: 'manila', queues: [] })], caseOf(), twelve)).toEqual([
      'off-shift',
      '2026-11-16T09:00:00.000Z',
    ]);
  });

  it('when the shift after one that is about to end begins', () => {
    const policy = {
      weekly: { mon: [[540, 720] as [number, number], [780, 1020] as [number, number]] },
      zone: 'UTC',
      holidays: [],
    };
    const choice = choose([agent('a', { calendar: 'split' })], caseOf(), at('11:55:00'), {
      calendars: { ...teamPolicy().calendars, split: policy },
    });
    expect(choice).toMatchObject({ because: 'off-shift', retryAt: at('13:00:00') });
  });

  it('in ten minutes, if everyone is full', () => {
    expect(retry([[agent('a'), loadOf('a', { held: holds(2) })]])).toEqual(['capacity', '2026-11-16T12:10:00.000Z']);
  });

  it('at the end of a cool-down', () => {
    const cooling = loadOf('a', { lastSensitiveAt: '2026-11-16T11:45:00.000Z' });
    expect(retry([[agent('a'), cooling]], sensitiveCase())).toEqual(['cool-down', '2026-11-16T12:15:00.000Z']);
  });

  it('when a new day begins where an agent at a limit is', () => {
    const noor = agent('a', { zone: 'Asia/Manila' });
    expect(retry([[noor, loadOf('a', {}, { cases: 2, minutes: 0 })]], sensitiveCase())).toEqual([
      'exposure',
      '2026-11-16T16:00:00.000Z',
    ]);
  });

  it('after twelve hours at the latest, and after a minute at the earliest', () => {
    expect(retry([agent('a', { queues: [] })])).toEqual(['no-match', '2026-11-17T00:00:00.000Z']);
    expect(retry([])).toEqual(['no-match', '2026-11-17T00:00:00.000Z']);
    expect(retry([agent('a')], caseOf(), at('17:00:00'))).toEqual(['off-shift', '2026-11-17T05:00:00.000Z']);
    const cooling = loadOf('a', { lastSensitiveAt: '2026-11-16T11:30:01.000Z' });
    expect(retry([[agent('a'), cooling]], sensitiveCase())).toEqual(['cool-down', '2026-11-16T12:01:00.000Z']);
  });
});

describe('the end of a shift', () => {
  const context = contextOf();
  it.each<[string, string, string | undefined]>([
    ['office', '2026-11-16T12:00:00Z', '2026-11-16T17:00:00Z'],
    ['office', '2026-11-16T08:00:00Z', '2026-11-16T08:00:00Z'],
    ['office', '2026-11-16T17:00:00Z', '2026-11-16T17:00:00Z'],
    ['office', '2026-11-21T12:00:00Z', '2026-11-21T12:00:00Z'],
    ['always', '2026-11-16T12:00:00Z', undefined],
  ])('of %s at %s is %s', (calendar, now, end) => {
    expect(shiftEnd(agent('a', { calendar }), context, Date.parse(now))).toBe(
      end === undefined ? undefined : Date.parse(end),
    );
  });
});

describe('the agents whose loads are asked for', () => {
  it('are those who match and are on shift', () => {
    const team = [
      agent('a'),
      agent('b', { queues: [] }),
      agent('c', { calendar: 'manila' }),
      agent('d', { optOut: true }),
    ];
    const ids = (now: number) => agentsOnShift(caseOf(), contextOf(teamPolicy(team)), now).map(({ id }) => id);
    expect(ids(NOON)).toEqual(['a', 'd']);
    expect(ids(at('16:55:00'))).toEqual([]);
  });
});

describe('whatever the team and the cases', () => {
  const someAgent = fc.record({
    capacity: fc.integer({ min: 1, max: 4 }),
    optOut: fc.boolean(),
    calendar: fc.constantFrom('office', 'manila', 'always'),
    zone: fc.constantFrom('UTC', 'Asia/Manila', 'America/Los_Angeles'),
    languages: fc.subarray(['en', 'es'], { minLength: 1 }),
  });
  const someCase = fc.record({
    sensitive: fc.boolean(),
    language: fc.constantFrom('en', 'es-MX', 'unknown'),
    minutes: fc.nat({ max: 200 }),
  });

  it('nobody is given more than they can hold, or than the limits of a day and the cool-down allow', () => {
    const [given, sensitive] = [occasions(), occasions()];
    fc.assert(
      fc.property(fc.array(someAgent, { maxLength: 4 }), fc.array(someCase, { maxLength: 20 }), (team, cases) => {
        const policy = teamPolicy(team.map((changes, index) => agent(`a${index}`, changes)));
        const context = contextOf(policy);
        const holdings = new Map(policy.agents.map(({ id }) => [id, emptyHolding(id)]));
        const ledger = new Map<string, { cases: number; minutes: number }>();
        let now = at('08:00:00');
        for (const [index, { minutes, ...decided }] of cases.entries()) {
          now += minutes * 60_000;
          const loads = new Map(
            policy.agents.map(({ id, zone }): [string, AgentLoad] => [
              id,
              {
                holding: holdings.get(id) as Holding,
                today: ledger.get(`${id} ${localDay(zone, now)}`) ?? { cases: 0, minutes: 0 },
              },
            ]),
          );
          const state = caseOf(decided);
          const choice = chooseAgent(state, context, loads, now);
          expect(chooseAgent(state, context, new Map([...loads].reverse()), now)).toEqual(choice);
          const counted = Object.values(choice.passedOver).reduce((sum, count) => sum + count, 0);
          given.of(choice.agent !== undefined);
          if (choice.agent === undefined) {
            expect(counted).toBe(policy.agents.length);
            expect(choice.retryAt).toBeGreaterThan(now);
            expect(choice.retryAt).toBeLessThanOrEqual(now + 12 * 3_600_000);
            continue;
          }
          const { id, zone, capacity, optOut } = choice.agent;
          const load = loads.get(id) as AgentLoad;
          expect(counted).toBeLessThan(policy.agents.length);
          expect(Object.keys(load.holding.held).length).toBeLessThan(capacity);
          if (sensitive.of(decided.sensitive)) {
            expect(optOut).toBe(false);
            const today = exposureOn(now, load, choice.agent);
            expect(today.cases + 1).toBeLessThanOrEqual(LIMITS.casesPerDay);
            expect(today.minutes + LIMITS.expectedMinutes).toBeLessThanOrEqual(LIMITS.minutesPerDay);
            expect(now - Date.parse(load.holding.lastSensitiveAt ?? '2026-01-01')).toBeGreaterThanOrEqual(1_800_000);
          }
          const lease = leaseOf(new Date(now).toISOString(), decided.sensitive, LIMITS);
          const change = takeLease(
            load.holding,
            `c${index}`,
            lease,
            leaseTerms(choice.agent, context),
          ) as HoldingChange;
          holdings.set(id, change.holding);
          for (const { day, ...added } of change.days) {
            const was = ledger.get(`${id} ${day}`) ?? { cases: 0, minutes: 0 };
            expect(day).toBe(localDay(zone, now));
            ledger.set(`${id} ${day}`, { cases: was.cases + added.cases, minutes: was.minutes + added.minutes });
          }
        }
      }),
    );
    expect(given.share()).toBeGreaterThan(0.05);
    expect(sensitive.share()).toBeGreaterThan(0.02);
  });

  it('equals get equally many: never two more than another', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 30 }), (size, cases) => {
        const policy = teamPolicy(Array.from({ length: size }, (_, index) => agent(`a${index}`, { capacity: 50 })));
        const held = new Map(policy.agents.map(({ id }) => [id, 0]));
        for (let n = 0; n < cases; n++) {
          const loads = new Map([...held].map(([id, count]) => [id, loadOf(id, { held: holds(count) })]));
          const id = chooseAgent(caseOf(), contextOf(policy), loads, NOON).agent?.id ?? '';
          held.set(id, (held.get(id) ?? 0) + 1);
        }
        expect(Math.max(...held.values()) - Math.min(...held.values())).toBeLessThanOrEqual(1);
      }),
      { numRuns: 30 },
    );
  });
});
