import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  assignmentDueAt,
  dueAssignmentEvent,
  heldOutside,
  leaseHolder,
  needsAgent,
  pastHolders,
} from '../../domain/assignment.ts';
import { type Case, foldCase } from '../../domain/case.ts';
import { nextDueAt } from '../../domain/deadline.ts';
import type { CaseEvent, EventOf } from '../../domain/event.ts';
import { event, fromCustomer, opened, reopened, reply, solved, status } from '../support/events.ts';
import { contextOf } from '../support/policy-fixture.ts';
import { agent, keptHome, TEAM, teamPolicy } from '../support/team-fixture.ts';

const POLICY = teamPolicy();
const context = contextOf(POLICY);
/** A Monday, in office hours of 09:00 to 17:00. */
const at = (time: string) => `2026-11-16T${time}:00.000Z`;
const OPENED = opened(at('09:00'));
const HOME = keptHome(at('09:01'));
const BACK = at('17:00');

const given = (time: string, agentId = 'lena', rest: Partial<EventOf<'agent-assigned'>> = {}) =>
  event('agent-assigned', at(time), { agentId, reason: '', sensitive: false, passedOver: {}, backAt: BACK, ...rest });
const released = (time: string, agentId = 'lena') =>
  event('agent-released', at(time), { agentId, reason: 'off-shift' });
const deferred = (time: string, retryAt: string) =>
  event('assignment-deferred', at(time), {
    reason: '',
    passedOver: {},
    exposureExhausted: false,
    retryAt: at(retryAt),
  });
const due = (time: string, retryOf: string) => event('assignment-due', at(time), { retryOf: at(retryOf) });
const byHand = (time: string, assigneeId: string | null, group?: string) =>
  event('assigned', at(time), { assigneeId, ...(group === undefined ? {} : { group }) });
const privateNote = (time: string) => event('message-added', at(time), { author: 'agent', public: false });

const fold = (...events: CaseEvent[]) => foldCase([OPENED, HOME, ...events], context) as Case;
const holderAfter = (...events: CaseEvent[]) => fold(...events).assignment?.agentId;

describe('a case is held', () => {
  it('by the agent whom CaseRelay gave it to', () => {
    const state = fold(given('09:02', 'lena', { sensitive: true }));
    expect(state.assignment).toEqual({
      agentId: 'lena',
      at: at('09:02'),
      by: 'caserelay',
      sensitive: true,
      worked: false,
      backAt: BACK,
    });
    expect(state.formerAgents).toEqual([]);
  });

  it('without an end, if the shift has none', () => {
    const { backAt: _, ...endless } = given('09:02');
    expect(fold(endless as CaseEvent).assignment).not.toHaveProperty('backAt');
  });

  it('by the agent whom a person gave it to in the CRM, for good', () => {
    expect(fold(byHand('09:02', '9002')).assignment).toEqual({
      agentId: 'marc',
      at: at('09:02'),
      by: 'crm',
      sensitive: false,
      worked: false,
    });
    expect(fold(given('09:02'), byHand('09:05', '9002'))).toMatchObject({
      assignment: { agentId: 'marc', by: 'crm', at: at('09:05') },
      formerAgents: ['lena'],
    });
  });

  it('as it was, if the CRM only repeats who has it', () => {
    expect(fold(given('09:02'), byHand('09:05', '9001')).assignment).toMatchObject({
      by: 'caserelay',
      at: at('09:02'),
    });
  });

  it('from its opening, if it is opened with somebody', () => {
    const opening = opened(at('09:00'), { fields: { assigneeId: '9002' } });
    const state = foldCase([opening, HOME], context) as Case;
    expect(state.assignment).toMatchObject({ agentId: 'marc', by: 'crm', at: at('09:00') });
    const again = { ...opened(at('09:30'), { fields: { assigneeId: '9001' } }) };
    expect((foldCase([opening, HOME, again], context) as Case).assignment?.agentId).toBe('marc');
  });

  it('by whom the CRM calls so at its own source only', () => {
    const elsewhere = TEAM.map((one) => ({ ...one, crmUserIds: { intake: one.crmUserIds.zendesk ?? '' } }));
    const state = foldCase([OPENED, HOME, byHand('09:02', '9001')], contextOf(teamPolicy(elsewhere))) as Case;
    expect(state.assignment).toBeUndefined();
  });

  it('by nobody, once a person takes it away or gives it to somebody who is no agent', () => {
    for (const taken of [byHand('09:05', null), byHand('09:05', '7777')]) {
      const state = fold(given('09:02'), taken);
      expect(state.assignment).toBeUndefined();
      expect(state.formerAgents).toEqual(['lena']);
    }
  });

  it('by a person’s choice, whatever CaseRelay decided in the same moment', () => {
    expect(fold(byHand('09:02', '9002'), given('09:03'))).toMatchObject({
      assignment: { agentId: 'marc', by: 'crm' },
      formerAgents: ['lena'],
    });
    const outside = fold(byHand('09:02', '7777'), given('09:03'));
    expect(outside.assignment).toBeUndefined();
    expect(outside.formerAgents).toEqual(['lena']);
    expect(fold(byHand('09:02', '9001'), given('09:03')).assignment?.by).toBe('caserelay');
  });

  it('by the later of two agents, if two decisions were made', () => {
    expect(fold(given('09:02'), given('09:03', 'marc'))).toMatchObject({
      assignment: { agentId: 'marc' },
      formerAgents: ['lena'],
    });
  });

  it('by whoever held it before, who is then no former agent any more', () => {
    const state = fold(
      given('09:02'),
      released('10:00'),
      given('10:01', 'marc'),
      released('11:00', 'marc'),
      given('11:01'),
    );
    expect(state.formerAgents).toEqual(['marc']);
  });
});

