import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { runChecks, STATIC_CHECKS } from './check.ts';
import { countsInWords, countTests, type TestCounts } from './test-results.ts';

/**
 * The full gate: the checks, then unit, infra, workflow and end-to-end tests (the last on the local
 * engine). Ends with what was skipped, and one line of counts. Extra arguments go to vitest.
 */
const RESULTS = '.local/test-results.json';

function runTests(): TestCounts {
  mkdirSync('.local', { recursive: true });
  rmSync(RESULTS, { force: true });
  // A test.only that was left behind would skip the others: it fails here.
  const options = ['--allowOnly=false', '--reporter=default', '--reporter=json', `--outputFile.json=${RESULTS}`];
  const { status } = spawnSync('vitest', ['run', ...options, ...process.argv.slice(2)], { stdio: 'inherit' });
  if (!existsSync(RESULTS)) return { passed: 0, failed: 1, skipped: [] };
  return countTests(JSON.parse(readFileSync(RESULTS, 'utf8')), status === 0);
}

const checks = runChecks(STATIC_CHECKS);
const tests = runTests();
const failed = checks.failed + tests.failed;
console.log(`\n${countsInWords({ passed: checks.passed + tests.passed, failed, skipped: tests.skipped })}`);
process.exitCode = failed === 0 ? 0 : 1;
