import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { ALWAYS, type Calendar, type CalendarDefinition, compileCalendar } from '../../domain/calendar.ts';
import {
  instantOfWork,
  measure,
  openThresholds,
  reachedThreshold,
  runs,
  Turn,
  toldMark,
  workedSeconds,
} from '../../domain/clock.ts';
import { occasions } from '../support/occasions.ts';

const at = (text: string) => Date.parse(text);
const iso = (ms: number) => new Date(ms).toISOString();
const MINUTE = 60;
const HOUR = 3600;

const weekdays = (from: number, to: number): CalendarDefinition['weekly'] =>
  Object.fromEntries(['mon', 'tue', 'wed', 'thu', 'fri'].map((day) => [day, [[from * 60, to * 60]]]));
const daily = (from: number, to: number): CalendarDefinition['weekly'] => ({
  ...weekdays(from, to),
  sat: [[from * 60, to * 60]],
  sun: [[from * 60, to * 60]],
});
const calendar = (zone: string, weekly: CalendarDefinition['weekly']) =>
  compileCalendar({ zone, weekly, holidays: [] });

const turn = (startedAt: string, targetSeconds: number, more: Partial<Turn> = {}): Turn => ({
  clock: 'resolution',
  turn: 1,
  startedAt: iso(at(startedAt)),
  targetSeconds,
  calendar: 'office',
  pauses: [],
  told: [],
  ...more,
});
const pause = (from: string, to?: string) => ({
  from: iso(at(from)),
  ...(to === undefined ? {} : { to: iso(at(to)) }),
  reason: 'pending',
});
const none = { warnings: [] };

describe('a stored turn', () => {
  it('is read back as it was, and refused without what it must say', () => {
    const whole: Turn = {
      ...turn('2026-11-16T09:00:00Z', HOUR, { pauses: [pause('2026-11-16T10:00:00Z')], told: ['50%@3600'] }),
      retargetedAt: '2026-11-16T09:30:00.000Z',
      stoppedAt: '2026-11-16T11:00:00.000Z',
      cancelledAt: '2026-11-16T12:00:00.000Z',
    };
    expect(Turn.parse(whole)).toEqual(whole);
    const optional = ['retargetedAt', 'stoppedAt', 'cancelledAt'];
    for (const name of Object.keys(whole))
      expect(Turn.safeParse({ ...whole, [name]: undefined }).success, name).toBe(optional.includes(name));
  });
});

// Vectors that an independent calculator reproduces; source: the project's facts on SLA semantics.
describe('known deadlines', () => {
  it('Berlin, weekdays 09-17: an hour and four hours from 10:30 local time', () => {
    const berlin = calendar('Europe/Berlin', weekdays(9, 17));
    const due = (minutes: number) => measure(turn('2013-03-21T09:30:00Z', minutes * MINUTE), none, berlin, 0).dueAt;
    expect(due(60)).toBe('2013-03-21T10:30:00.000Z');
    expect(due(240)).toBe('2013-03-21T13:30:00.000Z');
  });

  it('Berlin, weekdays 08-18: an hour promised, answered after 270 minutes, 210 over', () => {
    const late = turn('2013-03-21T09:30:00Z', HOUR, { stoppedAt: '2013-03-21T14:00:00.000Z' });
    const seen = measure(late, none, calendar('Europe/Berlin', weekdays(8, 18)), at('2013-04-01T00:00:00Z'));
    expect(seen).toEqual({
      status: 'met-late',
      dueAt: '2013-03-21T10:30:00.000Z',
      plannedAt: null,
      workedSeconds: 270 * MINUTE,
      overSeconds: 210 * MINUTE,
    });
  });

  it('Berlin, daily 09-18, pending twice: thirty minutes of work, and the deadlines that it had to meet', () => {
    const closed = (target: number) =>
      turn('2013-06-04T09:00:00Z', target, {
        pauses: [
          pause('2013-06-04T09:00:00Z', '2013-06-04T10:30:00Z'),
          pause('2013-06-04T11:00:00Z', '2013-06-04T12:00:00Z'),
        ],
        stoppedAt: '2013-06-04T12:00:00.000Z',
      });
    const seen = (minutes: number) =>
      measure(closed(minutes * MINUTE), none, calendar('Europe/Berlin', daily(9, 18)), at('2013-06-05T00:00:00Z'));
    expect(seen(120)).toMatchObject({ status: 'met', dueAt: '2013-06-04T13:30:00.000Z', workedSeconds: 30 * MINUTE });
    expect(seen(240)).toMatchObject({ status: 'met', dueAt: '2013-06-04T15:30:00.000Z', workedSeconds: 30 * MINUTE });
  });

  it('weekdays 08-18, four hours from Monday 17:00, warned a business hour before: not at midnight (GLPI)', () => {
    const before = { warnings: [{ name: '1 business hour before', secondsBefore: HOUR }] };
    const thresholds = openThresholds(turn('2026-01-12T17:00:00Z', 4 * HOUR), before, calendar('UTC', weekdays(8, 18)));
    expect(thresholds.map(({ threshold, at: when }) => [threshold, iso(when)])).toEqual([
      ['1 business hour before', '2026-01-13T10:00:00.000Z'],
      ['breach', '2026-01-13T11:00:00.000Z'],
    ]);
  });
});

