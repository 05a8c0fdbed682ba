import { describe, expect, it } from 'vitest';
import { Alert, alertFor, isAlwaysTold, isMoot, rungsOf } from '../../domain/alert.ts';
import { type Case, foldCase } from '../../domain/case.ts';
import { dangerFound, dangersIn, dangersOf } from '../../domain/danger.ts';
import { type CaseEvent, type EventOf, toInstant } from '../../domain/event.ts';
import type { Policy, TriagePolicy } from '../../domain/policy.ts';
import { event, opened, reopened, reply, solved, status } from '../support/events.ts';
import { contextOf, POLICY } from '../support/policy-fixture.ts';
import { outcome, policyWith, rule } from '../support/triage-fixture.ts';

const safety = outcome({ category: 'safety', queue: 'trust-and-safety', route: 'home', sensitive: true });
const SELF_HARM = rule('self-harm', { field: 'any-text', contains: ['hurt myself'] }, { tell: 'now', outcome: safety });
const THREAT = rule('threat', { field: 'any-text', contains: ['kill you'] }, { tell: 'now', outcome: safety });
const BILLING = rule('billing', { field: 'any-text', contains: ['refund'] });
const danger = (triage: Partial<TriagePolicy> = {}): Policy =>
  policyWith({ rules: [SELF_HARM, THREAT, BILLING], ...triage });

const customer = (at: string, text: string, rest: Partial<EventOf<'message-added'>> = {}) =>
  event('message-added', at, { author: 'customer', public: true, text, ...rest });

/** What the last event of a log brought, each as rule and place. */
function brought(log: readonly CaseEvent[], policy: Policy = danger()): string[] {
  const last = log.at(-1) as CaseEvent;
  const state = foldCase(log, contextOf(policy)) as Case;
  return dangersIn(last, state, policy).map(({ rule: { id }, place }) => `${id} in ${place}`);
}
const openedWith = (text: string, rest: Partial<EventOf<'opened'>> = {}) =>
  opened('2026-11-16T10:00:00Z', { fields: { subject: 'Help', text }, ...rest });

