import { describe, expect, test } from 'vitest';
import { type Case, foldCase } from '../../../domain/case.ts';
import type { CaseEvent } from '../../../domain/event.ts';
import type { Handoff } from '../../../functions/adapters/store/store.ts';
import { metricsOf } from '../../../local/live/emf.ts';
import { isClean, percentiles, type RunFacts, summarise } from '../../../local/live/summary.ts';
import { summaryText } from '../../../local/live/summary-text.ts';
import type { Delivery } from '../../../local/replay/send.ts';
import { event, opened, reply, solved } from '../../support/events.ts';
import { contextOf } from '../../support/policy-fixture.ts';

const CASE = 'zendesk:5158';
// Mon 23 Nov 2026 10:00 in an office that is open 09–17 UTC; normal priority: first response due 14:00, warned 13:00.
const OPENED = '2026-11-23T10:00:00.000Z';
const context = contextOf();
const decision = {
  ruleId: 'playback',
  reason: 'r',
  policyVersion: 'test-1',
  priority: 'normal' as const,
  queue: 'general',
  route: 'vendor' as const,
  sensitive: false,
  dataClass: 'standard',
  category: 'playback',
  tags: [],
  language: 'en',
};

const opening = opened(OPENED, {});
const triaged = event('triaged', '2026-11-23T10:00:01Z', { decision });
const delivery = (id: string, more: Partial<Delivery> = {}): Delivery => ({
  webhook: { source: 'zendesk', caseId: CASE, id, type: 'ticket.created', body: '', sign: () => ({}), isFact: true },
  status: 202,
  tries: 1,
  accepted: true,
  ...more,
});

const mailOf = (text: string) => ({ id: 'm1', from: '', to: ['ana@example.com'], subject: '', text, html: '', at: 0 });

function facts(log: readonly CaseEvent[], more: Partial<RunFacts> = {}): RunFacts {
  const state = foldCase(log, context) as Case;
  return {
    logs: new Map([[CASE, log]]),
    snapshots: new Map([[CASE, state]]),
    handoffs: [],
    executions: { SUCCEEDED: 2, RUNNING: 1 },
    deadLetters: { 'stream-dlq': 0 },
    alertRuns: [],
    mails: [],
    refusals: [],
    metrics: new Map([
      ['CasesReceived', [1]],
      ['AlertLag', [0.4, 1.2]],
    ]),
    deliveries: [delivery(opening.key)],
    context,
    now: Date.parse('2026-11-23T11:00:00Z'),
    ...more,
  };
}

