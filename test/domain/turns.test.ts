import { describe, expect, it } from 'vitest';
import { type Case, foldCase } from '../../domain/case.ts';
import { measure } from '../../domain/clock.ts';
import { nextThreshold, reachedThresholds } from '../../domain/deadline.ts';
import { type CaseEvent, ClockName, type EventOf } from '../../domain/event.ts';
import { clockPolicy, type Policy, policyCalendars } from '../../domain/policy.ts';
import { CLOCK_RULES, policyChanged, retargetedByPolicy } from '../../domain/turns.ts';
import { event, fromCustomer, opened, reopened, reply, solved, status } from '../support/events.ts';
import { POLICY } from '../support/policy-fixture.ts';

const HOUR = 3600;
const clock = (name: ClockName, more: Partial<Policy['clocks'][number]> = {}): Policy['clocks'][number] => ({
  clock: name,
  calendar: 'office',
  targets: { urgent: HOUR, high: 2 * HOUR, normal: 4 * HOUR, low: 8 * HOUR },
  exceptions: [],
  warnings: [],
  pauseOn: [],
  onReopen: 'resume',
  ...more,
});

/** Every clock there is: office hours 09–17 UTC on weekdays, an hour for urgent cases, four for normal ones. */
const ALL: Policy = {
  ...POLICY,
  clocks: ClockName.options.map((name) =>
    clock(name, name === 'resolution' || name === 'queue-ownership' ? { pauseOn: ['pending'] } : {}),
  ),
};

const contextOf = (policy: Policy) => ({ policy, calendar: policyCalendars(policy) });
const fold = (events: readonly CaseEvent[], policy = ALL) => foldCase(events, contextOf(policy)) as Case;
const turnOf = (state: Case, name: ClockName) => state.turns.find((turn) => turn.clock === name);

/** What a clock looks like at an instant. */
function look(events: readonly CaseEvent[], name: ClockName, now: string, policy = ALL) {
  const context = contextOf(policy);
  const turn = turnOf(fold(events, policy), name);
  const promise = clockPolicy(policy, name);
  if (turn === undefined || promise === undefined) return undefined;
  const { status, dueAt, workedSeconds } = measure(turn, promise, context.calendar(turn.calendar), Date.parse(now));
  return { turn: turn.turn, status, dueAt, worked: workedSeconds / HOUR };
}

// 2026-11-16 is a Monday.
const day = (time: string, date = '2026-11-16') => `${date}T${time}:00Z`;
const at = (time: string, date = '2026-11-16') => `${date}T${time}:00.000Z`;

const triaged = (time: string, decision: Partial<EventOf<'triaged'>['decision']>): CaseEvent =>
  event('triaged', day(time), {
    decision: {
      ruleId: 'rule',
      reason: 'because',
      policyVersion: 'test-1',
      priority: 'normal',
      queue: 'general',
      route: 'home',
      sensitive: false,
      dataClass: 'standard',
      category: 'playback',
      tags: [],
      language: 'en',
      ...decision,
    },
  });

describe('requester wait and agent work', () => {
  // Opened 9:00, on hold 10:00-11:00, pending 12:00-13:00, solved 14:00: five hours.
  const events = [
    opened(day('09:00')),
    status(day('10:00'), 'on-hold'),
    status(day('11:00'), 'open'),
    status(day('12:00'), 'pending'),
    status(day('13:00'), 'open'),
    solved(day('14:00')),
  ];

  it('requester wait counts new, open and on-hold; agent work counts new and open; pending stops both', () => {
    expect(look(events, 'requester-wait', day('15:00'))).toEqual({
      turn: 1,
      status: 'met',
      dueAt: at('14:00'),
      worked: 4,
    });
    expect(look(events, 'agent-work', day('15:00'))).toEqual({ turn: 1, status: 'met', dueAt: at('15:00'), worked: 3 });
  });

  it('cannot be given other pauses by a policy', () => {
    const policy = { ...ALL, clocks: [clock('requester-wait', { pauseOn: ['on-hold'] }), clock('agent-work')] };
    expect(look(events, 'requester-wait', day('15:00'), policy)?.worked).toBe(4);
    expect(look(events, 'agent-work', day('15:00'), policy)?.worked).toBe(3);
  });

  it('resolution pauses only where the policy says', () => {
    expect(look(events, 'resolution', day('15:00'))?.worked).toBe(4);
    const never = { ...ALL, clocks: [clock('resolution')] };
    expect(look(events, 'resolution', day('15:00'), never)?.worked).toBe(5);
  });

  it('go on where they stopped when the case is reopened', () => {
    const again = [...events, reopened(day('16:00'))];
    expect(look(again, 'agent-work', day('16:30'))).toEqual({
      turn: 1,
      status: 'running',
      dueAt: at('17:00'),
      worked: 3.5,
    });
  });

  it('begin anew where the policy says so, each clock for itself', () => {
    const policy = { ...ALL, clocks: [clock('agent-work', { onReopen: 'restart' }), clock('requester-wait')] };
    const again = [...events, reopened(day('16:00'))];
    expect(look(again, 'agent-work', day('16:30'), policy)).toMatchObject({ turn: 2, worked: 0.5 });
    expect(look(again, 'requester-wait', day('16:30'), policy)).toMatchObject({ turn: 1, worked: 4.5 });
    expect(fold(again, policy).reopens).toBe(1);
  });
});

