import { describe, expect, it } from 'vitest';
import { applyEvent, Case, continuesCase, foldCase, isRecordOnly } from '../../domain/case.ts';
import { measure } from '../../domain/clock.ts';
import { deadlineReached, nextThreshold, reachedThresholds } from '../../domain/deadline.ts';
import type { CaseEvent } from '../../domain/event.ts';
import { event, fromCustomer, opened, priority, reopened, reply, solved, status } from '../support/events.ts';
import { contextOf, POLICY } from '../support/policy-fixture.ts';

const context = contextOf();
const fold = (...events: CaseEvent[]) => foldCase(events, context) as Case;
const look = (state: Case, clock: string, now: string) => {
  const turn = state.turns.find((candidate) => candidate.clock === clock);
  const policy = POLICY.clocks.find((candidate) => candidate.clock === clock);
  if (turn === undefined || policy === undefined) throw new Error(`no ${clock} clock`);
  return measure(turn, policy, context.calendar(turn.calendar), Date.parse(now));
};
const tell = (state: Case, now: string) => reachedThresholds(state, context, Date.parse(now));

// 2026-11-16 is a Monday. Office hours are 09:00-17:00 UTC; targets at normal: 4 h to respond, 16 h to solve.
describe('first response', () => {
  it('runs from the opening in open hours: Monday 15:00 + 4 h is Tuesday 11:00', () => {
    expect(look(fold(opened('2026-11-16T15:00:00Z')), 'first-response', '2026-11-16T15:00:00Z')).toEqual({
      status: 'running',
      dueAt: '2026-11-17T11:00:00.000Z',
      plannedAt: null,
      workedSeconds: 0,
      overSeconds: 0,
    });
  });

  it('is met by a public human reply, and then frozen (osTicket: answered tickets still went overdue)', () => {
    const state = fold(opened('2026-11-16T09:00:00Z'), reply('2026-11-16T12:00:00Z'));
    expect(look(state, 'first-response', '2026-12-24T12:00:00Z')).toMatchObject({
      status: 'met',
      workedSeconds: 3 * 3600,
    });
    expect(tell(state, '2026-11-16T13:00:00Z')).toEqual([]);
  });

  it('is not met by a private note, the system or the customer (Zammad: a note stopped the clock)', () => {
    const note = event('message-added', '2026-11-16T09:10:00Z', { author: 'agent', public: false });
    const auto = event('message-added', '2026-11-16T09:11:00Z', { author: 'system', public: true });
    const state = fold(opened('2026-11-16T09:00:00Z'), note, auto, fromCustomer('2026-11-16T09:12:00Z'));
    expect(look(state, 'first-response', '2026-11-16T10:00:00Z').status).toBe('running');
    expect(state.turns.map((turn) => turn.clock)).toEqual(['first-response', 'resolution']);
  });

  it('is imminent at 75 % of its target, breached at its deadline, met-late after it', () => {
    const open = fold(opened('2026-11-16T09:00:00Z'));
    expect(look(open, 'first-response', '2026-11-16T11:59:59Z').status).toBe('running');
    expect(look(open, 'first-response', '2026-11-16T12:00:00Z').status).toBe('imminent');
    expect(look(open, 'first-response', '2026-11-16T13:00:00Z').status).toBe('breached');
    const late = fold(opened('2026-11-16T09:00:00Z'), reply('2026-11-16T14:00:00Z'));
    expect(look(late, 'first-response', '2026-11-16T15:00:00Z')).toMatchObject({
      status: 'met-late',
      overSeconds: 3600,
    });
  });

  it('is cancelled when the case is solved or merged without a reply', () => {
    expect(
      look(
        fold(opened('2026-11-16T09:00:00Z'), solved('2026-11-16T10:00:00Z')),
        'first-response',
        '2026-11-17T09:00:00Z',
      ).status,
    ).toBe('cancelled');
    const merged = fold(opened('2026-11-16T09:00:00Z'), event('merged', '2026-11-16T10:00:00Z', { into: 'zendesk:1' }));
    expect(new Set(merged.turns.map((turn) => turn.cancelledAt))).toEqual(new Set(['2026-11-16T10:00:00.000Z']));
    expect(nextThreshold(merged, context)).toBeUndefined();
  });
});

