import type { Policy } from './policy.ts';
import { DAY_MS } from './zone-time.ts';

/**
 * Until when holidays are known. A deployed policy ages without a deployment: beyond its last year
 * Christmas would be a working day like any other.
 */
export interface Horizon {
  readonly calendar: string;
  /** The last local date (YYYY-MM-DD) of which it is known whether it is a holiday. */
  readonly to: string;
}

/** How long before a horizon people are told, days: a quarter. */
export const NOTICE_DAYS = 92;

/** The horizons of a policy's calendars, soonest first; none for a calendar that goes on as it is. */
export function horizons({ calendars }: Pick<Policy, 'calendars'>): Horizon[] {
  return Object.entries(calendars)
    .flatMap(([calendar, definition]) =>
      'members' in definition || definition.holidaysKnown === undefined
        ? []
        : [{ calendar, to: definition.holidaysKnown.to }],
    )
    .sort((a, b) => (a.to < b.to ? -1 : a.to > b.to ? 1 : 0));
}

/** Whole days that are known after the one of `now` (ms, by the date in UTC); below zero once it has passed. */
export function daysLeft({ to }: Horizon, now: number): number {
  return Date.parse(`${to}T00:00:00Z`) / DAY_MS - Math.floor(now / DAY_MS);
}
