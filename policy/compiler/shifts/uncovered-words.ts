import { listed } from '../../../domain/listed.ts';
import type { Policy } from '../../../domain/policy.ts';
import { DAY_MS } from '../../../domain/zone-time.ts';
import { hoursInWords, spellsInWords } from './spells-words.ts';
import { type Uncovered, uncovered } from './uncovered.ts';

/** A year ahead, so that each holiday and both clock changes are in it. */
const DAYS_AHEAD = 365;

/** Most findings that are told: the worst come first, and the others as a number. */
const MOST_GROUPS = 10;

const MISSING = {
  both: 'no agent is on shift and no lead on duty',
  agents: 'no agent is on shift',
  leads: 'no lead is on duty (the first one is told, and off)',
} as const satisfies Record<Uncovered['missing'], string>;
const WORST_FIRST = Object.keys(MISSING);

/**
 * In which hours of the year from `now` (ms) our promises run though nobody is there to keep them, in lines that
 * a lead can read, on the wall clock of the promise's calendar. Empty if somebody always is.
 */
export function coverageInWords(policy: Policy, now: number): string[] {
  const groups = uncovered(policy, now, now + DAYS_AHEAD * DAY_MS).sort(
    (a, b) => WORST_FIRST.indexOf(a.missing) - WORST_FIRST.indexOf(b.missing) || total(b) - total(a),
  );
  if (groups.length === 0) return [];
  const told = groups.slice(0, MOST_GROUPS).flatMap((group) => {
    const zone = zoneOf(group, policy);
    const clocks = `${listed(group.clocks)} ${group.clocks.length === 1 ? 'runs' : 'run'}`;
    return [
      `  ${casesInWords(group, policy)}: ${MISSING[group.missing]}, but ${clocks} (calendar ${group.calendar}, ${zone}), ${hoursInWords(total(group))} in all:`,
      ...spellsInWords(group.spells, zone).map((line) => `    ${line}`),
    ];
  });
  const others = groups.length - MOST_GROUPS;
  return [
    'Promises run in hours that nobody covers, in the year to come:',
    ...told,
    ...(others > 0 ? [`  … and ${others} more like these`] : []),
    "Give somebody these hours (a calendar in agents.yaml or leads.yaml), or take them out of the clock's calendar.",
  ];
}

function casesInWords({ cases }: Uncovered, { queues }: Policy): string {
  const isAll = cases.length > 1 && cases.join() === Object.keys(queues).join();
  return isAll ? 'all queues' : `${cases.length === 1 ? 'queue' : 'queues'} ${listed(cases)}`;
}

/** Whose wall clock is shown: the calendar's, of a group its first member's; for plain time, the first lead's. */
function zoneOf({ calendar }: Uncovered, { calendars, leads }: Policy): string {
  let definition = calendars[calendar];
  if (definition !== undefined && 'members' in definition) definition = calendars[definition.members[0] ?? ''];
  return definition !== undefined && 'zone' in definition ? definition.zone : (leads[0]?.zone ?? 'UTC');
}

function total({ spells }: Uncovered): number {
  return spells.reduce((sum, [from, to]) => sum + to - from, 0);
}
