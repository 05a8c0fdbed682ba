import { cpus } from 'node:os';
import { ALWAYS } from '../domain/calendar.ts';
import type { Case } from '../domain/case.ts';
import type { TriageRule } from '../domain/policy.ts';
import { compileTriage, type Triage } from '../domain/triage.ts';
import { installPeers } from './peers.ts';
import { peer } from './triage-peer.ts';
import { makeCases, makeRules } from './triage-rules.ts';

/**
 * How long a decision takes: 200 rules beside json-rules-engine on the same rules and cases, which
 * have to be decided the same, and 2,000 rules beside 200. `node bench/triage.ts`. Exits with 1
 * when they are not, or when a goal is missed.
 */
const GOALS = { timesFaster: 10, growth: 4 };
const ROUNDS = 31;
const PEER_ROUNDS = 3;

installPeers();
console.log(
  `Node ${process.version}, ${cpus()[0]?.model} × ${cpus().length}, ${new Date().toISOString().slice(0, 10)}\n`,
);

const many = makeRules(2000);
const few = many.slice(0, 200);
const cases = makeCases(200, few);

const small = compile('200 rules', few);
const large = compile('2,000 rules', many);
const scored = compile('200 rules, scored', few, 'scored');

const peers = [];
for (const inTurn of [true, false]) {
  const name = `json-rules-engine, 200 rules, ${inTurn ? 'one after the other until one holds' : 'all at once'}`;
  const decide = await peer(few, inTurn);
  let found = 0;
  for (const state of cases) {
    const [ours, theirs] = [small.decide(state).ruleId, await decide(state)];
    if (ours !== theirs) throw new Error(`${state.caseId}: caserelay says ${ours}, ${name} says ${theirs}`);
    if (ours !== 'otherwise') found++;
  }
  console.log(`${name}: all ${cases.length} cases decided the same (${found} by a rule)`);
  peers.push({ name, decide });
}

const [smallTime = Number.NaN, largeTime = Number.NaN, scoredTime = Number.NaN] = timeOurs([small, large, scored]);
console.log('\nper decision, median of rounds over all cases');
for (const [name, time] of [
  ['caserelay, 200 rules', smallTime],
  ['caserelay, 200 rules, scored', scoredTime],
  ['caserelay, 2,000 rules', largeTime],
] as const) {
  console.log(`  ${name}: ${micro(time)}`);
}
let best = Number.POSITIVE_INFINITY;
for (const { name, decide } of peers) {
  const time = await timePeer(decide);
  best = Math.min(best, time);
  console.log(`  ${name}: ${micro(time)}`);
}

console.log('\nGoals');
const [faster, growth] = [best / smallTime, largeTime / smallTime];
const met = [faster >= GOALS.timesFaster, growth < GOALS.growth];
console.log(
  `  200 rules, against json-rules-engine at its best: ${faster.toFixed(1)} times faster, goal at least ${GOALS.timesFaster}`,
);
console.log(`  2,000 rules against 200: ${growth.toFixed(2)} times the time, goal less than ${GOALS.growth}`);
console.log(met.every(Boolean) ? 'all met' : 'MISSED');
process.exitCode = met.every(Boolean) ? 0 : 1;

function compile(name: string, rules: TriageRule[], mode: 'first-match' | 'scored' = 'first-match'): Triage {
  const otherwise = { ...(rules[0] as TriageRule).outcome, category: 'unknown' };
  const from = performance.now();
  const triage = compileTriage(
    { mode, minConfidence: 0, duplicateSeconds: 0, rules, otherwise },
    { calendar: () => ALWAYS },
  );
  const compiled = performance.now();
  triage.decide(cases[0] as Case);
  const first = performance.now();
  console.log(
    `${name}: compiled in ${(compiled - from).toFixed(1)} ms, first decision ${(first - compiled).toFixed(1)} ms`,
  );
  return triage;
}

/** Median ns per decision of each, taken in turns so that all see the same machine. */
function timeOurs(engines: readonly Triage[]): number[] {
  const times: number[][] = engines.map(() => []);
  for (let round = 0; round < ROUNDS + 5; round++) {
    for (const [nth, engine] of engines.entries()) {
      const from = process.hrtime.bigint();
      for (let again = 0; again < 5; again++) for (const state of cases) engine.decide(state);
      // The first rounds warm up.
      if (round >= 5) times[nth]?.push(Number(process.hrtime.bigint() - from) / cases.length / 5);
    }
  }
  return times.map(median);
}

async function timePeer(decide: (state: Case) => Promise<string>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < PEER_ROUNDS; round++) {
    const from = process.hrtime.bigint();
    for (const state of cases) await decide(state);
    times.push(Number(process.hrtime.bigint() - from) / cases.length);
  }
  return median(times);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function micro(ns: number): string {
  return `${(ns / 1000).toFixed(1)} µs`;
}
