import { describe, didYouMean, FormatError } from '../../policy/compiler/problems.ts';

/** What is wrong with one line of input: `<where>: expected …, found …`. */
export class LineError extends Error {
  override readonly name = 'LineError';
}

export function wrong(where: string, expected: string, found: unknown): LineError {
  return new LineError(`${where}: expected ${expected}, found ${describe(found)}`);
}

/** A plain object, as JSON has it. */
export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function fieldsAt(value: unknown, where: string, expected = 'an object'): Fields {
  if (!isFields(value)) throw wrong(where, expected, value);
  return value;
}

/** Runs a parser of policy texts; what it throws becomes an error of the line. */
export function reading<T>(where: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof FormatError || error instanceof RangeError) throw new LineError(`${where}: ${error.message}`);
    throw error;
  }
}

interface Issue {
  readonly code?: string | undefined;
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** The first issue of a schema as an error of the line, with the value it is about. `known`: names that could have been meant. */
export function fromIssue(
  issues: readonly Issue[],
  where: string,
  value: unknown,
  known: readonly string[] = [],
): LineError {
  const [issue] = issues;
  const path = issue?.path ?? [];
  const place = path.reduce<string>(
    (shown, key) => (typeof key === 'number' ? `${shown}[${key}]` : `${shown}.${String(key)}`),
    where,
  );
  const found = path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<PropertyKey, unknown>)[key] : undefined,
    value,
  );
  const names = known.length > 0 ? known : namesOf(issue);
  const near = typeof found === 'string' ? didYouMean(found, names) : '';
  return new LineError(`${place}: expected ${expectation(issue, names)}, found ${describe(found)}${near}`);
}

function namesOf(issue: Issue | undefined): string[] {
  return issue !== undefined && 'values' in issue && Array.isArray(issue.values) ? issue.values.map(String) : [];
}

function expectation(issue: Issue | undefined, names: readonly string[]): string {
  if (names.length === 1) return JSON.stringify(names[0]);
  if (names.length > 1) return `one of ${names.join(', ')}`;
  if (issue !== undefined && 'expected' in issue) return inWords(String(issue.expected));
  return issue?.message.startsWith('expected ') ? issue.message.slice('expected '.length) : 'something else';
}

/** What a schema calls a type, as a sentence says it. */
function inWords(type: string): string {
  if (type === 'array') return 'a list';
  return type === 'object' || type === 'record' ? 'an object' : `a ${type}`;
}