describe('danger is what a rule that says "tell: now" holds for', () => {
  it('in what a case is opened with, and of each rule that holds', () => {
    expect(brought([openedWith('I will hurt myself')])).toEqual(['self-harm in opening']);
    expect(brought([openedWith('I will hurt myself and kill you')])).toEqual([
      'self-harm in opening',
      'threat in opening',
    ]);
    expect(brought([openedWith('I want a refund')])).toEqual([]);
  });

  it('in no case of a policy in which no rule says so', () => {
    const silent = policyWith({ rules: [{ ...SELF_HARM, tell: undefined }] });
    expect(brought([openedWith('I will hurt myself')], silent)).toEqual([]);
  });

  it.each<[string, Partial<TriagePolicy>]>([
    ['an earlier rule decides', { rules: [BILLING, SELF_HARM] }],
    [
      'another category has more points',
      {
        mode: 'scored',
        rules: [
          { ...BILLING, score: 9 },
          { ...SELF_HARM, outcome: outcome() },
        ],
      },
    ],
    [
      'no rule is sure enough',
      { minConfidence: 0.9, unsure: outcome(), rules: [{ ...SELF_HARM, score: 0.5, outcome: outcome() }] },
    ],
    [
      'the case is parked',
      {
        rules: [
          rule('spam', { field: 'text', contains: ['refund'] }, { outcome: outcome({ route: 'parked' }) }),
          SELF_HARM,
        ],
      },
    ],
  ])('also when %s', (_, triage) => {
    expect(brought([openedWith('A refund, or I hurt myself')], danger(triage))).toEqual(['self-harm in opening']);
  });

  it('in a message that the customer writes later, whatever the case was triaged as', () => {
    const log = [openedWith('I want a refund'), customer('2026-11-16T11:00:00Z', 'then I will hurt myself')];
    expect(brought(log)).toEqual(['self-harm in message']);
    expect(brought([...log, customer('2026-11-16T11:01:00Z', 'hello?')])).toEqual([]);
  });

  it('in a message in a case that is solved or closed', () => {
    for (const over of [solved('2026-11-16T10:30:00Z'), status('2026-11-16T10:30:00Z', 'closed')])
      expect(brought([openedWith('hi'), over, customer('2026-11-16T11:00:00Z', 'I hurt myself')])).toEqual([
        'self-harm in message',
      ]);
  });

  it('in what a machine passes on, such as the form of a web page, but not in our own mail coming back', () => {
    const form = { 'auto-submitted': 'auto-generated' };
    expect(brought([openedWith('I will hurt myself', { headers: form })])).toEqual(['self-harm in opening']);
    expect(brought([openedWith('[CaseRelay alert]\nI will hurt myself')])).toEqual([]);
    const loop = customer('2026-11-16T11:00:00Z', 'I hurt myself', { headers: { 'x-caserelay': 'alert' } });
    expect(brought([openedWith('hi'), loop])).toEqual([]);
  });

  it('not in what our own people write', () => {
    const note = event('message-added', '2026-11-16T11:00:00Z', {
      author: 'agent',
      public: false,
      text: 'hurt myself',
    });
    expect(brought([openedWith('hi'), note])).toEqual([]);
  });

  it('not in a message that says nothing of it, though the subject did', () => {
    const fields = { subject: 'I hurt myself' };
    const log = [opened('2026-11-16T10:00:00Z', { fields })];
    expect(brought(log)).toEqual(['self-harm in opening']);
    expect(brought([...log, customer('2026-11-16T11:00:00Z', 'any news?')])).toEqual([]);
    expect(brought([...log, customer('2026-11-16T11:00:00Z', 'I will hurt myself tonight')])).toEqual([
      'self-harm in message',
    ]);
  });

  it('in a message that completes what the subject began', () => {
    const both = rule(
      'both',
      {
        all: [
          { field: 'subject', contains: ['my school'] },
          { field: 'text', contains: ['gun'] },
        ],
      },
      { tell: 'now' },
    );
    const log = [opened('2026-11-16T10:00:00Z', { fields: { subject: 'At my school' } })];
    const policy = danger({ rules: [both] });
    expect(brought(log, policy)).toEqual([]);
    expect(brought([...log, customer('2026-11-16T11:00:00Z', 'he has a gun')], policy)).toEqual(['both in message']);
  });

  it('in a field that changes, such as a tag that an agent sets', () => {
    const tagged = rule('tagged', { field: 'tags', is: ['danger'] }, { tell: 'now' });
    const set = event('status-changed', '2026-11-16T11:00:00Z', { status: 'open', fields: { tags: ['danger'] } });
    const policy = danger({ rules: [tagged] });
    expect(brought([openedWith('hi'), set], policy)).toEqual(['tagged in fields']);
    // The next message says nothing of it.
    expect(brought([openedWith('hi'), set, customer('2026-11-16T11:01:00Z', 'hello?')], policy)).toEqual([]);
  });

  it('not in a case that was over before it was heard of: that is history', () => {
    expect(brought([openedWith('I hurt myself', { status: 'closed' })])).toEqual([]);
    expect(brought([openedWith('I hurt myself', { status: 'open' })])).toEqual(['self-harm in opening']);
  });

  it('by the hours in which the case was opened, if the rule asks for them', () => {
    const night = rule(
      'night',
      { all: [{ field: 'text', contains: ['alone'] }, { not: { during: 'office' } }] },
      { tell: 'now' },
    );
    const policy = danger({ rules: [night] });
    expect(brought([openedWith('I am alone')], policy)).toEqual([]);
    const late = opened('2026-11-16T22:00:00Z', { fields: { text: 'I am alone' } });
    expect(brought([late], policy)).toEqual(['night in opening']);
  });

  it('and can be asked of a case by itself', () => {
    const state = foldCase([openedWith('I will hurt myself')], contextOf()) as Case;
    expect(dangersOf(state, danger()).map(({ id }) => id)).toEqual(['self-harm']);
  });
});

