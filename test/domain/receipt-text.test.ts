import { describe, expect, it } from 'vitest';
import type { CaseEvent, ClockName } from '../../domain/event.ts';
import { type Receipt, receipt } from '../../domain/receipt.ts';
import { clockTime, receiptRows, receiptText } from '../../domain/receipt-text.ts';
import { event, fromCustomer, opened, priority, reply, status } from '../support/events.ts';
import { contextOf, OFFICE_HOURS, POLICY } from '../support/policy-fixture.ts';

const context = { ...contextOf(), tzdata: '2026c' };
const receiptOf = (events: CaseEvent[], clock: ClockName, now: string) =>
  receipt(events, context, { clock }, Date.parse(now)) as Receipt;
const rows = (shown: Receipt, zone = 'UTC') =>
  receiptRows(shown, zone).map(({ when, counted, sum, why }) => [when, counted, sum, why].join(' | '));

const EVENTS = [
  opened('2026-11-16T09:00:00Z'),
  status('2026-11-16T16:00:00Z', 'pending'),
  event('deadline-reached', '2026-11-17T09:00:30Z', {
    clock: 'resolution',
    turn: 1,
    threshold: '75%',
    kind: 'warning',
    at: '2026-11-17T09:00:00.000Z',
    dueAt: '2026-11-17T13:00:00.000Z',
    targetSeconds: 57_600,
  }),
  status('2026-11-17T10:00:00Z', 'open'),
  priority('2026-11-17T10:30:15Z', 'high'),
];

describe('a receipt as text', () => {
  const made = () => receiptOf(EVENTS, 'resolution', '2026-11-17T10:45:00Z');

  it('reads from the promise to the deadline, in the reader’s zone', () => {
    const shown = made();
    const version = shown.calendar.version;
    // Berlin is an hour ahead of UTC. High: 8 h, of which 7 were used on Monday.
    expect(receiptText(shown, 'Europe/Berlin')).toBe(`Why this deadline: Resolution, turn 1

Case       zendesk:5158
Promise    8 business hours: time in which calendar office is open
Calendar   office (UTC), version ${version}
Policy     test-1
Clocks     time zones and clock changes by tzdata 2026c
Started    Mon 16 Nov 2026, 10:00 Central European Standard Time, by the opening
           of the case
Status     due soon, as of Tue 17 Nov 2026, 11:45 Central European Standard Time
Deadline   Tue 17 Nov 2026, 12:00 Central European Standard Time
Sum        7:45:00 counted + 0:15:00 left = 8:00:00 promised
Told       the warning "75%", Tue 17 Nov 2026, 10:00:30 Central European
           Standard Time

Times in Central European Time (Europe/Berlin).
from                    counted       sum  why
Mon 16 Nov 10:00        7:00:00   7:00:00  open hours
Mon 16 Nov 17:00                  7:00:00  paused: the case was pending;
                                           2:00:00 of open hours do not count
Tue 17 Nov 11:00        0:30:15   7:30:15  open hours
Tue 17 Nov 11:30:15               7:30:15  a new priority: the target is 8
                                           business hours, was 16 business
                                           hours; it counts from the start
Tue 17 Nov 11:30:15     0:14:45   7:45:00  open hours
Tue 17 Nov 11:45                           as of now
Tue 17 Nov 11:45        0:15:00   8:00:00  to come: open hours
Tue 17 Nov 12:00                           DEADLINE
`);
  });

  it('is no wider than 80 columns', () => {
    const shown = made();
    const widest = Math.max(
      ...receiptText(shown, 'America/Los_Angeles')
        .split('\n')
        .map((line) => line.length),
    );
    expect(widest).toBeLessThanOrEqual(80);
  });

  it('refuses a zone that does not exist', () => {
    const shown = made();
    expect(() => receiptText(shown, 'Mars/Olympus')).toThrow(RangeError);
  });
});

