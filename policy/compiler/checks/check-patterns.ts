import { MOST_STEPS, patternSteps } from '../patterns.ts';
import type { Path, PolicyFile } from '../policy-file.ts';
import { type Condition, Rule } from '../schema/triage.ts';

/** The patterns that a condition asks a field for. */
interface Asked {
  readonly path: Path;
  readonly field: string;
  readonly patterns: readonly string[];
}

interface Cost {
  readonly id: string;
  readonly steps: number;
  /** Where the rule's costliest question stands. */
  readonly path: Path;
}

/** Patterns of all rules that together make a decision slow. What several rules ask of one field is looked for once. */
export function checkPatterns(file: PolicyFile): void {
  const known = new Set<string>();
  const costs = file.entries(['rules'], Rule).flatMap(({ path, value: { id, when } }): Cost[] => {
    const asked = patternsIn(when, [...path, 'when']).map(({ field, patterns, path: where }) => {
      const fresh = patterns.filter((pattern) => !known.has(`${field} ${pattern}`));
      for (const pattern of fresh) known.add(`${field} ${pattern}`);
      return { id, path: where, steps: fresh.reduce((sum, pattern) => sum + patternSteps(pattern), 0) };
    });
    const [costliest] = asked.sort(byCost);
    return costliest === undefined ? [] : [{ ...costliest, steps: total(asked) }];
  });
  const [first, ...others] = costs.sort(byCost);
  if (first === undefined || total(costs) <= MOST_STEPS) return;
  const named = [first, ...others.slice(0, 2)].map(({ id, steps }) => `${id} (${steps})`);
  file.add(
    first.path,
    `expected regular expressions of at most ${MOST_STEPS} steps a character in all rules together (write smaller counts, ".*", or phrases with "contains", which cost next to nothing), found ${total(costs)}; the most are those of ${named.join(', ')}`,
  );
}

function patternsIn(condition: Condition | undefined, path: Path): Asked[] {
  if (condition === undefined) return [];
  const { all = [], any = [], not, field, matches } = condition;
  return [
    ...(field === undefined || matches === undefined
      ? []
      : [{ path: [...path, 'matches'], field, patterns: [...new Set([matches].flat())] }]),
    ...all.flatMap((part, nth) => patternsIn(part, [...path, 'all', nth])),
    ...any.flatMap((part, nth) => patternsIn(part, [...path, 'any', nth])),
    ...patternsIn(not, [...path, 'not']),
  ];
}

function byCost(a: { readonly steps: number }, b: { readonly steps: number }): number {
  return b.steps - a.steps;
}

function total(costs: readonly { readonly steps: number }[]): number {
  return costs.reduce((sum, { steps }) => sum + steps, 0);
}
