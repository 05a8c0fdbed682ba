import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ClockName } from '../../domain/event.ts';
import type { Receipt } from '../../domain/receipt.ts';
import { receiptText } from '../../domain/receipt-text.ts';
import { answerCaseLine, answerReplayLine } from './clock-case.ts';
import { instantOf } from './clock-instant.ts';
import { Policies } from './clock-policy.ts';
import { answerCalendarLine, answerLocalLine } from './clock-questions.ts';
import type { CommandIo } from './io.ts';
import { answerLines } from './json-lines.ts';
import { type Fields, LineError, wrong } from './line-error.ts';

const USAGE = `npm run -s caserelay -- clock [--policy DIR] [--now INSTANT] [--receipt [CLOCK]] [--text] [--zone ZONE] < lines

Reads JSON objects, one a line, and answers each with one, in order:
  {"calendar": {…} or "name", "start": "…", "target": "8 business hours", "end": …, "pauses": […]}
  {"events": […], "policy": "DIR" or {"clocks": {…}, "calendars": {…}}, "now": "…", "receipt": "resolution"}
  {"receipt": 1, "replay": {…}, …}   a receipt, worked out anew

  --policy DIR      policy of the lines that name none (default: policy/)
  --now INSTANT     the present of the lines that name none
  --receipt [CLOCK] add the receipt of one clock to each case, or of all
  --text            receipts as text instead of JSON
  --zone ZONE       whose wall clock the text shows (default: that of the clock's calendar)

docs/cli.md has every field. A line that cannot be read gives {"line", "error"}; the others go on.
`;

interface Settings {
  readonly directory: string;
  readonly now: number | undefined;
  readonly receipts: ClockName | true | undefined;
  readonly text: boolean;
  readonly zone: string | undefined;
}

/** Answers questions about deadlines, JSON lines in and out. Exit code 0 however many lines were bad, 1 for a wrong usage. */
export async function clock(args: string[], io: CommandIo): Promise<number> {
  let settings: Settings | 'help';
  try {
    settings = settingsOf(args);
  } catch (error) {
    io.stderr.write(`${(error as Error).message}\n\n${USAGE}`);
    return 1;
  }
  if (settings === 'help') {
    io.stdout.write(USAGE);
    return 0;
  }
  const policies = new Policies();
  const read = settings;
  await answerLines(io, (line) => answer(line, policies, read));
  return 0;
}

function settingsOf(args: readonly string[]): Settings | 'help' {
  const { values } = parseArgs({
    args: withValue(args),
    options: {
      policy: { type: 'string' },
      now: { type: 'string' },
      receipt: { type: 'string' },
      text: { type: 'boolean' },
      zone: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) return 'help';
  const { receipt, zone } = values;
  const one = ClockName.safeParse(receipt);
  if (receipt !== undefined && receipt !== 'all' && !one.success)
    throw wrong('--receipt', `one of ${ClockName.options.join(', ')}`, receipt);
  if (zone !== undefined) new Intl.DateTimeFormat('en', { timeZone: zone });
  const text = values.text ?? false;
  return {
    directory: values.policy ?? fileURLToPath(new URL('../../policy', import.meta.url)),
    now: values.now === undefined ? undefined : instantOf(values.now, '--now'),
    receipts: one.success ? one.data : receipt === 'all' ? true : undefined,
    text,
    zone,
  };
}

/** `--receipt` may stand without a clock. */
function withValue(args: readonly string[]): string[] {
  return args.flatMap((arg, i) => {
    const next = args[i + 1];
    return arg === '--receipt' && (next === undefined || next.startsWith('-')) ? ['--receipt', 'all'] : [arg];
  });
}

function answer(line: Fields, policies: Policies, settings: Settings): string {
  const { answer: found, receipts } = answerLine(line, policies, settings);
  if (settings.text && receipts.length > 0) return receipts.map((one) => textOf(one, settings)).join('\n\n');
  return JSON.stringify(line.id === undefined ? found : { id: line.id, ...found });
}

function answerLine(
  line: Fields,
  policies: Policies,
  { directory, now, receipts, text }: Settings,
): { answer: Fields; receipts: readonly Receipt[] } {
  if ('events' in line) {
    const asked = receipts ?? (text ? true : undefined);
    return answerCaseLine(line, { policies, directory, now, receipts: asked });
  }
  if ('replay' in line) return { answer: answerReplayLine(line), receipts: [] };
  if ('local' in line) return { answer: answerLocalLine(line), receipts: [] };
  if ('calendar' in line) return { answer: answerCalendarLine(line, policies, directory), receipts: [] };
  throw new LineError('expected "calendar", "events" or "replay" in the line, found none of them');
}

function textOf(receipt: Receipt, { zone }: Settings): string {
  return receiptText(receipt, zone ?? receipt.calendar.zone).trimEnd();
}
