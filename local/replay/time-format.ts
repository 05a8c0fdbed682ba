import { Temporal } from 'temporal-polyfill';

/**
 * Reads the times of a column. A format is made of yyyy, M or MM, d or dd, H or HH, mm, ss, SSS and
 * anything else literally ("d/M/yyyy HH:mm"; one digit is always enough where two may stand), or is
 * "iso", "epoch-seconds" or "epoch-milliseconds". `zone` (IANA) is for formats that carry no offset.
 * The result reads a text to ms, or to undefined if it is not such a time. Throws RangeError for an
 * unknown zone or a format without year, month and day.
 */
export function timeReader(format: string, zone: string): (text: string) => number | undefined {
  Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone);
  if (format === 'epoch-seconds') return (text) => scaled(text, 1000);
  if (format === 'epoch-milliseconds') return (text) => scaled(text, 1);
  const read = format === 'iso' ? readIso(zone) : readPattern(format, zone);
  // Rows of an export share their minutes: each text is read once.
  const known = new Map<string, number | undefined>();
  return (text) => {
    const trimmed = text.trim();
    if (!known.has(trimmed)) known.set(trimmed, read(trimmed));
    return known.get(trimmed);
  };
}

function scaled(text: string, factor: number): number | undefined {
  const value = Number(text);
  return text.trim() === '' || !Number.isFinite(value) ? undefined : Math.round(value * factor);
}

function readIso(zone: string) {
  return (text: string): number | undefined => {
    const hasOffset = /(Z|[+-]\d\d:?\d\d)$/.test(text);
    try {
      return hasOffset
        ? Temporal.Instant.from(text).epochMilliseconds
        : Temporal.PlainDateTime.from(text).toZonedDateTime(zone).epochMilliseconds;
    } catch {
      return undefined;
    }
  };
}

const FIELDS = {
  yyyy: ['year', '\\d{4}'],
  MM: ['month', '\\d{1,2}'],
  M: ['month', '\\d{1,2}'],
  dd: ['day', '\\d{1,2}'],
  d: ['day', '\\d{1,2}'],
  HH: ['hour', '\\d{1,2}'],
  H: ['hour', '\\d{1,2}'],
  mm: ['minute', '\\d{1,2}'],
  ss: ['second', '\\d{1,2}'],
  SSS: ['millisecond', '\\d{1,3}'],
} as const;
type Field = (typeof FIELDS)[keyof typeof FIELDS][0];

function readPattern(format: string, zone: string) {
  const fields: Field[] = [];
  const source = format.replace(/yyyy|MM?|dd?|HH?|mm|ss|SSS|[^A-Za-z0-9]|./g, (token) => {
    const field = FIELDS[token as keyof typeof FIELDS];
    if (field === undefined) return token.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
    fields.push(field[0]);
    return `(${field[1]})`;
  });
  for (const needed of ['year', 'month', 'day'] as const) {
    if (!fields.includes(needed)) throw new RangeError(`the time format "${format}" says nothing of the ${needed}`);
  }
  const pattern = new RegExp(`^${source}$`);
  return (text: string): number | undefined => {
    const found = pattern.exec(text);
    if (found === null) return undefined;
    const parts: Partial<Record<Field, number>> = {};
    for (const [index, field] of fields.entries()) parts[field] = Number(found[index + 1]);
    const { year = 0, month = 0, day = 0 } = parts;
    try {
      return Temporal.PlainDateTime.from({ ...parts, year, month, day }, { overflow: 'reject' }).toZonedDateTime(zone)
        .epochMilliseconds;
    } catch {
      return undefined;
    }
  };
}
