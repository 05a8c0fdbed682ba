import { describe, expect, test } from 'vitest';
import { type Alert, alertFor } from '../../../domain/alert.ts';
import type { CaseEvent } from '../../../domain/event.ts';
import { type AlertRun, type ToldFacts, untoldAlerts } from '../../../local/live/alerts-told.ts';
import type { Mail } from '../../../local/live/mails.ts';
import { event, opened } from '../../support/events.ts';
import { POLICY } from '../../support/policy-fixture.ts';

const CASE = 'zendesk:5158';
const AT = '2026-11-23T13:00:00.000Z';
const [lead] = POLICY.leads;
const reached = event('deadline-reached', '2026-11-23T13:00:01Z', {
  clock: 'first-response',
  turn: 1,
  threshold: '75%',
  kind: 'warning',
  at: AT,
  dueAt: '2026-11-23T14:00:00.000Z',
  targetSeconds: 14_400,
});
const alert: Alert = {
  alertId: 'al_1',
  caseId: CASE,
  kind: 'warning',
  clock: 'first-response',
  turn: 1,
  threshold: '75%',
  at: AT,
};
const run: AlertRun = { alert, startedAt: Date.parse(AT) + 2000, outcome: undefined, faulted: false };
const mail: Mail = {
  id: 'm1',
  from: 'relay@example.com',
  to: [lead?.email ?? ''],
  subject: 's',
  text: 'https://relay.example.com/alerts/al_1/acknowledge?token=abc.def',
  html: '',
  at: Date.parse(AT) + 3000,
};
const notified = event('alert-notified', '2026-11-23T13:00:03Z', {
  alertId: 'al_1',
  rung: 0,
  to: lead?.id ?? '',
  kind: 'warning',
});

function facts(log: readonly CaseEvent[], more: Partial<ToldFacts> = {}): ToldFacts {
  const logs = new Map([[CASE, log]]);
  return { logs, alertRuns: [run], mails: [mail], leads: POLICY.leads, now: Date.parse(AT) + 60_000, ...more };
}

describe('told means handed to SES', () => {
  const log = [opened('2026-11-23T10:00:00.000Z', {}), reached];

  test('a warning whose mail SES has is told', () => {
    expect(untoldAlerts(facts([...log, notified]))).toEqual([]);
  });

  test('one without a mail is not, however its workflow ended', () => {
    const expected = ['zendesk:5158: warning of first-response (75%): nobody was told, no mail was handed to SES'];
    for (const outcome of [undefined, 'unanswered', 'acknowledged'])
      expect(untoldAlerts(facts(log, { mails: [], alertRuns: [{ ...run, outcome }] }))).toEqual(expected);
    const triedInVain = { ...run, outcome: 'moot', faulted: true };
    expect(untoldAlerts(facts(log, { mails: [], alertRuns: [triedInVain] }))).toEqual(expected);
  });

  test('there was nothing to tell if the promise was kept before anyone could be told', () => {
    expect(untoldAlerts(facts(log, { mails: [], alertRuns: [{ ...run, outcome: 'moot' }] }))).toEqual([]);
  });

  test('a deadline of which no workflow ever heard was told nobody', () => {
    expect(untoldAlerts(facts(log, { alertRuns: [] }))).toEqual([
      'zendesk:5158: warning of first-response (75%): nobody was told, no workflow was started for it',
    ]);
  });

  test('a second danger of a case, or a second coming home, is not told with the first', () => {
    const found = (at: string) =>
      event('danger-found', at, {
        calledBy: 'k',
        place: 'message',
        rules: [{ ruleId: 'self-harm', reason: 'somebody may be in danger' }],
        queue: 'general',
        wasOver: false,
        endings: 0,
        policyVersion: 'test-1',
      });
    const home = (at: string) => event('brought-home', at, { reason: 'none', tried: [] });
    for (const [kind, twice] of [
      ['danger', [found('2026-11-23T13:00:00Z'), found('2026-11-23T13:00:10Z')]],
      ['came-home', [home('2026-11-23T13:00:00Z'), home('2026-11-23T13:00:10Z')]],
    ] as const) {
      const first = alertFor(twice[0], 'al_1') as Alert;
      expect(untoldAlerts(facts(twice, { alertRuns: [{ ...run, alert: first }] }))).toEqual([
        `zendesk:5158: ${kind}: nobody was told, no workflow was started for it`,
      ]);
    }
  });

  test('a lead who stands on the log as told, but was mailed nothing, was not told', () => {
    const other = { ...mail, to: ['somebody@else.example.com'] };
    expect(untoldAlerts(facts([...log, notified], { mails: [other] }))).toEqual([
      `zendesk:5158: the log says that ${lead?.id} was told of a warning, but no such mail went out`,
    ]);
  });

  test('half a minute is not too long', () => {
    const now = Date.parse(AT) + 20_000;
    expect(untoldAlerts(facts(log, { mails: [], now }))).toEqual([]);
    expect(untoldAlerts(facts(log, { alertRuns: [], now }))).toEqual([]);
  });
});
