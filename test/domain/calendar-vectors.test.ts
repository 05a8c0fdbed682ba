import { describe, expect, it } from 'vitest';
import { type Answer, answer, expected, vectors } from '../support/sla-vectors.ts';

/** What we answer where the sources disagree (docs/adr/0007-contested-sla-semantics.md), worked by hand. */
const DECIDED: Readonly<Record<string, Readonly<Record<string, Answer>>>> = {
  'due-at-close': {
    // The source moves it on to Sunday the 15th, 11:00.
    'biz-017': '2006-01-08T12:00:00.000Z',
    'djs-005': '2021-01-27T12:00:00.000Z',
    'tsb-013': '2018-05-14T17:00:00.000Z',
    'tsb-017': '2018-05-18T17:00:00.000Z',
    'tsb-033': '2018-05-14T17:00:00.000Z',
    'tsb-038': '2018-05-15T17:00:00.000Z',
    'tsb-040': '2018-05-16T17:00:00.000Z',
    'tsb-049': '2018-05-14T13:00:00.000Z',
  },
  // The source rolls on to 10:00.
  'zero-duration': { 'biz-004': '2006-01-03T00:00:00.000Z' },
  // The other three sources count back, below zero.
  'reversed-range': { 'biz-008': 0, 'wh-053': 0, 'sg-019': 0, 'djs-018': 0 },
  // A Sunday of 25 hours; the source says 24.
  'dst-wall-clock': { 'wh-061': 90_000 },
  // The last source says open.
  'closing-instant': { 'wh-040': false, 'wh-042': false, 'mbt-040': false },
};

describe('vectors of seven public test suites (test/vectors)', () => {
  const scored = vectors.filter(({ contested }) => contested === undefined);
  const contested = vectors.filter((vector) => vector.contested !== undefined);

  it('scores 308 of all kinds, and counts 17 contested ones apart', () => {
    const perKind = Object.groupBy(scored, ({ kind }) => kind);
    expect(Object.fromEntries(Object.entries(perKind).map(([kind, list]) => [kind, list.length]))).toEqual({
      due: 94,
      subtract: 19,
      elapsed: 131,
      is_open: 30,
      next_open: 18,
      windows: 12,
      local_to_utc: 4,
    });
    const perTopic = Object.groupBy(contested, (vector) => vector.contested ?? '');
    expect(Object.fromEntries(Object.entries(perTopic).map(([topic, list]) => [topic, list?.length]))).toEqual({
      'due-at-close': 8,
      'zero-duration': 1,
      'reversed-range': 4,
      'dst-wall-clock': 1,
      'closing-instant': 3,
    });
    expect(vectors).toHaveLength(308 + 17);
  });

  it.each(scored)('$id $kind', (vector) => {
    expect(answer(vector)).toEqual(expected(vector));
  });

  it.each(contested)('$id contested: $contested', (vector) => {
    expect(answer(vector)).toEqual(DECIDED[vector.contested ?? '']?.[vector.id]);
  });
});
