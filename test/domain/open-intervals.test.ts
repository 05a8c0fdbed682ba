import { describe, expect, it } from 'vitest';
import { type Interval, OpenIntervals, union } from '../../domain/open-intervals.ts';

const DAY = 86_400_000;

/** Open in the first half of each day; notes what is asked of it. */
function halfDays() {
  const asked: Interval[] = [];
  const intervals = new OpenIntervals((from, to) => {
    asked.push([from, to]);
    const days = Array.from({ length: (to - from) / DAY }, (_, i) => from + i * DAY);
    return days.map((start): Interval => [start, start + DAY / 2]);
  });
  return { asked, intervals };
}

describe('what is laid out', () => {
  it('is nothing twice, in few pieces, however slowly it is asked for', () => {
    const { asked, intervals } = halfDays();
    for (let day = 0; day <= 3650; day++) intervals.cover(day * DAY, day * DAY);
    for (let day = 0; day >= -3650; day--) intervals.cover(day * DAY, day * DAY);
    const laid = asked.reduce((sum, [from, to]) => sum + to - from, 0);
    expect(laid).toBe(intervals.to - intervals.from);
    expect(asked.length).toBeLessThanOrEqual(10);
    expect(intervals.from).toBeLessThan(-3650 * DAY);
    expect(intervals.to).toBeGreaterThan(3650 * DAY);
  });

  it('is a quarter of a year at first, and doubles', () => {
    const { asked, intervals } = halfDays();
    intervals.cover(10.5 * DAY, 10.6 * DAY);
    intervals.extend();
    intervals.extendBack();
    expect(asked).toEqual([
      [9 * DAY, 101 * DAY],
      [101 * DAY, 193 * DAY],
      [-175 * DAY, 9 * DAY],
    ]);
  });

  it('is asked for again only at its edges', () => {
    const { asked, intervals } = halfDays();
    intervals.cover(10.5 * DAY, 10.5 * DAY);
    intervals.cover(9 * DAY + 1, 101 * DAY - 1);
    expect(asked).toHaveLength(1);
    intervals.cover(9 * DAY + 1, 101 * DAY);
    expect(asked).toHaveLength(2);
    intervals.cover(9 * DAY, 50 * DAY);
    expect(asked).toHaveLength(3);
  });

  it('grows by ten years at most', () => {
    const { asked, intervals } = halfDays();
    intervals.cover(0, 20_000 * DAY);
    intervals.extend();
    expect(asked.at(-1)).toEqual([20_001 * DAY, 23_661 * DAY]);
  });

  it('reaches a day beyond what is asked', () => {
    const { asked, intervals } = halfDays();
    intervals.cover(0, 1000 * DAY);
    intervals.cover(-5000 * DAY, 0);
    expect(asked).toEqual([
      [-DAY, 1001 * DAY],
      [-5001 * DAY, -DAY],
    ]);
  });
});

describe('what is known', () => {
  it('joins what touches across pieces, also at the front', () => {
    const intervals = new OpenIntervals((from, to) => [[from, to]]);
    intervals.cover(DAY, DAY);
    intervals.extend();
    intervals.extendBack();
    expect(intervals.atOrAfter(intervals.from)).toEqual([intervals.from, intervals.to]);
    expect(intervals.total()).toBe(intervals.to - intervals.from);
    expect(intervals.firstStart()).toBe(intervals.from);
    expect(intervals.lastEnd()).toBe(intervals.to);
  });

  it('has no first and no last interval when there is none', () => {
    const intervals = new OpenIntervals(() => []);
    intervals.cover(0, 0);
    expect([intervals.firstStart(), intervals.lastEnd(), intervals.atOrAfter(0), intervals.total()]).toEqual([
      undefined,
      undefined,
      undefined,
      0,
    ]);
  });

  it('finds where a sum of open time is first and last reached', () => {
    const { intervals } = halfDays();
    intervals.cover(2 * DAY, 2 * DAY);
    // It is known from day 1; half a day is open on each.
    expect(intervals.firstWith(DAY / 2)).toBe(1.5 * DAY);
    expect(intervals.lastWith(DAY / 2)).toBe(2 * DAY);
    expect(intervals.firstWith(DAY / 2 + 1)).toBe(2 * DAY + 1);
    expect(intervals.lastWith(0)).toBe(DAY);
    expect(intervals.openBefore(1.75 * DAY)).toBe(DAY / 2);
    expect(intervals.openBefore(0)).toBe(0);
  });
});

describe('the union of intervals', () => {
  it('is sorted, joined and cut', () => {
    expect(
      union(
        [
          [50, 60],
          [10, 20],
          [20, 25],
          [12, 18],
          [58, 90],
          [30, 29],
          [0, 5],
          [95, 99],
        ],
        8,
        70,
      ),
    ).toEqual([
      [10, 25],
      [50, 70],
    ]);
    expect(union([[0, 8]], 8, 70)).toEqual([]);
    expect(union([[70, 80]], 8, 70)).toEqual([]);
    expect(union([], 0, 1)).toEqual([]);
  });
});
