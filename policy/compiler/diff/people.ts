import type { AgentPolicy, LeadPolicy, Policy, VendorPolicy } from '../../../domain/policy.ts';
import { about, durationInWords, listChange, listedOrNone, matched, valueChange, withIds } from './words.ts';

const plain = (seconds: number) => durationInWords(seconds, 'calendar');

/** What changes for vendors. */
export function vendorChanges(before: Policy, after: Policy): string[] {
  const { added, removed, both } = matched(before.vendors, after.vendors);
  const order = (list: readonly VendorPolicy[]) =>
    listedOrNone(list.map(({ id }) => id).filter((id) => both.some(([one]) => one.id === id)));
  return [
    ...added.map((vendor) => `New vendor ${vendorInWords(vendor)}`),
    ...removed.map(({ id, name }) => `${name} (${id}) is no longer a vendor`),
    ...both.flatMap(([one, other]) =>
      about(other.name, [
        ...valueChange('name', one.name, other.name),
        ...valueChange('works in', one.calendar, other.calendar),
        ...listChange('languages', one.languages, other.languages),
        ...listChange('cleared for', one.dataClasses, other.dataClasses),
        ...listChange('takes', one.categories, other.categories),
        ...listChange('is sent', one.packetFields, other.packetFields),
        ...valueChange('time to answer', plain(one.answerSeconds), plain(other.answerSeconds)),
        ...valueChange('time to finish', plain(one.workSeconds), plain(other.workSeconds)),
        ...valueChange('a ticket that it resolved becomes', one.whenResolved, other.whenResolved),
        ...valueChange('address for offers', one.url, other.url),
      ]),
    ),
    ...valueChange('Vendors are asked in the order', order(before.vendors), order(after.vendors)),
    ...valueChange('Most vendors that are offered one case', before.maxOffers, after.maxOffers),
    ...valueChange('Addresses of this machine are allowed', before.allowLoopback, after.allowLoopback),
  ];
}

function vendorInWords(vendor: VendorPolicy): string {
  return [
    `${vendor.name} (${vendor.id}): takes ${listedOrNone(vendor.categories)} in ${listedOrNone(vendor.languages)}`,
    `cleared for ${listedOrNone(vendor.dataClasses)}`,
    `works in ${vendor.calendar}`,
    `is sent ${listedOrNone(vendor.packetFields)}`,
    `has ${plain(vendor.answerSeconds)} to answer and ${plain(vendor.workSeconds)} to finish`,
    `a ticket that it resolved becomes ${vendor.whenResolved}`,
    `offers go to ${vendor.url}`,
  ].join('; ');
}

/** What changes for our own people: queues, agents, limits, leads. */
export function peopleChanges(before: Policy, after: Policy): string[] {
  return [
    ...queueChanges(before, after),
    ...agentChanges(before.agents, after.agents),
    ...exposureChanges(before, after),
    ...leadChanges(before.leads, after.leads),
  ];
}

function queueChanges(before: Policy, after: Policy): string[] {
  const { added, removed, both } = matched(withIds(before.queues), withIds(after.queues));
  return [
    ...added.map(
      ({ id, name, leads, groupId }) =>
        `New queue ${name} (${id}), led by ${listedOrNone(leads)}${groupId === undefined ? '' : `, group ${groupId} in the CRM`}`,
    ),
    ...removed.map(({ id, name }) => `Queue ${name} (${id}) is gone`),
    ...both.flatMap(([one, other]) =>
      about(`Queue ${other.id}`, [
        ...valueChange('name', one.name, other.name),
        ...valueChange('leads, the first one first', listedOrNone(one.leads), listedOrNone(other.leads)),
        ...valueChange('group in the CRM', one.groupId, other.groupId),
      ]),
    ),
  ];
}

