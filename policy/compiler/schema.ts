import * as z from 'zod';
import { Priority } from '../../domain/event.ts';
import { PACKET_FIELDS, SOURCE_KINDS } from '../../domain/policy.ts';
import { TRIAGE_FIELDS } from '../../domain/triage.ts';
import { parseDuration, parseWarning } from './duration.ts';
import { parseRegion } from './holidays.ts';
import { parseDate, parseDays, parseWindow, parseYears } from './hours.ts';
import { FormatError } from './problems.ts';

/**
 * The form in which a lead writes the policy: one schema per file. Every message says what is
 * expected there; the compiler adds what it found. The JSON Schemas for editors are made from
 * these (write-schemas.ts), so a description here is the help that a lead sees while typing.
 */

/** Text that a parser accepts; what the parser expects is the message. */
function parsed(parse: (text: string) => unknown, expected: string, description: string) {
  return z
    .string({ error: expected })
    .superRefine((text, context) => reportFormat(context, () => parse(text)))
    .meta({ description });
}

function reportFormat(context: z.core.$RefinementCtx, parse: () => unknown): void {
  try {
    parse();
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    context.addIssue({ code: 'custom', message: error.expected });
  }
}

function pattern(form: RegExp, expected: string, description: string) {
  return z
    .string({ error: expected })
    .regex(form, expected)
    .max(500, `${expected}, of at most 500 characters`)
    .meta({ description });
}

/** One line of text. Names, addresses and reasons end up in e-mail headers, where a line break would be an injection. */
const line = (description: string) => pattern(/^(?! )[^\p{Cc}\u2028\u2029]+(?<! )$/u, 'one line of text', description);

const id = (description: string) =>
  pattern(
    /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/,
    'a name in small letters, digits and hyphens, such as "copyright-claim"',
    description,
  );

const oneOf = <const T extends readonly string[]>(values: T, description: string) =>
  z.enum(values, { error: `one of ${values.join(', ')}` }).meta({ description });

const list = <T extends z.ZodType>(item: T, one: string, description: string) =>
  z
    .array(item, { error: `a list with at least one ${one}` })
    .min(1, `a list with at least one ${one}`)
    .meta({ description });

const flag = (description: string) => z.boolean({ error: 'true or false' }).meta({ description });

const whole = (from: number, to: number, description: string) => {
  const expected = `a whole number from ${from} to ${to}`;
  return z.int({ error: expected }).min(from, expected).max(to, expected).meta({ description });
};

const duration = (description: string) => parsed(parseDuration, 'a duration such as "8 business hours"', description);

/** Plain time, for people and machines that are waited for whatever the hour; `mostDays` stays below the backstops in workflows/. */
const plainDuration = (mostDays: number, description: string) =>
  parsed(
    (text) => {
      const { kind, seconds } = parseDuration(text);
      if (kind !== 'calendar')
        throw new FormatError('calendar time, such as "15 calendar minutes": this wait has no calendar', text);
      if (seconds > mostDays * 86_400) throw new FormatError(`at most ${mostDays} calendar days`, text);
    },
    'a duration such as "15 calendar minutes"',
    description,
  );

const zone = parsed(parseZone, 'a time zone such as "Europe/Dublin"', 'IANA time zone, e.g. Europe/Dublin.');

function parseZone(text: string): void {
  const expected = 'a time zone such as "Europe/Dublin" or "UTC"';
  if (!/^(UTC|[A-Za-z_]+(\/[A-Za-z0-9_+-]+)+)$/.test(text)) throw new FormatError(expected, text);
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
  } catch {
    throw new FormatError(expected, text);
  }
}

const date = (description: string) => parsed(parseDate, 'a date such as 2026-12-24', description);

const windows = z
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

const url = (description: string) =>
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

