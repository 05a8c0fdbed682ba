import type { Command, CommandIo } from './cli/io.ts';
import { plainOutput } from './plain-output.ts';
import { PlainError } from './progress.mjs';

const USAGE = `npm run -s caserelay -- <command> [options]

  clock                due times, elapsed time and every clock of a case: JSON lines in, JSON lines out
  triage               what triage decides for a case, and why: JSON lines in, JSON lines out
  policy check DIR     whether the policy files in DIR are in order
  policy diff A B      what changes between two policies, in words
  case ID              the story of one case of a deployment: what happened, who holds it, what is promised
  doctor               what a deployment lacks, and what to do about it
  redrive [QUEUE …]    puts what lies in the dead-letter queues of a deployment back into its pipeline
  restore              two steps of restoring the table: prepare it, copy what came in since
  help                 this text

Paths are relative to the project's folder. A command says more with --help.`;

/** How a command is found: loaded when it is asked for, so that one is not slowed by the others. */
type Commands = Readonly<Record<string, () => Promise<Command>>>;

const fromFile = (name: string) => async (): Promise<Command> => (await import(`./cli/${name}.ts`))[name];

const COMMANDS: Commands = {
  clock: fromFile('clock'),
  triage: fromFile('triage'),
  policy: fromFile('policy'),
  case: async () => (await import('./cli/case.ts')).tellCase,
  doctor: fromFile('doctor'),
  redrive: fromFile('redrive'),
  restore: fromFile('restore'),
};

const HELP: ReadonlySet<string | undefined> = new Set(['help', '--help', '-h']);

/**
 * Runs one command with what follows its name. Only the command itself writes to stdout, and nothing that a terminal would obey.
 * @returns the exit code: the command's own, or 1 with a sentence on stderr when the command is unknown or fails
 */
export async function caserelay(
  args: readonly string[],
  { stdin, ...out }: CommandIo,
  commands: Commands = COMMANDS,
): Promise<number> {
  const io: CommandIo = { stdin, stdout: plainOutput(out.stdout), stderr: plainOutput(out.stderr) };
  const [name, ...rest] = args;
  if (HELP.has(name)) {
    io.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const load = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (load === undefined) {
    const wrong = name === undefined ? 'No command was given' : `There is no command "${name}"`;
    io.stderr.write(`${wrong}; expected one of ${Object.keys(commands).join(', ')}, help.\n`);
    return 1;
  }
  try {
    const command = await load();
    return await command(rest, io);
  } catch (error) {
    // A sentence for the reader is shown as it is; anything else is a fault of ours and keeps its stack.
    if (!(error instanceof PlainError)) throw error;
    io.stderr.write(`${error.message}\n`);
    return 1;
  }
}

if (import.meta.main) {
  // Whoever reads our output may have seen enough: `| head` is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  const { stdin, stdout, stderr } = process;
  process.exitCode = await caserelay(process.argv.slice(2), { stdin, stdout, stderr });
}
