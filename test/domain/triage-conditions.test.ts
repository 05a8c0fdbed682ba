import { describe, expect, it } from 'vitest';
import { ALWAYS } from '../../domain/calendar.ts';
import type { Case } from '../../domain/case.ts';
import type { CaseFields } from '../../domain/event.ts';
import type { Condition } from '../../domain/policy.ts';
import { decideTriage } from '../../domain/triage.ts';
import { TRIAGE_FIELDS, type TriageFacts } from '../../domain/triage-fields.ts';
import { caseWith, policyWith, rule } from '../support/triage-fixture.ts';

const decide = (when: Condition, state: Case, facts?: TriageFacts) =>
  decideTriage(state, policyWith({ rules: [rule('it', when)] }), facts);
const holds = (when: Condition, fields: CaseFields, rest?: Partial<Case>, facts?: TriageFacts) =>
  decide(when, caseWith(fields, rest), facts).ruleId === 'it';
const matched = (when: Condition, fields: CaseFields, facts?: TriageFacts) =>
  decide(when, caseWith(fields), facts).matched;

describe('phrases', () => {
  const contains = (...phrases: string[]): Condition => ({ field: 'any-text', contains: phrases });
  it.each([
    ['in the subject', { subject: 'I want a Refund!' }, true],
    ['in the text', { text: 'a refund, please' }, true],
    ['as a part of a word', { text: 'refunded' }, false],
    ['with something between the letters that nobody sees', { text: 're\u200bfund' }, true],
    ['nowhere', { subject: 'hello' }, false],
    ['without any text', {}, false],
  ])('a word %s', (_, fields, expected) => {
    expect(holds(contains('refund'), fields)).toBe(expected);
  });

  it.each([
    ['with other signs and line breaks between', 'my\nmoney -- BACK now', true],
    ['in another order', 'back my money', false],
    ['with a word between', 'money comes back', false],
    ['that the text ends before', 'it is my money', false],
    ['at the very end', 'give me money back', true],
    ['begun twice', 'money money back', true],
  ])('a phrase %s', (_, text, expected) => {
    expect(holds(contains('money back'), { text })).toBe(expected);
  });

  it('a phrase that begins another is found as well', () => {
    expect(holds(contains('money'), { text: 'money back' })).toBe(true);
    expect(matched(contains('money back', 'money'), { text: 'money back' })).toEqual([
      { field: 'any-text', operator: 'contains', value: 'money back' },
      { field: 'any-text', operator: 'contains', value: 'money' },
    ]);
    expect(holds(contains('money back guarantee'), { text: 'money back' })).toBe(false);
  });

  it('a phrase may go from the subject into the text, but not from one tag into the next', () => {
    expect(holds(contains('money back'), { subject: 'my money', text: 'back' })).toBe(true);
    expect(holds({ field: 'tags', contains: ['money back'] }, { tags: ['money', 'back'] })).toBe(false);
    expect(holds({ field: 'tags', contains: ['money back'] }, { tags: ['x', 'money-back'] })).toBe(true);
  });

  it('is found inside a sentence of a script without spaces', () => {
    expect(holds(contains('退款'), { text: '我想要退款谢谢' })).toBe(true);
    expect(holds(contains('退款'), { text: '退货款' })).toBe(false);
  });

  it('one of no phrases is never there', () => {
    expect(holds(contains(), { text: 'refund' })).toBe(false);
  });

  it('subject and text are looked at apart if the rule says so', () => {
    expect(holds({ field: 'subject', contains: ['refund'] }, { text: 'refund' })).toBe(false);
    expect(holds({ field: 'text', contains: ['refund'] }, { text: 'refund' })).toBe(true);
  });
});

