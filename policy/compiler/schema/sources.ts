import * as z from 'zod';
import { SOURCE_KINDS } from '../../../domain/policy.ts';
import { FormatError } from '../problems.ts';
import { A_CALENDAR, crmId, id, line, nameOf, oneOf, parsed, url, whole } from './parts.ts';

export const Source = z.strictObject({
  kind: oneOf(SOURCE_KINDS, 'What sends: Zendesk event webhooks, or any sender of Standard Webhooks.'),
  'api-url': url(
    'Where CaseRelay writes back: the base address of Zendesk, or the address that takes the updates of docs/webhooks.md. Without it nothing is written.',
  ).optional(),
  'ticket-url': parsed(
    parseTicketUrl,
    'an address such as "https://crm.example/tickets/{id}"',
    'The page of a case in the CRM, with {id} for its id: e-mails and pages link to it. Zendesk needs none.',
  ).optional(),
  'integration-user-id': crmId(
    'user',
    '900001',
    'The CRM user that CaseRelay writes as, in quotes: what it did itself is not taken for news.',
  ).optional(),
  silence: z
    .strictObject({
      hours: whole(1, 24, 'After how many hours on end without a webhook the alarm rings.'),
      calendar: nameOf(A_CALENDAR, 'The calendar that has to be open all that time: its name, or "always".'),
    })
    .meta({ description: 'When it is no longer normal that nothing comes in: an alarm rings. Left out, none does.' })
    .optional(),
});

export const Sources = z.strictObject({
  organisation: line('Name of your organisation, as e-mails show it.'),
  sources: z
    .record(id('Name of the source: webhooks come to /webhooks/<name>.'), Source)
    .refine((sources) => Object.keys(sources).length > 0, 'at least one source')
    .meta({ description: 'The CRMs that send cases, by name.' }),
});

/** The id comes from outside: it may say which page of the host it is, and never which host. */
function parseTicketUrl(text: string): void {
  const [one, other] = ['1', '2'].map((id) => URL.parse(text.replaceAll('{id}', id)));
  if (one == null || other == null || one.protocol !== 'https:' || /[\s\p{Cc}]/u.test(text))
    throw new FormatError('an address that begins with https://', text);
  if (one.username !== '' || one.password !== '')
    throw new FormatError('an address without a user name or password', text);
  if (one.href === other.href) throw new FormatError('an address with {id} where the id of the case goes', text);
  if (one.host !== other.host)
    throw new FormatError('{id} behind the host: the id must not say whose page it is', text);
}
