import type { Priority } from '../../../domain/event.ts';
import { type ClockPolicy, PROMISE_KEYS, type PromiseException, type PromiseKey } from '../../../domain/policy.ts';
import { parseDuration, parseWarning } from '../duration.ts';
import type { Clock, Exception } from '../schema/clocks.ts';
import { mapValues } from './objects.ts';

/** A checked clock with all times in seconds; `businessDaySeconds` is how long a business day is, if the policy speaks of any. */
export function buildClock(
  clock: ClockPolicy['clock'],
  authored: Clock,
  businessDaySeconds: number | undefined,
): ClockPolicy {
  const { seconds, calendar = 'always' } = buildTargets(authored, businessDaySeconds);
  return {
    clock,
    calendar,
    targets: seconds as Record<Priority, number>,
    exceptions: (authored.exceptions ?? []).map((one) => buildException(one, authored, businessDaySeconds)),
    warnings: (authored.warnings ?? []).map((text) => {
      const warning = parseWarning(text, businessDaySeconds);
      return 'share' in warning ? warning : { name: warning.name, secondsBefore: warning.before.seconds };
    }),
    pauseOn: authored['pause-on'] ?? [],
    onReopen: authored['on-reopen'] ?? 'resume',
    ...(authored.until === 'closed' ? { until: authored.until } : {}),
  };
}

function buildException(exception: Exception, clock: Clock, businessDaySeconds: number | undefined): PromiseException {
  const { seconds, calendar } = buildTargets(
    { targets: exception.targets, calendar: exception.calendar ?? clock.calendar },
    businessDaySeconds,
  );
  const when: Partial<Record<PromiseKey, string[]>> = {};
  for (const key of PROMISE_KEYS) {
    const wanted = exception.when[key];
    if (wanted !== undefined) when[key] = [wanted].flat();
  }
  const own = buildTargets(clock, businessDaySeconds).calendar;
  return { when, targets: seconds, ...(calendar === undefined || calendar === own ? {} : { calendar }) };
}

function buildTargets(
  { targets, calendar }: { targets: Exception['targets']; calendar?: string | undefined },
  businessDaySeconds: number | undefined,
): { seconds: Partial<Record<Priority, number>>; calendar: string | undefined } {
  const durations = mapValues(targets as Record<Priority, string>, (text) => parseDuration(text, businessDaySeconds));
  // Calendar time is time that no calendar stops; that all targets agree on it has been checked.
  const isPlain = Object.values(durations).some(({ kind }) => kind === 'calendar');
  return { seconds: mapValues(durations, ({ seconds }) => seconds), calendar: isPlain ? 'always' : calendar };
}