describe('what is told of a danger', () => {
  const policy = danger();

  /** Plays a log event by event, two seconds after each is received, as apply-event does; the events that record danger. */
  function play(...events: CaseEvent[]): EventOf<'danger-found'>[] {
    const log: CaseEvent[] = [];
    const told: EventOf<'danger-found'>[] = [];
    for (const next of events) {
      log.push(next);
      const state = foldCase(log, contextOf(policy)) as Case;
      const now = toInstant(Date.parse(next.receivedAt) + 2000);
      const made = dangerFound(dangersIn(next, state, policy), next, { state, told, key: `d-${next.key}`, now });
      if (made !== undefined && !told.some(({ key }) => key === made.key)) told.push(made);
    }
    return told;
  }
  const hurt = (at: string) => customer(at, 'I will hurt myself');

  it('is each rule with its reason, whose leads are told, and where it was found', () => {
    const first = openedWith('I will hurt myself and kill you');
    expect(play(first)).toEqual([
      {
        type: 'danger-found',
        key: `d-${first.key}`,
        caseId: 'zendesk:5158',
        occurredAt: '2026-11-16T10:00:00.000Z',
        receivedAt: '2026-11-16T10:00:02.000Z',
        calledBy: first.key,
        place: 'opening',
        rules: [
          { ruleId: 'self-harm', reason: 'because of self-harm' },
          { ruleId: 'threat', reason: 'because of threat' },
        ],
        queue: 'trust-and-safety',
        wasOver: false,
        endings: 0,
        policyVersion: 'test-1',
      },
    ]);
  });

  it('is told once, however often the event is delivered and the same is said within a day', () => {
    const first = openedWith('I will hurt myself');
    const again = hurt('2026-11-16T10:05:00Z');
    expect(play(first, first, again, again, hurt('2026-11-17T10:00:01Z'))).toHaveLength(1);
  });

  it('is told again if the customer writes so a day later, or after the case was over', () => {
    const days = play(openedWith('I will hurt myself'), hurt('2026-11-17T10:00:02Z'));
    expect(days.map(({ place }) => place)).toEqual(['opening', 'message']);
    const at = '2026-11-16T11:00:00Z';
    for (const over of [solved(at), status(at, 'closed'), event('merged', at, {})]) {
      const found = play(openedWith('I will hurt myself'), over, hurt('2026-11-16T11:30:00Z'));
      expect(found.map(({ wasOver }) => wasOver)).toEqual([false, true]);
    }
  });

  it('is not told again because the case is over before or after both, or was only paused between them', () => {
    const again = [hurt('2026-11-16T12:00:00Z'), hurt('2026-11-16T13:00:00Z')] as const;
    const before = play(openedWith('hi'), solved('2026-11-16T11:00:00Z'), ...again);
    expect(before).toHaveLength(1);
    expect(play(openedWith('hi'), again[0], status('2026-11-16T12:30:00Z', 'pending'), again[1])).toHaveLength(1);
  });

  it('is told again if the case was solved in the very moment of one of them, and once for each end', () => {
    const at = '2026-11-16T11:00:00Z';
    expect(play(openedWith('I will hurt myself'), solved(at), hurt(at))).toHaveLength(2);
    const first = hurt(at);
    expect(play(openedWith('hi'), first, solved(at), first, hurt('2026-11-16T11:30:00Z'))).toHaveLength(2);
    // A source that dates to the hour: the chat goes on after somebody has solved the case.
    expect(play(openedWith('hi'), solved(at), ...Array.from({ length: 30 }, () => hurt(at)))).toHaveLength(1);
    expect(play(openedWith('hi'), hurt(at), solved(at), ...Array.from({ length: 30 }, () => hurt(at)))).toHaveLength(2);
  });

  it('is told again if the message comes in after the end, whenever it was written: nobody looks there any more', () => {
    const late = hurt('2026-11-16T13:00:00Z');
    const found = play(openedWith('hi'), hurt('2026-11-16T12:00:00Z'), solved('2026-11-16T14:00:00Z'), late);
    expect(found.map(({ endings }) => endings)).toEqual([0, 1]);
  });

  it('is told by our clock: a source whose clock stands still is heard again a day later', () => {
    const at = '2026-11-16T11:00:00Z';
    const days = [16, 17, 18].map((day) => ({ ...hurt(at), receivedAt: `2026-11-${day}T12:00:00.000Z` }));
    expect(play(openedWith('hi'), ...days)).toHaveLength(2);
    // What waited for days comes in at once: one mail says all of it.
    const backlog = [16, 17, 18].map((day) => hurt(`2026-11-${day}T12:00:00Z`));
    const received = backlog.map((one) => ({ ...one, receivedAt: '2026-11-19T09:00:00.000Z' }));
    expect(play(openedWith('hi'), ...received)).toHaveLength(1);
  });

  it('is one of several that were told together', () => {
    expect(play(openedWith('I will hurt myself and kill you'), hurt('2026-11-16T10:05:00Z'))).toHaveLength(1);
  });

  it('names a rule once, though the message and the field that comes with it say the same', () => {
    const text = 'I will hurt myself';
    const [found] = play(
      opened('2026-11-16T10:00:00Z', { fields: {} }),
      customer('2026-11-16T11:00:00Z', text, { fields: { text } }),
    );
    expect(found?.rules.map(({ ruleId }) => ruleId)).toEqual(['self-harm']);
    expect(found?.place).toBe('message');
  });

  it('is not told again because the case is reopened, or a field is sent once more', () => {
    const fields = { subject: 'Help', text: 'I will hurt myself' };
    const sentAgain = event('status-changed', '2026-11-16T12:00:00Z', { status: 'open', fields });
    const log = [openedWith('I will hurt myself'), solved('2026-11-16T11:00:00Z'), reopened('2026-11-16T11:30:00Z')];
    expect(play(...log, sentAgain, customer('2026-11-16T12:30:00Z', 'thanks'))).toHaveLength(1);
  });

  it('is told of another rule whenever that comes to hold', () => {
    const found = play(openedWith('I will hurt myself'), customer('2026-11-16T10:05:00Z', 'hurt myself and kill you'));
    expect(found.map(({ rules }) => rules.map(({ ruleId }) => ruleId))).toEqual([['self-harm'], ['threat']]);
  });
});

