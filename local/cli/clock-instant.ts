import { Instant, toInstant } from '../../domain/event.ts';
import { type Fields, LineError, wrong } from './line-error.ts';

/** Farther apart, and a line would lay out calendars for minutes: it is a typing error. */
const LONGEST_MS = 100 * 366 * 86_400_000;
/** The same for a target, seconds: ten years. */
export const LONGEST_SECONDS = LONGEST_MS / 10_000;

/** An instant of a line, ms; undefined if it is not given. Throws LineError. */
export function instantAt(line: Fields, name: string): number | undefined {
  const value = line[name];
  return value === undefined || value === null ? undefined : instantOf(value, name);
}

/** An ISO 8601 instant with an offset, ms. Throws LineError. */
export function instantOf(value: unknown, where: string): number {
  const result = Instant.safeParse(value);
  if (!result.success) throw wrong(where, 'an ISO 8601 instant such as 2026-11-22T09:30:00Z', value);
  return Date.parse(result.data);
}

/** The first and the last of some instants (ms), however many; infinite ones do not count. */
export function spanOf(instants: readonly number[]): [first: number, last: number] {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const instant of instants) {
    if (!Number.isFinite(instant)) continue;
    first = Math.min(first, instant);
    last = Math.max(last, instant);
  }
  return [first, last];
}

/** Throws LineError for instants (ms) too far apart to be meant. `what` they are: "a log and a present". */
export function checkSpan(instants: readonly number[], where: string, what: string): void {
  const [first, last] = spanOf(instants);
  if (last - first > LONGEST_MS)
    throw new LineError(`${where}: expected ${what} within 100 years, found ${toInstant(first)} to ${toInstant(last)}`);
}