describe('next response', () => {
  it('starts with the oldest unanswered customer message, one turn after another', () => {
    const state = fold(
      opened('2026-11-16T09:00:00Z'),
      reply('2026-11-16T09:30:00Z'),
      fromCustomer('2026-11-16T10:00:00Z'),
      fromCustomer('2026-11-16T12:00:00Z'),
      reply('2026-11-16T12:30:00Z'),
      fromCustomer('2026-11-16T15:00:00Z'),
    );
    expect(state.turns.find((turn) => turn.clock === 'next-response')).toMatchObject({
      turn: 2,
      startedAt: '2026-11-16T15:00:00.000Z',
    });
    expect(look(state, 'next-response', '2026-11-16T15:00:00Z').dueAt).toBe('2026-11-17T11:00:00.000Z');
  });
});

describe('resolution, pauses and reopening', () => {
  it('only the part of a pause inside open hours moves the deadline', () => {
    // Opened Mon 09:00, 16 h = Tue 17:00. Pending Mon 16:00 to Tue 10:00 costs 1 h + 1 h: due Wed 11:00.
    const state = fold(
      opened('2026-11-16T09:00:00Z'),
      status('2026-11-16T16:00:00Z', 'pending'),
      status('2026-11-17T10:00:00Z', 'open'),
    );
    expect(look(state, 'resolution', '2026-11-17T10:00:00Z').dueAt).toBe('2026-11-18T11:00:00.000Z');
  });

  it('has no deadline and sends nothing while paused (GLPI: breach while pending)', () => {
    const state = fold(
      opened('2026-11-16T09:00:00Z'),
      reply('2026-11-16T09:10:00Z'),
      status('2026-11-16T10:00:00Z', 'pending'),
    );
    expect(look(state, 'resolution', '2026-12-01T10:00:00Z')).toMatchObject({
      status: 'paused',
      dueAt: null,
      workedSeconds: 3600,
    });
    expect(nextThreshold(state, context)).toBeUndefined();
  });

  it('a new priority retargets from the original start and keeps the pause already granted (GLPI: credit lost)', () => {
    // Urgent: 4 h. Worked Mon 09-10, pending 10-12, then open: 1 h used, 3 h left from 12:00.
    const state = fold(
      opened('2026-11-16T09:00:00Z'),
      status('2026-11-16T10:00:00Z', 'pending'),
      status('2026-11-16T12:00:00Z', 'open'),
      priority('2026-11-16T12:30:00Z', 'urgent'),
    );
    expect(look(state, 'resolution', '2026-11-16T12:30:00Z').dueAt).toBe('2026-11-16T15:00:00.000Z');
  });

  it('calls a deadline that a retarget puts in the past breached-on-retarget, once', () => {
    const state = fold(opened('2026-11-16T09:00:00Z'), priority('2026-11-16T12:00:00Z', 'urgent'));
    const [first] = tell(state, '2026-11-16T12:00:00Z');
    expect(first).toMatchObject({
      clock: 'first-response',
      kind: 'breached-on-retarget',
      at: Date.parse('2026-11-16T09:30:00Z'),
    });
    const told = applyEvent(
      state,
      deadlineReached(state, first as NonNullable<typeof first>, Date.parse('2026-11-16T12:00:01Z')),
      context,
    );
    expect(tell(told, '2026-11-16T12:30:00Z').filter(({ clock }) => clock === 'first-response')).toEqual([]);
  });

  it('resumes on reopening with the solved time as a pause, and tells nothing twice', () => {
    // Mon 09-11 used 2 h, solved until Tue 09:00, 14 h left: Tue 8 h, Wed 6 h -> Wed 15:00.
    const state = fold(
      opened('2026-11-16T09:00:00Z'),
      reply('2026-11-16T10:00:00Z'),
      solved('2026-11-16T11:00:00Z'),
      reopened('2026-11-17T09:00:00Z'),
    );
    expect(look(state, 'resolution', '2026-11-17T09:00:00Z')).toMatchObject({
      status: 'running',
      dueAt: '2026-11-18T15:00:00.000Z',
    });
    expect(look(state, 'first-response', '2026-11-30T09:00:00Z').status).toBe('met');
    expect(tell(state, '2026-11-17T09:00:00Z')).toEqual([]);
  });

  it('restarts on reopening where the policy says so', () => {
    const restart = { ...POLICY, clocks: POLICY.clocks.map((clock) => ({ ...clock, onReopen: 'restart' as const })) };
    const state = foldCase(
      [opened('2026-11-16T09:00:00Z'), solved('2026-11-16T11:00:00Z'), reopened('2026-11-17T09:00:00Z')],
      contextOf(restart),
    );
    expect(state?.turns.find((turn) => turn.clock === 'resolution')).toMatchObject({
      turn: 2,
      startedAt: '2026-11-17T09:00:00.000Z',
      pauses: [],
    });
  });
});

