import { describe, expect, it } from 'vitest';
import { type Alert, alertFor } from '../../domain/alert.ts';
import { foldCase } from '../../domain/case.ts';
import { type LeadConsoleDeps, leadConsole } from '../../functions/lead-console/lead-console.ts';
import { signLink } from '../../functions/shared/links.ts';
import { memoryMeter } from '../support/doubles.ts';
import { event, fromCustomer, opened, priority, reply } from '../support/events.ts';
import { memoryStore } from '../support/memory-store.ts';
import { contextOf } from '../support/policy-fixture.ts';

const CASE = 'zendesk:5158';
const KEYS = ['first-key-0123456789'];
const NOW = Date.parse('2026-11-16T10:25:00Z');
const TOMORROW = NOW + 86_400_000;
const WARNED = event('deadline-reached', '2026-11-16T10:22:30Z', {
  clock: 'first-response',
  turn: 1,
  threshold: '75%',
  kind: 'warning',
  at: '2026-11-16T10:22:30.000Z',
  dueAt: '2026-11-16T10:30:00.000Z',
  targetSeconds: 1800,
});
const reachedBreach = () =>
  event('deadline-reached', '2026-11-16T10:30:00Z', {
    clock: 'first-response',
    turn: 1,
    threshold: 'breach',
    kind: 'breach',
    at: '2026-11-16T10:30:00.000Z',
    dueAt: '2026-11-16T10:30:00.000Z',
    targetSeconds: 1800,
  });
const ALERT = alertFor(WARNED, 'al_1') as Alert;

async function setUp({ subject = 'Black screen', sensitive = false } = {}) {
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
    context: contextOf(),
    meter,
    log: { error: () => undefined },
    now: () => NOW,
  };
  await store.append(opened('2026-11-16T10:00:00Z', { priority: 'urgent', fields: { subject } }));
  await store.append(
    event('triaged', '2026-11-16T10:00:02Z', {
      decision: {
        ruleId: 'playback',
        reason: 'playback questions follow a script',
        policyVersion: 'test-1',
        priority: 'urgent',
        queue: 'general',
        route: 'home',
        sensitive,
        dataClass: 'standard',
        category: 'playback',
        tags: [],
        language: 'en',
      },
    }),
  );
  await store.append(WARNED);
  for (const to of ['ana', 'ben']) {
    await store.append(
      event('alert-notified', '2026-11-16T10:22:31Z', { alertId: 'al_1', rung: 0, to, kind: 'warning' }),
    );
  }
  await store.raise(ALERT, 0, 'token-0', '2026-11-16T10:40:00.000Z');
  const visit = (method: string, { token = linkOf('ana'), alertId = 'al_1', body = '' } = {}) =>
    leadConsole({ method, alertId, token, body }, deps);
  const submit = (token = linkOf('ana'), alertId = 'al_1') =>
    visit('POST', { token: '', alertId, body: new URLSearchParams({ token }).toString() });
  const acknowledged = () => store.log(CASE).filter(({ type }) => type === 'alert-acknowledged');
  return { store, deps, counts, visit, submit, acknowledged };
}

function linkOf(lead: string, expiresAt = TOMORROW, alertId = 'al_1'): string {
  return signLink({ alertId, action: 'acknowledge' }, lead, expiresAt, KEYS);
}

