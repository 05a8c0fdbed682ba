import { describe, expect, it } from 'vitest';
import { relative, span } from '../../../functions/shared/time-words.ts';

describe('how far away an instant is', () => {
  const NOW = Date.parse('2026-11-16T10:00:00Z');
  it.each([
    [0, 'now'],
    [499, 'now'],
    [8_000, 'in 8 s'],
    [-59_400, '59 s ago'],
    [59_600, 'in 1 min'],
    // A mail sent a moment after the warning "10 minutes before" still says ten.
    [599_900, 'in 10 min'],
    [-180_000, '3 min ago'],
    [3_600_000, 'in 1 h'],
    [12_000_000, 'in 3 h 20 min'],
    [86_400_000, 'in 1 day'],
    [234_000_000, 'in 2 days 17 h'],
  ])('%d ms is %s', (distance, expected) => {
    expect(relative(NOW + distance, NOW)).toBe(expected);
  });

  it('never says sixty of anything', () => {
    expect(span(3_599_600)).toBe('1 h');
    expect(span(86_399_000)).toBe('1 day');
  });
});
