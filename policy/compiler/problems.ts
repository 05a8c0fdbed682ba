import { listed } from '../../domain/listed.ts';

/** One thing that is wrong in a policy file, where it is, and what was expected there. */
export interface Problem {
  /** File, as shown to the author. */
  readonly file: string;
  /** Both from 1. */
  readonly line: number;
  readonly column: number;
  /** Where in the file's data, e.g. `clocks.resolution.targets.high`. */
  readonly path: string;
  /** `expected …, found …` */
  readonly message: string;
}

/** A policy that cannot be compiled. The message lists every problem, one a line, as `file:line:column: path: expected …, found …`. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
    super(`the policy has ${count}:\n${problems.map((problem) => `  ${formatProblem(problem)}`).join('\n')}`);
    this.problems = problems;
  }
}

export function formatProblem({ file, line, column, path, message }: Problem): string {
  return `${file}:${line}:${column}: ${path}: ${message}`;
}

/** A text that is not of the form it should have; `expected` says which that is, `meant` what was probably meant. */
export class FormatError extends Error {
  override readonly name = 'FormatError';
  readonly expected: string;
  readonly meant: string | undefined;

  constructor(expected: string, found: string, meant?: string) {
    super(`expected ${expected}, found ${describe(found)}${asking(meant)}`);
    this.expected = expected;
    this.meant = meant;
  }
}

/** `; did you mean "…"?`, or nothing. */
export function asking(meant: string | undefined): string {
  return meant === undefined ? '' : `; did you mean ${JSON.stringify(meant)}?`;
}

/** A value as an error message shows it. */
export function describe(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return Object.keys(value).length === 0 ? 'an empty mapping' : 'a mapping';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 70 ? `${text.slice(0, 67)}…` : text;
}

/** `"a", "b" and "c"` */
export function listedInQuotes(names: readonly string[]): string {
  return listed(names.map((name) => `"${name}"`));
}

/** `; did you mean "…"?` for the closest of the known names, or nothing if none is close. */
export function didYouMean(found: string, known: Iterable<string>): string {
  let best: string | undefined;
  let least = Math.max(1, Math.min(3, Math.floor(found.length / 3))) + 1;
  for (const name of known) {
    const distance = editDistance(found.toLowerCase(), name.toLowerCase(), least);
    if (distance < least) [best, least] = [name, distance];
  }
  return asking(best);
}

/** Insertions, deletions, replacements and swaps of neighbours that turn one text into the other, counted up to `limit`. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      row.push(cost);
    }
    [beforeLast, last] = [last, row];
  }
  return last[b.length] ?? limit;
}
