import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Synthesised, synthesised } from './synthesised.ts';

/** What an operator types at three in the morning has to exist. */
const texts = ['README.md', 'docs/runbook.md', 'docs/security.md'].map((file) => readFileSync(file, 'utf8'));
/** What a pattern finds in the documents. Throws if nothing: the pattern has gone stale, or they say no such thing any more. */
function every(pattern: RegExp) {
  const found = new Set(texts.flatMap((text) => [...text.matchAll(pattern)].map(([, one]) => one)));
  if (found.size === 0) throw new Error(`nothing in the documents is like ${pattern}`);
  return [...found];
}

let synth: Synthesised;
beforeAll(() => {
  synth = synthesised({ 'aws:cdk:bundling-stacks': [] });
});

describe('commands in the documents', () => {
  test('ask the stacks for outputs that they have', () => {
    const asked = every(/out \$P-((?:Stateful|Service) \w+)/g);
    expect(asked.length).toBeGreaterThan(5);
    const { stateful, service } = synth.stacks;
    const outputs = [stateful, service].flatMap((stack, index) =>
      Object.keys(synth.templates[index].Outputs).map((name) => `${stack.stackName.replace('CaseRelay-', '')} ${name}`),
    );
    for (const output of asked) expect(outputs).toContain(output);
  });

  test('name functions, log groups and stacks as they are named', () => {
    const functions = readdirSync('functions');
    for (const name of every(/\/aws\/lambda\/\$P-([a-z-]+)/g)) expect(functions).toContain(name);
    for (const name of every(/--function-name \$P-([a-z-]+)/g)) expect(functions).toContain(name);
    const groups = synth.ofType('AWS::Logs::LogGroup').map(({ Properties }) => Properties.LogGroupName);
    const vended = every(/(\/aws\/vendedlogs\/\w+\/\$P[a-z-]*)/g);
    expect(vended.length).toBeGreaterThan(2);
    for (const name of vended) expect(groups).toContain(name?.replace('$P', 'CaseRelay'));
  });

  test('deploy the service stack alone when they name it: the stateful one would be deployed with it', () => {
    const deploys = every(/(cdk deploy \$P-[^\n`]*)/g);
    expect(deploys.length).toBeGreaterThan(0);
    for (const command of deploys) expect(command).toContain('--exclusively');
  });

  test('run commands that there are', () => {
    const usage = readFileSync('local/caserelay.ts', 'utf8').matchAll(/^ {2}([a-z]+) [^\n]* {2}/gm);
    const known = [...usage].map(([, name]) => name);
    for (const name of every(/caserelay(?: --)? ([a-z-]+)/g)) expect(known).toContain(name);
    // The errors of the settings too.
    const said = [...readFileSync('infra/settings.ts', 'utf8').matchAll(/caserelay ([a-z-]+)/g)];
    expect(said.length).toBeGreaterThan(0);
    for (const [, name] of said) expect(known).toContain(name);
    const scripts = Object.keys(JSON.parse(readFileSync('package.json', 'utf8')).scripts);
    for (const name of every(/npm run (?:-s )?([a-z]+)/g)) expect(scripts).toContain(name);
  });

  test('leave out no setting', () => {
    const settings = readFileSync('infra/settings.ts', 'utf8');
    const read = [...settings.matchAll(/(?:text|list|flag|count)\(node, '(\w+)'/g)].map(([, name]) => name);
    const section = /### Settings\n(.*?)\n### /s.exec(texts[1] ?? '')?.[1] ?? '';
    const told = [...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
    expect(told.sort()).toEqual([...new Set(read)].sort());
  });

  test('set what the app reads from the context', () => {
    const settings = readFileSync('infra/settings.ts', 'utf8');
    const lines = texts.flatMap((text) => text.split('\n')).filter((line) => /\bcontext\b/.test(line));
    const named = lines.flatMap((line) =>
      [...line.matchAll(/-c (\w+)=|`"(\w+)"/g)].map(([, told, written]) => told ?? written),
    );
    expect(named.length).toBeGreaterThan(4);
    for (const name of [...named, ...every(/-c (\w+)=/g)]) expect(settings, name).toContain(`'${name}'`);
  });
});
