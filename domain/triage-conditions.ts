import type { Match } from './event.ts';
import { type Condition, conditionsIn } from './policy.ts';
import type { Atom, Atoms, FieldName } from './triage-atoms.ts';

/** Atoms of which at least one holds whenever the condition does. */
export interface Clause {
  readonly atoms: readonly Atom[];
  /** How many cases it is likely to let through: the least is asked first. */
  readonly weight: number;
}

/** A condition, ready to be asked again and again. */
export interface CompiledCondition {
  readonly holds: (held: ReadonlySet<Atom>) => boolean;
  /** What held, in the policy's words; only asked when the condition holds. */
  readonly matches: (held: ReadonlySet<Atom>) => Match[];
  /** What must hold for the condition to: all of the clauses. */
  readonly clauses: readonly Clause[];
}

/** Longest text of the policy that a match repeats. */
const MOST_CHARACTERS = 120;

/** Compiles a condition; without one, every case fits. */
export function compileCondition(condition: Condition | undefined, atoms: Atoms): CompiledCondition {
  if (condition === undefined) return allOf([]);
  const compiled = (part: Condition) => compileCondition(part, atoms);
  const parts = (condition.all ?? []).map(compiled);
  if (condition.any !== undefined) parts.push(anyOf(condition.any.map(compiled)));
  if (condition.not !== undefined) parts.push(notOf(compiled(condition.not), condition.not));
  if (condition.during !== undefined) {
    const match = { field: 'openedAt', operator: 'during', value: condition.during };
    parts.push(leaf([[atoms.during(condition.during), match]], 10));
  }
  if (condition.field !== undefined) parts.push(...fieldParts(condition.field, condition, atoms));
  const [first] = parts;
  return parts.length === 1 && first !== undefined ? first : allOf(parts);
}

function fieldParts(field: string, condition: Condition, atoms: Atoms): CompiledCondition[] {
  const { withinSeconds, list, atLeast, atMost, exists } = condition;
  const name: FieldName = { field, withinSeconds };
  const say = (operator: string, value: string): Match => ({ field, operator, value: cut(value) });
  const parts: CompiledCondition[] = [];
  if (condition.is !== undefined) {
    // A list may hold customers' ids; its name says enough.
    const match = (value: string) => (list === undefined ? say('is', value) : say('is in', list));
    const weight = field === 'requesterId' || field === 'tags' || field.startsWith('custom.') ? 1 : 4;
    parts.push(
      leaf(
        condition.is.map((value) => [atoms.is(name, value), match(String(value))]),
        weight,
      ),
    );
  }
  if (condition.contains !== undefined) {
    const match = (phrase: string) => say('contains', list === undefined ? phrase : `${list}: ${phrase}`);
    parts.push(
      leaf(
        condition.contains.map((phrase) => [atoms.contains(name, phrase), match(phrase)]),
        1,
      ),
    );
  }
  if (condition.matches !== undefined) {
    parts.push(
      leaf(
        condition.matches.map((pattern) => [atoms.matches(name, pattern), say('matches', pattern)]),
        1,
      ),
    );
  }
  if (exists !== undefined) {
    parts.push(leaf([[atoms.exists(name, exists), say('exists', exists ? 'yes' : 'no')]], 20));
  }
  if (atLeast !== undefined || atMost !== undefined) {
    const match = say('is', boundsInWords(condition));
    parts.push(leaf([[atoms.within(name, atLeast, atMost), match]], 10));
  }
  return parts;
}

/** One of the atoms holds. */
function leaf(choices: readonly (readonly [Atom, Match])[], weight: number): CompiledCondition {
  const atoms = [...new Set(choices.map(([atom]) => atom))];
  const wanted = new Set(atoms);
  return {
    // Whichever is shorter is gone through: a list may have hundreds of phrases, a case holds few atoms.
    holds: (held) => (held.size < atoms.length ? some(held, wanted) : some(atoms, held)),
    matches: (held) => choices.filter(([atom]) => held.has(atom)).map(([, match]) => match),
    clauses: [{ atoms, weight: weight * atoms.length }],
  };
}

