import { ClockName, type Priority } from '../../../domain/event.ts';
import { PROMISE_KEYS } from '../../../domain/policy.ts';
import { CLOCK_RULES } from '../../../domain/turns.ts';
import { type Duration, parseDuration, parseWarning } from '../duration.ts';
import type { Path, PolicyFile } from '../policy-file.ts';
import { describe, FormatError } from '../problems.ts';
import { type Clock, type Exception, Resolution } from '../schema/clocks.ts';
import { A_CALENDAR, A_QUEUE, A_VENDOR } from '../schema/parts.ts';
import { datedCalendars } from './check-calendars.ts';
import { businessDayOf, keysOf, type Names, refer } from './names.ts';

/** Targets as seconds, without those that cannot be read here. */
interface Targets {
  readonly kind: Duration['kind'];
  readonly targets: readonly { readonly priority: string; readonly text: string; readonly seconds: number }[];
}

/** Promises that cannot be kept as they are written: kinds of time that are mixed, warnings before the start, names that do not exist. */
export function checkClocks(file: PolicyFile, names: Names): void {
  if (keysOf(file, 'clocks').length === 0 && typeof file.at(['clocks']) === 'object')
    file.add(['clocks'], 'expected at least one clock, found none');
  const businessDay = businessDayOf(file);
  for (const { path, key, value } of file.entries(['clocks'], Resolution)) {
    const promised = checkPromise(file, path, value, names, businessDay);
    const promises = [promised];
    for (const [i, exception] of (value.exceptions ?? []).entries()) {
      const where = [...path, 'exceptions', i];
      checkWhen(file, where, exception, names);
      checkReached(file, where, exception, (value.exceptions ?? []).slice(0, i));
      promises.push(checkPromise(file, where, exception, names, businessDay, value.calendar));
    }
    checkWarnings(file, path, value, promises, businessDay);
    checkPauses(file, path, key);
  }
}

/** Promises counted in a calendar that comes to an end: after its last date, a case could not be given a deadline. */
export function checkEndless(clocks: PolicyFile, calendars: PolicyFile): void {
  const dated = datedCalendars(calendars);
  for (const { path, value } of clocks.entries(['clocks'], Resolution)) {
    const places: [Path, string | undefined][] = [
      [path, value.calendar],
      ...(value.exceptions ?? []).map(({ calendar }, i): [Path, string | undefined] => [
        [...path, 'exceptions', i],
        calendar,
      ]),
    ];
    for (const [where, calendar] of places) {
      const last = calendar === undefined ? undefined : dated.get(calendar);
      if (last !== undefined)
        clocks.add(
          [...where, 'calendar'],
          `expected a calendar with weekly hours, because a promise is timed for years, found ${describe(calendar)}, which is open on dates only, the last of them ${last}`,
        );
    }
  }
}

type Promise = Pick<Clock, 'calendar'> & { readonly targets: Partial<Record<Priority, string>> };

function checkPromise(
  file: PolicyFile,
  path: Path,
  { calendar, targets }: Promise,
  names: Names,
  businessDay: number | undefined,
  otherCalendar?: string,
): Targets {
  const read = Object.entries(targets).flatMap(([priority, text]) => {
    const duration = readHere(file, [...path, 'targets', priority], () => parseDuration(text, businessDay));
    return duration === undefined ? [] : [{ priority, text, ...duration }];
  });
  const kind = read[0]?.kind ?? 'business';
  for (const target of read)
    if (target.kind !== kind) mixed(file, [...path, 'targets', target.priority], kind, target.text);
  if (calendar !== undefined) refer(file, [...path, 'calendar'], calendar, names.calendars, A_CALENDAR);
  else if (kind === 'business' && otherCalendar === undefined)
    file.add(
      [...path, 'calendar'],
      'expected a calendar in calendars.yaml, which says what business time is, found nothing',
    );
  return { kind, targets: read };
}

/** Reads a text that the whole file is needed for; a fault is recorded. */
function readHere<T>(file: PolicyFile, path: Path, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    file.add(path, error.message);
    return undefined;
  }
}

