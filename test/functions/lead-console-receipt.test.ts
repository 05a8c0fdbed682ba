import { describe, expect, it } from 'vitest';
import { type Alert, alertFor } from '../../domain/alert.ts';
import { foldCase } from '../../domain/case.ts';
import type { Receipt } from '../../domain/receipt.ts';
import { replayReceipt } from '../../domain/receipt-replay.ts';
import { type LeadConsoleDeps, leadConsole, receiptConsole } from '../../functions/lead-console/lead-console.ts';
import { type LinkAction, signLink } from '../../functions/shared/links.ts';
import { memoryMeter } from '../support/doubles.ts';
import { event, opened, status } from '../support/events.ts';
import { memoryStore } from '../support/memory-store.ts';
import { contextOf } from '../support/policy-fixture.ts';

const KEYS = ['first-key-0123456789'];
// Monday, office hours 09:00-17:00 UTC. 4 h promised at 10:00, an hour of it paused: due at 15:00.
const NOW = Date.parse('2026-11-16T14:30:00Z');
const TOMORROW = NOW + 86_400_000;
const reached = (caseId = 'zendesk:5158') =>
  event('deadline-reached', '2026-11-16T14:00:00Z', {
    caseId,
    clock: 'next-response',
    turn: 1,
    threshold: '75%',
    kind: 'warning',
    at: '2026-11-16T14:00:00.000Z',
    dueAt: '2026-11-16T15:00:00.000Z',
    targetSeconds: 14_400,
  });

function linkOf(
  lead: string,
  { expiresAt = TOMORROW, alertId = 'al_1', action = 'receipt' as LinkAction } = {},
): string {
  return signLink({ alertId, action }, lead, expiresAt, KEYS);
}

async function setUp() {
  const store = memoryStore();
  // As apply-event keeps it.
  store.load = async (caseId) => {
    const state = foldCase(store.log(caseId), contextOf());
    return state && { state, version: 1, dueAt: undefined };
  };
  const { meter, counts } = memoryMeter();
  const deps: LeadConsoleDeps = {
    store,
    secrets: { links: async () => ({ keys: KEYS }) },
    context: { ...contextOf(), tzdata: '2026c' },
    meter,
    log: { error: () => undefined },
    now: () => NOW,
  };
  const says = (at: string, author: 'agent' | 'customer', text: string) =>
    event('message-added', at, { author, public: true, text });
  const events = [
    opened('2026-11-16T09:00:00Z', { fields: { subject: 'He threatened me', text: 'my secret words' } }),
    says('2026-11-16T09:30:00Z', 'agent', 'we look into it'),
    says('2026-11-16T10:00:00Z', 'customer', 'are you there, <b>you</b>?'),
    status('2026-11-16T11:00:00Z', 'pending'),
    status('2026-11-16T12:00:00Z', 'open'),
    reached(),
  ];
  for (const one of events) await store.append(one);
  const raise = (alert: Alert) => store.raise(alert, 0, 'token-0', '2026-11-16T14:40:00.000Z');
  await raise(alertFor(reached(), 'al_1') as Alert);
  await raise(alertFor(reached('zendesk:404'), 'al_gone') as Alert);
  await raise({ ...(alertFor(reached(), 'al_old') as Alert), turn: 9 });
  await raise({ alertId: 'al_home', caseId: 'zendesk:5158', kind: 'came-home', at: '2026-11-16T14:00:00.000Z' });
  const visit = async (token = linkOf('ana'), { alertId = 'al_1', method = 'GET', format = '' } = {}) => {
    const page = await receiptConsole({ method, alertId, token, format }, deps);
    return { html: '', text: '', contentType: '', ...page };
  };
  return { store, deps, counts, visit };
}