describe('what began a promise', () => {
  const waiting = { startedAt: '2026-11-16T11:00:00.000Z', pauses: [] };
  it.each([
    [
      'next-response',
      event('absorbed', '2026-11-16T11:05:00Z', { from: 'zendesk:5159', waiting }),
      'a case that was merged into this one while its customer waited',
    ],
    ['next-response', fromCustomer('2026-11-16T11:05:00Z'), 'a message'],
  ] as const)('of %s is said in words', (clock, cause, words) => {
    const events = [opened('2026-11-16T09:00:00Z'), reply('2026-11-16T10:00:00Z'), cause];
    const text = receiptText(receiptOf(events, clock, '2026-11-16T12:00:00Z'), 'UTC');
    expect(text.replace(/\s+/g, ' ')).toContain(`Coordinated Universal Time, by ${words} Status runs, as of`);
  });
});

describe('the rows', () => {
  it('put a deadline that has passed where it was', () => {
    const late = receiptOf(
      [opened('2026-11-16T09:00:00Z'), reply('2026-11-16T15:00:00Z')],
      'first-response',
      '2026-12-01T00:00:00Z',
    );
    expect(rows(late)).toEqual([
      'Mon 16 Nov 09:00 | 4:00:00 | 4:00:00 | open hours',
      'Mon 16 Nov 13:00 |  |  | DEADLINE',
      'Mon 16 Nov 13:00 | 2:00:00 | 6:00:00 | open hours',
      'Mon 16 Nov 15:00 |  |  | ended: the promise was answered',
    ]);
    expect(receiptText(late, 'UTC')).toContain('Status     kept late, as of');
    expect(receiptText(late, 'UTC')).toContain('Sum        6:00:00 counted = 4:00:00 promised + 2:00:00 over\n');
  });

  it('put a deadline that was met after the end', () => {
    const met = receiptOf(
      [opened('2026-11-16T09:00:00Z'), reply('2026-11-16T10:00:00Z')],
      'first-response',
      '2026-12-01T00:00:00Z',
    );
    expect(rows(met)).toEqual([
      'Mon 16 Nov 09:00 | 1:00:00 | 1:00:00 | open hours',
      'Mon 16 Nov 10:00 |  |  | ended: the promise was answered',
      'Mon 16 Nov 13:00 |  |  | DEADLINE',
    ]);
    expect(receiptRows(met, 'UTC').map(({ kind, ahead }) => [kind, ahead])).toEqual([
      ['counted', false],
      ['now', false],
      ['deadline', true],
    ]);
  });

  it('of a paused clock have no deadline; the text calls the plan a plan', () => {
    const paused = receiptOf(
      [opened('2026-11-14T09:00:00Z'), status('2026-11-14T10:00:00Z', 'pending')],
      'resolution',
      '2026-11-14T12:00:00Z',
    );
    // A Saturday: the pause costs no open hours. 16 h from Monday 09:00 are over on Tuesday at 17:00.
    expect(rows(paused)).toEqual([
      'Sat 14 Nov 09:00 |  | 0:00:00 | closed: outside open hours',
      'Sat 14 Nov 10:00 |  | 0:00:00 | paused: the case was pending',
      'Sat 14 Nov 12:00 |  |  | as of now',
    ]);
    expect(receiptText(paused, 'UTC')).toContain(
      'Deadline   none while paused. A plan, not a promise: Tue 17 Nov 2026, 17:00\n           Coordinated Universal Time, if it went on now\n',
    );
  });

  it('of a cancelled clock say so', () => {
    const merged = receiptOf(
      [opened('2026-11-16T09:00:00Z'), event('merged', '2026-11-16T10:00:00Z', {})],
      'resolution',
      '2026-11-16T12:00:00Z',
    );
    expect(rows(merged).at(-1)).toBe('Mon 16 Nov 10:00 |  |  | cancelled: the promise no longer applies');
    expect(receiptText(merged, 'UTC')).toContain('Deadline   none: cancelled\n');
  });

  it('name the year when it turns', () => {
    const turning = receiptOf([opened('2026-12-31T16:00:00Z')], 'first-response', '2026-12-31T16:00:00Z');
    expect(rows(turning)).toEqual([
      'Thu 31 Dec 16:00 |  |  | as of now',
      'Thu 31 Dec 16:00 | 1:00:00 | 1:00:00 | to come: open hours',
      'Thu 31 Dec 17:00 |  | 1:00:00 | to come: closed: outside open hours',
      'Fri 1 Jan 27 09:00 | 3:00:00 | 4:00:00 | to come: open hours',
      'Fri 1 Jan 27 12:00 |  |  | DEADLINE',
    ]);
  });
});

