import { contradicts, type Formula, keyOf, type Literal, provableKeys, proves } from './literals.ts';

/** Most ways of meeting a condition that are looked at one by one. */
const MOST_WAYS = 4096;

/** The ways in which a formula can hold, each a list of what holds then; undefined if there are too many to look at. */
export function waysToHold(formula: Formula): Literal[][] | undefined {
  if (formula.kind === 'literal') return [[formula.literal]];
  let ways: Literal[][] = formula.kind === 'all' ? [[]] : [];
  for (const part of formula.parts) {
    const more = waysToHold(part);
    if (more === undefined) return undefined;
    const size = formula.kind === 'all' ? ways.length * more.length : ways.length + more.length;
    if (size > MOST_WAYS) return undefined;
    ways = formula.kind === 'all' ? ways.flatMap((way) => more.map((one) => [...way, ...one])) : [...ways, ...more];
  }
  return ways;
}

/** Two literals of a way that never hold together, if there are any. */
export function contradictionIn(way: readonly Literal[]): readonly [Literal, Literal] | undefined {
  for (const [i, a] of way.entries())
    for (const b of way.slice(i + 1)) if (contradicts(a, b) || contradicts(b, a)) return [a, b];
  return undefined;
}

/** Does the formula hold whenever all of these do? Never says yes where it is not so. */
export function isProven(formula: Formula, by: readonly Literal[]): boolean {
  if (formula.kind === 'literal') return by.some((literal) => proves(literal, formula.literal));
  return formula.kind === 'all'
    ? formula.parts.every((part) => isProven(part, by))
    : formula.parts.some((part) => isProven(part, by));
}

/** Formulas by what has to be proven for them, so that a way is only held against those that it may prove. */
export class FormulaIndex {
  readonly #byKey = new Map<string, number[]>();
  readonly #always: number[] = [];

  add(formula: Formula, nth: number): void {
    const keys = keysNeeded(formula);
    if (keys === undefined) this.#always.push(nth);
    for (const key of keys ?? []) {
      const known = this.#byKey.get(key);
      if (known === undefined) this.#byKey.set(key, [nth]);
      else known.push(nth);
    }
  }

  /** Every formula that the way may prove, and some that it does not, in the order in which they were added. */
  candidates(way: readonly Literal[]): number[] {
    const found = way.flatMap(provableKeys).flatMap((key) => this.#byKey.get(key) ?? []);
    return [...new Set([...this.#always, ...found])].sort((a, b) => a - b);
  }
}

/** Keys of which at least one has to be proven for the formula to be; undefined if it can be proven without. */
function keysNeeded(formula: Formula): string[] | undefined {
  if (formula.kind === 'literal') {
    const key = keyOf(formula.literal);
    return key === undefined ? undefined : [key];
  }
  const parts = formula.parts.map(keysNeeded);
  if (formula.kind === 'all') return parts.filter((keys) => keys !== undefined).sort((a, b) => a.length - b.length)[0];
  return parts.includes(undefined) ? undefined : parts.flatMap((keys) => keys ?? []);
}
