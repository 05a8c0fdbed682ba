import { contradicts, type Formula, keyOf, type Literal, provableKeys, proves, provingFields } from './literals.ts';

/** Most ways of meeting a condition that are looked at one by one. */
const MOST_WAYS = 512;

/** The ways in which a formula can hold, each a list of what holds then; undefined if there are too many to look at. */
export function waysToHold(formula: Formula): Literal[][] | undefined {
  if (formula.kind === 'literal') return [[formula.literal]];
  const parts: Literal[][][] = [];
  for (const part of formula.parts) {
    const ways = waysToHold(part);
    if (ways === undefined) return undefined;
    parts.push(ways);
  }
  if (formula.kind === 'any') {
    const ways = parts.flat();
    return ways.length > MOST_WAYS ? undefined : ways;
  }
  if (parts.reduce((count, ways) => count * ways.length, 1) > MOST_WAYS) return undefined;
  // What holds in every way is put together once.
  const always = parts.flatMap(([way, ...others]) => (way !== undefined && others.length === 0 ? way : []));
  return parts
    .filter((ways) => ways.length !== 1)
    .reduce((ways, more) => ways.flatMap((way) => more.map((one) => [...one, ...way])), [always]);
}

/** Two literals of a way that never hold together, if there are any: what is only denied contradicts nothing that is denied. */
export function contradictionIn(way: readonly Literal[]): readonly [Literal, Literal] | undefined {
  for (const [i, a] of way.entries())
    for (let j = a.wanted ? 0 : way.length; j < way.length; j++) {
      const b = way[j] as Literal;
      if (contradicts(a, b)) return i < j ? [a, b] : [b, a];
    }
  return undefined;
}

/** What holds in one way of meeting a condition, by what it may prove. */
export class Known {
  readonly #wanted = new Map<string, Literal[]>();
  readonly #denied = new Map<string, Literal[]>();
  readonly #asWritten = new Set<string>();

  constructor(way: readonly Literal[]) {
    for (const literal of way) {
      const { field, asks, value, wanted } = literal;
      this.#asWritten.add(`${field}\n${asks}\n${value}\n${wanted}`);
      const byField = wanted ? this.#wanted : this.#denied;
      const known = byField.get(field);
      if (known === undefined) byField.set(field, [literal]);
      else known.push(literal);
    }
  }

  /** Does the formula hold whenever all of these do? Never says yes where it is not so. */
  proves(formula: Formula): boolean {
    if (formula.kind === 'literal') return this.#provesLiteral(formula.literal);
    return formula.kind === 'all'
      ? formula.parts.every((part) => this.proves(part))
      : formula.parts.some((part) => this.proves(part));
  }

  #provesLiteral(literal: Literal): boolean {
    const { field, asks, value, wanted } = literal;
    if (this.#asWritten.has(`${field}\n${asks}\n${value}\n${wanted}`)) return true;
    const proven = (known: Literal) => proves(known, literal);
    return provingFields(literal).some(
      (name) => this.#wanted.get(name)?.some(proven) || (!wanted && this.#denied.get(name)?.some(proven)),
    );
  }
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
