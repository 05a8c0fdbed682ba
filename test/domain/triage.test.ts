import { describe, expect, it } from 'vitest';
import type { CaseFields } from '../../domain/event.ts';
import type { Condition, TriagePolicy, TriageRule } from '../../domain/policy.ts';
import { compileTriage, decideTriage } from '../../domain/triage.ts';
import type { TriageFacts } from '../../domain/triage-fields.ts';
import { contextOf, POLICY } from '../support/policy-fixture.ts';
import { caseWith, outcome, policyWith, rule } from '../support/triage-fixture.ts';

const says = (phrase: string): Condition => ({ field: 'any-text', contains: [phrase] });
const billing = rule('refund', says('refund'));
const login = rule('login', says('password'), { outcome: outcome({ category: 'login' }) });
const spam = rule('spam', says('backlinks'), { outcome: outcome({ category: 'spam', route: 'parked' }) });
const harm = rule('harm', says('kill'), {
  outcome: outcome({ category: 'safety', sensitive: true, priority: 'urgent' }),
});
const decide = (fields: CaseFields, triage: Partial<TriagePolicy>, facts?: TriageFacts) =>
  decideTriage(caseWith(fields), policyWith(triage), facts);

describe('what a machine wrote', () => {
  it('is no work for a vendor, and is parked where a rule says so', () => {
    const bounce = { ...caseWith({ text: 'refund' }), automatic: 'bounce' };
    expect(decideTriage(bounce, policyWith({ rules: [billing] })).route).toBe('home');
    const parked = { ...caseWith({ text: 'backlinks' }), automatic: 'bounce' };
    expect(decideTriage(parked, policyWith({ rules: [spam] })).route).toBe('parked');
  });
});

describe('first match', () => {
  it('the first rule that holds decides, and says everything', () => {
    const rules = [
      login,
      rule('refund', says('refund'), {
        score: 0.8,
        outcome: outcome({ priority: 'high', queue: 'trust-and-safety', tags: ['money'], skills: ['billing'] }),
      }),
    ];
    expect(decide({ text: 'refund me', language: 'en' }, { rules })).toEqual({
      ruleId: 'refund',
      reason: 'because of refund',
      policyVersion: 'test-1',
      priority: 'high',
      queue: 'trust-and-safety',
      route: 'vendor',
      sensitive: false,
      dataClass: 'standard',
      category: 'billing',
      tags: ['money'],
      language: 'en',
      skills: ['billing'],
      confidence: 0.8,
      matched: [{ field: 'any-text', operator: 'contains', value: 'refund' }],
      alternatives: [],
    });
  });

  it('without a priority of its own the case keeps its', () => {
    const state = caseWith({ text: 'refund' }, { priority: 'low' });
    expect(decideTriage(state, policyWith({ rules: [billing] })).priority).toBe('low');
  });

  it('no rule: otherwise, with no confidence', () => {
    expect(decide({ text: 'hello' }, { rules: [billing], minConfidence: 0.9 })).toEqual({
      ruleId: 'otherwise',
      reason: 'no rule matched',
      policyVersion: 'test-1',
      priority: 'normal',
      queue: 'general',
      route: 'home',
      sensitive: false,
      dataClass: 'restricted',
      category: 'unknown',
      tags: [],
      language: 'unknown',
      skills: [],
      confidence: 0,
      matched: [],
      alternatives: [],
    });
  });

  it('names the later rules that hold too, ten of them', () => {
    const later = Array.from({ length: 15 }, (_, nth) =>
      rule(`later-${nth}`, nth === 3 ? says('absent') : says('refund'), { outcome: outcome({ category: `c${nth}` }) }),
    );
    const { alternatives } = decide({ text: 'refund' }, { rules: [login, billing, ...later] });
    expect(alternatives).toHaveLength(10);
    expect(alternatives?.slice(2, 4)).toEqual([
      { ruleId: 'later-2', category: 'c2', because: 'comes after refund' },
      { ruleId: 'later-4', category: 'c4', because: 'comes after refund' },
    ]);
  });

  it('a rule without a condition holds for every case', () => {
    expect(decide({}, { rules: [rule('all', undefined), billing] })).toMatchObject({ ruleId: 'all', matched: [] });
  });

  it('is compiled once per policy object', () => {
    const triage = { ...POLICY.triage, rules: [billing] };
    let compiled = 0;
    const policy = {
      ...POLICY,
      get triage() {
        compiled++;
        return triage;
      },
    };
    const state = caseWith({ text: 'refund' });
    expect([1, 2, 3].map(() => decideTriage(state, policy).ruleId)).toEqual(['refund', 'refund', 'refund']);
    expect(compiled).toBe(1);
  });

  it('is compiled anew for another policy', () => {
    const policy = policyWith({ rules: [billing] });
    const state = caseWith({ text: 'refund password' });
    expect(decideTriage(state, policy).ruleId).toBe('refund');
    expect(decideTriage(state, { ...policy, triage: { ...policy.triage, rules: [login] } }).ruleId).toBe('login');
    expect(decideTriage(state, policy).ruleId).toBe('refund');
  });

  it('can be compiled without a whole policy', () => {
    const triage = compileTriage({ ...POLICY.triage, rules: [billing] }, contextOf());
    expect(triage.decide(caseWith({ text: 'refund' })).ruleId).toBe('refund');
  });

  it('finds the rule among many: beside words of 32 bits, popular values and lists', () => {
    const rules = Array.from({ length: 100 }, (_, nth) =>
      rule(`r${nth}`, { all: [{ field: 'channel', is: ['web'] }, says(`word${nth}`)] }),
    );
    for (const nth of [0, 31, 32, 63, 64, 99]) {
      expect(decide({ channel: 'web', text: `a word${nth}.` }, { rules }).ruleId).toBe(`r${nth}`);
    }
    expect(decide({ channel: 'chat', text: 'a word31.' }, { rules }).ruleId).toBe('otherwise');
  });
});