describe('summarise', () => {
  test('counts what happened', () => {
    const warned = event('deadline-reached', '2026-11-23T13:00:01Z', {
      clock: 'first-response',
      turn: 1,
      threshold: '75%',
      kind: 'warning',
      at: '2026-11-23T13:00:00.000Z',
      dueAt: '2026-11-23T14:00:00.000Z',
      targetSeconds: 14_400,
    });
    const acknowledged = event('alert-acknowledged', '2026-11-23T13:05:00Z', { alertId: 'a', by: 'ana' });
    const { clock, turn, threshold, at } = warned as Extract<CaseEvent, { type: 'deadline-reached' }>;
    const alert = { alertId: 'a', caseId: CASE, kind: 'warning' as const, clock, turn, threshold, at };
    const startedAt = Date.parse(at);
    const summary = summarise(
      facts([opening, triaged, warned, acknowledged], {
        now: Date.parse('2026-11-23T13:30:00Z'),
        alertRuns: [{ alert, startedAt, outcome: 'acknowledged', faulted: false }],
        mails: [mailOf('https://relay.example.com/alerts/a/acknowledge?token=t')],
      }),
    );
    expect(summary).toMatchObject({
      cases: 1,
      events: 4,
      routes: { 'general → vendor': 1 },
      warnings: 1,
      breaches: 0,
      emails: 1,
      acknowledged: 1,
      metrics: { CasesReceived: 1, AlertLag: 2 },
      alertLag: { p50: 0.4, p95: 1.2, max: 1.2 },
      lost: [],
      stuck: [],
    });
    expect(isClean(summary)).toBe(true);
    expect(summaryText(summary)).toMatchInlineSnapshot(`
      "Summary
        Webhooks sent  1
        Cases          1 with 4 events in their logs
        Routes         general → vendor 1
        Handoffs       none
        Came home      0
        Agents         none
        Warnings       1
        Breaches       0
        E-mails        1
        Acknowledged   1
        Alert lag      p50 0.4 s, p95 1.2 s, max 1.2 s
        Workflows      SUCCEEDED 2, RUNNING 1
        Metrics        AlertLag measured 2 times
                       CasesReceived 1
        Lost           nothing
        Stuck          nothing
        Refused        nothing"
    `);
  });

  test('says how often the days of known holidays were measured, not what they sum up to', () => {
    const summary = summarise(facts([opening], { metrics: new Map([['HolidaysKnownDays', [4419, 4419]]]) }));
    expect(summaryText(summary)).toContain('HolidaysKnownDays measured 2 times');
  });

  test('a call that a role does not allow is told; an engine that checks none is not called clean of them', () => {
    const refusal = {
      at: 0,
      who: 'CaseRelay-notify-lead',
      action: 'ses:SendEmail',
      resource: 'arn:x',
      onPurpose: false,
    };
    const summary = summarise(facts([opening, triaged], { refusals: [refusal] }));
    expect(isClean(summary)).toBe(false);
    expect(summaryText(summary)).toMatch(/Refused +1\n +! CaseRelay-notify-lead was refused ses:SendEmail on arn:x$/);
    const unchecked = summarise(facts([opening, triaged], { refusals: undefined }));
    expect(summaryText(unchecked)).toMatch(/Refused +not known: this engine checks no roles$/);
  });

  test('an alert that was handed to nobody is lost', () => {
    const alert = { alertId: 'al_1', caseId: CASE, kind: 'breach' as const, clock: 'resolution' as const, at: OPENED };
    const run = { alert, startedAt: Date.parse(OPENED), outcome: 'unanswered', faulted: false };
    const summary = summarise(facts([opening, triaged], { alertRuns: [run] }));
    expect(summary.lost).toEqual([`${CASE}: breach of resolution: nobody was told, no mail was handed to SES`]);
    expect(isClean(summary)).toBe(false);
  });

  test('a webhook that was refused, and one that is not in the log, are lost', () => {
    const refused = delivery('x', { status: 400, accepted: false, problem: 'field: wrong' });
    const { lost } = summarise(facts([opening, triaged], { deliveries: [refused, delivery('y')] }));
    expect(lost).toEqual([
      `${CASE}: ticket.created was not accepted (400: field: wrong)`,
      `${CASE}: ticket.created was accepted but is not in the log`,
    ]);
  });

  test('the echo of our own writing need not be in the log', () => {
    const echo = delivery('echo');
    const deliveries = [{ ...echo, webhook: { ...echo.webhook, isFact: false } }];
    expect(summarise(facts([opening, triaged], { deliveries })).lost).toEqual([]);
  });

  test('an opened case without triage is lost, unless it was over by then', () => {
    expect(summarise(facts([opening])).lost).toEqual([`${CASE}: opened, but never triaged`]);
    expect(summarise(facts([opening, solved('2026-11-23T10:00:02Z')])).lost).toEqual([]);
    expect(summarise(facts([opening], { now: Date.parse('2026-11-23T10:00:05Z') })).lost).toEqual([]);
  });

  test('a case that should have been looked at for an agent, or taken back from one, is stuck', () => {
    const stuck = (assignment: CaseEvent) => {
      const { snapshots, ...rest } = facts([opening, triaged, assignment]);
      return summarise({ ...rest, snapshots, now: Date.parse('2026-11-23T12:00:06Z') }).stuck;
    };
    const passedOver = { capacity: 1 };
    const retryAt = '2026-11-23T12:00:00.000Z';
    const deferral = { reason: 'full', passedOver, exposureExhausted: false, retryAt };
    expect(stuck(event('assignment-deferred', '2026-11-23T10:00:02Z', deferral))).toEqual([
      `${CASE}: no agent was looked for, though it was time to at ${retryAt}`,
    ]);
    const given = { agentId: 'kim', reason: 'least load', sensitive: false, passedOver, backAt: retryAt };
    expect(stuck(event('agent-assigned', '2026-11-23T10:00:02Z', given))).toEqual([
      `${CASE}: still with kim, whose shift ended at ${retryAt}`,
    ]);
    const later = { ...given, backAt: '2026-11-23T12:00:05.000Z' };
    expect(stuck(event('agent-assigned', '2026-11-23T10:00:02Z', later))).toEqual([]);
  });

  test('a snapshot that is not the fold of its log is stuck', () => {
    const log = [opening, triaged, reply('2026-11-23T10:30:00Z')];
    const behind = foldCase(log.slice(0, 2), context) as Case;
    const summary = summarise(facts(log, { snapshots: new Map([[CASE, behind]]) }));
    expect(summary.stuck).toEqual([`${CASE}: the snapshot is not the fold of its log`]);
    expect(summarise(facts(log, { snapshots: new Map() })).stuck).toEqual([`${CASE}: has a log but no snapshot`]);
    expect(isClean(summary)).toBe(false);
  });

  test('a threshold that passed more than five seconds ago and was not told is stuck', () => {
    const at = (now: string) => summarise(facts([opening, triaged], { now: Date.parse(now) })).stuck;
    expect(at('2026-11-23T13:00:04Z')).toEqual([]);
    expect(at('2026-11-23T13:00:09Z')).toEqual([`${CASE}: first-response (75%) was reached 9 s ago and not told`]);
  });

  test('an offer or work whose time is up, a failed workflow and a dead letter are stuck', () => {
    const handoff: Handoff = {
      handoffId: 'ho_1',
      caseId: CASE,
      vendor: 'manila',
      attempt: 1,
      state: 'offered',
      offeredAt: OPENED,
      answerBy: '2026-11-23T10:10:00.000Z',
      packetHash: 'x',
      workSeconds: 90,
      policyVersion: 'test-1',
      awaiting: 'answer',
      taskToken: 't',
    };
    const dueAt = '2026-11-23T10:59:54.000Z';
    const working: Handoff = { ...handoff, state: 'accepted', awaiting: 'work', dueAt };
    const inTime: Handoff = { ...working, dueAt: '2026-11-23T10:59:56.000Z' };
    const more = {
      handoffs: [handoff, working, inTime],
      executions: { FAILED: 1 },
      deadLetters: { 'poison-events': 2 },
    };
    expect(summarise(facts([opening, triaged], more)).stuck).toEqual([
      `${CASE}: still offered with manila, though the time was up at 2026-11-23T10:10:00.000Z`,
      `${CASE}: still accepted with manila, though the time was up at 2026-11-23T10:59:54.000Z`,
      '1 workflow execution ended as FAILED',
      '2 messages on poison-events',
    ]);
  });
});

