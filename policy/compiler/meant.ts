import { WEEKDAYS } from '../../domain/calendar.ts';

/**
 * What somebody meant who wrote a text as people do and not as the policy has it. Each gives a text that the
 * policy takes, or undefined where more than one could be meant.
 */

const TIME = String.raw`(\d{1,2})(?:[:.h](\d\d))?\s*(am|pm)?`;
const WINDOW = new RegExp(String.raw`^\s*${TIME}\s*(?:-|–|—|to|until)\s*${TIME}\s*$`, 'i');

/** "9:00–17:30", "9am to 5pm" → "09:00-17:30", "09:00-17:00". */
export function meantWindow(text: string): string | undefined {
  const [, fromHour, fromMinute, fromHalf, toHour, toMinute, toHalf] = WINDOW.exec(text) ?? [];
  const [from, to] = [timeOf(fromHour, fromMinute, fromHalf), timeOf(toHour, toMinute, toHalf)];
  return from === undefined || to === undefined || from === to ? undefined : `${from}-${to}`;
}

function timeOf(hour: string | undefined, minute = '00', half = ''): string | undefined {
  const late = half.toLowerCase() === 'pm';
  if (hour === undefined || Number(minute) > 59 || (half !== '' && (Number(hour) > 12 || Number(hour) === 0)))
    return undefined;
  const hours = half === '' ? Number(hour) : (Number(hour) % 12) + (late ? 12 : 0);
  return hours > 24 || (hours === 24 && minute !== '00') ? undefined : `${String(hours).padStart(2, '0')}:${minute}`;
}

const DAYS: Readonly<Record<string, string>> = {
  weekdays: 'mon-fri',
  weekend: 'sat-sun',
  weekends: 'sat-sun',
  daily: 'mon-sun',
};

/** "Mon-Fri", "monday to friday", "weekend" → "mon-fri", "mon-fri", "sat-sun". */
export function meantDays(text: string): string | undefined {
  const known = DAYS[text.trim().toLowerCase()];
  if (known !== undefined) return known;
  const words = text.toLowerCase().split(/\s*(?:-|–|—|\bto\b)\s*/);
  const days = words.map((word) =>
    WEEKDAYS.find((day) => word.trim().startsWith(day) && /^[a-z]+\.?$/.test(word.trim())),
  );
  return days.length > 2 || days.includes(undefined) ? undefined : days.join('-');
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** "24.12.2026", "2026/12/24", "24 Dec 2026" → "2026-12-24". What is between slashes the other way round may be either day or month. */
export function meantDate(text: string): string | undefined {
  const [, year, month, day] = /^(\d{4})[-/. ](\d{1,2})[-/. ](\d{1,2})$/.exec(text) ?? [];
  const [, ownDay, ownMonth, ownYear] = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(text) ?? [];
  const [, spokenDay, spokenMonth = '', spokenYear] = /^(\d{1,2})\.? ([a-z]{3,9}) (\d{4})$/i.exec(text) ?? [];
  const spoken = MONTHS.indexOf(spokenMonth.slice(0, 3).toLowerCase()) + 1;
  const parts = [year ?? ownYear ?? spokenYear, month ?? ownMonth ?? String(spoken), day ?? ownDay ?? spokenDay];
  const date = parts.map((part = '') => part.padStart(2, '0')).join('-');
  const at = Date.parse(`${date}T00:00:00Z`);
  return Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== date ? undefined : date;
}

/** "Dublin", "europe/dublin", "Los Angeles" → "Europe/Dublin", "Europe/Dublin", "America/Los_Angeles". */
export function meantZone(text: string, zones: readonly string[]): string | undefined {
  const name = text.trim().toLowerCase().replaceAll(' ', '_');
  const meant = zones.filter((zone) => zone.toLowerCase() === name || zone.toLowerCase().endsWith(`/${name}`));
  return meant.length === 1 ? meant[0] : undefined;
}

const COUNTRIES: Readonly<Record<string, string>> = { uk: 'GB', england: 'GB-ENG', usa: 'US', 'united states': 'US' };

/** "Ireland", "ie", "UK" → "IE", "IE", "GB". `countries`: names by code. */
export function meantCountry(text: string, countries: Readonly<Record<string, string>>): string | undefined {
  const name = text.trim().toLowerCase();
  const found = Object.entries(countries).find(
    ([code, own]) => code.toLowerCase() === name || own.toLowerCase() === name,
  );
  return COUNTRIES[name] ?? found?.[0];
}

const UNITS = [
  [/^(s|secs?|seconds?)$/, 'second', 1],
  [/^(m|mins?|minutes?)$/, 'minute', 60],
  [/^(h|hrs?|hours?)$/, 'hour', 3600],
  [/^(d|days?)$/, 'day', 86_400],
] as const;

/** "30m", "2 hrs" as a whole number of a unit; which hours it counts, nobody knows. */
export function bareDuration(text: string): { amount: number; unit: (typeof UNITS)[number][1] } | undefined {
  const [, amount, word = ''] = /^(\d+)\s*([a-z]+)\.?$/.exec(text.trim().toLowerCase()) ?? [];
  const unit = UNITS.find(([own]) => own.test(word));
  return amount === undefined || unit === undefined ? undefined : { amount: Number(amount), unit: unit[1] };
}

/** "1.5 business hours", "30 Business Mins" → "90 business minutes", "30 business minutes". */
export function meantDuration(text: string): string | undefined {
  const form = /^(\d+(?:[.,]\d+)?)\s*(business|calendar)\s*([a-z]+)\.?$/.exec(text.trim().toLowerCase());
  const [, amount = '', kind, word = ''] = form ?? [];
  const unit = UNITS.find(([own]) => own.test(word));
  if (unit === undefined) return undefined;
  const number = Number(amount.replace(',', '.'));
  // A business day is as long as the policy says, so that a part of one is not written in hours here.
  const whole = Number.isInteger(number)
    ? unit
    : UNITS.findLast(([, name, seconds]) => name !== 'day' && Number.isInteger((number * unit[2]) / seconds));
  if (whole === undefined || (whole !== unit && kind === 'business' && unit[1] === 'day')) return undefined;
  const count = Math.round((number * unit[2]) / whole[2]);
  return count < 1 ? undefined : `${count} ${kind} ${whole[1]}${count === 1 ? '' : 's'}`;
}
