import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { caserelay } from '../../local/caserelay.ts';
import type { Command } from '../../local/cli/io.ts';
import { PlainError } from '../../local/progress.mjs';

const NODE = resolve('node_modules', '.bin', 'node');

/** Runs the dispatcher with commands of the test's own; gives what came out of each stream. */
async function run(args: readonly string[], commands: Record<string, Command> = {}, stdin = '') {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const table = Object.fromEntries(Object.entries(commands).map(([name, command]) => [name, async () => command]));
  const code = await caserelay(args, { stdin: Readable.from([stdin]), stdout, stderr }, table);
  stdout.end();
  stderr.end();
  return { code, stdout: await text(stdout), stderr: await text(stderr) };
}

/** Runs the file as a shell would. */
async function shell(...args: readonly string[]) {
  const child = spawn(NODE, [resolve('local', 'caserelay.ts'), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise((done) => child.on('close', done)),
  ]);
  return { code, stdout, stderr };
}

test('a command gets the arguments after its name and the streams, and its exit code is passed on', async () => {
  const commands: Record<string, Command> = {
    echo: async (args, { stdin, stdout, stderr }) => {
      stdout.write(`${args.join('|')} ${await text(stdin)}`);
      stderr.write('aside');
      return 3;
    },
  };
  expect(await run(['echo', 'diff', 'a', '--text'], commands, 'a line')).toEqual({
    code: 3,
    stdout: 'diff|a|--text a line',
    stderr: 'aside',
  });
});

test('what a terminal would obey is shown instead, and JSON lines say the same as before', async () => {
  const said = 'a\u001b]0;owned\u0007b\u009b2Jc\u202ed\u2066\re\u2028\tf';
  const commands: Record<string, Command> = {
    say: async (_, { stdout, stderr }) => {
      stdout.write(`${said}\n`);
      stderr.write(`${said}\n`);
      return 0;
    },
    json: async (_, { stdout }) => {
      stdout.write(`${JSON.stringify({ said })}\n`);
      return 0;
    },
  };
  const shown = 'a\\u001b]0;owned\\u0007b\\u009b2Jc\\u202ed\\u2066\\u000de\\u2028\tf\n';
  expect(await run(['say'], commands)).toEqual({ code: 0, stdout: shown, stderr: shown });
  const { stdout } = await run(['json'], commands);
  expect(JSON.parse(stdout)).toEqual({ said });
  expect(stdout.trim()).not.toMatch(/[\p{Cc}\p{Bidi_Control}\p{Zl}]/u);
});

test('no command and an unknown one are one sentence on stderr and exit 1', async () => {
  const commands = { clock: async () => 0, triage: async () => 0 };
  expect(await run([], commands)).toEqual({
    code: 1,
    stdout: '',
    stderr: 'No command was given; expected one of clock, triage, help.\n',
  });
  expect(await run(['clok'], commands)).toEqual({
    code: 1,
    stdout: '',
    stderr: 'There is no command "clok"; expected one of clock, triage, help.\n',
  });
  expect((await run(['toString'], commands)).code).toBe(1);
});

test('an error meant for the reader is shown as it is; a fault is not swallowed', async () => {
  const failing = (error: Error): Record<string, Command> => ({ clock: () => Promise.reject(error) });
  expect(await run(['clock'], failing(new PlainError('--policy needs a folder.')))).toEqual({
    code: 1,
    stdout: '',
    stderr: '--policy needs a folder.\n',
  });
  await expect(run(['clock'], failing(new TypeError('a bug')))).rejects.toThrow('a bug');
});

test('help lists every command on stdout', async () => {
  const { code, stdout, stderr } = await run(['--help']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  for (const command of ['clock', 'triage', 'policy check DIR', 'policy diff A B'])
    expect(stdout).toContain(`  ${command} `);
});

test('as a program: help exits with 0, a wrong command with 1 and nothing on stdout', async () => {
  const [help, wrong] = await Promise.all([shell('help'), shell('nonsense')]);
  expect(help).toMatchObject({ code: 0, stderr: '' });
  expect(help.stdout).toContain('npm run -s caserelay -- <command>');
  expect(wrong).toEqual({
    code: 1,
    stdout: '',
    stderr:
      'There is no command "nonsense"; expected one of clock, triage, policy, case, doctor, redrive, restore, help.\n',
  });
}, 20_000);
