import { parseDuration } from '../duration.ts';
import type { Path, PolicyFile } from '../policy-file.ts';
import { describe, didYouMean, FormatError, listedInQuotes } from '../problems.ts';
import type { FileName } from '../schema.ts';
import { asName } from '../schema-issues.ts';

export type Files = Readonly<Record<FileName, PolicyFile>>;

const KINDS = ['calendars', 'lists', 'queues', 'sources', 'leads', 'vendors', 'categories', 'dataClasses'] as const;

/** Names that may be referred to; undefined while the file that has them cannot be read, so that its fault is told once. */
export type Names = Readonly<Record<(typeof KINDS)[number], ReadonlySet<string> | undefined>>;

/** The names that the files of a policy define. */
export function namesOf(files: Files): Names {
  const hasRules = Array.isArray(files.triage.at(['rules']));
  return {
    calendars: known(files.calendars, (file) => ['always', ...keysOf(file, 'calendars')]),
    lists: known(files.triage, (file) => keysOf(file, 'lists')),
    queues: known(files.queues, (file) => keysOf(file, 'queues')),
    sources: known(files.sources, (file) => keysOf(file, 'sources')),
    leads: known(files.leads, (file) => idsOf(file, 'leads').filter((id) => id !== undefined)),
    vendors: known(files.vendors, (file) => idsOf(file, 'vendors').filter((id) => id !== undefined)),
    categories: hasRules ? known(files.triage, (file) => outcomeValues(file, 'category')) : undefined,
    dataClasses: hasRules ? known(files.triage, (file) => outcomeValues(file, 'data-class')) : undefined,
  };
}

function known(file: PolicyFile, names: (file: PolicyFile) => string[]): ReadonlySet<string> | undefined {
  return typeof file.data === 'object' && file.data !== null ? new Set(names(file)) : undefined;
}

/** Keys of a mapping, or indices of a list. */
export function keysOf(file: PolicyFile, section: string): string[] {
  const data = file.at([section]);
  return typeof data === 'object' && data !== null ? Object.keys(data) : [];
}

/** Ids of a list's entries, in order; undefined for one without. */
export function idsOf(file: PolicyFile, section: string): (string | undefined)[] {
  const data = file.at([section]);
  if (!Array.isArray(data)) return [];
  return data.map((_, i) => {
    const id = file.at([section, i, 'id']);
    return typeof id === 'string' ? id : undefined;
  });
}

function outcomeValues(file: PolicyFile, key: string): string[] {
  const rules = keysOf(file, 'rules').map((i) => file.at(['rules', Number(i), 'then', key]));
  const others = ['unsure', 'otherwise'].map((outcome) => file.at([outcome, key]));
  return [...rules, ...others].filter((value) => typeof value === 'string');
}

/** Records a name that does not exist; `what` says what it should be the name of. */
export function refer(
  file: PolicyFile,
  path: Path,
  name: string,
  names: ReadonlySet<string> | undefined,
  what: string,
) {
  if (names !== undefined && !names.has(name))
    file.add(path, `expected ${what}, found ${describe(name)}${whichThereAre(name, names, what)}`);
}

/** Most names that are listed where none is close to the one that was found. */
const MOST_NAMES = 8;

function whichThereAre(name: string, names: ReadonlySet<string>, what: string): string {
  const near = names.has(asName(name)) ? asName(name) : name;
  const meant = didYouMean(near, names);
  if (meant !== '' || names.size > MOST_NAMES || what.startsWith('one of')) return meant;
  return names.size === 0
    ? ' (there is none)'
    : `; there ${names.size === 1 ? 'is' : 'are'} ${listedInQuotes([...names])}`;
}

/** Records each name of a list that does not exist. */
export function referAll(
  file: PolicyFile,
  path: Path,
  listed: readonly string[],
  names: ReadonlySet<string> | undefined,
  what: string,
): void {
  for (const [i, name] of listed.entries()) refer(file, [...path, i], name, names, what);
}

/** Records each id that an earlier entry of the list has. */
export function checkUnique(file: PolicyFile, section: string): void {
  const seen = new Set<string>();
  for (const [i, id] of idsOf(file, section).entries()) {
    if (id === undefined) continue;
    if (seen.has(id))
      file.add([section, i, 'id'], `expected an id that no other entry has, found ${describe(id)} again`);
    seen.add(id);
  }
}

/** How long a business day is, in seconds, if clocks.yaml says it well. */
export function businessDayOf(clocks: PolicyFile): number | undefined {
  const text = clocks.at(['business-day']);
  try {
    return typeof text === 'string' ? parseDuration(text).seconds : undefined;
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}