describe('opening the link', () => {
  it('shows what happened, on the lead’s own clock, who else was told, and a button', async () => {
    const { visit } = await setUp();
    const { status, html } = await visit('GET');
    expect(status).toBe(200);
    expect(html).toContain('<h1>First response is due in 5 min</h1>');
    // Ana lives in Los Angeles: 10:30 UTC is 02:30 there.
    expect(html).toContain('Mon 16 Nov 2026, 02:30 Pacific Standard Time (in 5 min)');
    expect(html).toContain('<a href="https://example.zendesk.com/agent/tickets/5158">zendesk:5158</a>');
    expect(html).toContain('<dd>Ben Okafor (Mon 16 Nov 2026, 02:22 Pacific Standard Time)</dd>');
    expect(html).toContain('<form method="post" action="acknowledge">');
    expect(html).toContain(`name="token" value="${linkOf('ana')}"`);
  });

  it('reads nothing that a customer wrote: a thousand messages do not keep the button from a lead', async () => {
    const { visit, store } = await setUp();
    for (let nth = 0; nth < 1000; nth++)
      await store.append({ ...fromCustomer('2026-11-16T10:05:00Z'), key: `m${nth}` });
    const keys: string[] = [];
    const { events } = store;
    store.events = async (...asked) => {
      const found = await events.apply(store, asked);
      keys.push(...found.map(({ type }) => type));
      return found;
    };
    expect((await visit('GET')).html).toContain('<button type="submit">Acknowledge</button>');
    expect(keys.toSorted()).toEqual(['alert-notified', 'alert-notified', 'deadline-reached', 'triaged']);
  });

  it.each(['GET', 'HEAD'])('by %s changes nothing, however often', async (method) => {
    const { visit, acknowledged, counts, store } = await setUp();
    await visit(method);
    await visit(method, { body: new URLSearchParams({ token: linkOf('ana') }).toString() });
    expect(acknowledged()).toEqual([]);
    expect(counts.size).toBe(0);
    expect((await store.alert('al_1'))?.acknowledgedBy).toBeUndefined();
  });

  it('has no script, no submission by itself, and nothing from elsewhere', async () => {
    const { visit } = await setUp();
    const { html } = await visit('GET');
    expect(html).not.toMatch(/<script|\son\w+=|javascript:|http-equiv|<img|<link|url\(|@import|autofocus/i);
  });

  it.each([
    ['a reply', reply('2026-11-16T10:24:00Z'), 'what was promised has been done. Nobody else is told of this alert.'],
    ['an end', event('merged', '2026-11-16T10:24:00Z', {}), 'the promise does not run any more. Nobody'],
    ['a breach', reachedBreach(), 'a later alert of the same deadline has taken its place'],
    ['a lower priority', priority('2026-11-16T10:24:00Z', 'low'), 'its deadline has moved'],
  ] as const)(
    'after %s says why it is not pressing any more, and threatens nobody with the next step',
    async (_, what, why) => {
      const { visit, store } = await setUp();
      expect((await visit('GET')).html).toContain('If nobody does, all leads');
      await store.append(what);
      const { html } = await visit('GET');
      expect(html).toContain(`Not pressing any more: ${why}`);
      expect(html).toContain('Acknowledging now only says that you have seen it.');
      expect(html).not.toMatch(/If nobody does|stops the escalation/);
    },
  );

  it('escapes what a customer wrote', async () => {
    const { visit } = await setUp({ subject: `"><script>alert('x')</script>` });
    const { html } = await visit('GET');
    expect(html).toContain('&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;');
    expect(html).not.toContain('<script');
  });

  it('keeps a sensitive case’s subject in the CRM', async () => {
    const { visit } = await setUp({ subject: 'He threatened me', sensitive: true });
    const { html } = await visit('GET');
    expect(html).not.toContain('threatened');
    expect(html).toContain('sensitive case: open it in the CRM');
  });
});

describe('pressing the button', () => {
  it('acknowledges for the lead whose link it is', async () => {
    const { submit, acknowledged, counts, store } = await setUp();
    const { status, html } = await submit();
    expect(status).toBe(200);
    expect(html).toContain('Acknowledged by <strong>you</strong>, Mon 16 Nov 2026, 02:25 Pacific Standard Time.');
    expect(html).not.toContain('<form');
    expect(acknowledged()).toEqual([
      {
        type: 'alert-acknowledged',
        key: 'caserelay:alert-acknowledged:al_1',
        caseId: CASE,
        occurredAt: '2026-11-16T10:25:00.000Z',
        receivedAt: '2026-11-16T10:25:00.000Z',
        alertId: 'al_1',
        by: 'ana',
        promise: { clock: 'first-response', turn: 1, targetSeconds: 1800 },
      },
    ]);
    expect(Object.fromEntries(counts)).toEqual({ alertAcknowledged: 1 });
    expect((await store.alert('al_1'))?.acknowledgedBy).toBe('ana');
  });

  it('a second time, or by a second lead, says who was first and changes nothing', async () => {
    const { submit, visit, acknowledged, counts } = await setUp();
    await submit();
    const again = await submit();
    expect(again.status).toBe(200);
    expect(again.html).toContain('Already acknowledged by <strong>you</strong>');
    const bens = await submit(linkOf('ben'));
    // Ben lives in Berlin: 10:25 UTC is 11:25 there.
    expect(bens.html).toContain(
      'Already acknowledged by <strong>Ana Reyes</strong>, Mon 16 Nov 2026, 11:25 Central European Standard Time.',
    );
    expect((await visit('GET', { token: linkOf('ben') })).html).toContain('Already acknowledged by <strong>Ana Reyes');
    expect(acknowledged()).toHaveLength(1);
    expect(Object.fromEntries(counts)).toEqual({ alertAcknowledged: 1 });
  });

  it('by two leads at once counts once', async () => {
    const { submit, acknowledged } = await setUp();
    const pages = await Promise.all([submit(), submit(linkOf('ben'))]);
    expect(pages.map(({ status }) => status)).toEqual([200, 200]);
    expect(acknowledged()).toHaveLength(1);
  });

  it('does nothing without the token in the form: a scanner that posts to the address acts on nothing', async () => {
    const { visit, acknowledged } = await setUp();
    expect((await visit('POST')).status).toBe(403);
    expect((await visit('POST', { body: `{"token":"${linkOf('ana')}"}` })).status).toBe(403);
    expect(acknowledged()).toEqual([]);
  });
});

it('the page of a danger that was solved since says so', async () => {
  const { store, visit } = await setUp();
  const danger = { place: 'opening', queue: 'general', wasOver: false } as const;
  const alert: Alert = { alertId: 'al_3', caseId: CASE, kind: 'danger', at: '2026-11-16T10:00:00.000Z', danger };
  await store.raise(alert, 0, 'token-d', '2026-11-16T10:40:00.000Z');
  const page = () => visit('GET', { token: linkOf('ben', TOMORROW, 'al_3'), alertId: 'al_3' });
  expect((await page()).html).toContain('<h1>Somebody may be in danger: look at this case now</h1>');
  expect((await page()).html).not.toContain('solved');
  await store.append(event('solved', '2026-11-16T10:24:00Z', {}));
  expect((await page()).html).toContain('Not pressing any more: the case is solved. Nobody else is told of it.');
});

describe('a warning that is acknowledged covers what comes of its promise', () => {
  const BREACHED = reachedBreach();
  const alone = (whom: string) => `A later warning of this promise, or its breach, is told once, to ${whom} alone.`;

  it('and the page says so before and after the button is pressed, to each who reads it', async () => {
    const { visit, submit } = await setUp();
    expect((await visit('GET')).html).toContain(`and stops the escalation. ${alone('you')} If nobody does, `);
    expect((await submit()).html).toContain(`Nobody else will be told. ${alone('you')}</p>`);
    expect((await visit('GET', { token: linkOf('ben') })).html).toContain(alone('Ana Reyes'));
  });

  it('but not once its lead has left: then the page says that a breach is told anew', async () => {
    const { store, deps, visit, submit } = await setUp();
    await submit(linkOf('ana'));
    const { policy } = deps.context;
    const left = { ...policy, leads: policy.leads.filter(({ id }) => id !== 'ana') };
    const page = await leadConsole(
      { method: 'GET', alertId: 'al_1', token: linkOf('ben'), body: '' },
      { ...deps, store, context: contextOf(left) },
    );
    expect(page.html).toContain('whoever acknowledged is no lead any more, so a breach is told anew.');
    expect((await visit('GET', { token: linkOf('ben') })).html).not.toContain('told anew');
  });

  it('and the page of its breach has nothing left to press', async () => {
    const { store, visit, submit } = await setUp();
    await store.append(BREACHED);
    await store.raise(alertFor(BREACHED, 'al_2') as Alert, 0, 'token-b', '2026-11-16T10:45:00.000Z');
    const page = () => visit('GET', { token: linkOf('ben', TOMORROW, 'al_2'), alertId: 'al_2' });
    expect((await page()).html).toContain('<form');
    expect((await page()).html).not.toContain('A later warning');
    await submit();
    expect((await page()).html).toContain('Already acknowledged by <strong>Ana Reyes</strong>');
    expect((await page()).html).not.toContain('<form');
  });
});

describe('a link that is no good', () => {
  const cases = [
    ['expired', 410, linkOf('ana', NOW), 'al_1'],
    ['forged', 403, linkOf('ana').replace(/.{4}$/, 'AAAA'), 'al_1'],
    ['made for another alert', 403, linkOf('ana'), 'al_2'],
    ['of someone who is not a lead any more', 403, linkOf('cyd'), 'al_1'],
    ['missing', 403, '', 'al_1'],
    ['about an alert that is not known', 404, linkOf('ana', TOMORROW, 'al_9'), 'al_9'],
  ] as const;
  it.each(cases)(
    'because it is %s gets a page with status %d, by GET and by POST',
    async (_, status, token, alertId) => {
      const { visit, submit, acknowledged } = await setUp();
      const shown = await visit('GET', { token, alertId });
      const posted = await submit(token, alertId);
      expect([shown.status, posted.status]).toEqual([status, status]);
      expect(shown.html).toContain('<h1>');
      expect(shown.html).not.toContain('Black screen');
      expect(acknowledged()).toEqual([]);
    },
  );

  it('another method gets a 405', async () => {
    const { visit } = await setUp();
    expect((await visit('PUT')).status).toBe(405);
  });
});

describe('when the store refuses', () => {
  it('the lead gets a page that says so, to try again', async () => {
    const { store, submit, acknowledged } = await setUp();
    store.refuse(1);
    const page = await submit();
    expect(page.status).toBe(503);
    expect(page.html).toContain('Try again in a minute');
    expect(acknowledged()).toEqual([]);
  });

  it('a page that could not be made after the acknowledgement does not say that nothing was changed', async () => {
    const { store, submit, acknowledged } = await setUp();
    const { acknowledge } = store;
    store.acknowledge = async (...args) => {
      const outcome = await acknowledge(...args);
      store.refuse(1);
      return outcome;
    };
    const page = await submit();
    expect(page.status).toBe(503);
    expect(page.html).not.toMatch(/nothing was changed/i);
    expect(acknowledged()).toHaveLength(1);
  });

  it('any other error is not passed off as that', async () => {
    const { deps } = await setUp();
    const broken = { ...deps, secrets: { links: () => Promise.reject(new TypeError('a bug')) } };
    const request = { method: 'GET', alertId: 'al_1', token: linkOf('ana'), body: '' };
    await expect(leadConsole(request, broken)).rejects.toThrow(TypeError);
  });
});
