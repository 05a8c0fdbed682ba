import type { Atom } from './triage-atoms.ts';
import type { Clause } from './triage-conditions.ts';

/** Clauses per rule that are looked up; a rule with more is asked in full anyway. */
const SLOTS = 4;

/**
 * Finds the rules that can hold for a case without asking them. Each rule is a bit; each slot
 * keeps one clause of every rule: the rules that have none there, and those that each atom lets
 * through. What passes all slots is a candidate.
 */
export class TriageIndex {
  readonly #words: number;
  /** Per slot, the rules that it asks nothing of. */
  readonly #free: Uint32Array;
  /** Per slot and atom, the rules that it lets through: their numbers, or their bits where they are many. */
  readonly #through: (readonly number[] | Uint32Array | undefined)[][];

  /** One entry per rule: its clauses, in any order. */
  constructor(rules: readonly (readonly Clause[])[]) {
    this.#words = Math.ceil(rules.length / 32);
    this.#free = new Uint32Array(SLOTS * this.#words);
    const lists: number[][][] = Array.from({ length: SLOTS }, () => []);
    for (const [rule, clauses] of rules.entries()) {
      const narrowFirst = [...clauses].sort((a, b) => a.weight - b.weight);
      for (const [slot, lets] of lists.entries()) {
        const clause = narrowFirst[slot];
        if (clause === undefined) setBit(this.#free, slot * this.#words, rule);
        for (const atom of clause?.atoms ?? []) {
          lets[atom] ??= [];
          lets[atom].push(rule);
        }
      }
    }
    this.#through = lists.map((lets) => lets.map((list) => (list.length > this.#words ? this.#bitsOf(list) : list)));
  }

  /** Numbers of the rules that can hold, in order, each when it is asked for: every rule that does is among them. */
  *candidates(held: ReadonlySet<Atom>): Generator<number> {
    const bits = this.#free.slice();
    for (const atom of held) {
      for (let slot = 0; slot < SLOTS; slot++) {
        const rules = this.#through[slot]?.[atom];
        if (rules === undefined) continue;
        const from = slot * this.#words;
        if (rules instanceof Uint32Array) for (let w = 0; w < this.#words; w++) or(bits, from + w, rules[w] as number);
        else for (const rule of rules) setBit(bits, from, rule);
      }
    }
    for (let w = 0; w < this.#words; w++) {
      let left = -1;
      for (let slot = 0; slot < SLOTS; slot++) left &= bits[slot * this.#words + w] as number;
      for (; left !== 0; left &= left - 1) yield w * 32 + 31 - Math.clz32(left & -left);
    }
  }

  #bitsOf(rules: readonly number[]): Uint32Array {
    const bits = new Uint32Array(this.#words);
    for (const rule of rules) setBit(bits, 0, rule);
    return bits;
  }
}

function setBit(bits: Uint32Array, from: number, bit: number): void {
  or(bits, from + (bit >>> 5), 1 << (bit & 31));
}

function or(bits: Uint32Array, word: number, value: number): void {
  bits[word] = (bits[word] as number) | value;
}
