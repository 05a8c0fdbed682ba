import { describe, expect, it } from 'vitest';
import { compilePolicy } from '../../policy/compiler/compile-policy.ts';
import { problemsOf, withChange } from './small-policy.ts';

/** What the only rule of the small policy asks of the text, on lines 9 and 10. */
const TEXT = '        - field: any-text\n          contains: refund\n';
const RULES = 'rules:\n';

/** The small policy whose rule asks this instead; the first of the lines given is line 9. */
function asking(...lines: string[]) {
  return withChange('triage', [TEXT, lines.map((line, i) => `        ${i === 0 ? '-' : ' '} ${line}\n`).join('')]);
}

describe('conditions', () => {
  const conditionOf = (...lines: string[]) => compilePolicy(asking(...lines)).triage.rules[0]?.when?.all?.[1];

  it.each<[string[], object]>([
    [['field: text', 'matches: card ending \\d+'], { field: 'text', matches: ['card ending \\d+'] }],
    [['field: text', "matches: ['a+b', c.d]"], { field: 'text', matches: ['a+b', 'c.d'] }],
    [['field: reopens', 'at-least: 2'], { field: 'reopens', atLeast: 2 }],
    [['field: custom.amount', 'at-least: 10', 'at-most: 99.5'], { field: 'custom.amount', atLeast: 10, atMost: 99.5 }],
    [
      ['field: cases', 'at-least: 3', 'within: 30 calendar days'],
      { field: 'cases', atLeast: 3, withinSeconds: 2_592_000 },
    ],
    [['during: office'], { during: 'office' }],
  ])('%s', (lines, condition) => expect(conditionOf(...lines)).toEqual(condition));

  it.each<[string, string[], string[]]>([
    [
      'a pattern that is none',
      ['field: text', 'matches: "(refund"'],
      [
        '10:20: rules[0].when.all[1].matches: expected a regular expression of RE2 (missing closing ): `(refund`), found "(refund"',
      ],
    ],
    [
      'a pattern that looks ahead, in a list',
      ['field: text', 'matches: [refund, "re(?=fund)"]'],
      [
        '10:29: rules[0].when.all[1].matches[1]: expected a regular expression of RE2 (invalid or unsupported Perl syntax: `(?=`), found "re(?=fund)"',
      ],
    ],
    [
      'a pattern that is found everywhere',
      ['field: text', 'matches: "refund|"'],
      [
        '10:20: rules[0].when.all[1].matches: expected a regular expression that is not found in every text, found "refund|"',
      ],
    ],
    [
      'bounds of a text',
      ['field: text', 'at-least: 2'],
      [
        '10:11: rules[0].when.all[1].at-least: expected "at-least" beside a number (reopens, cases or custom.<name>), found it beside "field: text"',
      ],
    ],
    [
      'words in a number',
      ['field: reopens', 'contains: two'],
      [
        '10:11: rules[0].when.all[1].contains: expected "is", "at-least" or "at-most" beside a number, found "contains" beside "field: reopens"',
      ],
    ],
    [
      'a number that is a text',
      ['field: reopens', 'is: two'],
      ['10:15: rules[0].when.all[1].is: expected a number, because reopens is one, found "two"'],
    ],
    [
      'cases without a time',
      ['field: cases', 'at-least: 3'],
      [
        '9:11: rules[0].when.all[1].within: expected how far back the cases of the customer are counted, such as "within: 30 calendar days", found nothing',
      ],
    ],
    [
      'a time without cases',
      ['field: reopens', 'at-least: 3', 'within: 30 calendar days'],
      [
        '11:11: rules[0].when.all[1].within: expected "within" beside "field: cases" only, found it beside "field: reopens"',
      ],
    ],
    [
      'a time in open hours',
      ['field: cases', 'at-least: 3', 'within: 30 business hours'],
      [
        '11:19: rules[0].when.all[1].within: expected calendar time, such as "15 calendar minutes": this wait has no calendar, found "30 business hours"',
      ],
    ],
    [
      'an unknown calendar',
      ['during: ofice'],
      [
        '9:19: rules[0].when.all[1].during: expected a calendar in calendars.yaml, found "ofice"; did you mean "office"?',
      ],
    ],
    [
      'a condition that contradicts itself',
      ['not: { field: source, is: zendesk }'],
      [
        '6:7: rules[0].when: expected a condition that a case can meet, found one that none does: "source is zendesk" and "not source is zendesk" never hold together',
      ],
    ],
    [
      'a phrase that nobody can see',
      ['field: text', 'contains: "\\u3164"'],
      [
        '10:21: rules[0].when.all[1].contains: expected a phrase with letters or digits that can be seen, found "\u3164"',
      ],
    ],
  ])('are refused with %s', (_what, lines, problems) => {
    expect(problemsOf(asking(...lines))).toEqual(problems.map((problem) => `triage.yaml:${problem}`));
  });
});

