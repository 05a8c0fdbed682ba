import { createHash } from 'node:crypto';
import { type CaseFacts, caseFacts, type TimedRow } from './case-facts.ts';
import { withChanges } from './changes.ts';
import {
  checkColumns,
  ExportError,
  guessMapping,
  mappingNamed,
  type NamedMapping,
  shippedMappings,
} from './mapping.ts';
import { readRows } from './read-rows.ts';
import type { Step } from './send.ts';
import { timeReader } from './time-format.ts';
import { standardWebhook } from './webhook.ts';

export interface ExportOptions {
  readonly file: string;
  /** Name of a shipped mapping or a file; guessed from the columns if absent. */
  readonly mapping?: string | undefined;
  /** Only the first so many cases of the file. */
  readonly limit?: number | undefined;
  /** Seconds that the whole export is squeezed into. By default 100, or as many as the local engine keeps up with. */
  readonly seconds?: number | undefined;
  /** Makes case and event ids differ from those of another replay of the same file; may be empty. */
  readonly run: string;
  /** The Standard Webhooks secret of a source. Throws if there is none. */
  readonly secretOf: (source: string) => string;
}

export interface ExportReplay {
  readonly steps: readonly Step[];
  readonly mapping: string;
  readonly source: string;
  readonly rows: number;
  readonly cases: number;
  readonly events: number;
  /** From the first event of the export to its last, seconds. */
  readonly spanSeconds: number;
  /** What it takes in the replay. */
  readonly seconds: number;
  /** How many times faster than in the export time passes, on average. 1: not compressed. */
  readonly factor: number;
  /** What was read, left out and how time is treated, in sentences for the person at the terminal. */
  readonly notes: readonly string[];
}

const SHORTEST_SECONDS = 100;
/**
 * What an event costs the local engine with all that it sets off, in events: an opened case is
 * triaged, handed off and warned about.
 */
const WORK = { opened: 10, other: 1 };
/** Work that it does in a second without falling behind, with room to spare. */
const WORK_PER_SECOND = 14;
const LINES_NAMED = 5;

/**
 * Reads an export and makes of it the webhooks of a replay, to be sent from now on. Throws
 * ExportError, whose message is for the person at the terminal.
 */
export async function readExport(options: ExportOptions): Promise<ExportReplay> {
  const { named, cases, rows, badTimes } = await readCases(options);
  const { mapping } = named;
  const secret = options.secretOf(mapping.source);
  const openedAt = timeReader(mapping.time.format, mapping.time.zone);
  const told = [...cases].map(([number, ofCase]) => {
    const first = mapping.openedAt === undefined ? undefined : ofCase[0]?.values[mapping.openedAt];
    return { number, ...caseFacts(ofCase, mapping, first === undefined ? undefined : openedAt(first)) };
  });
  const events = told
    .flatMap(({ number, facts }) => facts.map((fact, nth) => ({ number, nth, fact })))
    .sort((a, b) => a.fact.at - b.fact.at);
  const [first, last] = [events[0], events.at(-1)];
  if (first === undefined || last === undefined) throw new ExportError(`The export ${options.file} tells of no case.`);

  const spanSeconds = (last.fact.at - first.fact.at) / 1000;
  const workOf = ({ type }: { readonly type: string }) => (type === 'opened' ? WORK.opened : WORK.other);
  const allWork = events.reduce((sum, { fact }) => sum + workOf(fact), 0);
  const seconds = options.seconds ?? Math.max(SHORTEST_SECONDS, Math.ceil(allWork / WORK_PER_SECOND));
  const squeezed = spanSeconds > seconds;
  let workBefore = 0;
  const steps = events.map(({ number, nth, fact }): Step => {
    const even = (workBefore / allWork) * seconds;
    workBefore += workOf(fact);
    const atSeconds = squeezed ? even : (fact.at - first.fact.at) / 1000;
    const id = `ev_${createHash('sha256').update(`${options.run}|${mapping.source}|${number}|${nth}`).digest('hex').slice(0, 32)}`;
    const { type, data } = fact;
    const caseNumber = options.run === '' ? number : `${number}.${options.run}`;
    const make = (at: number) =>
      // Rows that share an instant are in the export's own order.
      standardWebhook({ source: mapping.source, number: caseNumber, id, type, at, sequence: nth, data }, secret);
    return { atSeconds, make };
  });
  const factor = squeezed ? spanSeconds / seconds : 1;
  const summary = {
    steps,
    mapping: named.name,
    source: mapping.source,
    rows,
    cases: cases.size,
    events: events.length,
    spanSeconds,
    seconds: squeezed ? seconds : spanSeconds,
    factor,
  };
  return { ...summary, notes: notesOf(summary, badTimes, told) };
}

