import { DAY_MS } from './zone-time.ts';

/** A stretch of time, instants in ms, `[from, to)`. */
export type Interval = readonly [from: number, to: number];

/** The open time of `[from, to)`: any intervals in it, sorted and apart from each other. */
export type OpenTime = (from: number, to: number) => Iterable<Interval>;

/** Least that is laid out at a time: a quarter of a year. It doubles with what is known, up to the most. */
const LEAST_MS = 92 * DAY_MS;
const MOST_MS = 3660 * DAY_MS;

/**
 * Sorted, disjoint open intervals over the time known so far, with the open time before each, so
 * that every question is a binary search. What is not known yet is laid out when it is asked
 * for: only the new part, and as much again as is known, so that the work per day stays the same
 * however often and in whatever order the reach grows.
 */
export class OpenIntervals {
  readonly #openTime: OpenTime;
  #from = 0;
  #to = 0;
  #starts: number[] = [];
  #ends: number[] = [];
  #before: number[] = [];

  constructor(openTime: OpenTime) {
    this.#openTime = openTime;
  }

  /** The time known so far. */
  get from(): number {
    return this.#from;
  }
  get to(): number {
    return this.#to;
  }

  /** Makes `[from, to]` known. Throws RangeError for an instant that is not a finite number. */
  cover(from: number, to: number): void {
    if (from > this.#from && to < this.#to) return;
    if (!Number.isFinite(from) || !Number.isFinite(to)) {
      throw new RangeError(`an instant must be a finite number of milliseconds, got ${from} and ${to}`);
    }
    if (this.#from === this.#to) this.#from = this.#to = Math.floor(from / DAY_MS - 1) * DAY_MS;
    if (to >= this.#to) this.#append(Math.max(to + DAY_MS, this.#to + this.#step()));
    if (from <= this.#from) this.#prepend(Math.min(from - DAY_MS, this.#from - this.#step()));
  }

  /** Makes more of the future known. */
  extend(): void {
    this.cover(this.#from + 1, this.#to);
  }

  /** Makes more of the past known. */
  extendBack(): void {
    this.cover(this.#from, this.#to - 1);
  }

  /** Open time in all that is known. */
  total(): number {
    return this.openBefore(this.#to);
  }

  /** Open time from the start of what is known to an instant. */
  openBefore(instant: number): number {
    const i = lastAtOrBelow(this.#starts, instant);
    if (i < 0) return 0;
    return at(this.#before, i) + Math.min(instant, at(this.#ends, i)) - at(this.#starts, i);
  }

  /** The first instant at which the open time since the start of what is known is `open` (> 0, at most the total). */
  firstWith(open: number): number {
    const i = lastBelow(this.#before, open);
    return at(this.#starts, i) + open - at(this.#before, i);
  }

  /** The last instant at which it still is `open` (≥ 0, less than the total). */
  lastWith(open: number): number {
    const i = lastAtOrBelow(this.#before, open);
    return at(this.#starts, i) + open - at(this.#before, i);
  }

  /** The interval that an instant lies in, or the next one, as far as it is known. */
  atOrAfter(instant: number): Interval | undefined {
    const i = lastAtOrBelow(this.#starts, instant);
    const found = i >= 0 && instant < at(this.#ends, i) ? i : i + 1;
    return found < this.#starts.length ? [at(this.#starts, found), at(this.#ends, found)] : undefined;
  }

  /** The end of the last interval known, if there is one. */
  lastEnd(): number | undefined {
    return this.#ends.at(-1);
  }

  /** The start of the first interval known, if there is one. */
  firstStart(): number | undefined {
    return this.#starts[0];
  }

  #step(): number {
    return Math.min(MOST_MS, Math.max(LEAST_MS, this.#to - this.#from));
  }

  #append(to: number): void {
    for (const [start, end] of this.#openTime(this.#to, to)) this.#push(start, end);
    this.#to = to;
  }

  #prepend(from: number): void {
    const [starts, ends] = [this.#starts, this.#ends];
    [this.#starts, this.#ends, this.#before] = [[], [], []];
    for (const [start, end] of this.#openTime(from, this.#from)) this.#push(start, end);
    for (const [i, start] of starts.entries()) this.#push(start, at(ends, i));
    this.#from = from;
  }

  /** Adds an interval after all others; one that touches the last becomes part of it. */
  #push(start: number, end: number): void {
    const last = this.#starts.length - 1;
    if (last >= 0 && start === at(this.#ends, last)) {
      this.#ends[last] = end;
      return;
    }
    this.#before.push(last < 0 ? 0 : at(this.#before, last) + at(this.#ends, last) - at(this.#starts, last));
    this.#starts.push(start);
    this.#ends.push(end);
  }
}

/** The union of intervals in any order: sorted, apart from each other, cut to `[from, to)`. */
export function union(intervals: readonly Interval[], from: number, to: number): Interval[] {
  const result: [number, number][] = [];
  for (const [start, end] of [...intervals].sort((a, b) => a[0] - b[0])) {
    const [first, last] = [Math.max(start, from), Math.min(end, to)];
    if (first >= last) continue;
    const previous = result.at(-1);
    if (previous !== undefined && first <= previous[1]) previous[1] = Math.max(previous[1], last);
    else result.push([first, last]);
  }
  return result;
}

function at(values: readonly number[], index: number): number {
  return values[index] as number;
}

/** Index of the last value ≤ x in a sorted list, or -1. */
function lastAtOrBelow(values: readonly number[], x: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (at(values, middle) <= x) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Index of the last value < x in a sorted list, or -1. */
function lastBelow(values: readonly number[], x: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (at(values, middle) < x) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