describe('what is told', () => {
  it('one moment tells the latest threshold only, and a told breach ends the telling', () => {
    const state = fold(opened('2026-11-16T09:00:00Z'));
    expect(tell(state, '2026-11-16T12:00:00Z').map(({ kind }) => kind)).toEqual(['warning']);
    expect(tell(state, '2026-11-16T13:00:00Z').map(({ kind }) => kind)).toEqual(['breach']);
    const breach = tell(state, '2026-11-16T13:00:00Z')[0] as ReturnType<typeof tell>[number];
    const told = applyEvent(state, deadlineReached(state, breach, Date.parse('2026-11-16T13:00:00Z')), context);
    expect(nextThreshold(told, context)?.clock).toBe('resolution');
  });

  it('a warning is told once, however often the clock is paused after it; a new target has a warning of its own', () => {
    // 16 h from Mon 09:00: 75 % is Tue 13:00. Told there, then pending Tue 14:00-15:00, so due Wed 10:00.
    const events = [opened('2026-11-16T09:00:00Z'), reply('2026-11-16T09:10:00Z')];
    const warned = tell(fold(...events), '2026-11-17T13:00:00Z')[0] as ReturnType<typeof tell>[number];
    events.push(deadlineReached(fold(...events), warned, Date.parse('2026-11-17T13:00:01Z')));
    events.push(status('2026-11-17T14:00:00Z', 'pending'), status('2026-11-17T15:00:00Z', 'open'));
    expect(look(fold(...events), 'resolution', '2026-11-17T15:00:00Z').dueAt).toBe('2026-11-18T10:00:00.000Z');
    expect(tell(fold(...events), '2026-11-17T15:00:00Z')).toEqual([]);
    expect(tell(fold(...events), '2026-11-18T10:00:00Z').map(({ kind }) => kind)).toEqual(['breach']);
    // High: 8 h, used up on Tuesday at 09:00 already.
    const raised = fold(...events, priority('2026-11-17T15:30:00Z', 'high'));
    expect(tell(raised, '2026-11-17T15:30:00Z').map(({ kind }) => kind)).toEqual(['breached-on-retarget']);
    // Low: 32 h, so 75 % after 24 h of work.
    const lowered = fold(...events, priority('2026-11-17T15:30:00Z', 'low'));
    expect(nextThreshold(lowered, context)).toMatchObject({ kind: 'warning', at: Date.parse('2026-11-19T10:00:00Z') });
  });

  it('the next threshold of a new case is the first warning', () => {
    expect(nextThreshold(fold(opened('2026-11-16T09:00:00Z')), context)).toMatchObject({
      kind: 'warning',
      at: Date.parse('2026-11-16T12:00:00Z'),
    });
  });
});

describe('a case that is first seen in mid-life', () => {
  it('has no clocks from an opening that nobody reported, until that event comes', () => {
    const late = fromCustomer('2026-11-16T12:00:00Z');
    expect(fold(late).turns).toEqual([]);
    expect(fold(late, opened('2026-11-16T09:00:00Z')).turns.map((turn) => turn.clock)).toEqual([
      'first-response',
      'resolution',
    ]);
  });
});

