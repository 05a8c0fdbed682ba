import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { policy } from '../../../local/cli/policy.ts';
import { SMALL } from '../../policy/small-policy.ts';

const run = (...args: string[]) => runAt('2026-11-26T00:00:00Z', ...args);

async function runAt(now: string, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const written = { stdout: '', stderr: '' };
  const into = (name: keyof typeof written) =>
    new Writable({
      write(chunk, _encoding, done) {
        written[name] += String(chunk);
        done();
      },
    });
  const io = { stdin: Readable.from([]), stdout: into('stdout'), stderr: into('stderr') };
  const code = await policy(args, io, Date.parse(now));
  return { code, ...written };
}

let root = '';
let dir = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'policies-'));
  dir = join(root, 'a');
  mkdirSync(dir);
  for (const [name, text] of Object.entries(SMALL)) writeFileSync(join(dir, `${name}.yaml`), text);
  // So that its holidays go on for more than a year from the day of the checks.
  edit('calendars.yaml', 'years: 2026', 'years: 2026-2028');
});
afterEach(() => rmSync(root, { recursive: true }));

function edit(file: string, from: string, to: string, where = dir): void {
  const path = join(where, file);
  writeFileSync(path, readFileSync(path, 'utf8').replace(from, to));
}

describe('policy check', () => {
  it('says what is there, and that it is in order', async () => {
    expect(await run('check', dir)).toEqual({
      code: 0,
      stdout: expect.stringMatching(
        /^policy [0-9a-f]{16}: 1 rule, 1 clock, 1 calendar, 1 queue, 1 agent, 1 vendor, 1 lead: in order\n$/,
      ),
      stderr: '',
    });
  });

  it('lists what is wrong, where, and fails', async () => {
    edit('triage.yaml', 'queue: general', 'queue: genral');
    edit('clocks.yaml', '8 business hours', '1 day');
    const { code, stdout } = await run('check', dir);
    expect(code).toBe(1);
    expect(stdout).toBe(
      [
        'the policy has 2 problems:',
        `  ${dir}/clocks.yaml:8:15: clocks.first-response.targets.normal: expected "8 business hours" (open hours of the calendar only) or "1 calendar day" (all hours), found "1 day"`,
        `  ${dir}/triage.yaml:13:14: rules[0].then.queue: expected a queue in queues.yaml, found "genral"; did you mean "general"?`,
        '',
      ].join('\n'),
    );
  });

  it('notes what is without effect, and does not fail for it', async () => {
    edit('queues.yaml', 'queues:\n', 'queues:\n  billing: { name: Billing, leads: [maya] }\n');
    const { code, stdout } = await run('check', dir);
    expect(code).toBe(0);
    expect(stdout.split('\n').slice(1)).toEqual([
      '1 note, on what is not wrong but may not be meant:',
      `  ${dir}/queues.yaml:2:3: queues.billing: no rule sends a case to this queue`,
      '',
    ]);
  });

  it('says in which hours nobody covers what is promised, and does not fail for it', async () => {
    edit(
      'calendars.yaml',
      'calendars:\n',
      'calendars:\n  weekend: { zone: Europe/Dublin, hours: { sat: ["09:00-12:00"] } }\n',
    );
    edit('clocks.yaml', 'calendar: office', 'calendar: weekend');
    const { code, stdout } = await run('check', dir);
    expect(code).toBe(0);
    expect(stdout.split('\n').slice(1)).toEqual([
      'Promises run in hours that nobody covers, in the year to come:',
      '  queue general: no agent is on shift and no lead on duty, but first-response runs (calendar weekend, Europe/Dublin), 156 h in all:',
      '    Sat 09:00-12:00, each week',
      "Give somebody these hours (a calendar in agents.yaml or leads.yaml), or take them out of the clock's calendar.",
      '',
    ]);
  });

  it('tells of holidays that end within a year, and refuses those that have ended', async () => {
    const place = 'calendars.yaml: calendars.office.holidays';
    const early = await runAt('2027-12-30T00:00:00Z', 'check', dir);
    expect(early.stdout).not.toContain('Holidays that end');
    // 2028 is a leap year: from its first day to its last are 365 days.
    const last = await runAt('2028-01-01T00:00:00Z', 'check', dir);
    expect(last.code).toBe(0);
    expect(last.stdout).toContain(': in order\nHolidays that end:\n');
    expect(last.stdout).toContain(`  ${place}: holidays are known until 2028-12-31, in 365 days. Write the days`);
    const over = await runAt('2029-01-01T00:00:00Z', 'check', dir);
    expect(over.code).toBe(1);
    expect(over.stdout).toContain(
      `the policy has run out of holidays:\n  ${place}: expected holidays of today, found none after 2028-12-31. `,
    );
    expect(over.stdout).not.toContain('in order');
  });

  it('has nothing to say of the holidays of the shipped policies', async () => {
    for (const shipped of ['policy', 'local/policy']) {
      const { code, stdout } = await run('check', shipped);
      expect([code, stdout.includes('Holidays that end')]).toEqual([0, false]);
    }
  });

  it('finds the shipped policy by itself', async () => {
    expect((await run('check')).stdout).toContain('22 rules, 7 clocks');
  });
});

describe('policy diff', () => {
  it('says what changes, and nothing of what does not', async () => {
    const after = join(root, 'b');
    cpSync(dir, after, { recursive: true });
    expect(await run('diff', dir, after)).toEqual({
      code: 0,
      stdout: 'No difference in what it means.\n',
      stderr: '',
    });
    edit('clocks.yaml', '8 business hours', '6 business hours', after);
    edit('vendors.yaml', 'max-offers: 2', 'max-offers: 1', after);
    const { code, stdout } = await run('diff', dir, after);
    expect(code).toBe(0);
    expect(stdout.split('\n').slice(1)).toEqual([
      '',
      '## What changes in our promises',
      '- First response for normal cases: 8 business hours → 6 business hours',
      '',
      '## What changes for vendors',
      '- Most vendors that are offered one case: 2 → 1',
      '',
    ]);
  });

  it('tells of the policy that is not in order', async () => {
    const { code, stdout } = await run('diff', dir, join(root, 'nowhere'));
    expect(code).toBe(1);
    expect(stdout).toContain('the policy has 9 problems');
  });
});

describe('policy', () => {
  it.each([[[]], [['chek', 'policy']], [['check', 'a', 'b']], [['diff', 'a']], [['diff', 'a', 'b', 'c']]])(
    'says how it is used instead of doing %j',
    async (args) => {
      expect(await run(...args)).toEqual({
        code: 1,
        stdout: '',
        stderr: `Expected "policy check DIR" or "policy diff A B"; found "${['policy', ...args].join(' ')}".\n`,
      });
    },
  );

  it('has help', async () => {
    expect(await run('diff', '--help')).toMatchObject({ code: 0, stderr: '' });
    expect((await run('--help')).stdout).toContain('policy check [DIR]');
  });
});
