import type { Calendar } from './calendar.ts';
import { runs } from './clock.ts';
import { targetInWords } from './clock-words.ts';
import { toInstant } from './event.ts';
import { listed } from './listed.ts';
import type { Stretch } from './stretches.ts';
import type { Cause, Retarget, TurnHistory } from './turn-history.ts';

/**
 * `counted` open time that is used up; `closed`, `holiday`, `special-day` closed, and why;
 * `paused`; `retarget` an instant at which the promise changed (no length); `summary` several
 * segments of a long receipt in one.
 */
export type SegmentKind = 'counted' | 'closed' | 'holiday' | 'special-day' | 'paused' | 'retarget' | 'summary';

export interface Segment {
  readonly from: string;
  readonly to: string;
  readonly kind: SegmentKind;
  readonly reason: string;
  /** What caused it, and what ended it, where that was an event. */
  readonly by?: Cause;
  readonly endedBy?: Cause;
  /** Seconds that count towards the target. */
  readonly seconds: number;
  /** Of a pause: the open seconds in it, by which it moves the deadline. */
  readonly openSeconds?: number;
  /** Counted seconds up to `to`. */
  readonly sum: number;
}

/** A segment in the making; instants and lengths in ms. */
interface Piece {
  readonly from: number;
  readonly to: number;
  readonly kind: SegmentKind;
  readonly reason: string;
  readonly by?: Cause | undefined;
  readonly endedBy?: Cause | undefined;
  readonly open?: number | undefined;
}

/** What a turn was counted by. */
export interface Counting {
  readonly history: TurnHistory;
  readonly calendar: Calendar;
  /** Names of the calendars that the calendar is a group of, in their order; none if it is no group. */
  readonly members: readonly string[];
}

/** The segments from a turn's start to its end or `now` (ms), cut where the promise changed and at the deadline. */
export function segmentsUntil(counting: Counting, due: number | null, now: number): Segment[] {
  const { history } = counting;
  const { turn } = history;
  const from = Date.parse(turn.startedAt);
  const to = Math.max(from, Math.min(now, Date.parse(turn.stoppedAt ?? turn.cancelledAt ?? toInstant(now))));
  const marks = history.retargets.filter(({ at }) => Date.parse(at) <= to);
  const cuts = [...new Set([from, ...marks.map(({ at }) => Date.parse(at)), ...(due === null ? [] : [due]), to])]
    .filter((cut) => cut >= from && cut <= to)
    .sort((a, b) => a - b);
  const pieces = cuts.flatMap((cut, i) => [
    ...marks.filter(({ at }) => Date.parse(at) === cut).map(mark),
    ...piecesOf(counting, cut, cuts[i + 1] ?? cut),
  ]);
  return summed(pieces, 0);
}

/** The segments between `now` (ms) and the deadline, if nothing happens; `worked` ms have been used before. */
export function segmentsAhead(counting: Counting, now: number, due: number, worked: number): Segment[] {
  const from = Math.max(now, Date.parse(counting.history.turn.startedAt));
  return summed(piecesOf(counting, from, due), worked);
}

function piecesOf({ history, calendar, members }: Counting, from: number, to: number): Piece[] {
  const pieces: Piece[] = [];
  let cursor = from;
  for (const [start, end] of runs(history.turn)) {
    pieces.push(...pausesIn(history, calendar, cursor, Math.min(start, to)));
    const until = Math.min(end, to);
    for (const stretch of calendar.stretches(Math.max(start, cursor), until)) pieces.push(described(stretch, members));
    cursor = Math.max(cursor, until);
  }
  return [...pieces, ...pausesIn(history, calendar, cursor, to)];
}

/** What lies between the runs of a turn is its pauses, one after the other. */
function pausesIn({ turn, pausedBy, resumedBy }: TurnHistory, calendar: Calendar, from: number, to: number): Piece[] {
  const pieces: Piece[] = [];
  let cursor = from;
  for (const [i, pause] of turn.pauses.entries()) {
    const end = Math.min(to, pause.to === undefined ? to : Date.parse(pause.to));
    if (end <= cursor) continue;
    pieces.push({
      from: cursor,
      to: end,
      kind: 'paused',
      reason: `the case was ${pause.reason}`,
      by: pausedBy[i],
      endedBy: resumedBy[i],
      open: calendar.elapsed(cursor, end),
    });
    cursor = end;
  }
  return pieces;
}

