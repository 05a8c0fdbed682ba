import { listed } from '../../../domain/listed.ts';

/** What the notes on a changed policy are made of: short phrases in the words of the policy files. */

const UNITS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;

/** Whole seconds as a lead would write them: "90 business minutes", "2 calendar days". */
export function durationInWords(seconds: number, kind: 'business' | 'calendar'): string {
  const units = UNITS.filter(([name]) => kind === 'calendar' || name !== 'day');
  const [name, size] = units.find(([, length]) => seconds % length === 0) ?? ['second', 1];
  const amount = seconds / size;
  return `${amount} ${kind} ${name}${amount === 1 ? '' : 's'}`;
}

/** "a", "a and b", "a, b and c"; "none" for nothing. */
export function listedOrNone(names: readonly string[]): string {
  return listed(names) || 'none';
}

export function quoted(values: readonly unknown[]): string {
  return listedOrNone(values.map((value) => JSON.stringify(value)));
}

/** What the second list has more and what it has less. */
export function difference<T>(before: readonly T[], after: readonly T[]): { added: T[]; removed: T[] } {
  return {
    added: after.filter((one) => !before.includes(one)),
    removed: before.filter((one) => !after.includes(one)),
  };
}

/** "languages: now also es; no longer en", or nothing if the lists have the same in them. */
export function listChange(
  what: string,
  before: readonly string[],
  after: readonly string[],
  show: (names: readonly string[]) => string = listedOrNone,
): string[] {
  const { added, removed } = difference(before, after);
  const said = [
    ...(added.length > 0 ? [`now also ${show(added)}`] : []),
    ...(removed.length > 0 ? [`no longer ${show(removed)}`] : []),
  ];
  return said.length === 0 ? [] : [`${what}: ${said.join('; ')}`];
}

/** "capacity: 10 → 12", or nothing if it is the same. */
export function valueChange(what: string, before: unknown, after: unknown): string[] {
  return before === after ? [] : [`${what}: ${shown(before)} → ${shown(after)}`];
}

function shown(value: unknown): string {
  if (value === undefined) return 'none';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return String(value);
}

/** Each line with what it is about in front. */
export function about(subject: string, lines: readonly string[]): string[] {
  return lines.map((line) => `${subject}, ${line}`);
}

/** Entries by id that were added, removed, or are in both. */
export function matched<T extends { readonly id: string }>(
  before: readonly T[],
  after: readonly T[],
): { added: T[]; removed: T[]; both: (readonly [T, T])[] } {
  return {
    added: after.filter(({ id }) => !before.some((one) => one.id === id)),
    removed: before.filter(({ id }) => !after.some((one) => one.id === id)),
    both: before.flatMap((one) => {
      const other = after.find(({ id }) => id === one.id);
      return other === undefined ? [] : [[one, other] as const];
    }),
  };
}

/** The entries of a mapping, as a list with ids. */
export function withIds<T extends object>(entries: Readonly<Record<string, T>>): (T & { readonly id: string })[] {
  return Object.entries(entries).map(([id, entry]) => ({ ...entry, id }));
}