function mixed(file: PolicyFile, path: Path, kind: Duration['kind'], text: string): void {
  file.add(
    path,
    `expected ${kind} time, as the clock's first target has (one clock has one calendar), found ${describe(text)}`,
  );
}

function checkWarnings(
  file: PolicyFile,
  path: Path,
  { warnings = [] }: Clock,
  promises: readonly Targets[],
  businessDay: number | undefined,
): void {
  const seen = new Set<string>();
  for (const [i, text] of warnings.entries()) {
    const where = [...path, 'warnings', i];
    const warning = readHere(file, where, () => parseWarning(text, businessDay));
    if (warning === undefined) continue;
    if (seen.has(warning.name)) file.add(where, `expected each warning once, found ${describe(text)} again`);
    seen.add(warning.name);
    if ('before' in warning) checkBefore(file, where, text, warning.before, promises);
  }
}

/** A time before the deadline is of the kind of every target. An exception that is too short for it is simply not warned of. */
function checkBefore(
  file: PolicyFile,
  where: Path,
  text: string,
  before: Duration,
  [promised, ...exceptions]: readonly Targets[],
): void {
  if (promised !== undefined && before.kind !== promised.kind) {
    mixed(file, where, promised.kind, text);
    return;
  }
  const other = exceptions.find(({ kind }) => kind !== before.kind);
  const beyond = promised?.targets.find((target) => target.seconds <= before.seconds);
  if (other !== undefined)
    file.add(
      where,
      `expected a share such as "75%", because an exception counts ${other.kind} time, found ${describe(text)}`,
    );
  else if (beyond !== undefined)
    file.add(
      where,
      `expected a warning after the clock has started (the target for ${beyond.priority} is ${beyond.text}), found ${describe(text)}`,
    );
}

/** Some clocks are paused by what they mean, and no policy can change that. */
function checkPauses(file: PolicyFile, path: Path, key: string): void {
  const clock = ClockName.safeParse(key).data;
  const fixed = clock === undefined ? undefined : CLOCK_RULES[clock].pauses;
  if (fixed !== undefined && file.at([...path, 'pause-on']) !== undefined)
    file.addAtKey(
      [...path, 'pause-on'],
      `expected no "pause-on", because ${clock} is paused in ${fixed.join(' and ')} by what it means, found "pause-on"`,
    );
}

function checkWhen(file: PolicyFile, path: Path, { when }: Exception, names: Names): void {
  if (Object.keys(when).length === 0)
    file.add([...path, 'when'], `expected at least one of ${PROMISE_KEYS.join(', ')}, found none`);
  const referred = { queue: [names.queues, A_QUEUE], vendor: [names.vendors, A_VENDOR] } as const;
  for (const key of ['queue', 'vendor'] as const) {
    const wanted = when[key];
    const [known, what] = referred[key];
    for (const [i, name] of [wanted ?? []].flat().entries())
      refer(file, [...path, 'when', key, ...(Array.isArray(wanted) ? [i] : [])], name, known, what);
  }
  if (Object.keys(file.at([...path, 'targets']) ?? {}).length === 0)
    file.add([...path, 'targets'], 'expected a target for at least one priority, found none');
}

/** An exception that an earlier one always comes before. */
function checkReached(file: PolicyFile, path: Path, { when, targets }: Exception, earlier: readonly Exception[]): void {
  const before = earlier.findIndex(
    (other) =>
      Object.keys(targets).every((priority) => Object.hasOwn(other.targets, priority)) &&
      PROMISE_KEYS.every((key) => {
        const [here, there] = [when[key], other.when[key]].map((values) =>
          values === undefined ? undefined : [values].flat().map((value) => value.toLowerCase()),
        );
        return there === undefined || here?.every((value) => there.includes(value));
      }),
  );
  if (before >= 0)
    file.add(
      path,
      `expected an exception that a case can reach, found one that exceptions[${before}] always comes before`,
    );
}
