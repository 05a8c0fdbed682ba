import { describe, expect, it } from 'vitest';
import { ALWAYS } from '../../domain/calendar.ts';
import type { Condition } from '../../domain/policy.ts';
import { Atoms } from '../../domain/triage-atoms.ts';
import { compileCondition, narrowest } from '../../domain/triage-conditions.ts';
import { TriageIndex } from '../../domain/triage-index.ts';

/** What must hold for a condition: per clause how many atoms it has, and its weight. */
const clausesOf = (condition: Condition) =>
  compileCondition(condition, new Atoms(() => ALWAYS)).clauses.map(({ atoms, weight }) => [atoms.length, weight]);

const web: Condition = { field: 'channel', is: ['web', 'chat'] };
const phrase: Condition = { field: 'text', contains: ['a', 'b', 'c'] };

describe('what must hold for a condition', () => {
  it.each<[string, Condition, number[][]]>([
    ['values of a field that many cases share', web, [[2, 8]]],
    ['values of fields that tell cases apart', { field: 'requesterId', is: ['1'] }, [[1, 1]]],
    ['tags', { field: 'tags', is: ['x', 'y'] }, [[2, 2]]],
    ['custom fields', { field: 'custom.plan', is: ['x'] }, [[1, 1]]],
    ['phrases', phrase, [[3, 3]]],
    ['patterns', { field: 'text', matches: ['x', 'y'] }, [[2, 2]]],
    ['existence', { field: 'tier', exists: true }, [[1, 20]]],
    ['bounds', { field: 'custom.amount', atLeast: 1 }, [[1, 10]]],
    ['the time', { during: 'office' }, [[1, 10]]],
    [
      'all: each part',
      { all: [web, phrase] },
      [
        [2, 8],
        [3, 3],
      ],
    ],
    ['any: one of what must hold for each part', { any: [web, { all: [phrase, web] }] }, [[5, 11]]],
    ['any with a part that may hold without: nothing', { any: [web, { not: phrase }] }, []],
    ['not: nothing', { not: web }, []],
    ['the same value twice counts once', { field: 'channel', is: ['web', 'WEB'] }, [[1, 4]]],
  ])('%s', (_, condition, expected) => {
    expect(clausesOf(condition)).toEqual(expected);
  });

  it('the narrowest is the lightest, the first of equals', () => {
    const clause = (weight: number, ...atoms: number[]) => ({ atoms, weight });
    expect(narrowest([clause(4, 1), clause(2, 2), clause(2, 3)])).toEqual(clause(2, 2));
    expect(narrowest([])).toBeUndefined();
  });
});

describe('the rules that can hold', () => {
  const clause = (...atoms: number[]) => ({ atoms, weight: atoms.length });
  const candidates = (rules: { atoms: number[]; weight: number }[][], ...held: number[]) => [
    ...new TriageIndex(rules).candidates(new Set(held)),
  ];

  it('are those of which every clause has an atom that holds, in order', () => {
    const rules = [[clause(1)], [], [clause(1, 2), clause(3)], [clause(2)], [clause()]];
    expect(candidates(rules)).toEqual([1]);
    expect(candidates(rules, 1)).toEqual([0, 1]);
    expect(candidates(rules, 2)).toEqual([1, 3]);
    expect(candidates(rules, 3, 2)).toEqual([1, 2, 3]);
  });

  it('are found beyond 32 rules, be they few or many for an atom', () => {
    const rules = Array.from({ length: 70 }, (_, nth) => [clause(nth), clause(100 + (nth % 2))]);
    expect(candidates(rules, 0, 31, 32, 63, 69, 100, 101)).toEqual([0, 31, 32, 63, 69]);
    expect(candidates(rules, 0, 31, 32, 63, 69, 100)).toEqual([0, 32]);
    expect(candidates(rules, 100, 101)).toEqual([]);
  });

  it('of more than four clauses the lightest are looked at', () => {
    const heavy = { atoms: [9], weight: 99 };
    const rules = [[heavy, clause(1), clause(2), clause(3), clause(4)]];
    expect(candidates(rules, 1, 2, 3, 4)).toEqual([0]);
    expect(candidates(rules, 9, 1, 2, 3)).toEqual([]);
  });

  it('are none of no rules', () => {
    expect(candidates([], 1)).toEqual([]);
  });
});
