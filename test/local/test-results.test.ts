import { describe, expect, it } from 'vitest';
import { countsInWords, countTests } from '../../local/test-results.ts';

const one = (status: string, fullName: string) => ({ status, fullName });

describe('the counts of npm test', () => {
  const results = {
    numPassedTests: 2,
    numFailedTests: 1,
    testResults: [
      { status: 'failed', assertionResults: [one('passed', 'a'), one('failed', 'b'), one('passed', 'c')] },
      { status: 'passed', assertionResults: [one('skipped', 'big log (skipped: it is not there)'), one('todo', 'd')] },
      { status: 'failed', assertionResults: [] },
    ],
  };

  it('count a file that could not be loaded as a failure, and name each test that was not run', () => {
    expect(countTests(results, false)).toEqual({
      passed: 2,
      failed: 2,
      skipped: ['big log (skipped: it is not there)', 'd'],
    });
  });

  it('are never all well when vitest itself ended badly', () => {
    expect(countTests({ numPassedTests: 5, numFailedTests: 0, testResults: [] }, false).failed).toBe(1);
    expect(countTests({ numPassedTests: 5, numFailedTests: 0, testResults: [] }, true).failed).toBe(0);
  });

  it('say what was skipped before they say how many', () => {
    expect(countsInWords(countTests(results, false))).toBe(
      'Skipped:\n  - big log (skipped: it is not there)\n  - d\n\n2 passed, 2 failed, 2 skipped',
    );
    expect(countsInWords({ passed: 3, failed: 0, skipped: [] })).toBe('3 passed, 0 failed');
  });
});
