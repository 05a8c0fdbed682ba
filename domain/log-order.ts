import type { CaseEvent, CaseEventType } from './event.ts';

/**
 * The order of a log. It is total and the same whatever order events come in: by instant; of one
 * instant by the order that the source gives them, if it does; else by what they mean.
 */

/**
 * The place of an event in its case's log, as text that sorts: occurredAt, its place in that instant, key. No two
 * events of a case share one.
 */
export function logPosition(event: CaseEvent): string {
  return `${event.occurredAt}|${placeInInstant(event)}|${event.key}`;
}

/**
 * Events with a sequence stand together, in its order, so that the order is transitive with those that have none:
 * before them what happens to a case, after them what we made of it and what ends it.
 */
function placeInInstant(event: CaseEvent): string {
  const { sequence } = event;
  return sequence === undefined ? `${rank(event)}` : `5:${sequence.padStart(20, '0')}:${rank(event)}`;
}

/**
 * Rank of events of one instant of which nobody says which came first: stop beats pause beats start, an answer
 * counts before an end, and the further end is the last. Our own events follow from the CRM's.
 * Source: facts of the field's SLA semantics (Zendesk, Zammad tests).
 */
function rank(event: CaseEvent): number {
  switch (event.type) {
    case 'opened':
      return 0;
    case 'message-added':
      return event.author === 'customer' ? 1 : 4;
    case 'reopened':
      return 2;
    case 'status-changed':
      return STATUS_RANKS[event.status];
    case 'priority-changed':
    case 'assigned':
    case 'csat-received':
      return 4;
    case 'solved':
    case 'merged':
      return STATUS_RANKS[event.type];
    default:
      return 6;
  }
}

const STATUS_RANKS = {
  new: 2,
  open: 2,
  pending: 3,
  'on-hold': 3,
  solved: 7,
  closed: 8,
  merged: 9,
  deleted: 9,
} as const;

/**
 * The sequence of an event from an order that is only suggested: by a source that does not vouch for it, by the
 * lines of a log written by hand. It breaks ties, but an opening still comes first, and an answer counts before an end.
 */
export function suggestedSequence(type: CaseEventType, sequence: string): { readonly sequence?: string } {
  return type === 'opened' || type === 'message-added' ? {} : { sequence };
}

/** A log as the fold wants it: in order, each key once. */
export function inLogOrder(events: readonly CaseEvent[]): CaseEvent[] {
  const byKey = new Map(events.map((event) => [event.key, event]));
  const placed = [...byKey.values()].map((event) => ({ event, position: logPosition(event) }));
  placed.sort((a, b) => (a.position < b.position ? -1 : 1));
  return placed.map(({ event }) => event);
}
