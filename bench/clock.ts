import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { installPeers } from './peers.ts';

/**
 * Due and elapsed over a week and over five years, against the npm packages that know zones and
 * holidays. `node bench/clock.ts`. Exits with 1 when a goal is missed.
 */
const ZONE = 'America/New_York';
const GOALS = { longOverShort: 2, timesFasterLong: 50, timesFasterShort: 5 };
const TIME_LIMIT_MS = 120_000;

/** Federal holidays of those five years that fall on working days. */
const HOLIDAYS = [
  ...['2026-05-25', '2026-06-19', '2026-09-07', '2026-11-26', '2026-12-25'],
  ...['2027-01-01', '2027-01-18', '2027-02-15', '2027-05-31', '2027-09-06', '2027-11-25'],
  ...['2028-01-17', '2028-02-21', '2028-05-29', '2028-06-19', '2028-07-04', '2028-09-04', '2028-11-23', '2028-12-25'],
  ...['2029-01-01', '2029-01-15', '2029-02-19', '2029-05-28', '2029-06-19', '2029-07-04', '2029-09-03', '2029-11-22'],
  ...['2029-12-25', '2030-01-01', '2030-01-21', '2030-02-18', '2030-05-27', '2030-06-19', '2030-07-04', '2030-09-02'],
  ...['2030-11-28', '2030-12-25'],
];

/**
 * From Tuesday 2026-03-03, 10:00 in New York. A week on, daylight saving has begun: 40 hours. Five
 * years to Monday 2031-03-03, 10:00: 1,304 working days less 37 holidays are 10,136 hours.
 */
const SPANS = [
  { name: 'a week', start: '2026-03-03T15:00:00.000Z', minutes: 40 * 60, end: '2026-03-10T14:00:00.000Z' },
  { name: 'five years', start: '2026-03-03T15:00:00.000Z', minutes: 10_136 * 60, end: '2031-03-03T15:00:00.000Z' },
];

/** `TZ set`: knows no zones of its own and takes the process's, which is set for it. */
const PEERS = [
  'moment-business-time',
  'dayjs-business-time',
  'dayjs-business-time, TZ set',
  'opening_hours, TZ set',
  'working-time-calculator',
];

type Question = 'due' | 'elapsed';
interface Run {
  readonly coldMs: number;
  readonly results: readonly Partial<Record<Question, { answer: number; ns: number }>>[];
}

installPeers();
console.log(
  `Node ${process.version}, ${cpus()[0]?.model} × ${cpus().length}, ${new Date().toISOString().slice(0, 10)}\n`,
);
const ours = run('caserelay');
if (typeof ours === 'string') throw new Error(`our own calendar: ${ours}`);
check('caserelay', ours, true);
console.log(`caserelay, first question, nothing laid out yet, five years: ${ours.coldMs.toFixed(1)} ms`);
const best = new Map<string, { name: string; ns: number }>();
for (const name of PEERS) compare(name);

const missed: string[] = [];
console.log('\nGoals');
for (const question of ['due', 'elapsed'] as const) {
  const [short, long] = [time(question, 0), time(question, 1)];
  goal(`${question}: five years against a week, ×`, Math.max(long / short, short / long), '<=', GOALS.longOverShort);
  for (const [i, times] of [GOALS.timesFasterShort, GOALS.timesFasterLong].entries()) {
    const peer = best.get(`${question} ${i}`);
    if (peer === undefined) throw new Error(`no peer answers ${question} over ${SPANS[i]?.name}`);
    goal(
      `${question}: ${SPANS[i]?.name}, against ${peer.name}, times faster`,
      peer.ns / time(question, i),
      '>=',
      times,
    );
  }
}
process.exitCode = missed.length === 0 ? 0 : 1;

/** A calculator's answers and times, in a process of its own; or why there are none. */
function run(name: string): Run | string {
  const child = spawnSync(
    process.execPath,
    [
      fileURLToPath(new URL('clock-peers.mjs', import.meta.url)),
      name,
      JSON.stringify({ zone: ZONE, holidays: HOLIDAYS, spans: SPANS }),
    ],
    {
      encoding: 'utf8',
      timeout: TIME_LIMIT_MS,
      env: { ...process.env, TZ: name.endsWith('TZ set') ? ZONE : 'UTC' },
    },
  );
  if (child.error !== undefined) return `no answer within ${TIME_LIMIT_MS / 1000} s`;
  if (child.status !== 0) return child.stderr.trim().split('\n').at(-1) ?? 'failed';
  return JSON.parse(child.stdout);
}

function compare(name: string): void {
  const peer = run(name);
  if (typeof peer === 'string') console.log(`${name}: left out, ${peer}`);
  else check(name, peer, false);
}

/** Prints a calculator's times; one with another answer than ours does not count as a peer for that question. */
function check(name: string, { results }: Run, own: boolean): void {
  for (const [i, { name: span, minutes, start, end }] of SPANS.entries()) {
    const right = { due: Date.parse(end), elapsed: minutes };
    for (const question of ['due', 'elapsed'] as const) {
      const result = results[i]?.[question];
      const what = `${name}, ${question}, ${span}`;
      if (result === undefined) {
        console.log(`${what}: not offered`);
        continue;
      }
      if (result.answer !== right[question]) {
        if (own) throw new Error(`${what} from ${start}: ${result.answer}, expected ${right[question]}`);
        console.log(`${what}: left out, another answer (${result.answer} for ${right[question]})`);
        continue;
      }
      console.log(`${what}: ${(result.ns / 1000).toFixed(2)} µs`);
      const key = `${question} ${i}`;
      if (!own && result.ns < (best.get(key)?.ns ?? Number.POSITIVE_INFINITY)) best.set(key, { name, ns: result.ns });
    }
  }
}

function time(question: Question, span: number): number {
  return typeof ours === 'string' ? Number.NaN : (ours.results[span]?.[question]?.ns ?? Number.NaN);
}

function goal(what: string, value: number, sign: '<=' | '>=', limit: number): void {
  const met = sign === '<=' ? value <= limit : value >= limit;
  if (!met) missed.push(what);
  console.log(`${met ? 'met   ' : 'MISSED'} ${what}: ${value.toFixed(1)} (goal ${sign} ${limit})`);
}