describe('milliseconds', () => {
  it('of a target are not lost: 1.001 s is over after 1001 ms', () => {
    expect(iso(instantOfWork(turn('2026-11-16T09:00:00Z', 1.001), 1.001, ALWAYS) ?? 0)).toBe(
      '2026-11-16T09:00:01.001Z',
    );
  });
});

describe('a paused clock', () => {
  let office: Calendar;
  beforeEach(() => {
    office = calendar('UTC', weekdays(9, 17));
  });
  // Monday 09:00, 4 h; two hours of work, then pending.
  const paused = turn('2026-11-16T09:00:00Z', 4 * HOUR, { pauses: [pause('2026-11-16T11:00:00Z')] });

  it('has no deadline, only a plan: the deadline if it went on now', () => {
    expect(measure(paused, none, office, at('2026-11-16T16:00:00Z'))).toEqual({
      status: 'paused',
      dueAt: null,
      plannedAt: '2026-11-17T10:00:00.000Z',
      workedSeconds: 2 * HOUR,
      overSeconds: 0,
    });
    expect(measure({ ...paused, pauses: [] }, none, office, at('2026-11-16T16:00:00Z')).plannedAt).toBeNull();
  });

  it('tells nothing, however long it stands still', () => {
    const half = { warnings: [{ name: '50%', share: 0.5 }] };
    expect(openThresholds(paused, half, office)).toEqual([]);
    expect(reachedThreshold(paused, half, office, at('2027-01-01T00:00:00Z'))).toBeUndefined();
  });

  it('keeps the deadline that it had missed before', () => {
    const late = turn('2026-11-16T09:00:00Z', HOUR, { pauses: [pause('2026-11-16T11:00:00Z')] });
    expect(measure(late, none, office, at('2026-11-16T16:00:00Z'))).toEqual({
      status: 'breached',
      dueAt: '2026-11-16T10:00:00.000Z',
      plannedAt: null,
      workedSeconds: 2 * HOUR,
      overSeconds: HOUR,
    });
  });

  it('is moved only by the part of a pause that lies in open hours', () => {
    const night = turn('2026-11-16T16:00:00Z', 2 * HOUR, {
      pauses: [pause('2026-11-16T18:00:00Z', '2026-11-17T08:00:00Z')],
    });
    expect(measure(night, none, office, at('2026-11-17T08:00:00Z')).dueAt).toBe('2026-11-17T10:00:00.000Z');
  });

  it('of a cancelled turn is neither: it has no deadline and no plan', () => {
    const cancelled = { ...paused, cancelledAt: '2026-11-16T12:00:00.000Z' };
    expect(measure(cancelled, none, office, at('2026-11-16T16:00:00Z'))).toMatchObject({
      status: 'cancelled',
      dueAt: null,
      plannedAt: null,
      workedSeconds: 2 * HOUR,
    });
  });

  it('pauses that touch or overlap the start, or each other, count once', () => {
    const overlapping = turn('2026-11-16T09:00:00Z', 4 * HOUR, {
      pauses: [
        pause('2026-11-16T08:00:00Z', '2026-11-16T09:30:00Z'),
        pause('2026-11-16T10:00:00Z', '2026-11-16T11:00:00Z'),
        pause('2026-11-16T10:30:00Z', '2026-11-16T10:45:00Z'),
      ],
    });
    // Worked 09:30-10:00, then from 11:00: 3.5 h more.
    expect(measure(overlapping, none, office, at('2026-11-16T12:00:00Z'))).toMatchObject({
      dueAt: '2026-11-16T14:30:00.000Z',
      workedSeconds: 1.5 * HOUR,
    });
    expect(runs(overlapping)).toEqual([
      [at('2026-11-16T09:30:00Z'), at('2026-11-16T10:00:00Z')],
      [at('2026-11-16T11:00:00Z'), Number.POSITIVE_INFINITY],
    ]);
  });

  it('that is stopped while it stands still runs no more', () => {
    const stopped = turn('2026-11-16T09:00:00Z', 4 * HOUR, {
      pauses: [
        pause('2026-11-16T09:00:00Z', '2026-11-16T09:30:00Z'),
        pause('2026-11-16T11:00:00Z', '2026-11-16T12:00:00Z'),
      ],
      stoppedAt: '2026-11-16T12:00:00.000Z',
    });
    expect(runs(stopped)).toEqual([[at('2026-11-16T09:30:00Z'), at('2026-11-16T11:00:00Z')]]);
  });

  it('has its deadline in the instant in which the pause begins, if its time is used up by then', () => {
    const used = turn('2026-11-16T09:00:00Z', 2 * HOUR, {
      pauses: [pause('2026-11-16T11:00:00Z', '2026-11-16T12:00:00Z')],
    });
    expect(measure(used, none, office, at('2026-11-16T12:00:00Z')).dueAt).toBe('2026-11-16T11:00:00.000Z');
  });
});

