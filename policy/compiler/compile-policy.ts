import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Weekday, Window } from '../../domain/calendar.ts';
import type { ClockPolicy, Condition, Outcome, Policy } from '../../domain/policy.ts';
import { parseDuration, parseWarning } from './duration.ts';
import { publicHolidays } from './holidays.ts';
import { parseDays, parseWindow, parseYears } from './hours.ts';
import { PolicyFile } from './policy-file.ts';
import { didYouMean, PolicyError, type Problem } from './problems.ts';
import { checkReferences } from './references.ts';
import { type Authored, FILES, type FileName } from './schema.ts';

export interface CompileOptions {
  /** Years whose public holidays are worked out, instead of those that calendars.yaml names. */
  readonly years?: readonly number[];
}

const NAMES = Object.keys(FILES) as FileName[];

/**
 * Compiles the policy in a directory. The same files give the same policy, on any day and any
 * machine. `files` are the paths that were read. Throws PolicyError, which lists every problem.
 */
export function compilePolicyDir(dir: string, options: CompileOptions = {}): { policy: Policy; files: string[] } {
  const files = NAMES.map((name) => join(dir, `${name}.yaml`));
  const texts: Partial<Record<FileName, string>> = {};
  const problems = unknownFiles(dir);
  for (const [i, name] of NAMES.entries()) {
    const text = read(files[i] as string, problems);
    if (text !== undefined) texts[name] = text;
  }
  return { policy: compile(texts, (name) => shown(join(dir, `${name}.yaml`)), problems, options), files };
}

/** Compiles a policy from the texts of its files. Throws PolicyError, which lists every problem. */
export function compilePolicy(texts: Readonly<Record<FileName, string>>, options: CompileOptions = {}): Policy {
  return compile(texts, (name) => `${name}.yaml`, [], options);
}

/** A path as an author wants to see it: relative to where the command runs, if it is inside. */
function shown(path: string): string {
  const near = relative(process.cwd(), path);
  return near.startsWith('..') ? path : near;
}

function problemWithFile(path: string, message: string): Problem {
  return { file: shown(path), line: 1, column: 1, path: '(file)', message };
}

/** A misspelt file would be silently without effect, so it is a problem. */
function unknownFiles(dir: string): Problem[] {
  let found: string[];
  try {
    found = readdirSync(dir);
  } catch {
    return [];
  }
  const known = NAMES.map((name) => `${name}.yaml`);
  return found
    .filter((name) => /\.ya?ml$/.test(name) && !known.includes(name))
    .sort()
    .map((name) =>
      problemWithFile(join(dir, name), `expected one of ${known.join(', ')}, found ${name}${didYouMean(name, known)}`),
    );
}

function read(path: string, problems: Problem[]): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const found = code === 'ENOENT' ? 'none' : code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'other bytes' : code;
    problems.push(problemWithFile(path, `expected a file with UTF-8 text, found ${found}`));
    return undefined;
  }
}

function compile(
  texts: Partial<Record<FileName, string>>,
  shownAs: (name: FileName) => string,
  problems: readonly Problem[],
  options: CompileOptions,
): Policy {
  const files = Object.fromEntries(
    NAMES.map((name) => [name, new PolicyFile(shownAs(name), texts[name] ?? '')]),
  ) as Record<FileName, PolicyFile>;
  const missing = new Set(NAMES.filter((name) => texts[name] === undefined));
  const authored = Object.fromEntries(
    NAMES.filter((name) => !missing.has(name)).map((name) => [name, files[name].check(FILES[name].schema as never)]),
  ) as Partial<Authored>;
  checkReferences(files);
  const found = NAMES.filter((name) => !missing.has(name)).flatMap((name) =>
    [...files[name].problems].sort((a, b) => a.line - b.line || a.column - b.column),
  );
  if (problems.length + found.length > 0) throw new PolicyError([...problems, ...found]);
  const body = build(authored as Authored, options);
  return { version: createHash('sha256').update(canonicalJson(body)).digest('hex').slice(0, 16), ...body };
}