describe('sensitive', () => {
  it('stays home, whatever its rule says', () => {
    for (const route of ['vendor', 'parked'] as const) {
      const rules = [rule('it', undefined, { outcome: outcome({ sensitive: true, route }) })];
      expect(decide({}, { rules })).toMatchObject({ route: 'home', sensitive: true });
    }
  });

  it('no rule before it has it parked: somebody looks', () => {
    const rules = [spam, login, harm, billing];
    expect(decide({ text: 'backlinks! I will kill you. password refund' }, { rules })).toMatchObject({
      ruleId: 'harm',
      route: 'home',
      priority: 'urgent',
      matched: [{ field: 'any-text', operator: 'contains', value: 'kill' }],
      alternatives: [
        { ruleId: 'spam', category: 'spam', because: 'does not park what harm holds for' },
        { ruleId: 'login', category: 'login', because: 'harm is sensitive' },
      ],
    });
    expect(decide({ text: 'backlinks for your password' }, { rules })).toMatchObject({
      ruleId: 'spam',
      route: 'parked',
      alternatives: [{ ruleId: 'login', category: 'login', because: 'comes after spam' }],
    });
  });

  it('is found behind however many other rules that hold', () => {
    const rules = [spam, ...Array.from({ length: 40 }, (_, nth) => rule(`r${nth}`, undefined)), harm];
    const decision = decide({ text: 'kill backlinks' }, { rules });
    expect(decision.ruleId).toBe('harm');
    expect(decision.alternatives).toHaveLength(10);
  });

  it('a sensitive rule that would park does not park, so nothing after it takes its place', () => {
    const parking = rule('parking', says('kill'), { outcome: outcome({ sensitive: true, route: 'parked' }) });
    expect(decide({ text: 'kill' }, { rules: [parking, harm] })).toMatchObject({ ruleId: 'parking', route: 'home' });
  });

  it('of rules that keep it in work the first decides, sensitive or not: that is the order for', () => {
    expect(decide({ text: 'kill the refund' }, { rules: [billing, harm] })).toMatchObject({
      ruleId: 'refund',
      alternatives: [{ ruleId: 'harm', category: 'safety', because: 'comes after refund' }],
    });
  });
});