describe('thresholds', () => {
  let office: Calendar;
  beforeEach(() => {
    office = calendar('UTC', weekdays(9, 17));
  });
  const policy = {
    warnings: [
      { name: '90%', share: 0.9 },
      { name: '50%', share: 0.5 },
      { name: '30 business minutes before', secondsBefore: 30 * MINUTE },
    ],
  };
  const open = turn('2026-11-16T09:00:00Z', 2 * HOUR);
  const names = (of: Turn) => openThresholds(of, policy, office).map(({ threshold }) => threshold);

  it('come soonest first, whatever their order in the policy', () => {
    expect(openThresholds(open, policy, office)).toEqual([
      expect.objectContaining({ threshold: '50%', kind: 'warning', at: at('2026-11-16T10:00:00Z') }),
      expect.objectContaining({
        threshold: '30 business minutes before',
        kind: 'warning',
        at: at('2026-11-16T10:30:00Z'),
      }),
      expect.objectContaining({ threshold: '90%', kind: 'warning', at: at('2026-11-16T10:48:00Z') }),
      {
        clock: 'resolution',
        turn: 1,
        threshold: 'breach',
        kind: 'breach',
        at: at('2026-11-16T11:00:00Z'),
        dueAt: at('2026-11-16T11:00:00Z'),
        targetSeconds: 2 * HOUR,
      },
    ]);
  });

  it('are told once, and a later one takes the place of those before it', () => {
    expect(names({ ...open, told: [toldMark('30 business minutes before', 2 * HOUR)] })).toEqual(['90%', 'breach']);
    expect(names({ ...open, told: [toldMark('breach', 2 * HOUR)] })).toEqual([]);
    expect(names({ ...open, told: [toldMark('breach', HOUR)] })).toHaveLength(4);
  });

  it('that come at the same instant are told once, as is one that comes with the deadline', () => {
    const twice = {
      warnings: [
        { name: '50%', share: 0.5 },
        { name: '1 business hour before', secondsBefore: HOUR },
        { name: '100%', share: 1 },
      ],
    };
    const toTell = (told: string[]) =>
      openThresholds({ ...open, told }, twice, office).map(({ threshold }) => threshold);
    expect(toTell([])).toEqual(['50%', '1 business hour before', 'breach']);
    expect(toTell([toldMark('50%', 2 * HOUR)])).toEqual(['breach']);
  });

  it('end with the turn', () => {
    expect(names({ ...open, stoppedAt: '2026-11-16T09:30:00.000Z' })).toEqual([]);
    expect(names({ ...open, cancelledAt: '2026-11-16T09:30:00.000Z' })).toEqual([]);
  });

  it('the latest that was reached is the one to tell, at its very instant', () => {
    const reached = (time: string) => reachedThreshold(open, policy, office, at(`2026-11-16T${time}Z`))?.threshold;
    expect(reached('09:59:59.999')).toBeUndefined();
    expect(reached('10:00:00')).toBe('50%');
    expect(reached('10:59:59')).toBe('90%');
    expect(reached('11:00:00')).toBe('breach');
  });

  it('a target that moved the deadline into the past is breached on retarget; one that had passed before is not', () => {
    const kinds = (retargetedAt: string) =>
      openThresholds({ ...open, retargetedAt }, { warnings: [] }, office).map(({ kind }) => kind);
    expect(kinds('2026-11-16T12:00:00.000Z')).toEqual(['breached-on-retarget']);
    expect(kinds('2026-11-16T11:00:00.000Z')).toEqual(['breached-on-retarget']);
    expect(kinds('2026-11-16T10:59:59.000Z')).toEqual(['breach']);
  });

  it('a target that is too short for a warning has none: it would come with the opening, at any hour', () => {
    const early = { warnings: [{ name: '3 business hours before', secondsBefore: 3 * HOUR }] };
    expect(openThresholds(open, early, office).map(({ threshold }) => threshold)).toEqual(['breach']);
    expect(measure(open, early, office, at('2026-11-16T09:30:00Z')).status).toBe('running');
    const same = { warnings: [{ name: '2 business hours before', secondsBefore: 2 * HOUR }] };
    expect(openThresholds(open, same, office)).toHaveLength(1);
  });

  it('a share of an odd target is reached to the millisecond, never early', () => {
    const third = { warnings: [{ name: '33.3%', share: 0.333 }] };
    const [warning] = openThresholds(turn('2026-11-16T09:00:00Z', 1), third, office);
    expect(iso(warning?.at ?? 0)).toBe('2026-11-16T09:00:00.333Z');
  });
});

