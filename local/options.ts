import { parseArgs } from 'node:util';
import { DEMO_POLICY } from './local-policy.ts';
import { PlainError } from './progress.mjs';

/** What `npm start -- …` was told. */
export interface StartOptions {
  readonly help: boolean;
  /** Run the replay to its end, print the summary, exit. */
  readonly once: boolean;
  /** Folder of the policy to run. */
  readonly policy: string;
  /** An export to replay instead of the samples. */
  readonly events: string | undefined;
  readonly mapping: string | undefined;
  readonly limit: number | undefined;
  readonly seconds: number | undefined;
}

export const USAGE = `npm start -- [options]

  --once            run the replay to its end, print a summary, and exit: with 0 only if nothing was lost, stuck or refused
  --policy DIR      run the policy in DIR instead of the demo's; vendors and CRMs are toys here too
  --events FILE     replay this export instead of the samples: CSV or JSON lines, plain or .gz
  --mapping NAME    how its columns map: a name in local/mappings or a file; guessed from the columns if left out
  --limit N         only the first N cases of the export
  --seconds S       squeeze the export into S seconds
  --help            this text

CASERELAY_ENGINE_PORT and CASERELAY_TOYS_PORT choose other ports; AWS_ENDPOINT_URL another engine.
"npm run engine" in another terminal keeps an engine for several starts.`;

/** Reads the command line. Throws PlainError for what it does not know. */
export function readOptions(args: readonly string[]): StartOptions {
  const { values } = parse(args);
  const number = (name: 'limit' | 'seconds') => {
    const text = values[name];
    if (text === undefined) return undefined;
    if (!/^[1-9]\d*$/.test(text)) throw new PlainError(`--${name} is "${text}"; expected a whole number above 0`);
    return Number(text);
  };
  for (const name of ['mapping', 'limit', 'seconds'] as const) {
    if (values[name] !== undefined && values.events === undefined)
      throw new PlainError(`--${name} goes with --events FILE`);
  }
  return {
    help: values.help ?? false,
    once: values.once ?? false,
    policy: values.policy ?? DEMO_POLICY,
    events: values.events,
    mapping: values.mapping,
    limit: number('limit'),
    seconds: number('seconds'),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean' },
        once: { type: 'boolean' },
        policy: { type: 'string' },
        events: { type: 'string' },
        mapping: { type: 'string' },
        limit: { type: 'string' },
        seconds: { type: 'string' },
      },
    });
  } catch (error) {
    throw new PlainError(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
  }
}

/** Throws a plain sentence when the engine and the toys are given one port. */
export function assertTwoPorts(enginePort: number, toysPort: number): void {
  if (enginePort === toysPort)
    throw new PlainError(
      `CASERELAY_ENGINE_PORT and CASERELAY_TOYS_PORT are both ${toysPort}; the engine and the toys need a port each.`,
    );
}

/** A port from an environment variable, or the usual one. */
export function portOf(variable: string, usual: number): number {
  const text = process.env[variable];
  if (text === undefined || text === '') return usual;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1024 || port > 65_535)
    throw new PlainError(`${variable} is "${text}"; expected a port from 1024 to 65535`);
  return port;
}
