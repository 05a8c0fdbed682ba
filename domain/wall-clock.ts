/**
 * Instants (ms since the epoch) as people read them on the wall clock of an IANA zone. An unknown
 * zone is a RangeError.
 */

/** "Mon 8 Jun 2026, 14:30 Central European Summer Time". To the second: "14:30:05", where the seconds are not zero. */
export function inZone(instant: number, zone: string, precision: 'minute' | 'second' = 'minute'): string {
  const part = partsOf(instant, zone);
  const time = precision === 'minute' ? `${part('hour')}:${part('minute')}` : timeOfDay(part);
  return `${part('weekday')} ${part('day')} ${part('month')} ${part('year')}, ${time} ${part('timeZoneName')}`;
}

/** "Mon 16 Nov 09:00", with seconds if there are any; with the year ("16 Nov 27") if it is not `year`. */
export function dayAndTime(instant: number, zone: string, year: number): string {
  const part = partsOf(instant, zone);
  const shownYear = Number(part('year')) === year ? '' : ` ${part('year').slice(-2)}`;
  return `${part('weekday')} ${part('day')} ${part('month')}${shownYear} ${timeOfDay(part)}`;
}

/** "14:30", or with the day ("Mon 8 Jun, 14:30") if that is not the day of `now`: short, for a reader who knows the zone. */
export function timeAsOf(instant: number, zone: string, now: number): string {
  const [part, today] = [partsOf(instant, zone), partsOf(now, zone)];
  const day = (of: Part) => `${of('weekday')} ${of('day')} ${of('month')}`;
  const time = `${part('hour')}:${part('minute')}`;
  return day(part) === day(today) && part('year') === today('year') ? time : `${day(part)}, ${time}`;
}

/** The year that the wall clock shows. */
export function yearIn(instant: number, zone: string): number {
  return Number(partsOf(instant, zone)('year'));
}

/** What people call a zone at that time, summer and winter: "Pacific Time (America/Los_Angeles)". */
export function zoneName(instant: number, zone: string): string {
  const named = (style: 'long' | 'longGeneric') =>
    new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: style })
      .formatToParts(instant)
      .find(({ type }) => type === 'timeZoneName')?.value ?? zone;
  const generic = named('longGeneric');
  return `${generic.startsWith('GMT') ? named('long') : generic} (${zone})`;
}

type Part = (type: Intl.DateTimeFormatPartTypes) => string;

/** Put together here: how a locale punctuates a date differs between releases of ICU. */
function partsOf(instant: number, zone: string): Part {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, value]),
  );
  return (type) => parts.get(type) ?? '';
}

function timeOfDay(part: Part): string {
  return `${part('hour')}:${part('minute')}${part('second') === '00' ? '' : `:${part('second')}`}`;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Kept, as making one takes longer than all else; there are some hundred zones. */
function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      weekday: 'short',
      day: 'numeric',
      month: 'short',
      year: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
      timeZoneName: 'long',
    });
    formats.set(zone, format);
  }
  return format;
}