describe('a first response that was never given', () => {
  const begun = [opened(day('09:00')), solved(day('10:00'))];

  it('is owed again when the case is reopened, where it stopped: solving and reopening is no answer', () => {
    const events = [...begun, reopened(day('12:00'))];
    expect(look(events, 'first-response', day('13:00'))).toEqual({
      turn: 1,
      status: 'running',
      dueAt: at('15:00'),
      worked: 2,
    });
    const twice = [...events, solved(day('13:00')), reopened(day('14:00'))];
    expect(look(twice, 'first-response', day('14:00'))).toMatchObject({ dueAt: at('16:00'), worked: 2 });
  });

  it('is owed from when the customer writes again, if that comes before the reopening', () => {
    // An hour until 10:00, and from 11:00 on: four are full at 14:00.
    const again = { turn: 1, status: 'running', dueAt: at('14:00'), worked: 3 };
    expect(look([...begun, fromCustomer(day('11:00'))], 'first-response', day('13:00'))).toEqual(again);
    const events = [...begun, fromCustomer(day('11:00')), reopened(day('12:00'))];
    expect(look(events, 'first-response', day('13:00'))).toEqual(again);
    expect(turnOf(fold(events), 'next-response')).toBeUndefined();
  });

  it('is not owed if it was given meanwhile, or if the case was parked or merged away', () => {
    const status = (...events: CaseEvent[]) => look([...begun, ...events], 'first-response', day('13:00'))?.status;
    expect(status(reply(day('10:30')), reopened(day('12:00')))).toBe('cancelled');
    expect(status(triaged('10:01', { route: 'parked' }), reopened(day('12:00')))).toBe('cancelled');
    expect(status(event('merged', day('10:30'), {}), reopened(day('12:00')))).toBe('cancelled');
  });
});

describe('a customer who was not answered before the case was solved', () => {
  const asked = [opened(day('09:00')), reply(day('09:10')), fromCustomer(day('09:20'))];
  const begun = [...asked, solved(day('10:20'))];

  it('waits on from there when it is reopened: an hour of four, and three more from 12:00', () => {
    const events = [...begun, reopened(day('12:00'))];
    expect(look(begun, 'next-response', day('12:00'))).toMatchObject({ turn: 1, status: 'cancelled' });
    expect(look(events, 'next-response', day('13:00'))).toEqual({
      turn: 1,
      status: 'running',
      dueAt: at('15:00'),
      worked: 2,
    });
    expect(turnOf(fold(events), 'next-response')?.pauses).toEqual([
      { from: at('10:20'), to: at('12:00'), reason: 'solved' },
    ]);
  });

  it('waits on when they write again, and not twice', () => {
    const events = [...begun, fromCustomer(day('12:00')), reopened(day('12:30'))];
    expect(look(events, 'next-response', day('13:00'))).toMatchObject({ turn: 1, dueAt: at('15:00') });
  });

  it.each([
    ['wrote in the instant in which it was reopened', (when: string) => [fromCustomer(when), reopened(when)]],
    ['wrote in that in which it was set to open', (when: string) => [fromCustomer(when), status(when, 'open')]],
  ])('waits on, the same in either order of the two, if they %s', (_, both) => {
    for (const then of [both(day('12:00')), both(day('12:00')).toReversed()]) {
      const told = then.map((one, i) => ({ ...one, sequence: String(i) }));
      for (const last of [then, told, [{ ...then[0], key: 'z' } as CaseEvent, { ...then[1], key: 'a' } as CaseEvent]]) {
        expect(look([...begun, ...last], 'next-response', day('13:00'))).toMatchObject({ turn: 1, dueAt: at('15:00') });
        const first = [opened(day('09:00')), solved(day('10:00')), ...last];
        expect(look(first, 'first-response', day('13:00'))).toMatchObject({ dueAt: at('15:00'), worked: 2 });
        expect(turnOf(fold(first), 'next-response')).toBeUndefined();
      }
    }
  });

  it('is not waiting any more if somebody answered meanwhile, in the case or by merging it', () => {
    const status = (...events: CaseEvent[]) =>
      look([...begun, ...events, reopened(day('12:00'))], 'next-response', day('13:00'))?.status;
    expect(status(reply(day('11:00')))).toBe('cancelled');
    expect(status(event('merged', day('11:00'), { into: '7' }))).toBe('cancelled');
  });

  it('waits on also if the case is deleted and restored in between, and if it takes in another one', () => {
    const restored = [...begun, status(day('11:00'), 'deleted'), status(day('12:00'), 'open')];
    expect(look(restored, 'next-response', day('13:00'))).toMatchObject({ turn: 1, dueAt: at('15:00') });
    const absorbed = event('absorbed', day('12:00'), {
      from: 'zendesk:2',
      waiting: { startedAt: at('11:00'), pauses: [] },
    });
    expect(look([...begun, absorbed], 'next-response', day('13:00'))).toMatchObject({ turn: 1, dueAt: at('15:00') });
  });
});

describe('a resolution that runs until its case is closed', () => {
  const policy = { ...ALL, clocks: [clock('resolution', { until: 'closed', pauseOn: ['pending'] })] };
  const seen = (events: readonly CaseEvent[], now: string) => look(events, 'resolution', day(now), policy);
  const begun = [opened(day('09:00')), status(day('09:30'), 'pending'), solved(day('10:00'))];

  it('goes on in a solved one: half an hour until pending, and from 10:00 on', () => {
    expect(seen(begun, '11:00')).toEqual({ turn: 1, status: 'running', dueAt: at('13:30'), worked: 1.5 });
    expect(seen(begun, '14:00')?.status).toBe('breached');
    expect(nextThreshold(fold(begun, policy), contextOf(policy))).toMatchObject({ clock: 'resolution' });
  });

  it('stops when it is closed, and goes on from there when it is reopened', () => {
    const closed = [...begun, status(day('12:00'), 'closed')];
    expect(seen(closed, '15:00')).toEqual({ turn: 1, status: 'met', dueAt: at('13:30'), worked: 2.5 });
    expect(seen([...closed, reopened(day('13:00'))], '14:00')).toMatchObject({ dueAt: at('14:30'), worked: 3.5 });
    expect(turnOf(fold([...closed, reopened(day('13:00'))], policy), 'resolution')?.pauses.at(-1)).toEqual({
      from: at('12:00'),
      to: at('13:00'),
      reason: 'closed',
    });
  });

  it('is no new promise when a case is reopened that was only solved, whatever the policy says of reopening', () => {
    const restart = { ...ALL, clocks: [clock('resolution', { until: 'closed', onReopen: 'restart' })] };
    const again = [opened(day('09:00')), solved(day('10:00')), reopened(day('11:00'))];
    expect(look(again, 'resolution', day('12:00'), restart)).toMatchObject({ turn: 1, worked: 3 });
    const closed = [...again, status(day('12:00'), 'closed'), reopened(day('13:00'))];
    expect(look(closed, 'resolution', day('14:00'), restart)).toMatchObject({ turn: 2, worked: 1 });
  });

  it('is cancelled with a case that is merged away or deleted', () => {
    for (const end of [event('merged', day('11:00'), {}), status(day('11:00'), 'deleted')])
      expect(seen([...begun, end], '15:00')?.status).toBe('cancelled');
  });
});

