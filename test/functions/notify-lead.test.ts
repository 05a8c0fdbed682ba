import { describe, expect, it } from 'vitest';
import { type Alert, alertFor } from '../../domain/alert.ts';
import { foldCase } from '../../domain/case.ts';
import type { CaseEvent } from '../../domain/event.ts';
import type { Policy } from '../../domain/policy.ts';
import type { Mail } from '../../functions/adapters/mail/mailer.ts';
import { NotAllToldError, type NotifyDeps, notifyLead } from '../../functions/notify-lead/notify-lead.ts';
import { verifyLink } from '../../functions/shared/links.ts';
import { memoryMeter, memoryWorkflows } from '../support/doubles.ts';
import { event, opened, reply } from '../support/events.ts';
import { memoryStore } from '../support/memory-store.ts';
import { contextOf, POLICY } from '../support/policy-fixture.ts';

const CASE = 'zendesk:5158';
const KEYS = ['first-key-0123456789'];
const NOW = Date.parse('2026-11-16T10:22:31.200Z');
// Monday 10:00, urgent: first response due 10:30, warning at 10:22:30.
const OPENED = opened('2026-11-16T10:00:00Z', { priority: 'urgent' });
const WARNED = event('deadline-reached', '2026-11-16T10:22:30.300Z', {
  clock: 'first-response',
  turn: 1,
  threshold: '75%',
  kind: 'warning',
  at: '2026-11-16T10:22:30.000Z',
  dueAt: '2026-11-16T10:30:00.000Z',
  targetSeconds: 1800,
});
const ALERT = alertFor(WARNED, 'al_1') as Alert;

async function setUp({ more = [], policy = POLICY }: { more?: CaseEvent[]; policy?: Policy } = {}) {
  const store = memoryStore();
  const { workflows, resumed } = memoryWorkflows();
  const { meter, counts } = memoryMeter();
  const mails: Mail[] = [];
  const refused = new Set<string>();
  const logged: Record<string, unknown>[] = [];
  const deps: NotifyDeps = {
    store,
    workflows,
    mailer: {
      async send(mail) {
        if (refused.has(mail.to)) throw new Error('MessageRejected');
        mails.push(mail);
      },
    },
    secrets: { links: async () => ({ keys: KEYS }) },
    context: contextOf(policy),
    publicUrl: 'https://relay.example.com',
    meter,
    log: { error: (_, details) => logged.push(details) },
    now: () => NOW,
  };
  const events = [OPENED, WARNED, ...more];
  for (const one of events) await store.append(one);
  const state = foldCase(events, contextOf());
  if (state === undefined) throw new Error('no case');
  await store.save(state, undefined, 0);
  const notify = (rung = 0, taskToken = `token-${rung}`) => notifyLead({ alert: ALERT, rung, taskToken }, deps);
  const notified = () => store.log(CASE).flatMap((one) => (one.type === 'alert-notified' ? [one] : []));
  return { store, deps, mails, refused, logged, resumed, counts, notify, notified };
}

const acknowledgement = event('alert-acknowledged', '2026-11-16T10:23:00Z', { alertId: 'al_1', by: 'ben' });

