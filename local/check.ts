import { spawnSync } from 'node:child_process';

/** The fast gate: format, lint and import direction (biome), types (tsc). Prints what fails; exits with 1 if anything did. */
export const CHECKS = [
  { name: 'format, lint and import direction', command: 'biome', args: ['check', '--error-on-warnings', '.'] },
  { name: 'types', command: 'tsc', args: ['-p', '.'] },
] as const;

/** Runs the checks; returns how many passed and failed. */
export function runChecks(): { passed: number; failed: number } {
  let passed = 0;
  for (const { name, command, args } of CHECKS) {
    const { status } = spawnSync(command, args, { stdio: 'inherit' });
    if (status === 0) passed++;
    console.log(`  ${status === 0 ? '✓' : '✗'} ${name}`);
  }
  return { passed, failed: CHECKS.length - passed };
}

if (import.meta.main) process.exitCode = runChecks().failed === 0 ? 0 : 1;
