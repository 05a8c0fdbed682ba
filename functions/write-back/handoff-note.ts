import { REJECT_WORDS } from '../../domain/code-words.ts';
import type { CaseEvent, EventOf } from '../../domain/event.ts';
import { type HandoffRun, handoffRuns } from '../../domain/handoff-story.ts';
import type { Policy } from '../../domain/policy.ts';
import { inZone } from '../../domain/wall-clock.ts';
import { oneLine, quotation } from '../shared/foreign-text.ts';
import { outcomeInWords } from '../shared/handoff-words.ts';
import { vendorName } from '../shared/policy-names.ts';

/** The events of a handoff that its ticket shows. An offer, and why one went on to the next vendor, stand in the note that follows. */
export type NotedEvent = EventOf<
  'handoff-accepted' | 'handoff-resolved' | 'handoff-returned' | 'handoff-recalled' | 'brought-home'
>;

/** Most characters of what a vendor wrote, of its last answer and of each before. */
const NOTE_LENGTH = 2000;
const EARLIER_LENGTH = 500;

type NotePolicy = Pick<Policy, 'vendors'>;

/** The private note about an event: who has the case now, and why, for the agent who opens the ticket. `status`: what is said of the ticket's. */
export function handoffNote(
  event: NotedEvent,
  log: readonly CaseEvent[],
  policy: NotePolicy,
  status: string | undefined,
): string {
  const before = handoffRuns(log.filter(({ occurredAt }) => occurredAt < event.occurredAt));
  const lines = [...linesFor(event, before, policy), ...(status === undefined ? [] : [status])];
  return lines.join('\n');
}

function linesFor(event: NotedEvent, before: readonly HandoffRun[], policy: NotePolicy): string[] {
  if (event.type === 'brought-home') {
    const asked = before.flatMap((run) => [
      `- ${vendorName(run.vendor, policy)} ${outcomeInWords(run)}`,
      ...earlierNote(run),
    ]);
    return [
      'No vendor has this case: it is your own team’s now.',
      `Why: ${oneLine(event.reason)}.`,
      ...(asked.length === 0 ? [] : ['Asked so far:', ...asked]),
    ];
  }
  const name = vendorName(event.vendor, policy);
  switch (event.type) {
    case 'handoff-accepted': {
      const others = before.filter(({ handoffId }) => handoffId !== event.handoffId);
      const asked = others.map((run) => `${vendorName(run.vendor, policy)} ${outcomeInWords(run)}`);
      return [
        `${name} works on this case${untilWhen(event, policy)}. Please leave it to them; you are told here when it comes back.`,
        ...(asked.length === 0 ? [] : [`Before: ${asked.join('; ')}.`]),
      ];
    }
    case 'handoff-resolved':
      return [`${name} says that this case is resolved.`, ...written(event.note)];
    case 'handoff-returned':
      return [
        `${name} returned this case: ${REJECT_WORDS[event.reason]}.`,
        ...written(event.note),
        'It is offered to the next vendor; if none can take it, it comes to your own team.',
      ];
    case 'handoff-recalled':
      return [
        `This case was taken back from ${name}, who did not finish it in the time agreed; they are told to stop.`,
        'It is offered to the next vendor; if none can take it, it comes to your own team.',
      ];
  }
}

function untilWhen({ vendor, occurredAt }: EventOf<'handoff-accepted'>, { vendors }: NotePolicy): string {
  const seconds = vendors.find(({ id }) => id === vendor)?.workSeconds;
  return seconds === undefined ? '' : `, until ${inZone(Date.parse(occurredAt) + seconds * 1000, 'UTC')} at the latest`;
}

function written(note: string | undefined): string[] {
  const quoted = quotation(note ?? '', NOTE_LENGTH);
  return note === undefined || quoted === '> ' ? [] : ['They write:', quoted];
}

/** What a vendor wrote when it rejected an offer. What it wrote when it returned the case stands on the ticket already. */
function earlierNote({ state, note }: HandoffRun): string[] {
  return state === 'rejected' && note !== undefined ? [quotation(note, EARLIER_LENGTH)] : [];
}
