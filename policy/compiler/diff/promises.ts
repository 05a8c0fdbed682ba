import { CLOCK_NAMES } from '../../../domain/clock-words.ts';
import { canonicalJson } from '../../../domain/content-key.ts';
import type { Priority } from '../../../domain/event.ts';
import type { ClockPolicy, Policy, PromiseException, Warning } from '../../../domain/policy.ts';
import { CLOCK_RULES } from '../../../domain/turns.ts';
import { parseWarning } from '../duration.ts';
import { FormatError } from '../problems.ts';
import { about, durationInWords, listChange, listedOrNone, matched, valueChange } from './words.ts';

const REOPENED = {
  resume: 'goes on from where it stopped',
  restart: 'begins anew',
} as const satisfies Record<ClockPolicy['onReopen'], string>;

const PRIORITIES: readonly Priority[] = ['urgent', 'high', 'normal', 'low'];

/** What changes in the promises to customers and vendors. */
export function promiseChanges(before: Policy, after: Policy): string[] {
  const { added, removed, both } = matched(byName(before), byName(after));
  const day = ({ businessDaySeconds }: Policy) =>
    businessDaySeconds === undefined ? 'not said' : durationInWords(businessDaySeconds, 'business');
  return [
    ...valueChange('Priority of a case that comes without one', before.defaultPriority, after.defaultPriority),
    ...valueChange('Length of a business day (the targets below are counted in hours)', day(before), day(after)),
    ...added.map((clock) => `New promise: ${promiseInWords(clock)}`),
    ...removed.map(
      (clock) =>
        `No longer timed: ${CLOCK_NAMES[clock.clock]} (it was ${targetsInWords(clock.targets, clock.calendar)})`,
    ),
    ...both.flatMap(([one, other]) => clockChanges(one, other)),
  ];
}

function byName({ clocks }: Policy): (ClockPolicy & { readonly id: string })[] {
  return clocks.map((clock) => ({ ...clock, id: clock.clock }));
}

function target(seconds: number | undefined, calendar: string): string {
  if (seconds === undefined) return 'the usual target';
  return durationInWords(seconds, calendar === 'always' ? 'calendar' : 'business');
}

function targetsInWords(targets: PromiseException['targets'], calendar: string): string {
  const given = PRIORITIES.filter((priority) => targets[priority] !== undefined);
  return given.map((priority) => `${priority} ${target(targets[priority], calendar)}`).join(', ');
}

function promiseInWords(clock: ClockPolicy): string {
  const { calendar, exceptions, pauseOn, until } = clock;
  const warnings = warningsOf(clock);
  return [
    `${CLOCK_NAMES[clock.clock]}: ${targetsInWords(clock.targets, calendar)}`,
    `counted in ${calendar}`,
    ...(warnings.length > 0 ? [`warned at ${listedOrNone(warnings)}`] : []),
    ...(pauseOn.length > 0 ? [`paused in ${listedOrNone(pauseOn)}`] : []),
    ...(clock.onReopen === 'resume' && CLOCK_RULES[clock.clock].whenOver === 'cancelled'
      ? []
      : [`when a case is reopened, it ${REOPENED[clock.onReopen]}`]),
    ...(until === undefined ? [] : [`runs until the case is ${until}`]),
    ...exceptions.map((exception) => `except ${exceptionInWords(exception, calendar)}`),
  ].join('; ');
}

/** "tier vip or partner and channel chat" */
function subjectInWords({ when }: PromiseException): string {
  return Object.entries(when)
    .map(([key, values]) => `${key} ${values.join(' or ')}`)
    .join(' and ');
}

function exceptionInWords(exception: PromiseException, ownCalendar: string): string {
  const { targets, calendar } = exception;
  const counted = calendar === undefined ? '' : `, counted in ${calendar}`;
  return `for ${subjectInWords(exception)}: ${targetsInWords(targets, calendar ?? ownCalendar)}${counted}`;
}

function clockChanges(before: ClockPolicy, after: ClockPolicy): string[] {
  const title = CLOCK_NAMES[after.clock];
  return [
    ...targetChanges(title, before, after),
    ...about(title, [
      ...valueChange('counted in', before.calendar, after.calendar),
      ...listChange('warnings', warningsOf(before), warningsOf(after)),
      ...listChange('paused in', before.pauseOn, after.pauseOn),
      ...valueChange('when a case is reopened', REOPENED[before.onReopen], REOPENED[after.onReopen]),
      ...valueChange('runs until the case is', before.until ?? 'solved', after.until ?? 'solved'),
    ]),
    ...exceptionChanges(title, before, after),
  ];
}

/** Warnings as they are written, with what that comes to where the text alone does not say it, as for business days. */
function warningsOf({ warnings, calendar }: ClockPolicy): string[] {
  return warnings.map((warning) => {
    const { name, share = 0, secondsBefore } = warning;
    const meant =
      secondsBefore === undefined
        ? `${Math.round(share * 10_000) / 100}%`
        : `${target(secondsBefore, calendar)} before`;
    return saysItself(warning) ? name : `${name} (${meant})`;
  });
}

function saysItself({ name, share, secondsBefore }: Warning): boolean {
  try {
    const meant = parseWarning(name);
    return 'share' in meant ? meant.share === share : meant.before.seconds === secondsBefore;
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}

type Targeted = { readonly targets: PromiseException['targets']; readonly calendar: string };

/** "First response for urgent cases: 30 business minutes → 15 business minutes" */
function targetChanges(title: string, before: Targeted, after: Targeted, ofWhat = ''): string[] {
  return PRIORITIES.flatMap((priority) =>
    valueChange(
      `${title} for ${priority} cases${ofWhat}`,
      target(before.targets[priority], before.calendar),
      target(after.targets[priority], after.calendar),
    ),
  );
}

function exceptionChanges(title: string, before: ClockPolicy, after: ClockPolicy): string[] {
  const ofClock = (clock: ClockPolicy) =>
    clock.exceptions.map((exception) => ({
      exception,
      id: canonicalJson(exception.when),
      targets: exception.targets,
      calendar: exception.calendar ?? clock.calendar,
    }));
  const [was, is] = [ofClock(before), ofClock(after)];
  const { added, removed, both } = matched(was, is);
  const kept = (list: readonly { readonly id: string }[]) =>
    canonicalJson(list.map(({ id }) => id).filter((id) => both.some(([one]) => one.id === id)));
  return [
    ...added.map(({ exception }) => `${title}, new exception ${exceptionInWords(exception, after.calendar)}`),
    ...removed.map(({ exception }) => `${title}, no longer an exception for ${subjectInWords(exception)}`),
    ...both.flatMap(([one, other]) => {
      const ofWhat = ` of ${subjectInWords(other.exception)}`;
      const counted = valueChange(`${title}${ofWhat}, counted in`, one.exception.calendar, other.exception.calendar);
      return [...targetChanges(title, one, other, ofWhat), ...counted];
    }),
    ...(kept(was) === kept(is)
      ? []
      : [
          `${title}, exceptions are tried in another order: ${is.map(({ exception }) => subjectInWords(exception)).join(', then ')}`,
        ]),
  ];
}