describe('a stored case', () => {
  const decision = {
    ruleId: 'playback',
    reason: 'a script',
    policyVersion: 'test-1',
    priority: 'high',
    queue: 'general',
    route: 'vendor',
    sensitive: false,
    dataClass: 'standard',
    category: 'playback',
    tags: ['playback'],
    language: 'en',
    matched: [{ field: 'subject', operator: 'contains', value: 'playback' }],
    alternatives: [],
  } as const;
  const triaged = event('triaged', '2026-11-16T09:01:00Z', {
    decision: { ...decision, tags: ['playback'], matched: [...decision.matched], alternatives: [] },
  });
  const offered = event('handoff-offered', '2026-11-16T09:02:00Z', {
    handoffId: 'ho_1',
    vendor: 'manila',
    attempt: 1,
    reason: 'first',
    packetHash: 'abc',
    answerBy: '2026-11-16T09:12:00.000Z',
  });

  it('is read back as it was, and refused without what it must say', () => {
    const whole: Case = {
      ...fold(opened('2026-11-16T09:00:00Z'), triaged, offered),
      automatic: 'bounce',
      broughtHomeAt: '2026-11-16T10:00:00.000Z',
      assignment: {
        agentId: 'lena',
        at: '2026-11-16T10:01:00.000Z',
        by: 'crm',
        sensitive: true,
        worked: false,
        backAt: '2026-11-16T17:00:00.000Z',
      },
      retryAssignmentAt: '2026-11-16T17:00:00.000Z',
      csat: 'bad',
      mergedInto: 'zendesk:1',
    };
    expect(Case.parse(whole)).toEqual(whole);
    expect(Case.parse({ ...whole, csat: 'good', assignment: { ...whole.assignment, by: 'caserelay' } }).csat).toBe(
      'good',
    );
    const optional = ['openedAt', 'queue', 'triage', 'handoff', 'broughtHomeAt', 'automatic', 'assignment', 'csat'];
    optional.push('retryAssignmentAt', 'mergedInto', 'reopens', 'formerAgents');
    for (const name of Object.keys(whole))
      expect(Case.safeParse({ ...whole, [name]: undefined }).success, name).toBe(optional.includes(name));
    expect(Case.parse({ ...whole, reopens: undefined, formerAgents: undefined })).toMatchObject({
      reopens: 0,
      formerAgents: [],
    });
    for (const part of ['triage', 'handoff', 'assignment'])
      expect(Case.safeParse({ ...whole, [part]: {} }).success, part).toBe(false);
  });

  it('keeps of a decision what stands, not what it was matched by, and takes over the rest', () => {
    const state = fold(opened('2026-11-16T09:00:00Z', { fields: { tags: ['new'] } }), triaged);
    expect(state).toMatchObject({ priority: 'high', queue: 'general', fields: { tags: ['new', 'playback'] } });
    expect(state.triage).toEqual({
      ruleId: 'playback',
      reason: 'a script',
      policyVersion: 'test-1',
      route: 'vendor',
      sensitive: false,
      dataClass: 'standard',
      category: 'playback',
      language: 'en',
      at: '2026-11-16T09:01:00.000Z',
    });
  });

  it('follows its handoff, remembers who did not finish it, and heeds no answer to another offer', () => {
    const log = [opened('2026-11-16T09:00:00Z'), triaged, offered];
    const answer = { handoffId: 'ho_1', vendor: 'manila' };
    expect(fold(...log).handoff).toEqual({
      handoffId: 'ho_1',
      vendor: 'manila',
      attempt: 1,
      state: 'offered',
      packetHash: 'abc',
      at: '2026-11-16T09:02:00.000Z',
    });
    const accepted = event('handoff-accepted', '2026-11-16T09:05:00Z', answer);
    const resolved = event('handoff-resolved', '2026-11-16T09:45:00Z', answer);
    expect(fold(...log, accepted)).toMatchObject({
      handoff: { state: 'accepted', at: '2026-11-16T09:05:00.000Z' },
      triedVendors: [],
    });
    expect(fold(...log, accepted, resolved)).toMatchObject({ handoff: { state: 'resolved' }, triedVendors: [] });
    const expired = event('handoff-expired', '2026-11-16T09:12:00Z', answer);
    expect(fold(...log, expired)).toMatchObject({ handoff: { state: 'expired' }, triedVendors: ['manila'] });
    const other = event('handoff-expired', '2026-11-16T09:12:00Z', { handoffId: 'ho_0', vendor: 'bogota' });
    expect(fold(...log, other)).toMatchObject({ handoff: { state: 'offered' }, triedVendors: ['bogota'] });
    const home = event('brought-home', '2026-11-16T09:20:00Z', { reason: 'nobody could', tried: ['manila'] });
    expect(fold(...log, expired, home).broughtHomeAt).toBe('2026-11-16T09:20:00.000Z');
  });

  it('is not changed by what is a record only, and counts replies and reopenings', () => {
    const noted = event('alert-acknowledged', '2026-11-16T10:00:00Z', { alertId: 'al_1', by: 'work-timeout' });
    const state = fold(opened('2026-11-16T09:00:00Z'), reply('2026-11-16T09:10:00Z'), reply('2026-11-16T09:20:00Z'));
    expect(applyEvent(state, noted, context)).toBe(state);
    expect(isRecordOnly(noted)).toBe(true);
    expect(isRecordOnly(solved('2026-11-16T10:00:00Z'))).toBe(false);
    expect(state).toMatchObject({ source: 'zendesk', replies: 2, reopens: 0 });
    expect(applyEvent(state, event('csat-received', '2026-11-16T11:00:00Z', { score: 'good' }), context).csat).toBe(
      'good',
    );
  });

  it('has the status that its events say, and says nothing that it does not know', () => {
    const first = opened('2026-11-16T09:00:00Z');
    const later = '2026-11-16T10:00:00Z';
    expect([fold(fromCustomer(later)).status, fold(first).status]).toEqual(['new', 'new']);
    expect(fold(first, solved(later), reopened('2026-11-16T11:00:00Z')).status).toBe('open');
    const unsure = fold(first, event('merged', later, {}));
    expect(Object.keys(unsure)).not.toContain('mergedInto');
    expect(Object.keys(unsure)).not.toContain('automatic');
    expect(Object.keys(unsure.fields)).toEqual(['subject']);
    const gone = fold(first, status(later, 'deleted'));
    expect(gone.turns.map(({ cancelledAt, stoppedAt }) => [cancelledAt, stoppedAt])).toEqual([
      ['2026-11-16T10:00:00.000Z', undefined],
      ['2026-11-16T10:00:00.000Z', undefined],
    ]);
  });

  it('is opened once', () => {
    const first = fold(opened('2026-11-16T09:00:00Z', { priority: 'high' }));
    const twice = fold(
      opened('2026-11-16T09:00:00Z', { priority: 'high' }),
      opened('2026-11-16T10:00:00Z', { priority: 'low', status: 'pending' }),
    );
    expect(twice).toEqual({ ...first, foldedTo: twice.foldedTo });
  });

  it('remembers what was told of the one turn that it was told of', () => {
    const told = event('deadline-reached', '2026-11-16T12:00:00Z', {
      clock: 'resolution',
      turn: 1,
      threshold: '75%',
      kind: 'warning',
      at: '2026-11-16T12:00:00.000Z',
      dueAt: '2026-11-16T13:00:00.000Z',
      targetSeconds: 57_600,
    });
    const marks = (turn: number) =>
      fold(opened('2026-11-16T09:00:00Z'), { ...told, turn }).turns.map(({ clock, told: marked }) => [clock, marked]);
    expect(marks(1)).toEqual([
      ['first-response', []],
      ['resolution', ['75%@57600']],
    ]);
    expect(marks(2)).toEqual([
      ['first-response', []],
      ['resolution', []],
    ]);
  });

  it('keeps its queue when it is assigned without a group, though a queue has none either', () => {
    const groupless = { ...POLICY, queues: { archive: { name: 'Archive', leads: [] }, ...POLICY.queues } };
    const assigned = event('assigned', '2026-11-16T10:00:00Z', { assigneeId: '7' });
    const state = foldCase([opened('2026-11-16T09:00:00Z'), triaged, assigned], contextOf(groupless)) as Case;
    expect(state.queue).toBe('general');
    expect(Object.keys(state.fields)).not.toContain('group');
  });

  it('that was called back from its vendor says so', () => {
    const recalled = event('handoff-recalled', '2026-11-16T09:30:00Z', {
      handoffId: 'ho_1',
      vendor: 'manila',
      by: 'work-timeout',
    });
    expect(fold(opened('2026-11-16T09:00:00Z'), triaged, offered, recalled)).toMatchObject({
      handoff: { state: 'recalled', at: '2026-11-16T09:30:00.000Z' },
      triedVendors: ['manila'],
    });
  });

  it('keeps the first text that its customer wrote', () => {
    const says = (at: string, text?: string) =>
      event('message-added', at, { author: 'customer', public: true, ...(text === undefined ? {} : { text }) });
    const textless = [opened('2026-11-16T09:00:00Z'), says('2026-11-16T09:10:00Z')];
    expect(Object.keys(fold(...textless).fields)).toEqual(['subject']);
    const written = [...textless, says('2026-11-16T09:20:00Z', 'first'), says('2026-11-16T09:30:00Z', 'second')];
    expect(fold(...written, says('2026-11-16T09:40:00Z')).fields.text).toBe('first');
  });

  it('keeps of too many custom fields the first by name, up to 30,000 characters', () => {
    const kept = (custom: Record<string, string>) =>
      Object.keys(
        fold(event('status-changed', '2026-11-16T09:00:00Z', { status: 'open', fields: { custom } })).fields.custom ??
          {},
      );
    const long = 'x'.repeat(20_000);
    expect(kept({ c: long, a: long, b: long })).toEqual(['a']);
    expect(kept({ a: long, b: long, c: long })).toEqual(['a']);
    expect(kept({ ab: 'x'.repeat(29_998) })).toEqual(['ab']);
    expect(kept({ ab: 'x'.repeat(29_999) })).toEqual([]);
  });

  it('is continued by a later event under the same policy only', () => {
    const state = fold(opened('2026-11-16T09:00:00Z'));
    expect(continuesCase(undefined, solved('2026-11-16T08:00:00Z'), 'any')).toBe(true);
    expect(continuesCase(state, solved('2026-11-16T10:00:00Z'), 'test-1')).toBe(true);
    expect(continuesCase(state, solved('2026-11-16T08:00:00Z'), 'test-1')).toBe(false);
    expect(continuesCase(state, solved('2026-11-16T10:00:00Z'), 'test-2')).toBe(false);
  });

  it('keeps what is known of it when an event knows less, and the text of the first message when it had none', () => {
    const bare = opened('2026-11-16T09:00:00Z', { fields: { subject: 'No playback', custom: { a: 1, b: 2 } } });
    const more = event('status-changed', '2026-11-16T09:10:00Z', {
      status: 'open',
      fields: { subject: undefined, tier: 'vip', custom: { b: 3 } },
    });
    expect(fold(bare, more, fromCustomer('2026-11-16T09:20:00Z')).fields).toEqual({
      subject: 'No playback',
      tier: 'vip',
      custom: { a: 1, b: 3 },
      text: 'hello?',
    });
    const assigned = event('assigned', '2026-11-16T09:10:00Z', { assigneeId: '7', group: '999' });
    const back = event('assigned', '2026-11-16T09:20:00Z', { assigneeId: null });
    expect(fold(bare, assigned).fields).toMatchObject({ assigneeId: '7', group: '999' });
    expect(fold(bare, assigned, back).fields).toEqual({ ...fold(bare).fields, group: '999' });
  });
});