describe('holidays', () => {
  const calendarOf = (to: string) => ({
    ...POLICY.calendars,
    office: {
      zone: 'UTC',
      weekly: OFFICE_HOURS,
      holidays: ['2026-12-24', '2026-12-25'],
      holidayNames: { 'Christmas Day': ['2026-12-25'] },
      holidaysKnown: { to },
    },
  });
  const made = (to: string) =>
    receipt(
      [opened('2026-12-23T16:00:00Z')],
      contextOf({ ...POLICY, calendars: calendarOf(to) }),
      { clock: 'first-response' },
      Date.parse('2026-12-23T16:00:00Z'),
    ) as Receipt;

  it('are named where they have a name', () => {
    expect(rows(made('2030-12-31'))).toEqual([
      'Wed 23 Dec 16:00 |  |  | as of now',
      'Wed 23 Dec 16:00 | 1:00:00 | 1:00:00 | to come: open hours',
      'Wed 23 Dec 17:00 |  | 1:00:00 | to come: closed: outside open hours',
      'Thu 24 Dec 00:00 |  | 1:00:00 | to come: holiday: 2026-12-24',
      'Fri 25 Dec 00:00 |  | 1:00:00 | to come: holiday: Christmas Day (2026-12-25)',
      'Sat 26 Dec 00:00 |  | 1:00:00 | to come: closed: outside open hours',
      'Mon 28 Dec 09:00 | 3:00:00 | 4:00:00 | to come: open hours',
      'Mon 28 Dec 12:00 |  |  | DEADLINE',
    ]);
  });

  it('that are not known are told beside the deadline', () => {
    const deadline = 'Deadline   Mon 28 Dec 2026, 12:00 Coordinated Universal Time';
    expect(receiptText(made('2026-12-31'), 'UTC')).toContain(`${deadline}\n`);
    expect(receiptText(made('2026-12-26'), 'UTC')).toContain(
      `${deadline}; holidays after\n           2026-12-26 are not known, so it may be later\n`,
    );
  });
});

describe('milliseconds', () => {
  it('carries what is cut off one line into the next: 25.5 s and 4.6 s are 0:00:25 and 0:00:05, 0:00:30 in all', () => {
    const shown = receiptOf(
      [
        opened('2026-11-16T09:00:00.000Z'),
        status('2026-11-16T09:00:25.500Z', 'pending'),
        status('2026-11-16T09:10:00.000Z', 'open'),
      ],
      'resolution',
      '2026-11-16T09:10:04.600Z',
    );
    expect(shown.status).toBe('running');
    expect(rows(shown).slice(0, 4)).toEqual([
      'Mon 16 Nov 09:00 | 0:00:25 | 0:00:25 | open hours',
      'Mon 16 Nov 09:00:25 |  | 0:00:25 | paused: the case was pending; 0:09:34 of open hours do not count',
      'Mon 16 Nov 09:10 | 0:00:05 | 0:00:30 | open hours',
      'Mon 16 Nov 09:10:04 |  |  | as of now',
    ]);
    expect(receiptText(shown, 'UTC')).toContain('Sum        0:00:30 counted + 15:59:30 left = 16:00:00 promised\n');
  });
});

describe('a length on the clock', () => {
  it.each([
    [0, '0:00:00'],
    [59.999, '0:00:59'],
    [3599, '0:59:59'],
    [3600, '1:00:00'],
    [360_061, '100:01:01'],
  ])('%d s is %s', (seconds, expected) => {
    expect(clockTime(seconds)).toBe(expected);
  });
});
