import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const FOLDER = '.github/workflows/';
const uses = readdirSync(FOLDER).flatMap((file) => [...readFileSync(FOLDER + file, 'utf8').matchAll(/uses: *(.*)/g)]);

describe('the CI workflow', () => {
  it('takes each action by its commit, with the version beside it', () => {
    expect(uses.length).toBeGreaterThan(0);
    for (const [, action] of uses) expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it('may only read, and leaves no token in the checkout', () => {
    const { permissions, jobs } = parse(readFileSync(`${FOLDER}ci.yml`, 'utf8'));
    expect(permissions).toEqual({ contents: 'read' });
    expect(jobs.test.steps[0].with).toEqual({ 'persist-credentials': false });
  });

  it('has each of its sources of versions watched by Dependabot', () => {
    const { updates } = parse(readFileSync('.github/dependabot.yml', 'utf8'));
    const watched = updates.map((update: Record<string, unknown>) => [update['package-ecosystem'], update.directory]);
    expect(watched).toEqual([
      ['npm', '/'],
      ['npm', '/test/infra/ric'],
      ['github-actions', '/'],
      ['pip', '/local'],
    ]);
  });
});
