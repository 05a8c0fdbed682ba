import { describe, expect, it } from 'vitest';
import {
  CaseEvent,
  type CaseEventType,
  CaseStatus,
  ClockName,
  HandoffState,
  Instant,
  Priority,
  RejectReason,
  Route,
} from '../../domain/event.ts';

const AT = '2026-11-16T09:00:00.000Z';
const LATER = '2026-11-16T10:00:00.000Z';
const handoff = { handoffId: 'ho_1', vendor: 'manila' };
const fields = {
  subject: 'No sound',
  text: 'Since the update.',
  channel: 'web',
  language: 'en',
  requesterId: '77',
  assigneeId: '9001',
  group: '101',
  tier: 'vip',
  region: 'EU',
  tags: ['sound'],
  custom: { brand: 'tv', seats: 3, paid: true },
};
const decision = {
  ruleId: 'playback',
  reason: 'a script',
  policyVersion: 'test-1',
  priority: 'normal',
  queue: 'general',
  route: 'vendor',
  sensitive: false,
  dataClass: 'standard',
  category: 'playback',
  tags: ['playback'],
  language: 'en',
  skills: ['tv'],
  confidence: 0.8,
  matched: [{ field: 'subject', operator: 'contains', value: 'sound' }],
  alternatives: [{ ruleId: 'billing', category: 'billing', because: 'it comes later' }],
  duplicateOf: 'zendesk:1',
};

/** Everything that an event of each type can say; the names of what it may leave out. */
const EVENTS: Readonly<Record<CaseEventType, [said: Record<string, unknown>, optional?: string[]]>> = {
  opened: [
    { status: 'new', priority: 'high', fields, headers: { precedence: 'bulk' } },
    ['status', 'priority', 'headers'],
  ],
  'message-added': [
    { author: 'customer', public: true, text: 'Hello?', fields, headers: { precedence: 'bulk' } },
    ['text', 'fields', 'headers'],
  ],
  'status-changed': [{ status: 'pending', fields }, ['fields']],
  solved: [{ by: 'customer', fields }, ['by', 'fields']],
  reopened: [{ fields }, ['fields']],
  'priority-changed': [{ priority: null }],
  assigned: [{ assigneeId: null, group: '101' }, ['group']],
  merged: [{ into: 'zendesk:2' }, ['into']],
  'csat-received': [{ score: 'bad' }],
  absorbed: [
    { from: 'zendesk:2', waiting: { startedAt: AT, pauses: [{ from: AT, to: LATER, reason: 'pending' }] } },
    ['waiting'],
  ],
  'policy-changed': [
    {
      from: 'test-1',
      to: 'test-2',
      targets: [{ clock: 'resolution', turn: 1, targetSeconds: 3600, calendar: 'office' }],
    },
  ],
  triaged: [{ decision, calledBy: 'e1' }, ['calledBy']],
  'handoff-offered': [{ ...handoff, attempt: 1, reason: 'first', packetHash: 'abc', answerBy: LATER }],
  'handoff-accepted': [handoff],
  'handoff-rejected': [{ ...handoff, reason: 'capacity', note: 'full' }, ['note']],
  'handoff-expired': [handoff],
  'handoff-resolved': [{ ...handoff, note: 'done' }, ['note']],
  'handoff-returned': [{ ...handoff, reason: 'skill', note: 'too hard' }, ['note']],
  'handoff-recalled': [{ ...handoff, by: 'work-timeout' }],
  'brought-home': [{ reason: 'nobody could', tried: ['manila'] }],
  'agent-assigned': [
    { agentId: 'lena', reason: 'least to do', sensitive: true, passedOver: { full: 1 }, backAt: LATER },
    ['backAt'],
  ],
  'agent-released': [{ agentId: 'lena', reason: 'off-shift' }],
  'assignment-deferred': [{ reason: 'full', passedOver: { full: 2 }, exposureExhausted: false, retryAt: LATER }],
  'assignment-due': [{ retryOf: LATER }],
  'written-back': [{ what: ['tags'] }],
  'deadline-reached': [
    {
      clock: 'resolution',
      turn: 1,
      threshold: 'breach',
      kind: 'breach',
      at: AT,
      dueAt: AT,
      targetSeconds: 3600,
    },
  ],
  'alert-notified': [{ alertId: 'al_1', rung: 0, to: 'ana', kind: 'breach' }],
  'danger-found': [
    {
      calledBy: 'e1',
      place: 'message',
      rules: [{ ruleId: 'self-harm', reason: 'danger' }],
      queue: 'trust-and-safety',
      wasOver: false,
      endings: 0,
      policyVersion: 'test-1',
    },
  ],
  'alert-acknowledged': [
    {
      alertId: 'al_1',
      by: 'ana',
      promise: { clock: 'resolution', turn: 1, targetSeconds: 3600 },
      through: 'al_0',
    },
    ['promise', 'through'],
  ],
  'alert-unanswered': [{ alertId: 'al_1', rung: 1 }],
};
const BASE = { key: 'k1', caseId: 'zendesk:5158', occurredAt: AT, receivedAt: LATER };
const accepts = (type: CaseEventType, rest: Record<string, unknown>) =>
  CaseEvent.safeParse({ ...BASE, type, ...EVENTS[type][0], ...rest }).success;

