import { describe, expect, test } from 'vitest';
import { heading, lineFor, tell } from '../../../local/live/line.ts';
import { event, opened } from '../../support/events.ts';

const AT = '2026-11-22T17:04:05Z';

describe('lineFor', () => {
  test('time in the reader’s zone, case, what happened, aligned', () => {
    const received = opened(AT, { fields: { subject: 'Black screen', channel: 'email' } });
    expect(lineFor(received, { zone: 'America/Los_Angeles' })).toBe(
      '09:04:05  zendesk:5158        received: "Black screen" by email',
    );
    expect(lineFor(received, { zone: 'Europe/Berlin' })).toMatch(/^18:04:05 {2}/);
    expect(lineFor(received, { zone: 'UTC', idWidth: 20 })).toContain('zendesk:5158          received');
    expect(heading('Europe/Berlin')).toContain('Europe/Berlin');
  });

  test('colours only when told to', () => {
    const breach = event('deadline-reached', AT, {
      clock: 'first-response',
      turn: 1,
      threshold: 'breach',
      kind: 'breach',
      at: AT,
      dueAt: AT,
      targetSeconds: 1800,
    });
    expect(lineFor(breach, { zone: 'UTC' })).toBe('17:04:05  zendesk:5158        BREACHED: first response');
    expect(lineFor(breach, { zone: 'UTC', coloured: true })).toContain('\u001b[31m');
  });

  test('what a customer wrote does not steer the terminal', () => {
    const line = lineFor(opened(AT, { fields: { subject: 'a\u001b[2J\r\nb\u202ec' } }), { zone: 'UTC' });
    expect(line).toContain('received: "a [2J bc"');
  });

  test('a long subject is cut', () => {
    const line = lineFor(opened(AT, { fields: { subject: 'x'.repeat(200) } }), { zone: 'UTC' });
    expect(line).toContain(`"${'x'.repeat(59)}…"`);
  });

  test('what is of no interest has no line', () => {
    expect(lineFor(event('assigned', AT, { assigneeId: '1' }), { zone: 'UTC' })).toBeUndefined();
  });
});

describe('tell', () => {
  const handoff = { handoffId: 'ho_1', vendor: 'manila' };
  const decision = {
    ruleId: 'playback',
    reason: 'A script exists.',
    policyVersion: 'v',
    priority: 'normal' as const,
    queue: 'general',
    route: 'vendor' as const,
    sensitive: false,
    dataClass: 'standard',
    category: 'playback',
    tags: [],
    language: 'en',
  };
  const home = { ...decision, route: 'home' as const, sensitive: true };
  test.each([
    [event('triaged', AT, { decision }), 'triaged: normal, queue general, to a vendor (A script exists.)'],
    [
      event('triaged', AT, { decision: home }),
      'triaged: normal, queue general, stays home, sensitive (A script exists.)',
    ],
    [
      event('handoff-offered', AT, { ...handoff, attempt: 1, reason: 'first', packetHash: 'x', answerBy: AT }),
      'offered to manila (first)',
    ],
    [event('handoff-accepted', AT, handoff), 'accepted by manila'],
    [
      event('handoff-rejected', AT, { ...handoff, reason: 'capacity', note: 'Full.' }),
      'rejected by manila: no capacity, "Full."',
    ],
    [event('handoff-expired', AT, handoff), 'offer expired: no answer from manila'],
    [event('handoff-returned', AT, { ...handoff, reason: 'skill' }), 'returned by manila: nobody there has the skill'],
    [
      event('triaged', AT, { decision: { ...decision, route: 'parked', duplicateOf: 'zendesk:1' } }),
      'parked, a duplicate of zendesk:1 (A script exists.)',
    ],
    [event('triaged', AT, { decision: { ...decision, route: 'parked' } }), 'parked (A script exists.)'],
    [event('absorbed', AT, { from: 'zendesk:2' }), 'took in zendesk:2'],
    [
      event('policy-changed', AT, { from: 'a', to: '0123456789abcdef', targets: [] }),
      'folded anew under policy 0123456789ab',
    ],
    [
      event('agent-assigned', AT, { agentId: 'kim', reason: 'least load', sensitive: false, passedOver: {} }),
      'given to kim (least load)',
    ],
    [
      event('agent-released', AT, { agentId: 'kim', reason: 'off-shift' }),
      'back from kim, unworked: their shift ended',
    ],
    [
      event('assignment-deferred', AT, {
        reason: 'everyone is at capacity',
        passedOver: { 'at-capacity': 2, 'off-shift': 1, 'a code of tomorrow': 1 },
        exposureExhausted: false,
        retryAt: AT,
      }),
      'waits for an agent: everyone is at capacity (1 off shift, 2 with as many cases as they can hold)',
    ],
    [event('brought-home', AT, { reason: 'no vendor is eligible', tried: [] }), 'came home: no vendor is eligible'],
    [
      event('deadline-reached', AT, {
        clock: 'resolution',
        turn: 1,
        threshold: '50%',
        kind: 'warning',
        at: AT,
        dueAt: '2026-11-22T17:04:35.000Z',
        targetSeconds: 1800,
      }),
      'warned: resolution due in 30 s (50%)',
    ],
    [
      event('written-back', AT, { what: [], refused: '422 RecordInvalid' }),
      'the CRM refused what was to be written: 422 RecordInvalid',
    ],
    [event('alert-notified', AT, { alertId: 'a', rung: 0, to: 'maya', kind: 'warning' }), 'e-mailed maya: warning'],
    [
      event('danger-found', AT, {
        calledBy: 'e1',
        place: 'opening',
        rules: [
          { ruleId: 'self-harm', reason: 'r' },
          { ruleId: 'threat', reason: 'r' },
        ],
        queue: 'trust-and-safety',
        wasOver: false,
        endings: 0,
        policyVersion: 'p',
      }),
      'DANGER: a lead is told at once (self-harm, threat)',
    ],
    [
      event('alert-notified', AT, { alertId: 'a', rung: 1, to: 'aoife', kind: 'breach' }),
      'e-mailed aoife: breach, step 2',
    ],
    [event('alert-acknowledged', AT, { alertId: 'a', by: 'maya' }), 'acknowledged by maya'],
    [event('alert-unanswered', AT, { alertId: 'a', rung: 1 }), 'step 2 was not answered'],
    [event('priority-changed', AT, { priority: null }), 'priority now none'],
    [event('assigned', AT, { assigneeId: '17' }), 'in the CRM, with 17'],
    [event('assigned', AT, { assigneeId: null }), 'in the CRM, with nobody'],
    [event('csat-received', AT, { score: 'bad' }), 'rated bad by the customer'],
    [event('assignment-due', AT, { retryOf: 'a' }), 'tried again to find an agent'],
  ])('%#: $type', (said, text) => {
    expect(tell(said).text).toBe(text);
  });
});