describe('notifying the leads of a rung', () => {
  it('mails the lead on duty and puts that on the log', async () => {
    const { notify, mails, notified, store, resumed } = await setUp();
    expect(await notify()).toBe('told');
    expect(mails.map(({ to, subject }) => [to, subject])).toEqual([
      ['ana@example.com', 'First response due in 7 min: zendesk:5158, urgent, not triaged yet'],
    ]);
    expect(notified()).toEqual([
      {
        type: 'alert-notified',
        key: 'caserelay:alert-notified:al_1:0:ana',
        caseId: CASE,
        occurredAt: '2026-11-16T10:22:31.200Z',
        receivedAt: '2026-11-16T10:22:31.200Z',
        alertId: 'al_1',
        rung: 0,
        to: 'ana',
        kind: 'warning',
      },
    ]);
    expect((await store.alert('al_1'))?.taskToken).toBe('token-0');
    expect(resumed).toEqual([]);
  });

  it('reads nothing that a customer wrote: a thousand messages do not keep a lead from being told', async () => {
    const text = 'x'.repeat(1000);
    const more = Array.from({ length: 1000 }, () =>
      event('message-added', '2026-11-16T10:10:00Z', { author: 'customer', public: true, text }),
    );
    const { store, notify, mails } = await setUp({ more });
    let read = 0;
    const { events } = store;
    store.events = async (...asked) => {
      const found = await events.apply(store, asked);
      read += found.length;
      return found;
    };
    await notify();
    expect([mails.length, read]).toEqual([1, 1]);
  });

  it('gives each lead a link of their own, good for the policy’s seven days', async () => {
    const { notify, mails } = await setUp();
    await notify(1);
    const tokens = mails.map(({ text }) => /acknowledge\?token=(\S+)/.exec(text)?.[1] ?? '');
    const scope = { alertId: 'al_1', action: 'acknowledge' } as const;
    const day = 86_400_000;
    expect(tokens.map((token) => verifyLink(token, scope, KEYS, NOW + 7 * day - 2000))).toEqual([
      { verdict: 'ok', recipient: 'ana', expiresAt: expect.any(Number) },
      { verdict: 'ok', recipient: 'ben', expiresAt: expect.any(Number) },
    ]);
    expect(verifyLink(tokens[0] ?? '', scope, KEYS, NOW + 7 * day).verdict).toBe('expired');
  });

  it('links to why the deadline is what it is, with a token that is good for nothing else', async () => {
    const { notify, mails } = await setUp();
    await notify();
    const text = mails[0]?.text ?? '';
    const token = /Why this deadline: .*\n {2}\S+\/alerts\/al_1\/receipt\?token=(\S+)\n/.exec(text)?.[1] ?? '';
    expect(verifyLink(token, { alertId: 'al_1', action: 'receipt' }, KEYS, NOW)).toMatchObject({
      verdict: 'ok',
      recipient: 'ana',
    });
    expect(verifyLink(token, { alertId: 'al_1', action: 'acknowledge' }, KEYS, NOW).verdict).toBe('invalid');
  });

  it('measures the lag from the instant that was reached to the hand-over, on the first rung only', async () => {
    const { notify, counts } = await setUp();
    await notify(1);
    expect(counts.size).toBe(0);
    await notify(0);
    expect(Object.fromEntries(counts)).toEqual({ alertLag: 1.2 });
  });

  it('ends the wait without a mail if the promise has been kept', async () => {
    const { notify, mails, resumed, store } = await setUp({ more: [reply('2026-11-16T10:22:31Z')] });
    expect(await notify()).toBe('moot');
    expect(resumed).toEqual([{ taskToken: 'token-0', outcome: 'moot' }]);
    expect(mails).toEqual([]);
    expect(await store.alert('al_1')).toBeUndefined();
  });

  it('ends the wait of the next rung if the alert was acknowledged while the rungs changed', async () => {
    const { notify, mails, resumed, store } = await setUp();
    await notify(0);
    await store.acknowledge('al_1', 'ben', '2026-11-16T10:23:00.000Z', acknowledgement);
    expect(await notify(1)).toBe('acknowledged');
    expect(resumed).toEqual([{ taskToken: 'token-1', outcome: 'acknowledged' }]);
    expect(mails).toHaveLength(1);
  });

  it('judges the case by the policy that runs', async () => {
    // Under the new policy urgent cases have an hour: the deadline of 10:30 is none any more.
    const clocks = POLICY.clocks.map((clock) => ({ ...clock, targets: { ...clock.targets, urgent: 3600 } }));
    const { notify } = await setUp({ policy: { ...POLICY, version: 'test-2', clocks } });
    expect(await notify()).toBe('moot');
  });

  it('fails for a case that is not known', async () => {
    const { deps } = await setUp();
    const alert = { ...ALERT, caseId: 'zendesk:1' };
    await expect(notifyLead({ alert, rung: 0, taskToken: 't' }, deps)).rejects.toThrow('unknown case zendesk:1');
  });
});

