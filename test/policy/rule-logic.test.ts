import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Case } from '../../domain/case.ts';
import type { Condition, Outcome, Policy, TriageRule } from '../../domain/policy.ts';
import { decideTriage } from '../../domain/triage.ts';
import { ruleFaults } from '../../policy/compiler/logic/rule-logic.ts';
import { occasions } from '../support/occasions.ts';
import { POLICY } from '../support/policy-fixture.ts';

const HOME: Outcome = {
  category: 'a',
  queue: 'general',
  route: 'home',
  sensitive: false,
  dataClass: 'restricted',
  tags: [],
  skills: [],
};

/** A rule's condition, and where its outcome differs. */
type Written = Condition | undefined | readonly [Condition | undefined, Partial<Outcome>];

/** Rules named after their place: a, b, c … */
function rulesOf(...rules: Written[]): TriageRule[] {
  return rules.map((rule, nth) => {
    const [when, outcome] = isPair(rule) ? rule : [rule, {}];
    const id = String.fromCharCode(97 + nth);
    return {
      id,
      owner: 'maya',
      reason: 'r',
      score: 1,
      ...(when === undefined ? {} : { when }),
      outcome: { ...HOME, category: id, ...outcome },
    };
  });
}

const isPair = (rule: Written): rule is Exclude<Written, Condition | undefined> => Array.isArray(rule);

const faults = (...rules: Written[]) =>
  ruleFaults({ mode: 'first-match', rules: rulesOf(...rules) }).map(({ nth, kind, because }) =>
    [String.fromCharCode(97 + nth), kind, ...because].join(' '),
  );

const has = (...contains: string[]): Condition => ({ field: 'any-text', contains });
const is = (field: string, ...values: (string | number | boolean)[]): Condition => ({ field, is: values });

describe('a rule that nothing reaches', () => {
  it.each<[string, string[], ...Written[]]>([
    ['after one that takes every case', ['b unreachable a'], undefined, has('refund')],
    ['fewer values', ['b unreachable a'], is('region', 'US', 'CA'), is('region', 'us')],
    ['fewer phrases', ['b unreachable a'], has('refund', 'money back'), has('money back')],
    ['longer phrases', ['b unreachable a'], has('refund'), has('full refund', 'refund, please')],
    ['a longer word is another word', [], has('refund'), has('refunded')],
    ['the subject is part of any-text', ['b unreachable a'], has('refund'), { field: 'subject', contains: ['refund'] }],
    ['but not the other way round', [], { field: 'subject', contains: ['refund'] }, has('refund')],
    ['one condition more', ['b unreachable a'], has('refund'), { all: [has('refund'), is('channel', 'chat')] }],
    ['one condition less', [], { all: [has('refund'), is('channel', 'chat')] }, has('refund')],
    ['each half is taken', ['c unreachable a b'], has('refund'), has('charge'), has('charge', 'refund')],
    ['one half is taken', [], has('refund'), has('charge', 'refund')],
    ['any of what one asks', ['b unreachable a'], { any: [has('refund'), is('tags', 'x')] }, is('tags', 'x')],
    [
      'a value has the phrase in it',
      ['b unreachable a'],
      { field: 'tags', contains: ['spam'] },
      is('tags', 'spam mail'),
    ],
    [
      'a value proves that the field exists',
      ['b unreachable a'],
      { field: 'region', exists: true },
      is('region', 'US'),
    ],
    [
      'not all that one refuses',
      ['b unreachable a'],
      { not: is('tags', 'x', 'y') },
      { not: is('tags', 'x', 'y', 'z') },
    ],
    ['another region is not this one', ['b unreachable a'], { not: is('region', 'US') }, is('region', 'IE')],
    ['another tag may come with this one', [], { not: is('tags', 'x') }, is('tags', 'y')],
    ['another language may be this one’s region', [], { not: is('language', 'es-MX') }, is('language', 'es')],
    ['a higher number', ['b unreachable a'], { field: 'reopens', atLeast: 2 }, { field: 'reopens', atLeast: 3 }],
    ['a lower number', [], { field: 'reopens', atLeast: 2 }, { field: 'reopens', atLeast: 1 }],
    [
      'a narrower range',
      ['b unreachable a'],
      { field: 'reopens', atLeast: 2, atMost: 5 },
      { field: 'reopens', atLeast: 3, atMost: 5 },
    ],
    [
      'cases in another time are others',
      [],
      { field: 'cases', atLeast: 2, withinSeconds: 60 },
      { field: 'cases', atLeast: 2, withinSeconds: 90 },
    ],
    [
      'the same pattern',
      ['b unreachable a'],
      { field: 'text', matches: ['a+', 'b+'] },
      { field: 'text', matches: ['b+'] },
    ],
    ['the same hours', ['b unreachable a'], { during: 'office' }, { all: [{ during: 'office' }, has('refund')] }],
    ['other hours', [], { during: 'office' }, { during: 'manila' }],
    [
      'the same condition and outcome',
      ['b unreachable a'],
      [has('x'), { category: 'c' }],
      [has('x'), { category: 'c' }],
    ],
  ])('%s', (_what, expected, ...rules) => expect(faults(...rules)).toEqual(expected));

  it('is none if it is sensitive and the earlier one parks', () => {
    expect(faults([has('x'), { route: 'parked' }], [has('x', 'y'), { sensitive: true }])).toEqual([]);
    expect(faults([has('x', 'y'), { route: 'parked' }], [has('x'), { sensitive: true }])).toEqual([]);
    // A case with "spam" and "x" is parked first, and so the sensitive rule is asked after all.
    expect(faults([has('spam'), { route: 'parked' }], has('x', 'y'), [has('x'), { sensitive: true }])).toEqual([]);
    expect(faults(has('x', 'y'), [has('spam'), { route: 'parked' }], [has('x'), { sensitive: true }])).toEqual([
      'c unreachable a',
    ]);
    expect(faults([has('x', 'y'), { route: 'parked' }], has('x'))).toEqual(['b unreachable a']);
  });

  it('says which rules come before it', () => {
    const message = (...rules: Written[]) =>
      ruleFaults({ mode: 'first-match', rules: rulesOf(...rules) }).map((fault) => fault.message);
    expect(message(has('x'), has('x y'))).toEqual([
      'expected a rule that can be reached, found "b" after "a", which takes all its cases',
    ]);
    expect(message(has('x'), has('y'), has('x', 'y'))).toEqual([
      'expected a rule that can be reached, found "c" after "a" and "b", which take all its cases',
    ]);
    expect(message(has('1'), has('2'), has('3'), has('4'), has('5'), has('1', '2', '3', '4', '5'))).toEqual([
      'expected a rule that can be reached, found "f" after "a", "b", "c" and 2 more, which take all its cases',
    ]);
  });

  it('is none in a scored policy, where all rules count', () => {
    expect(ruleFaults({ mode: 'scored', rules: rulesOf(has('x'), has('x y')) })).toEqual([]);
  });
});