describe('the alert of a danger', () => {
  const FOUND = event('danger-found', '2026-11-16T10:00:00Z', {
    calledBy: 'e1',
    place: 'message',
    rules: [
      { ruleId: 'self-harm', reason: 'Somebody may be in danger.' },
      { ruleId: 'threat', reason: 'A threat.' },
    ],
    queue: 'trust-and-safety',
    wasOver: false,
    endings: 0,
    policyVersion: 'test-1',
  });
  const ALERT = alertFor(FOUND, 'al_1') as Alert;
  const isMootAfter = (alert: Alert, ...events: CaseEvent[]) => {
    const context = contextOf();
    return isMoot(alert, foldCase([openedWith('hi'), ...events], context) as Case, context.calendar);
  };

  it('says why, where, and whose it is', () => {
    expect(ALERT).toEqual({
      alertId: 'al_1',
      caseId: 'zendesk:5158',
      kind: 'danger',
      at: FOUND.receivedAt,
      reason: 'Somebody may be in danger. (rule self-harm) A threat. (rule threat)',
      danger: { place: 'message', queue: 'trust-and-safety', wasOver: false },
    });
  });

  it('is over once somebody solved or closed the case since, not because it was answered, merged or deleted', () => {
    const at = '2026-11-16T10:30:00Z';
    expect(isMootAfter(ALERT)).toBe(false);
    expect(isMootAfter(ALERT, reply(at))).toBe(false);
    expect(isMootAfter(ALERT, status(at, 'deleted'))).toBe(false);
    expect(isMootAfter(ALERT, event('merged', at, {}))).toBe(false);
    expect(isMootAfter(ALERT, solved(at))).toBe(true);
    expect(isMootAfter(ALERT, status(at, 'closed'))).toBe(true);
  });

  it('is not over because the customer solved the case: whoever said it may say that all is well', () => {
    const at = '2026-11-16T10:30:00Z';
    const byCustomer = event('solved', at, { by: 'customer' });
    expect(isMootAfter(ALERT, byCustomer)).toBe(false);
    expect(isMootAfter(ALERT, event('solved', at, { by: 'agent' }))).toBe(true);
    expect(isMootAfter(ALERT, byCustomer, status('2026-11-16T10:40:00Z', 'closed'))).toBe(true);
    expect(isMootAfter(ALERT, byCustomer, reopened('2026-11-16T10:35:00Z'), solved('2026-11-16T10:40:00Z'))).toBe(true);
  });

  it('is read back as it was, and refused without what it must say', () => {
    expect(Alert.parse(ALERT)).toEqual(ALERT);
    for (const place of ['opening', 'message', 'fields'])
      expect(Alert.safeParse({ ...ALERT, danger: { ...ALERT.danger, place } }).success).toBe(true);
    for (const name of ['place', 'queue', 'wasOver'])
      expect(Alert.safeParse({ ...ALERT, danger: { ...ALERT.danger, [name]: undefined } }).success).toBe(false);
  });

  it('is told at its first step whatever has become of the case; a case that came home unless it is over', () => {
    expect(isAlwaysTold(ALERT, 0, { status: 'solved' })).toBe(true);
    expect(isAlwaysTold(ALERT, 1, { status: 'solved' })).toBe(false);
    expect(isAlwaysTold({ kind: 'came-home' }, 0, { status: 'solved' })).toBe(false);
    expect(isAlwaysTold({ kind: 'came-home' }, 0, { status: 'open' })).toBe(true);
    expect(isAlwaysTold({ kind: 'came-home' }, 1, { status: 'open' })).toBe(false);
    expect(isAlwaysTold({ kind: 'nobody-left' }, 0, { status: 'open' })).toBe(false);
  });

  it('is not over because the case was when it was said', () => {
    const late = alertFor({ ...FOUND, wasOver: true }, 'al_1') as Alert;
    expect(isMootAfter(late, solved('2026-11-16T10:30:00Z'))).toBe(false);
  });

  it('goes up the steps that the policy has for danger, or else the usual ones', () => {
    const own = [{ to: 'all' as const, waitSeconds: 60 }];
    const alerting = { ...POLICY.alerting, dangerRungs: own };
    expect(rungsOf(ALERT, { alerting })).toEqual(own);
    expect(rungsOf(ALERT, POLICY)).toEqual(POLICY.alerting.rungs);
    expect(rungsOf({ kind: 'breach' }, { alerting })).toEqual(POLICY.alerting.rungs);
  });
});