describe('the page behind "Why this deadline"', () => {
  it('shows how the deadline adds up, on the lead’s own clock', async () => {
    const { visit } = await setUp();
    const { status: code, html } = await visit();
    expect(code).toBe(200);
    expect(html).toContain('<h1>Why this deadline: Next response</h1>');
    const rows = [...html.matchAll(/<tr class="([\w -]+)">(.*?)<\/tr>/g)].map(([, kind, cells = '']) =>
      [
        kind,
        ...cells
          .replace(/<td[^>]*>/g, '')
          .split('</td>')
          .slice(0, 4),
      ].join(' | '),
    );
    // Ana lives in Los Angeles: 10:00 UTC is 02:00 there.
    expect(rows).toEqual([
      'counted | Mon 16 Nov 02:00 | 1:00:00 | 1:00:00 | open hours',
      'paused | Mon 16 Nov 03:00 |  | 1:00:00 | paused: the case was pending; 1:00:00 of open hours do not count',
      'counted | Mon 16 Nov 04:00 | 2:30:00 | 3:30:00 | open hours',
      'now | Mon 16 Nov 06:30 |  |  | as of now',
      'counted ahead | Mon 16 Nov 06:30 | 0:30:00 | 4:00:00 | to come: open hours',
      'deadline ahead | Mon 16 Nov 07:00 |  |  | DEADLINE',
    ]);
    expect(html).toContain(
      'Deadline: <strong>Mon 16 Nov 2026, 07:00 Pacific Standard Time</strong><br>3:30:00 counted + 0:30:00 left = 4:00:00 promised',
    );
    expect(html).toContain('<dd>4 business hours: time in which calendar office is open</dd>');
    expect(html).toContain('<dd>time zones and clock changes by tzdata 2026c</dd>');
    expect(html).toContain('Times in Pacific Time (America/Los_Angeles).');
  });

  it('draws the same as a bar: five hours, of which the second is paused', async () => {
    const { visit } = await setUp();
    const { html } = await visit();
    const bars = [...html.matchAll(/<rect class="([\w -]+)" x="([\d.]+)" y="\d+" width="([\d.]+)"/g)];
    expect(bars.map(([, kind, x, width]) => [kind, Number(x), Number(width)])).toEqual([
      ['counted', 0, 200],
      ['paused', 200, 200],
      ['counted', 400, 500],
      ['counted to-come', 900, 100],
      ['mark-now', 898.5, 3],
      ['mark-deadline', 997, 3],
    ]);
  });

  it('explains the bar by its own colours, of which light and dark have others, and not by their names', async () => {
    const { visit } = await setUp();
    const { html } = await visit();
    const legend = /<ul class="legend">(.*?)<\/ul>/.exec(html)?.[1] ?? '';
    expect([...legend.matchAll(/<i class="([\w -]+)"><\/i>([^<]+)/g)].map(([, kind, words]) => [kind, words])).toEqual([
      ['counted', 'counted'],
      ['paused', 'paused'],
      ['counted to-come', 'fainter: still to come'],
      ['mark-now', 'now'],
      ['mark-deadline', 'the deadline'],
    ]);
    const words = html.slice(html.indexOf('<body')).replace(/<[^>]+>/g, ' ');
    expect(words).not.toMatch(/\b(blue|amber|grey|gray|dark|light|red|pale)\b/i);
    // Each has a colour, and where it is dark another one.
    const style = html.slice(html.indexOf('<style>'), html.indexOf('</style>'));
    for (const name of ['counted', 'paused', 'closed', 'off', 'several', 'due'])
      expect([...style.matchAll(new RegExp(`--${name}: #`, 'g'))], name).toHaveLength(2);
  });

  it('has no script, nothing from elsewhere, and nothing that a customer wrote', async () => {
    const { visit } = await setUp();
    const { html } = await visit();
    expect(html).not.toMatch(/<script|\son\w+=|javascript:|http-equiv|<img|<link|url\(|@import|autofocus|<form/i);
    expect(html).toContain('<meta name="robots" content="noindex">');
    for (const words of ['threatened', 'secret', 'are you there']) expect(html).not.toContain(words);
  });

  it('is also there as JSON, which works out to the same second, and as text', async () => {
    const { visit } = await setUp();
    const json = await visit(linkOf('ana'), { format: 'json' });
    expect([json.status, json.contentType]).toEqual([200, 'application/json']);
    const shown: Receipt = JSON.parse(json.text);
    expect(shown).toMatchObject({ dueAt: '2026-11-16T15:00:00.000Z', tzdata: '2026c' });
    expect(replayReceipt(shown)).toMatchObject({ dueAt: shown.dueAt, workedSeconds: shown.sum.workedSeconds });
    const text = await visit(linkOf('ben'), { format: 'text' });
    expect([text.status, text.contentType]).toEqual([200, 'text/plain; charset=utf-8']);
    // Ben lives in Berlin.
    expect(text.text).toContain('Mon 16 Nov 16:00                           DEADLINE\n');
    const { html } = await visit();
    expect(html).toContain(`href="receipt?token=${linkOf('ana')}&amp;format=text"`);
    expect(html).toContain(`href="receipt?token=${linkOf('ana')}&amp;format=json"`);
  });

  it.each(['GET', 'HEAD'])('by %s changes nothing', async (method) => {
    const { visit, store, counts } = await setUp();
    const before = store.log('zendesk:5158').length;
    expect((await visit(linkOf('ana'), { method })).status).toBe(200);
    expect(store.log('zendesk:5158')).toHaveLength(before);
    expect(counts.size).toBe(0);
    expect((await store.alert('al_1'))?.acknowledgedBy).toBeUndefined();
  });
});

describe('a receipt’s link that is no good', () => {
  it.each([
    ['expired', 410, linkOf('ana', { expiresAt: NOW }), 'al_1'],
    ['forged', 403, linkOf('ana').replace(/.{4}$/, 'AAAA'), 'al_1'],
    ['made to acknowledge', 403, linkOf('ana', { action: 'acknowledge' }), 'al_1'],
    ['made for another alert', 403, linkOf('ana'), 'al_gone'],
    ['of someone who is not a lead any more', 403, linkOf('cyd'), 'al_1'],
    ['missing', 403, '', 'al_1'],
    ['about an alert that is not known', 404, linkOf('ana', { alertId: 'al_9' }), 'al_9'],
    ['about a case whose events are gone', 404, linkOf('ana', { alertId: 'al_gone' }), 'al_gone'],
    ['about a turn that the policy does not give the case', 404, linkOf('ana', { alertId: 'al_old' }), 'al_old'],
    ['about an alert without a deadline', 404, linkOf('ana', { alertId: 'al_home' }), 'al_home'],
  ])('because it is %s gets a page with status %d, in every format', async (_, code, token, alertId) => {
    const { visit } = await setUp();
    for (const format of ['', 'json', 'text']) {
      const page = await visit(token, { alertId, format });
      expect(page.status).toBe(code);
      expect(page.html).toContain('<h1>');
      expect(page.html).not.toContain('zendesk:');
    }
  });

  it('cannot acknowledge: by the other page it is refused', async () => {
    const { deps, store } = await setUp();
    const body = new URLSearchParams({ token: linkOf('ana') }).toString();
    const page = await leadConsole({ method: 'POST', alertId: 'al_1', token: '', body }, deps);
    expect(page.status).toBe(403);
    expect((await store.alert('al_1'))?.acknowledgedBy).toBeUndefined();
  });

  it('another method gets a 405, and a store that refuses a 503', async () => {
    const { visit, store } = await setUp();
    expect((await visit(linkOf('ana'), { method: 'POST' })).status).toBe(405);
    store.refuse(1);
    expect((await visit()).status).toBe(503);
  });
});

describe('the acknowledge page', () => {
  const acknowledgePage = async (alertId: string, expiresAt = TOMORROW) => {
    const { deps } = await setUp();
    const token = linkOf('ana', { alertId, action: 'acknowledge', expiresAt });
    return (await leadConsole({ method: 'GET', alertId, token, body: '' }, deps)).html;
  };

  it('links to the receipt, for the same lead and no longer than its own link', async () => {
    const expiresAt = NOW + 3_600_000;
    expect(await acknowledgePage('al_1', expiresAt)).toContain(
      `<a href="receipt?token=${linkOf('ana', { expiresAt })}">`,
    );
  });

  it('of an alert without a deadline does not', async () => {
    expect(await acknowledgePage('al_home')).not.toContain('receipt?token=');
  });
});