describe('the size of a case', () => {
  it('stays far below that of the largest item, whatever its events bring', () => {
    const custom = (which: number) =>
      Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`field-${which}-${i}`, '長'.repeat(500)]));
    const tags = Array.from({ length: 200 }, (_, i) => `${i}`.padEnd(100, '長'));
    const fields = { subject: '長'.repeat(500), text: '長'.repeat(20_000), tags };
    const events = [1, 2, 3].map((which) =>
      event('status-changed', `2026-11-16T09:0${which}:00Z`, {
        status: 'open',
        fields: { ...fields, custom: custom(which) },
      }),
    );
    const state = fold(opened('2026-11-16T09:00:00Z'), ...events);
    expect(Buffer.byteLength(JSON.stringify(state))).toBeLessThan(300_000);
    expect(state.fields.custom).toHaveProperty('field-1-0');
  });

  it('is bounded when a rule of the CRM runs in circles: a clock paused 300 times goes on running', () => {
    const at = (second: number) => new Date(Date.parse('2026-11-16T09:00:00Z') + second * 1000).toISOString();
    const flaps = Array.from({ length: 2000 }, (_, i) => status(at(i + 1), i % 2 === 0 ? 'pending' : 'open'));
    const circles = Array.from({ length: 2000 }, (_, i) =>
      i % 2 === 0 ? solved(at(i + 2001)) : reopened(at(i + 2001)),
    );
    const state = fold(opened(at(0)), ...flaps, ...circles);
    expect(Math.max(...state.turns.map(({ pauses }) => pauses.length))).toBe(300);
    expect(nextThreshold(fold(opened(at(0)), ...flaps, status(at(5000), 'pending')), context)).toBeDefined();
  });
});
