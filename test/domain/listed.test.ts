import { expect, test } from 'vitest';
import { listed } from '../../domain/listed.ts';

test.each([
  ['', []],
  ['a', ['a']],
  ['a and b', ['a', 'b']],
  ['a, b and c', ['a', 'b', 'c']],
])('%o', (said, names) => expect(listed(names)).toBe(said));

test('what is one of several', () => expect(listed(['a', 'b', 'c'], 'or')).toBe('a, b or c'));
