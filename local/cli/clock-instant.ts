import { Instant } from '../../domain/event.ts';
import { type Fields, wrong } from './line-error.ts';

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
