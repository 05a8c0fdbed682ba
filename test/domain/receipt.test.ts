import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyEvent, type Case, foldCase } from '../../domain/case.ts';
import { measure, type Turn } from '../../domain/clock.ts';
import { type CaseEvent, ClockName, type EventOf } from '../../domain/event.ts';
import { inLogOrder } from '../../domain/log-order.ts';
import { type CalendarPolicy, type ClockPolicy, clockPolicy, type Policy } from '../../domain/policy.ts';
import { type Receipt, receipt } from '../../domain/receipt.ts';
import { replayReceipt } from '../../domain/receipt-replay.ts';
import { type Segment, shortened } from '../../domain/receipt-segments.ts';
import { event, fromCustomer, opened, priority, reopened, reply, solved, status } from '../support/events.ts';
import { contextOf, OFFICE_HOURS, POLICY } from '../support/policy-fixture.ts';
import { randomLog } from '../support/random-log.ts';

const at = (text: string) => Date.parse(text);
const inMs = (seconds: number) => Math.round(seconds * 1000);
const receiptOf = (events: CaseEvent[], clock: ClockName, now: string, policy: Policy = POLICY, turn?: number) =>
  receipt(events, contextOf(policy), { clock, turn }, at(now)) as Receipt;

/** A segment as "Mon 09:00-17:00 counted 28800": day, times, kind, counted seconds. 2026-11-16 is a Monday. */
function short({ from, to, kind, seconds }: Segment): string {
  const day = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'][new Date(from).getUTCDay()];
  return `${day} ${from.slice(11, 16)}-${to.slice(11, 16)} ${kind} ${seconds}`;
}

// Office hours are 09:00-17:00 UTC, Monday to Friday; at normal, 4 h to respond and 16 h to solve.
describe('the receipt of a clock that runs', () => {
  const made = () =>
    receiptOf([opened('2026-11-16T15:00:00Z', { key: 'k1' })], 'first-response', '2026-11-17T09:30:00Z');

  it('names the case, the promise, the policy and the calendar', () => {
    const shown = made();
    expect(shown).toMatchObject({
      receipt: 1,
      caseId: 'zendesk:5158',
      clock: 'first-response',
      turn: 1,
      asOf: '2026-11-17T09:30:00.000Z',
      policyVersion: 'test-1',
      calendar: { name: 'office', zone: 'UTC' },
      target: { seconds: 14_400, words: '4 business hours: time in which calendar office is open' },
      startedAt: '2026-11-16T15:00:00.000Z',
      startedBy: { key: 'k1', type: 'opened' },
      endedAt: null,
      endedBy: null,
      status: 'running',
      dueAt: '2026-11-17T11:00:00.000Z',
      plannedAt: null,
    });
    expect(shown.calendar.version).toMatch(/^[0-9a-f]{16}$/);
  });

  it('shows what was counted until now, and what lies ahead', () => {
    const shown = made();
    expect(shown.segments).toEqual([
      {
        from: '2026-11-16T15:00:00.000Z',
        to: '2026-11-16T17:00:00.000Z',
        kind: 'counted',
        reason: 'open hours',
        seconds: 7200,
        sum: 7200,
      },
      {
        from: '2026-11-16T17:00:00.000Z',
        to: '2026-11-17T09:00:00.000Z',
        kind: 'closed',
        reason: 'outside open hours',
        seconds: 0,
        sum: 7200,
      },
      {
        from: '2026-11-17T09:00:00.000Z',
        to: '2026-11-17T09:30:00.000Z',
        kind: 'counted',
        reason: 'open hours',
        seconds: 1800,
        sum: 9000,
      },
    ]);
    expect(shown.ahead).toEqual([
      {
        from: '2026-11-17T09:30:00.000Z',
        to: '2026-11-17T11:00:00.000Z',
        kind: 'counted',
        reason: 'open hours',
        seconds: 5400,
        sum: 14_400,
      },
    ]);
  });

  it('adds up: worked and remaining are the target, which the deadline reaches', () => {
    const shown = made();
    expect(shown.sum).toEqual({
      targetSeconds: 14_400,
      workedSeconds: 9000,
      remainingSeconds: 5400,
      overSeconds: 0,
      reachesTargetAt: '2026-11-17T11:00:00.000Z',
    });
  });

  it('is the same from the log in another order, with duplicates', () => {
    const events = [
      opened('2026-11-16T15:00:00Z'),
      priority('2026-11-16T15:10:00Z', 'high'),
      reply('2026-11-16T16:00:00Z'),
    ];
    const now = '2026-11-17T09:30:00Z';
    expect(receiptOf([...events, ...events].reverse(), 'resolution', now)).toEqual(
      receiptOf(events, 'resolution', now),
    );
  });
});

