import { RE2JS, RE2Set } from 're2js';
import type { Calendar } from './calendar.ts';
import type { Case } from './case.ts';
import { type FieldValue, readField, type TriageFacts } from './triage-fields.ts';
import { clean, fold, wordsOf } from './words.ts';

/**
 * Atoms: the single questions that a policy's rules put to a case ("channel is chat", "any-text
 * contains refund"), each counted once however many rules ask it. All of them are answered in one
 * pass over the case, so that the cost is that of the case and not that of the rules.
 */
export type Atom = number;

/**
 * Most characters of a field that patterns look at: a subject of 500, a line break and a text of 20,000,
 * which is what is stored of a case. Made plain, a text can be eighteen times as long as it came.
 */
const MOST_CHARACTERS = 20_501;

/** What a field is asked. */
export interface FieldName {
  readonly field: string;
  readonly withinSeconds?: number | undefined;
}

interface Bounds {
  readonly atLeast: number;
  readonly atMost: number;
  readonly atom: Atom;
}

/** All that rules ask of one field. */
interface Questions extends FieldName {
  readonly values: Map<string, Atom>;
  readonly phrases: Phrases;
  readonly patterns: Patterns;
  readonly bounds: Bounds[];
  present?: Atom;
  absent?: Atom;
}

export class Atoms {
  #count = 0;
  readonly #questions = new Map<string, Questions>();
  readonly #during = new Map<string, Atom>();
  readonly #calendar: (name: string) => Calendar;

  constructor(calendar: (name: string) => Calendar) {
    this.#calendar = calendar;
  }

  get count(): number {
    return this.#count;
  }

  /** The field is this value, or has it among its values. */
  is(name: FieldName, value: string | number | boolean): Atom {
    return this.#once(this.#of(name).values, fold(String(value)));
  }

  /** The field has the words of the phrase in it, one after the other. */
  contains(name: FieldName, phrase: string): Atom {
    return this.#of(name).phrases.add(wordsOf(phrase), this.#next);
  }

  /** The pattern is found in the field. */
  matches(name: FieldName, pattern: string): Atom {
    return this.#of(name).patterns.add(pattern, this.#next);
  }

  exists(name: FieldName, wanted: boolean): Atom {
    const questions = this.#of(name);
    const side = wanted ? 'present' : 'absent';
    questions[side] ??= this.#next();
    return questions[side];
  }

  /** The field is a number within both bounds. */
  within(name: FieldName, atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY): Atom {
    const { bounds } = this.#of(name);
    const known = bounds.find((one) => one.atLeast === atLeast && one.atMost === atMost);
    if (known !== undefined) return known.atom;
    const atom = this.#next();
    bounds.push({ atLeast, atMost, atom });
    return atom;
  }

  /** The case was opened while the calendar was open. */
  during(calendar: string): Atom {
    return this.#once(this.#during, calendar);
  }

  /** The atoms that hold for a case. */
  holding(state: Case, facts: TriageFacts): ReadonlySet<Atom> {
    const held = new Set<Atom>();
    for (const questions of this.#questions.values()) {
      answer(questions, readField(state, facts, questions.field, questions.withinSeconds), held);
    }
    if (state.openedAt !== undefined) {
      const openedAt = Date.parse(state.openedAt);
      const calendar = facts.calendar ?? this.#calendar;
      for (const [name, atom] of this.#during) if (calendar(name).isOpen(openedAt)) held.add(atom);
    }
    return held;
  }

  readonly #next = (): Atom => this.#count++;

  #once(atoms: Map<string, Atom>, key: string): Atom {
    const atom = atoms.get(key) ?? this.#next();
    atoms.set(key, atom);
    return atom;
  }

  #of(name: FieldName): Questions {
    const key = `${name.field} ${name.withinSeconds ?? ''}`;
    const known = this.#questions.get(key);
    if (known !== undefined) return known;
    const questions = { ...name, values: new Map(), phrases: new Phrases(), patterns: new Patterns(), bounds: [] };
    this.#questions.set(key, questions);
    return questions;
  }
}

function answer(questions: Questions, value: FieldValue, held: Set<Atom>): void {
  const { values, phrases, patterns, bounds, present, absent } = questions;
  if (value === undefined) {
    if (absent !== undefined) held.add(absent);
    return;
  }
  if (present !== undefined) held.add(present);
  let left = MOST_CHARACTERS;
  for (const one of Array.isArray(value) ? value : [value]) {
    const text = String(one);
    if (values.size > 0) {
      const atom = values.get(fold(text));
      if (atom !== undefined) held.add(atom);
    }
    if (!phrases.isEmpty) phrases.find(wordsOf(text), held);
    if (!patterns.isEmpty && left > 0) {
      const seen = clean(text).slice(0, left);
      patterns.find(seen, held);
      left -= seen.length;
    }
  }
  const number = numberOf(value);
  for (const { atLeast, atMost, atom } of bounds) if (number >= atLeast && number <= atMost) held.add(atom);
}

/** A number, or one written as text; else NaN, which no bounds hold for. */
function numberOf(value: FieldValue): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
}

interface PhraseNode {
  readonly next: Map<string, PhraseNode>;
  atom?: Atom;
}

/** Phrases by their words, one after the other: all are looked for in one walk over a text. */
class Phrases {
  readonly #root: PhraseNode = { next: new Map() };

  get isEmpty(): boolean {
    return this.#root.next.size === 0;
  }

  add(words: readonly string[], next: () => Atom): Atom {
    let node = this.#root;
    for (const word of words) {
      const following = node.next.get(word) ?? { next: new Map() };
      node.next.set(word, following);
      node = following;
    }
    node.atom ??= next();
    return node.atom;
  }

  find(words: readonly string[], held: Set<Atom>): void {
    for (let start = 0; start < words.length; start++) {
      let node = this.#root.next.get(words[start] as string);
      for (let i = start + 1; node !== undefined; i++) {
        if (node.atom !== undefined) held.add(node.atom);
        const word = words[i];
        node = word === undefined ? undefined : node.next.get(word);
      }
    }
  }
}

/** Patterns, looked for in one pass whose time grows with the text and the size of the patterns, which the compiler bounds (ADR 0017). */
class Patterns {
  readonly #atoms = new Map<string, Atom>();
  #set: { readonly patterns: RE2Set; readonly atoms: readonly Atom[] } | undefined;

  get isEmpty(): boolean {
    return this.#atoms.size === 0;
  }

  add(pattern: string, next: () => Atom): Atom {
    const atom = this.#atoms.get(pattern) ?? next();
    this.#atoms.set(pattern, atom);
    return atom;
  }

  find(text: string, held: Set<Atom>): void {
    this.#set ??= this.#compile();
    for (const nth of this.#set.patterns.match(text)) held.add(this.#set.atoms[nth] as Atom);
  }

  #compile() {
    const patterns = new RE2Set(RE2Set.UNANCHORED, RE2JS.CASE_INSENSITIVE);
    for (const pattern of this.#atoms.keys()) patterns.add(pattern);
    patterns.compile();
    return { patterns, atoms: [...this.#atoms.values()] };
  }
}
