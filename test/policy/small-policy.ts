import { compilePolicy } from '../../policy/compiler/compile-policy.ts';
import { formatProblem, PolicyError } from '../../policy/compiler/problems.ts';
import type { FileName } from '../../policy/compiler/schema.ts';

/** A policy as small as one can be; tests break it one line at a time, and errors name these lines. */
export const SMALL: Readonly<Record<FileName, string>> = {
  sources: `organisation: Acme
sources:
  zendesk:
    kind: zendesk
    api-url: https://acme.zendesk.com
    integration-user-id: "7"
`,
  calendars: `years: 2026
calendars:
  office:
    zone: Europe/Dublin
    hours:
      mon-fri: ["09:00-13:00", "14:00-18:00"]
    holidays: { region: IE, also: [2026-12-24], not: [2026-02-02] }
    special:
      2026-12-31: ["09:00-12:00"]
`,
  clocks: `default-priority: normal
clocks:
  first-response:
    calendar: office
    targets:
      urgent: 1 business hour
      high: 2 business hours
      normal: 8 business hours
      low: 16 business hours
    warnings: ["75%", "30 business minutes before"]
    pause-on: [pending]
`,
  triage: `rules:
  - id: refund
    owner: maya
    reason: Money.
    when:
      all:
        - field: source
          is: zendesk
        - field: any-text
          contains: refund
    then:
      category: billing
      queue: general
      route: vendor
      data-class: standard
otherwise:
  category: other
  queue: general
  data-class: restricted
`,
  queues: `queues:
  general:
    name: General
    leads: [maya]
`,
  agents: `exposure:
  cases-per-day: 6
  minutes-per-day: 120
  cool-down: 30 calendar minutes
  expected-minutes: 15
agents:
  - id: noah
    name: Noah Kim
    crm-user-ids: { zendesk: "9001" }
    zone: Europe/Dublin
    calendar: office
    queues: [general]
    languages: [en]
    capacity: 10
`,
  vendors: `max-offers: 2
vendors:
  - id: manila
    name: Manila
    url: https://vendor.example.com/offers
    calendar: always
    languages: [en]
    data-classes: [standard]
    categories: [billing]
    packet: [subject]
    answer-within: 15 calendar minutes
    work-within: 12 calendar hours
`,
  leads: `leads:
  - id: maya
    name: Maya Ortiz
    email: maya@example.com
    zone: Europe/Dublin
    calendar: office
`,
  alerting: `from: alerts@example.com
rungs:
  - to: on-duty
    wait: 15 calendar minutes
link-days: 7
`,
};

/** The small policy with parts of one file replaced. Throws if a part is not there, so that a test never breaks nothing. */
export function withChange(
  file: FileName,
  ...changes: readonly [from: string, to: string][]
): Record<FileName, string> {
  let text = SMALL[file];
  for (const [from, to] of changes) {
    if (!text.includes(from)) throw new Error(`${file} has no ${JSON.stringify(from)}`);
    text = text.replace(from, () => to);
  }
  return { ...SMALL, [file]: text };
}

/** What is wrong with a policy, a line per problem; empty if nothing is. Anything but PolicyError is thrown on. */
export function problemsOf(texts: Readonly<Record<FileName, string>>): string[] {
  try {
    compilePolicy(texts);
    return [];
  } catch (error) {
    if (error instanceof PolicyError) return error.problems.map(formatProblem);
    throw error;
  }
}
