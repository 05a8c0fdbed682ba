import { describe, expect, it } from 'vitest';
import { foldCase } from '../../domain/case.ts';
import {
  type ClockPolicy,
  type Condition,
  clockPolicy,
  conditionsIn,
  isWrittenTo,
  Policy,
  policyCalendars,
  promiseOf,
} from '../../domain/policy.ts';
import { event, opened } from '../support/events.ts';
import { triaged } from '../support/handoff-fixture.ts';
import { OFFICE_HOURS, POLICY } from '../support/policy-fixture.ts';
import { TEAM } from '../support/team-fixture.ts';

const [FIRST_RESPONSE] = POLICY.clocks as [ClockPolicy];
const { otherwise } = POLICY.triage;

/** A policy that says all that one can say. */
const WHOLE: Policy = {
  ...POLICY,
  calendars: {
    office: { zone: 'UTC', weekly: OFFICE_HOURS, holidays: ['2026-12-25'], special: { '2026-12-24': [[540, 720]] } },
    manila: { zone: 'Asia/Manila', weekly: OFFICE_HOURS, holidays: [] },
    sun: { members: ['office', 'manila'] },
  },
  clocks: [
    {
      ...FIRST_RESPONSE,
      exceptions: [
        {
          when: { tier: ['vip'], queue: ['general'], language: ['es'], channel: ['chat'], vendor: ['manila'] },
          targets: { urgent: 60 },
          calendar: 'always',
        },
      ],
      warnings: [
        { name: '75%', share: 0.75 },
        { name: '1 minute before', secondsBefore: 60 },
      ],
      pauseOn: ['pending'],
    },
    { ...FIRST_RESPONSE, clock: 'resolution', onReopen: 'restart' },
  ],
  businessDaySeconds: 28_800,
  triage: {
    mode: 'scored',
    minConfidence: 0.5,
    unsure: otherwise,
    duplicateSeconds: 3600,
    rules: [
      {
        id: 'r',
        owner: 'maya',
        reason: 'because',
        when: {
          all: [{ field: 'channel', is: ['web', 3, true], list: 'channels' }],
          any: [
            { field: 'text', contains: ['refund'] },
            { field: 'text', matches: ['re+fund'] },
          ],
          not: { field: 'tier', exists: true },
          field: 'cases',
          atLeast: 1,
          atMost: 3,
          withinSeconds: 60,
          during: 'office',
        },
        score: 0.9,
        outcome: { ...otherwise, priority: 'high', tags: ['refund'], skills: ['billing'] },
      },
    ],
    otherwise,
  },
  vendors: POLICY.vendors.map((vendor) => ({
    ...vendor,
    packetFields: ['category', 'priority', 'language', 'channel', 'region', 'subject', 'text', 'tags', 'openedAt'],
  })),
  agents: TEAM.slice(),
};

const OPTIONAL = new Set([
  'apiUrl',
  'integrationUserId',
  'special',
  'share',
  'secondsBefore',
  'businessDaySeconds',
  'unsure',
  'groupId',
]);
/** Parts in which names may be left out: those that are lists by name, conditions, and what an exception says. */
const OPEN =
  /^(sources|calendars|queues)\.[^.]+$|\.(weekly|special|crmUserIds)\.|rules\.0\.when|\.when\.|\.exceptions\.0\.(targets\.|calendar)|outcome\.priority$/;

/** Every place in a value, as path; and the value without it. */
function* leavingOut(value: unknown, path: readonly string[] = []): Generator<[path: string, rest: unknown]> {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    const here = [...path, name];
    if (!Array.isArray(value)) {
      const { [name]: _, ...rest } = value as Record<string, unknown>;
      yield [here.join('.'), rest];
    }
    for (const [at, rest] of leavingOut(inner, here)) yield [at, put(value, name, rest)];
  }
}
const put = (value: object, name: string, inner: unknown): unknown =>
  Array.isArray(value) ? value.with(Number(name), inner) : { ...value, [name]: inner };

describe('a compiled policy', () => {
  it('is read back as it was', () => {
    expect(Policy.parse(WHOLE)).toEqual(WHOLE);
  });

  it('is refused without what it must say', () => {
    let refused = 0;
    for (const [path, rest] of leavingOut(WHOLE)) {
      const isOptional = OPTIONAL.has(path.split('.').at(-1) ?? '') || OPEN.test(path);
      expect(Policy.safeParse(rest).success, path).toBe(isOptional);
      if (!isOptional) refused += 1;
    }
    expect(refused).toBeGreaterThan(100);
  });

  it('is refused with a condition that it does not know, a time beyond the day, a promise of nothing', () => {
    const [rule] = WHOLE.triage.rules;
    const withRule = (when: unknown) => ({ ...WHOLE, triage: { ...WHOLE.triage, rules: [{ ...rule, when }] } });
    expect(Policy.safeParse(withRule({ field: 'text', contains: ['a'] })).success).toBe(true);
    expect(Policy.safeParse(withRule({ field: 'text', contians: ['a'] })).success).toBe(false);
    const open = (from: number, to: number) => ({
      ...WHOLE,
      calendars: { office: { zone: 'UTC', weekly: { mon: [[from, to]] }, holidays: [] } },
    });
    expect([open(0, 1440), open(-1, 60), open(60, 1441)].map((one) => Policy.safeParse(one).success)).toEqual([
      true,
      false,
      false,
    ]);
    const promising = (urgent: number) => ({
      ...WHOLE,
      clocks: [{ ...FIRST_RESPONSE, targets: { ...FIRST_RESPONSE.targets, urgent } }],
    });
    expect([promising(1), promising(0)].map((one) => Policy.safeParse(one).success)).toEqual([true, false]);
    const exceptFor = (urgent: number) => ({
      ...WHOLE,
      clocks: [{ ...FIRST_RESPONSE, exceptions: [{ when: {}, targets: { urgent } }] }],
    });
    expect([exceptFor(1), exceptFor(0)].map((one) => Policy.safeParse(one).success)).toEqual([true, false]);
  });

  it.each([
    ['a mode of triage', { triage: { ...WHOLE.triage, mode: '' } }],
    ['a reopening', { clocks: [{ ...FIRST_RESPONSE, onReopen: '' }] }],
    ['a kind of source', { sources: { zendesk: { kind: '' } } }],
    ['a rung', { alerting: { ...WHOLE.alerting, rungs: [{ to: '', waitSeconds: 1 }] } }],
    ['a field of a packet', { vendors: WHOLE.vendors.map((vendor) => ({ ...vendor, packetFields: [''] })) }],
  ])('is refused with %s that it does not know', (_what, part) => {
    expect(Policy.safeParse({ ...WHOLE, ...part }).success).toBe(false);
  });
});

