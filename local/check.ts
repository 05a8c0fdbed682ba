import { spawnSync } from 'node:child_process';

interface Check {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

/** What is true or not without running anything of ours: format, lint and import direction (biome), types (tsc). */
export const STATIC_CHECKS: readonly Check[] = [
  { name: 'format, lint and import direction', command: 'biome', args: ['check', '--error-on-warnings', '.'] },
  { name: 'types', command: 'tsc', args: ['-p', '.'] },
];

/** The tests of what is pure. They change nothing outside themselves, so they need no worker each: half the time. */
export const FAST_TESTS: Check = {
  name: 'tests of domain and policy',
  command: 'vitest',
  args: ['run', '--project=unit', '--no-isolate', '--pool=threads', '--reporter=minimal', 'test/domain', 'test/policy'],
};

/** Runs the checks; prints each with what is wrong, and returns how many passed and failed. */
export function runChecks(checks: readonly Check[]): { passed: number; failed: number } {
  let passed = 0;
  for (const { name, command, args } of checks) {
    const { status } = spawnSync(command, args, { stdio: 'inherit' });
    if (status === 0) passed++;
    console.log(`  ${status === 0 ? '✓' : '✗'} ${name}`);
  }
  return { passed, failed: checks.length - passed };
}

// npm run check. The full gate runs the static checks and then every test, these among them: local/test.ts.
if (import.meta.main) process.exitCode = runChecks([...STATIC_CHECKS, FAST_TESTS]).failed === 0 ? 0 : 1;