function agentChanges(before: readonly AgentPolicy[], after: readonly AgentPolicy[]): string[] {
  const { added, removed, both } = matched(before, after);
  const users = ({ crmUserIds }: AgentPolicy) =>
    Object.entries(crmUserIds)
      .map(([source, user]) => `${source} ${user}`)
      .sort();
  // Who keeps out of sensitive cases is told to nobody but the reader of the file.
  const optOuts = both.filter(([one, other]) => one.optOut !== other.optOut).length;
  return [
    ...added.map((agent) => {
      const { id, name, queues, languages, skills, calendar, capacity, zone } = agent;
      const special = skills.length === 0 ? '' : `, skills ${listedOrNone(skills)}`;
      return `${name} (${id}) joins: ${listedOrNone(queues)} in ${listedOrNone(languages)}${special}, up to ${capacity} cases at once, works in ${calendar} (zone ${zone}), user in the CRM: ${listedOrNone(users(agent))}`;
    }),
    ...removed.map(({ id, name }) => `${name} (${id}) is no longer given cases`),
    ...both.flatMap(([one, other]) =>
      about(other.name, [
        ...valueChange('name', one.name, other.name),
        ...listChange('queues', one.queues, other.queues),
        ...listChange('languages', one.languages, other.languages),
        ...listChange('skills', one.skills, other.skills),
        ...valueChange('most cases at once', one.capacity, other.capacity),
        ...valueChange('works in', one.calendar, other.calendar),
        ...valueChange('zone', one.zone, other.zone),
        ...listChange('user in the CRM', users(one), users(other)),
      ]),
    ),
    ...(optOuts === 0
      ? []
      : [
          `Who takes no sensitive cases changes for ${optOuts === 1 ? '1 agent' : `${optOuts} agents`}; agents.yaml has it`,
        ]),
  ];
}

function exposureChanges({ exposure: before }: Policy, { exposure: after }: Policy): string[] {
  return about('Sensitive cases', [
    ...valueChange('most for one agent in a day', before.casesPerDay, after.casesPerDay),
    ...valueChange('most minutes for one agent in a day', before.minutesPerDay, after.minutesPerDay),
    ...valueChange('rest between two', plain(before.coolDownSeconds), plain(after.coolDownSeconds)),
    ...valueChange('minutes expected of one', before.expectedMinutes, after.expectedMinutes),
  ]);
}

function leadChanges(before: readonly LeadPolicy[], after: readonly LeadPolicy[]): string[] {
  const { added, removed, both } = matched(before, after);
  return [
    ...added.map(
      ({ id, name, calendar, email, zone }) =>
        `New lead ${name} (${id}), on duty in ${calendar}, is told at ${email}, reads times in ${zone}`,
    ),
    ...removed.map(({ id, name }) => `${name} (${id}) is no longer a lead`),
    ...both.flatMap(([one, other]) =>
      about(other.name, [
        ...valueChange('name', one.name, other.name),
        ...valueChange('e-mail', one.email, other.email),
        ...valueChange('reads times in', one.zone, other.zone),
        ...valueChange('on duty in', one.calendar, other.calendar),
      ]),
    ),
  ];
}

/** What changes in how leads are told. */
export function alertChanges({ alerting: before }: Policy, { alerting: after }: Policy): string[] {
  const steps = (rungs: Policy['alerting']['rungs']) =>
    rungs.map(({ to, waitSeconds }) => `${to} (${plain(waitSeconds)})`).join(', then ');
  const ofDanger = ({ dangerRungs }: Policy['alerting']) =>
    dangerRungs === undefined ? 'as for all else' : steps(dangerRungs);
  return [
    ...valueChange('Who is told, and how long is waited', steps(before.rungs), steps(after.rungs)),
    ...valueChange('The same for danger', ofDanger(before), ofDanger(after)),
    ...valueChange('Sender', before.from, after.from),
    ...valueChange('Days for which links work', before.linkDays, after.linkDays),
  ];
}

const silence = ({ silence }: Policy['sources'][string]) =>
  silence === undefined ? 'none' : `after ${silence.hours} open hours of ${silence.calendar}`;

/** What changes in where cases come from. */
export function sourceChanges(before: Policy, after: Policy): string[] {
  const { added, removed, both } = matched(withIds(before.sources), withIds(after.sources));
  return [
    ...valueChange('Our name', before.organisation, after.organisation),
    ...added.map((source) =>
      [
        `New source ${source.id}: ${source.kind}`,
        ...(source.apiUrl === undefined ? [] : [`written to at ${source.apiUrl}`]),
        ...(source.ticketUrl === undefined ? [] : [`a case is shown at ${source.ticketUrl}`]),
        ...(source.integrationUserId === undefined ? [] : [`CaseRelay writes as user ${source.integrationUserId}`]),
        ...(source.silence === undefined ? [] : [`alarm on silence ${silence(source)}`]),
      ].join(', '),
    ),
    ...removed.map(({ id }) => `Source ${id} is gone`),
    ...both.flatMap(([one, other]) =>
      about(`Source ${other.id}`, [
        ...valueChange('kind', one.kind, other.kind),
        ...valueChange('address', one.apiUrl, other.apiUrl),
        ...valueChange('pages of its cases', one.ticketUrl, other.ticketUrl),
        ...valueChange('user that CaseRelay writes as', one.integrationUserId, other.integrationUserId),
        ...valueChange('alarm on silence', silence(one), silence(other)),
      ]),
    ),
  ];
}