describe('a condition that no case meets', () => {
  it.each<[string, Condition, string | undefined]>([
    ['two regions at once', { all: [is('region', 'US'), is('region', 'IE')] }, '"region is us" and "region is ie"'],
    ['two tags at once', { all: [is('tags', 'US'), is('tags', 'IE')] }, undefined],
    ['one value of two', { all: [is('region', 'US', 'CA'), is('region', 'ca', 'IE')] }, undefined],
    [
      'itself and its contrary',
      { all: [has('x'), { not: has('x') }] },
      '"any-text contains x" and "not any-text contains x"',
    ],
    [
      'a phrase without its part',
      { all: [has('full refund'), { not: has('refund') }] },
      '"any-text contains full refund" and "not any-text contains refund"',
    ],
    ['a part without the phrase', { all: [has('refund'), { not: has('full refund') }] }, undefined],
    [
      'no such field with a value',
      { all: [is('region', 'US'), { field: 'region', exists: false }] },
      '"region is us" and "region does not exist"',
    ],
    [
      'more than at most',
      { field: 'reopens', atLeast: 3, atMost: 2 },
      '"reopens is at least 3" and "reopens is at most 2"',
    ],
    ['exactly as many', { field: 'reopens', atLeast: 2, atMost: 2 }, undefined],
    [
      'in neither branch',
      { all: [{ any: [is('tier', 'a'), is('tier', 'b')] }, is('tier', 'c')] },
      '"tier is a" and "tier is c"',
    ],
    ['in one branch', { all: [{ any: [is('tier', 'a'), is('tier', 'c')] }, is('tier', 'c')] }, undefined],
    [
      'open and not',
      { all: [{ during: 'office' }, { not: { during: 'office' } }] },
      '"during office" and "not during office"',
    ],
  ])('%s', (_what, when, pair) => {
    expect(ruleFaults({ mode: 'scored', rules: rulesOf(when) }).map(({ message }) => message)).toEqual(
      pair === undefined
        ? []
        : [`expected a condition that a case can meet, found one that none does: ${pair} never hold together`],
    );
  });
});

describe('rules that contradict each other', () => {
  it('have one condition and two outcomes', () => {
    const rules = rulesOf([has('x'), { queue: 'general' }], [has('x'), { queue: 'billing' }]);
    expect(ruleFaults({ mode: 'first-match', rules })).toEqual([
      {
        nth: 1,
        kind: 'contradictory',
        because: ['a'],
        message: 'expected one outcome for one condition, found "b" with the condition of "a" and another outcome',
      },
    ]);
    expect(ruleFaults({ mode: 'scored', rules })).toEqual([]);
  });

  it('in a scored policy speak for the same category', () => {
    const rules = rulesOf([has('x'), { category: 'c' }], [has('x'), { category: 'c', queue: 'billing' }]);
    expect(ruleFaults({ mode: 'scored', rules }).map(({ kind }) => kind)).toEqual(['contradictory']);
  });
});

