import { expect, test } from 'vitest';
import { policyCalendars } from '../../domain/policy.ts';
import { sourcesAtRest } from '../../domain/silence.ts';
import { POLICY } from '../support/policy-fixture.ts';

const { zendesk, intake } = POLICY.sources;
const policy = {
  ...POLICY,
  sources: {
    // Office hours are 09:00 to 17:00 UTC, Monday to Friday.
    zendesk: { ...zendesk, kind: 'zendesk' as const, silence: { hours: 4, calendar: 'office' } },
    chat: { kind: 'standard-webhooks' as const, silence: { hours: 1, calendar: 'always' } },
    intake: { ...intake, kind: 'standard-webhooks' as const },
  },
};

test.each([
  ['Friday, 16:59', '2026-11-20T16:59:59Z', []],
  ['Friday, the instant of closing', '2026-11-20T17:00:00Z', ['zendesk']],
  ['Saturday noon', '2026-11-21T12:00:00Z', ['zendesk']],
  ['Monday, 09:00', '2026-11-23T09:00:00Z', []],
])(
  'on %s nothing is expected of those whose calendar is closed, and of no source that nobody listens for',
  (_when, at, expected) => {
    expect(sourcesAtRest(policy, policyCalendars(policy), Date.parse(at))).toEqual(expected);
  },
);