describe('patterns', () => {
  it('are found anywhere, in any case, without what nobody sees', () => {
    const card: Condition = { field: 'any-text', matches: ['x{9}', 'card ending in \\d{4}'] };
    expect(holds(card, { text: 'my CARD ending\u200b in 4711.' })).toBe(true);
    expect(holds(card, { text: 'my card ending in 47' })).toBe(false);
    expect(matched(card, { text: 'my card ending in 4711' })).toEqual([
      { field: 'any-text', operator: 'matches', value: 'card ending in \\d{4}' },
    ]);
  });

  it('cannot be made to take for ever', () => {
    const when: Condition = { field: 'text', matches: ['(a+)+$', '(a|aa)*b'] };
    // An engine that backtracks would still be at it when the test's time is up.
    expect(holds(when, { text: `${'a'.repeat(20_000)}!` })).toBe(false);
  });

  it('see the whole of the longest text that is stored, with its subject', () => {
    const when: Condition = { field: 'any-text', matches: ['the end$'] };
    expect(holds(when, { subject: 's'.repeat(500), text: `${'t'.repeat(19_993)}the end` })).toBe(true);
  });

  it('see no more than that, whatever a text grows to when it is made plain', () => {
    // U+FDFA is written out as 18 characters: 1,200 of them are more than 20,501.
    const grown = `${'\ufdfa'.repeat(1200)}`;
    const when: Condition = { field: 'any-text', matches: ['needle'] };
    expect(holds(when, { text: `needle${grown}` })).toBe(true);
    expect(holds(when, { text: `${grown}needle` })).toBe(false);
    const tags: Condition = { field: 'tags', matches: ['needle'] };
    expect(holds(tags, { tags: ['needle', ...Array.from({ length: 200 }, () => 't'.repeat(200))] })).toBe(true);
    expect(holds(tags, { tags: [...Array.from({ length: 200 }, () => 't'.repeat(200)), 'needle'] })).toBe(false);
  });

  it('that are no patterns are an error in the words of the engine', () => {
    expect(() => holds({ field: 'text', matches: ['(abc'] }, { text: 'abc' })).toThrow('missing closing )');
  });
});

describe('values', () => {
  it.each([
    ['in another case, with space around it', { channel: ' WEB ' }, true],
    ['in full width', { channel: 'ｗｅｂ' }, true],
    ['with more to it', { channel: 'website' }, false],
    ['missing', {}, false],
  ])('is: %s', (_, fields, expected) => {
    expect(holds({ field: 'channel', is: ['chat', 'web'] }, fields)).toBe(expected);
  });

  it('numbers, booleans and one of several tags', () => {
    expect(holds({ field: 'custom.seats', is: [3] }, { custom: { seats: 3 } })).toBe(true);
    expect(holds({ field: 'custom.seats', is: ['3'] }, { custom: { seats: 3 } })).toBe(true);
    expect(holds({ field: 'custom.paid', is: [true] }, { custom: { paid: true } })).toBe(true);
    expect(holds({ field: 'custom.paid', is: [true] }, { custom: { paid: false } })).toBe(false);
    expect(holds({ field: 'tags', is: ['vip'] }, { tags: ['new', 'VIP'] })).toBe(true);
    expect(holds({ field: 'tags', is: ['vip'] }, { tags: ['new'] })).toBe(false);
  });

  it('what was never heard of is missing, whatever it is called', () => {
    expect(holds({ field: 'custom.toString', exists: false }, {})).toBe(true);
    expect(holds({ field: 'nonsense', exists: false }, { custom: { nonsense: 1 } })).toBe(true);
  });

  it.each<[string, CaseFields, boolean]>([
    ['a value', { region: 'US' }, true],
    ['none', {}, false],
    ['an empty one', { region: '' }, false],
    ['one of nothing but space that nobody sees', { region: ' \u200b' }, false],
  ])('exists: %s', (_, fields, expected) => {
    expect(holds({ field: 'region', exists: true }, fields)).toBe(expected);
    expect(holds({ field: 'region', exists: false }, fields)).toBe(!expected);
  });

  it('exists: tags if there is one, text if there is any', () => {
    expect(holds({ field: 'tags', exists: true }, { tags: [] })).toBe(false);
    expect(holds({ field: 'tags', exists: true }, { tags: ['a'] })).toBe(true);
    expect(holds({ field: 'any-text', exists: true }, {})).toBe(false);
    expect(holds({ field: 'any-text', exists: true }, { subject: 'hi' })).toBe(true);
  });

  it.each<[string, CaseFields['custom'], boolean]>([
    ['below', { amount: 9 }, false],
    ['the lower bound', { amount: 10 }, true],
    ['the upper bound', { amount: 20 }, true],
    ['above', { amount: 21 }, false],
    ['written as text', { amount: ' 15 ' }, true],
    ['a word', { amount: 'many' }, false],
    ['an empty text', { amount: ' ' }, false],
    ['true', { amount: true }, false],
    ['missing', {}, false],
  ])('between 10 and 20: %s', (_, custom, expected) => {
    const fields = custom === undefined ? {} : { custom };
    expect(holds({ field: 'custom.amount', atLeast: 10, atMost: 20 }, fields)).toBe(expected);
  });

  it('one bound leaves the other side open', () => {
    expect(holds({ field: 'custom.amount', atLeast: 10 }, { custom: { amount: 1e9 } })).toBe(true);
    expect(holds({ field: 'custom.amount', atLeast: 10 }, { custom: { amount: 9 } })).toBe(false);
    expect(holds({ field: 'custom.amount', atMost: 10 }, { custom: { amount: -1e9 } })).toBe(true);
    expect(holds({ field: 'custom.amount', atMost: 10 }, { custom: { amount: 11 } })).toBe(false);
  });

  it('two rules with other bounds on one field each have their own', () => {
    const rules = [
      rule('high', { field: 'custom.amount', atLeast: 100 }),
      rule('mid', { field: 'custom.amount', atLeast: 10, atMost: 50 }),
      rule('low', { field: 'custom.amount', atLeast: 10 }),
      rule('again', { field: 'custom.amount', atLeast: 100 }),
    ];
    const at = (amount: number) => decideTriage(caseWith({ custom: { amount } }), policyWith({ rules }));
    expect(at(60).ruleId).toBe('low');
    expect(at(20).ruleId).toBe('mid');
    expect(at(100).ruleId).toBe('high');
    expect(at(100).alternatives?.map(({ ruleId }) => ruleId)).toEqual(['low', 'again']);
  });

  it('every field has its own place', () => {
    const fields: CaseFields = {
      subject: 's1',
      text: 't1',
      channel: 'c1',
      requesterId: 'r1',
      group: 'g1',
      tier: 'i1',
      region: 'e1',
      tags: ['a1'],
      language: 'l1',
    };
    const rest = { reopens: 2, priority: 'high', status: 'open' } as const;
    const values = new Map<string, string | number>([
      ['source', 'zendesk'],
      ['status', 'open'],
      ['priority', 'high'],
      ['channel', 'c1'],
      ['subject', 's1'],
      ['text', 't1'],
      ['any-text', 's1\nt1'],
      ['language', 'l1'],
      ['requesterId', 'r1'],
      ['group', 'g1'],
      ['tier', 'i1'],
      ['region', 'e1'],
      ['tags', 'a1'],
      ['reopens', 2],
      ['cases', 0],
    ]);
    expect(TRIAGE_FIELDS).toEqual([...values.keys()]);
    for (const [field, value] of values) {
      expect([field, holds({ field, is: [value] }, fields, rest, { history: [] })]).toEqual([field, true]);
    }
  });
});

