import type { Calendar } from './calendar.ts';
import type { Policy } from './policy.ts';

/**
 * The sources whose silence means nothing at an instant (ms): those that an alarm listens for, while their calendar is
 * closed. For an alarm that counts hours without any sign, such a minute is as good as a webhook.
 */
export function sourcesAtRest(
  { sources }: Pick<Policy, 'sources'>,
  calendarOf: (name: string) => Calendar,
  at: number,
): string[] {
  return Object.entries(sources).flatMap(([name, { silence }]) =>
    silence === undefined || calendarOf(silence.calendar).isOpen(at) ? [] : [name],
  );
}
