import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Case } from '../../domain/case.ts';
import { type Condition, policyCalendars, type TriageRule } from '../../domain/policy.ts';
import { decideTriage, OTHERWISE } from '../../domain/triage.ts';
import type { TriageFacts } from '../../domain/triage-fields.ts';
import { naiveHolding } from '../support/naive-triage.ts';
import { occasions } from '../support/occasions.ts';
import { POLICY } from '../support/policy-fixture.ts';
import { caseWith, OPENED_AT, outcome, policyWith, rule } from '../support/triage-fixture.ts';

const calendar = policyCalendars(POLICY);

// Few words and values, so that rules and cases meet often.
const WORDS = ['refund', 'Refund', 'my', 'card', 'kill', 'k\u200bill', 'straße', 'été', '退款', '12', 'a-b', '!', '\n'];
const VALUES = ['web', 'WEB ', 'chat', 'vip', 'es', 'es-MX', '3', ''];
const words = fc.array(fc.constantFrom(...WORDS), { maxLength: 8 }).map((some) => some.join(' '));
const value = fc.constantFrom(...VALUES);
const phrase = fc.array(fc.constantFrom('refund', 'my', 'card', 'kill', 'été', '退', '退款', 'a', 'b'), {
  minLength: 1,
  maxLength: 3,
});
const field = fc.constantFrom(
  'any-text',
  'subject',
  'text',
  'channel',
  'tier',
  'region',
  'language',
  'tags',
  'reopens',
  'cases',
  'custom.amount',
  'custom.none',
);

const leaf: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({ field, is: fc.array(fc.oneof(value, fc.constantFrom(3, true)), { maxLength: 3 }) }),
  fc.record({
    field,
    contains: fc.array(
      phrase.map((some) => some.join(' ')),
      { maxLength: 3 },
    ),
  }),
  fc.record({
    field,
    matches: fc.array(fc.constantFrom('ref(und)?', '^my', 'card$', '\\d{2}', 'É', 'x*'), { maxLength: 2 }),
  }),
  fc.record({ field, exists: fc.boolean() }),
  fc.record({ field, atLeast: fc.integer({ min: 0, max: 4 }) }),
  fc.record({ field, atMost: fc.integer({ min: 0, max: 4 }), exists: fc.constant(true) }),
  fc.record({ field: fc.constant('cases'), atLeast: fc.nat(3), withinSeconds: fc.constantFrom(60, 86_400) }),
  fc.record({ during: fc.constantFrom('office', 'manila', 'always') }),
  fc.constant({}),
);
const { condition } = fc.letrec<{ condition: Condition }>((tie) => {
  const parts = fc.array(tie('condition'), { maxLength: 3 });
  return {
    condition: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      fc.record({ all: parts }),
      fc.record({ any: parts }),
      fc.record({ not: tie('condition') }),
      fc.tuple(leaf, parts).map(([one, any]) => ({ ...one, any })),
    ),
  };
});

const rules: fc.Arbitrary<TriageRule[]> = fc
  .array(
    fc.record({
      when: fc.option(condition, { nil: undefined }),
      score: fc.constantFrom(0, 0.1, 0.2, 0.5, 1, 3),
      category: fc.constantFrom('a', 'b', 'c'),
      sensitive: fc.boolean(),
    }),
    { maxLength: 70 },
  )
  .map((all) =>
    all.map(({ when, score, category, sensitive }, nth) =>
      rule(`r${nth}`, when, { score, outcome: outcome({ category, sensitive }) }),
    ),
  );

const cases: fc.Arbitrary<Case> = fc
  .record({
    subject: fc.option(words, { nil: undefined }),
    text: fc.option(words, { nil: undefined }),
    channel: fc.option(value, { nil: undefined }),
    tier: fc.option(value, { nil: undefined }),
    region: fc.option(value, { nil: undefined }),
    language: fc.option(value, { nil: undefined }),
    tags: fc.option(fc.array(value, { maxLength: 3 }), { nil: undefined }),
    custom: fc.record({ amount: fc.constantFrom(0, 3, '3', '4 ', ' ', true) }),
    openedAt: fc.constantFrom(OPENED_AT, '2026-11-22T03:00:00.000Z', undefined),
    reopens: fc.nat(4),
  })
  .map(({ openedAt, reopens, ...fields }) => {
    const { openedAt: _, ...state } = caseWith(
      Object.fromEntries(Object.entries(fields).filter(([, one]) => one !== undefined)),
    );
    return openedAt === undefined ? { ...state, reopens } : { ...state, reopens, openedAt };
  });