describe('language', () => {
  const spanish: Condition = { field: 'language', is: ['es'] };
  const found = { language: { code: 'es', confidence: 0.9 } };
  it('stands for its regions too, but not the other way round', () => {
    expect(holds(spanish, { language: 'es-MX' })).toBe(true);
    expect(holds(spanish, { language: 'ES_mx' })).toBe(true);
    expect(holds(spanish, { language: 'est' })).toBe(false);
    expect(holds({ field: 'language', is: ['es-mx'] }, { language: 'es' })).toBe(false);
    expect(holds({ field: 'language', is: ['es-mx'] }, { language: 'es_MX' })).toBe(true);
  });

  it("is the CRM's, else what was found, else what was found when it was triaged", () => {
    const before = { triage: { language: 'es' } } as Partial<Case>;
    expect(holds(spanish, { language: 'en' }, before, found)).toBe(false);
    expect(holds(spanish, {}, {}, found)).toBe(true);
    expect(holds(spanish, { language: '' }, {}, found)).toBe(true);
    expect(holds(spanish, {}, before, { language: { code: 'en', confidence: 1 } })).toBe(false);
    expect(holds(spanish, {}, before)).toBe(true);
    expect(holds({ field: 'language', exists: false }, {}, { triage: { language: 'unknown' } } as Partial<Case>)).toBe(
      true,
    );
  });

  it('is what the decision says', () => {
    expect(decide(spanish, caseWith({}), found).language).toBe('es');
    expect(decide(spanish, caseWith({ language: 'pt-BR' }), found).language).toBe('pt-BR');
    expect(decide(spanish, caseWith({})).language).toBe('unknown');
  });
});

