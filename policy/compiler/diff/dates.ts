import { DAY_MS } from '../../../domain/zone-time.ts';
import { listedOrNone } from './words.ts';

/** Longer lists of dates are told by year. */
const MOST_IN_FULL = 4;

/** Local dates (YYYY-MM-DD), days in a row together: "2026-07-06 to 2026-07-10 and 2026-12-24"; many of them by year: "2026: 07-06 to 07-10, 12-24; 2027: 01-01". */
export function datesInWords(dates: readonly string[]): string {
  const runs = runsOf([...dates].sort());
  if (runs.length <= MOST_IN_FULL)
    return listedOrNone(runs.map(([first, last]) => (first === last ? first : `${first} to ${last}`)));
  return [...Map.groupBy(runs, ([first]) => first.slice(0, 4))]
    .map(([year, ofYear]) => `${year}: ${ofYear.map(([first, last]) => runIn(year, first, last)).join(', ')}`)
    .join('; ');
}

function runIn(year: string, first: string, last: string): string {
  const end = last.startsWith(year) ? last.slice(5) : last;
  return first === last ? first.slice(5) : `${first.slice(5)} to ${end}`;
}

/** The first and last of each row of three days or more, and the others by themselves, from dates in order. */
function runsOf(dates: readonly string[]): [first: string, last: string][] {
  const runs: [string, string][] = [];
  for (const date of dates) {
    const run = runs.at(-1);
    if (run !== undefined && Date.parse(date) - Date.parse(run[1]) === DAY_MS) run[1] = date;
    else runs.push([date, date]);
  }
  return runs.flatMap(([first, last]): [string, string][] =>
    Date.parse(last) - Date.parse(first) === DAY_MS
      ? [
          [first, first],
          [last, last],
        ]
      : [[first, last]],
  );
}