describe('an answer and an end in one moment', () => {
  const ends = (when: string) => [
    solved(when),
    status(when, 'solved'),
    status(when, 'closed'),
    event('status-changed', when, { status: 'solved', key: 'zzz' }),
    event('solved', when, { key: 'a' }),
  ];
  const both = [opened(day('09:00')), reply(day('09:10')), fromCustomer(day('09:20'))];

  it('keep the promise, whatever their keys and however they come', () => {
    for (const end of ends(day('10:00'))) {
      const events = [opened(day('09:00')), end, reply(day('10:00'))];
      for (const log of [events, events.toReversed()])
        expect(look(log, 'first-response', day('12:00'))).toMatchObject({ status: 'met', worked: 1 });
      expect(look([...both, end, reply(day('10:00'))], 'next-response', day('12:00'))?.status).toBe('met');
      expect(fold(events).status).toMatch(/solved|closed/);
    }
  });

  it('keep it also if the source dates the end first, by up to a second: they were one click', () => {
    const answeredAfter = (ms: number, more: Partial<CaseEvent> = {}) => {
      const answer = reply(new Date(Date.parse(day('10:00')) + ms).toISOString());
      const events = [opened(day('09:00')), solved(day('10:00')), { ...answer, ...more } as CaseEvent];
      return turnOf(fold(events), 'first-response');
    };
    expect(answeredAfter(1000)).toMatchObject({ stoppedAt: '2026-11-16T10:00:01.000Z' });
    expect(answeredAfter(1000)?.cancelledAt).toBeUndefined();
    expect(answeredAfter(1001)).toMatchObject({ cancelledAt: at('10:00') });
    // A source that numbers its events says what it means.
    expect(answeredAfter(300, { sequence: '9' })).toMatchObject({ cancelledAt: at('10:00') });
  });

  it('stand in the source’s own order if it has one', () => {
    const tie = (end: string, answer: string) => [
      opened(day('09:00')),
      { ...solved(day('10:00')), sequence: end },
      { ...reply(day('10:00')), sequence: answer },
    ];
    expect(look(tie('2', '1'), 'first-response', day('12:00'))?.status).toBe('met');
    expect(look(tie('1', '2'), 'first-response', day('12:00'))?.status).toBe('cancelled');
    const states = (first: string, second: string) =>
      fold([
        opened(day('09:00')),
        { ...status(day('10:00'), 'pending'), sequence: first },
        { ...status(day('10:00'), 'open'), sequence: second },
      ]).status;
    expect([states('9', '10'), states('10', '9')]).toEqual(['open', 'pending']);
  });

  it('do not keep the promise of a case that was merged away then', () => {
    const events = [opened(day('09:00')), event('merged', day('10:00'), {}), reply('2026-11-16T10:00:00.500Z')];
    expect(look(events, 'first-response', day('12:00'))?.status).toBe('cancelled');
  });
});

describe('a case that is closed', () => {
  it('ends the wait of a customer who said thanks after it was solved', () => {
    const thanks = [opened(day('09:00')), reply(day('09:10')), solved(day('09:11')), fromCustomer(day('10:00'))];
    expect(look(thanks, 'next-response', day('11:00'))).toMatchObject({ status: 'running', dueAt: at('14:00') });
    for (const end of [status(day('11:00'), 'closed'), solved(day('11:00')), status(day('11:00'), 'solved')]) {
      const events = [...thanks, end];
      expect(look(events, 'next-response', day('15:00', '2026-11-19'))?.status).toBe('cancelled');
      expect(nextThreshold(fold(events), contextOf(ALL))).toBeUndefined();
    }
  });

  it('has no clock of a vendor whose offer crossed its end, and none of a person who answers a machine', () => {
    const offered = event('handoff-offered', day('10:00'), {
      handoffId: 'ho_1',
      vendor: 'manila',
      attempt: 1,
      reason: '',
      packetHash: '',
      answerBy: at('12:00'),
    });
    for (const end of ['solved', 'closed', 'merged', 'deleted'] as const) {
      const state = fold([opened(day('09:00')), status(day('09:30'), end), offered]);
      expect(turnOf(state, 'handoff-ack')).toMatchObject({ startedAt: at('10:00'), cancelledAt: at('10:00') });
    }
    const bounce = opened(day('09:00'), { headers: { 'auto-submitted': 'auto-replied' } });
    const written = [bounce, solved(day('09:30')), fromCustomer(day('10:00'))];
    expect(look(written, 'first-response', day('11:00'))).toMatchObject({ status: 'running', worked: 1 });
    expect(look(written, 'resolution', day('11:00'))).toMatchObject({ status: 'met', worked: 0 });
    expect(look([...written, reopened(day('10:30'))], 'resolution', day('11:00'))).toMatchObject({
      status: 'running',
      worked: 0.5,
    });
  });
});