describe('named lists', () => {
  const withList = (values: string, ...condition: string[]) => {
    const texts = asking(...condition);
    return { ...texts, triage: `lists:\n  some: ${values}\n${texts.triage}` };
  };

  it('are written out, and their name is kept', () => {
    const rule = (texts: ReturnType<typeof withList>) => compilePolicy(texts).triage.rules[0]?.when?.all?.[1];
    expect(rule(withList('[US, 7]', 'field: region', 'is-in: some'))).toEqual({
      field: 'region',
      is: ['US', 7],
      list: 'some',
    });
    expect(rule(withList('[refund, 404]', 'field: text', 'contains-any-of: some'))).toEqual({
      field: 'text',
      contains: ['refund', '404'],
      list: 'some',
    });
  });

  it.each<[string, string, string[], string[]]>([
    [
      'a list that does not exist',
      '[US]',
      ['field: region', 'is-in: sone'],
      ['12:18: rules[0].when.all[1].is-in: expected a list under "lists", found "sone"; did you mean "some"?'],
    ],
    [
      'an empty list',
      '[]',
      ['field: region', 'is-in: some'],
      ['2:9: lists.some: expected a list with at least one value, found an empty list'],
    ],
    [
      'two questions in one',
      '[US]',
      ['field: region', 'is-in: some', 'is: IE'],
      ['11:11: rules[0].when.all[1]: expected one of is, is-in (use "all" or "any" for two questions), found both'],
    ],
    [
      'values that the field never has',
      '[urgent, hihg]',
      ['field: priority', 'is-in: some'],
      [
        '12:18: rules[0].when.all[1].is-in: expected one of low, normal, high, urgent, found "hihg"; did you mean "high"?',
      ],
    ],
    [
      'a phrase without words',
      '[refund, "!!"]',
      ['field: text', 'contains-any-of: some'],
      [
        '12:28: rules[0].when.all[1].contains-any-of: expected a list of phrases with letters or digits in them, found one with "!!"',
      ],
    ],
  ])('are refused with %s', (_what, values, condition, problems) => {
    expect(problemsOf(withList(values, ...condition))).toEqual(problems.map((problem) => `triage.yaml:${problem}`));
  });
});

describe('how sure triage is', () => {
  const UNSURE = 'unsure: { category: unclear, queue: general, data-class: restricted }\n';

  it('is part of the policy', () => {
    const texts = withChange(
      'triage',
      [RULES, `mode: scored\nmin-confidence: 0.6\nduplicate-within: 24 calendar hours\n${UNSURE}${RULES}`],
      ['    reason: Money.\n', '    reason: Money.\n    score: 3\n'],
    );
    expect(compilePolicy(texts).triage).toMatchObject({
      mode: 'scored',
      minConfidence: 0.6,
      unsure: { category: 'unclear', route: 'home', skills: [] },
      duplicateSeconds: 86_400,
      rules: [{ score: 3 }],
    });
  });

  it.each<[string, string, string, string]>([
    [
      'a threshold with nowhere to go',
      RULES,
      `min-confidence: 0.6\n${RULES}`,
      '1:1: unsure: expected what is decided for a case that no rule is sure enough about, found nothing',
    ],
    [
      'somewhere to go that no case does',
      RULES,
      `${UNSURE}${RULES}`,
      '1:1: unsure: expected "min-confidence" above 0 beside it, without which no case is unsure, found "unsure" alone',
    ],
    [
      'more than certainty',
      'reason: Money.',
      'reason: Money.\n    score: 3',
      '5:12: rules[0].score: expected a number up to 1, how sure the rule is (points are for "mode: scored"), found 3',
    ],
    [
      'points that are none',
      'reason: Money.',
      'reason: Money.\n    score: 0',
      '5:12: rules[0].score: expected a number from 0.01 to 1000, found 0',
    ],
    [
      'a way to decide that is not known',
      RULES,
      `mode: best\n${RULES}`,
      '1:7: mode: expected one of first-match, scored, found "best"',
    ],
    [
      'a window that is too long',
      RULES,
      `duplicate-within: 40 calendar days\n${RULES}`,
      '1:19: duplicate-within: expected at most 31 calendar days, found "40 calendar days"',
    ],
    [
      'a rule that has the name of something else',
      'id: refund',
      'id: duplicate',
      '2:9: rules[0].id: expected another name: "duplicate" stands for a case that repeats another, found "duplicate"',
    ],
  ])('is refused with %s', (_what, from, to, problem) => {
    expect(problemsOf(withChange('triage', [from, to]))).toEqual([`triage.yaml:${problem}`]);
  });
});

