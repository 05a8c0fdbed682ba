import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { outputOf } from '../../local/progress.mjs';
import { eventually } from './app.ts';

const TAKEN_PORT = 4591;
const FREE_PORT = 4592;
const SILENT_PORT = 4595;
const ENGINE_PORT = 4577;
const NODE = resolve('node_modules', '.bin', 'node');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'caserelay-exits-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
});

/** The environment of a person at a terminal: without the engine that the other tests use. */
const plainEnv = (more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'))),
  CASERELAY_ENGINE_PORT: String(ENGINE_PORT),
  CASERELAY_TOYS_PORT: String(FREE_PORT),
  ...more,
});

function run(args: readonly string[], options: { env?: NodeJS.ProcessEnv; cwd?: string; node?: string } = {}) {
  const { env = plainEnv(), cwd = '.', node = NODE } = options;
  // Far more than any of these may take, and far less than a start.
  const child = spawn(node, args, { env, cwd, timeout: 20_000 });
  children.push(child);
  return outputOf(child, () => undefined);
}

/** One sentence (or two) on a line of its own, after the steps so far, which are few; nothing of the insides. */
function expectPlain({ code, output }: { code: number | null; output: string }, sentence: RegExp): void {
  const lines = output.split('\n').filter((line) => line !== '' && !/^ {2}[…✗] (Reading|Starting)/.test(line));
  expect(lines).toEqual([expect.stringMatching(sentence)]);
  expect(code).toBe(1);
}

const start = (args: readonly string[], env?: NodeJS.ProcessEnv) =>
  run(['local/start.ts', ...args], env === undefined ? {} : { env });

describe('npm start says in a sentence', () => {
  test('that a port is taken, by which variable to choose another', async () => {
    const server = createServer();
    await new Promise<void>((listening) => server.listen(TAKEN_PORT, '127.0.0.1', listening));
    try {
      const ended = await start(['--once'], plainEnv({ CASERELAY_TOYS_PORT: String(TAKEN_PORT) }));
      expectPlain(ended, /^Port 4591 is in use by another program\. .*CASERELAY_TOYS_PORT=4592 npm start$/);
    } finally {
      server.close();
    }
  });

  test('that a port is none', async () => {
    const ended = await start(['--once'], plainEnv({ CASERELAY_TOYS_PORT: 'eighty' }));
    expectPlain(ended, /^CASERELAY_TOYS_PORT is "eighty"; expected a port from 1024 to 65535$/);
  });

  test('that one port was chosen for two things', async () => {
    const ended = await start(['--once'], plainEnv({ CASERELAY_ENGINE_PORT: String(FREE_PORT) }));
    expectPlain(ended, /^CASERELAY_ENGINE_PORT and CASERELAY_TOYS_PORT are both 4592; /);
  });

  test('that there is no policy in a folder', async () => {
    const { code, output } = await start(['--once', '--policy', folder]);
    expect(output.trim()).toMatch(/^the policy has 9 problems:\n/);
    expect(output).not.toMatch(/^\s+at /m);
    expect(code).toBe(1);
  });

  test('that it does not know an option, and which there are', async () => {
    const { code, output } = await start(['--twice']);
    expect(output).toMatch(/^\s*Unknown option '--twice'/);
    expect(output).toContain('--events FILE');
    expect(output).not.toMatch(/^\s+at /m);
    expect(code).toBe(1);
  });

  test.each([
    [['--limit', '5'], /^--limit goes with --events FILE$/],
    [['--events', 'x.csv', '--limit', 'many'], /^--limit is "many"; expected a whole number above 0$/],
  ])('that %j does not go', async (args, sentence) => {
    expectPlain(await start(args), sentence);
  });

  test('that no engine answers at AWS_ENDPOINT_URL', async () => {
    const ended = await start(['--once'], plainEnv({ AWS_ENDPOINT_URL: `http://127.0.0.1:${SILENT_PORT}` }));
    expectPlain(ended, /^AWS_ENDPOINT_URL is http:\/\/127\.0\.0\.1:4595, but no engine answers there\. /);
  });

  test('that there is no such export, before anything is started', async () => {
    const file = join(folder, 'nothing.csv');
    expectPlain(await start(['--once', '--events', file]), /^There is no file \/.*nothing\.csv\.$/);
  });

  test('that there is no such mapping, that none fits, and that the source is not in the policy', async () => {
    const file = join(folder, 'export.csv');
    writeFileSync(file, 'number,when\n1,2026-11-22T09:30:00Z\n');
    expectPlain(
      await start(['--once', '--events', file, '--mapping', 'crystal']),
      /^There is no mapping "crystal": give a YAML file or one of .*servicenow.*\.$/,
    );
    expectPlain(await start(['--once', '--events', file]), /^No shipped mapping .* fits the columns number, when: /);
    const mapping = join(folder, 'mapping.yaml');
    writeFileSync(mapping, 'source: elsewhere\ncaseId: number\ntime: { column: when, format: iso }\n');
    expectPlain(
      await start(['--once', '--events', file, '--mapping', mapping]),
      /^The mapping names the source "elsewhere", which local\/policy\/sources\.yaml does not have\.$/,
    );
  });
});