describe('a case goes back', () => {
  it('when it is released, and the CRM’s word for its holder is forgotten', () => {
    const state = fold(given('09:02'), status(at('09:30'), 'open'), released('10:00'));
    expect(state.assignment).toBeUndefined();
    expect(state.formerAgents).toEqual(['lena']);
    const fields = fold(byHand('09:02', '9001'), released('10:00')).fields;
    expect(fields).not.toHaveProperty('assigneeId');
  });

  it('but not from somebody else', () => {
    expect(holderAfter(given('09:02'), byHand('09:10', '9002'), released('10:00'))).toBe('marc');
  });

  it('with each agent remembered once, the last one last', () => {
    const state = fold(
      given('09:02'),
      released('10:00'),
      given('10:01', 'marc'),
      released('11:00', 'marc'),
      given('11:01'),
      released('12:00'),
    );
    expect(state.formerAgents).toEqual(['marc', 'lena']);
  });

  it('at the end of the shift, unless it was worked', () => {
    const dueAfter = (...events: CaseEvent[]) => assignmentDueAt(fold(given('09:02'), ...events), POLICY);
    expect(dueAfter()).toBe(BACK);
    expect(dueAfter(fromCustomer(at('10:00')), status(at('10:00'), 'open'), status(at('10:05'), 'new'))).toBe(BACK);
    expect(dueAfter(event('message-added', at('10:00'), { author: 'vendor', public: true }))).toBe(BACK);
    for (const work of [
      reply(at('10:00')),
      privateNote('10:00'),
      status(at('10:00'), 'pending'),
      status(at('10:00'), 'on-hold'),
    ])
      expect(dueAfter(work)).toBeUndefined();
    expect(dueAfter(solved(at('10:00')))).toBeUndefined();
    expect(assignmentDueAt(fold(reply(at('09:01')), given('09:02')), POLICY)).toBe(BACK);
    expect(assignmentDueAt(fold(byHand('09:02', '9001')), POLICY)).toBeUndefined();
  });

  it('with an event that says why, once', () => {
    const state = fold(given('09:02'));
    expect(dueAssignmentEvent(state, POLICY, Date.parse(BACK) - 1)).toBeUndefined();
    expect(dueAssignmentEvent(state, POLICY, Date.parse(BACK))).toEqual({
      type: 'agent-released',
      key: `caserelay:agent-released:lena:${at('09:02')}`,
      caseId: 'zendesk:5158',
      occurredAt: BACK,
      receivedAt: BACK,
      agentId: 'lena',
      reason: 'off-shift',
    });
  });

  it('at once from an agent who has left the team, and never before it was given', () => {
    const left = teamPolicy([agent('marc')]);
    const state = fold(given('09:02'), reply(at('10:00')));
    expect(assignmentDueAt(state, left)).toBe(at('09:02'));
    expect(dueAssignmentEvent(state, left, Date.parse(at('09:02')))).toMatchObject({
      type: 'agent-released',
      reason: 'left-team',
      occurredAt: '2026-11-16T09:02:00.001Z',
      receivedAt: at('09:02'),
    });
  });
});