describe('outcomes', () => {
  it('may park a case, but not a sensitive one', () => {
    const parked = withChange(
      'triage',
      ['      route: vendor', '      route: parked'],
      ['category: billing', 'category: spam'],
    );
    const vendors = parked.vendors.replace('[billing]', '[spam]');
    expect(problemsOf({ ...parked, vendors })).toEqual([]);
    const sensitive = parked.triage.replace('route: parked', 'route: parked\n      sensitive: true');
    expect(problemsOf({ ...parked, vendors, triage: sensitive })).toEqual([
      'triage.yaml:14:14: rules[0].then.route: expected "home", because the case is sensitive and somebody has to look at it, found "parked"',
    ]);
  });

  it('may ask for skills that somebody of the queue has', () => {
    const texts = withChange('triage', ['      route: vendor', '      route: vendor\n      skills: [refunds, tax]']);
    const skilled = (skills: string) => ({
      ...texts,
      agents: texts.agents.replace('    capacity', `    skills: ${skills}\n    capacity`),
    });
    expect(compilePolicy(skilled('[tax, refunds]')).triage.rules[0]?.outcome.skills).toEqual(['refunds', 'tax']);
    expect(problemsOf(skilled('[refunds]'))).toEqual([
      'triage.yaml:15:15: rules[0].then.skills: expected skills that an agent of queue "general" in agents.yaml has all of, found refunds, tax',
    ]);
    expect(problemsOf({ ...texts, agents: `${texts.agents.split('agents:')[0]}agents: []\n` })).toEqual([]);
  });
});

describe('rules that decide nothing', () => {
  const RULE = '  - id: refund\n    owner: maya\n';
  const more = (when: string, outcome = 'category: x, queue: general, data-class: restricted') =>
    withChange('triage', [
      RULE,
      `  - { id: first, owner: maya, reason: A., when: ${when}, then: { ${outcome} } }\n${RULE}`,
    ]);

  it('are told of at the rule', () => {
    expect(problemsOf(more('{ field: any-text, contains: refund }'))).toEqual([
      'triage.yaml:3:5: rules[1]: expected a rule that can be reached, found "refund" after "first", which takes all its cases',
    ]);
    expect(
      problemsOf(more('{ all: [{ field: source, is: zendesk }, { field: any-text, contains: refund }] }')),
    ).toEqual([
      'triage.yaml:3:5: rules[1]: expected one outcome for one condition, found "refund" with the condition of "first" and another outcome',
    ]);
    expect(problemsOf(more('{ field: any-text, contains: refunds }'))).toEqual([]);
  });

  it('are not looked for while something else is wrong', () => {
    expect(problemsOf(more('{ field: any-text, contains-any-of: nothing }'))).toHaveLength(1);
  });
});

describe('a rule that tells', () => {
  const telling = (...changes: [string, string][]) =>
    withChange('triage', ['    when:', '    tell: now\n    when:'], ...changes);

  it('is compiled as one; another does not say so', () => {
    expect(compilePolicy(telling()).triage.rules.map(({ tell }) => tell)).toEqual(['now']);
    expect(compilePolicy(withChange('triage')).triage.rules[0]).not.toHaveProperty('tell');
  });

  it('says "now" and nothing else', () => {
    expect(problemsOf(withChange('triage', ['    when:', '    tell: later\n    when:']))).toEqual([
      'triage.yaml:5:11: rules[0].tell: expected one of now, found "later"',
    ]);
  });

  it.each(['language', 'cases'])('cannot ask for %s, which no message tells, however deep', (field) => {
    const asked = field === 'cases' ? 'at-least: 2, within: 2 calendar days' : 'is: en';
    const nested = telling([
      '        - field: source\n          is: zendesk',
      `        - not: { any: [{ field: ${field}, ${asked} }] }`,
    ]);
    expect(problemsOf(nested)).toEqual([
      `triage.yaml:8:33: rules[0].when.all[0].not.any[0].field: expected a field that each message can be asked for (a rule with "tell: now" cannot ask for cases or language), found "${field}"`,
    ]);
  });

  it('has a condition: else each message of each case would be danger', () => {
    const when = TEXT_OF_WHEN;
    expect(problemsOf(withChange('triage', [when, '    tell: now\n']))).toEqual([
      'triage.yaml:5:11: rules[0].tell: expected a "when" beside "tell: now" (without one each message of each case is danger), found none in "refund"',
    ]);
  });
});

/** The condition of the small policy's only rule. */
const TEXT_OF_WHEN = `    when:
      all:
        - field: source
          is: zendesk
${TEXT}`;
