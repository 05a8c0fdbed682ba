import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { runInNewContext } from 'node:vm';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { standardWebhooks } from '../../../functions/adapters/crm/standard-webhooks.ts';
import { zendesk } from '../../../functions/adapters/crm/zendesk.ts';
import { signStandard } from '../../../local/replay/webhook.ts';
import { startToys, type Toys } from '../../../local/toys/toys-server.ts';

const VENDOR_SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const ZENDESK_SECRET = 'a zendesk secret';
const AUTHORISED = { authorization: `Basic ${Buffer.from('us@example.com/token:secret').toString('base64')}` };
const CUSTOMER = { id: '500001', name: 'Dana Whitfield', isStaff: false };
const AGENT = { id: '600001', name: 'Lee Park', isStaff: true };

interface Seen {
  readonly path: string;
  readonly method: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly bytes: Buffer;
}

/** In place of the engine: keeps what the API is sent, and has one mail. */
const seen: Seen[] = [];
const mails = {
  messages: {
    '000000000000': [
      {
        MessageId: 'm-1',
        Source: 'caserelay@example.com',
        To: ['maya@example.com'],
        CC: [],
        BCC: [],
        Subject: 'Due in 20 s: <zendesk:1>',
        BodyText: 'Acknowledge:\nhttp://127.0.0.1:4580/api/alerts/al_1/acknowledge?token=a.b.c\n',
        BodyHtml: '<p title="x">Acknowledge <a href="http://127.0.0.1:4580/api/x">here</a></p>',
        Timestamp: 1_795_368_491.4,
        Type: 'SendEmail',
      },
    ],
  },
};
const engine = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  if (request.url === '/_ministack/ses/messages') return response.end(JSON.stringify(mails));
  const { url: path = '', method = '', headers } = request;
  const bytes = Buffer.concat(chunks);
  seen.push({ path, method, headers, body: bytes.toString('utf8'), bytes });
  const status = path.startsWith('/gone') ? 410 : 202;
  response.writeHead(status, { 'content-type': 'application/json', 'x-from': 'engine' }).end('{"accepted":1}');
});

let toys: Toys;
beforeAll(async () => {
  await new Promise<void>((done) => engine.listen(0, '127.0.0.1', done));
  const endpoint = `http://127.0.0.1:${(engine.address() as AddressInfo).port}`;
  toys = await startToys({
    port: 0,
    api: { endpoint, host: 'abcd1234.execute-api.localhost:4566' },
    crm: {
      source: 'zendesk',
      signingSecret: ZENDESK_SECRET,
      api: { email: 'us@example.com', token: 'secret' },
      integrationUserId: '900001',
    },
    vendorSecrets: { manila: VENDOR_SECRET, bogota: VENDOR_SECRET },
    pace: { answer: 0, reply: 0, resolve: 0, solve: 0 },
  });
});
afterAll(async () => {
  await toys.close();
  await new Promise((done) => engine.close(done));
});

const until = async <T>(look: () => T | undefined): Promise<T> => {
  for (let tries = 0; tries < 200; tries++) {
    const found = look();
    if (found !== undefined) return found;
    await new Promise((done) => setTimeout(done, 10));
  }
  throw new Error('it did not happen within two seconds');
};
const put = (id: string, body: unknown, headers: Record<string, string> = AUTHORISED) =>
  fetch(`${toys.url}/crm/api/v2/tickets/${id}.json`, { method: 'PUT', headers, body: JSON.stringify(body) });

/** The webhooks about a ticket that reached the API, as CaseRelay's adapter reads them. */
const toldAbout = (id: string) =>
  seen
    .filter(({ path, body }) => path === '/webhooks/zendesk' && JSON.parse(body).detail.id === id)
    .map(({ headers, body }) => {
      const received = headers as Record<string, string>;
      zendesk.verify({ headers: received, body: Buffer.from(body) }, [ZENDESK_SECRET], Date.now());
      const context = { source: 'zendesk', receivedAt: new Date().toISOString(), integrationUserId: '900001' };
      return { type: JSON.parse(body).type, ...zendesk.normalise(JSON.parse(body), received, context) };
    });