describe('a case that nobody could take', () => {
  it('is tried again when it is time', () => {
    const state = fold(deferred('09:02', '09:12'));
    expect(state.retryAssignmentAt).toBe(at('09:12'));
    expect(assignmentDueAt(state, POLICY)).toBe(at('09:12'));
    expect(dueAssignmentEvent(state, POLICY, Date.parse(at('09:12')) - 1)).toBeUndefined();
    expect(dueAssignmentEvent(state, POLICY, Date.parse(at('09:20')))).toEqual({
      type: 'assignment-due',
      key: `caserelay:assignment-due:${at('09:12')}`,
      caseId: 'zendesk:5158',
      occurredAt: at('09:20'),
      receivedAt: at('09:20'),
      retryOf: at('09:12'),
    });
    expect(fold(deferred('09:02', '09:12'), due('09:12', '09:12')).retryAssignmentAt).toBeUndefined();
    expect(fold(deferred('09:02', '09:12'), due('09:12', '09:11')).retryAssignmentAt).toBe(at('09:12'));
  });

  it('is tried no more once somebody has it, it is over or its triage or queue is another', () => {
    for (const end of [
      given('09:05'),
      byHand('09:05', '9001'),
      solved(at('09:05')),
      keptHome(at('09:05')),
      byHand('09:05', null, '102'),
    ])
      expect(fold(deferred('09:02', '09:12'), end).retryAssignmentAt).toBeUndefined();
    expect(fold(deferred('09:02', '09:12'), fromCustomer(at('09:05'))).retryAssignmentAt).toBe(at('09:12'));
  });

  it('is not put off if somebody has it by then, or it is over', () => {
    expect(fold(given('09:02'), deferred('09:03', '09:13')).retryAssignmentAt).toBeUndefined();
    expect(fold(solved(at('09:02')), deferred('09:03', '09:13')).retryAssignmentAt).toBeUndefined();
  });
});

