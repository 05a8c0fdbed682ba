import { MOST_STEPS, MOST_STEPS_TELLING, patternSteps } from '../patterns.ts';
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

/** Patterns of all rules that together make a decision slow, and those of rules that tell at once, which are asked of every message. */
export function checkPatterns(file: PolicyFile): void {
  const rules = file.entries(['rules'], Rule);
  const telling = rules.filter(({ value: { tell } }) => tell === 'now');
  if (!bound(rules, MOST_STEPS, 'in all rules', file))
    bound(telling, MOST_STEPS_TELLING, 'in all rules with "tell: now"', file);
}

type Entries = readonly { readonly path: Path; readonly value: Rule }[];

/** Whether the patterns of these rules cost more than they may. What several rules ask of one field is looked for once. */
function bound(rules: Entries, most: number, which: string, file: PolicyFile): boolean {
  const known = new Set<string>();
  const costs = rules.flatMap(({ path, value: { id, when } }): Cost[] => {
    const asked = patternsIn(when, [...path, 'when']).map(({ field, patterns, path: where }) => {
      const fresh = patterns.filter((pattern) => !known.has(`${field} ${pattern}`));
      for (const pattern of fresh) known.add(`${field} ${pattern}`);
      return { id, path: where, steps: fresh.reduce((sum, pattern) => sum + patternSteps(pattern), 0) };
    });
    const [costliest] = asked.sort(byCost);
    return costliest === undefined ? [] : [{ ...costliest, steps: total(asked) }];
  });
  const [first, ...others] = costs.sort(byCost);
  if (first === undefined || total(costs) <= most) return false;
  const named = [first, ...others.slice(0, 2)].map(({ id, steps }) => `${id} (${steps})`);
  file.add(
    first.path,
    `expected regular expressions of at most ${most} steps a character ${which} together (write smaller counts, ".*", or phrases with "contains", which cost next to nothing), found ${total(costs)}; the most are those of ${named.join(', ')}`,
  );
  return true;
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