describe('a deadline that has passed', () => {
  it('cuts the open hours where the sum reaches the target', () => {
    const late = receiptOf(
      [opened('2026-11-16T09:00:00Z'), reply('2026-11-16T15:00:00Z')],
      'first-response',
      '2026-12-01T00:00:00Z',
    );
    expect(late.segments.map(short)).toEqual(['Mon 09:00-13:00 counted 14400', 'Mon 13:00-15:00 counted 7200']);
    expect(late.sum).toMatchObject({ workedSeconds: 21_600, remainingSeconds: 0, overSeconds: 7200 });
    expect(late).toMatchObject({ status: 'met-late', dueAt: '2026-11-16T13:00:00.000Z', ahead: [] });
    expect(late.endedAt).toBe('2026-11-16T15:00:00.000Z');
    expect(late.endedBy?.type).toBe('message-added');
  });

  it('that lies exactly at now has nothing ahead', () => {
    const now = receiptOf([opened('2026-11-16T09:00:00Z')], 'first-response', '2026-11-16T13:00:00Z');
    expect(now.segments.map(short)).toEqual(['Mon 09:00-13:00 counted 14400']);
    expect(now).toMatchObject({ status: 'breached', ahead: [] });
  });
});

describe('pauses', () => {
  it('show which event began and ended them, and by how much open time they moved the deadline', () => {
    const shown = receiptOf(
      [
        opened('2026-11-16T09:00:00Z'),
        status('2026-11-16T16:00:00Z', 'pending'),
        status('2026-11-17T10:00:00Z', 'open'),
      ],
      'resolution',
      '2026-11-17T11:00:00Z',
    );
    expect(shown.segments.map(short)).toEqual([
      'Mon 09:00-16:00 counted 25200',
      'Mon 16:00-10:00 paused 0',
      'Tue 10:00-11:00 counted 3600',
    ]);
    expect(shown.segments[1]).toMatchObject({
      reason: 'the case was pending',
      by: { type: 'status-changed' },
      endedBy: { type: 'status-changed' },
      openSeconds: 7200,
      sum: 25_200,
    });
    expect(shown.segments[1]?.by?.key).not.toBe(shown.segments[1]?.endedBy?.key);
    // 16 h of work: 7 on Monday, 7 on Tuesday, 2 on Wednesday.
    expect(shown.dueAt).toBe('2026-11-18T11:00:00.000Z');
    expect(shown.ahead.map(short)).toEqual([
      'Tue 11:00-17:00 counted 21600',
      'Tue 17:00-09:00 closed 0',
      'Wed 09:00-11:00 counted 7200',
    ]);
    expect(shown.ahead.at(-1)?.sum).toBe(57_600);
  });

  it('that go on leave a plan and no deadline', () => {
    const shown = receiptOf(
      [opened('2026-11-16T09:00:00Z'), status('2026-11-16T10:00:00Z', 'pending')],
      'resolution',
      '2026-11-16T12:00:00Z',
    );
    expect(shown.segments.map(short)).toEqual(['Mon 09:00-10:00 counted 3600', 'Mon 10:00-12:00 paused 0']);
    expect(shown.segments[1]).not.toHaveProperty('endedBy');
    // 15 h are left: 5 on Monday, 8 on Tuesday, 2 on Wednesday.
    expect(shown).toMatchObject({ status: 'paused', dueAt: null, plannedAt: '2026-11-18T11:00:00.000Z', ahead: [] });
    expect(shown.sum).toMatchObject({ workedSeconds: 3600, remainingSeconds: 54_000, reachesTargetAt: null });
  });

  it('from the beginning are the opening’s own', () => {
    const born = opened('2026-11-16T09:00:00Z', { status: 'pending', key: 'born' });
    const shown = receiptOf(
      [born, { ...status('2026-11-16T10:00:00Z', 'open'), key: 'go' }],
      'resolution',
      '2026-11-16T11:00:00Z',
    );
    expect(shown.segments.map(short)).toEqual(['Mon 09:00-10:00 paused 0', 'Mon 10:00-11:00 counted 3600']);
    expect(shown.segments[0]).toMatchObject({ by: { key: 'born' }, endedBy: { key: 'go' }, openSeconds: 3600 });
  });

  it('of events that say to come after now are not in it yet', () => {
    const shown = receiptOf(
      [
        opened('2026-11-16T09:00:00Z'),
        priority('2026-11-16T12:00:00Z', 'urgent'),
        status('2026-11-16T12:30:00Z', 'pending'),
      ],
      'resolution',
      '2026-11-16T11:00:00Z',
    );
    expect(shown.segments.map(short)).toEqual(['Mon 09:00-11:00 counted 7200']);
  });

  it('between being solved and reopened were begun by the solution', () => {
    const shown = receiptOf(
      [
        opened('2026-11-16T09:00:00Z'),
        { ...solved('2026-11-16T11:00:00Z'), key: 'done' },
        { ...reopened('2026-11-17T09:00:00Z'), key: 'again' },
      ],
      'resolution',
      '2026-11-17T10:00:00Z',
    );
    expect(shown.segments.map(short)).toEqual([
      'Mon 09:00-11:00 counted 7200',
      'Mon 11:00-09:00 paused 0',
      'Tue 09:00-10:00 counted 3600',
    ]);
    expect(shown.segments[1]).toMatchObject({
      reason: 'the case was solved',
      by: { key: 'done', type: 'solved' },
      endedBy: { key: 'again', type: 'reopened' },
    });
    expect(shown).toMatchObject({ endedAt: null, endedBy: null });
  });
});