function some(atoms: Iterable<Atom>, among: ReadonlySet<Atom>): boolean {
  for (const atom of atoms) if (among.has(atom)) return true;
  return false;
}

function allOf(parts: readonly CompiledCondition[]): CompiledCondition {
  return {
    holds: (held) => parts.every((part) => part.holds(held)),
    matches: (held) => parts.flatMap((part) => part.matches(held)),
    clauses: parts.flatMap((part) => part.clauses),
  };
}

function anyOf(parts: readonly CompiledCondition[]): CompiledCondition {
  const best = parts.map(({ clauses }) => narrowest(clauses));
  const clause = {
    atoms: [...new Set(best.flatMap((one) => one?.atoms ?? []))],
    weight: best.reduce((sum, one) => sum + (one?.weight ?? 0), 0),
  };
  return {
    holds: (held) => parts.some((part) => part.holds(held)),
    matches: (held) => parts.filter((part) => part.holds(held)).flatMap((part) => part.matches(held)),
    // A part that can hold without any atom, such as a `not`, leaves nothing that must hold.
    clauses: best.includes(undefined) ? [] : [clause],
  };
}

function notOf(part: CompiledCondition, condition: Condition): CompiledCondition {
  const match = { field: fieldsOf(condition).join(', '), operator: 'not', value: cut(inWords(condition)) };
  return { holds: (held) => !part.holds(held), matches: () => [match], clauses: [] };
}

/** The clause that lets the fewest cases through. */
export function narrowest(clauses: readonly Clause[]): Clause | undefined {
  return clauses.reduce<Clause | undefined>(
    (best, clause) => (best === undefined || clause.weight < best.weight ? clause : best),
    undefined,
  );
}

function fieldsOf(condition: Condition): string[] {
  const fields = conditionsIn(condition).flatMap(({ field, during }) => [field, during && 'openedAt']);
  return [...new Set(fields.filter((field) => field !== undefined))];
}

/** A condition as a sentence without its end: "region is US or USA". */
export function inWords(condition: Condition): string {
  const { field, list, is, contains, matches, exists, during } = condition;
  const values = (words: readonly unknown[]) => (list === undefined ? words.join(' or ') : `one of ${list}`);
  const said = [
    condition.all && `all of (${condition.all.map(inWords).join('; ')})`,
    condition.any && `any of (${condition.any.map(inWords).join('; ')})`,
    condition.not && `not (${inWords(condition.not)})`,
    is && `${field} is ${values(is)}`,
    contains && `${field} contains ${values(contains)}`,
    matches && `${field} matches ${matches.join(' or ')}`,
    exists === undefined ? undefined : `${field} ${exists ? 'exists' : 'does not exist'}`,
    condition.atLeast === undefined && condition.atMost === undefined
      ? undefined
      : `${field} is ${boundsInWords(condition)}`,
    during === undefined ? undefined : `opened during ${during}`,
  ];
  return said.filter((part) => part !== undefined).join(' and ');
}

function boundsInWords({ atLeast, atMost, withinSeconds }: Condition): string {
  const bounds = [
    atLeast === undefined ? undefined : `at least ${atLeast}`,
    atMost === undefined ? undefined : `at most ${atMost}`,
  ];
  const within = withinSeconds === undefined ? '' : ` within ${spanInWords(withinSeconds)}`;
  return `${bounds.filter((bound) => bound !== undefined).join(' and ')}${within}`;
}

/** Seconds in the largest unit that divides them: "30 days", "36 hours". */
function spanInWords(seconds: number): string {
  for (const [name, length] of [
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
  ] as const) {
    if (seconds % length === 0) return seconds === length ? `1 ${name}` : `${seconds / length} ${name}s`;
  }
  return `${seconds} seconds`;
}

function cut(text: string): string {
  return text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS - 1)}…`;
}