describe('the set-up says in a sentence', () => {
  let clone: string;
  let bin: string;
  // Of a checkout, only what the set-up reads; npm packages count as installed.
  beforeAll(() => {
    clone = join(folder, 'clone');
    bin = join(folder, 'bin');
    for (const path of [join(clone, 'local'), join(clone, 'node_modules', '.bin'), bin]) {
      mkdirSync(path, { recursive: true });
    }
    for (const file of ['bootstrap.mjs', 'progress.mjs', 'requirements.txt'])
      copyFileSync(join('local', file), join(clone, 'local', file));
    copyFileSync('package-lock.json', join(clone, 'package-lock.json'));
    copyFileSync(join('node_modules', '.caserelay-lock'), join(clone, 'node_modules', '.caserelay-lock'));
    symlinkSync(NODE, join(clone, 'node_modules', '.bin', 'node'));
    symlinkSync(NODE, join(bin, 'node'));
  });
  const setUp = (command: string) =>
    run(['local/bootstrap.mjs', command], { cwd: clone, env: { PATH: bin, HOME: folder } });
  const sentence =
    /^Python 3\.10 or newer with pip is needed, for the local AWS engine and for checking templates\. .*PYTHON\.$/;

  test('that Python is missing', async () => {
    expectPlain(await setUp('start'), sentence);
    expectPlain(await setUp('test'), sentence);
  });

  test('that Python is too old', async () => {
    writeFileSync(join(bin, 'python3'), '#!/bin/sh\necho False\n', { mode: 0o755 });
    expectPlain(await setUp('start'), sentence);
    rmSync(join(bin, 'python3'));
  });

  test('what it can do, when asked for something else', async () => {
    expectPlain(
      await setUp('dance'),
      /^usage: node local\/bootstrap\.mjs start\|engine\|test\|check\|caserelay\|mutation \[options\]$/,
    );
  });

  test('nothing at all of the sort for the fast checks, which need no engine', async () => {
    mkdirSync(join(clone, 'local'), { recursive: true });
    writeFileSync(join(clone, 'local', 'check.ts'), "console.log('checked');\n");
    expect(await setUp('check')).toEqual({ code: 0, output: 'checked\n' });
  });
});

test('nothing of a deployment is written to the home folder', () => {
  const { home } = inject('e2e');
  expect(readdirSync(home)).toEqual([]);
});

describe('the engine', () => {
  const isOpen = () =>
    new Promise<boolean>((answer) => {
      const socket = connect(ENGINE_PORT, '127.0.0.1');
      socket.once('connect', () => socket.destroy() && answer(true));
      socket.once('error', () => answer(false));
    });

  test('ends with the process that started it, even if that is killed', async () => {
    const script = `import { openEngine } from './local/engine.ts';
await openEngine(${ENGINE_PORT}, 'npm start');
console.log('up');
setInterval(() => {}, 1000);`;
    const starter = spawn(NODE, ['--input-type=module', '-e', script], { env: plainEnv() });
    children.push(starter);
    let output = '';
    for (const stream of [starter.stdout, starter.stderr]) stream.on('data', (chunk) => (output += chunk));
    await eventually(
      () => `the engine to start: ${output}`,
      () => (/^up$/m.test(output) ? true : undefined),
    );
    expect(await isOpen()).toBe(true);
    starter.kill('SIGKILL');
    await eventually('the engine to stop', async () => ((await isOpen()) ? undefined : true), 30);
  });

  test('stands alone with npm run engine: it says where, is started once, and Ctrl-C ends it', async () => {
    const alone = spawn(NODE, ['local/engine-alone.ts'], { env: plainEnv() });
    children.push(alone);
    let output = '';
    for (const stream of [alone.stdout, alone.stderr]) stream.on('data', (chunk) => (output += chunk));
    await eventually(
      () => `the engine to say where it is: ${output}`,
      () =>
        output.includes(`The engine answers at http://127.0.0.1:${ENGINE_PORT}, and is empty.`) ? true : undefined,
    );
    expect(output).toContain(`export AWS_ENDPOINT_URL=http://127.0.0.1:${ENGINE_PORT} AWS_ACCESS_KEY_ID=test `);
    expectPlain(await run(['local/engine-alone.ts']), /^npm run engine of this folder runs already \(process \d+\)/);
    const ended = new Promise((end) => alone.once('exit', end));
    alone.kill('SIGINT');
    expect(await ended).toBe(0);
    expect(await isOpen()).toBe(false);
  });
});
