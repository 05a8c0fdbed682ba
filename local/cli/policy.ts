import type { Policy } from '../../domain/policy.ts';
import { compilePolicyDir } from '../../policy/compiler/compile-policy.ts';
import { describeChanges } from '../../policy/compiler/diff/describe-changes.ts';
import { reportHorizons } from '../../policy/compiler/horizon-notes.ts';
import { formatProblem, PolicyError } from '../../policy/compiler/problems.ts';
import { coverageInWords } from '../../policy/compiler/shifts/uncovered-words.ts';
import type { CommandIo } from './io.ts';

const USAGE = `npm run -s caserelay -- policy check [DIR]    whether the policy files in DIR (policy) are in order
npm run -s caserelay -- policy diff A B       what changes from the policy in A to that in B, in words

check exits with 1 if anything is wrong: each line says where, what was expected and what was found.
It tells of holidays that end within a year, and refuses a policy whose holidays have ended.
It also says in which hours of the year to come promises run though nobody is there.
diff compares what two policies mean; comments and layout do not count.`;

/** `caserelay policy check|diff`. The exit code: 0 if all policies named are in order, else 1. */
export async function policy(args: string[], io: CommandIo, now = Date.now()): Promise<number> {
  const [action, ...dirs] = args;
  if (args.includes('--help') || args.includes('-h')) {
    io.stdout.write(`${USAGE}\n`);
    return 0;
  }
  if (action === 'check' && dirs.length <= 1) return check(dirs[0] ?? 'policy', io, now);
  const [before, after] = dirs;
  if (action === 'diff' && before !== undefined && after !== undefined && dirs.length === 2)
    return diff(before, after, io);
  io.stderr.write(`Expected "policy check DIR" or "policy diff A B"; found "${['policy', ...args].join(' ')}".\n`);
  return 1;
}

function check(dir: string, io: CommandIo, now: number): number {
  const compiled = read(dir, io);
  if (compiled === undefined) return 1;
  const { policy: checked, notes } = compiled;
  const horizon = reportHorizons(checked, now);
  if (horizon.wrong.length > 0) {
    io.stdout.write(`the policy has run out of holidays:\n${horizon.wrong.map((line) => `  ${line}\n`).join('')}`);
    return 1;
  }
  io.stdout.write(`policy ${checked.version}: ${partsOf(checked)}: in order\n`);
  if (notes.length > 0) {
    const what = notes.length === 1 ? '1 note' : `${notes.length} notes`;
    io.stdout.write(`${what}, on what is not wrong but may not be meant:\n`);
    for (const note of notes) io.stdout.write(`  ${formatProblem(note)}\n`);
  }
  if (horizon.notes.length > 0)
    io.stdout.write(`Holidays that end:\n${horizon.notes.map((line) => `  ${line}\n`).join('')}`);
  for (const line of coverageInWords(checked, now)) io.stdout.write(`${line}\n`);
  return 0;
}

function diff(before: string, after: string, io: CommandIo): number {
  const [one, other] = [read(before, io), read(after, io)];
  if (one === undefined || other === undefined) return 1;
  const lines = describeChanges(one.policy, other.policy);
  if (lines.length === 0) {
    io.stdout.write('No difference in what it means.\n');
    return 0;
  }
  io.stdout.write(`The policy changes from ${one.policy.version} to ${other.policy.version}.\n`);
  for (const line of lines) io.stdout.write(line.startsWith('## ') ? `\n${line}\n` : `${line}\n`);
  return 0;
}

/** The policy in a directory; what is wrong with it goes to stdout, as that is what was asked for. */
function read(dir: string, io: CommandIo): ReturnType<typeof compilePolicyDir> | undefined {
  try {
    return compilePolicyDir(dir);
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    io.stdout.write(`${error.message}\n`);
    return undefined;
  }
}

function partsOf({ triage, clocks, calendars, queues, agents, vendors, leads }: Policy): string {
  const counts: [number, string][] = [
    [triage.rules.length, 'rule'],
    [clocks.length, 'clock'],
    [Object.keys(calendars).length, 'calendar'],
    [Object.keys(queues).length, 'queue'],
    [agents.length, 'agent'],
    [vendors.length, 'vendor'],
    [leads.length, 'lead'],
  ];
  return counts.map(([count, what]) => `${count} ${what}${count === 1 ? '' : 's'}`).join(', ');
}