describe('a stored event', () => {
  it.each(Object.entries(EVENTS))(
    '%s is read back as it was, and refused without what it must say',
    (type, [said, optional = []]) => {
      const whole = { ...BASE, type, ...said };
      expect(CaseEvent.parse(whole)).toEqual(whole);
      for (const name of Object.keys(whole)) {
        const { [name]: _, ...rest } = whole as Record<string, unknown>;
        expect(CaseEvent.safeParse(rest).success, name).toBe(optional.includes(name));
      }
    },
  );

  it('lacks nothing inside either', () => {
    const without = (whole: Record<string, unknown>, name: string) => ({ ...whole, [name]: undefined });
    const optional = ['skills', 'confidence', 'matched', 'alternatives', 'duplicateOf'];
    for (const name of Object.keys(decision))
      expect(accepts('triaged', { decision: without(decision, name) }), name).toBe(optional.includes(name));
    expect(accepts('triaged', { decision: { ...decision, matched: [{}] } })).toBe(false);
    expect(accepts('triaged', { decision: { ...decision, alternatives: [{}] } })).toBe(false);
    expect(accepts('absorbed', { waiting: {} })).toBe(false);
    expect(accepts('absorbed', { waiting: { startedAt: AT, pauses: [{}] } })).toBe(false);
    expect(accepts('absorbed', { waiting: { startedAt: AT, pauses: [{ from: AT, reason: 'pending' }] } })).toBe(true);
    expect(accepts('policy-changed', { targets: [{}] })).toBe(false);
    expect(accepts('danger-found', { rules: [{}] })).toBe(false);
    expect(accepts('danger-found', { place: 'elsewhere' })).toBe(false);
    expect(accepts('alert-acknowledged', { promise: {} })).toBe(false);
    expect(accepts('opened', { fields: {} })).toBe(true);
  });

  it('knows every word it can use, and no other', () => {
    expect(Priority.options).toEqual(['low', 'normal', 'high', 'urgent']);
    expect(CaseStatus.options).toEqual(['new', 'open', 'pending', 'on-hold', 'solved', 'closed', 'merged', 'deleted']);
    expect(HandoffState.options).toEqual([
      'offered',
      'accepted',
      'rejected',
      'expired',
      'resolved',
      'returned',
      'recalled',
    ]);
    expect(RejectReason.options).toEqual(['capacity', 'skill', 'language', 'hours', 'policy', 'other']);
    expect(Route.options).toEqual(['home', 'vendor', 'parked']);
    expect(ClockName.options).toHaveLength(9);
    for (const author of ['customer', 'agent', 'vendor', 'system'])
      expect(accepts('message-added', { author })).toBe(true);
    for (const score of ['good', 'bad']) expect(accepts('csat-received', { score })).toBe(true);
    for (const reason of ['off-shift', 'left-team']) expect(accepts('agent-released', { reason })).toBe(true);
    for (const kind of ['warning', 'breach', 'breached-on-retarget'])
      expect(accepts('deadline-reached', { kind })).toBe(true);
    expect(accepts('message-added', { author: '' })).toBe(false);
    expect(accepts('csat-received', { score: '' })).toBe(false);
  });
});

describe('the name of a case and the key of an event', () => {
  it.each([
    ['zendesk:5158', true],
    ['my-crm-2:a/B:7', true],
    [`zendesk:${'x'.repeat(200)}`, true],
    [`zendesk:${'x'.repeat(201)}`, false],
    ['zendesk:', false],
    [':5158', false],
    ['5158', false],
    ['Zendesk:5158', false],
    ['my crm:5158', false],
    ['zendesk:51 58', false],
    ['zendesk:51#58', false],
  ])('case %s: %s', (caseId, expected) => {
    expect(accepts('solved', { caseId })).toBe(expected);
  });

  it('a key has 1 to 512 characters', () => {
    expect(['', 'k', 'k'.repeat(512), 'k'.repeat(513)].map((key) => accepts('solved', { key }))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });
});

describe('the sequence of an event', () => {
  it.each([
    [0, '0'],
    [17, '17'],
    [Number.MAX_SAFE_INTEGER, '9007199254740991'],
    ['00000000000000000017', '00000000000000000017'],
    ['18446744073709551615', '18446744073709551615'],
  ])('%s is kept as %s', (sequence, kept) => {
    expect(CaseEvent.parse({ ...BASE, type: 'solved', sequence })).toEqual({ ...BASE, type: 'solved', sequence: kept });
  });

  it.each([-1, 1.5, 2 ** 53, '', '-1', 'a1', '1'.repeat(21), null])('%s is none', (sequence) => {
    expect(accepts('solved', { sequence })).toBe(false);
  });
});

describe('an instant', () => {
  it.each([
    ['2026-11-22T09:30Z', '2026-11-22T09:30:00.000Z'],
    ['2026-11-22T09:30:15Z', '2026-11-22T09:30:15.000Z'],
    ['2028-02-29T23:30:00-08:00', '2028-03-01T07:30:00.000Z'],
    ['2026-11-22T09:30:15.25Z', '2026-11-22T09:30:15.250Z'],
    ['2026-11-22T09:30:15.123456Z', '2026-11-22T09:30:15.123Z'],
    ['2026-11-22T09:30:00+05:30', '2026-11-22T04:00:00.000Z'],
    ['2026-11-22T09:30:00-0800', '2026-11-22T17:30:00.000Z'],
  ])('%s is %s', (text, expected) => {
    expect(Instant.parse(text)).toBe(expected);
  });

  it.each([
    ['a date alone', '2026-11-22'],
    ['a time without a zone', '2026-11-22T09:30:00'],
    ['a month that there is not', '2026-13-22T09:30:00Z'],
    ['a day that the month does not have', '2026-02-30T09:30:00Z'],
    ['29 February of a common year', '2026-02-29T09:30:00+01:00'],
    ['a year in the long form', '+002026-11-22T09:30:00Z'],
    ['something after it', '2026-11-22T09:30:00Z (UTC)'],
    ['words', 'yesterday'],
  ])('%s is none', (_what, text) => {
    expect(Instant.safeParse(text).success).toBe(false);
  });
});
