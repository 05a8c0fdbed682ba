import * as z from 'zod';
import { type ClockName, Priority } from '../../../domain/event.ts';
import { parseDuration, parseWarning } from '../duration.ts';
import { FormatError } from '../problems.ts';
import {
  A_CALENDAR,
  A_QUEUE,
  A_VENDOR,
  duration,
  language,
  line,
  list,
  nameOf,
  oneOf,
  parsed,
  perPriority,
} from './parts.ts';

/** One value, or a list of some. */
const oneOrMore = <T extends z.ZodType>(item: T, what: string, description: string) =>
  z.union([item, z.array(item).min(1)], { error: `${what}, or a list of some` }).meta({ description });

const calendar = (description: string) => nameOf(A_CALENDAR, description).optional();

export const Exception = z.strictObject({
  when: z
    .strictObject({
      tier: oneOrMore(line('A tier.'), 'a tier', 'The customer has one of these tiers.').optional(),
      queue: oneOrMore(nameOf(A_QUEUE, 'A queue.'), 'a queue', 'The case is in one of these queues.').optional(),
      language: oneOrMore(
        language,
        'a language code',
        'The case is in one of these languages; "es" stands for es-MX too.',
      ).optional(),
      channel: oneOrMore(line('A channel.'), 'a channel', 'The case came in by one of these channels.').optional(),
      vendor: oneOrMore(nameOf(A_VENDOR, 'A vendor.'), 'a vendor', 'The case is with one of these vendors.').optional(),
    })
    .meta({ description: 'Which cases: those that have one of the values, for each key given.' }),
  targets: z
    .strictObject(perPriority((priority) => duration(`Target for ${priority} cases.`).optional()))
    .meta({ description: 'What they are promised instead; a priority left out keeps the usual target.' }),
  calendar: calendar("Another calendar for them; left out, the clock's own."),
});
export type Exception = z.infer<typeof Exception>;

const Clock = z.strictObject({
  calendar: calendar('Name of a calendar in calendars.yaml. Targets in calendar time need none.'),
  targets: z
    .strictObject(perPriority((priority) => duration(`Target for ${priority} cases.`)))
    .meta({ description: 'What is promised, per priority.' }),
  exceptions: list(
    Exception,
    'exception',
    'Other targets for some cases, tried in order: the first that fits the case and has a target for its priority is the promise.',
  ).optional(),
  warnings: z
    .array(
      parsed(
        (text) => parseWarning(text, 3600),
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
    'What reopening a solved case does to its clock: go on from where it stopped (the default), or begin anew.',
  ).optional(),
});

/** The resolution; what it has more than the others is a setting that makes no sense for them. */
export const Resolution = Clock.extend({
  until: oneOf(
    ['solved', 'closed'],
    'What ends it: "closed" has it run on in a solved case, until that is closed; "solved" is the default.',
  ).optional(),
});
/** A clock as it is written, whichever it is. */
export type Clock = z.infer<typeof Resolution>;

/** What each clock times, as a lead reads it while typing. */
const CLOCKS: Readonly<Record<ClockName, string>> = {
  'first-response': 'Opened until the first public reply of a person.',
  'next-response': 'The oldest unanswered message of the customer until a public reply of a person.',
  'periodic-update': 'Each public reply of a person until the next one, while the case is open.',
  resolution: 'Opened until solved; with "until: closed", until closed.',
  'requester-wait': 'Opened until solved, without the time in pending: how long the customer waits for us.',
  'agent-work': 'Opened until solved, without the time in pending and on-hold: how long it is ours to work.',
  'queue-ownership': 'From when the case enters a queue until it leaves it or is solved; each queue has its own.',
  'handoff-ack': 'Offered to a vendor until it answers.',
  'handoff-resolution': 'Accepted by a vendor until it has finished.',
};

export const Clocks = z.strictObject({
  'default-priority': oneOf(Priority.options, 'Priority of a case that comes without one, until triage decides.'),
  'business-day': parsed(
    (text) => {
      const { kind, seconds } = parseDuration(text);
      if (kind !== 'business' || seconds > 86_400)
        throw new FormatError('business time of at most 24 hours, such as "8 business hours"', text);
    },
    'a duration such as "8 business hours"',
    'How long "1 business day" is, such as "8 business hours"; without it, write business hours.',
  ).optional(),
  clocks: z
    .strictObject(
      Object.fromEntries(
        Object.entries(CLOCKS).map(([name, description]) => [
          name,
          (name === 'resolution' ? Resolution : Clock).meta({ description }).optional(),
        ]),
      ) as Record<ClockName, z.ZodOptional<typeof Resolution>>,
    )
    .meta({ description: 'The promises that are timed.' }),
});