describe('a new promise', () => {
  it('is a mark without length; what was counted before it stays, and pauses too', () => {
    const shown = receiptOf(
      [
        opened('2026-11-16T09:00:00Z'),
        status('2026-11-16T10:00:00Z', 'pending'),
        status('2026-11-16T12:00:00Z', 'open'),
        { ...priority('2026-11-16T12:30:00Z', 'urgent'), key: 'p1' },
      ],
      'resolution',
      '2026-11-16T13:00:00Z',
    );
    expect(shown.segments.map(short)).toEqual([
      'Mon 09:00-10:00 counted 3600',
      'Mon 10:00-12:00 paused 0',
      'Mon 12:00-12:30 counted 1800',
      'Mon 12:30-12:30 retarget 0',
      'Mon 12:30-13:00 counted 1800',
    ]);
    expect(shown.segments[3]).toMatchObject({
      reason: 'a new priority: the target is 4 business hours, was 16 business hours; it counts from the start',
      by: { key: 'p1', type: 'priority-changed' },
      sum: 5400,
    });
    // Urgent: 4 h; 1 h used until 10:00, and 3 h from 12:00.
    expect(shown.dueAt).toBe('2026-11-16T15:00:00.000Z');
  });

  it('names its occasion: triage, another queue, or whatever else it was', () => {
    const decision: EventOf<'triaged'>['decision'] = {
      ruleId: 'playback',
      reason: 'r',
      policyVersion: 'test-1',
      priority: 'high',
      queue: 'general',
      route: 'home',
      sensitive: false,
      dataClass: 'standard',
      category: 'playback',
      tags: [],
      language: 'en',
    };
    const [first] = POLICY.clocks as [ClockPolicy];
    const exceptions = [
      { when: { queue: ['trust-and-safety'] }, targets: { high: 600 } },
      { when: { tier: ['vip'] }, targets: { high: 300 } },
    ];
    const policy = { ...POLICY, clocks: [{ ...first, exceptions: exceptions.slice().reverse() }] };
    const shown = receiptOf(
      [
        opened('2026-11-16T09:00:00Z'),
        event('triaged', '2026-11-16T09:01:00Z', { decision }),
        event('assigned', '2026-11-16T09:02:00Z', { assigneeId: null, group: '102' }),
        event('status-changed', '2026-11-16T09:03:00Z', { status: 'open', fields: { tier: 'vip' } }),
      ],
      'first-response',
      '2026-11-16T09:04:00Z',
      policy,
    );
    const marks = shown.segments.filter(({ kind }) => kind === 'retarget');
    expect(marks.map(({ reason }) => reason)).toEqual([
      'triage: the target is 1 business hour, was 4 business hours; it counts from the start',
      'another queue: the target is 10 business minutes, was 1 business hour; it counts from the start',
      'new facts: the target is 5 business minutes, was 10 business minutes; it counts from the start',
    ]);
  });

  it('of a new policy is told by its event', () => {
    const changed = event('policy-changed', '2026-11-16T10:00:00Z', {
      key: 'pc',
      from: 'test-0',
      to: 'test-1',
      targets: [
        { clock: 'resolution', turn: 1, targetSeconds: 28_800, calendar: 'manila' },
        { clock: 'first-response', turn: 1, targetSeconds: 14_400, calendar: 'office' },
      ],
    });
    const events = [opened('2026-11-16T09:00:00Z'), changed];
    const marks = receiptOf(events, 'resolution', '2026-11-16T11:00:00Z').segments.filter(
      ({ kind }) => kind === 'retarget',
    );
    expect(marks).toEqual([
      {
        from: '2026-11-16T10:00:00.000Z',
        to: '2026-11-16T10:00:00.000Z',
        kind: 'retarget',
        reason:
          'a new policy: the target is 16 business hours, was 8 business hours, calendar office instead of manila; it counts from the start',
        by: { key: 'pc', type: 'policy-changed' },
        seconds: 0,
        sum: 3600,
      },
    ]);
    const same = receiptOf(events, 'first-response', '2026-11-16T11:00:00Z');
    expect(same.segments.map(short)).toEqual(['Mon 09:00-11:00 counted 7200']);
  });
});

