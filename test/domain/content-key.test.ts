import { describe, expect, it } from 'vitest';
import { contentKey } from '../../domain/content-key.ts';

describe('a content key', () => {
  it('is the FNV-1a (64 bits) of the value as JSON', () => {
    // Worked out with an independent implementation over the bytes of "[]" and "{\"a\":1}".
    expect(contentKey([])).toBe('09612b07b5ecb5a5');
    expect(contentKey({ a: 1 })).toBe('9c3e82dd6fcae8b1');
  });

  it('does not hang on the order of keys, at any depth', () => {
    expect(contentKey({ a: 1, b: { c: [1, 2], d: null } })).toBe(contentKey({ b: { d: null, c: [1, 2] }, a: 1 }));
  });

  it.each([
    [
      [1, 2],
      [2, 1],
    ],
    [{ a: 1 }, { a: 2 }],
    [{ a: 'é' }, { a: 'e' }],
    [[], {}],
  ])('tells %j from %j', (a, b) => {
    expect(contentKey(a)).not.toBe(contentKey(b));
  });
});
