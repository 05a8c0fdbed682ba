import { daysLeft, type Horizon, horizons } from '../../domain/holiday-horizon.ts';
import type { Policy } from '../../domain/policy.ts';

/** How long before its end a horizon is noted, days: a year, in which a policy is changed at least once. */
const NOTED_DAYS = 366;

/** What a day says of a policy: `wrong` for what has run out, `notes` for what will within a year. */
export interface HorizonReport {
  readonly wrong: readonly string[];
  readonly notes: readonly string[];
}

/** Calendars whose holidays end, seen from `now` (ms). */
export function reportHorizons(policy: Pick<Policy, 'calendars'>, now: number): HorizonReport {
  const wrong: string[] = [];
  const notes: string[] = [];
  for (const horizon of horizons(policy)) {
    const left = daysLeft(horizon, now);
    if (left < 0)
      wrong.push(`${place(horizon)}: expected holidays of today, found none after ${horizon.to}. ${ADVICE}`);
    else if (left <= NOTED_DAYS)
      notes.push(`${place(horizon)}: holidays are known until ${horizon.to}, in ${left} days. ${ADVICE}`);
  }
  return { wrong, notes };
}

function place({ calendar }: Horizon): string {
  return `calendars.yaml: calendars.${calendar}.holidays`;
}

const ADVICE =
  'Write the days of further years under "also" and "not", or take out those of years gone by; leave "years" out; or update CaseRelay.';
