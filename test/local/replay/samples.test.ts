import { describe, expect, test } from 'vitest';
import { foldCase } from '../../../domain/case.ts';
import { type CaseEvent, toInstant } from '../../../domain/event.ts';
import { policyCalendars } from '../../../domain/policy.ts';
import { decideTriage } from '../../../domain/triage.ts';
import { standardWebhooks } from '../../../functions/adapters/crm/standard-webhooks.ts';
import { zendesk } from '../../../functions/adapters/crm/zendesk.ts';
import { SAMPLE_TICKETS, sampleSteps } from '../../../local/replay/samples.ts';
import { createToyCrm } from '../../../local/toys/toy-crm.ts';
import { actOn } from '../../../local/toys/vendor-rules.ts';
import { compilePolicyDir } from '../../../policy/compiler/compile-policy.ts';

const START = Date.parse('2026-11-22T10:00:00Z');
const ZENDESK_SECRET = 'a zendesk secret';
const INTAKE_SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

const { policy } = compilePolicyDir('local/policy');
const context = { policy, calendar: policyCalendars(policy) };
const crm = createToyCrm({
  source: 'zendesk',
  signingSecret: ZENDESK_SECRET,
  api: { email: 'e', token: 't' },
  integrationUserId: '900001',
  emit: () => {},
});
const steps = sampleSteps({ crm, intakeSecret: INTAKE_SECRET, firstNumber: 41_000 });

/** What CaseRelay's own adapters make of the webhooks, signatures checked. */
const events: CaseEvent[] = [...steps]
  .sort((a, b) => a.atSeconds - b.atSeconds)
  .flatMap(({ atSeconds, make }) => {
    const at = START + atSeconds * 1000;
    const webhook = make(at);
    const { source, body } = webhook;
    const headers = webhook.sign(Date.now());
    const [adapter, secret] = source === 'zendesk' ? [zendesk, ZENDESK_SECRET] : [standardWebhooks, INTAKE_SECRET];
    adapter.verify({ headers, body: Buffer.from(body) }, [secret], Date.now());
    const normalised = adapter.normalise(JSON.parse(body), headers, { source, receivedAt: toInstant(at) });
    expect(normalised.events.map(({ key, caseId }) => ({ key, caseId }))).toEqual([
      { key: webhook.id, caseId: webhook.caseId },
    ]);
    return normalised.events;
  });
const logs = Map.groupBy(events, ({ caseId }) => caseId);

function decisionOf(subject: string) {
  const opened = events.find((event) => event.type === 'opened' && event.fields.subject === subject);
  const state = opened === undefined ? undefined : foldCase([opened], context);
  if (state === undefined) throw new Error(`no sample has the subject ${subject}`);
  const { ruleId, route, sensitive, priority } = decideTriage(state, policy);
  return { ruleId, route, sensitive, priority };
}

describe('the sample cases', () => {
  test('fourteen of them, within about 75 seconds', () => {
    expect(logs.size).toBe(14);
    expect(Math.max(...steps.map(({ atSeconds }) => atSeconds))).toBeLessThanOrEqual(75);
  });

  test.each([
    ['Live channel keeps buffering every few minutes', 'playback', 'vendor', false, 'normal'],
    ['My channel was hacked', 'account-hijacked', 'home', true, 'high'],
    ['Charged twice for November', 'billing', 'vendor', false, 'normal'],
    ['Black screen when I play 4K films', 'playback', 'vendor', false, 'normal'],
    ['Not my login: devices in the list that I do not own', 'account-hijacked', 'home', true, 'high'],
    ['No sound on my streaming stick since the update', 'playback', 'vendor', false, 'normal'],
    ['App on my smart fridge stopped: playback error 7', 'playback', 'vendor', false, 'normal'],
    ['My creator payout for October is missing', 'otherwise', 'vendor', false, 'normal'],
    ['Copyright claim on my own song', 'otherwise', 'vendor', false, 'normal'],
    ['You people ruined my account', 'threat', 'home', true, 'urgent'],
    ['Worried about someone in a live chat', 'self-harm', 'home', true, 'urgent'],
    ['No puedo iniciar sesión', 'otherwise', 'vendor', false, 'normal'],
    ['Refund for a film that never started', 'us-billing', 'home', false, 'normal'],
  ])("%s: the demo's policy decides %s, %s", (subject, ruleId, route, sensitive, priority) => {
    expect(decisionOf(subject)).toEqual({ ruleId, route, sensitive, priority });
  });

  test('one is merged, one delivered twice, one reopened', () => {
    expect(events.filter(({ type }) => type === 'merged')).toHaveLength(1);
    expect(events.filter(({ type }) => type === 'reopened' || type === 'status-changed').length).toBeGreaterThan(1);
    expect(events.length - new Set(events.map(({ caseId, key }) => `${caseId} ${key}`)).size).toBe(1);
  });

  test('those that stay home end within the replay, answered', () => {
    for (const subject of [
      'My channel was hacked',
      'You people ruined my account',
      'Worried about someone in a live chat',
    ]) {
      const opened = events.find((event) => event.type === 'opened' && event.fields.subject === subject);
      const state = foldCase(logs.get(opened?.caseId ?? '') ?? [], context);
      expect(state).toMatchObject({ status: 'solved', replies: 1 });
    }
  });
});

describe('the vendors and the samples', () => {
  const acts = (vendor: string) =>
    SAMPLE_TICKETS.map(({ subject, text }) => actOn(vendor, { handoffId: 'ho_1', subject, text }).does);

  test('Manila rejects two, is silent on one, returns one', () => {
    const does = acts('manila');
    expect(does.filter((one) => one === 'reject')).toHaveLength(2);
    expect(does.filter((one) => one === 'stay-silent')).toHaveLength(1);
    expect(does.filter((one) => one === 'accept-and-return')).toHaveLength(1);
  });

  test('Bogotá rejects two of what Manila does not finish: those come home', () => {
    expect(acts('bogota').filter((one) => one === 'reject')).toHaveLength(2);
  });

  test('a case without text is decided by its handoff, always in the same way', () => {
    const does = Array.from({ length: 400 }, (_, n) => actOn('manila', { handoffId: `ho_${n}` }).does);
    expect(new Set(does)).toEqual(new Set(['reject', 'stay-silent', 'accept-and-return', 'accept-and-resolve']));
    expect(does.filter((one) => one === 'accept-and-resolve').length).toBeGreaterThan(250);
    expect(actOn('manila', { handoffId: 'ho_7' })).toEqual(actOn('manila', { handoffId: 'ho_7' }));
  });
});
