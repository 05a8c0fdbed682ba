import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { runChecks } from './check.ts';

/**
 * The full gate: the checks, then unit, infra, workflow and end-to-end tests (the last on the local
 * engine). Ends with one line of counts. Extra arguments go to vitest.
 */
const RESULTS = '.local/test-results.json';

interface VitestResults {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
}

function runTests(): { passed: number; failed: number; skipped: number } {
  mkdirSync('.local', { recursive: true });
  rmSync(RESULTS, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${RESULTS}`];
  const { status } = spawnSync('vitest', ['run', ...reporters, ...process.argv.slice(2)], { stdio: 'inherit' });
  if (!existsSync(RESULTS)) return { passed: 0, failed: 1, skipped: 0 };
  const results: VitestResults = JSON.parse(readFileSync(RESULTS, 'utf8'));
  // A file that could not be loaded has no tests to fail: it counts as one failure itself.
  const unloaded = results.testResults.filter(
    ({ status: of, assertionResults }) => of === 'failed' && assertionResults.length === 0,
  ).length;
  const failed = results.numFailedTests + unloaded;
  return {
    passed: results.numPassedTests,
    failed: status === 0 ? failed : Math.max(1, failed),
    skipped: results.numPendingTests,
  };
}

const checks = runChecks();
const tests = runTests();
const failed = checks.failed + tests.failed;
console.log(
  `\n${checks.passed + tests.passed} passed, ${failed} failed${tests.skipped > 0 ? `, ${tests.skipped} skipped` : ''}`,
);
process.exitCode = failed === 0 ? 0 : 1;
