import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FAST_TESTS, runChecks, STATIC_CHECKS } from '../../local/check.ts';

describe('npm run check', () => {
  it('runs tests of domain and policy, and finds them', () => {
    const args = ['list', '--filesOnly', ...FAST_TESTS.args.filter((arg) => arg.startsWith('test/'))];
    const { stdout } = spawnSync(FAST_TESTS.command, args, { encoding: 'utf8' });
    for (const file of ['test/domain/calendar-vectors.test.ts', 'test/policy/compile-policy.test.ts']) {
      expect(stdout).toContain(file);
    }
  });

  it('counts a check that fails, and one that cannot be run', () => {
    const node = (code: number) => ({ name: 'a check', command: 'node', args: ['-e', `process.exit(${code})`] });
    const nothing = { name: 'nothing', command: 'no-such-command-here', args: [] };
    expect(runChecks([node(0), node(3), nothing])).toEqual({ passed: 1, failed: 2 });
  });

  it('leaves its tests to npm test, which runs them with all others: CI runs none twice', () => {
    expect(STATIC_CHECKS.map(({ command }) => command)).not.toContain(FAST_TESTS.command);
    const ran = readFileSync('.ci/run', 'utf8').match(/^npm .*$/gm);
    expect(ran).toEqual(['npm test']);
  });
});
