import type { Policy } from '../../../domain/policy.ts';
import { calendarChanges } from './calendars.ts';
import { caseChanges } from './cases.ts';
import { alertChanges, peopleChanges, sourceChanges, vendorChanges } from './people.ts';
import { promiseChanges } from './promises.ts';

const SECTIONS: readonly [title: string, changes: (before: Policy, after: Policy) => string[]][] = [
  ['What changes for cases', caseChanges],
  ['What changes in our promises', promiseChanges],
  ['What changes in our hours', calendarChanges],
  ['What changes for vendors', vendorChanges],
  ['What changes for our team', peopleChanges],
  ['What changes in how leads are told', alertChanges],
  ['What changes in where cases come from', sourceChanges],
];

/**
 * What is different between two policies, as lines that a team can read: headings that begin with
 * "## ", what changes below them with "- ". Empty if they mean the same, however they are laid out.
 */
export function describeChanges(before: Policy, after: Policy): string[] {
  return SECTIONS.flatMap(([title, changesOf]) => {
    const changes = changesOf(before, after);
    return changes.length === 0 ? [] : [`## ${title}`, ...changes.map((change) => `- ${change}`)];
  });
}