describe('periodic update', () => {
  it('begins with a public reply, not with the opening', () => {
    expect(look([opened(day('09:00'))], 'periodic-update', day('10:00'))).toBeUndefined();
    const answered = [opened(day('09:00')), reply(day('10:00'))];
    expect(look(answered, 'periodic-update', day('11:00'))).toEqual({
      turn: 1,
      status: 'running',
      dueAt: at('14:00'),
      worked: 1,
    });
  });

  it('each reply keeps the promise and makes the next one', () => {
    const events = [opened(day('09:00')), reply(day('10:00')), reply(day('12:00')), reply(day('13:00'))];
    expect(look(events, 'periodic-update', day('14:00'))).toMatchObject({ turn: 3, dueAt: at('17:00') });
    expect(fold(events).ended).toMatchObject({ 'periodic-update': 2 });
  });

  it('is not touched by notes and customers, and never speaks for the first response (Zammad)', () => {
    const note = event('message-added', day('10:30'), { author: 'agent', public: false });
    const events = [opened(day('09:00')), note, fromCustomer(day('10:45'))];
    expect(turnOf(fold(events), 'periodic-update')).toBeUndefined();
    expect(look(events, 'first-response', day('12:00'))).toMatchObject({ status: 'running', dueAt: at('13:00') });
  });

  it('is not owed to a case that is solved when the reply comes', () => {
    const events = [opened(day('09:00')), solved(day('10:00')), reply(day('10:01'))];
    expect(turnOf(fold(events), 'periodic-update')).toBeUndefined();
  });

  it('is owed no longer when the case is solved', () => {
    const events = [opened(day('09:00')), reply(day('10:00')), solved(day('11:00'))];
    expect(look(events, 'periodic-update', day('12:00'))?.status).toBe('cancelled');
    expect(nextThreshold(fold(events), contextOf(ALL))).toBeUndefined();
  });
});

describe('queue ownership', () => {
  it('begins when a queue gets the case, afresh for each queue, and stops when it leaves', () => {
    const events = [opened(day('09:00')), triaged('09:30', {})];
    expect(look(events, 'queue-ownership', day('10:30'))).toMatchObject({ turn: 1, worked: 1, dueAt: at('13:30') });
    // Group 102 is the queue trust-and-safety.
    const moved = [...events, event('assigned', day('13:00'), { assigneeId: null, group: '102' })];
    expect(fold(moved).queue).toBe('trust-and-safety');
    expect(look(moved, 'queue-ownership', day('14:00'))).toMatchObject({
      turn: 2,
      worked: 1,
      dueAt: at('17:00'),
    });
  });

  it('is not moved by a decision for the same queue, nor by a group that is no queue', () => {
    const events = [
      opened(day('09:00')),
      triaged('09:30', {}),
      event('assigned', day('10:00'), { assigneeId: '7', group: '101' }),
      event('assigned', day('10:10'), { assigneeId: '7', group: '999' }),
      event('assigned', day('10:20'), { assigneeId: '8' }),
    ];
    expect(look(events, 'queue-ownership', day('10:30'))).toMatchObject({ turn: 1, worked: 1 });
    expect(fold(events)).toMatchObject({ queue: 'general', fields: { assigneeId: '8', group: '999' } });
  });

  it('of a queue that gets a solved case begins when that is reopened', () => {
    const events = [opened(day('09:00')), solved(day('10:00')), triaged('10:01', {})];
    expect(turnOf(fold(events), 'queue-ownership')).toBeUndefined();
    expect(fold(events).queue).toBe('general');
    const again = [...events, reopened(day('11:00'))];
    expect(look(again, 'queue-ownership', day('12:00'))).toMatchObject({ turn: 1, worked: 1 });
  });

  it('of one that gets a solved case from another queue has none of the time of that', () => {
    const moved = event('assigned', day('11:00'), { assigneeId: null, group: '102' });
    const events = [opened(day('09:00')), triaged('09:30', {}), solved(day('10:30')), moved, reopened(day('12:00'))];
    expect(look(events, 'queue-ownership', day('13:00'))).toMatchObject({ turn: 2, worked: 1, dueAt: at('16:00') });
  });
});