describe('the time of the opening', () => {
  it('holds in open hours only', () => {
    const when = { during: 'office' };
    expect(holds(when, {})).toBe(true);
    // Monday 08:59:59 and 17:00.
    expect(holds(when, {}, { openedAt: '2026-11-23T08:59:59.000Z' })).toBe(false);
    expect(holds(when, {}, { openedAt: '2026-11-23T17:00:00.000Z' })).toBe(false);
  });

  it('is not known of a case whose opening is not', () => {
    const { openedAt: _, ...state } = caseWith({});
    expect(decide({ during: 'always' }, state).ruleId).toBe('otherwise');
  });

  it('uses the calendars that the caller has', () => {
    const closed = { ...ALWAYS, isOpen: () => false };
    expect(holds({ during: 'office' }, {}, {}, { calendar: () => closed })).toBe(false);
  });
});

describe('the history of the customer', () => {
  // The case itself was opened at 10:00 on the 23rd.
  const history = [
    { caseId: 'zendesk:1', openedAt: '2026-11-23T09:00:00.000Z', over: false },
    { caseId: 'zendesk:2', openedAt: '2026-11-22T10:00:00.000Z', over: true },
    { caseId: 'zendesk:3', openedAt: '2026-11-01T10:00:00.000Z', over: true },
    { caseId: 'zendesk:4', openedAt: '2026-11-23T10:00:01.000Z', over: false },
    { caseId: 'zendesk:5158', openedAt: '2026-11-23T10:00:00.000Z', over: false },
  ];
  it.each([
    ['in the hour before, its ends included', 3600, 1],
    ['less than an hour before', 3599, 0],
    ['a day before', 86_400, 2],
    ['a month before', 30 * 86_400, 3],
    ['at any time before', undefined, 3],
  ])('cases opened %s', (_, withinSeconds, count) => {
    const cases = { field: 'cases', ...(withinSeconds === undefined ? {} : { withinSeconds }) };
    expect(holds({ ...cases, atLeast: count, atMost: count }, {}, {}, { history })).toBe(true);
  });

  it('nothing is said of a history that is not known', () => {
    expect(holds({ field: 'cases', atMost: 5 }, {})).toBe(false);
    expect(holds({ field: 'cases', exists: false }, {})).toBe(true);
    expect(holds({ field: 'cases', atMost: 0 }, {}, {}, { history: [] })).toBe(true);
  });

  it('two windows of one rule are counted apart', () => {
    const twice: Condition = {
      all: [
        { field: 'cases', withinSeconds: 3600, atMost: 1 },
        { field: 'cases', withinSeconds: 86_400, atLeast: 2 },
      ],
    };
    expect(holds(twice, {}, {}, { history })).toBe(true);
  });

  it('times the case was reopened', () => {
    expect(holds({ field: 'reopens', atLeast: 2 }, {}, { reopens: 2 })).toBe(true);
    expect(holds({ field: 'reopens', atLeast: 2 }, {}, { reopens: 1 })).toBe(false);
  });
});

describe('all, any and not', () => {
  const [web, vip]: Condition[] = [
    { field: 'channel', is: ['web'] },
    { field: 'tags', is: ['vip'] },
  ];
  it.each<[string, Condition, boolean[]]>([
    ['all', { all: [web, vip] as Condition[] }, [false, false, false, true]],
    ['any', { any: [web, vip] as Condition[] }, [false, true, true, true]],
    ['not', { not: web as Condition }, [true, false, true, false]],
    ['any with a not in it', { any: [web as Condition, { not: vip as Condition }] }, [true, true, false, true]],
    ['what stands beside each other', { ...web, any: [vip as Condition] }, [false, false, false, true]],
    ['all of nothing', { all: [] }, [true, true, true, true]],
    ['any of nothing', { any: [] }, [false, false, false, false]],
    ['a field alone', { field: 'channel' }, [true, true, true, true]],
    ['nothing', {}, [true, true, true, true]],
  ])('%s', (_, when, expected) => {
    const cases: CaseFields[] = [{}, { channel: 'web' }, { tags: ['vip'] }, { channel: 'web', tags: ['vip'] }];
    expect(cases.map((fields) => holds(when, fields))).toEqual(expected);
  });
});

