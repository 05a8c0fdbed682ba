import { WEEKDAYS, type Weekday, type Window } from '../../domain/calendar.ts';
import { meantDate, meantDays, meantWindow } from './meant.ts';
import { FormatError } from './problems.ts';

const MIDNIGHT = 1440;

/**
 * Reads opening hours such as "09:00-13:00", "22:00-06:00" (over midnight) or "00:00-24:00" as
 * minutes after midnight. Throws FormatError.
 */
export function parseWindow(text: string): Window {
  const match = /^(\d\d):(\d\d) ?- ?(\d\d):(\d\d)$/.exec(text);
  const expected = 'hours such as "09:00-17:30", or "22:00-06:00" over midnight';
  if (match === null) throw new FormatError(expected, text, meantWindow(text));
  const [fromHour = 0, fromMinute = 0, toHour = 0, toMinute = 0] = match.slice(1).map(Number);
  const [from, to] = [fromHour * 60 + fromMinute, toHour * 60 + toMinute];
  if (fromMinute > 59 || toMinute > 59 || from >= MIDNIGHT || to > MIDNIGHT) throw new FormatError(expected, text);
  if (from === to) throw new FormatError('hours that end after they begin ("00:00-24:00" is the whole day)', text);
  return [from, to];
}

/** The windows of one day that overlap, if any: sorted, the first whose end lies after the next one's start. */
export function overlap(windows: readonly Window[]): readonly [Window, Window] | undefined {
  const sorted = [...windows].sort((a, b) => a[0] - b[0]);
  for (const [i, window] of sorted.entries()) {
    const next = sorted[i + 1];
    if (next === undefined) continue;
    const end = window[1] > window[0] ? window[1] : window[1] + MIDNIGHT;
    if (end > next[0]) return [window, next];
  }
  return undefined;
}

/** A window as it is written. */
export function formatWindow([from, to]: Window): string {
  const time = (minutes: number) =>
    `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
  return `${time(from)}-${time(to)}`;
}

/** Reads "mon" or "mon-fri" (also over the weekend: "fri-mon") as the days meant, in order. Throws FormatError. */
export function parseDays(text: string): Weekday[] {
  const [first = '', last = first, ...rest] = text.split('-');
  const [from, to] = [WEEKDAYS.indexOf(first as Weekday), WEEKDAYS.indexOf(last as Weekday)];
  if (from < 0 || to < 0 || rest.length > 0) {
    throw new FormatError('a day such as "sat" or days such as "mon-fri"', text, meantDays(text));
  }
  const length = ((to - from + 7) % 7) + 1;
  return Array.from({ length }, (_, i) => WEEKDAYS[(from + i) % 7] as Weekday);
}

/** Checks a local date, YYYY-MM-DD, that exists. Throws FormatError. */
export function parseDate(text: string): string {
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== text) {
    throw new FormatError('a date such as 2026-12-24', text, meantDate(text));
  }
  return text;
}

/** Longest span of years that holidays are worked out for. */
const MOST_YEARS = 20;

/** Reads "2025-2029" or "2026" as years. Throws FormatError. */
export function parseYears(text: string): number[] {
  const match = /^(\d{4})(?:-(\d{4}))?$/.exec(text);
  const from = Number(match?.[1]);
  const to = match?.[2] === undefined ? from : Number(match[2]);
  if (match === null || to < from || to - from >= MOST_YEARS || from < 1970) {
    throw new FormatError(`years such as 2025-2029, at most ${MOST_YEARS}`, text);
  }
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}