describe("a vendor's clocks", () => {
  const offered = (time: string, attempt = 1, vendor = 'manila') =>
    event('handoff-offered', day(time), {
      handoffId: `ho_${attempt}`,
      vendor,
      attempt,
      reason: 'first',
      packetHash: 'hash',
      answerBy: day('23:00'),
    });
  const move = (type: 'handoff-accepted' | 'handoff-resolved' | 'handoff-expired', time: string) =>
    event(type, day(time), { handoffId: 'ho_1', vendor: 'manila' });
  const refused = (type: 'handoff-rejected' | 'handoff-returned', time: string) =>
    event(type, day(time), { handoffId: 'ho_1', vendor: 'manila', reason: 'skill' });
  const begun = [opened(day('09:00')), offered('09:30')];

  it('the answer is timed from the offer, the work from the acceptance', () => {
    expect(look(begun, 'handoff-ack', day('10:00'))).toMatchObject({ status: 'running', worked: 0.5 });
    expect(look(begun, 'handoff-resolution', day('10:00'))).toBeUndefined();
    const accepted = [...begun, move('handoff-accepted', '10:30')];
    expect(look(accepted, 'handoff-ack', day('12:00'))).toMatchObject({ status: 'met', worked: 1 });
    expect(look(accepted, 'handoff-resolution', day('12:00'))).toMatchObject({ dueAt: at('14:30'), worked: 1.5 });
    const done = [...accepted, move('handoff-resolved', '13:30')];
    expect(look(done, 'handoff-resolution', day('14:00'))).toMatchObject({ status: 'met', worked: 3 });
  });

  it('a rejection is an answer; an offer that expires is cancelled, as is work given back', () => {
    expect(look([...begun, refused('handoff-rejected', '10:00')], 'handoff-ack', day('11:00'))).toMatchObject({
      status: 'met',
      worked: 0.5,
    });
    expect(look([...begun, move('handoff-expired', '10:00')], 'handoff-ack', day('11:00'))?.status).toBe('cancelled');
    const returned = [...begun, move('handoff-accepted', '10:00'), refused('handoff-returned', '11:00')];
    expect(look(returned, 'handoff-resolution', day('12:00'))?.status).toBe('cancelled');
  });

  it("run beside the customer's clocks and pause nothing", () => {
    const accepted = [...begun, move('handoff-accepted', '10:30')];
    expect(look(accepted, 'first-response', day('12:00'))).toMatchObject({ status: 'running', worked: 3 });
    expect(look(accepted, 'resolution', day('12:00'))).toMatchObject({ status: 'running', worked: 3 });
  });

  it('begin anew with the next offer, and a late answer to the first does not touch them', () => {
    const second = [...begun, move('handoff-expired', '10:00'), offered('10:05', 2, 'bogota')];
    expect(look(second, 'handoff-ack', day('11:05'))).toMatchObject({ turn: 2, status: 'running', worked: 1 });
    const late = [...second, move('handoff-accepted', '10:10')];
    expect(look(late, 'handoff-ack', day('11:05'))).toMatchObject({ turn: 2, status: 'running' });
    expect(turnOf(fold(late), 'handoff-resolution')).toBeUndefined();
  });

  it('may have targets of their own per vendor', () => {
    const policy = {
      ...ALL,
      clocks: [clock('handoff-ack', { exceptions: [{ when: { vendor: ['manila'] }, targets: { normal: 600 } }] })],
    };
    expect(turnOf(fold(begun, policy), 'handoff-ack')?.targetSeconds).toBe(600);
    expect(
      turnOf(fold([opened(day('09:00')), offered('09:30', 1, 'bogota')], policy), 'handoff-ack')?.targetSeconds,
    ).toBe(4 * HOUR);
  });
});

describe('what a promise depends on', () => {
  const policy = {
    ...ALL,
    clocks: [
      clock('first-response', {
        exceptions: [
          { when: { tier: ['VIP'], language: ['es', 'pt'] }, targets: { normal: 600 } },
          { when: { tier: ['vip'] }, targets: { normal: 1200, low: 2400 }, calendar: 'always' },
          { when: { queue: ['trust-and-safety'] }, targets: { normal: 1800 } },
          { when: { channel: ['chat'] }, targets: { normal: 60 } },
        ],
      }),
    ],
  };
  const promise = (...events: CaseEvent[]) => {
    const turn = turnOf(fold(events, policy), 'first-response');
    return [turn?.targetSeconds, turn?.calendar];
  };
  const with_ = (fields: EventOf<'opened'>['fields'], more: Partial<EventOf<'opened'>> = {}) =>
    opened(day('09:00'), { fields, ...more });

  it('is the first exception that fits the whole case, else the plain target', () => {
    expect(promise(with_({}))).toEqual([4 * HOUR, 'office']);
    expect(promise(with_({ tier: 'vip', language: 'ES-mx' }))).toEqual([600, 'office']);
    expect(promise(with_({ tier: 'vip', language: 'est' }))).toEqual([1200, 'always']);
    expect(promise(with_({ tier: 'vip' }, { priority: 'low' }))).toEqual([2400, 'always']);
    expect(promise(with_({ tier: 'vip', channel: 'chat' }, { priority: 'high' }))).toEqual([2 * HOUR, 'office']);
    expect(promise(with_({ channel: 'Chat' }))).toEqual([60, 'office']);
  });

  it('changes with the queue, the language and the tier, from the original start', () => {
    const queue = [with_({}), triaged('11:00', { queue: 'trust-and-safety' })];
    expect(promise(...queue)).toEqual([1800, 'office']);
    const turn = turnOf(fold(queue, policy), 'first-response');
    expect(turn).toMatchObject({ startedAt: at('09:00'), retargetedAt: at('11:00') });
    expect(promise(with_({ tier: 'vip' }), triaged('11:00', { language: 'pt' }))).toEqual([600, 'office']);
    const told = event('status-changed', day('11:00'), { status: 'open', fields: { tier: 'vip' } });
    expect(promise(with_({}), told)).toEqual([1200, 'always']);
  });

  it('changes with the calendar alone, and not with what changes nothing', () => {
    const plainTime = {
      ...ALL,
      clocks: [
        clock('resolution', {
          exceptions: [{ when: { tier: ['vip'] }, targets: { normal: 4 * HOUR }, calendar: 'always' }],
        }),
      ],
    };
    const told = (fields: EventOf<'opened'>['fields']) =>
      turnOf(
        fold([with_({}), event('status-changed', day('11:00'), { status: 'open', fields })], plainTime),
        'resolution',
      );
    expect(told({ tier: 'vip' })).toMatchObject({ calendar: 'always', retargetedAt: at('11:00') });
    expect(told({ tier: 'plain' })).toMatchObject({ calendar: 'office' });
    expect(told({ tier: 'plain' })?.retargetedAt).toBeUndefined();
  });

  it('an answered turn keeps the promise it had', () => {
    const events = [with_({}), reply(day('10:00')), triaged('11:00', { queue: 'trust-and-safety' })];
    expect(promise(...events)).toEqual([4 * HOUR, 'office']);
    expect(turnOf(fold(events, policy), 'first-response')?.retargetedAt).toBeUndefined();
  });
});

