import { ALWAYS } from '../domain/calendar.ts';
import type { Case } from '../domain/case.ts';
import type { TriageRule } from '../domain/policy.ts';
import { compileTriage } from '../domain/triage.ts';
import { MOST_STEPS, patternSteps } from '../policy/compiler/patterns.ts';
import { makeCases, makeRules, numbers } from './triage-rules.ts';

/**
 * How long one decision takes at worst: the longest text that is stored, and patterns that cost as much as
 * the policy compiler allows, each kind against texts that suit it least. `--steps N`: at another bound.
 * Seconds of the process's own processor time; exits with 1 if a decision takes more than the goal.
 */

const GOAL_SECONDS = 1.5;
const CHARACTERS = 20_000;
const named = process.argv.indexOf('--steps');
const steps = named < 0 ? MOST_STEPS : Number(process.argv[named + 1]);

/** Kinds of patterns of which each more count makes more of the program alive at once. */
const KINDS: Readonly<Record<string, (count: number, nth: number) => string>> = {
  'x.{0,n}y': (count, nth) => `x.{0,${count}}y${nth}`,
  'x[xz]{0,n}y': (count, nth) => `x[xz]{0,${count}}y${nth}`,
  'x[\\p{L}\\s]{0,n}y': (count, nth) => `x[\\p{L}\\s]{0,${count}}y${nth}`,
  'x(?:.z?){0,n}y': (count, nth) => `x(?:.z?){0,${Math.floor(count / 2)}}y${nth}`,
  'x.{n}y': (count, nth) => `x.{${count}}y${nth}`,
  'x(?:\\b?.){0,n}y': (count, nth) => `x(?:\\b?.){0,${Math.floor(count / 2)}}y${nth}`,
};

const random = numbers(3);
const text = (share: number, other: () => string) =>
  Array.from({ length: CHARACTERS }, () => (random() < share ? 'x' : other())).join('');
const TEXTS: Readonly<Record<string, string>> = {
  'all x': text(1, () => ''),
  'half x': text(0.5, () => 'z'),
  '9 of 10 x': text(0.9, () => 'z'),
  '99 of 100 x': text(0.99, () => 'z'),
  'x among Cyrillic': text(0.9, () => String.fromCodePoint(0x400 + Math.floor(random() * 400))),
};

/** Patterns of a kind, each with this count, that together take as many steps as the bound lets them. */
function fill(kind: (count: number, nth: number) => string, count: number): string[] {
  const patterns: string[] = [];
  for (let left = steps, nth = 10; ; nth++) {
    const pattern = kind(count, nth);
    left -= patternSteps(pattern);
    if (left < 0) return patterns;
    patterns.push(pattern);
  }
}

function seconds(patterns: readonly string[], one: string): number {
  const [rule] = makeRules(1) as [TriageRule];
  const rules = patterns.map((pattern, nth) => ({
    ...rule,
    id: `rule-${nth}`,
    when: { field: 'any-text', matches: [pattern] },
  }));
  const [state] = makeCases(1, makeRules(10)) as [Case];
  const triage = compileTriage(
    { mode: 'first-match', minConfidence: 0, duplicateSeconds: 0, rules, otherwise: rule.outcome },
    { calendar: () => ALWAYS },
  );
  const before = process.cpuUsage();
  triage.decide({ ...state, fields: { ...state.fields, subject: one.slice(0, 500), text: one } });
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

let worst = 0;
console.log(
  `One decision, ${steps} steps a character, ${CHARACTERS} characters; seconds of processor time, compiling included`,
);
for (const [name, kind] of Object.entries(KINDS)) {
  for (const count of [95, 230]) {
    const patterns = fill(kind, count);
    const took = Object.entries(TEXTS).map(([what, one]) => {
      const time = seconds(patterns, one);
      worst = Math.max(worst, time);
      return `${what} ${time.toFixed(2)}`;
    });
    console.log(`  ${String(patterns.length).padStart(3)} of ${name}, n = ${count}: ${took.join(', ')}`);
  }
}
console.log(`the longest: ${worst.toFixed(2)} s, goal at most ${GOAL_SECONDS} s`);
process.exitCode = worst <= GOAL_SECONDS ? 0 : 1;