describe('a promise that a lead has taken charge of', () => {
  const BREACHED = event('deadline-reached', '2026-11-16T10:30:00Z', {
    clock: 'first-response',
    turn: 1,
    threshold: 'breach',
    kind: 'breach',
    at: '2026-11-16T10:30:00.000Z',
    dueAt: '2026-11-16T10:30:00.000Z',
    targetSeconds: 1800,
  });
  const BREACH = alertFor(BREACHED, 'al_2') as Alert;
  /** The warning's acknowledgement, by a lead. */
  const taken = (by: string, rest: object = {}) =>
    event('alert-acknowledged', '2026-11-16T10:24:00Z', {
      alertId: 'al_1',
      by,
      promise: { clock: 'first-response', turn: 1, targetSeconds: 1800, ...rest },
    });
  const breachAfter = async (more: CaseEvent[], policy = POLICY) => {
    const all = await setUp({ more: [BREACHED, ...more], policy });
    const notifyBreach = (rung = 0) => notifyLead({ alert: BREACH, rung, taskToken: `breach-${rung}` }, all.deps);
    return { ...all, notifyBreach, to: () => all.mails.map(({ to }) => to) };
  };

  it('breaks: who acknowledged the warning is told once, nobody else, and the escalation is over', async () => {
    const { notifyBreach, to, mails, resumed, store, counts } = await breachAfter([taken('ben')]);
    expect(await notifyBreach()).toBe('acknowledged');
    expect(to()).toEqual(['ben@example.com']);
    expect(mails[0]?.text).toContain('You have it: you acknowledged an alert of this promise');
    expect(resumed).toEqual([{ taskToken: 'breach-0', outcome: 'acknowledged' }]);
    expect(await store.alert('al_2')).toMatchObject({
      acknowledgedBy: 'ben',
      acknowledgedAt: '2026-11-16T10:24:00.000Z',
    });
    expect((await store.alert('al_2'))?.dueAt).toBeUndefined();
    expect(store.log(CASE).at(-1)).toMatchObject({
      type: 'alert-acknowledged',
      alertId: 'al_2',
      by: 'ben',
      through: 'al_1',
    });
    expect(counts.get('alertAcknowledged')).toBeUndefined();
    // Run again, as a retry does: nobody is told twice.
    await notifyBreach();
    expect(to()).toEqual(['ben@example.com']);
  });

  it('breaks before it is acknowledged: the next step ends, and who was told already is not told again', async () => {
    const { notifyBreach, to, store, resumed } = await breachAfter([]);
    await notifyBreach();
    expect(to()).toEqual(['ana@example.com']);
    await store.append(taken('ana'));
    expect(await notifyBreach(1)).toBe('acknowledged');
    expect(to()).toEqual(['ana@example.com']);
    expect(resumed).toEqual([{ taskToken: 'breach-1', outcome: 'acknowledged' }]);
  });

  it('breaks, and another lead than the one first told acknowledged: that one is told, nobody else', async () => {
    const { notifyBreach, to, store } = await breachAfter([]);
    await notifyBreach();
    await store.append(taken('ben'));
    await notifyBreach(1);
    expect(to()).toEqual(['ana@example.com', 'ben@example.com']);
  });

  it('is acknowledged between the raising of the breach and its mail: that counts', async () => {
    const { store, deps, mails } = await breachAfter([]);
    const { raise } = store;
    store.raise = async (...args) => {
      const stored = await raise(...args);
      await store.append(taken('ben'));
      return stored;
    };
    await notifyLead({ alert: BREACH, rung: 0, taskToken: 't' }, { ...deps, store });
    expect(mails.map(({ to }) => to)).toEqual(['ben@example.com']);
  });

  it.each([
    ['who acknowledged is no lead any more', taken('cyd')],
    ['it was of another target', taken('ben', { targetSeconds: 3600 })],
    ['it was of another clock', taken('ben', { clock: 'resolution' })],
  ])('breaks as any other does if %s', async (_, acknowledged) => {
    const { notifyBreach, to } = await breachAfter([acknowledged]);
    expect(await notifyBreach()).toBe('told');
    expect(to()).toEqual(['ana@example.com']);
    expect(await notifyBreach(1)).toBe('told');
    expect(to()).toEqual(['ana@example.com', 'ana@example.com', 'ben@example.com']);
  });

  it('and cannot be told: the step fails as any other, and the retry tells', async () => {
    const { notifyBreach, to, refused, store } = await breachAfter([taken('ben')]);
    refused.add('ben@example.com');
    await expect(notifyBreach()).rejects.toThrow(NotAllToldError);
    expect((await store.alert('al_2'))?.acknowledgedBy).toBeUndefined();
    refused.clear();
    await notifyBreach();
    expect(to()).toEqual(['ben@example.com']);
  });
});