export interface CasesRead {
  readonly named: NamedMapping;
  readonly cases: ReadonlyMap<string, TimedRow[]>;
  readonly rows: number;
  /** Lines whose time or case cannot be read. */
  readonly badTimes: readonly number[];
}

/** The rows of an export, by case. Throws ExportError. */
export async function readCases({
  file,
  mapping: wanted,
  limit,
}: Pick<ExportOptions, 'file' | 'mapping' | 'limit'>): Promise<CasesRead> {
  let named = wanted === undefined ? undefined : mappingNamed(wanted);
  let timeOf: ((text: string) => number | undefined) | undefined;
  const cases = new Map<string, TimedRow[]>();
  const badTimes: number[] = [];
  let rows = 0;
  for await (const row of readRows(file)) {
    if (named === undefined || timeOf === undefined) {
      const header = Object.keys(row.values);
      named ??= guessMapping(header, shippedMappings());
      checkColumns(header, named);
      timeOf = timeReader(named.mapping.time.format, named.mapping.time.zone);
    }
    const number = caseNumber(row.values[named.mapping.caseId] ?? '');
    const known = cases.get(number);
    // The rest of a file is read for further rows of the cases that count.
    if (known === undefined && limit !== undefined && cases.size >= limit) continue;
    rows += 1;
    const at = timeOf(row.values[named.mapping.time.column] ?? '');
    if (at === undefined || number === '' || number.length > 180) {
      badTimes.push(row.line);
      continue;
    }
    const { changes } = named.mapping;
    const timed = { ...(changes === undefined ? row : withChanges(row, changes)), at };
    if (known === undefined) cases.set(number, [timed]);
    else known.push(timed);
  }
  if (named === undefined) throw new ExportError(`The export ${file} has no rows.`);
  if (cases.size === 0 && badTimes.length > 0) {
    const { column, format } = named.mapping.time;
    throw new ExportError(`No row of ${file} has a case and a time as the mapping says (${column}: ${format}).`);
  }
  return { named, cases, rows, badTimes };
}

/** A case's id as it may stand in ours: no spaces and no "#". */
function caseNumber(text: string): string {
  return text.trim().replace(/[\s#%\p{Cc}]/gu, (character) => encodeURIComponent(character));
}

function notesOf(
  replay: Omit<ExportReplay, 'notes'>,
  badTimes: readonly number[],
  told: readonly Pick<CaseFacts, 'unknown'>[],
): string[] {
  const { rows, cases, events, mapping, spanSeconds, seconds, factor } = replay;
  const count = (n: number) => n.toLocaleString('en');
  const notes = [
    `${count(rows)} rows of ${count(cases)} cases make ${count(events)} events (mapping ${mapping}).`,
    factor === 1
      ? `They are replayed in their own time: ${Math.round(seconds)} s.`
      : `Time is compressed: ${spanInWords(spanSeconds)} pass in ${Math.round(seconds)} s, about ${count(Math.round(factor))} times faster. Events keep their order and come as fast as the local engine keeps up with, so quiet stretches pass faster than busy ones.`,
  ];
  if (badTimes.length > 0) {
    const shown = badTimes.slice(0, LINES_NAMED).join(', ') + (badTimes.length > LINES_NAMED ? ', …' : '');
    notes.push(`${count(badTimes.length)} rows were left out: no case or no readable time (lines ${shown}).`);
  }
  const unknown = new Map<string, number>();
  for (const value of told.flatMap((one) => one.unknown)) unknown.set(value, (unknown.get(value) ?? 0) + 1);
  if (unknown.size > 0) {
    const shown = [...unknown].slice(0, LINES_NAMED).map(([value, times]) => `${value} (${times})`);
    notes.push(
      `Values that the mapping does not know were passed over: ${shown.join(', ')}${unknown.size > LINES_NAMED ? ', …' : ''}.`,
    );
  }
  return notes;
}

function spanInWords(seconds: number): string {
  const units = [
    ['days', 86_400],
    ['hours', 3600],
    ['minutes', 60],
  ] as const;
  const [name, size] = units.find(([, length]) => seconds >= 2 * length) ?? ['seconds', 1];
  return `${Math.round(seconds / size).toLocaleString('en')} ${name}`;
}
