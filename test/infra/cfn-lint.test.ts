import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { synthesised } from './synthesised.ts';

const PACKAGES = resolve('.local', 'cfn-lint');

/** What cfn-lint finds in every template, and we leave. */
const ACCEPTED: Readonly<Record<string, string>> = {
  I1022: 'Style: the CDK joins texts with Fn::Join, and nobody reads its templates.',
  W3005:
    'The CDK has whatever takes a role wait for all of the role, policies included; the role itself is named twice.',
};

/** Each finding as "rule: what it says, where". */
function lint(outdir: string): string[] {
  if (!existsSync(PACKAGES))
    throw new Error(
      'cfn-lint is not installed here. `npm test` installs it from local/requirements-lint.txt; run it once.',
    );
  const templates = readdirSync(outdir).filter((name) => name.endsWith('.template.json'));
  expect(templates).toHaveLength(3);
  const args = ['-c', 'import cfnlint.runner; cfnlint.runner.main()', '--format', 'json', '--include-checks', 'I'];
  const { stdout, stderr } = spawnSync(
    process.env.CASERELAY_PYTHON ?? 'python3',
    [...args, '--regions', 'eu-central-1', 'us-east-1', '--', ...templates.map((name) => join(outdir, name))],
    { encoding: 'utf8', env: { ...process.env, PYTHONPATH: PACKAGES }, maxBuffer: 64 * 1024 * 1024 },
  );
  if (!stdout.startsWith('[')) throw new Error(`cfn-lint did not run: ${stderr || stdout}`);
  type Match = { Rule: { Id: string }; Message: string; Location: { Path: readonly (string | number)[] } };
  return (JSON.parse(stdout) as Match[]).map(
    ({ Rule, Message, Location }) => `${Rule.Id}: ${Message}, ${Location.Path?.join('/')}`,
  );
}

test('cfn-lint finds nothing in the templates but what is accepted, and still finds that', () => {
  const found = lint(synthesised({ 'aws:cdk:bundling-stacks': [] }).outdir);
  const ruleOf = (finding: string) => finding.slice(0, finding.indexOf(':'));
  expect(found.filter((finding) => !(ruleOf(finding) in ACCEPTED))).toEqual([]);
  expect([...new Set(found.map(ruleOf))].sort()).toEqual(Object.keys(ACCEPTED));
});
