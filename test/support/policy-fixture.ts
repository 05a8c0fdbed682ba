import type { FoldContext } from '../../domain/case.ts';
import { type Policy, policyCalendars } from '../../domain/policy.ts';

export const OFFICE_HOURS = Object.fromEntries(
  ['mon', 'tue', 'wed', 'thu', 'fri'].map((day) => [day, [[540, 1020]]]),
) as Record<string, [number, number][]>;

/** A small policy that tests change to their need: office hours 09–17 UTC, Monday to Friday. */
export const POLICY: Policy = {
  version: 'test-1',
  organisation: 'Example Video',
  sources: {
    zendesk: { kind: 'zendesk', apiUrl: 'https://example.zendesk.com', integrationUserId: '900001' },
    intake: { kind: 'standard-webhooks' },
  },
  calendars: {
    office: { zone: 'UTC', weekly: OFFICE_HOURS, holidays: [] },
    manila: { zone: 'Asia/Manila', weekly: OFFICE_HOURS, holidays: [] },
  },
  clocks: [
    {
      clock: 'first-response',
      calendar: 'office',
      targets: { urgent: 1800, high: 3600, normal: 14_400, low: 28_800 },
      exceptions: [],
      warnings: [{ name: '75%', share: 0.75 }],
      pauseOn: [],
      onReopen: 'resume',
    },
    {
      clock: 'next-response',
      calendar: 'office',
      targets: { urgent: 1800, high: 3600, normal: 14_400, low: 28_800 },
      exceptions: [],
      warnings: [{ name: '30 business minutes before', secondsBefore: 1800 }],
      pauseOn: ['pending'],
      onReopen: 'resume',
    },
    {
      clock: 'resolution',
      calendar: 'office',
      targets: { urgent: 14_400, high: 28_800, normal: 57_600, low: 115_200 },
      exceptions: [],
      warnings: [{ name: '75%', share: 0.75 }],
      pauseOn: ['pending'],
      onReopen: 'resume',
    },
  ],
  defaultPriority: 'normal',
  triage: {
    mode: 'first-match',
    minConfidence: 0,
    duplicateSeconds: 0,
    rules: [
      {
        id: 'threat',
        owner: 'trust-and-safety',
        reason: 'a threat to a person is looked at by our own people at once',
        score: 1,
        when: { field: 'any-text', contains: ['kill', 'hurt myself'] },
        outcome: {
          priority: 'urgent',
          category: 'safety',
          queue: 'trust-and-safety',
          route: 'home',
          sensitive: true,
          dataClass: 'restricted',
          tags: ['sensitive'],
          skills: [],
        },
      },
      {
        id: 'playback',
        owner: 'support',
        reason: 'playback questions follow a script that vendors have',
        score: 1,
        when: { field: 'any-text', contains: ['buffering', 'playback', 'black screen'] },
        outcome: {
          category: 'playback',
          queue: 'general',
          route: 'vendor',
          sensitive: false,
          dataClass: 'standard',
          tags: ['playback'],
          skills: [],
        },
      },
    ],
    otherwise: {
      category: 'unknown',
      queue: 'general',
      route: 'home',
      sensitive: false,
      dataClass: 'restricted',
      tags: [],
      skills: [],
    },
  },
  queues: {
    general: { name: 'General', groupId: '101', leads: ['ana', 'ben'] },
    'trust-and-safety': { name: 'Trust & Safety', groupId: '102', leads: ['ben'] },
  },
  vendors: [
    {
      id: 'manila',
      name: 'Manila Desk',
      url: 'https://manila.example.com/offers',
      calendar: 'manila',
      languages: ['en'],
      dataClasses: ['standard'],
      categories: ['playback'],
      packetFields: ['category', 'priority', 'language', 'subject'],
      answerSeconds: 600,
      workSeconds: 14_400,
      whenResolved: 'solved',
    },
    {
      id: 'bogota',
      name: 'Bogotá Desk',
      url: 'https://bogota.example.com/offers',
      calendar: 'office',
      languages: ['en', 'es'],
      dataClasses: ['standard'],
      categories: ['playback', 'billing'],
      packetFields: ['category', 'priority', 'language'],
      answerSeconds: 600,
      workSeconds: 14_400,
      whenResolved: 'solved',
    },
  ],
  agents: [],
  exposure: { casesPerDay: 6, minutesPerDay: 120, coolDownSeconds: 1800, expectedMinutes: 15 },
  allowLoopback: false,
  maxOffers: 2,
  leads: [
    { id: 'ana', name: 'Ana Reyes', email: 'ana@example.com', zone: 'America/Los_Angeles', calendar: 'office' },
    { id: 'ben', name: 'Ben Okafor', email: 'ben@example.com', zone: 'Europe/Berlin', calendar: 'always' },
  ],
  alerting: {
    from: 'caserelay@example.com',
    rungs: [
      { to: 'on-duty', waitSeconds: 900 },
      { to: 'all', waitSeconds: 1800 },
    ],
    linkDays: 7,
  },
};

/** What a fold needs, for `POLICY` or a changed copy of it. */
export function contextOf(policy: Policy = POLICY): FoldContext {
  return { policy, calendar: policyCalendars(policy) };
}
