import { readFileSync } from 'node:fs';
import { Readable, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { clock } from '../../../local/cli/clock.ts';
import { checkSpan, spanOf } from '../../../local/cli/clock-instant.ts';
import { yearsAround } from '../../../local/cli/clock-policy.ts';
import { calendars, vectors } from '../../support/sla-vectors.ts';

/** Runs the command over lines (objects are made JSON). */
async function run(lines: readonly unknown[], ...args: string[]) {
  const input = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
  const [out, err] = [sink(), sink()];
  const code = await clock(args, { stdin: Readable.from([input]), stdout: out.stream, stderr: err.stream });
  return { code, out: out.text(), err: err.text() };
}

function sink() {
  const chunks: string[] = [];
  const stream = new Writable({
    highWaterMark: 64,
    write(chunk, _, done) {
      chunks.push(String(chunk));
      setImmediate(done);
    },
  });
  return { stream, text: () => chunks.join('') };
}

async function answers(lines: readonly unknown[], ...args: string[]) {
  const { code, out } = await run(lines, ...args);
  expect(code).toBe(0);
  return out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}
const answer = async (line: unknown, ...args: string[]) => (await answers([line], ...args))[0];

const OFFICE = { zone: 'Europe/Berlin', hours: { 'mon-fri': ['09:00-17:00'] } };

// 2026-11-16 is a Monday; Berlin is an hour ahead of UTC.
describe('a line with a calendar as policy/ has it', () => {
  it('gives the deadline of a target, and whether it is open', async () => {
    expect(
      await answer({ id: 7, calendar: OFFICE, start: '2026-11-16T16:30:00+01:00', target: '2 business hours' }),
    ).toEqual({
      id: 7,
      due: '2026-11-17T09:30:00.000Z',
      open: true,
      nextOpen: '2026-11-16T15:30:00.000Z',
    });
  });

  it('gives what has elapsed, without pauses; only their open part counts', async () => {
    // Mon 10:00-17:00 and Tue 09:00-11:00 local, less 16:00-17:00 and 09:00-10:00.
    const line = {
      calendar: OFFICE,
      start: '2026-11-16T09:00:00Z',
      end: '2026-11-17T10:00:00Z',
      pauses: [['2026-11-16T15:00:00Z', '2026-11-17T09:00:00Z']],
    };
    expect(await answer(line)).toMatchObject({ elapsedSeconds: 7 * 3600, pausedSeconds: 2 * 3600 });
    const apart = [
      { from: '2026-11-16T20:00:00Z', to: '2026-11-17T09:00:00Z' },
      { from: '2026-11-16T15:00:00Z', to: '2026-11-16T20:00:00Z' },
    ];
    expect(await answer({ ...line, pauses: apart })).toMatchObject({
      elapsedSeconds: 7 * 3600,
      pausedSeconds: 2 * 3600,
    });
  });

  it('moves a deadline by the open part of its pauses, and has none while paused', async () => {
    const line = { calendar: OFFICE, start: '2026-11-16T09:00:00Z', target: 4 * 3600 };
    const pause = '2026-11-16T10:00:00Z';
    expect(await answer({ ...line, pauses: [[pause, '2026-11-16T11:30:00Z']] })).toMatchObject({
      due: '2026-11-16T14:30:00.000Z',
    });
    // 3 h are left at 15:00 UTC: one today, two tomorrow from 08:00 UTC.
    expect(await answer({ ...line, pauses: [{ from: pause }], at: '2026-11-16T15:00:00Z' })).toMatchObject({
      due: null,
      planned: '2026-11-17T10:00:00.000Z',
    });
    // Used up before the pause.
    expect(await answer({ ...line, target: 1800, pauses: [[pause, null]] })).toMatchObject({
      due: '2026-11-16T09:30:00.000Z',
    });
  });

  it('knows plain time, business days that are told how long they are, and time before an instant', async () => {
    const line = { calendar: OFFICE, start: '2026-11-20T15:00:00Z' };
    expect(await answer({ ...line, target: '2 calendar hours' })).toMatchObject({ due: '2026-11-20T17:00:00.000Z' });
    expect(await answer({ ...line, target: '1 business day', 'business-day': '8 business hours' })).toMatchObject({
      due: '2026-11-23T15:00:00.000Z',
    });
    expect(await answer({ ...line, target: '-8 business hours' })).toMatchObject({
      result: '2026-11-19T15:00:00.000Z',
    });
    expect(await answer({ ...line, target: 8 * 3600, subtract: true })).toMatchObject({
      result: '2026-11-19T15:00:00.000Z',
    });
  });

  it('works out the holidays of a region, and takes a list of days', { timeout: 20_000 }, async () => {
    const at = '2026-12-25T10:00:00Z';
    expect(await answer({ calendar: { ...OFFICE, holidays: { region: 'DE' } }, at })).toEqual({
      open: false,
      nextOpen: '2026-12-28T08:00:00.000Z',
    });
    const listed = { ...OFFICE, holidays: ['2026-12-25', '2026-12-28'], special: { '2026-12-29': ['12:00-13:00'] } };
    expect(await answer({ calendar: listed, at })).toEqual({ open: false, nextOpen: '2026-12-29T11:00:00.000Z' });
  });

  it('says where holidays are not known that would move the answer', async () => {
    const calendar = { ...OFFICE, holidays: { region: 'DE' }, years: '2026' };
    const line = { calendar, start: '2026-12-31T09:00:00+01:00' };
    // A day's work ends on Thursday at 17:00; two days' on Friday, as New Year's Day of 2027 is not known.
    expect(await answer({ ...line, target: '8 business hours' })).not.toHaveProperty('holidaysUnknown');
    const holidaysUnknown = { after: '2026-12-31' };
    expect(await answer({ ...line, target: '9 business hours' })).toMatchObject({
      due: '2027-01-01T09:00:00.000Z',
      holidaysUnknown,
    });
    expect(await answer({ ...line, end: '2027-01-02T00:00:00Z' })).toMatchObject({ holidaysUnknown });
    // Of a calendar that names no years they are worked out as far as its pauses reach, too.
    const { years: _, ...open } = calendar;
    const pauses = [['2026-12-31T09:00:00+01:00', '2029-12-24T17:00:00+01:00']];
    // Monday 24 December 2029 is over; then Christmas and Boxing Day, then Thursday: 10:00 in Berlin.
    expect(await answer({ ...line, calendar: open, target: '1 business hour', pauses })).toMatchObject({
      due: '2029-12-27T09:00:00.000Z',
    });
    // So does the clock of a case.
    const policy = { ...POLICY, years: '2026', calendars: { office: open } };
    const { clocks } = await answer({ events: [EVENTS[0]], policy, now: '2027-02-01T09:00:00Z' });
    expect(clocks.map((clock: object) => 'holidaysUnknown' in clock && clock.holidaysUnknown)).toEqual(
      clocks.map(() => holidaysUnknown),
    );
  });

  it('gives the next windows', async () => {
    expect(await answer({ calendar: OFFICE, origin: '2026-11-20T12:00:00Z', windows: 2 })).toMatchObject({
      windows: [
        ['2026-11-20T12:00:00.000Z', '2026-11-20T16:00:00.000Z'],
        ['2026-11-23T08:00:00.000Z', '2026-11-23T16:00:00.000Z'],
      ],
    });
    expect(await answer({ calendar: 'always', at: '2026-11-20T12:00:00Z', windows: 3 })).toMatchObject({
      windows: [['2026-11-20T12:00:00.000Z', null]],
    });
  });

  it('knows calendars of dated shifts only, and where they end', async () => {
    const rota = { zone: 'Europe/Dublin', special: { '2026-11-28': ['09:00-17:00'], '2026-12-05': ['09:00-17:00'] } };
    // Twelve hours from Saturday the 28th, 09:00: eight on that day, four a week later.
    const clocks = { resolution: { calendar: 'rota', target: '12 business hours' } };
    const line = { policy: { calendars: { rota }, clocks }, calendar: 'rota', origin: '2026-11-28T09:00:00Z' };
    expect(await answer({ ...line, target: 12 * 3600 })).toMatchObject({ due: '2026-12-05T13:00:00.000Z' });
    expect((await answer({ ...line, target: 17 * 3600 })).error).toBe(
      'calendar: the calendar in Europe/Dublin has no open time in the ten years after 2026-12-05T17:00:00.000Z: give it weekly hours, or more dates',
    );
    expect(await answer({ calendar: rota, at: '2026-12-05T17:00:00Z' })).toEqual({ open: false, nextOpen: null });
    expect(await answer({ calendar: rota, origin: '2026-12-05T16:00:00Z', windows: 3 })).toMatchObject({
      windows: [['2026-12-05T16:00:00.000Z', '2026-12-05T17:00:00.000Z']],
    });
  });

  it('takes a calendar by name from a policy', async () => {
    const policy = { calendars: { office: OFFICE } };
    expect(await answer({ calendar: 'office', policy, at: '2026-11-16T07:00:00Z' })).toMatchObject({
      nextOpen: '2026-11-16T08:00:00.000Z',
    });
    expect((await answer({ calendar: 'ofice', policy, at: '2026-11-16T07:00:00Z' })).error).toBe(
      'calendar: expected one of office, always, found "ofice"',
    );
  });

  it('takes a group of calendars that the policy names', async () => {
    const policy = {
      calendars: {
        dublin: { zone: 'UTC', hours: { 'mon-fri': ['09:00-17:00'] } },
        tokyo: { zone: 'Asia/Tokyo', hours: { 'mon-fri': ['09:00-17:00'] } },
      },
    };
    // Dublin's last hour on Monday, then Tokyo's first: Tuesday 09:00 there is midnight in UTC.
    const line = { policy, start: '2026-11-16T16:00:00Z', target: '2 business hours' };
    const group = await answer({ ...line, calendar: { 'follow-the-sun': ['dublin', 'tokyo'] } });
    expect(group.due).toBe('2026-11-17T01:00:00.000Z');
    const wrong = await answer({ ...line, calendar: { 'follow-the-sun': ['dublin', 'tokio'] } });
    expect(wrong.error).toBe('calendar.follow-the-sun[1]: expected one of dublin, tokyo, found "tokio"');
    const none = await answer({ ...line, calendar: { 'follow-the-sun': [] } });
    expect(none.error).toMatch(/^calendar\.follow-the-sun: expected /);
  });

  it('says which of its fields meant nothing', async () => {
    expect(await answer({ calendar: OFFICE, start: '2026-11-16T09:00:00Z', taget: 3 })).toMatchObject({
      ignored: ['taget'],
    });
  });
});

describe('a calendar in plain form', () => {
  it('may have breaks, yearly holidays and nights', async () => {
    const calendar = {
      time_zone: 'UTC',
      hours: { mon: [['22:00', '06:00']], fri: [['00:00', '24:00']] },
      breaks: { '2026-11-16': [['23:00', '24:00']], '2026-11-17': [['02:00', '03:00']] },
      recurring_holidays: ['11-20'],
    };
    // The Friday between the two Mondays is a holiday.
    expect(await answer({ calendar, origin: '2026-11-16T00:00:00Z', windows: 4 })).toMatchObject({
      windows: [
        ['2026-11-16T22:00:00.000Z', '2026-11-16T23:00:00.000Z'],
        ['2026-11-17T00:00:00.000Z', '2026-11-17T02:00:00.000Z'],
        ['2026-11-17T03:00:00.000Z', '2026-11-17T06:00:00.000Z'],
        ['2026-11-23T22:00:00.000Z', '2026-11-24T06:00:00.000Z'],
      ],
    });
  });

  it('resolves local times', async () => {
    expect(await answer({ time_zone: 'America/Los_Angeles', local: '2014-03-09T02:30:00' })).toEqual({
      utc: '2014-03-09T10:30:00.000Z',
    });
  });
});

describe('the SLA vectors of test/vectors', () => {
  it('come out as their sources have them, through the command', { timeout: 20_000 }, async () => {
    const scored = vectors.filter(({ contested }) => contested === undefined);
    expect(scored).toHaveLength(308);
    const found = await answers(
      scored.map((vector) => ({
        ...vector,
        ...(vector.calendar === null ? {} : { calendar: calendars[vector.calendar] }),
      })),
    );
    const instant = (text: string) => new Date(text).toISOString();
    for (const [i, vector] of scored.entries()) {
      const given = found[i];
      const { id } = vector;
      expect(given.id).toBe(id);
      if (vector.kind === 'due') expect([id, given.due]).toEqual([id, instant(vector.due)]);
      else if (vector.kind === 'elapsed') expect([id, given.elapsedSeconds]).toEqual([id, vector.elapsed_seconds]);
      else if (vector.kind === 'is_open') expect([id, given.open]).toEqual([id, vector.open]);
      else if (vector.kind === 'next_open') expect([id, given.nextOpen]).toEqual([id, instant(vector.next_open)]);
      else if (vector.kind === 'subtract') expect([id, given.result]).toEqual([id, instant(vector.result)]);
      else if (vector.kind === 'local_to_utc') expect([id, given.utc]).toEqual([id, instant(vector.utc)]);
      else if (vector.kind === 'windows')
        expect([id, given.windows]).toEqual([id, vector.windows.map((window) => window.map(instant))]);
      else throw new Error(`a kind that is not looked at: ${vector.kind}`);
    }
  });
});

const POLICY = {
  calendars: { office: { zone: 'UTC', hours: { 'mon-fri': ['09:00-17:00'] } } },
  clocks: {
    'first-response': { calendar: 'office', target: '4 business hours', warnings: ['75%'] },
    resolution: {
      calendar: 'office',
      targets: {
        urgent: '4 business hours',
        high: '8 business hours',
        normal: '16 business hours',
        low: '32 business hours',
      },
      'pause-on': ['pending'],
    },
  },
};
const EVENTS = [
  { type: 'opened', at: '2026-11-16T09:00:00Z' },
  { type: 'status-changed', status: 'pending', at: '2026-11-16T16:00:00Z' },
  { type: 'status-changed', status: 'open', at: '2026-11-17T10:00:00Z' },
];

describe('a line with events', () => {
  it('gives every clock, with what a log by hand leaves out filled in', async () => {
    expect(await answer({ id: 'a', events: EVENTS, policy: POLICY, now: '2026-11-17T11:00:00Z' })).toEqual({
      id: 'a',
      caseId: 'case:1',
      status: 'open',
      priority: 'normal',
      policyVersion: expect.stringMatching(/^[0-9a-f]{16}$/),
      now: '2026-11-17T11:00:00.000Z',
      heldSeconds: { team: 8 * 3600, customer: 18 * 3600 },
      clocks: [
        {
          clock: 'first-response',
          turn: 1,
          status: 'breached',
          dueAt: '2026-11-16T13:00:00.000Z',
          plannedAt: null,
          workedSeconds: 36_000,
          overSeconds: 21_600,
          targetSeconds: 14_400,
          calendar: 'office',
          startedAt: '2026-11-16T09:00:00.000Z',
        },
        {
          clock: 'resolution',
          turn: 1,
          status: 'running',
          dueAt: '2026-11-18T11:00:00.000Z',
          plannedAt: null,
          workedSeconds: 28_800,
          overSeconds: 0,
          targetSeconds: 57_600,
          calendar: 'office',
          startedAt: '2026-11-16T09:00:00.000Z',
        },
      ],
    });
  });

  it('knows nothing of what came after `now`', async () => {
    // 9 h are left at 16:30: half an hour on Monday, 8 h on Tuesday, half an hour on Wednesday.
    const { clocks } = await answer({ events: EVENTS, policy: POLICY, now: '2026-11-16T16:30:00Z' });
    expect(clocks[1]).toMatchObject({ status: 'paused', dueAt: null, plannedAt: '2026-11-18T09:30:00.000Z' });
    expect(await answer({ events: EVENTS, policy: POLICY, now: '2026-11-16T08:00:00Z' })).toMatchObject({ clocks: [] });
  });

  it('says which names in it meant nothing: a private note would else be a reply', async () => {
    const note = { type: 'message-added', author: 'agent', at: '2026-11-16T10:00:00Z', pubic: false };
    const opened = { type: 'opened', at: '2026-11-16T09:00:00Z', fields: { subjct: 'Refund', subject: 'Refund' } };
    const line = { events: [opened, note], policy: POLICY, now: '2026-11-16T12:00:00Z', recept: true };
    expect((await answer(line)).ignored).toEqual(['recept', 'events[0].fields.subjct', 'events[1].pubic']);
    const right = {
      events: [
        { ...opened, fields: {} },
        { ...note, pubic: undefined, public: false },
      ],
      policy: POLICY,
    };
    expect(await answer(right)).not.toHaveProperty('ignored');
  });

  it('takes the present from the command line, and never one before the log', async () => {
    const line = { events: EVENTS, policy: POLICY };
    expect((await answer(line, '--now', '2026-11-17T11:00:00Z')).now).toBe('2026-11-17T11:00:00.000Z');
    const later = EVENTS.map((event) => ({ ...event, at: event.at.replace('2026', '2126') }));
    expect((await answer({ ...line, events: later })).now).toBe('2126-11-17T10:00:00.000Z');
  });

  it('takes a policy from a directory, by line or by option', { timeout: 20_000 }, async () => {
    const dir = new URL('../../../local/policy', import.meta.url).pathname;
    const now = '2026-11-17T11:00:00Z';
    const byLine = await answer({ events: EVENTS, policy: dir, now });
    expect(byLine.clocks.map((one: { clock: string }) => one.clock)).toContain('first-response');
    expect(await answer({ events: EVENTS, now }, '--policy', dir)).toEqual(byLine);
    expect((await answer({ events: EVENTS, now }, '--policy', '/nowhere')).error).toBe(
      'policy: /nowhere/sources.yaml:1:1: (file): expected a file with UTF-8 text, found none (and 8 more)',
    );
  });

  it('takes calendars in plain form into a policy too', async () => {
    const plain = { time_zone: 'UTC', hours: { mon: [['12:00', '13:00']], tue: [['09:00', '17:00']] } };
    const line = { events: EVENTS.slice(0, 1), now: '2026-11-16T09:00:00Z' };
    const { clocks, policyVersion } = await answer({ ...line, policy: { ...POLICY, calendars: { office: plain } } });
    expect(clocks[0].dueAt).toBe('2026-11-17T12:00:00.000Z');
    const closed = { ...plain, hours: { ...plain.hours, mon: [] } };
    const other = await answer({ ...line, policy: { ...POLICY, calendars: { office: closed } } });
    expect(other.clocks[0].dueAt).toBe('2026-11-17T13:00:00.000Z');
    expect(other.policyVersion).not.toBe(policyVersion);
  });

  it('adds a receipt when it is asked for, and works it out anew from the receipt alone', async () => {
    const line = { events: EVENTS, policy: POLICY, now: '2026-11-17T11:00:00Z' };
    const { receipt } = await answer({ ...line, receipt: 'resolution' });
    expect(receipt.segments.map((segment: { kind: string }) => segment.kind)).toEqual(['counted', 'paused', 'counted']);
    expect((await answer({ ...line, receipt: { clock: 'resolution', turn: 1 } })).receipt).toEqual(receipt);
    expect((await answer(line, '--receipt', 'resolution')).receipt).toEqual(receipt);
    expect((await answer(line, '--receipt')).receipts).toHaveLength(2);
    const replayed = {
      caseId: 'case:1',
      clock: 'resolution',
      turn: 1,
      status: 'running',
      dueAt: '2026-11-18T11:00:00.000Z',
      plannedAt: null,
      workedSeconds: 28_800,
      overSeconds: 0,
      agrees: true,
    };
    expect(await answer(receipt)).toEqual(replayed);
    expect(await answer({ id: 1, replay: receipt })).toEqual({ id: 1, ...replayed });
    expect(await answer({ ...receipt, dueAt: '2026-11-18T11:00:01.000Z' })).toMatchObject({ agrees: false });
    expect((await answer({ replay: { startedAt: 3 } })).error).toMatch(
      /^receipt\.replay\.asOf: expected .*, found nothing$/,
    );
  });

  it('says by which rules of time zones a receipt was made, if here they are others', async () => {
    const asked = { events: EVENTS, policy: POLICY, receipt: 'resolution', now: '2026-11-16T12:00:00Z' };
    const { receipt } = await answer(asked);
    expect(receipt.tzdata).toBe(process.versions.tz);
    expect(await answer(receipt)).not.toHaveProperty('tzdata');
    expect(await answer({ ...receipt, tzdata: '2009a' })).toMatchObject({
      agrees: true,
      tzdata: { receipt: '2009a', here: process.versions.tz },
    });
  });

  it('prints receipts as text', async () => {
    const { out } = await run(
      [{ events: EVENTS, policy: POLICY, now: '2026-11-17T11:00:00Z' }],
      '--text',
      '--zone',
      'Asia/Manila',
    );
    expect(out).toContain('Why this deadline: Resolution, turn 1\n');
    expect(out).toContain('Times in Philippine Standard Time (Asia/Manila).\n');
    expect(out).toContain('Wed 18 Nov 19:00                           DEADLINE\n');
  });
});

describe('a deadline that a new target put into the past', () => {
  // Urgent: four hours from 09:00 are over at 13:00; it becomes urgent at 15:00.
  const raised = { type: 'priority-changed', priority: 'urgent', at: '2026-11-16T15:00:00Z' };
  const resolution = (line: { clocks: { clock: string }[] }) => line.clocks.find(({ clock }) => clock === 'resolution');
  const line = { events: [EVENTS[0], raised], policy: POLICY, now: '2026-11-16T16:00:00Z', receipt: 'resolution' };

  it('is said to be breached on retarget, in the answer and on the receipt, which replays', async () => {
    const found = await answer(line);
    const breached = { status: 'breached', breach: 'breached-on-retarget', dueAt: '2026-11-16T13:00:00.000Z' };
    expect(resolution(found)).toMatchObject(breached);
    expect(found.receipt).toMatchObject(breached);
    expect(await answer(found.receipt)).toMatchObject({ ...breached, agrees: true });
    const { out } = await run([line], '--text');
    expect(out).toContain('Breach     breached-on-retarget: a new target put the deadline into the past');
  });

  it('is an ordinary breach if the target was there in time, and none if it was kept', async () => {
    const early = { ...raised, at: '2026-11-16T12:00:00Z' };
    expect(resolution(await answer({ ...line, events: [EVENTS[0], early] }))).toMatchObject({ status: 'breached' });
    expect(resolution(await answer({ ...line, events: [EVENTS[0], early] }))).not.toHaveProperty('breach');
    expect(resolution(await answer({ ...line, events: [EVENTS[0]] }))).not.toHaveProperty('breach');
    const late = { type: 'solved', at: '2026-11-16T15:30:00Z' };
    expect(resolution(await answer({ ...line, events: [EVENTS[0], raised, late] }))).toMatchObject({
      status: 'met-late',
      breach: 'breached-on-retarget',
    });
  });
});

describe('a resolution until closed', () => {
  it('can be asked for on a line', async () => {
    const clocks = { resolution: { calendar: 'office', target: '4 business hours', until: 'closed' } };
    const events = [EVENTS[0], { type: 'solved', at: '2026-11-16T10:00:00Z' }];
    const line = { events, policy: { ...POLICY, clocks }, now: '2026-11-16T14:00:00Z' };
    expect((await answer(line)).clocks[0]).toMatchObject({ status: 'breached', dueAt: '2026-11-16T13:00:00.000Z' });
  });
});

describe('events of one instant', () => {
  const AT = '2026-11-16T10:00:00Z';
  const first = { type: 'opened', at: '2026-11-16T09:00:00Z' };
  const reply = { type: 'message-added', author: 'agent', at: AT };
  const to = (status: string) => ({ type: 'status-changed', status, at: AT });
  const told = async (...events: object[]) => {
    const line = await answer({ events: [first, ...events], policy: POLICY, now: '2026-11-16T11:00:00Z' });
    return [line.status, line.clocks[0].status];
  };

  it('are taken in the order in which a log by hand tells them, but an answer counts before an end', async () => {
    expect(await told(to('pending'), to('open'))).toEqual(['open', 'running']);
    expect(await told(to('open'), to('pending'))).toEqual(['pending', 'running']);
    expect(await told(reply, to('solved'))).toEqual(['solved', 'met']);
    expect(await told(to('closed'), reply)).toEqual(['closed', 'met']);
  });

  it('are taken by their sequence, if they have one', async () => {
    const by = (one: object, sequence: unknown) => ({ ...one, sequence });
    expect(await told(by(to('pending'), 10), by(to('open'), 9))).toEqual(['pending', 'running']);
    expect(await told(by(to('solved'), 1), by(reply, '2'))).toEqual(['solved', 'cancelled']);
    expect(await answer({ events: [by(first, -1)], policy: POLICY })).toMatchObject({
      error: expect.stringContaining('events[0].sequence: expected a whole number from 0'),
    });
  });

  it('are taken by what they do if the log is no tale: with keys, or in no order of time', async () => {
    const keyed = [to('pending'), to('open')].map((event, i) => ({ ...event, key: `k${i}` }));
    expect(await told(...keyed)).toEqual(['pending', 'running']);
    const early = { type: 'priority-changed', priority: 'high', at: '2026-11-16T09:30:00Z' };
    expect(await told(to('pending'), to('open'), early)).toEqual(['pending', 'running']);
  });
});

describe('lines that are bad', () => {
  it('say what was expected, and the rest go on in order', async () => {
    const start = '2026-11-16T09:00:00Z';
    const found = await answers([
      '{"calendar": ',
      { id: 'x', calendar: OFFICE, start: 'yesterday' },
      '',
      { calendar: OFFICE, start, target: '1 day' },
      { calendar: { ...OFFICE, zone: 'Europe/Berlinn' }, start },
      { calendar: { ...OFFICE, hours: { 'mon-fri': ['9-17'] } }, start },
      { calendar: { time_zone: 'UTC', hours: { mon: [['09:00', '25:00']] } }, start },
      { calendar: OFFICE },
      { events: [{ type: 'opend', at: start }] },
      { events: [{ type: 'message-added', author: 'bot', at: start }], policy: POLICY },
      { events: [], policy: POLICY },
      {
        events: EVENTS,
        policy: { ...POLICY, clocks: { resolution: { calendar: 'offce', target: '1 business hour' } } },
      },
      { events: EVENTS, policy: POLICY, receipt: 'resolutoin' },
      { events: EVENTS, policy: POLICY, receipt: 'next-response' },
      { what: 1 },
      { calendar: OFFICE, start, end: '2226-11-16T09:00:00Z' },
      { calendar: OFFICE, start, target: 1e12 },
      { calendar: OFFICE, start, target: '2 business days' },
      { calendar: OFFICE, start: '2026-02-30T09:00:00Z' },
      { calendar: OFFICE, start, pauses: [{ from: start, until: '2026-11-16T10:00:00Z' }] },
      { events: [{ type: 'opened' }] },
      { events: [{ type: 'opened', occurredAt: 'noon' }] },
      [],
      { calendar: OFFICE, start, windows: 2.5 },
      { calendar: { time_zone: 'UTC', holidays: ['2026-12-24', '2026-02-30'] }, start },
      { calendar: { time_zone: 'UTC', recurring_holidays: ['02-29', '02-30'] }, start },
      { calendar: { time_zone: 'UTC', date_hours: { '2026-13-01': [] } }, start },
      { calendar: { time_zone: 'UTC', breaks: { '2026-11-31': [['12:00', '13:00']] } }, start },
      { events: [{ ...EVENTS[0], caseId: 'zendesk:1' }, EVENTS[1], { ...EVENTS[2], caseId: 'zendesk:2' }] },
      { caseId: 'zendesk:1', events: [{ ...EVENTS[0], caseId: 'zendesk:2' }] },
      { calendar: OFFICE, start, target: 60, pauses: [[start, '9999-11-16T09:00:00Z']] },
      { calendar: OFFICE, start, target: 60 },
    ]);
    expect(found.slice(0, -1).map(({ line, id, error }) => [line, id, error])).toEqual([
      [1, undefined, expect.stringMatching(/^expected a line of JSON, found something else: /)],
      [2, 'x', 'start: expected an ISO 8601 instant such as 2026-11-22T09:30:00Z, found "yesterday"'],
      [4, undefined, expect.stringMatching(/^target: expected "8 business hours" .*, found "1 day"$/)],
      [5, undefined, 'calendar.zone: expected a time zone such as "Europe/Dublin" or "UTC", found "Europe/Berlinn"'],
      [
        6,
        undefined,
        expect.stringMatching(
          /^calendar\.hours\.mon-fri\[0\]: expected hours such as .*, found "9-17"; did you mean "09:00-17:00"\?$/,
        ),
      ],
      [7, undefined, 'calendar.hours.mon: expected a time such as "09:00", found "25:00"'],
      [8, undefined, 'start: expected an instant to begin with ("start", "at" or "origin"), found nothing'],
      [
        9,
        undefined,
        expect.stringMatching(
          /^events\[0\]\.type: expected one of opened, .*, found "opend"; did you mean "opened"\?$/,
        ),
      ],
      [10, undefined, 'events[0].author: expected one of customer, agent, vendor, system, found "bot"'],
      [11, undefined, 'events: expected at least one event, found an empty list'],
      [12, undefined, expect.stringMatching(/^policy clocks\.resolution\.calendar: expected a calendar .*"offce"/)],
      [
        13,
        undefined,
        expect.stringMatching(/^receipt: expected one of first-response, .*; did you mean "resolution"\?$/),
      ],
      [
        14,
        undefined,
        'receipt: expected a clock that the case has (first-response, resolution), found "next-response"',
      ],
      [15, undefined, 'expected "calendar", "events" or "replay" in the line, found none of them'],
      [
        16,
        undefined,
        'line: expected instants within 100 years, found 2026-11-16T09:00:00.000Z to 2226-11-16T09:00:00.000Z',
      ],
      [17, undefined, 'target: expected at most ten years of seconds, found 1000000000000'],
      [
        18,
        undefined,
        'target: expected business hours, or "business-day": "8 business hours" beside it, found "2 business days"',
      ],
      [19, undefined, 'start: expected an ISO 8601 instant such as 2026-11-22T09:30:00Z, found "2026-02-30T09:00:00Z"'],
      [20, undefined, 'pauses[0]: expected only "from" and "to" (and "reason"), found "until"'],
      [21, undefined, 'events[0].at: expected an ISO 8601 instant such as 2026-11-22T09:30:00Z, found nothing'],
      [22, undefined, 'events[0].occurredAt: expected an ISO 8601 instant such as 2026-11-22T09:30:00Z, found "noon"'],
      [23, undefined, 'line: expected a JSON object, found an empty list'],
      [24, undefined, 'windows: expected a whole number from 1 to 1000, found 2.5'],
      [25, undefined, 'calendar.holidays[1]: expected a date such as 2026-12-24, found "2026-02-30"'],
      [26, undefined, 'calendar.recurring_holidays[1]: expected a day of the year such as 12-24, found "02-30"'],
      [27, undefined, 'calendar.date_hours: expected a date such as 2026-12-24, found "2026-13-01"'],
      [28, undefined, 'calendar.breaks: expected a date such as 2026-12-24, found "2026-11-31"'],
      [
        29,
        undefined,
        'events[2].caseId: expected the same case as the rest of the line, "zendesk:1", found "zendesk:2"',
      ],
      [
        30,
        undefined,
        'events[0].caseId: expected the same case as the rest of the line, "zendesk:1", found "zendesk:2"',
      ],
      [
        31,
        undefined,
        'line: expected instants within 100 years, found 2026-11-16T09:00:00.000Z to 9999-11-16T09:00:00.000Z',
      ],
    ]);
    expect(found.at(-1)).toMatchObject({ due: '2026-11-16T09:01:00.000Z' });
  });

  it('of a log or a receipt that would lay out calendars for centuries are not begun', async () => {
    const ancient = '0001-01-01T00:00:00Z';
    const late = '9999-12-31T00:00:00Z';
    const [receipt] = await answers([{ events: EVENTS, policy: POLICY, receipt: 'resolution', now: EVENTS[0]?.at }]);
    const { replay } = (receipt as { receipt: { replay: object } }).receipt;
    const found = await answers([
      { events: [{ type: 'opened', at: ancient }], policy: POLICY, now: '2026-11-16T09:00:00Z' },
      { events: EVENTS, policy: POLICY, now: late },
      { replay: { ...replay, asOf: late } },
      { replay: { ...replay, targetSeconds: 1e15 } },
    ]);
    expect(found.map(({ error }) => error)).toEqual([
      'events: expected a log and a present within 100 years, found 0001-01-01T00:00:00.000Z to 2026-11-16T09:00:00.000Z',
      'events: expected a log and a present within 100 years, found 2026-11-16T09:00:00.000Z to 9999-12-31T00:00:00.000Z',
      'receipt.replay: expected a start and a present within 100 years, found 2026-11-16T09:00:00.000Z to 9999-12-31T00:00:00.000Z',
      'receipt.replay.targetSeconds: expected at most ten years of seconds, found 1000000000000000',
    ]);
  });

  it('may have more instants than fit on a stack of calls', () => {
    const instants = Array.from({ length: 200_000 }, (_, i) => i - 7);
    expect(spanOf([...instants, Number.NaN, Number.POSITIVE_INFINITY])).toEqual([-7, 199_992]);
    expect(yearsAround(instants)).toEqual([1970, 1971, 1972, 1973]);
    expect(() => checkSpan(instants, 'events', 'a log')).not.toThrow();
  });

  it('takes the case that some of its events name for all of them', async () => {
    expect(await answer({ events: [EVENTS[0], { ...EVENTS[1], caseId: 'zendesk:7' }] })).toMatchObject({
      caseId: 'zendesk:7',
    });
  });

  it.each([
    [['--recept'], /recept/],
    [['--receipt', 'resolutoin'], /--receipt: expected one of/],
    [['--now', 'noon'], /--now: expected an ISO 8601 instant/],
    [['--zone', 'Mars/Olympus'], /Mars\/Olympus/],
    [['stray'], /stray/],
  ])('a wrong usage, %j, exits with 1 and says how it is used', async (args, said) => {
    const { code, out, err } = await run([], ...args);
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(said);
    expect(err).toContain('npm run -s caserelay -- clock');
  });

  it('help is no error', async () => {
    const { code, out } = await run([], '--help');
    expect(code).toBe(0);
    expect(out).toContain('npm run -s caserelay -- clock');
  });
});

describe('docs/cli.md', () => {
  it('has examples that work', { timeout: 20_000 }, async () => {
    const text = readFileSync(new URL('../../../docs/cli.md', import.meta.url), 'utf8');
    const part = text.slice(text.indexOf('## clock')).split(/^## (?!clock)/m)[0] ?? '';
    const examples = [...part.matchAll(/```json\n(.*?)```/gs)].flatMap(([, block = '']) => block.trim().split('\n'));
    expect(examples.length).toBeGreaterThan(4);
    const found = await answers(examples);
    expect(found.filter((one) => 'error' in one || 'ignored' in one)).toEqual([]);
    // An hour and a half until 17:00 on Wednesday, and half an hour of the 24th, which is no public holiday.
    expect(found[0]).toMatchObject({ id: 1, due: '2026-12-24T08:30:00.000Z' });
  });
});