describe('why a calendar is closed', () => {
  const calendars: Policy['calendars'] = {
    ...POLICY.calendars,
    office: {
      zone: 'UTC',
      weekly: OFFICE_HOURS,
      holidays: ['2026-11-17'],
      special: { '2026-11-18': [[600, 720]], '2026-11-19': [] },
    },
  };

  it('is said: hours, a holiday, a special day', () => {
    const shown = receiptOf([opened('2026-11-16T16:00:00Z')], 'first-response', '2026-11-20T09:30:00Z', {
      ...POLICY,
      calendars,
    });
    expect(shown.segments.map((segment) => `${segment.from.slice(8, 16)} ${segment.kind}: ${segment.reason}`)).toEqual([
      '16T16:00 counted: open hours',
      '16T17:00 closed: outside open hours',
      '17T00:00 holiday: holiday: 2026-11-17',
      '18T00:00 special-day: closed by the special hours of 2026-11-18',
      '18T10:00 counted: open by the special hours of 2026-11-18',
      '18T12:00 special-day: closed by the special hours of 2026-11-18',
      '19T00:00 special-day: closed by the special hours of 2026-11-19',
      '20T00:00 closed: outside open hours',
      '20T09:00 counted: open hours',
    ]);
    // 1 h on Monday, 2 h on Wednesday: the fourth ends on Friday at 10:00.
    expect(shown.dueAt).toBe('2026-11-20T10:00:00.000Z');
  });

  it('beyond the holidays that are known, the deadline says so, and that it may be later', () => {
    const office = {
      zone: 'UTC',
      weekly: OFFICE_HOURS,
      holidays: ['2026-12-25'],
      holidayNames: { 'Christmas Day': ['2026-12-25'] },
      holidaysKnown: { from: '2026-01-01', to: '2026-12-31' },
    };
    const policy = { ...POLICY, calendars: { ...POLICY.calendars, office } };
    const made = (start: string, now: string, ...more: CaseEvent[]) =>
      receiptOf([opened(start), ...more], 'resolution', now, policy);
    // 16 h from Wednesday 23 December, 09:00: with Christmas Day off, Thursday 24 is the second day.
    const known = made('2026-12-23T09:00:00Z', '2026-12-23T10:00:00Z');
    expect(known).toMatchObject({ dueAt: '2026-12-24T17:00:00.000Z', holidaysUnknown: null });
    // From Thursday 31, as if New Year's Day were a working day: nobody has said that it is none.
    const beyond = made('2026-12-31T09:00:00Z', '2026-12-31T10:00:00Z');
    expect(beyond).toMatchObject({ dueAt: '2027-01-01T17:00:00.000Z', holidaysUnknown: { after: '2026-12-31' } });
    expect(beyond.replay.calendars.office).toMatchObject({ holidays: [], holidaysKnown: { to: '2026-12-31' } });
    expect(replayReceipt(beyond)).toMatchObject({ dueAt: beyond.dueAt, holidaysUnknown: beyond.holidaysUnknown });
    // Only a pause reaches there.
    const pause = status('2026-12-31T09:30:00Z', 'pending');
    const paused = made('2026-12-31T09:00:00Z', '2027-01-04T09:00:00Z', pause);
    expect(paused).toMatchObject({ status: 'paused', dueAt: null, holidaysUnknown: { after: '2026-12-31' } });
    const met = made('2026-12-28T09:00:00Z', '2027-06-01T09:00:00Z', solved('2026-12-28T10:00:00Z'));
    expect(met).toMatchObject({ status: 'met', holidaysUnknown: null });
  });

  it('another calendar has another version; the same one under another policy has not', () => {
    const version = (policy: Policy) =>
      receiptOf([opened('2026-11-16T16:00:00Z')], 'resolution', '2026-11-16T17:00:00Z', policy).calendar.version;
    const other = { ...POLICY, version: 'test-2', maxOffers: 3 };
    expect(version(other)).toBe(version(POLICY));
    expect(version({ ...POLICY, calendars })).not.toBe(version(POLICY));
  });

  it('a target in plain time counts all of it', () => {
    const clocks = POLICY.clocks.map((clock) => ({ ...clock, calendar: 'always' }));
    const shown = receiptOf([opened('2026-11-21T16:00:00Z')], 'first-response', '2026-11-21T18:00:00Z', {
      ...POLICY,
      clocks,
    });
    expect(shown.segments.map(short)).toEqual(['Sat 16:00-18:00 counted 7200']);
    expect(shown.segments[0]?.reason).toBe('all time counts');
    expect(shown.target.words).toBe('4 hours of plain time, day and night');
    expect(shown.calendar).toEqual({ name: 'always', zone: 'UTC', version: 'always' });
    expect(shown.replay.calendars).toEqual({});
  });

  it('a group carries its members', () => {
    const group: Policy = {
      ...POLICY,
      calendars: { ...POLICY.calendars, sun: { members: ['office', 'manila'] } },
      clocks: POLICY.clocks.map((clock) => ({ ...clock, calendar: 'sun' })),
    };
    // Manila opens at 01:00 UTC and closes at 09:00, when the office opens.
    const shown = receiptOf([opened('2026-11-16T00:00:00Z')], 'resolution', '2026-11-16T18:00:00Z', group);
    expect(shown.dueAt).toBe('2026-11-16T17:00:00.000Z');
    expect(Object.keys(shown.replay.calendars)).toEqual(['sun', 'office', 'manila']);
    expect(replayReceipt(shown).dueAt).toBe(shown.dueAt);
  });

  it('a group names the offices that are open, and those that have a day off', () => {
    const holidayNames = { 'All Fools': ['2026-11-17'] };
    const office = { zone: 'UTC', weekly: OFFICE_HOURS, holidays: ['2026-11-17'], holidayNames };
    const late = { zone: 'UTC', weekly: { mon: [[720, 1260]], tue: [[720, 1260]] }, holidays: [] } as CalendarPolicy;
    const group: Policy = {
      ...POLICY,
      calendars: { ...POLICY.calendars, office, late, sun: { members: ['office', 'late'] } },
      clocks: POLICY.clocks.map((clock) => ({ ...clock, calendar: 'sun' })),
    };
    const shown = receiptOf([opened('2026-11-16T09:00:00Z')], 'resolution', '2026-11-17T13:00:00Z', group);
    expect(shown.calendar).toMatchObject({ name: 'sun', members: ['office', 'late'] });
    expect(shown.segments.map(({ from, reason }) => `${from.slice(8, 16)} ${reason}`)).toEqual([
      '16T09:00 open hours of office',
      '16T12:00 open hours of office and late',
      '16T17:00 open hours of late',
      '16T21:00 outside open hours',
      '17T00:00 holiday: All Fools (2026-11-17) in office',
      '17T12:00 open hours of late',
    ]);
  });
});