describe('a promise', () => {
  const clock: ClockPolicy = {
    ...FIRST_RESPONSE,
    exceptions: [
      { when: { language: ['ES'], channel: ['chat', 'Phone'] }, targets: { normal: 60 }, calendar: 'manila' },
      { when: { language: ['es'] }, targets: { normal: 120 } },
      { when: { vendor: ['manila'] }, targets: { low: 180 } },
    ],
  };
  const promise = (subject: Partial<Parameters<typeof promiseOf>[1]>) => {
    const { targetSeconds, calendar } = promiseOf(clock, { priority: 'normal', ...subject });
    return [targetSeconds, calendar];
  };

  it('is that of the first exception that fits and has a target for the priority', () => {
    expect(promise({ language: 'es-MX', channel: 'PHONE' })).toEqual([60, 'manila']);
    expect(promise({ language: 'es', channel: 'web' })).toEqual([120, 'office']);
    expect(promise({ language: 'es_MX' })).toEqual([120, 'office']);
    expect(promise({ language: 'est' })).toEqual([14_400, 'office']);
    // Only a language has regions.
    expect(promise({ language: 'es', channel: 'chat-2' })).toEqual([120, 'office']);
    expect(promise({ vendor: 'manila' })).toEqual([14_400, 'office']);
    expect(promise({ vendor: 'manila', priority: 'low' })).toEqual([180, 'office']);
    expect(promise({})).toEqual([14_400, 'office']);
  });

  it('goes by the language that the CRM knows, then by the one that triage found', () => {
    const targetOf = (...languages: (string | undefined)[]) => {
      const [found, told] = languages;
      const log = [
        opened('2026-11-16T09:00:00Z'),
        ...(found === undefined ? [] : [triaged('2026-11-16T09:01:00Z', { language: found })]),
        event('status-changed', '2026-11-16T09:02:00Z', { status: 'open', fields: { language: told } }),
      ];
      const policy = { ...POLICY, clocks: [clock] };
      return foldCase(log, { policy, calendar: policyCalendars(policy) })?.turns[0]?.targetSeconds;
    };
    expect(targetOf('es', undefined)).toBe(120);
    expect(targetOf('unknown', 'es')).toBe(120);
    expect(targetOf('en', 'es')).toBe(120);
    expect(targetOf('es', 'unknown')).toBe(120);
    expect(targetOf('es', 'en')).toBe(14_400);
    expect(targetOf(undefined, 'es-MX')).toBe(120);
  });

  it('is made by the clock of that name, if there is one', () => {
    expect(clockPolicy(POLICY, 'resolution')?.clock).toBe('resolution');
    expect(clockPolicy(POLICY, 'handoff-ack')).toBeUndefined();
  });
});

describe('a condition', () => {
  it('is found with all that is inside it, each before its parts', () => {
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((field): Condition => ({ field })) as [
      Condition,
      Condition,
      Condition,
      Condition,
    ];
    const inner = { any: [b, c] };
    const whole = { all: [a, inner], not: d };
    expect(conditionsIn(whole)).toEqual([whole, a, inner, b, c, d]);
    expect(conditionsIn(undefined)).toEqual([]);
  });
});

describe('the calendars of a policy', () => {
  it('are made once each, groups and the one that never closes among them', () => {
    const calendar = policyCalendars(WHOLE);
    expect(calendar('office')).toBe(calendar('office'));
    expect(calendar('sun')).toBe(calendar('sun'));
    // Sunday.
    expect(calendar('always').isOpen(Date.parse('2026-11-22T03:00:00Z'))).toBe(true);
    // Monday 03:00 UTC is 11:00 in Manila.
    const monday = Date.parse('2026-11-23T03:00:00Z');
    expect(['sun', 'manila', 'office'].map((name) => calendar(name).isOpen(monday))).toEqual([true, true, false]);
  });

  it('are refused by a name that there is not', () => {
    expect(() => policyCalendars(WHOLE)('berlin')).toThrow(/test-1.*berlin/);
  });
});

describe('isWrittenTo', () => {
  it('is true of a CRM whose API has an address, and of nothing else', () => {
    expect(isWrittenTo({ kind: 'zendesk', apiUrl: 'https://example.zendesk.com' })).toBe(true);
    expect(isWrittenTo({ kind: 'zendesk' })).toBe(false);
    expect(isWrittenTo({ kind: 'standard-webhooks' })).toBe(false);
    expect(isWrittenTo(undefined)).toBe(false);
  });
});