describe('what matched, in the words of the policy', () => {
  it.each<[string, Condition, Record<string, string>[]]>([
    ['a value', { field: 'channel', is: ['chat', 'WEB'] }, [{ field: 'channel', operator: 'is', value: 'WEB' }]],
    [
      'a value of a list: its name, for it may list customers',
      { field: 'requesterId', is: ['77'], list: 'vip-customers' },
      [{ field: 'requesterId', operator: 'is in', value: 'vip-customers' }],
    ],
    [
      'a phrase of a list',
      { field: 'any-text', contains: ['chargeback', 'refund'], list: 'money-words' },
      [{ field: 'any-text', operator: 'contains', value: 'money-words: refund' }],
    ],
    ['existence', { field: 'tier', exists: false }, [{ field: 'tier', operator: 'exists', value: 'no' }]],
    ['existence', { field: 'channel', exists: true }, [{ field: 'channel', operator: 'exists', value: 'yes' }]],
    [
      'bounds',
      { field: 'custom.amount', atLeast: 10, atMost: 20 },
      [{ field: 'custom.amount', operator: 'is', value: 'at least 10 and at most 20' }],
    ],
    [
      'a count',
      { field: 'cases', withinSeconds: 30 * 86_400, atMost: 3 },
      [{ field: 'cases', operator: 'is', value: 'at most 3 within 30 days' }],
    ],
    [
      'a count',
      { field: 'cases', withinSeconds: 86_400, atMost: 3 },
      [{ field: 'cases', operator: 'is', value: 'at most 3 within 1 day' }],
    ],
    [
      'a count',
      { field: 'cases', withinSeconds: 5400, atMost: 3 },
      [{ field: 'cases', operator: 'is', value: 'at most 3 within 90 minutes' }],
    ],
    [
      'a count',
      { field: 'cases', withinSeconds: 36 * 3600, atMost: 3 },
      [{ field: 'cases', operator: 'is', value: 'at most 3 within 36 hours' }],
    ],
    [
      'a count',
      { field: 'cases', withinSeconds: 61, atMost: 3 },
      [{ field: 'cases', operator: 'is', value: 'at most 3 within 61 seconds' }],
    ],
    ['the time', { during: 'office' }, [{ field: 'openedAt', operator: 'during', value: 'office' }]],
    [
      'of any: the parts that held',
      {
        any: [
          { field: 'channel', is: ['chat'] },
          {
            all: [
              { field: 'channel', is: ['web'] },
              { field: 'tier', exists: true },
            ],
          },
          { field: 'channel', is: ['web'] },
        ],
      },
      [{ field: 'channel', operator: 'is', value: 'web' }],
    ],
    [
      'of all: each part',
      { all: [{ field: 'channel', is: ['web'] }, { during: 'office' }] },
      [
        { field: 'channel', operator: 'is', value: 'web' },
        { field: 'openedAt', operator: 'during', value: 'office' },
      ],
    ],
    [
      'what did not hold',
      { not: { field: 'region', is: ['US', 'USA'] } },
      [{ field: 'region', operator: 'not', value: 'region is US or USA' }],
    ],
    [
      'what did not hold, of a list',
      { not: { field: 'region', is: ['US', 'USA'], list: 'home-countries' } },
      [{ field: 'region', operator: 'not', value: 'region is one of home-countries' }],
    ],
    [
      'what did not hold, of several parts',
      {
        not: {
          all: [
            { field: 'region', exists: false, contains: ['x'] },
            { any: [{ during: 'manila' }, { field: 'text', matches: ['a+', 'b'] }] },
            { not: { field: 'region', exists: true } },
          ],
        },
      },
      [
        {
          field: 'region, openedAt, text',
          operator: 'not',
          value:
            'all of (region contains x and region does not exist; any of (opened during manila; text matches a+ or b); not (region e…',
        },
      ],
    ],
    [
      'what did not hold, of a number',
      { not: { field: 'custom.amount', atLeast: 3 } },
      [{ field: 'custom.amount', operator: 'not', value: 'custom.amount is at least 3' }],
    ],
  ])('%s', (_, when, expected) => {
    const fields = { channel: 'web', requesterId: '77', text: 'refund', custom: { amount: 12 } };
    const known = { ...fields, custom: { amount: when.not?.atLeast === undefined ? 12 : 1 } };
    expect(matched(when, known, { history: [] })).toEqual(expected);
  });

  it('is cut: each to 120 characters, all to 20', () => {
    const long = 'a'.repeat(130);
    expect(matched({ field: 'text', contains: [long] }, { text: long })?.[0]?.value).toBe(`${'a'.repeat(119)}…`);
    const fits = 'a'.repeat(120);
    expect(matched({ field: 'text', contains: [fits] }, { text: fits })?.[0]?.value).toBe(fits);
    const many = Array.from({ length: 25 }, (_, nth) => `w${nth}`);
    expect(matched({ field: 'text', contains: many }, { text: many.join(' ') })?.map(({ value }) => value)).toEqual(
      many.slice(0, 20),
    );
  });
});