function build(authored: Authored, options: CompileOptions): Omit<Policy, 'version'> {
  const { sources, calendars, clocks, triage, queues, vendors, leads, alerting } = authored;
  const years = options.years ?? parseYears(String(calendars.years));
  return {
    organisation: sources.organisation,
    sources: mapValues(sources.sources, (source) => ({
      kind: source.kind,
      ...defined({ apiUrl: source['api-url'], integrationUserId: source['integration-user-id'] }),
    })),
    calendars: mapValues(calendars.calendars, (calendar) => buildCalendar(calendar, years)),
    clocks: Object.entries(clocks.clocks).map(([name, clock]) => buildClock(name as ClockPolicy['clock'], clock)),
    defaultPriority: clocks['default-priority'],
    triage: {
      mode: 'first-match',
      minConfidence: 0,
      duplicateSeconds: 0,
      rules: triage.rules.map(({ id, owner, reason, when, then: outcome }) => ({
        id,
        owner,
        reason,
        score: 1,
        ...(when === undefined ? {} : { when: buildCondition(when) }),
        outcome: buildOutcome(outcome),
      })),
      otherwise: buildOutcome(triage.otherwise),
    },
    queues: mapValues(queues.queues, (queue) => ({
      name: queue.name,
      leads: queue.leads,
      ...defined({ groupId: queue['group-id'] }),
    })),
    vendors: vendors.vendors.map((vendor) => ({
      id: vendor.id,
      name: vendor.name,
      url: vendor.url,
      calendar: vendor.calendar,
      languages: vendor.languages,
      dataClasses: vendor['data-classes'],
      categories: vendor.categories,
      packetFields: vendor.packet,
      answerSeconds: parseDuration(vendor['answer-within']).seconds,
      workSeconds: parseDuration(vendor['work-within']).seconds,
    })),
    agents: [],
    exposure: { casesPerDay: 0, minutesPerDay: 0, coolDownSeconds: 0, expectedMinutes: 0 },
    allowLoopback: vendors['allow-loopback'] ?? false,
    maxOffers: vendors['max-offers'],
    leads: leads.leads,
    alerting: {
      from: alerting.from,
      rungs: alerting.rungs.map(({ to, wait }) => ({ to, waitSeconds: parseDuration(wait).seconds })),
      linkDays: alerting['link-days'],
    },
  };
}

function buildCalendar(
  { zone, hours, holidays = {}, special }: Authored['calendars']['calendars'][string],
  years: readonly number[],
): Policy['calendars'][string] {
  const weekly: Partial<Record<Weekday, Window[]>> = {};
  for (const [days, texts] of Object.entries(hours))
    for (const day of parseDays(days)) weekly[day] = buildWindows(texts);
  const days = new Set(holidays.region === undefined ? [] : publicHolidays(holidays.region, years));
  for (const date of holidays.also ?? []) days.add(date);
  for (const date of holidays.not ?? []) days.delete(date);
  return {
    zone,
    weekly: weekly as Record<string, [number, number][]>,
    holidays: [...days].sort(),
    ...(special === undefined ? {} : { special: mapValues(special, buildWindows) }),
  };
}

function buildWindows(texts: readonly string[]): [number, number][] {
  return texts.map((text): [number, number] => [...parseWindow(text)]).sort((a, b) => a[0] - b[0]);
}

function buildClock(
  clock: ClockPolicy['clock'],
  authored: NonNullable<Authored['clocks']['clocks']['resolution']>,
): ClockPolicy {
  const targets = mapValues(authored.targets, parseDuration);
  return {
    clock,
    // Calendar time is time that no calendar stops; that all targets agree on it has been checked.
    calendar: targets.normal.kind === 'calendar' ? 'always' : (authored.calendar ?? 'always'),
    targets: mapValues(targets, (target) => target.seconds),
    exceptions: [],
    warnings: (authored.warnings ?? []).map((text) => {
      const warning = parseWarning(text);
      return 'share' in warning ? warning : { name: warning.name, secondsBefore: warning.before.seconds };
    }),
    pauseOn: authored['pause-on'] ?? [],
    onReopen: authored['on-reopen'] ?? 'resume',
  };
}

function buildCondition(authored: NonNullable<Authored['triage']['rules'][number]['when']>): Condition {
  const { all, any, not, field, is, contains, exists } = authored;
  return defined({
    all: all?.map(buildCondition),
    any: any?.map(buildCondition),
    not: not === undefined ? undefined : buildCondition(not),
    field,
    is: is === undefined ? undefined : [is].flat(),
    contains: contains === undefined ? undefined : [contains].flat(),
    exists,
  });
}

function buildOutcome(authored: Authored['triage']['otherwise']): Outcome {
  return {
    category: authored.category,
    queue: authored.queue,
    route: authored.route ?? 'home',
    sensitive: authored.sensitive ?? false,
    dataClass: authored['data-class'],
    tags: authored.tags ?? [],
    skills: [],
    ...defined({ priority: authored.priority }),
  };
}

/** The entries that have a value: an absent key and one that is undefined must not differ in the version. */
function defined<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as never;
}

function mapValues<K extends string, A, B>(values: Readonly<Record<K, A>>, change: (value: A) => B): Record<K, B> {
  return Object.fromEntries(Object.entries<A>(values).map(([key, value]) => [key, change(value)])) as Record<K, B>;
}

/** JSON with the keys of every object sorted. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
}
