import { describe, expect, it } from 'vitest';
import { patternSteps } from '../../policy/compiler/patterns.ts';
import { problemsOf, withChange } from './small-policy.ts';

type Asked = { readonly field?: string; readonly pattern: string; readonly tell?: 'now' };

/** The small policy with a rule for each pattern before its own, each rule for another group; the nth is line n + 1 of triage.yaml. */
function withPatterns(asked: readonly Asked[]) {
  const rules = asked.map(
    ({ field = 'any-text', pattern, tell }, nth) =>
      `  - { id: p${nth}, owner: maya, reason: R.,${tell === undefined ? '' : ` tell: ${tell},`} when: { all: [{ field: group, is: g${nth} }, { field: ${field}, matches: '${pattern}' }] }, then: { category: billing, queue: general, data-class: standard } }\n`,
  );
  return withChange('triage', ['rules:\n', `rules:\n${rules.join('')}`]);
}

const twenty = <T>(make: (nth: number) => T) => Array.from({ length: 20 }, (_, nth) => make(nth));

describe('what a pattern costs', () => {
  // By hand: an instruction per letter; two for a choice, a loop or each time that a count may end; two to fail and to match.
  it.each([
    ['refund', 6 + 2],
    ['x{3}', 3 + 2],
    ['x.*y', 1 + 2 + 1 + 2],
    ['x.{0,1000}y', 1 + 2 * 1000 + 1 + 2],
  ])('%s is %i steps a character', (pattern, steps) => expect(patternSteps(pattern)).toBe(steps));
});

describe('a policy whose patterns cost too much', () => {
  it('is refused for a single one, with what to write instead', () => {
    expect(problemsOf(withChange('triage', ['contains: refund', "matches: 'x.{0,1000}y'"]))).toEqual([
      'triage.yaml:10:20: rules[0].when.all[1].matches: expected a regular expression of at most 500 steps a character, and this one takes 2004 (a count such as {0,1000} is written out that often: write a smaller one, or ".*" for any distance within a line, or two phrases under "all"), found "x.{0,1000}y"',
    ]);
    expect(problemsOf(withPatterns([{ pattern: 'x.{0,240}y' }]))).toEqual([]);
  });

  it('is refused for all of them together, at the costliest rule', () => {
    // 2 × n + 4 each, for n from 100 to 119: 2 × 2190 + 80.
    expect(problemsOf(withPatterns(twenty((nth) => ({ pattern: `x.{0,${100 + nth}}y` }))))).toEqual([
      'triage.yaml:21:110: rules[19].when.all[1].matches: expected regular expressions of at most 2000 steps a character in all rules together (write smaller counts, ".*", or phrases with "contains", which cost next to nothing), found 4460; the most are those of p19 (242), p18 (240), p17 (238)',
    ]);
  });

  it('is refused for one pattern that many fields are asked for', () => {
    const [problem] = problemsOf(withPatterns(twenty((nth) => ({ field: `custom.f${nth}`, pattern: 'x.{0,200}y' }))));
    expect(problem).toContain('found 8080;');
  });

  it('is refused sooner for rules that tell at once: they are asked of each message, three times, and not once of a case', () => {
    // 2 × n + 4 each: 104 and 96 are as many as may be.
    const two = (count: number) => [
      { pattern: 'x.{0,50}y', tell: 'now' as const },
      { pattern: `x.{0,${count}}y`, tell: 'now' as const },
      { pattern: 'z.{0,200}y' },
    ];
    expect(problemsOf(withPatterns(two(46)))).toEqual([]);
    expect(problemsOf(withPatterns(two(47)))).toEqual([
      'triage.yaml:2:119: rules[0].when.all[1].matches: expected regular expressions of at most 200 steps a character in all rules with "tell: now" together (write smaller counts, ".*", or phrases with "contains", which cost next to nothing), found 202; the most are those of p0 (104), p1 (98)',
    ]);
  });

  it('is not refused for many rules that ask one field for the same, which is looked for once', () => {
    expect(problemsOf(withPatterns(twenty(() => ({ pattern: 'x.{0,200}y' }))))).toEqual([]);
  });
});