const email = pattern(
  /^[A-Za-z0-9.!#$%&*+/=?^_{|}~-]+@[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+$/,
  'an e-mail address such as "maya@example.com"',
  'E-mail address, without a display name.',
);

export const Sources = z.strictObject({
  organisation: line('Name of your organisation, as e-mails show it.'),
  sources: z
    .record(
      id('Name of the source: webhooks come to /webhooks/<name>.'),
      z.strictObject({
        kind: oneOf(SOURCE_KINDS, 'What sends: Zendesk event webhooks, or any sender of Standard Webhooks.'),
        'api-url': url('Base address of the CRM, for what triage writes back; without it nothing is.').optional(),
        'integration-user-id': pattern(
          /^[A-Za-z0-9._-]{1,64}$/,
          'the id of a user in quotes, such as "900001"',
          'The CRM user that CaseRelay writes as, in quotes: what it did itself is not taken for news.',
        ).optional(),
      }),
    )
    .refine((sources) => Object.keys(sources).length > 0, 'at least one source')
    .meta({ description: 'The CRMs that send cases, by name.' }),
});

export const Calendar = z.strictObject({
  zone,
  hours: z
    .record(parsed(parseDays, 'a day such as "sat" or days such as "mon-fri"', 'Days.'), windows)
    .meta({ description: 'Opening hours per day ("sat") or days ("mon-fri"), in the time of the zone.' }),
  holidays: z
    .strictObject({
      region: parsed(
        parseRegion,
        'a region such as US, US-CA, DE-BY or GB-ENG',
        'Whose public holidays: a country (US) or a part of it (US-CA, DE-BY, GB-ENG).',
      ).optional(),
      also: z
        .array(date('A date.'), { error: 'a list of dates' })
        .meta({ description: 'Further dates on which you are closed.' })
        .optional(),
      not: z
        .array(date('A date.'), { error: 'a list of dates' })
        .meta({ description: 'Public holidays of the region on which you work.' })
        .optional(),
    })
    .meta({ description: 'Days on which it is closed; leave it out for none.' })
    .optional(),
  special: z
    .record(date('A date.'), windows)
    .meta({ description: 'Dates with hours of their own; they win over hours and holidays.' })
    .optional(),
});

export const Calendars = z.strictObject({
  years: z
    .union([z.int(), z.string()], { error: 'years such as 2025-2029' })
    .superRefine((years, context) => reportFormat(context, () => parseYears(String(years))))
    .meta({ description: 'The years whose public holidays are worked out.' }),
  calendars: z
    .record(id('Name of the calendar, as other files use it.'), Calendar)
    .meta({ description: 'Calendars by name. "always" exists already: it is open all the time.' }),
});

export const Clock = z.strictObject({
  calendar: id('Name of a calendar in calendars.yaml. Targets in calendar time need none.').optional(),
  targets: z
    .strictObject(
      Object.fromEntries(
        Priority.options.map((priority) => [priority, duration(`Target for ${priority} cases.`)]),
      ) as Record<Priority, ReturnType<typeof duration>>,
    )
    .meta({ description: 'What is promised, per priority.' }),
  warnings: z
    .array(
      parsed(
        parseWarning,
        'a warning such as "75%"',
        'A share of the target ("75%") or a time ("30 business minutes before").',
      ),
      { error: 'a list such as ["75%"]' },
    )
    .meta({ description: 'When to warn before the deadline.' })
    .optional(),
  'pause-on': z
    .array(oneOf(['pending', 'on-hold'], 'A status.'), { error: 'a list of pending, on-hold' })
    .meta({ description: 'Statuses of a case in which the clock is paused.' })
    .optional(),
  'on-reopen': oneOf(
    ['resume', 'restart'],
    'What reopening a solved case does to its resolution clock: go on from where it stopped (the default), or begin anew.',
  ).optional(),
});

export const Clocks = z.strictObject({
  'default-priority': oneOf(Priority.options, 'Priority of a case that comes without one, until triage decides.'),
  clocks: z
    .strictObject({
      'first-response': Clock.meta({ description: 'Opened until the first public reply of a person.' }).optional(),
      'next-response': Clock.meta({
        description: 'The oldest unanswered message of the customer until a public reply of a person.',
      }).optional(),
      resolution: Clock.meta({ description: 'Opened until solved.' }).optional(),
    })
    .meta({ description: 'The promises that are timed.' }),
});

/** The authored form of a condition: like the compiled one, but a single value may stand without a list. */
export interface Condition {
  all?: Condition[] | undefined;
  any?: Condition[] | undefined;
  not?: Condition | undefined;
  field?: string | undefined;
  is?: Scalar | Scalar[] | undefined;
  contains?: string | string[] | undefined;
  exists?: boolean | undefined;
}
type Scalar = string | number | boolean;

const phrase = pattern(
  /[\p{L}\p{N}]/u,
  'a phrase with letters or digits in it',
  'A phrase, matched as whole words in any case.',
);
const value = z.union([line('A value.'), z.number(), z.boolean()], { error: 'a text, a number, true or false' });

export const Condition: z.ZodType<Condition> = z
  .strictObject({
    get all() {
      return list(Condition, 'condition', 'All of these hold.').optional();
    },
    get any() {
      return list(Condition, 'condition', 'At least one of these holds.').optional();
    },
    get not() {
      return Condition.optional();
    },
    field: z
      .string({ error: 'the name of a field' })
      .meta({
        description: `A field of the case: ${TRIAGE_FIELDS.join(', ')} or custom.<name>. any-text is subject and text together.`,
      })
      .optional(),
    is: z
      .union([value, z.array(value).min(1)], { error: 'a value, or a list of values' })
      .meta({ description: 'The field is one of these.' })
      .optional(),
    contains: z
      .union([phrase, z.array(phrase).min(1)], {
        error: 'a phrase, or a list of phrases, with letters or digits in them',
      })
      .meta({ description: 'The field has one of these phrases in it, as whole words in any case.' })
      .optional(),
    exists: flag('The case has the field (true) or does not (false).').optional(),
  })
  .meta({ id: 'condition', description: 'What must be so for the rule to apply.' });

export const Outcome = z.strictObject({
  category: id('What the case is about; vendors.yaml says which vendor takes which category.'),
  queue: id('Name of a queue in queues.yaml.'),
  route: oneOf(['home', 'vendor'], 'Who works it: your own team (home, the default) or a vendor.').optional(),
  'data-class': id('What kind of data the case holds; a vendor is offered only classes that it is cleared for.'),
  sensitive: flag('A sensitive case never leaves the house (default: false).').optional(),
  priority: oneOf(Priority.options, 'Priority to set; left out, the case keeps its own.').optional(),
  tags: z
    .array(pattern(/^[^\s\p{Cc},]+$/u, 'a tag without spaces', 'A tag.'), { error: 'a list of tags' })
    .meta({ description: 'Tags to add to the case.' })
    .optional(),
});

export type Outcome = z.infer<typeof Outcome>;

export const Rule = z.strictObject({
  id: id('Name of the rule; each decision is stamped with it.'),
  owner: id('The lead to ask about this rule: an id in leads.yaml.'),
  reason: line('Why, in a line: the private note on the case says it.'),
  when: Condition.optional(),
  // biome-ignore lint/suspicious/noThenProperty: a policy reads "when … then …"; nothing awaits this object.
  then: Outcome.meta({ description: 'What is decided.' }),
});

export const Triage = z.strictObject({
  rules: z
    .array(Rule, { error: 'a list of rules' })
    .meta({ description: 'Rules, tried from the top: the first whose condition holds decides.' }),
  otherwise: Outcome.meta({ description: 'What is decided when no rule applies.' }),
});

export const Queue = z.strictObject({
  name: line('Name as people read it.'),
  'group-id': pattern(
    /^[A-Za-z0-9._-]{1,64}$/,
    'the id of a group in quotes, such as "360001"',
    "Id of the CRM's group, in quotes; without it the group is left as it is.",
  ).optional(),
  leads: list(id('An id in leads.yaml.'), 'lead', 'Leads who answer for the queue, the first one first.'),
});

export const Queues = z.strictObject({
  queues: z.record(id('Name of the queue.'), Queue).meta({ description: 'Queues by name.' }),
});

export const Vendor = z.strictObject({
  id: id('Name of the vendor; its secret has the same name.'),
  name: line('Name as people read it.'),
  url: url('Where offers are posted.'),
  calendar: id('When the vendor works: a calendar in calendars.yaml.'),
  languages: list(
    pattern(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'a language code such as "en"', 'Language code as the CRM writes it.'),
    'language',
    'Languages that it answers in.',
  ),
  'data-classes': list(
    id('A data class.'),
    'data class',
    'Data classes that it is cleared for, as triage.yaml names them.',
  ),
  categories: list(id('A category.'), 'category', 'Categories that it takes, as triage.yaml names them.'),
  packet: list(oneOf(PACKET_FIELDS, 'A field.'), 'field', 'What it is sent of a case; nothing else is.'),
  'answer-within': plainDuration(3, 'Time to accept or reject an offer, before the next vendor is asked.'),
  'work-within': plainDuration(14, 'Time to finish an accepted case, before it is taken back.'),
});

export const Vendors = z.strictObject({
  'max-offers': whole(1, 20, 'Most vendors that are offered one case before it comes home.'),
  'allow-loopback': flag(
    'Allow plain http to this very machine: only for a trial on a laptop (default: false).',
  ).optional(),
  vendors: z
    .array(Vendor, { error: 'a list of vendors; [] for none' })
    .meta({ description: 'Vendors, in the order in which they are asked.' }),
});

export const Lead = z.strictObject({
  id: id('Name of the lead, as other files use it.'),
  name: line('Name as people read it.'),
  email,
  zone: zone.meta({ description: 'Time zone in which the lead reads times, e.g. Europe/Dublin.' }),
  calendar: id('When the lead is on duty: a calendar in calendars.yaml, or "always".'),
});

export const Leads = z.strictObject({
  leads: list(Lead, 'lead', 'The leads, who answer for queues and get alerts.'),
});

export const Alerting = z.strictObject({
  from: email.meta({ description: 'Sender of alerts: an address that SES may send from.' }),
  rungs: list(
    z.strictObject({
      to: oneOf(
        ['on-duty', 'all'],
        "Whom to tell: the queue's first lead who is on duty (nobody on duty: the first of all), or all of them.",
      ),
      wait: plainDuration(3, 'How long to wait for somebody to acknowledge before the next rung.'),
    }),
    'rung',
    'The steps of an escalation, in order.',
  ),
  'link-days': whole(1, 30, 'Days for which the links in an e-mail work.'),
});

/** The files of a policy, each with its schema and title. */
export const FILES = {
  sources: { schema: Sources, title: 'Where cases come from' },
  calendars: { schema: Calendars, title: 'When who works' },
  clocks: { schema: Clocks, title: 'What is promised: SLA targets' },
  triage: { schema: Triage, title: 'What happens to a new case' },
  queues: { schema: Queues, title: 'Queues and who answers for them' },
  vendors: { schema: Vendors, title: 'Vendors' },
  leads: { schema: Leads, title: 'Leads and when they are on duty' },
  alerting: { schema: Alerting, title: 'How leads are told' },
} as const;
export type FileName = keyof typeof FILES;
export type Authored = { readonly [F in FileName]: z.infer<(typeof FILES)[F]['schema']> };
