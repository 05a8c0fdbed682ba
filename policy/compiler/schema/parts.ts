import * as z from 'zod';
import { Priority } from '../../../domain/event.ts';
import { parseDuration } from '../duration.ts';
import { parseDate, parseWindow } from '../hours.ts';
import { meantZone } from '../meant.ts';
import { FormatError } from '../problems.ts';
import { A_NAME } from '../schema-issues.ts';

/**
 * What the schemas of the files are made of. Every message says what is expected; the compiler
 * adds what it found. A description is the help that a lead sees while typing.
 */

/** Text that a parser accepts; what the parser expects is the message. */
export function parsed(parse: (text: string) => unknown, expected: string, description: string) {
  return z
    .string({ error: expected })
    .superRefine((text, context) => reportFormat(context, () => parse(text)))
    .meta({ description });
}

/** Turns what a parser throws into an issue. */
export function reportFormat(context: z.core.$RefinementCtx, parse: () => unknown): void {
  try {
    parse();
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    context.addIssue({ code: 'custom', message: error.expected, params: { meant: error.meant } });
  }
}

export function pattern(form: RegExp, expected: string, description: string, longest = 500) {
  return z
    .string({ error: expected })
    .regex(form, expected)
    .max(longest, `${expected}, of at most ${longest} characters`)
    .meta({ description });
}

/** One line of text. Names, addresses and reasons end up in e-mail headers, where a line break would be an injection. */
export const line = (description: string) =>
  pattern(/^(?! )[^\p{Cc}\u2028\u2029]+(?<! )$/u, 'one line of text', description);

/** A name of the policy's own. It becomes part of the table's keys, so it is short. */
export const id = (description: string) =>
  pattern(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, `${A_NAME}, digits and hyphens, such as "copyright-claim"`, description, 64);

/** A name that something else has: which there are is looked up with all files at hand (checks/). */
export const nameOf = (what: string, description: string) => pattern(/\S/, what, description);

export const A_CALENDAR = 'a calendar in calendars.yaml';
export const A_QUEUE = 'a queue in queues.yaml';
export const A_LEAD = 'the id of a lead in leads.yaml';
export const A_SOURCE = 'a source in sources.yaml';
export const A_VENDOR = 'a vendor in vendors.yaml';
export const A_LIST = 'a list under "lists"';

/** An id that a CRM gives. In quotes, because it is a name and not a number. */
export const crmId = (what: string, example: string, description: string) =>
  pattern(/^[A-Za-z0-9._-]{1,64}$/, `the id of a ${what} in quotes, such as "${example}"`, description);

export const oneOf = <const T extends readonly string[]>(values: T, description: string) =>
  z.enum(values, { error: `one of ${values.join(', ')}` }).meta({ description });

/** A list that has to have something in it. */
export const list = <T extends z.ZodType>(item: T, one: string, description: string) =>
  z
    .array(item, { error: `a list with at least one ${one}` })
    .min(1, `a list with at least one ${one}`)
    .meta({ description });

export const flag = (description: string) => z.boolean({ error: 'true or false' }).meta({ description });

export const whole = (from: number, to: number, description: string) => {
  const expected = `a whole number from ${from} to ${to}`;
  return z.int({ error: expected }).min(from, expected).max(to, expected).meta({ description });
};

export const number = (from: number, to: number, description: string) => {
  const expected = `a number from ${from} to ${to}`;
  return z.number({ error: expected }).min(from, expected).max(to, expected).meta({ description });
};

/** Length of a business day while a single duration is looked at: only the whole file says how long it is (check-clocks.ts). */
const ANY_DAY_SECONDS = 3600;

export const duration = (description: string) =>
  parsed((text) => parseDuration(text, ANY_DAY_SECONDS), 'a duration such as "8 business hours"', description);

/** Plain time, for what has no calendar; `mostDays` stays below the backstops in workflows/. */
export const plainDuration = (mostDays: number, description: string) =>
  parsed(
    (text) => {
      const { kind, seconds } = parseDuration(text, ANY_DAY_SECONDS);
      if (kind !== 'calendar')
        throw new FormatError('calendar time, such as "15 calendar minutes": this wait has no calendar', text);
      if (seconds > mostDays * 86_400) throw new FormatError(`at most ${mostDays} calendar days`, text);
    },
    'a duration such as "15 calendar minutes"',
    description,
  );

/** One entry per priority, the most urgent first; a file decides whether all four have to be there. */
export function perPriority<T extends z.ZodType>(entry: (priority: Priority) => T): Record<Priority, T> {
  return Object.fromEntries([...Priority.options].reverse().map((priority) => [priority, entry(priority)])) as Record<
    Priority,
    T
  >;
}

export const zone = parsed(parseZone, 'a time zone such as "Europe/Dublin"', 'IANA time zone, e.g. Europe/Dublin.');

function parseZone(text: string): void {
  const fault = () =>
    new FormatError(
      'a time zone such as "Europe/Dublin" or "UTC"',
      text,
      meantZone(text, Intl.supportedValuesOf('timeZone')),
    );
  if (!/^(UTC|[A-Za-z_]+(\/[A-Za-z0-9_+-]+)+)$/.test(text)) throw fault();
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
  } catch {
    throw fault();
  }
}

export const date = (description: string) => parsed(parseDate, 'a date such as 2026-12-24', description);

export const language = pattern(
  /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/,
  'a language code such as "en"',
  'Language code as the CRM writes it.',
);

export const windows = z
  .array(
    parsed(
      parseWindow,
      'hours such as "09:00-17:30"',
      'Hours such as "09:00-17:30"; "22:00-06:00" runs over midnight.',
    ),
    {
      error: 'a list of hours such as ["09:00-13:00", "14:00-18:00"]; [] is closed all day',
    },
  )
  .meta({ description: 'Opening hours of the day; several for split shifts; [] is closed.' });

export const url = (description: string) =>
  parsed(
    (text) => {
      const parsedUrl = URL.parse(text);
      if (parsedUrl === null || !['https:', 'http:'].includes(parsedUrl.protocol) || /[\s\p{Cc}]/u.test(text))
        throw new FormatError('an address that begins with https://', text);
      if (parsedUrl.username !== '' || parsedUrl.password !== '')
        throw new FormatError('an address without a user name or password: secrets live in Secrets Manager', text);
    },
    'an address that begins with https://',
    description,
  );

export const email = pattern(
  /^[A-Za-z0-9.!#$%&*+/=?^_{|}~-]+@[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+$/,
  'an e-mail address such as "maya@example.com"',
  'E-mail address, without a display name.',
);
