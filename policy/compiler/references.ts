import { checkCalendars } from './checks/check-calendars.ts';
import { checkClocks } from './checks/check-clocks.ts';
import { checkAgents, checkLeads, checkQueues, checkSources, checkVendors } from './checks/check-people.ts';
import { checkTriage } from './checks/check-triage.ts';
import { type Files, namesOf } from './checks/names.ts';

/**
 * What a schema of one entry cannot see: names that must exist elsewhere, things that contradict
 * each other, rules that nothing reaches. Looks at every well-formed entry, so that one mistake
 * does not hide another.
 */
export function checkReferences(files: Files): void {
  const names = namesOf(files);
  const loopback = files.vendors.at(['allow-loopback']) === true;
  checkSources(files.sources, names, loopback);
  checkCalendars(files.calendars);
  checkClocks(files.clocks, names);
  checkTriage(files, names);
  checkQueues(files.queues, names);
  checkAgents(files, names);
  checkVendors(files.vendors, names, loopback);
  checkLeads(files.leads, names);
}
