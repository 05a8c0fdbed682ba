import { describe, expect, test } from 'vitest';
import { acknowledge, alertChooser, formOf, startDemoLead } from '../../../local/live/acknowledge.ts';
import { acknowledgeLinkOf, type Mail, parseMails } from '../../../local/live/mails.ts';

const PAGE = `<h1>Due soon</h1><form method="post" action="acknowledge">
<input type="hidden" name="token" value="a.b&amp;&#38;c">
<button type="submit">Acknowledge</button></form>`;

const mail = (id: string, alertId: string, at = 0): Mail => ({
  id,
  from: 'f',
  to: ['maya@example.com'],
  subject: 's',
  text: `Acknowledge:\nhttp://127.0.0.1:4580/api/alerts/${alertId}/acknowledge?token=t-${id}\n\nSent to Maya.`,
  html: '',
  at,
});

describe('acknowledge', () => {
  test('opens the page, reads its form and posts it, as a browser would', async () => {
    const calls: [url: string, method: string | undefined, body: unknown][] = [];
    const fetchIt = async (url: string | URL | Request, init?: RequestInit) => {
      calls.push([String(url), init?.method, init?.body]);
      return new Response(PAGE);
    };
    const url = 'http://127.0.0.1:4580/api/alerts/al_1/acknowledge?token=t';
    expect(await acknowledge(url, fetchIt as typeof fetch)).toBe(true);
    expect(calls).toEqual([
      [url, undefined, undefined],
      ['http://127.0.0.1:4580/api/alerts/al_1/acknowledge', 'POST', 'token=a.b%26%26c'],
    ]);
  });

  test('presses nothing where there is no button', async () => {
    let calls = 0;
    const fetchIt = async () => {
      calls += 1;
      return new Response('<p>Already acknowledged</p>');
    };
    expect(await acknowledge('http://127.0.0.1/x', fetchIt as typeof fetch)).toBe(false);
    expect(calls).toBe(1);
  });

  test('a form that is not posted is none', () => {
    expect(formOf('<form action="x"><input name="a"></form>')).toBeUndefined();
  });
});

describe('the demo lead', () => {
  test('answers every other alert at once, the others once a second mail about them went out', () => {
    const choose = alertChooser();
    const token = (url: string) => url.slice(url.indexOf('token=') + 6);
    expect(choose([mail('2', 'al_b'), mail('1', 'al_a')]).map(token)).toEqual(['t-1']);
    expect(choose([mail('2', 'al_b'), mail('1', 'al_a')])).toEqual([]);
    expect(choose([mail('4', 'al_a'), mail('3', 'al_b'), mail('2', 'al_b'), mail('1', 'al_a')]).map(token)).toEqual([
      't-3',
    ]);
    expect(choose([mail('5', 'al_c')]).map(token)).toEqual(['t-5']);
  });

  test('leaves the mails of an earlier run, counts what it acknowledged, and stops', async () => {
    const fetchIt = async () => new Response(PAGE);
    const lead = startDemoLead({
      readMails: async () => [mail('2', 'al_new', 2000), mail('1', 'al_old', 500)],
      since: 1000,
      fetch: fetchIt as typeof fetch,
      pollMs: 5,
      thinkMs: 0,
    });
    for (let tries = 0; tries < 100 && lead.acknowledged() === 0; tries++) {
      await new Promise((done) => setTimeout(done, 5));
    }
    await lead.stop();
    expect(lead.acknowledged()).toBe(1);
  });
});

describe('mails', () => {
  test('the link of a mail', () => {
    expect(acknowledgeLinkOf(mail('1', 'al_x'))).toEqual({
      alertId: 'al_x',
      url: 'http://127.0.0.1:4580/api/alerts/al_x/acknowledge?token=t-1',
    });
    expect(acknowledgeLinkOf({ text: 'no link' })).toBeUndefined();
  });

  test("the engine's list, of all accounts, newest first", () => {
    const sent = (MessageId: string, Timestamp: number) => ({
      MessageId,
      Timestamp,
      To: ['a@example.com'],
      BodyHtml: null,
    });
    const mails = parseMails({
      messages: { '000000000000': [sent('a', 1.5), sent('b', 3)], '111111111111': [sent('c', 2)] },
    });
    expect(mails.map(({ id, at, html }) => [id, at, html])).toEqual([
      ['b', 3000, ''],
      ['c', 2000, ''],
      ['a', 1500, ''],
    ]);
  });
});
