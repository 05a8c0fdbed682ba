import * as z from 'zod';
import {
  A_CALENDAR,
  A_LEAD,
  A_QUEUE,
  A_SOURCE,
  crmId,
  email,
  flag,
  id,
  language,
  line,
  list,
  nameOf,
  plainDuration,
  whole,
  zone,
} from './parts.ts';

/** The files about people: leads.yaml, queues.yaml and agents.yaml. */

export const Lead = z.strictObject({
  id: id('Name of the lead, as other files use it.'),
  name: line('Name as people read it.'),
  email,
  zone: zone.meta({ description: 'Time zone in which the lead reads times, e.g. Europe/Dublin.' }),
  calendar: nameOf(A_CALENDAR, 'When the lead is on duty: a calendar in calendars.yaml, or "always".'),
});

export const Leads = z.strictObject({
  leads: list(Lead, 'lead', 'The leads, who answer for queues and get alerts.'),
});

export const Queue = z.strictObject({
  name: line('Name as people read it.'),
  'group-id': crmId(
    'group',
    '360001',
    "Id of the CRM's group, in quotes; without it the group is left as it is.",
  ).optional(),
  leads: list(nameOf(A_LEAD, 'An id in leads.yaml.'), 'lead', 'Leads who answer for the queue, the first one first.'),
});

export const Queues = z.strictObject({
  queues: z.record(id('Name of the queue.'), Queue).meta({ description: 'Queues by name.' }),
});

export const Agent = z.strictObject({
  id: id('Name of the agent, as the log of a case shows it.'),
  name: line('Name as people read it.'),
  'crm-user-ids': z
    .record(
      nameOf(A_SOURCE, 'A source in sources.yaml.'),
      crmId('user', '9001', "The agent's user in that CRM, in quotes."),
      {
        error: 'a mapping from a source to the id of the agent there, such as { zendesk: "9001" }',
      },
    )
    .meta({ description: 'The user that the CRM knows the agent as, per source.' }),
  zone: zone.meta({ description: "The agent's time zone: its days are those that the limits of exposure count." }),
  calendar: nameOf(A_CALENDAR, 'Shifts: a calendar in calendars.yaml, or "always".'),
  queues: list(nameOf(A_QUEUE, 'A queue.'), 'queue', 'Queues whose cases the agent works.'),
  languages: list(language, 'language', 'Languages that the agent answers in; "es" stands for es-MX too.'),
  skills: z
    .array(id('A skill.'), { error: 'a list of skills' })
    .meta({ description: 'What the agent is able to do, as rules in triage.yaml ask for it.' })
    .optional(),
  capacity: whole(1, 200, 'Most cases that the agent holds at once.'),
  'opt-out': flag('The agent takes no sensitive cases (default: false).').optional(),
});
export type Agent = z.infer<typeof Agent>;

export const Agents = z.strictObject({
  exposure: z
    .strictObject({
      'cases-per-day': whole(0, 200, 'Most sensitive cases that an agent is given in a day.'),
      'minutes-per-day': whole(0, 1440, 'Most minutes that an agent spends on them in a day.'),
      'cool-down': plainDuration(1, 'Rest between two sensitive cases.'),
      'expected-minutes': whole(1, 1440, 'What a sensitive case counts until its minutes are measured.'),
    })
    .meta({ description: 'What one agent has to look at, at most: sensitive cases in a day of their own zone.' }),
  agents: z
    .array(Agent, { error: 'a list of agents; [] for none' })
    .meta({ description: 'Your own team, who are given the cases that stay home; [] leaves that to the CRM.' }),
});
