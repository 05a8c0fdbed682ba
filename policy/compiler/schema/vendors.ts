import * as z from 'zod';
import { PACKET_FIELDS, WHEN_RESOLVED } from '../../../domain/policy.ts';
import { A_CALENDAR, flag, id, language, line, list, nameOf, oneOf, plainDuration, url, whole } from './parts.ts';

const whenResolved = (description: string) => oneOf(WHEN_RESOLVED, description);

export const Vendor = z.strictObject({
  id: id('Name of the vendor; its secret has the same name.'),
  name: line('Name as people read it.'),
  url: url('Where offers are posted.'),
  calendar: nameOf(A_CALENDAR, 'When the vendor works: a calendar in calendars.yaml.'),
  languages: list(language, 'language', 'Languages that it answers in.'),
  'data-classes': list(
    nameOf('a data class that triage.yaml gives', 'A data class.'),
    'data class',
    'Data classes that it is cleared for, as triage.yaml names them.',
  ),
  categories: list(
    nameOf('a category that triage.yaml gives', 'A category.'),
    'category',
    'Categories that it takes, as triage.yaml names them.',
  ),
  packet: list(oneOf(PACKET_FIELDS, 'A field.'), 'field', 'What it is sent of a case; nothing else is.'),
  'answer-within': plainDuration(3, 'Time to accept or reject an offer, before the next vendor is asked.'),
  'work-within': plainDuration(14, 'Time to finish an accepted case, before it is taken back.'),
  'when-resolved': whenResolved('What becomes of the ticket when this vendor has resolved its case.').optional(),
});

export const Vendors = z.strictObject({
  'max-offers': whole(1, 20, 'Most vendors that are offered one case before it comes home.'),
  'when-resolved': whenResolved(
    'What becomes of a ticket when its vendor has resolved it (default: solved); one whose customer still waits for an answer stays open.',
  ).optional(),
  'allow-loopback': flag(
    'Allow plain http to this very machine: only for a trial on a laptop (default: false).',
  ).optional(),
  vendors: z
    .array(Vendor, { error: 'a list of vendors; [] for none' })
    .meta({ description: 'Vendors, in the order in which they are asked.' }),
});
