import type { AgentPolicy, ExposurePolicy, Policy } from '../../domain/policy.ts';
import { event } from './events.ts';
import { POLICY } from './policy-fixture.ts';

/** An agent of both queues who speaks English, works the office hours (09–17 UTC) and holds two cases. */
export function agent(id: string, changes: Partial<AgentPolicy> = {}): AgentPolicy {
  return {
    id,
    name: id,
    crmUserIds: {},
    zone: 'UTC',
    calendar: 'office',
    queues: ['general', 'trust-and-safety'],
    languages: ['en'],
    skills: [],
    capacity: 2,
    optOut: false,
    ...changes,
  };
}

/** Lena and Marc work in the office; the CRM knows them as 9001 and 9002. */
export const TEAM: readonly AgentPolicy[] = [
  agent('lena', { crmUserIds: { zendesk: '9001' } }),
  agent('marc', { crmUserIds: { zendesk: '9002' } }),
];

/** Two sensitive cases and 40 minutes a day, half an hour between two of them, 15 minutes expected of each. */
export const LIMITS: ExposurePolicy = { casesPerDay: 2, minutesPerDay: 40, coolDownSeconds: 1800, expectedMinutes: 15 };

/** The small policy with a team. */
export function teamPolicy(agents: readonly AgentPolicy[] = TEAM, exposure: ExposurePolicy = LIMITS): Policy {
  return { ...POLICY, agents: [...agents], exposure };
}

/** A decision that keeps a case home. */
export const keptHome = (
  at: string,
  changes: {
    caseId?: string;
    sensitive?: boolean;
    queue?: string;
    route?: 'home' | 'vendor' | 'parked';
    language?: string;
    skills?: string[];
    key?: string;
  } = {},
) => {
  const { caseId = 'zendesk:5158', key = `caserelay:triaged:${at}`, ...decided } = changes;
  return event('triaged', at, {
    caseId,
    key,
    decision: {
      ruleId: 'r',
      reason: 'ours',
      policyVersion: 'test-1',
      priority: 'normal',
      queue: 'general',
      route: 'home',
      sensitive: false,
      dataClass: 'restricted',
      category: 'c',
      tags: [],
      language: 'en',
      skills: [],
      ...decided,
    },
  });
};
