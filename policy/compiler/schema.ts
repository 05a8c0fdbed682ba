import type * as z from 'zod';
import { Alerting } from './schema/alerting.ts';
import { Calendars } from './schema/calendars.ts';
import { Clocks } from './schema/clocks.ts';
import { Agents, Leads, Queues } from './schema/people.ts';
import { Sources } from './schema/sources.ts';
import { Triage } from './schema/triage.ts';
import { Vendors } from './schema/vendors.ts';

/**
 * The form in which a lead writes the policy: its files, each with its schema and title. The JSON
 * Schemas for editors are made from these (write-schemas.ts).
 */
export const FILES = {
  sources: { schema: Sources, title: 'Where cases come from' },
  calendars: { schema: Calendars, title: 'When who works' },
  clocks: { schema: Clocks, title: 'What is promised: SLA targets' },
  triage: { schema: Triage, title: 'What happens to a new case' },
  queues: { schema: Queues, title: 'Queues and who answers for them' },
  agents: { schema: Agents, title: 'The team: who works what, and how much' },
  vendors: { schema: Vendors, title: 'Vendors' },
  leads: { schema: Leads, title: 'Leads and when they are on duty' },
  alerting: { schema: Alerting, title: 'How leads are told' },
} as const;
export type FileName = keyof typeof FILES;
export type Authored = { readonly [F in FileName]: z.infer<(typeof FILES)[F]['schema']> };