const facts: fc.Arbitrary<TriageFacts> = fc.record(
  {
    history: fc.array(
      fc.record({
        caseId: fc.constantFrom('zendesk:1', 'zendesk:5158', 'zendesk:9'),
        openedAt: fc.constantFrom('2026-11-23T09:59:30.000Z', OPENED_AT, '2026-11-20T10:00:00.000Z'),
        over: fc.boolean(),
      }),
      { maxLength: 4 },
    ),
    language: fc.record({ code: fc.constantFrom('es', 'en'), confidence: fc.constant(1) }),
  },
  { requiredKeys: [] },
);

describe('the compiled rules agree with rules that are asked one by one', () => {
  it('first match: the first that holds decides, and the alternatives are those after it', () => {
    fc.assert(
      fc.property(rules, cases, facts, (some, state, known) => {
        const decision = decideTriage(state, policyWith({ rules: some }), known);
        const [first, ...later] = naiveHolding(some, state, known, calendar).map(({ id }) => id);
        expect(decision.ruleId).toBe(first ?? OTHERWISE);
        expect(decision.alternatives?.map(({ ruleId }) => ruleId)).toEqual(later.slice(0, 10));
      }),
      { numRuns: 400 },
    );
  });

  it('scored: the shares of the categories are those of the rules that hold', () => {
    fc.assert(
      fc.property(rules, cases, facts, (some, state, known) => {
        const decision = decideTriage(state, policyWith({ rules: some, mode: 'scored' }), known);
        const holding = naiveHolding(some, state, known, calendar);
        const points = (category?: string) =>
          holding
            .filter(({ outcome: { category: its } }) => category === undefined || its === category)
            .reduce((sum, { score }) => sum + score, 0);
        expect(decision.ruleId === OTHERWISE).toBe(holding.length === 0);
        expect(decision.sensitive).toBe(holding.some(({ outcome: { sensitive } }) => sensitive));
        const share = points() === 0 ? 0 : points(decision.category) / points();
        expect(Math.abs((decision.confidence ?? -1) - share)).toBeLessThan(0.0006);
        if (holding.length > 0 && !decision.sensitive) {
          for (const category of ['a', 'b', 'c'])
            expect(points(decision.category)).toBeGreaterThan(points(category) - 0.001);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('laws of triage', () => {
  it('what is sensitive stays home, and the same question has the same answer', () => {
    const routed = rules.map((all) =>
      all.map((one, nth) => ({ ...one, outcome: { ...one.outcome, route: nth % 2 ? 'parked' : 'vendor' } as const })),
    );
    const [kept, other] = [occasions(), occasions()];
    fc.assert(
      fc.property(routed, cases, facts, fc.constantFrom('first-match', 'scored'), (some, state, known, mode) => {
        const policy = policyWith({ rules: some, mode, duplicateSeconds: 3600 });
        const decision = decideTriage(state, policy, known);
        expect(decision).toEqual(decideTriage(state, structuredClone(policy), known));
        if (kept.of(decision.sensitive)) expect(decision.route).toBe('home');
        else other.of(decision.route !== 'home');
        if (naiveHolding(some, state, known, calendar).some((one) => one.outcome.sensitive))
          expect(decision.route).not.toBe('parked');
      }),
    );
    // Some are sensitive, and of the others some would be sent on: it is not that everything stays home.
    expect(kept.share()).toBeGreaterThan(0.05);
    expect(other.share()).toBeGreaterThan(0.05);
  });

  it('nothing of the case gets into the explanation', () => {
    const secret = 'zebra';
    fc.assert(
      fc.property(rules, cases, (some, state) => {
        const told = caseWith({ ...state.fields, text: `${state.fields.text ?? ''} ${secret}`, requesterId: secret });
        expect(JSON.stringify(decideTriage(told, policyWith({ rules: some })))).not.toContain(secret);
      }),
    );
  });
});