describe('danger', () => {
  const FOUND = event('danger-found', '2026-11-16T10:22:00Z', {
    calledBy: 'e1',
    place: 'message',
    rules: [{ ruleId: 'self-harm', reason: 'Somebody may be in danger.' }],
    queue: 'trust-and-safety',
    wasOver: false,
    endings: 0,
    policyVersion: 'test-1',
  });
  const DANGER = alertFor(FOUND, 'al_3') as Alert;
  const policy: Policy = {
    ...POLICY,
    alerting: {
      ...POLICY.alerting,
      dangerRungs: [
        { to: 'on-duty', waitSeconds: 60 },
        { to: 'all', waitSeconds: 120 },
      ],
    },
  };
  const dangerAfter = async (...more: CaseEvent[]) => {
    const all = await setUp({ more, policy });
    const notifyDanger = (rung = 0) => notifyLead({ alert: DANGER, rung, taskToken: `danger-${rung}` }, all.deps);
    return { ...all, notifyDanger };
  };

  it('is told to the leads of the queue that its rule names, and waits as long as the policy says of danger', async () => {
    const { notifyDanger, mails, store, counts } = await dangerAfter();
    expect(await notifyDanger()).toBe('told');
    expect(mails.map(({ to }) => to)).toEqual(['ben@example.com']);
    expect((await store.alert('al_3'))?.dueAt).toBe('2026-11-16T10:23:31.200Z');
    // From the instant at which it was found.
    expect(Object.fromEntries(counts)).toEqual({ alertLag: 31.2 });
  });

  it('is told even if the case is solved already; the next step is not', async () => {
    const { notifyDanger, mails, resumed } = await dangerAfter(event('solved', '2026-11-16T10:22:10Z', {}));
    expect(await notifyDanger()).toBe('told');
    expect(mails).toHaveLength(1);
    expect(await notifyDanger(1)).toBe('moot');
    expect(resumed).toEqual([{ taskToken: 'danger-1', outcome: 'moot' }]);
    expect(mails).toHaveLength(1);
  });

  it('is acknowledged by nothing but its own button', async () => {
    const other = event('alert-acknowledged', '2026-11-16T10:24:00Z', {
      alertId: 'al_1',
      by: 'ben',
      promise: { clock: 'first-response', turn: 1, targetSeconds: 1800 },
    });
    const { notifyDanger, store, mails } = await dangerAfter(other);
    expect(await notifyDanger()).toBe('told');
    await store.acknowledge('al_3', 'ben', '2026-11-16T10:25:00.000Z', {
      ...acknowledgement,
      key: 'of-danger',
      alertId: 'al_3',
    });
    expect(await notifyDanger(1)).toBe('acknowledged');
    expect(mails).toHaveLength(1);
  });
});

describe('a second step', () => {
  it('says in its subject that it is one, and who was told before', async () => {
    const { notify, mails } = await setUp();
    await notify(0);
    await notify(1);
    expect(mails.map(({ subject }) => subject)).toEqual([
      'First response due in 7 min: zendesk:5158, urgent, not triaged yet',
      'First response due in 7 min, step 2 (nobody answered): zendesk:5158, urgent, not triaged yet',
      'First response due in 7 min, step 2 (nobody answered): zendesk:5158, urgent, not triaged yet',
    ]);
    expect(mails[2]?.text).toContain(
      'This is step 2: Ana Reyes was told Mon 16 Nov 2026, 11:22 Central European Standard Time; nobody has acknowledged.',
    );
  });
});