describe('the toy CRM', () => {
  test('takes what is under ticket, keeps it, and echoes it as its own webhooks do', async () => {
    toys.crm.createTicket(
      { id: '101', subject: 'Buffering', description: 'It stops.', requester: CUSTOMER },
      Date.now(),
    );
    const response = await put('101', {
      ticket: {
        priority: 'high',
        group_id: 360001,
        additional_tags: ['playback'],
        comment: { body: 'Triaged', public: false },
      },
    });
    expect(response.status).toBe(200);
    const asked = await fetch(`${toys.url}/crm/api/v2/tickets/101.json`, { headers: AUTHORISED });
    const shown = (await asked.json()) as { ticket: Record<string, unknown> };
    expect(shown.ticket).toMatchObject({ id: 101, priority: 'high', group_id: 360001, tags: ['playback'] });
    const told = await until(() => (toldAbout('101').length === 2 ? toldAbout('101') : undefined));
    expect(told).toEqual([
      { type: 'zen:event-type:ticket.priority_changed', events: [], ignored: 'own write' },
      { type: 'zen:event-type:ticket.comment_added', events: [], ignored: 'own write' },
    ]);
  });

  test('a flat body is answered with 200 and does nothing', async () => {
    toys.crm.createTicket({ id: '102', subject: 'S', description: 'D', requester: CUSTOMER }, Date.now());
    expect((await put('102', { priority: 'urgent' })).status).toBe(200);
    expect(toys.crm.ticket('102')?.priority).toBeNull();
  });

  test('refuses wrong credentials, what is not JSON, an unknown priority and a stale update', async () => {
    toys.crm.createTicket({ id: '103', subject: 'S', description: 'D', requester: CUSTOMER }, Date.now());
    expect((await put('103', {}, { authorization: 'Basic eDp5' })).status).toBe(401);
    expect((await put('103', 'text')).status).toBe(400);
    expect((await put('103', { ticket: { priority: 'extreme' } })).status).toBe(422);
    const stale = { ticket: { priority: 'low', safe_update: true, updated_stamp: '2020-01-01T00:00:00Z' } };
    expect((await put('103', stale)).status).toBe(409);
    expect(toys.crm.ticket('103')?.priority).toBeNull();
  });

  test('shows a ticket as a page, its texts as texts', async () => {
    toys.crm.createTicket(
      { id: '104', subject: '<script>alert(1)</script>', description: 'D', requester: CUSTOMER },
      Date.now(),
    );
    const page = await (await fetch(`${toys.url}/crm/agent/tickets/104`)).text();
    expect(page).toContain('&#60;script&#62;');
    expect(page).not.toContain('<script>');
    expect((await fetch(`${toys.url}/crm/agent/tickets/999`)).status).toBe(404);
    expect(await (await fetch(`${toys.url}/crm`)).text()).toContain('/crm/agent/tickets/104');
  });

  test("what people do is told in the documented shapes, which CaseRelay's adapter reads", () => {
    const at = Date.parse('2026-11-22T10:00:00.250Z');
    const made = [
      toys.crm.createTicket({ id: '105', subject: 'S', description: 'D', requester: CUSTOMER, channel: 'email' }, at),
      toys.crm.comment('105', CUSTOMER, 'Hello?', true, at),
      toys.crm.comment('105', AGENT, 'Between us', false, at),
      toys.crm.assign('105', AGENT, at),
      toys.crm.setPriority('105', 'URGENT', AGENT, at),
      toys.crm.setStatus('105', 'PENDING', AGENT, at),
      toys.crm.setStatus('105', 'SOLVED', AGENT, at),
      toys.crm.setStatus('105', 'OPEN', CUSTOMER, at),
      toys.crm.merge('105', '104', AGENT, at),
    ];
    const facts = made.map(({ body }) => {
      const context = { source: 'zendesk', receivedAt: '2026-11-22T10:00:01.000Z' };
      const [event] = zendesk.normalise(JSON.parse(body), {}, context).events;
      expect(event).toMatchObject({ caseId: 'zendesk:105', occurredAt: '2026-11-22T10:00:00.250Z' });
      return event;
    });
    expect(facts).toMatchObject([
      { type: 'opened', status: 'new', priority: null, fields: { subject: 'S', text: 'D', channel: 'email' } },
      { type: 'message-added', author: 'customer', public: true, text: 'Hello?' },
      { type: 'message-added', author: 'agent', public: false },
      { type: 'assigned', assigneeId: '600001' },
      { type: 'priority-changed', priority: 'urgent' },
      { type: 'status-changed', status: 'pending' },
      { type: 'solved' },
      { type: 'reopened' },
      { type: 'merged' },
    ]);
  });
});