describe('turns that have ended', () => {
  const events = [
    opened('2026-11-16T09:00:00Z'),
    reply('2026-11-16T09:30:00Z'),
    fromCustomer('2026-11-16T10:00:00Z'),
    reply('2026-11-16T10:30:00Z'),
    fromCustomer('2026-11-16T11:00:00Z'),
    reply('2026-11-16T12:00:00Z'),
  ];

  it('can be asked for, though the case keeps only the last', () => {
    const first = receiptOf(events, 'next-response', '2026-11-16T15:00:00Z', POLICY, 1);
    expect(first).toMatchObject({ turn: 1, status: 'met', endedAt: '2026-11-16T10:30:00.000Z' });
    expect(first.segments.map(short)).toEqual(['Mon 10:00-10:30 counted 1800']);
    const latest = receiptOf(events, 'next-response', '2026-11-16T15:00:00Z');
    expect(latest).toMatchObject({ turn: 2, startedAt: '2026-11-16T11:00:00.000Z' });
    expect(latest.segments.map(short)).toEqual(['Mon 11:00-12:00 counted 3600']);
  });

  it('include one whose end and the next one’s start are one event', () => {
    const update: ClockPolicy = { ...(POLICY.clocks[0] as ClockPolicy), clock: 'periodic-update' };
    const policy = { ...POLICY, clocks: [...POLICY.clocks, update] };
    const first = receiptOf(events, 'periodic-update', '2026-11-16T15:00:00Z', policy, 1);
    expect(first).toMatchObject({
      startedAt: '2026-11-16T09:30:00.000Z',
      endedAt: '2026-11-16T10:30:00.000Z',
      status: 'met',
    });
    expect(receiptOf(events, 'periodic-update', '2026-11-16T15:00:00Z', policy).turn).toBe(3);
  });

  it('an offer that another one replaces unanswered is cancelled', () => {
    const ack: ClockPolicy = { ...(POLICY.clocks[0] as ClockPolicy), clock: 'handoff-ack' };
    const offer = (when: string, handoffId: string) =>
      event('handoff-offered', when, {
        handoffId,
        vendor: 'manila',
        attempt: 1,
        reason: 'r',
        packetHash: 'x',
        answerBy: when,
      });
    const log = [
      opened('2026-11-16T09:00:00Z'),
      offer('2026-11-16T10:00:00Z', 'h1'),
      offer('2026-11-16T11:00:00Z', 'h2'),
    ];
    const policy = { ...POLICY, clocks: [...POLICY.clocks, ack] };
    expect(receiptOf(log, 'handoff-ack', '2026-11-16T12:00:00Z', policy, 1)).toMatchObject({
      status: 'cancelled',
      endedAt: '2026-11-16T11:00:00.000Z',
      dueAt: null,
    });
  });

  it('include one that was over when it began', () => {
    const born = opened('2026-11-16T09:00:00Z', { status: 'solved', key: 'born' });
    expect(receiptOf([born], 'resolution', '2026-11-16T15:00:00Z')).toMatchObject({
      status: 'met',
      startedBy: { key: 'born' },
      endedBy: { key: 'born' },
      segments: [],
    });
  });

  it('that never were have no receipt', () => {
    expect(receiptOf(events, 'next-response', '2026-11-16T15:00:00Z', POLICY, 3)).toBeUndefined();
    expect(receiptOf(events, 'periodic-update', '2026-11-16T15:00:00Z')).toBeUndefined();
    expect(receiptOf([], 'resolution', '2026-11-16T15:00:00Z')).toBeUndefined();
  });
});

