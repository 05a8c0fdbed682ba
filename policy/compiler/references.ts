import type { Weekday } from '../../domain/calendar.ts';
import { CaseStatus, Priority } from '../../domain/event.ts';
import { TRIAGE_FIELDS } from '../../domain/triage.ts';
import { parseDuration, parseWarning } from './duration.ts';
import { publicHolidays } from './holidays.ts';
import { formatWindow, overlap, parseDays, parseWindow, parseYears } from './hours.ts';
import type { Path, PolicyFile } from './policy-file.ts';
import { describe, didYouMean } from './problems.ts';
import {
  Calendar,
  Clock,
  type Condition,
  type FileName,
  Lead,
  Outcome,
  Queue,
  Rule,
  Sources,
  Vendor,
} from './schema.ts';

/**
 * What a schema of one entry cannot see: names that must exist elsewhere, things that contradict
 * each other, rules that nothing reaches. Looks at every well-formed entry, so that one mistake
 * does not hide another.
 */
export function checkReferences(files: Readonly<Record<FileName, PolicyFile>>): void {
  const names: Names = {
    calendars: known(files.calendars, (file) => ['always', ...keysOf(file, 'calendars')]),
    queues: known(files.queues, (file) => keysOf(file, 'queues')),
    sources: known(files.sources, (file) => keysOf(file, 'sources')),
    leads: known(files.leads, (file) => idsOf(file, 'leads').filter((id) => id !== undefined)),
    categories: known(files.triage, (file) => outcomeValues(file, 'category')),
    dataClasses: known(files.triage, (file) => outcomeValues(file, 'data-class')),
  };
  const loopback = files.vendors.at(['allow-loopback']) === true;
  checkSources(files.sources, loopback);
  checkCalendars(files.calendars);
  checkClocks(files.clocks, names);
  checkTriage(files.triage, names, files.vendors);
  checkQueues(files.queues, names);
  checkVendors(files.vendors, names, loopback);
  checkLeads(files.leads, names);
}

/** Names that may be referred to; undefined while the file that has them cannot be read, so that its fault is told once. */
type Names = Readonly<
  Record<'calendars' | 'queues' | 'sources' | 'leads' | 'categories' | 'dataClasses', ReadonlySet<string> | undefined>
>;

function known(file: PolicyFile, names: (file: PolicyFile) => string[]): ReadonlySet<string> | undefined {
  return typeof file.data === 'object' && file.data !== null ? new Set(names(file)) : undefined;
}

function keysOf(file: PolicyFile, section: string): string[] {
  const data = file.at([section]);
  return typeof data === 'object' && data !== null ? Object.keys(data) : [];
}

/** Ids of a list's entries, in order; undefined for one without. */
function idsOf(file: PolicyFile, section: string): (string | undefined)[] {
  const data = file.at([section]);
  if (!Array.isArray(data)) return [];
  return data.map((_, i) => {
    const id = file.at([section, i, 'id']);
    return typeof id === 'string' ? id : undefined;
  });
}

function outcomeValues(file: PolicyFile, key: string): string[] {
  const rules = keysOf(file, 'rules').map((i) => file.at(['rules', Number(i), 'then', key]));
  return [...rules, file.at(['otherwise', key])].filter((value) => typeof value === 'string');
}

function refer(file: PolicyFile, path: Path, name: string, names: Names[keyof Names], what: string): void {
  if (names !== undefined && !names.has(name))
    file.add(path, `expected ${what}, found ${describe(name)}${didYouMean(name, names)}`);
}

function checkUnique(file: PolicyFile, section: string): void {
  const seen = new Set<string>();
  for (const [i, id] of idsOf(file, section).entries()) {
    if (id === undefined) continue;
    if (seen.has(id))
      file.add([section, i, 'id'], `expected an id that no other entry has, found ${describe(id)} again`);
    seen.add(id);
  }
}

function checkUrl(file: PolicyFile, path: Path, text: string, loopback: boolean): void {
  const { protocol, hostname } = new URL(text);
  const local = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  if (local ? !loopback : protocol !== 'https:') {
    const hint = local
      ? ' on another machine (vendors.yaml can say "allow-loopback: true" for a trial on a laptop)'
      : '';
    file.add(path, `expected an address that begins with https://${hint}, found ${describe(text)}`);
  }
}

function checkSources(file: PolicyFile, loopback: boolean): void {
  for (const { path, value } of file.entries(['sources'], Sources.shape.sources.valueType)) {
    const url = value['api-url'];
    if (url === undefined) continue;
    checkUrl(file, [...path, 'api-url'], url, loopback);
    if (value['integration-user-id'] === undefined) {
      file.add(
        [...path, 'integration-user-id'],
        'expected the id of the user that CaseRelay writes as (without it our own notes would look like news), found nothing',
      );
    }
  }
}

