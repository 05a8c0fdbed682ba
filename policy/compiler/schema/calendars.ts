import * as z from 'zod';
import { parseRegion } from '../holidays.ts';
import { parseDays, parseYears } from '../hours.ts';
import { date, id, list, nameOf, parsed, reportFormat, windows, zone } from './parts.ts';

/** A calendar with hours of its own. */
export const HoursCalendar = z.strictObject({
  zone,
  hours: z
    .record(parsed(parseDays, 'a day such as "sat" or days such as "mon-fri"', 'Days.'), windows)
    .meta({
      description:
        'Opening hours per day ("sat") or days ("mon-fri"), in the time of the zone; left out, it is open on the dates under "special" only.',
    })
    .optional(),
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

/** A calendar that is open when another one is. */
export const GroupCalendar = z.strictObject({
  'follow-the-sun': list(
    nameOf('a calendar of this file', 'A calendar.'),
    'calendar',
    'It is open when any of these calendars is.',
  ),
});

export const Calendar = z.union([GroupCalendar, HoursCalendar]);
export type Calendar = z.infer<typeof Calendar>;

export const Calendars = z.strictObject({
  years: z
    .union([z.int(), z.string()], { error: 'years such as 2025-2029' })
    .superRefine((years, context) => reportFormat(context, () => parseYears(String(years))))
    .meta({
      description:
        'The years whose public holidays are worked out. Leave it out: then they are known for many years ahead.',
    })
    .optional(),
  calendars: z
    .record(id('Name of the calendar, as other files use it.'), Calendar)
    .meta({ description: 'Calendars by name. "always" exists already: it is open all the time.' }),
});