describe('what was told', () => {
  it('is listed for this turn alone, in order, each once', () => {
    const told = (when: string, threshold: string, clock: ClockName, turn = 1) =>
      event('deadline-reached', when, {
        clock,
        turn,
        threshold,
        kind: threshold === 'breach' ? 'breach' : 'warning',
        at: when,
        dueAt: '2026-11-16T13:00:00.000Z',
        targetSeconds: 14_400,
      });
    const breach = told('2026-11-16T13:00:00.000Z', 'breach', 'first-response');
    const warning = told('2026-11-16T12:00:00.000Z', '75%', 'first-response');
    const others = [
      told('2026-11-16T12:30:00.000Z', '75%', 'resolution'),
      told('2026-11-16T12:30:00.000Z', '75%', 'first-response', 2),
    ];
    const shown = receiptOf(
      [opened('2026-11-16T09:00:00Z'), breach, ...others, warning, breach],
      'first-response',
      '2026-11-16T14:00:00Z',
    );
    expect(shown.told.map(({ threshold, kind, toldAt, key }) => [threshold, kind, toldAt, key])).toEqual([
      ['75%', 'warning', '2026-11-16T12:00:00.000Z', warning.key],
      ['breach', 'breach', '2026-11-16T13:00:00.000Z', breach.key],
    ]);
  });
});

describe('a wait taken over from a merged case', () => {
  it('runs from the earlier customer’s message, with that case’s pauses', () => {
    const events = [
      opened('2026-11-16T09:00:00Z'),
      reply('2026-11-16T09:30:00Z'),
      event('absorbed', '2026-11-16T12:00:00Z', {
        key: 'merge',
        from: 'zendesk:1',
        waiting: {
          startedAt: '2026-11-16T10:00:00.000Z',
          pauses: [{ from: '2026-11-16T10:30:00.000Z', to: '2026-11-16T11:00:00.000Z', reason: 'pending' }],
        },
      }),
    ];
    const shown = receiptOf(events, 'next-response', '2026-11-16T13:00:00Z');
    expect(shown.segments.map(short)).toEqual([
      'Mon 10:00-10:30 counted 1800',
      'Mon 10:30-11:00 paused 0',
      'Mon 11:00-13:00 counted 7200',
    ]);
    expect(shown.startedBy).toEqual({ key: 'merge', type: 'absorbed' });
  });
});

