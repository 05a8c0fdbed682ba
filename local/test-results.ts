/** What vitest's JSON reporter writes, as far as it is read here. */
export interface VitestResults {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  /** Titles of the tests that were not run; a title says why. */
  readonly skipped: readonly string[];
}

const NOT_RUN = new Set(['skipped', 'pending', 'todo', 'disabled']);

/** Counts a run of vitest. `succeeded`: it ended with status 0. */
export function countTests(results: VitestResults, succeeded: boolean): TestCounts {
  const { numPassedTests: passed, numFailedTests, testResults } = results;
  // A file that could not be loaded has no tests to fail: it counts as one failure itself.
  const unloaded = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.length,
  );
  const failed = numFailedTests + unloaded.length;
  const skipped = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => NOT_RUN.has(status))
    .map(({ fullName }) => fullName);
  return { passed, failed: succeeded ? failed : Math.max(1, failed), skipped };
}

/** The last words of a run: what was skipped, each by its title, then the counts. */
export function countsInWords({ passed, failed, skipped }: TestCounts): string {
  const counts = `${passed} passed, ${failed} failed`;
  if (skipped.length === 0) return counts;
  return `Skipped:\n${skipped.map((title) => `  - ${title}\n`).join('')}\n${counts}, ${skipped.length} skipped`;
}