/** A stretch in words; of a group with the members that it is about, as many as there are. */
function described(stretch: Stretch, names: readonly string[]): Piece {
  const { from, to, open, because, localDate, holiday, members = [] } = stretch;
  const whose = members.map((place) => names[place] ?? '');
  const within = (kind: SegmentKind, reason: string): Piece => ({ from, to, kind, reason });
  if (open) return within('counted', openReason(because, localDate, listed(whose)));
  const where = whose.length === 0 ? '' : ` in ${listed(whose)}`;
  const called = holiday === undefined ? localDate : `${holiday} (${localDate})`;
  if (because === 'holiday') return within('holiday', `holiday: ${called}${where}`);
  if (because === 'special-day') return within('special-day', `closed by the special hours of ${localDate}${where}`);
  return within('closed', 'outside open hours');
}

function openReason(because: Stretch['because'], localDate: string | undefined, whose: string): string {
  if (because === 'always') return 'all time counts';
  const where = whose === '' ? '' : ` of ${whose}`;
  return because === 'special-day' ? `open by the special hours of ${localDate}${where}` : `open hours${where}`;
}

const OCCASIONS: Partial<Record<Cause['type'], string>> = {
  'priority-changed': 'a new priority',
  triaged: 'triage',
  'policy-changed': 'a new policy',
  assigned: 'another queue',
};

function mark({ at, was, is, by }: Retarget): Piece {
  const calendars = was.calendar === is.calendar ? '' : `, calendar ${is.calendar} instead of ${was.calendar}`;
  const words = `${targetInWords(is.targetSeconds, is.calendar)}, was ${targetInWords(was.targetSeconds, was.calendar)}`;
  const instant = Date.parse(at);
  const reason = `${OCCASIONS[by.type] ?? 'new facts'}: the target is ${words}${calendars}; it counts from the start`;
  return { from: instant, to: instant, kind: 'retarget', reason, by };
}

/** Gives each piece what it counts, and the sum up to its end. `before`: ms counted already. */
function summed(pieces: readonly Piece[], before: number): Segment[] {
  let sum = before;
  return pieces.map(({ from, to, kind, reason, by, endedBy, open }) => {
    const counted = kind === 'counted' ? to - from : 0;
    sum += counted;
    return {
      from: toInstant(from),
      to: toInstant(to),
      kind,
      reason,
      ...(by === undefined ? {} : { by }),
      ...(endedBy === undefined ? {} : { endedBy }),
      seconds: counted / 1000,
      ...(open === undefined ? {} : { openSeconds: open / 1000 }),
      sum: sum / 1000,
    };
  });
}

/** Seconds of a segment in whole ms. */
function toMs(seconds: number): number {
  return Math.round(seconds * 1000);
}

/** Most segments of a receipt, and how many at its beginning and at its end are always shown one by one. */
const MOST = 160;
const EDGE = 40;

/** Segments, the middle of a long list summarised: first what lies between two events, then, if it must be, all of it. Nothing is lost from the sum. */
export function shortened(segments: readonly Segment[]): readonly Segment[] {
  if (segments.length <= MOST) return segments;
  const middle = segments.slice(EDGE, -EDGE);
  const folded = betweenEvents(middle).map(inOne);
  const shown = folded.length <= MOST - 2 * EDGE ? folded : [inOne(middle)];
  return [...segments.slice(0, EDGE), ...shown, ...segments.slice(-EDGE)];
}

/** Groups of segments: each that an event caused by itself, and those between them together. */
function betweenEvents(segments: readonly Segment[]): Segment[][] {
  const groups: Segment[][] = [];
  let previous: Segment | undefined;
  for (const segment of segments) {
    const last = groups.at(-1);
    if (last === undefined || segment.by !== undefined || previous?.by !== undefined) groups.push([segment]);
    else last.push(segment);
    previous = segment;
  }
  return groups;
}

function inOne(segments: readonly Segment[]): Segment {
  const [first, last] = [segments[0] as Segment, segments.at(-1) as Segment];
  if (first === last) return first;
  const seconds = (toMs(last.sum) - toMs(first.sum) + toMs(first.seconds)) / 1000;
  const pauses = segments.filter(({ kind }) => kind === 'paused').length;
  const retargets = segments.filter(({ kind }) => kind === 'retarget').length;
  const among = [
    ...(pauses === 0 ? [] : [`${pauses} pauses`]),
    ...(retargets === 0 ? [] : [`${retargets} changes of the target`]),
  ];
  const reason = `${segments.length} stretches in one${among.length === 0 ? '' : `, ${among.join(' and ')} among them`}`;
  return { from: first.from, to: last.to, kind: 'summary', reason, seconds, sum: last.sum };
}
