/** Instants and durations as people read them. All instants are ms since the epoch. */

/** "in 12 min", "3 min ago", "now": where an instant lies, seen from `now`. Plain time, rounded to the unit shown. */
export function relative(instant: number, now: number): string {
  const distance = Math.abs(instant - now);
  if (distance < 500) return 'now';
  return instant > now ? `in ${span(distance)}` : `${span(distance)} ago`;
}

/** "45 s", "12 min", "3 h 20 min", "2 days 17 h": a stretch of plain time (ms), rounded. */
export function span(duration: number): string {
  const seconds = Math.round(duration / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 24 * 60) return two(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  const hours = Math.round(minutes / 60);
  const days = Math.floor(hours / 24);
  return two(days, days === 1 ? 'day' : 'days', hours % 24, 'h');
}

function two(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}
