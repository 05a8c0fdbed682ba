import { bareDuration, meantDuration } from './meant.ts';
import { FormatError } from './problems.ts';

/** A length of time: `business` counts open hours of a calendar only, `calendar` counts all hours. Whole seconds. */
export interface Duration {
  readonly kind: 'business' | 'calendar';
  readonly seconds: number;
}

const UNIT_SECONDS = { second: 1, minute: 60, hour: 3600, day: 86_400 } as const;
type Unit = keyof typeof UNIT_SECONDS;

/** Longest duration that makes sense in a policy: a year. A longer one is a typing error. */
const LONGEST_SECONDS = 366 * 86_400;

const FORM = /^(\d+) (?:(business|calendar) )?(second|minute|hour|day)s?$/;
const EXPECTED = 'a duration such as "30 business minutes" or "2 calendar hours"';

/**
 * Reads `<n> business seconds|minutes|hours` or `<n> calendar seconds|minutes|hours|days`, and
 * business days if their length is given.
 *
 * A bare "8 hours" is refused, because readers disagree on what it means, and so is a business day
 * of which nobody has said how long it is. Throws FormatError, which says what to choose from.
 */
export function parseDuration(text: string, businessDaySeconds?: number): Duration {
  const [, digits = '', kind, unit] = FORM.exec(text) ?? [];
  if (unit === undefined) {
    const bare = bareDuration(text);
    throw new FormatError(bare === undefined ? EXPECTED : choose(bare.amount, bare.unit), text, meantDuration(text));
  }
  const amount = Number(digits);
  if (kind === undefined) throw new FormatError(choose(amount, unit as Unit), text);
  const isBusinessDay = kind === 'business' && unit === 'day';
  if (isBusinessDay && businessDaySeconds === undefined) {
    throw new FormatError(
      `"${plural(amount * 8, 'business hour')}", or "${plural(amount, 'calendar day')}" (all hours), or how long a business day is, as "business-day: 8 business hours" at the top of clocks.yaml`,
      text,
    );
  }
  const unitSeconds = isBusinessDay ? (businessDaySeconds ?? 0) : UNIT_SECONDS[unit as Unit];
  const seconds = amount * unitSeconds;
  if (seconds < 1) throw new FormatError('a duration of at least one second', text);
  if (seconds > LONGEST_SECONDS) throw new FormatError('a duration of at most 366 days', text);
  return { kind: kind as Duration['kind'], seconds };
}

function choose(amount: number, unit: Unit): string {
  const business = unit === 'day' ? plural(amount * 8, 'business hour') : plural(amount, `business ${unit}`);
  return `"${business}" (open hours of the calendar only) or "${plural(amount, `calendar ${unit}`)}" (all hours)`;
}

function plural(amount: number, unit: string): string {
  return `${amount} ${unit}${amount === 1 ? '' : 's'}`;
}

/** A warning as written: a share of the target, or a time before the deadline. */
export type WarningTime =
  | { readonly name: string; readonly share: number }
  | { readonly name: string; readonly before: Duration };

/** Reads `75%` or `30 business minutes before`; business days as `parseDuration` does. Throws FormatError. */
export function parseWarning(text: string, businessDaySeconds?: number): WarningTime {
  const percent = /^(\d+(?:\.\d+)?) ?%$/.exec(text)?.[1];
  if (percent !== undefined) {
    const share = Number(percent) / 100;
    if (!(share > 0 && share < 1)) throw new FormatError('a share between 0% and 100% of the target', text);
    return { name: `${percent}%`, share };
  }
  if (!text.endsWith(' before')) {
    throw new FormatError('a warning such as "75%" or "30 business minutes before"', text);
  }
  return { name: text, before: parseDuration(text.slice(0, -' before'.length), businessDaySeconds) };
}