describe('for any rules and cases', () => {
  const word = fc.constantFrom('red', 'green', 'blue');
  const phrase = fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join(' '));
  const values = fc.uniqueArray(word, { minLength: 1, maxLength: 2 });
  const leaf = fc.oneof<fc.Arbitrary<Condition>[]>(
    fc.record({
      field: fc.constantFrom('subject', 'text', 'any-text', 'tags'),
      contains: fc.array(phrase, { minLength: 1, maxLength: 2 }),
    }),
    fc.record({ field: fc.constantFrom('region', 'tags', 'language', 'custom.a'), is: values }),
    fc.record({ field: fc.constantFrom('region', 'tags', 'subject', 'any-text', 'custom.a'), exists: fc.boolean() }),
    fc.record({
      field: fc.constantFrom('text', 'tags'),
      matches: fc.array(fc.constantFrom('red', 'gr.*n', '^b'), { minLength: 1, maxLength: 2 }),
    }),
    fc.record({ field: fc.constantFrom('reopens', 'custom.n'), atLeast: fc.nat(3), atMost: fc.nat(3) }),
    fc.record({ field: fc.constantFrom('reopens', 'custom.n'), atLeast: fc.nat(3) }),
    fc.record({ field: fc.constantFrom('cases'), withinSeconds: fc.constantFrom(3600, 7200), atLeast: fc.nat(2) }),
    fc.record({ during: fc.constantFrom('office', 'manila') }),
  );
  const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
    condition: fc.oneof(
      { maxDepth: 2, withCrossShrink: true },
      leaf,
      fc.record({ all: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }) }),
      fc.record({ any: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }) }),
      fc.record({ not: tie('condition') }),
    ),
  }));
  const outcome = fc.constantFrom<Partial<Outcome>>({}, {}, { route: 'parked' }, { sensitive: true });
  const rules = fc
    .array(fc.tuple(fc.option(condition, { nil: undefined, freq: 12 }), outcome), { minLength: 1, maxLength: 7 })
    .map((list) => rulesOf(...list));

  const text = fc.array(word, { maxLength: 4 }).map((words) => words.join(', '));
  const state: fc.Arbitrary<Case> = fc
    .record({
      subject: fc.option(text, { nil: undefined }),
      text: fc.option(text, { nil: undefined }),
      region: fc.option(word, { nil: undefined }),
      language: fc.option(fc.constantFrom('red', 'red-green', 'green'), { nil: undefined }),
      tags: fc.option(fc.uniqueArray(fc.oneof(word, phrase), { maxLength: 2 }), { nil: undefined }),
      custom: fc.record({ a: word, n: fc.nat(4) }, { requiredKeys: [] }),
      reopens: fc.nat(4),
      hour: fc.nat(23),
    })
    .map(({ reopens, hour, ...fields }) => ({
      caseId: 'zendesk:1',
      source: 'zendesk',
      status: 'new',
      priority: 'normal',
      fields,
      triedVendors: [],
      replies: 0,
      reopens,
      formerAgents: [],
      turns: [],
      ended: {},
      policyVersion: '',
      foldedTo: '',
      openedAt: `2026-11-18T${String(hour).padStart(2, '0')}:00:00.000Z`,
    }));
  const history = [1, 2].map((hours) => ({
    caseId: `zendesk:0${hours}`,
    openedAt: `2026-11-18T0${hours}:30:00.000Z`,
    over: true,
  }));

  const never = (found: ReturnType<typeof ruleFaults>, kinds: readonly string[]) =>
    new Set(found.filter(({ kind }) => kinds.includes(kind)).map(({ nth }) => nth));

  it('a rule that is told of never decides', () => {
    let told = 0;
    fc.assert(
      fc.property(rules, fc.array(state, { minLength: 1, maxLength: 12 }), (list, states) => {
        const found = never(ruleFaults({ mode: 'first-match', rules: list }), ['unreachable', 'never-holds']);
        told += found.size;
        const policy: Policy = { ...POLICY, triage: { ...POLICY.triage, rules: list } };
        for (const one of states) {
          const { ruleId } = decideTriage(one, policy, { history });
          expect(found.has(list.findIndex(({ id }) => id === ruleId))).toBe(false);
        }
      }),
      { numRuns: 1500 },
    );
    // The generator makes rules to be told of; without any, the law above would say nothing.
    expect(told).toBeGreaterThan(500);
  }, 120_000);

  it('a condition that none meets is met by none', () => {
    const told = occasions();
    fc.assert(
      fc.property(condition, fc.array(state, { minLength: 1, maxLength: 12 }), (when, states) => {
        const list = rulesOf(when);
        if (!told.of(ruleFaults({ mode: 'scored', rules: list }).length > 0)) return;
        const policy: Policy = { ...POLICY, triage: { ...POLICY.triage, mode: 'scored', rules: list } };
        for (const one of states) expect(decideTriage(one, policy, { history }).ruleId).toBe('otherwise');
      }),
      { numRuns: 1000 },
    );
    expect(told.share()).toBeGreaterThan(0.02);
  }, 60_000);
});