describe('scored', () => {
  const scored = (id: string, category: string, score: number, rest: Partial<TriageRule['outcome']> = {}) =>
    rule(id, says(id), { score, outcome: outcome({ category, ...rest }) });
  const rules = [
    scored('invoice', 'billing', 1),
    scored('refund', 'billing', 2),
    scored('password', 'login', 2.5),
    scored('locked', 'login', 0.1),
    scored('kill', 'safety', 0.5, { sensitive: true }),
    scored('bomb', 'danger', 0.4, { sensitive: true }),
  ];
  const score = (text: string, rest: Partial<TriagePolicy> = {}) =>
    decide({ text }, { mode: 'scored', rules, ...rest });

  it('the category with the most points wins, by its best rule, its share being the confidence', () => {
    // Billing 1 + 2 = 3 of 5.6; login 2.5 + 0.1 = 2.6.
    expect(score('invoice refund password locked')).toMatchObject({
      ruleId: 'refund',
      category: 'billing',
      confidence: 0.536,
      matched: [{ field: 'any-text', operator: 'contains', value: 'refund' }],
      alternatives: [
        { ruleId: 'invoice', category: 'billing', because: 'says billing too' },
        { ruleId: 'password', category: 'login', because: '2.6 of 5.6 points' },
        { ruleId: 'locked', category: 'login', because: '2.6 of 5.6 points' },
      ],
    });
    expect(score('refund password')).toMatchObject({ ruleId: 'password', confidence: 0.556 });
  });

  it('alone, a rule is sure', () => {
    expect(score('a locked door')).toMatchObject({ ruleId: 'locked', confidence: 1, alternatives: [] });
  });

  it('with as many points, the better rule decides, then the order', () => {
    const tied = [scored('a', 'x', 1), scored('b', 'x', 1), scored('c', 'y', 2), scored('d', 'z', 2)];
    expect(score('a b c d', { rules: tied })).toMatchObject({ ruleId: 'c', confidence: 0.333 });
    expect(score('a b', { rules: tied }).ruleId).toBe('a');
  });

  it('tenths add up to what people add up', () => {
    const tenths = [scored('a', 'x', 0.3), scored('b', 'y', 0.1), scored('c', 'y', 0.2)];
    // 0.1 + 0.2 is a little more than 0.3 in binary; with 0.3 each, the better rule decides.
    expect(score('a b c', { rules: tenths })).toMatchObject({ ruleId: 'a', confidence: 0.5 });
  });

  it('a sensitive rule goes before any points', () => {
    expect(score('kill invoice refund')).toMatchObject({
      ruleId: 'kill',
      route: 'home',
      sensitive: true,
      confidence: 0.143,
      alternatives: [
        { ruleId: 'refund', category: 'billing', because: '3 of 3.5 points; kill is sensitive' },
        { ruleId: 'invoice', category: 'billing', because: '3 of 3.5 points; kill is sensitive' },
      ],
    });
    expect(score('bomb kill')).toMatchObject({
      ruleId: 'kill',
      alternatives: [{ ruleId: 'bomb', category: 'danger', because: '0.4 of 0.9 points' }],
    });
  });

  it('no rule: otherwise; no points: no confidence', () => {
    expect(score('hello').ruleId).toBe('otherwise');
    expect(score('zero', { rules: [scored('zero', 'x', 0)] })).toMatchObject({ ruleId: 'zero', confidence: 0 });
  });
});

describe('unsure', () => {
  const weak = rule('weak', says('refund'), { score: 0.4 });
  const lead = outcome({ category: 'to-look-at', queue: 'trust-and-safety', route: 'home', dataClass: 'restricted' });

  it('a rule that is not sure enough is only named', () => {
    const also = rule('also', says('refund'));
    expect(decide({ text: 'refund' }, { rules: [weak, also], minConfidence: 0.5, unsure: lead })).toMatchObject({
      ruleId: 'unsure',
      reason: 'no rule is sure enough: weak is the nearest',
      category: 'to-look-at',
      queue: 'trust-and-safety',
      confidence: 0.4,
      matched: [{ field: 'any-text', operator: 'contains', value: 'refund' }],
      alternatives: [
        { ruleId: 'weak', category: 'billing', because: '0.4 sure, less than 0.5' },
        { ruleId: 'also', category: 'billing', because: 'comes after weak' },
      ],
    });
  });

  it('as sure as asked for is sure enough', () => {
    expect(decide({ text: 'refund' }, { rules: [weak], minConfidence: 0.4, unsure: lead }).ruleId).toBe('weak');
  });

  it('without a place of its own it goes where no rule sends it, but stays home', () => {
    const otherwise = outcome({ category: 'other', queue: 'general', route: 'vendor' });
    expect(decide({ text: 'refund' }, { rules: [weak], minConfidence: 0.5, otherwise })).toMatchObject({
      ruleId: 'unsure',
      category: 'other',
      route: 'home',
    });
  });

  it('a sensitive rule needs no certainty', () => {
    const rules = [{ ...harm, score: 0.1 }];
    expect(decide({ text: 'kill' }, { rules, minConfidence: 0.9, unsure: lead }).ruleId).toBe('harm');
  });

  it('scored: the share of the points is what counts', () => {
    const rules = [billing, login];
    const triage = { mode: 'scored', rules, unsure: lead } as const;
    expect(decide({ text: 'refund password' }, { ...triage, minConfidence: 0.51 }).ruleId).toBe('unsure');
    expect(decide({ text: 'refund password' }, { ...triage, minConfidence: 0.5 }).ruleId).toBe('refund');
  });
});
