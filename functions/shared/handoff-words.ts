import { HANDOFF_WORDS, RECALL_WORDS, REJECT_WORDS } from '../../domain/code-words.ts';
import type { HandoffRun } from '../../domain/handoff-story.ts';
import type { Policy } from '../../domain/policy.ts';
import { oneLine } from './foreign-text.ts';

/** A vendor as people know it. */
export function vendorName(id: string, { vendors }: Pick<Policy, 'vendors'>): string {
  return oneLine(vendors.find((vendor) => vendor.id === id)?.name ?? id);
}

/** What became of a handoff and why, without its vendor's name: "returned it (nobody there has the skill)". */
export function outcomeInWords({ state, reason, by }: HandoffRun): string {
  const why = reason === undefined ? by && RECALL_WORDS[by] : REJECT_WORDS[reason];
  return why === undefined ? HANDOFF_WORDS[state] : `${HANDOFF_WORDS[state]} (${why})`;
}
