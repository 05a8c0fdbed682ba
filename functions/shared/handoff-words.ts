import { HANDOFF_WORDS, RECALL_WORDS, REJECT_WORDS } from '../../domain/code-words.ts';
import type { HandoffRun } from '../../domain/handoff-story.ts';
import { inZone } from '../../domain/wall-clock.ts';
import { inert, inQuotes, oneLine } from './foreign-text.ts';

/** What became of a handoff and why, without its vendor's name: "returned it (nobody there has the skill)". */
export function outcomeInWords({ state, reason, by }: HandoffRun): string {
  const why = reason === undefined ? by && RECALL_WORDS[by] : REJECT_WORDS[reason];
  return why === undefined ? HANDOFF_WORDS[state] : `${HANDOFF_WORDS[state]} (${why})`;
}

/** Most characters of what a vendor wrote that a lead is shown. */
const NOTE_LENGTH = 300;

/**
 * What became of a handoff, when, and what its vendor wrote, for a lead who reads times in `zone`: "returned it (nobody
 * there has the skill), Tue 10 Mar 2026, 14:02 Pacific Daylight Time: “wants a refund”". `elsewhere`: where the vendor's
 * own words are read, if they may not be told here.
 */
export function runForLead(run: HandoffRun, zone: string, elsewhere: string | undefined): string {
  const said = `${outcomeInWords(run)}, ${inZone(Date.parse(run.at), zone)}`;
  const note = inert(oneLine(run.note ?? '', NOTE_LENGTH));
  if (note === '') return said;
  return `${said}: ${elsewhere === undefined ? inQuotes(note) : `what they wrote is not shown here, ${elsewhere}`}`;
}

/** What can be said of all vendors of a case that came home: did one ever have it? */
export function whatVendorsDid(runs: readonly HandoffRun[]): 'No vendor finished' | 'No vendor took' {
  return runs.some(({ acceptedAt }) => acceptedAt !== undefined) ? 'No vendor finished' : 'No vendor took';
}