function checkCalendars(file: PolicyFile): void {
  const years = yearsOf(file);
  for (const { path, key, value } of file.entries(['calendars'], Calendar)) {
    if (key === 'always') file.addAtKey(path, 'expected another name: "always" exists already, found "always"');
    const given = new Map<Weekday, string>();
    for (const [days, texts] of Object.entries(value.hours)) {
      for (const day of parseDays(days)) {
        const other = given.get(day);
        if (other !== undefined)
          file.addAtKey(
            [...path, 'hours', days],
            `expected each day once, found ${day} in "${other}" and in "${days}"`,
          );
        given.set(day, days);
      }
      checkWindows(file, [...path, 'hours', days], texts);
    }
    if (!Object.values(value.hours).some((texts) => texts.length > 0)) {
      file.add([...path, 'hours'], 'expected open hours on at least one day, found none: nothing would ever be due');
    }
    for (const [date, texts] of Object.entries(value.special ?? {}))
      checkWindows(file, [...path, 'special', date], texts);
    const { region, not = [] } = value.holidays ?? {};
    const holidays = region === undefined ? [] : publicHolidays(region, years);
    for (const [i, date] of years.length === 0 ? [] : not.entries()) {
      if (!holidays.includes(date)) {
        const whose = region === undefined ? 'with a region given' : `of ${region} in ${file.at(['years'])}`;
        file.add([...path, 'holidays', 'not', i], `expected a public holiday ${whose}, found ${describe(date)}`);
      }
    }
  }
}

/** The years that the file gives, or none if it does not give them well. */
function yearsOf(file: PolicyFile): number[] {
  try {
    return parseYears(String(file.at(['years'])));
  } catch {
    return [];
  }
}

function checkWindows(file: PolicyFile, path: Path, texts: readonly string[]): void {
  const clash = overlap(texts.map(parseWindow));
  if (clash !== undefined) {
    file.add(path, `expected hours that do not overlap, found ${clash.map(formatWindow).join(' and ')}`);
  }
}

function checkClocks(file: PolicyFile, names: Names): void {
  if (keysOf(file, 'clocks').length === 0 && typeof file.at(['clocks']) === 'object')
    file.add(['clocks'], 'expected at least one clock, found none');
  for (const { path, value } of file.entries(['clocks'], Clock)) {
    const targets = Object.entries(value.targets).map(([priority, text]) => ({ priority, ...parseDuration(text) }));
    const kind = targets[0]?.kind ?? 'business';
    const mixed = (where: Path, text: string) =>
      file.add(
        where,
        `expected ${kind} time, as the clock's first target has (one clock has one calendar), found ${describe(text)}`,
      );
    for (const target of targets) {
      if (target.kind !== kind)
        mixed([...path, 'targets', target.priority], String(file.at([...path, 'targets', target.priority])));
    }
    const seen = new Set<string>();
    for (const [i, text] of (value.warnings ?? []).entries()) {
      const where = [...path, 'warnings', i];
      const warning = parseWarning(text);
      if (seen.has(warning.name)) file.add(where, `expected each warning once, found ${describe(text)} again`);
      seen.add(warning.name);
      if (!('before' in warning)) continue;
      if (warning.before.kind !== kind) mixed(where, text);
      const beyond = targets.find((target) => target.seconds <= warning.before.seconds);
      if (beyond !== undefined && warning.before.kind === kind) {
        const target = String(file.at([...path, 'targets', beyond.priority]));
        file.add(
          where,
          `expected a warning after the clock has started (the target for ${beyond.priority} is ${target}), found ${describe(text)}`,
        );
      }
    }
    if (value.calendar !== undefined)
      refer(file, [...path, 'calendar'], value.calendar, names.calendars, 'a calendar in calendars.yaml');
    else if (kind === 'business')
      file.add(
        [...path, 'calendar'],
        'expected a calendar in calendars.yaml, which says what business time is, found nothing',
      );
  }
}

type Placed<T> = { readonly path: Path; readonly value: T };

function outcomesOf(file: PolicyFile): Placed<Outcome>[] {
  const rules = file
    .entries(['rules'], Rule)
    .map(({ path, value }) => ({ path: [...path, 'then'], value: value.then }));
  const otherwise = Outcome.safeParse(file.at(['otherwise']));
  return otherwise.success ? [...rules, { path: ['otherwise'], value: otherwise.data }] : rules;
}