describe('an agent is to be found', () => {
  const needs = (...events: CaseEvent[]) => needsAgent(fold(...events), POLICY);
  const vendors = keptHome(at('09:01'), { route: 'vendor' });
  const ofVendors = (...events: CaseEvent[]) =>
    needsAgent(foldCase([OPENED, vendors, ...events], context) as Case, POLICY);
  const home = (time: string) => event('brought-home', at(time), { reason: 'none', tried: [] });

  it('for a case that is kept home and that nobody holds', () => {
    expect(needs()).toBe(true);
    expect(needs(given('09:02'))).toBe(false);
    expect(needs(byHand('09:02', '9001'))).toBe(false);
    expect(needs(given('09:02'), released('10:00'))).toBe(true);
    expect(needs(given('09:02'), byHand('10:00', null))).toBe(true);
  });

  it('not before triage, for what is parked or over, nor while a retry waits', () => {
    expect(needsAgent(foldCase([OPENED], context) as Case, POLICY)).toBe(false);
    expect(needs(keptHome(at('09:02'), { route: 'parked' }))).toBe(false);
    expect(needs(solved(at('09:02')))).toBe(false);
    expect(needs(deferred('09:02', '09:12'))).toBe(false);
    expect(needs(deferred('09:02', '09:12'), due('09:12', '09:12'))).toBe(true);
  });

  it('not over somebody whom the CRM names and the policy does not', () => {
    expect(heldOutside(fold(byHand('09:02', '7777')), POLICY)).toBe(true);
    expect(needs(byHand('09:02', '7777'))).toBe(false);
    expect(needs(byHand('09:02', '7777'), byHand('09:03', null))).toBe(true);
    expect(heldOutside(fold(byHand('09:02', '9001')), POLICY)).toBe(false);
    // Ours: a CRM may make it the assignee of what we solved.
    expect(heldOutside(fold(byHand('09:02', '900001')), POLICY)).toBe(false);
    expect(heldOutside(fold(), POLICY)).toBe(false);
  });

  it('in no policy without agents', () => {
    expect(needsAgent(fold(), teamPolicy([]))).toBe(false);
  });

  it('for a case that came home from vendors, until it is decided anew', () => {
    expect(ofVendors()).toBe(false);
    expect(ofVendors(home('09:30'))).toBe(true);
    expect(ofVendors(home('09:30'), keptHome(at('09:40'), { route: 'vendor' }))).toBe(false);
    expect(ofVendors(home('09:30'), keptHome(at('09:40'), { route: 'vendor' }), home('09:50'))).toBe(true);
    expect(ofVendors(home('09:30'), keptHome(at('09:40'), { route: 'parked' }))).toBe(false);
  });

  it('for a case that is reopened after a vendor resolved it, or had to give it back', () => {
    const vendor = { handoffId: 'ho_1', vendor: 'manila' };
    const recall = { ...vendor, by: 'case-solved' as const };
    const handoff = [
      event('handoff-offered', at('09:02'), {
        ...vendor,
        attempt: 1,
        reason: '',
        packetHash: '',
        answerBy: at('09:12'),
      }),
      event('handoff-accepted', at('09:03'), vendor),
      event('handoff-resolved', at('09:30'), vendor),
    ];
    const answered = reply(at('09:29'));
    expect(ofVendors(...handoff, answered)).toBe(false);
    expect(ofVendors(...handoff, solved(at('09:31')))).toBe(false);
    expect(ofVendors(...handoff, solved(at('09:31')), reopened(at('10:00')))).toBe(true);
    expect(ofVendors(solved(at('09:01')), reopened(at('09:02')), ...handoff.slice(0, 1))).toBe(false);
    // Solved by hand while the vendor had it: the handoff was recalled, and no other follows it.
    const byHand = [...handoff.slice(0, 2), solved(at('09:31')), event('handoff-recalled', at('09:32'), recall)];
    expect(ofVendors(...byHand)).toBe(false);
    expect(ofVendors(...byHand, reopened(at('10:00')))).toBe(true);
  });

  it('for a case that a vendor resolved while its customer still waits for an answer', () => {
    const vendor = { handoffId: 'ho_1', vendor: 'manila' };
    const offer = { ...vendor, attempt: 1, reason: '', packetHash: '', answerBy: at('09:12') };
    const accepted = [event('handoff-offered', at('09:02'), offer), event('handoff-accepted', at('09:03'), vendor)];
    const resolved = event('handoff-resolved', at('09:30'), vendor);
    expect(ofVendors(...accepted)).toBe(false);
    expect(ofVendors(...accepted, resolved)).toBe(true);
    expect(ofVendors(...accepted, reply(at('09:29')), resolved)).toBe(false);
    expect(ofVendors(...accepted, reply(at('09:29')), resolved, fromCustomer(at('09:40')))).toBe(true);
  });
});

describe('a reopened case', () => {
  const again = (time: string, ...before: CaseEvent[]) => fold(...before, solved(at('10:00')), reopened(at(time)));

  it('goes on with who held it, from then to the end of the present shift, and is unworked', () => {
    expect(again('11:00', given('09:02'), reply(at('09:30'))).assignment).toEqual({
      agentId: 'lena',
      at: at('11:00'),
      by: 'caserelay',
      sensitive: false,
      worked: false,
      backAt: BACK,
    });
  });

  it('goes back at once if that shift is over', () => {
    expect(again('18:00', given('09:02')).assignment?.backAt).toBe(at('18:00'));
  });

  it('has no end, if the shift has none', () => {
    const tireless = contextOf(teamPolicy([agent('lena', { calendar: 'always' })]));
    const state = foldCase(
      [OPENED, HOME, given('09:02'), solved(at('10:00')), reopened(at('11:00'))],
      tireless,
    ) as Case;
    expect(state.assignment).toMatchObject({ agentId: 'lena', at: at('11:00') });
    expect(state.assignment).not.toHaveProperty('backAt');
  });

  it('stays with whom a person gave it to', () => {
    expect(again('18:00', byHand('09:02', '9002')).assignment).toEqual({
      agentId: 'marc',
      at: at('18:00'),
      by: 'crm',
      sensitive: false,
      worked: false,
    });
  });

  it('is given anew if it is sensitive, within the limits of the day, or if its agent has left', () => {
    const sensitive = again('11:00', given('09:02', 'lena', { sensitive: true }));
    expect(sensitive.assignment).toBeUndefined();
    expect(sensitive.formerAgents).toEqual(['lena']);
    expect(needsAgent(sensitive, POLICY)).toBe(true);
    const state = foldCase(
      [OPENED, HOME, given('09:02'), solved(at('10:00')), reopened(at('11:00'))],
      contextOf(teamPolicy([agent('marc')])),
    ) as Case;
    expect(state.assignment).toBeUndefined();
  });

  it('that nobody held has nobody', () => {
    expect(again('11:00').assignment).toBeUndefined();
  });
});