test('percentiles are values that were measured', () => {
  const twenty = Array.from({ length: 20 }, (_, index) => 20 - index);
  expect(percentiles(twenty)).toEqual({ p50: 10, p95: 19, max: 20 });
  expect(percentiles([3])).toEqual({ p50: 3, p95: 3, max: 3 });
  expect(percentiles([])).toBeUndefined();
});

describe('metricsOf', () => {
  const line = (namespace: string) =>
    JSON.stringify({
      _aws: {
        Timestamp: 1,
        CloudWatchMetrics: [
          {
            Namespace: namespace,
            Dimensions: [['service']],
            Metrics: [{ Name: 'AlertLag', Unit: 'Seconds' }, { Name: 'SlaBreach' }],
          },
        ],
      },
      AlertLag: [0.5, 1.5],
      SlaBreach: 1,
    });

  test('reads single values and lists', () => {
    expect(metricsOf(line('CaseRelay'))).toEqual([
      ['AlertLag', [0.5, 1.5]],
      ['SlaBreach', [1]],
    ]);
  });

  test('passes over other namespaces and other lines', () => {
    expect(metricsOf(line('Other'))).toEqual([]);
    expect(metricsOf('{"message":"CloudWatchMetrics"}')).toEqual([]);
    expect(metricsOf('{ CloudWatchMetrics torn')).toEqual([]);
    expect(metricsOf('START RequestId: 1')).toEqual([]);
  });
});