describe('the toy vendors', () => {
  const offer = (handoffId: string, vendorCase: Record<string, unknown>) =>
    JSON.stringify({
      type: 'handoff.offered',
      timestamp: new Date().toISOString(),
      data: {
        handoffId,
        attempt: 1,
        answerBy: new Date(Date.now() + 10_000).toISOString(),
        workSeconds: 90,
        answerUrl: `${toys.url}/api/vendors/manila/handoffs/${handoffId}/answers`,
        case: vendorCase,
      },
    });
  const send = (body: string, secret = VENDOR_SECRET) =>
    fetch(`${toys.url}/vendors/manila/offers`, {
      method: 'POST',
      headers: signStandard(secret, 'msg_1', body, Date.now()),
      body,
    });
  const answersTo = (handoffId: string) =>
    seen.filter(({ path }) => path === `/vendors/manila/handoffs/${handoffId}/answers`);
  const saidTo = (handoffId: string) => answersTo(handoffId).map(({ body }) => JSON.parse(body));

  test('accepts a signed offer, answers the customer in the CRM, resolves, and the ticket is solved', async () => {
    const at = Date.now();
    toys.crm.createTicket({ id: '201', subject: 'It stutters', description: 'D', requester: CUSTOMER }, at);
    expect((await send(offer('ho_a', { subject: 'It stutters' }))).status).toBe(200);
    await until(() => (toldAbout('201').length === 2 ? true : undefined));
    expect(saidTo('ho_a')).toMatchObject([
      { handoffId: 'ho_a', answer: 'accepted' },
      { handoffId: 'ho_a', answer: 'resolved' },
    ]);
    for (const { headers, body } of answersTo('ho_a')) {
      new StandardWebhook(VENDOR_SECRET).verify(body, headers as Record<string, string>);
    }
    expect(toldAbout('201').flatMap(({ events }) => events)).toMatchObject([
      { type: 'message-added', author: 'agent', public: true },
      { type: 'solved' },
    ]);
  });

  test('what is recalled is worked on no more, and its page says so', async () => {
    toys.crm.createTicket({ id: '202', subject: 'Taken back', description: 'D', requester: CUSTOMER }, Date.now());
    const data = { handoffId: 'ho_r', because: 'case-solved' };
    const recall = JSON.stringify({ type: 'handoff.recalled', timestamp: new Date().toISOString(), data });
    // In whichever order they come: nobody knows how long an offer was on its way.
    expect((await send(recall)).status).toBe(200);
    expect((await send(offer('ho_r', { subject: 'Taken back' }))).status).toBe(200);
    await until(() => (saidTo('ho_r').length > 0 ? true : undefined));
    expect(saidTo('ho_r')).toMatchObject([{ answer: 'accepted' }]);
    expect(toldAbout('202')).toEqual([]);
    expect((await send(recall)).status).toBe(200);
    expect(await (await fetch(`${toys.url}/vendors/manila/`)).text()).toContain('told to stop (case-solved)');
  });

  test('an offer that comes twice is worked on once', async () => {
    const body = offer('ho_b', { subject: 'My 4K film' });
    expect((await send(body)).status).toBe(200);
    expect((await send(body)).status).toBe(200);
    await until(() => (saidTo('ho_b').length > 0 ? true : undefined));
    await new Promise((done) => setTimeout(done, 100));
    expect(saidTo('ho_b')).toEqual([
      { handoffId: 'ho_b', answer: 'rejected', reason: 'capacity', note: 'Our 4K desk is full until tomorrow.' },
    ]);
  });

  test('refuses what is not signed for it, and what is no offer', async () => {
    expect((await send(offer('ho_c', {}), 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA')).status).toBe(401);
    expect((await send('{"type":"other"}')).status).toBe(400);
    expect((await fetch(`${toys.url}/vendors/oslo/offers`, { method: 'POST' })).status).toBe(404);
  });

  test('shows its rules and what it was offered', async () => {
    const page = await (await fetch(`${toys.url}/vendors/manila`)).text();
    expect(page).toContain('streaming stick');
    expect(page).toContain('It stutters');
  });
});

describe('the mailbox', () => {
  test('lists the mails, and stays as it is while it is read', async () => {
    const response = await fetch(`${toys.url}/mailbox`);
    const page = await response.text();
    expect(page).not.toContain('http-equiv');
    expect(page).toMatch(/<main data-watch="\/mailbox" data-state="\w+" data-count="1"/);
    expect(page).toContain('<script src="/news.js"></script>');
    expect(response.headers.get('content-security-policy')).toContain("script-src 'self'");
    expect(page).toContain('href="/mailbox/m-1"');
    expect(page).toContain('Due in 20 s: &#60;zendesk:1&#62;');
  });

  test('shows a mail in a frame that cannot run anything, with links that leave it', async () => {
    const page = await (await fetch(`${toys.url}/mailbox/m-1`)).text();
    expect(page).toContain('sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"');
    expect(page).not.toContain('allow-scripts');
    expect(page).toContain('<dt>To</dt><dd>maya@example.com</dd>');
    expect(page).toContain('data-watch="/mailbox"');
    expect(page).toContain('srcdoc="&#60;base target=&#34;_blank&#34;&#62;');
    expect(page).toContain('<a href="http://127.0.0.1:4580/api/alerts/al_1/acknowledge?token=a.b.c"');
    expect((await fetch(`${toys.url}/mailbox/none`)).status).toBe(404);
  });
});

describe('the news of a page', () => {
  /** Runs the script of the pages with what it needs of a browser; returns what the page says after each look. */
  async function said(was: Record<string, string>, looks: readonly (Record<string, string> | Error)[]) {
    const script = await (await fetch(`${toys.url}/news.js`)).text();
    const told: string[] = [];
    let tick: () => Promise<void> = async () => {};
    const news = {
      textContent: '',
      replaceChildren() {
        this.textContent = '';
      },
      append(part: { textContent: string; href?: string }) {
        this.textContent = part.textContent;
        told.push(part.href === undefined ? part.textContent : `${part.textContent} -> ${part.href}`);
      },
    };
    const left = [...looks];
    const page = (dataset: object) => ({ querySelector: () => ({ dataset }) });
    const document = {
      ...page(was),
      title: 'Mailbox',
      visibilityState: 'visible',
      getElementById: () => news,
      createElement: () => ({}),
      addEventListener: () => {},
      querySelectorAll: () => [],
    };
    const next = async () => {
      const now = left.shift();
      if (now instanceof Error) throw now;
      return { text: async () => JSON.stringify(now) };
    };
    const DOMParser = class {
      parseFromString = (text: string) => page(JSON.parse(text));
    };
    const setInterval = (look: typeof tick) => {
      tick = look;
    };
    runInNewContext(script, { document, fetch: next, DOMParser, setInterval, location: { pathname: '/mailbox' } });
    while (left.length > 0) await tick();
    return { told, title: document.title };
  }
  const mailbox = { watch: '/mailbox', state: 'a', count: '2', one: 'newer mail', many: 'newer mails' };

  test('is told once, with the way to it', async () => {
    const two = { ...mailbox, state: 'b', count: '4' };
    const { told, title } = await said(mailbox, [mailbox, { ...mailbox, state: 'b', count: '3' }, two, two]);
    expect(told).toEqual(['1 newer mail -> /mailbox', '2 newer mails -> /mailbox']);
    expect(title).toBe('(2) Mailbox');
  });

  test('is a change where nothing is counted, and of this page alone', async () => {
    const ticket = { watch: '/mailbox', state: 'a' };
    expect((await said(ticket, [{ ...ticket, state: 'b' }])).told).toEqual(['There is news: show it -> /mailbox']);
    const elsewhere = { watch: '/crm', state: 'a' };
    expect((await said(elsewhere, [{ ...elsewhere, state: 'b' }])).told).toEqual([]);
  });

  test('ends with the demo', async () => {
    const { told } = await said(mailbox, [new TypeError('fetch failed'), mailbox]);
    expect(told).toEqual(['The demo has ended: nothing new will come.']);
  });
});

describe('the way to the API', () => {
  test('hands on method, path, query, headers and the very bytes', async () => {
    const body = Buffer.from([0x7b, 0xff, 0x00, 0x22, 0x7d]);
    const response = await fetch(`${toys.url}/api/webhooks/intake?a=1&a=%20`, {
      method: 'POST',
      headers: { 'Webhook-Id': 'x', 'content-type': 'application/json' },
      body,
    });
    expect(response.status).toBe(202);
    expect(response.headers.get('x-from')).toBe('engine');
    expect(await response.json()).toEqual({ accepted: 1 });
    const last = seen.at(-1);
    expect(last).toMatchObject({ method: 'POST', path: '/webhooks/intake?a=1&a=%20' });
    expect(last?.bytes.equals(body)).toBe(true);
    expect(last?.headers).toMatchObject({ host: 'abcd1234.execute-api.localhost:4566', 'webhook-id': 'x' });
  });

  test('hands back any status', async () => {
    expect((await fetch(`${toys.url}/api/gone`)).status).toBe(410);
  });

  test('the sender of the toys goes that way, and what it sends is genuine', async () => {
    const { standardWebhook } = await import('../../../local/replay/webhook.ts');
    const fact = { source: 'intake', number: 'W-9', id: 'e9', type: 'solved', at: Date.now(), data: {} };
    expect(await toys.sender.send(standardWebhook(fact, VENDOR_SECRET))).toMatchObject({ accepted: true, status: 202 });
    const { headers, body } = seen.at(-1) ?? { headers: {}, body: '' };
    const received = headers as Record<string, string>;
    standardWebhooks.verify({ headers: received, body: Buffer.from(body) }, [VENDOR_SECRET], Date.now());
  });
});

test('a ticket that somebody sent in the name of the CRM is in it then, once, and can be solved', async () => {
  const detail = { id: '4711', subject: 'Pasted', description: 'By hand', status: 'NEW', priority: 'HIGH' };
  const send = (type: string, path = '/api/webhooks/zendesk', subject = 'Pasted') => {
    const body = JSON.stringify({ type: `zen:event-type:${type}`, detail: { ...detail, subject } });
    return fetch(`${toys.url}${path}`, { method: 'POST', body });
  };
  await send('ticket.status_changed');
  await send('ticket.created', '/api/gone');
  await fetch(`${toys.url}/api/webhooks/zendesk`, { method: 'POST', body: 'not JSON' });
  expect(toys.crm.ticket('4711')).toBeUndefined();
  await send('ticket.created');
  await send('ticket.created', '/api/webhooks/zendesk', 'Another');
  expect(toys.crm.ticket('4711')).toMatchObject({ subject: 'Pasted', status: 'NEW', priority: 'HIGH' });
  // As in any ticket, what the customer wrote stands first; and vendors greet whoever it is by a name.
  expect(toys.crm.ticket('4711')?.comments).toMatchObject([
    { author: { name: 'Somebody' }, body: 'By hand', isPublic: true },
  ]);
  toys.crm.setStatus('4711', 'SOLVED', AGENT, Date.now());
  expect(toys.crm.openTicketOf('Pasted')).toBeUndefined();
});

test('a port in use rejects with the error of listen', async () => {
  const taken = Number(new URL(toys.url).port);
  const again = startToys({
    port: taken,
    api: { endpoint: toys.url, host: 'x' },
    crm: { source: 'z', signingSecret: 's', api: { email: 'e', token: 't' }, integrationUserId: '1' },
    vendorSecrets: {},
  });
  await expect(again).rejects.toMatchObject({ code: 'EADDRINUSE' });
});
