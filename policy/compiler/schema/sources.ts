import * as z from 'zod';
import { SOURCE_KINDS } from '../../../domain/policy.ts';
import { crmId, id, line, oneOf, url } from './parts.ts';

export const Source = z.strictObject({
  kind: oneOf(SOURCE_KINDS, 'What sends: Zendesk event webhooks, or any sender of Standard Webhooks.'),
  'api-url': url('Base address of the CRM, for what triage writes back; without it nothing is.').optional(),
  'integration-user-id': crmId(
    'user',
    '900001',
    'The CRM user that CaseRelay writes as, in quotes: what it did itself is not taken for news.',
  ).optional(),
});

export const Sources = z.strictObject({
  organisation: line('Name of your organisation, as e-mails show it.'),
  sources: z
    .record(id('Name of the source: webhooks come to /webhooks/<name>.'), Source)
    .refine((sources) => Object.keys(sources).length > 0, 'at least one source')
    .meta({ description: 'The CRMs that send cases, by name.' }),
});