describe('status', () => {
  let office: Calendar;
  beforeEach(() => {
    office = calendar('UTC', weekdays(9, 17));
  });
  const half = { warnings: [{ name: '50%', share: 0.5 }] };
  const open = turn('2026-11-16T09:00:00Z', 2 * HOUR);
  const statusAt = (of: Turn, time: string) => measure(of, half, office, at(`2026-11-16T${time}Z`)).status;

  it('goes from running over imminent to breached', () => {
    expect(['09:59:59', '10:00:00', '10:59:59', '11:00:00'].map((time) => statusAt(open, time))).toEqual([
      'running',
      'imminent',
      'imminent',
      'breached',
    ]);
  });

  it('kept to the second is met, a second later met late', () => {
    expect(statusAt({ ...open, stoppedAt: '2026-11-16T11:00:00.000Z' }, '12:00:00')).toBe('met');
    expect(statusAt({ ...open, stoppedAt: '2026-11-16T11:00:01.000Z' }, '12:00:00')).toBe('met-late');
  });
});

describe('laws', () => {
  let office: Calendar;
  beforeEach(() => {
    office = calendar('America/New_York', weekdays(9, 17));
  });
  const START = at('2026-10-26T00:00:00Z');
  const minutes = fc.integer({ min: 0, max: 20_000 });
  const turns = fc
    .record({
      start: minutes,
      target: fc.integer({ min: 1, max: 60 * HOUR }),
      marks: fc.array(minutes, { maxLength: 8 }),
    })
    .map(({ start, target, marks }) => {
      const instant = (n: number) => iso(START + n * 60_000);
      const after = marks.map((mark) => start + mark).sort((a, b) => a - b);
      const pauses = Array.from({ length: Math.floor(after.length / 2) }, (_, i) => ({
        from: instant(after[2 * i] as number),
        to: instant(after[2 * i + 1] as number),
        reason: 'pending',
      }));
      return turn(instant(start), target, { pauses });
    });
  const warnings = {
    warnings: [
      { name: '75%', share: 0.75 },
      { name: '1 h', secondsBefore: HOUR },
    ],
  };

  it('the work done up to the deadline is the target', () => {
    fc.assert(
      fc.property(turns, (of) => {
        const due = at(measure(of, none, office, START).dueAt as string);
        expect(workedSeconds(of, due, office)).toBe(of.targetSeconds);
        expect(due).toBeGreaterThanOrEqual(at(of.startedAt) + of.targetSeconds * 1000);
      }),
    );
  });

  it('a longer target is never due earlier, and a pause never makes a deadline earlier', () => {
    fc.assert(
      fc.property(turns, fc.integer({ min: 0, max: 40 * HOUR }), (of, more) => {
        const due = (given: Turn) => at(measure(given, none, office, START).dueAt as string);
        expect(due({ ...of, targetSeconds: of.targetSeconds + more })).toBeGreaterThanOrEqual(due(of));
        expect(due(of)).toBeGreaterThanOrEqual(due({ ...of, pauses: [] }));
      }),
    );
  });

  it('nobody is told of anything outside open hours, or while paused (Zammad: midnight and weekend mails)', () => {
    const paused = occasions();
    fc.assert(
      fc.property(turns, (of) => {
        for (const { at: when } of openThresholds(of, warnings, office)) {
          paused.of(of.pauses.length > 0);
          expect(of.pauses.every(({ from, to }) => when <= at(from) || when > at(to as string))).toBe(true);
          // It was open until then.
          expect(office.isOpen(when - 1)).toBe(true);
        }
      }),
    );
    expect(paused.share()).toBeGreaterThan(0.05);
  });
});
