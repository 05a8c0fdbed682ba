import type { Path, PolicyFile } from '../policy-file.ts';
import { describe } from '../problems.ts';
import { A_CALENDAR, A_LEAD, A_QUEUE, A_SOURCE } from '../schema/parts.ts';
import { Agent, Agents, Lead, Queue } from '../schema/people.ts';
import { Source } from '../schema/sources.ts';
import { Vendor } from '../schema/vendors.ts';
import { checkUnique, type Files, type Names, refer, referAll } from './names.ts';

/** Addresses that may not be called, a write-back whose echo could not be told from news, and silence by a calendar that does not exist. */
export function checkSources(file: PolicyFile, names: Names, loopback: boolean): void {
  for (const { path, value } of file.entries(['sources'], Source)) {
    if (value.silence !== undefined)
      refer(file, [...path, 'silence', 'calendar'], value.silence.calendar, names.calendars, A_CALENDAR);
    const url = value['api-url'];
    if (url === undefined) continue;
    checkUrl(file, [...path, 'api-url'], url, loopback);
    if (value.kind === 'zendesk' && value['integration-user-id'] === undefined) {
      file.add(
        [...path, 'integration-user-id'],
        'expected the id of the user that CaseRelay writes as (without it our own notes would look like news), found nothing',
      );
    }
  }
}

function checkUrl(file: PolicyFile, path: Path, text: string, loopback: boolean): void {
  const { protocol, hostname } = new URL(text);
  const local = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  if (local ? !loopback : protocol !== 'https:') {
    const hint = local
      ? ' on another machine (vendors.yaml can say "allow-loopback: true" for a trial on a laptop)'
      : '';
    file.add(path, `expected an address that begins with https://${hint}, found ${describe(text)}`);
  }
}

export function checkQueues(file: PolicyFile, names: Names): void {
  for (const { path, value } of file.entries(['queues'], Queue))
    referAll(file, [...path, 'leads'], value.leads, names.leads, A_LEAD);
}

export function checkVendors(file: PolicyFile, names: Names, loopback: boolean): void {
  checkUnique(file, 'vendors');
  for (const { path, value } of file.entries(['vendors'], Vendor)) {
    checkUrl(file, [...path, 'url'], value.url, loopback);
    refer(file, [...path, 'calendar'], value.calendar, names.calendars, A_CALENDAR);
    referAll(file, [...path, 'categories'], value.categories, names.categories, 'a category that triage.yaml gives');
    referAll(
      file,
      [...path, 'data-classes'],
      value['data-classes'],
      names.dataClasses,
      'a data class that triage.yaml gives',
    );
  }
}

export function checkLeads(file: PolicyFile, names: Names): void {
  checkUnique(file, 'leads');
  for (const { path, value } of file.entries(['leads'], Lead))
    refer(file, [...path, 'calendar'], value.calendar, names.calendars, A_CALENDAR);
}

/** Agents with shifts, queues or sources that do not exist, and two agents (or CaseRelay) who are one user of a CRM. */
export function checkAgents(files: Files, names: Names): void {
  const file = files.agents;
  checkUnique(file, 'agents');
  const users = new Map<string, string>();
  for (const { key, value } of files.sources.entries(['sources'], Source)) {
    const user = value['integration-user-id'];
    if (user !== undefined) users.set(`${key} ${user}`, 'CaseRelay itself');
  }
  for (const { path, value } of file.entries(['agents'], Agent)) {
    refer(file, [...path, 'calendar'], value.calendar, names.calendars, A_CALENDAR);
    referAll(file, [...path, 'queues'], value.queues, names.queues, A_QUEUE);
    for (const [source, user] of Object.entries(value['crm-user-ids'])) {
      const where = [...path, 'crm-user-ids', source];
      if (names.sources !== undefined && !names.sources.has(source))
        refer(file, where, source, names.sources, A_SOURCE);
      const other = users.get(`${source} ${user}`);
      if (other !== undefined)
        file.add(where, `expected a user that nobody else is, found ${describe(user)}, who is ${other}`);
      users.set(`${source} ${user}`, value.id);
    }
  }
  const limits = Agents.shape.exposure.safeParse(file.at(['exposure']));
  if (!limits.success) return;
  const { 'expected-minutes': expected, 'minutes-per-day': most, 'cases-per-day': cases } = limits.data;
  if (expected > most && most > 0 && cases > 0)
    file.add(
      ['exposure', 'expected-minutes'],
      `expected at most the ${most} minutes of a day, or no agent could ever be given a sensitive case, found ${expected}`,
    );
}