describe('a parked case', () => {
  const spam = [opened(day('09:00')), triaged('09:01', { route: 'parked' })];

  it('has no clocks, and more spam starts none', () => {
    expect(new Set(fold(spam).turns.map(({ cancelledAt }) => cancelledAt))).toEqual(new Set([at('09:01')]));
    expect(nextThreshold(fold([...spam, fromCustomer(day('10:00'))]), contextOf(ALL))).toBeUndefined();
  });

  it('is a case again once somebody of ours has answered', () => {
    const events = [...spam, reply(day('10:00')), fromCustomer(day('11:00'))];
    expect(look(events, 'next-response', day('12:00'))).toMatchObject({ status: 'running', dueAt: at('15:00') });
  });

  it('as a duplicate hears its customer when they write again', () => {
    const duplicate = [opened(day('09:00')), triaged('09:01', { route: 'parked', duplicateOf: 'zendesk:1' })];
    expect(nextThreshold(fold(duplicate), contextOf(ALL))).toBeUndefined();
    const again = [...duplicate, fromCustomer(day('11:00'))];
    expect(look(again, 'next-response', day('12:00'))).toMatchObject({ status: 'running', dueAt: at('15:00') });
  });
});

describe('a case that was deleted by mistake', () => {
  const start = opened(day('09:00'));
  const gone = status(day('10:00'), 'deleted');

  it('has its promises again when it is back: the time in between was a pause', () => {
    const log = [start, gone, status(day('11:00'), 'open')];
    for (const name of ['first-response', 'resolution', 'requester-wait', 'agent-work'] as const)
      expect(look(log, name, day('12:00'))).toEqual({ turn: 1, status: 'running', dueAt: at('14:00'), worked: 2 });
    expect(turnOf(fold(log), 'resolution')?.pauses).toEqual([
      { from: at('10:00'), to: at('11:00'), reason: 'deleted' },
    ]);
  });

  it('takes them up paused, if that is how it comes back, or how it was', () => {
    const paused = [start, status(day('09:30'), 'pending'), gone, status(day('11:00'), 'pending')];
    expect(turnOf(fold(paused), 'resolution')?.pauses).toEqual([
      { from: at('09:30'), to: at('10:00'), reason: 'pending' },
      { from: at('10:00'), to: at('11:00'), reason: 'deleted' },
      { from: at('11:00'), reason: 'pending' },
    ]);
  });

  it('also when it comes back solved and is reopened later', () => {
    const log = [start, gone, solved(day('10:30')), reopened(day('11:00'))];
    expect(look(log, 'resolution', day('12:00'))).toMatchObject({ status: 'running', dueAt: at('14:00') });
  });

  it('does not take up what had ended before, nor what a vendor owed', () => {
    const offered = event('handoff-offered', day('09:20'), {
      handoffId: 'ho_1',
      vendor: 'manila',
      attempt: 1,
      reason: '',
      packetHash: '',
      answerBy: at('12:00'),
    });
    const log = [start, reply(day('09:10')), offered, gone, gone, status(day('11:00'), 'open')];
    expect(look(log, 'first-response', day('12:00'))).toMatchObject({ status: 'met' });
    expect(look(log, 'handoff-ack', day('12:00'))).toMatchObject({ status: 'cancelled' });
    expect(look(log, 'periodic-update', day('12:00'))).toMatchObject({ status: 'running' });
  });

  it('has one customer who waits, though one wrote or was taken in meanwhile: the earlier of the two waits counts', () => {
    const between = [start, gone, solved(day('10:30'))];
    const back = status(day('11:00'), 'open');
    const wrote = [...between, fromCustomer(day('10:40')), back];
    expect(look(wrote, 'first-response', day('12:00'))).toMatchObject({ status: 'running', dueAt: at('14:00') });
    expect(look(wrote, 'next-response', day('12:00'))).toMatchObject({ status: 'cancelled' });
    const waiting = { startedAt: at('08:30'), pauses: [] };
    const took = [...between, event('absorbed', day('10:40'), { from: 'zendesk:2', waiting }), back];
    expect(look(took, 'first-response', day('12:00'))).toMatchObject({ status: 'cancelled' });
    expect(turnOf(fold(took), 'next-response')).toMatchObject({ startedAt: at('08:30') });
    expect(look(took, 'next-response', day('12:00'))).toMatchObject({ status: 'running' });
  });

  it.each([
    ['was merged away then', event('merged', day('10:30'), { into: '7' })],
    ['was parked then', triaged('10:30', { route: 'parked' })],
  ])('stays without them if it %s', (_, then) => {
    const log = [start, gone, then, status(day('11:00'), 'open')];
    expect(look(log, 'resolution', day('12:00'))).toMatchObject({ status: 'cancelled' });
    expect(fold(log)).not.toHaveProperty('deletedAt');
  });
});

