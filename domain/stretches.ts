import { type Interval, union } from './open-intervals.ts';
import { isoDate, type ZoneDays } from './zone-time.ts';

/**
 * Why a calendar is open or closed:
 * `hours` the weekly hours; `holiday` closed on a listed date; `special-day` a date with hours of
 * its own, open or closed; `always` the calendar that never closes.
 */
export type StretchReason = 'hours' | 'holiday' | 'special-day' | 'always';

/** A stretch of time in which a calendar is open or closed for one reason. Instants in ms, `[from, to)`. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly open: boolean;
  readonly because: StretchReason;
  /** The local date (YYYY-MM-DD) of a holiday or special day. */
  readonly localDate?: string;
  /** What the holiday is called, where that is known. */
  readonly holiday?: string;
  /** In a group: which members (by place, from 0) are open; when none is, those that `because` is about. */
  readonly members?: readonly number[];
}

/** What is needed to say why. */
interface Days {
  readonly zoneDays: ZoneDays;
  /** The windows that begin on a day, as instants. */
  openOn(day: number): readonly Interval[];
  reasonOf(day: number): StretchReason;
  /** What the holiday on a day is called; undefined if nobody has said. */
  holidayOf(day: number): string | undefined;
}

/** The stretches of `[from, to)` for a calendar with these open intervals in it. */
export function stretchesOf(openings: Iterable<Interval>, from: number, to: number, days: Days): Stretch[] {
  const result: Stretch[] = [];
  let cursor = from;
  for (const [start, end] of openings) {
    closed(cursor, start, days, result);
    open(start, end, days, result);
    cursor = end;
  }
  closed(cursor, to, days, result);
  return result;
}

/** A closed stretch, cut at the midnights between dates that are closed for different reasons. */
function closed(from: number, to: number, days: Days, result: Stretch[]): void {
  const { zoneDays } = days;
  let cursor = from;
  for (let day = zoneDays.dayOf(from); cursor < to; day++) {
    const end = Math.min(to, zoneDays.instant(day + 1, 0));
    if (end > cursor) append(result, { from: cursor, to: end, open: false, ...reason(day, days) });
    cursor = Math.max(cursor, end);
  }
}

/** An open stretch, in which the windows of special days are told apart. A night shift belongs to the day it began on. */
function open(from: number, to: number, days: Days, result: Stretch[]): void {
  const { zoneDays, openOn, reasonOf } = days;
  let cursor = from;
  const last = zoneDays.dayOf(to);
  for (let day = zoneDays.dayOf(from) - 1; day <= last; day++) {
    if (reasonOf(day) !== 'special-day') continue;
    for (const [start, end] of union(openOn(day), cursor, to)) {
      if (start > cursor) append(result, { from: cursor, to: start, open: true, because: 'hours' });
      append(result, { from: start, to: end, open: true, ...reason(day, days) });
      cursor = end;
    }
  }
  if (cursor < to) append(result, { from: cursor, to, open: true, because: 'hours' });
}

function reason(day: number, { reasonOf, holidayOf }: Days): Pick<Stretch, 'because' | 'localDate' | 'holiday'> {
  const because = reasonOf(day);
  if (because === 'hours') return { because };
  const holiday = because === 'holiday' ? holidayOf(day) : undefined;
  return { because, localDate: isoDate(day), ...(holiday === undefined ? {} : { holiday }) };
}

/**
 * The stretches of a group from those of its members, which all cover the same time: open where
 * any is. When all are closed, a holiday or special day of a member says more than the hour does.
 */
export function groupStretches(members: readonly (readonly Stretch[])[]): Stretch[] {
  const result: Stretch[] = [];
  const edges = [...new Set(members.flatMap((stretches) => stretches.map(({ to }) => to)))].sort((a, b) => a - b);
  const places = members.map(() => 0);
  let from = members[0]?.[0]?.from ?? 0;
  for (const to of edges) {
    const now = members.map((stretches, i) => {
      while ((stretches[places[i] as number] as Stretch).to <= from) places[i] = (places[i] as number) + 1;
      return stretches[places[i] as number] as Stretch;
    });
    append(result, { from, to, ...together(now) });
    from = to;
  }
  return result;
}

function together(now: readonly Stretch[]): Omit<Stretch, 'from' | 'to'> {
  const open = now.some((stretch) => stretch.open);
  const candidates = now.filter((stretch) => stretch.open === open);
  const shown =
    (open ? undefined : candidates.find(({ because }) => because !== 'hours')) ?? (candidates[0] as Stretch);
  const members = now.flatMap((stretch, i) =>
    open ? (stretch.open ? [i] : []) : sameReason(stretch, shown) ? [i] : [],
  );
  const { from: _from, to: _to, ...why } = shown;
  return { ...why, open, members };
}

/** Adds a stretch; one that goes on for the same reason is made longer. */
function append(result: Stretch[], stretch: Stretch): void {
  const last = result.at(-1);
  const same =
    last !== undefined &&
    last.open === stretch.open &&
    sameReason(last, stretch) &&
    String(last.members) === String(stretch.members);
  if (same) result[result.length - 1] = { ...last, to: stretch.to };
  else result.push(stretch);
}

function sameReason(a: Stretch, b: Stretch): boolean {
  return a.because === b.because && a.localDate === b.localDate;
}
