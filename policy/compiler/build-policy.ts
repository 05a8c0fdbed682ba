import { ClockName } from '../../domain/event.ts';
import type { Policy } from '../../domain/policy.ts';
import { buildCalendar } from './build/calendars.ts';
import { buildClock } from './build/clocks.ts';
import { defined, mapValues } from './build/objects.ts';
import { buildTriage } from './build/triage.ts';
import { parseDuration } from './duration.ts';
import { HOLIDAY_YEARS } from './holidays.ts';
import { parseYears } from './hours.ts';
import type { Authored } from './schema.ts';

/** The policy that checked files say, without its version; `years` instead of those that calendars.yaml names. */
export function buildPolicy(authored: Authored, years?: readonly number[]): Omit<Policy, 'version'> {
  const { sources, calendars, clocks, triage, queues, agents, vendors, leads, alerting } = authored;
  const holidayYears = years ?? (calendars.years === undefined ? HOLIDAY_YEARS : parseYears(String(calendars.years)));
  const businessDay = clocks['business-day'];
  const businessDaySeconds = businessDay === undefined ? undefined : parseDuration(businessDay).seconds;
  return {
    organisation: sources.organisation,
    sources: mapValues(sources.sources, (source) => ({
      kind: source.kind,
      ...defined({
        apiUrl: source['api-url'],
        ticketUrl: source['ticket-url'],
        integrationUserId: source['integration-user-id'],
        silence: source.silence,
      }),
    })),
    calendars: mapValues(calendars.calendars, (calendar) => buildCalendar(calendar, holidayYears)),
    // In the order of the clocks' list, so that the order in the file does not make another version.
    clocks: ClockName.options.flatMap((name) => {
      const clock = clocks.clocks[name];
      return clock === undefined ? [] : [buildClock(name, clock, businessDaySeconds)];
    }),
    ...defined({ businessDaySeconds }),
    defaultPriority: clocks['default-priority'],
    triage: buildTriage(triage),
    queues: mapValues(queues.queues, (queue) => ({
      name: queue.name,
      leads: queue.leads,
      ...defined({ groupId: queue['group-id'] }),
    })),
    vendors: vendors.vendors.map((vendor) => ({
      id: vendor.id,
      name: vendor.name,
      url: vendor.url,
      calendar: vendor.calendar,
      languages: vendor.languages,
      dataClasses: vendor['data-classes'],
      categories: vendor.categories,
      packetFields: vendor.packet,
      answerSeconds: parseDuration(vendor['answer-within']).seconds,
      workSeconds: parseDuration(vendor['work-within']).seconds,
      whenResolved: vendor['when-resolved'] ?? vendors['when-resolved'] ?? 'solved',
    })),
    agents: agents.agents.map((agent) => ({
      id: agent.id,
      name: agent.name,
      crmUserIds: agent['crm-user-ids'],
      zone: agent.zone,
      calendar: agent.calendar,
      queues: agent.queues,
      languages: agent.languages,
      skills: agent.skills ?? [],
      capacity: agent.capacity,
      optOut: agent['opt-out'] ?? false,
    })),
    exposure: {
      casesPerDay: agents.exposure['cases-per-day'],
      minutesPerDay: agents.exposure['minutes-per-day'],
      coolDownSeconds: parseDuration(agents.exposure['cool-down']).seconds,
      expectedMinutes: agents.exposure['expected-minutes'],
    },
    allowLoopback: vendors['allow-loopback'] ?? false,
    maxOffers: vendors['max-offers'],
    leads: leads.leads,
    alerting: {
      from: alerting.from,
      rungs: buildRungs(alerting.rungs),
      ...(alerting['danger-rungs'] === undefined ? {} : { dangerRungs: buildRungs(alerting['danger-rungs']) }),
      linkDays: alerting['link-days'],
    },
  };
}

function buildRungs(rungs: Authored['alerting']['rungs']): Policy['alerting']['rungs'] {
  return rungs.map(({ to, wait }) => ({ to, waitSeconds: parseDuration(wait).seconds }));
}