function checkTriage(file: PolicyFile, names: Names, vendorFile: PolicyFile): void {
  checkUnique(file, 'rules');
  let catchAll: string | undefined;
  for (const { path, value } of file.entries(['rules'], Rule)) {
    refer(file, [...path, 'owner'], value.owner, names.leads, 'the id of a lead in leads.yaml');
    if (value.when !== undefined) checkCondition(file, [...path, 'when'], value.when, names);
    if (value.id === 'otherwise')
      file.add([...path, 'id'], 'expected another name: "otherwise" stands for no rule, found "otherwise"');
    if (catchAll !== undefined) {
      file.add(
        path,
        `expected a rule that can be reached, found ${describe(value.id)} after ${describe(catchAll)}, which has no "when" and takes every case`,
      );
    }
    if (value.when === undefined) catchAll ??= value.id;
  }
  const vendors = vendorFile.entries(['vendors'], Vendor).map(({ value }) => value);
  const allVendorsRead =
    Array.isArray(vendorFile.at(['vendors'])) && vendors.length === idsOf(vendorFile, 'vendors').length;
  for (const { path, value } of outcomesOf(file)) {
    refer(file, [...path, 'queue'], value.queue, names.queues, 'a queue in queues.yaml');
    if (value.route !== 'vendor') continue;
    const { category, 'data-class': dataClass } = value;
    if (value.sensitive === true) {
      file.add(
        [...path, 'route'],
        'expected "home", because the case is sensitive and never leaves the house, found "vendor"',
      );
    } else if (
      allVendorsRead &&
      !vendors.some((vendor) => vendor.categories.includes(category) && vendor['data-classes'].includes(dataClass))
    ) {
      file.add(
        [...path, 'route'],
        `expected a vendor in vendors.yaml that takes category "${category}" with data class "${dataClass}" (or "route: home"), found none`,
      );
    }
  }
}

const OPERATORS = ['is', 'contains', 'exists'] as const;

function checkCondition(file: PolicyFile, path: Path, condition: Condition, names: Names): void {
  for (const part of ['all', 'any'] as const)
    for (const [i, inner] of (condition[part] ?? []).entries()) checkCondition(file, [...path, part, i], inner, names);
  if (condition.not !== undefined) checkCondition(file, [...path, 'not'], condition.not, names);

  const operators = OPERATORS.filter((operator) => condition[operator] !== undefined);
  const { field } = condition;
  if (field === undefined) {
    if (operators.length > 0)
      file.add([...path, 'field'], `expected the field that "${operators[0]}" looks at, found nothing`);
    else if (condition.all === undefined && condition.any === undefined && condition.not === undefined)
      file.add(path, 'expected a condition (all, any, not or field), found nothing');
    return;
  }
  if (operators.length === 0)
    file.add(path, `expected "is", "contains" or "exists" beside "field: ${field}", found none of them`);
  if (!TRIAGE_FIELDS.includes(field) && !/^custom\.\S+$/.test(field)) {
    file.add(
      [...path, 'field'],
      `expected one of ${TRIAGE_FIELDS.join(', ')} or custom.<name>, found ${describe(field)}${didYouMean(field, TRIAGE_FIELDS)}`,
    );
  }
  const values: readonly string[] | undefined = { status: CaseStatus.options, priority: Priority.options }[field];
  for (const [i, want] of [condition.is ?? []].flat().entries()) {
    const where = Array.isArray(condition.is) ? [...path, 'is', i] : [...path, 'is'];
    if (field === 'source') refer(file, where, String(want), names.sources, 'a source in sources.yaml');
    else if (values !== undefined) refer(file, where, String(want), new Set(values), `one of ${values.join(', ')}`);
  }
}

function checkQueues(file: PolicyFile, names: Names): void {
  for (const { path, value } of file.entries(['queues'], Queue)) {
    for (const [i, lead] of value.leads.entries())
      refer(file, [...path, 'leads', i], lead, names.leads, 'the id of a lead in leads.yaml');
  }
}

function checkVendors(file: PolicyFile, names: Names, loopback: boolean): void {
  checkUnique(file, 'vendors');
  for (const { path, value } of file.entries(['vendors'], Vendor)) {
    checkUrl(file, [...path, 'url'], value.url, loopback);
    refer(file, [...path, 'calendar'], value.calendar, names.calendars, 'a calendar in calendars.yaml');
    for (const [i, category] of value.categories.entries())
      refer(file, [...path, 'categories', i], category, names.categories, 'a category that triage.yaml gives');
    for (const [i, dataClass] of value['data-classes'].entries())
      refer(file, [...path, 'data-classes', i], dataClass, names.dataClasses, 'a data class that triage.yaml gives');
  }
}

function checkLeads(file: PolicyFile, names: Names): void {
  checkUnique(file, 'leads');
  for (const { path, value } of file.entries(['leads'], Lead))
    refer(file, [...path, 'calendar'], value.calendar, names.calendars, 'a calendar in calendars.yaml');
}