describe('when something fails on the way', () => {
  it('a rung that is run again mails nobody twice', async () => {
    const { notify, mails, notified } = await setUp();
    await notify(1);
    await notify(1, 'token-of-the-retry');
    expect(mails.map(({ to }) => to)).toEqual(['ana@example.com', 'ben@example.com']);
    expect(notified()).toHaveLength(2);
  });

  it('one lead’s failure does not keep the others from being told, and the retry tells only that one', async () => {
    const { notify, mails, refused, notified, logged } = await setUp();
    refused.add('ana@example.com');
    await expect(notify(1)).rejects.toThrow(new NotAllToldError('1 of 2 leads were not told of alert al_1'));
    expect(mails.map(({ to }) => to)).toEqual(['ben@example.com']);
    expect(logged).toEqual([{ alertId: 'al_1', rung: 1, leadId: 'ana', error: new Error('MessageRejected') }]);
    refused.clear();
    await notify(1);
    expect(mails.map(({ to }) => to)).toEqual(['ben@example.com', 'ana@example.com']);
    expect(notified().map(({ to }) => to)).toEqual(['ben', 'ana']);
  });

  it('a crash between the mail and its marker is the one window in which a lead is mailed twice', async () => {
    const { deps, mails, notified, notify } = await setUp();
    const crashing = {
      ...deps,
      store: { ...deps.store, markMailed: () => Promise.reject(new Error('crash')) },
    };
    await expect(notifyLead({ alert: ALERT, rung: 0, taskToken: 't' }, crashing)).rejects.toThrow(NotAllToldError);
    expect(notified()).toEqual([]);
    await notify();
    await notify();
    expect(mails.map(({ to }) => to)).toEqual(['ana@example.com', 'ana@example.com']);
    expect(notified()).toHaveLength(1);
  });

  it('a crash after the marker costs no second mail, and the log still gets its entry', async () => {
    const { deps, mails, notified, notify } = await setUp();
    const crashing = { ...deps, store: { ...deps.store, append: () => Promise.reject(new Error('crash')) } };
    await expect(notifyLead({ alert: ALERT, rung: 0, taskToken: 't' }, crashing)).rejects.toThrow(NotAllToldError);
    await notify();
    expect(mails).toHaveLength(1);
    expect(notified()).toHaveLength(1);
  });

  it('a policy without leads is a failure, not a silence', async () => {
    const { notify } = await setUp({ policy: { ...POLICY, leads: [] } });
    await expect(notify()).rejects.toThrow(NotAllToldError);
  });
});

describe('a case that came home', () => {
  const HELD = event('agent-assigned', '2026-11-16T10:22:00Z', {
    agentId: 'lena',
    reason: '',
    sensitive: false,
    passedOver: {},
  });
  const RETURNED = event('handoff-returned', '2026-11-16T10:21:00Z', {
    handoffId: 'ho_1',
    vendor: 'manila',
    reason: 'skill',
    note: 'wants a refund',
  });
  const HOME = event('brought-home', '2026-11-16T10:22:10Z', { reason: 'no vendor can take it now', tried: [] });
  const alert = alertFor(HOME, 'al_home') as Alert;

  it('is told to its lead with what each vendor made of it, and to nobody else once somebody holds it', async () => {
    const { deps, mails, resumed } = await setUp({ more: [RETURNED, HELD, HOME] });
    expect(await notifyLead({ alert, rung: 0, taskToken: 'home-0' }, deps)).toBe('told');
    expect(mails.map(({ to }) => to)).toEqual(['ana@example.com']);
    expect(mails[0]?.text).toContain('Manila Desk: returned it (nobody there has the skill), Mon 16 Nov 2026, 02:21');
    expect(mails[0]?.text).toContain('this case: lena holds it');
    expect(await notifyLead({ alert, rung: 1, taskToken: 'home-1' }, deps)).toBe('moot');
    expect(resumed).toEqual([{ taskToken: 'home-1', outcome: 'moot' }]);
    expect(mails).toHaveLength(1);
  });

  it('goes on to the next step while nobody holds it', async () => {
    const { deps, mails } = await setUp({ more: [RETURNED, HOME] });
    await notifyLead({ alert, rung: 0, taskToken: 'home-0' }, deps);
    expect(await notifyLead({ alert, rung: 1, taskToken: 'home-1' }, deps)).toBe('told');
    expect(mails.map(({ to }) => to)).toEqual(['ana@example.com', 'ana@example.com', 'ben@example.com']);
  });
});