describe('a case that took in another', () => {
  const absorbed = (time: string, waiting?: EventOf<'absorbed'>['waiting']) =>
    event('absorbed', day(time), { from: 'zendesk:2', ...(waiting === undefined ? {} : { waiting }) });
  const since = (time: string, pauses: NonNullable<EventOf<'absorbed'>['waiting']>['pauses'] = []) => ({
    startedAt: at(time),
    pauses,
  });

  it('keeps the earliest unanswered turn of the customer: of the other case', () => {
    const events = [opened(day('11:00')), absorbed('12:00', since('09:00'))];
    expect(look(events, 'first-response', day('12:30'))).toMatchObject({ turn: 1, dueAt: at('13:00'), worked: 3.5 });
  });

  it('or its own', () => {
    const events = [opened(day('09:00')), absorbed('12:00', since('11:00'))];
    expect(look(events, 'first-response', day('12:30'))).toMatchObject({ dueAt: at('13:00') });
  });

  it('and waits anew if its own customer had been answered', () => {
    const events = [opened(day('09:00')), reply(day('10:00')), absorbed('11:00', since('09:30'))];
    expect(look(events, 'next-response', day('12:00'))).toMatchObject({ dueAt: at('13:30'), worked: 2.5 });
    const answered = [...events, reply(day('12:30'))];
    expect(look(answered, 'next-response', day('15:00'))).toMatchObject({ status: 'met', worked: 3 });
  });

  it('with the pauses that the other wait had', () => {
    const paused = since('09:00', [
      { from: at('10:00'), to: at('10:30'), reason: 'pending' },
      { from: at('11:00'), reason: 'pending' },
    ]);
    const events = [opened(day('11:30')), absorbed('12:00', paused)];
    // 09:00-10:00 and 10:30-11:00 count, then from 12:00.
    expect(look(events, 'first-response', day('13:00'))).toMatchObject({ worked: 2.5, dueAt: at('14:30') });
  });

  it('stays paused if it is', () => {
    const policy = { ...ALL, clocks: [clock('next-response', { pauseOn: ['pending'] })] };
    const waiting = [opened(day('09:00')), fromCustomer(day('09:30')), status(day('10:00'), 'pending')];
    const events = [...waiting, absorbed('12:00', since('09:10'))];
    expect(look(events, 'next-response', day('13:00'), policy)).toMatchObject({ status: 'paused', dueAt: null });
    const resumed = [...events, status(day('14:00'), 'open')];
    expect(look(resumed, 'next-response', day('14:00'), policy)?.worked).toBeCloseTo(2 + 50 / 60, 10);
  });

  it('has no new wait if nobody waited, or if it is closed; a solved one has, as for any message', () => {
    const events = [opened(day('09:00')), reply(day('10:00')), absorbed('11:00')];
    expect(turnOf(fold(events), 'next-response')).toBeUndefined();
    const over = (then: CaseEvent) => [
      opened(day('09:00')),
      reply(day('10:00')),
      then,
      absorbed('11:00', since('09:30')),
    ];
    expect(turnOf(fold(over(status(day('10:30'), 'closed'))), 'next-response')).toBeUndefined();
    expect(look(over(solved(day('10:30'))), 'next-response', day('12:00'))).toMatchObject({ dueAt: at('13:30') });
  });

  it('is a case of a person from then on if a machine had opened it', () => {
    const bounce = opened(day('10:00'), { headers: { 'auto-submitted': 'auto-replied' } });
    const events = [bounce, absorbed('12:00', since('11:00')), fromCustomer(day('12:30'))];
    expect(look(events, 'first-response', day('13:00'))).toMatchObject({ turn: 1, dueAt: at('15:00'), worked: 2 });
    expect(look(events, 'resolution', day('13:00'))).toMatchObject({ worked: 1 });
    expect(turnOf(fold(events), 'next-response')).toBeUndefined();
  });

  it('the case that was merged away asks for nothing any more (Zammad: it escalated)', () => {
    const events = [opened(day('09:00')), fromCustomer(day('09:30')), event('merged', day('10:00'), { into: '7' })];
    expect(new Set(fold(events).turns.map(({ cancelledAt }) => cancelledAt))).toEqual(new Set([at('10:00')]));
    expect(fold(events).mergedInto).toBe('7');
  });
});

describe('a policy that changed', () => {
  const stricter = {
    ...ALL,
    version: 'test-2',
    clocks: [clock('resolution', { targets: { urgent: 1, high: 1, normal: HOUR, low: 1 } })],
  };
  const log = [opened(day('09:00')), status(day('09:30'), 'pending'), status(day('10:00'), 'open')];
  const changed = () => policyChanged(fold(log), 'test-2', 3, at('11:00'));

  it('is known to the fold: the deadline it moved into the past is breached on retarget', () => {
    expect(changed()).toMatchObject({ key: 'caserelay:policy-changed:test-1:test-2:3', from: 'test-1', to: 'test-2' });
    const state = fold([...log, changed()], stricter);
    // An hour from 09:00.
    expect(turnOf(state, 'resolution')).toMatchObject({ targetSeconds: HOUR, retargetedAt: at('11:00') });
    expect(reachedThresholds(state, contextOf(stricter), Date.parse(at('11:00')))).toMatchObject([
      { kind: 'breached-on-retarget', dueAt: Date.parse(at('10:00')) },
    ]);
    expect(reachedThresholds(fold(log, stricter), contextOf(stricter), Date.parse(at('11:00')))).toMatchObject([
      { kind: 'breach' },
    ]);
  });

  it('leaves alone what it did not change', () => {
    const same = { ...ALL, version: 'test-2' };
    expect(turnOf(fold([...log, changed()], same), 'resolution')?.retargetedAt).toBeUndefined();
  });

  it('leaves alone what had ended, and a turn that began later', () => {
    const again = [opened(day('09:00')), reply(day('09:10')), fromCustomer(day('09:20'))];
    const before = policyChanged(fold(again), 'test-2', 3, at('11:00'));
    const slower = {
      ...ALL,
      version: 'test-2',
      clocks: ClockName.options.map((name) => clock(name, { calendar: 'always' })),
    };
    const after = [...again, before, reply(day('12:00')), fromCustomer(day('13:00'))];
    expect(turnOf(fold(after, slower), 'first-response')?.retargetedAt).toBeUndefined();
    expect(turnOf(fold(after, slower), 'next-response')).toMatchObject({ turn: 2 });
    expect(turnOf(fold(after, slower), 'next-response')?.retargetedAt).toBeUndefined();
    expect(turnOf(fold([...again, before], slower), 'next-response')?.retargetedAt).toBe(at('11:00'));
  });

  it('is told with what the open clocks were promised', () => {
    const only = { ...ALL, clocks: [clock('resolution')] };
    expect(policyChanged(fold(log, only), 'test-2', 3, at('11:00'))).toEqual({
      type: 'policy-changed',
      key: 'caserelay:policy-changed:test-1:test-2:3',
      caseId: 'zendesk:5158',
      occurredAt: at('11:00'),
      receivedAt: at('11:00'),
      from: 'test-1',
      to: 'test-2',
      targets: [{ clock: 'resolution', turn: 1, targetSeconds: 4 * HOUR, calendar: 'office' }],
    });
  });

  it('lists only what is still open', () => {
    expect(policyChanged(fold([...log, solved(day('12:00'))]), 'test-2', 4, at('13:00')).targets).toEqual([]);
  });
});