describe('a long receipt', () => {
  it('summarises its middle and keeps the sum', () => {
    // A year of office hours: 261 open stretches and the closed ones between them.
    const shown = receiptOf([opened('2026-11-16T09:00:00Z')], 'resolution', '2027-11-16T09:00:00Z');
    expect(shown.segments).toHaveLength(81);
    expect(shown.segments.filter(({ kind }) => kind === 'summary')).toHaveLength(1);
    const summary = shown.segments[40] as Segment;
    expect(summary.kind).toBe('summary');
    expect(summary.seconds % 28_800).toBe(0);
    expect(summary.sum).toBe((shown.segments[39] as Segment).sum + summary.seconds);
    expect(shown.segments.at(-1)?.sum).toBe(shown.sum.workedSeconds);
    contiguous(shown.segments);
  });

  it('still shows the pauses in that middle, while there are few', () => {
    const pausing = [status('2027-03-01T10:00:00Z', 'pending'), status('2027-03-02T10:00:00Z', 'open')];
    const shown = receiptOf([opened('2026-11-16T09:00:00Z'), ...pausing], 'resolution', '2027-11-16T09:00:00Z');
    expect(shown.segments.slice(40, -40).map(({ kind }) => kind)).toEqual(['summary', 'paused', 'summary']);
    contiguous(shown.segments);
  });

  it('is bounded whatever happens', () => {
    const flaps = Array.from({ length: 500 }, (_, i) =>
      status(new Date(at('2026-11-16T09:00:00Z') + (i + 1) * 60_000).toISOString(), i % 2 === 0 ? 'pending' : 'open'),
    );
    const shown = receiptOf([opened('2026-11-16T09:00:00Z'), ...flaps], 'resolution', '2026-11-20T09:00:00Z');
    expect(shown.segments).toHaveLength(81);
    expect(shown.segments[40]?.reason).toMatch(/^\d+ stretches in one, \d+ pauses among them$/);
    contiguous(shown.segments);
  });
});

describe('shortening', () => {
  /** Segments of a second each, at every other of which something is counted; `caused`: those with an event of their own. */
  function seconds(count: number, caused: Readonly<Record<number, 'paused' | 'retarget'>> = {}): Segment[] {
    return Array.from({ length: count }, (_, i) => {
      const kind = caused[i] ?? (i % 2 === 0 ? 'counted' : 'closed');
      return {
        from: new Date(i * 1000).toISOString(),
        to: new Date((i + 1) * 1000).toISOString(),
        kind,
        reason: 'r',
        seconds: kind === 'counted' ? 1 : 0,
        sum: Math.floor(i / 2) + 1,
        ...(caused[i] === undefined ? {} : { by: { key: `k${i}`, type: 'status-changed' as const } }),
      };
    });
  }

  it('leaves 160 segments alone, and puts the middle of 161 in one', () => {
    expect(shortened(seconds(160))).toEqual(seconds(160));
    const short = shortened(seconds(161));
    expect(short).toHaveLength(81);
    expect(short.slice(0, 40)).toEqual(seconds(40));
    expect(short[40]).toEqual({
      from: '1970-01-01T00:00:40.000Z',
      to: '1970-01-01T00:02:01.000Z',
      kind: 'summary',
      reason: '81 stretches in one',
      // Of the segments 40 to 120, the even ones.
      seconds: 41,
      sum: 61,
    });
    expect(short.slice(41)).toEqual(seconds(161).slice(121));
  });

  it('keeps each one that an event caused; a lone neighbour of them stays as it is', () => {
    const caused = { 60: 'paused', 62: 'retarget' } as const;
    const short = shortened(seconds(161, caused));
    expect(short.slice(40, -40).map(({ kind, reason }) => [kind, reason])).toEqual([
      ['summary', '20 stretches in one'],
      ['paused', 'r'],
      ['closed', 'r'],
      ['retarget', 'r'],
      ['summary', '58 stretches in one'],
    ]);
  });

  it('puts even those in one when they are too many, and counts them', () => {
    const many = Object.fromEntries(
      Array.from({ length: 81 }, (_, i) => [40 + i, i < 2 ? ('retarget' as const) : ('paused' as const)]),
    );
    const [summary] = shortened(seconds(161, many)).slice(40, -40);
    expect(summary?.reason).toBe('81 stretches in one, 79 pauses and 2 changes of the target among them');
    const fewer = Object.fromEntries(Object.entries(many).slice(1));
    expect(shortened(seconds(161, fewer)).slice(40, -40)).toHaveLength(1);
    expect(shortened(seconds(160, fewer))).toHaveLength(160);
  });
});