describe('a lease', () => {
  it('is the holder’s while the case is open and not parked', () => {
    const held = fold(given('09:02'));
    expect(leaseHolder(held)).toEqual(held.assignment);
    expect(leaseHolder(fold(given('09:02'), solved(at('10:00'))))).toBeUndefined();
    expect(leaseHolder(fold(given('09:02'), keptHome(at('10:00'), { route: 'parked' })))).toBeUndefined();
    expect(leaseHolder(fold())).toBeUndefined();
  });

  it('is let go by former agents, and by the holder of a case that is over', () => {
    expect(pastHolders(fold(given('09:02')))).toEqual([]);
    expect(pastHolders(fold(given('09:02'), byHand('09:05', '9002')))).toEqual(['lena']);
    expect(pastHolders(fold(given('09:02'), byHand('09:05', '9002'), solved(at('10:00'))))).toEqual(['lena', 'marc']);
    expect(pastHolders(fold(given('09:02'), released('10:00')))).toEqual(['lena']);
    expect(pastHolders(fold())).toEqual([]);
  });

  it('becomes a sensitive one when triage finds the case to be so', () => {
    const sensitive = keptHome(at('09:30'), { sensitive: true });
    expect(fold(byHand('09:02', '9001'), sensitive).assignment?.sensitive).toBe(true);
    expect(fold(sensitive, byHand('09:40', '9001')).assignment?.sensitive).toBe(true);
    expect(fold(sensitive).assignment).toBeUndefined();
    const calm = keptHome(at('09:50'));
    expect(fold(byHand('09:02', '9001'), sensitive, calm).assignment?.sensitive).toBe(true);
  });
});

describe('the next deadline of a case', () => {
  it('is the sooner of its clocks’ and its assignment’s', () => {
    // First response of normal priority: 4 h from 09:00, a warning at 75 % of it, 12:00.
    expect(nextDueAt(fold(given('09:02')), context)).toBe(at('12:00'));
    expect(nextDueAt(fold(deferred('09:02', '09:12')), context)).toBe(at('09:12'));
    expect(nextDueAt(fold(given('09:02', 'lena', { backAt: at('11:00') })), context)).toBe(at('11:00'));
  });

  it('is its assignment’s, if no clock runs; and there is none if it is over', () => {
    const clockless = contextOf({ ...POLICY, clocks: [] });
    const state = foldCase([OPENED, HOME, given('09:02')], clockless) as Case;
    expect(nextDueAt(state, clockless)).toBe(BACK);
    const over = foldCase([OPENED, HOME, given('09:02'), solved(at('10:00'))], clockless) as Case;
    expect(nextDueAt(over, clockless)).toBeUndefined();
    expect(dueAssignmentEvent(over, POLICY, Date.parse('2027-01-01'))).toBeUndefined();
  });
});

describe('whatever the order', () => {
  it('the same events give the same assignment', () => {
    const log = [
      OPENED,
      HOME,
      deferred('09:02', '09:12'),
      due('09:12', '09:12'),
      given('09:12', 'lena'),
      byHand('09:20', '9002'),
      byHand('09:40', null),
      given('09:41', 'lena'),
      solved(at('10:00')),
      reopened(at('11:00')),
      released('17:00'),
      deferred('17:01', '17:30'),
    ];
    const expected = foldCase(log, context);
    expect(expected).toMatchObject({ formerAgents: ['marc', 'lena'], retryAssignmentAt: at('17:30') });
    fc.assert(
      fc.property(fc.shuffledSubarray([...log, ...log], { minLength: log.length * 2 }), (shuffled) => {
        expect(foldCase(shuffled, context)).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });
});