describe('a clock, whatever happens to the case,', () => {
  const PENDING = { ...ALL, clocks: ALL.clocks.map((one) => ({ ...one, pauseOn: ['pending' as const] })) };
  const asked = [opened(day('09:00')), reply(day('09:30'))];

  it('stops with the solution or is cancelled by it', () => {
    const withRule = (end: string) => ClockName.options.filter((name) => CLOCK_RULES[name].whenOver === end);
    expect(withRule('stops')).toEqual(['resolution', 'requester-wait', 'agent-work', 'queue-ownership']);
    expect(withRule('cancelled')).toEqual([
      'first-response',
      'next-response',
      'periodic-update',
      'handoff-ack',
      'handoff-resolution',
    ]);
    expect(
      look([opened(day('09:00')), triaged('09:30', {}), solved(day('11:30'))], 'queue-ownership', day('12:00')),
    ).toMatchObject({
      status: 'met',
      worked: 2,
    });
  });

  it('begins paused in a case that is, and an answer ends its pause', () => {
    const waiting = [...asked, status(day('10:00'), 'pending'), fromCustomer(day('10:30'))];
    const begun = {
      clock: 'next-response',
      turn: 1,
      startedAt: at('10:30'),
      targetSeconds: 4 * HOUR,
      calendar: 'office',
      told: [],
    };
    expect(turnOf(fold(waiting, PENDING), 'next-response')).toEqual({
      ...begun,
      pauses: [{ from: at('10:30'), reason: 'pending' }],
    });
    expect(turnOf(fold([...waiting, reply(day('11:00'))], PENDING), 'next-response')).toEqual({
      ...begun,
      pauses: [{ from: at('10:30'), to: at('11:00'), reason: 'pending' }],
      stoppedAt: at('11:00'),
    });
  });

  it('is frozen once it was met: no pause is added', () => {
    const met = turnOf(fold(asked, PENDING), 'first-response');
    expect(turnOf(fold([...asked, status(day('10:00'), 'pending')], PENDING), 'first-response')).toEqual(met);
    expect(met?.pauses).toEqual([]);
  });

  it('keeps count of its turns when a reply to a solved case begins none', () => {
    const events = [...asked, reply(day('10:00')), solved(day('11:00')), reply(day('11:30'))];
    expect(fold(events).ended).toMatchObject({ 'periodic-update': 1 });
  });

  it('is alone changed by a wait that is taken over', () => {
    const take = (time: string, pauses: { from: string; to: string; reason: string }[] = []) =>
      event('absorbed', day('12:00'), { from: 'zendesk:2', waiting: { startedAt: at(time), pauses } });
    const others = (state: Case) => state.turns.filter((turn) => !turn.clock.endsWith('-response'));
    const anew = fold([...asked, take('09:10')]);
    expect(turnOf(anew, 'next-response')?.startedAt).toBe(at('09:10'));
    expect(others(anew)).toEqual(others(fold(asked)));
    const own = fold([opened(day('09:00')), take('08:30')]);
    expect(turnOf(own, 'first-response')?.startedAt).toBe(at('08:30'));
    expect(others(own)).toEqual(others(fold([opened(day('09:00'))])));
    // As early as its own: its own stays, without the other's pauses.
    const same = fold([
      opened(day('09:00')),
      take('09:00', [{ from: at('09:10'), to: at('09:20'), reason: 'pending' }]),
    ]);
    expect(turnOf(same, 'first-response')?.pauses).toEqual([]);
  });

  it('of a queue ends when the case leaves it, also if a machine turns out to have opened it', () => {
    const bounce = { headers: { 'auto-submitted': 'auto-replied' } };
    const moved = (time: string, group: string) => event('assigned', day(time), { assigneeId: null, group });
    const events = [moved('08:30', '101'), opened(day('09:00'), bounce), moved('10:00', '102')];
    expect(turnOf(fold(events), 'queue-ownership')).toMatchObject({ turn: 1, stoppedAt: at('10:00') });
  });

  it('is marked by a new policy only if that turn of that clock was promised something else', () => {
    const turn = { turn: 2, startedAt: at('09:00'), targetSeconds: HOUR, calendar: 'office', pauses: [], told: [] };
    const turns = [
      { ...turn, clock: 'resolution' as const },
      { ...turn, clock: 'agent-work' as const },
    ];
    const was = (clock: ClockName, number: number, targetSeconds: number) => ({
      clock,
      turn: number,
      targetSeconds,
      calendar: 'office',
    });
    const marked = (...targets: ReturnType<typeof was>[]) =>
      retargetedByPolicy(turns, event('policy-changed', day('11:00'), { from: 'a', to: 'b', targets })).map(
        ({ retargetedAt }) => retargetedAt,
      );
    expect(marked(was('resolution', 1, 60), was('agent-work', 1, 60))).toEqual([undefined, undefined]);
    expect(marked(was('agent-work', 2, HOUR), was('resolution', 2, 60))).toEqual([at('11:00'), undefined]);
    expect(marked(was('resolution', 2, HOUR), was('agent-work', 2, 60))).toEqual([undefined, at('11:00')]);
  });
});