function contiguous(segments: readonly Segment[]): void {
  for (const [i, segment] of segments.entries()) {
    if (i > 0) expect(segment.from).toBe(segments[i - 1]?.to);
    expect(segment.from <= segment.to).toBe(true);
  }
}

/** Where the counted seconds of a receipt add up to its target, found in the segments alone; null if they never do. */
function deadlineInSegments({ segments, ahead, target }: Receipt): string | null {
  let left = target.seconds * 1000;
  for (const { kind, from, to } of [...segments, ...ahead]) {
    const counted = kind === 'counted' ? at(to) - at(from) : 0;
    if (counted >= left) return new Date(at(from) + left).toISOString();
    left -= counted;
  }
  return null;
}

describe('laws', () => {
  const clocks: ClockPolicy[] = ClockName.options.map((clock, i) => ({
    clock,
    calendar: i % 4 === 3 ? 'always' : i % 4 === 2 ? 'sun' : 'office',
    targets: { urgent: 1800, high: 3600, normal: 14_400, low: 57_600 },
    exceptions: [{ when: { queue: ['trust-and-safety'] }, targets: { normal: 7200 }, calendar: 'manila' }],
    warnings: [{ name: '75%', share: 0.75 }],
    pauseOn: i % 2 === 0 ? ['pending'] : ['pending', 'on-hold'],
    onReopen: i % 3 === 0 ? 'restart' : 'resume',
  }));
  const policy: Policy = {
    ...POLICY,
    clocks,
    calendars: {
      ...POLICY.calendars,
      office: {
        zone: 'Europe/Berlin',
        weekly: OFFICE_HOURS,
        holidays: ['2026-11-18'],
        special: {
          '2026-11-19': [
            [600, 700],
            [1320, 60],
          ],
        },
      },
      sun: { members: ['office', 'manila'] },
    },
  };
  const lawContext = contextOf(policy);

  /** Every version of every turn that a log goes through: clock and number → the last one. */
  function turnsOf(events: readonly CaseEvent[]): Turn[] {
    const turns = new Map<string, Turn>();
    let state: Case | undefined;
    for (const next of inLogOrder(events)) {
      state = applyEvent(state, next, lawContext);
      for (const turn of state.turns) turns.set(`${turn.clock} ${turn.turn}`, turn);
    }
    return [...turns.values()];
  }

  it('covers its span without gaps, its sum is what was worked, its deadline is the clock’s, and it replays', () => {
    fc.assert(
      fc.property(randomLog, fc.integer({ min: 0, max: 25_000 }), (events, minutes) => {
        const now = at('2026-11-16T08:00:00Z') + minutes * 60_000 + 1234;
        const state = foldCase(events, lawContext) as Case;
        for (const { clock, turn } of turnsOf(events)) {
          const shown = receipt(events, lawContext, { clock, turn }, now) as Receipt;
          const end = Math.min(now, at(shown.endedAt ?? shown.asOf));
          contiguous([...shown.segments, ...shown.ahead]);
          if (end > at(shown.startedAt)) {
            expect(shown.segments[0]?.from).toBe(shown.startedAt);
            expect(shown.segments.at(-1)?.to).toBe(new Date(end).toISOString());
          }
          const counted = shown.segments.reduce((sum, { seconds }) => sum + inMs(seconds), 0) / 1000;
          expect(counted).toBe(shown.sum.workedSeconds);
          const { workedSeconds, remainingSeconds, overSeconds } = shown.sum;
          expect(inMs(workedSeconds) + inMs(remainingSeconds)).toBe(inMs(shown.target.seconds) + inMs(overSeconds));
          if (shown.dueAt !== null && (shown.endedAt === null || shown.sum.overSeconds > 0))
            expect(deadlineInSegments(shown)).toBe(shown.dueAt);
          const { status: state_, breach, dueAt, plannedAt } = shown;
          expect(replayReceipt(JSON.parse(JSON.stringify(shown)))).toEqual({
            status: state_,
            ...(breach === undefined ? {} : { breach }),
            dueAt,
            plannedAt,
            workedSeconds: shown.sum.workedSeconds,
            overSeconds: shown.sum.overSeconds,
          });
          const kept = state.turns.find((other) => other.clock === clock && other.turn === turn);
          const promise = clockPolicy(policy, clock) as ClockPolicy;
          if (kept !== undefined)
            expect(measure(kept, promise, lawContext.calendar(kept.calendar), now)).toMatchObject({
              status: state_,
              dueAt,
              plannedAt,
              workedSeconds: shown.sum.workedSeconds,
            });
        }
      }),
    );
  });
});
