import { describe, expect, it } from 'vitest';
import { type MutationReport, mutationPage, percentOf, scores } from '../../local/mutation-report.ts';

const mutant = (status: string, line = 1, mutatorName = 'StringLiteral') => ({
  status,
  mutatorName,
  location: { start: { line } },
});

const REPORT: MutationReport = {
  files: {
    'domain/clock.ts': {
      mutants: [
        mutant('Survived', 12, 'EqualityOperator'),
        mutant('Survived', 4),
        mutant('Survived', 4),
        mutant('Killed'),
        mutant('Timeout'),
        mutant('NoCoverage', 30),
        mutant('Ignored'),
        mutant('RuntimeError'),
      ],
    },
    'domain/alert.ts': { mutants: [mutant('Killed'), mutant('Killed')] },
  },
};

describe('the score of a mutation run', () => {
  it('counts what was noticed, by a failure or a time-out, of what could be', () => {
    expect(scores(REPORT)).toEqual([
      { name: 'domain/alert.ts', killed: 2, survived: 0, uncovered: 0 },
      { name: 'domain/clock.ts', killed: 2, survived: 3, uncovered: 1 },
    ]);
    // 2 of 6, and nothing of nothing.
    expect(percentOf({ killed: 2, survived: 3, uncovered: 1 })).toBeCloseTo(33.33, 2);
    expect(percentOf({ killed: 0, survived: 0, uncovered: 0 })).toBe(100);
  });
});

describe('the page about it', () => {
  it('has the score of all and of each file, and each place of a survivor once, in order', () => {
    const page = mutationPage(REPORT, '2026-11-22');
    expect(page).toContain('on 2026-11-22: **50.0 %** of 8 mutants.');
    expect(page).toContain(
      [
        '| domain/alert.ts | 100.0 % | 2 | 0 | 0 |',
        '| domain/clock.ts | 33.3 % | 2 | 3 | 1 |',
        '| all | 50.0 % | 4 | 3 | 1 |',
      ].join('\n'),
    );
    expect(page.slice(page.indexOf('## Survivors'))).toBe(
      [
        '## Survivors',
        '',
        '- domain/clock.ts:4 StringLiteral (2)',
        '- domain/clock.ts:12 EqualityOperator',
        '- domain/clock.ts:30 StringLiteral',
        '',
      ].join('\n'),
    );
  });

  it('stays readable when much survives', () => {
    const mutants = Array.from({ length: 75 }, (_, line) => mutant('Survived', line + 1));
    const lines = mutationPage({ files: { 'domain/a.ts': { mutants } } }, '2026-11-22').split('\n');
    expect(lines.length).toBeLessThan(100);
    expect(lines).toContain('- domain/a.ts:60 StringLiteral');
    expect(lines).toContain('- and at 15 more places');
  });

  it('says so when nothing survives', () => {
    expect(mutationPage({ files: { 'domain/a.ts': { mutants: [mutant('Killed')] } } }, '2026-11-22')).toMatch(
      /## Survivors\n\nNone\.\n$/,
    );
  });
});
