import { describe, expect, test } from 'vitest';
import { createSender, playSteps, reportOf } from '../../../local/replay/send.ts';
import type { Webhook } from '../../../local/replay/webhook.ts';

const webhook = (caseId: string, id: string): Webhook => ({
  source: 'intake',
  caseId,
  id,
  type: 'opened',
  body: id,
  sign: (now) => ({ signed: String(now) }),
  isFact: true,
});

/** A receiver that answers each body as told, 202 when nothing is left to tell, and counts how many it has at once. */
function receiver(answers: Readonly<Record<string, (number | 'no answer')[]>> = {}) {
  const seen: string[] = [];
  let atOnce = 0;
  let most = 0;
  const fetchIt = async (url: string | URL | Request, init?: RequestInit) => {
    atOnce += 1;
    most = Math.max(most, atOnce);
    await new Promise((done) => setImmediate(done));
    atOnce -= 1;
    const body = String(init?.body);
    seen.push(body);
    expect(String(url)).toBe('http://api.test/webhooks/intake');
    const answer = answers[body]?.shift() ?? 202;
    if (answer === 'no answer') throw new TypeError('fetch failed', { cause: new Error('ECONNREFUSED') });
    return new Response(JSON.stringify({ title: 'Refused', detail: `status ${answer}` }), { status: answer });
  };
  return { fetchIt: fetchIt as typeof fetch, seen, most: () => most };
}

describe('createSender', () => {
  test('keeps the order of a case and sends at most eight at once', async () => {
    const { fetchIt, seen, most } = receiver();
    const sender = createSender({ url: 'http://api.test/webhooks', fetch: fetchIt });
    const numbers = Array.from({ length: 20 }, (_, index) => index);
    for (const step of ['a', 'b', 'c']) for (const n of numbers) sender.send(webhook(`intake:${n}`, `${n}${step}`));
    await sender.idle();
    expect(seen).toHaveLength(60);
    for (const n of numbers) {
      expect(seen.filter((id) => id.slice(0, -1) === String(n))).toEqual([`${n}a`, `${n}b`, `${n}c`]);
    }
    expect(most()).toBe(8);
  });

  test('tries again on 503, 429 and no answer, with growing pauses, and signs anew', async () => {
    const { fetchIt, seen } = receiver({ x: [503, 429, 'no answer'] });
    const pauses: number[] = [];
    const sender = createSender({
      url: 'http://api.test/webhooks',
      fetch: fetchIt,
      wait: async (ms) => pauses.push(ms),
    });
    expect(await sender.send(webhook('intake:1', 'x'))).toMatchObject({ status: 202, tries: 4, accepted: true });
    expect(seen).toEqual(['x', 'x', 'x', 'x']);
    expect(pauses).toEqual([250, 500, 1000]);
  });

  test('gives up at once on what no retry helps, and says why', async () => {
    const { fetchIt, seen } = receiver({ x: [400] });
    const sender = createSender({ url: 'http://api.test/webhooks', fetch: fetchIt });
    const delivery = await sender.send(webhook('intake:1', 'x'));
    expect(delivery).toMatchObject({ status: 400, tries: 1, accepted: false, problem: 'status 400' });
    expect(seen).toHaveLength(1);
  });

  test('gives up after the last try, and goes on with the case', async () => {
    const { fetchIt } = receiver({ x: ['no answer', 'no answer'] });
    const sender = createSender({ url: 'http://api.test/webhooks', fetch: fetchIt, tries: 2, wait: async () => {} });
    sender.send(webhook('intake:1', 'x'));
    expect(await sender.send(webhook('intake:1', 'y'))).toMatchObject({ accepted: true });
    const report = reportOf(sender.deliveries);
    expect(report).toMatchObject({ sent: 2, accepted: 1, retried: 1, byStatus: { 0: 1, 202: 1 } });
    expect(report.refused[0]).toMatchObject({ problem: 'fetch failed: ECONNREFUSED' });
  });
});

describe('playSteps', () => {
  test('sends each step at its time, whatever the order of the list', async () => {
    const { fetchIt, seen } = receiver();
    let now = 1000;
    const sender = createSender({ url: 'http://api.test/webhooks', fetch: fetchIt });
    const made: number[] = [];
    const step = (atSeconds: number, id: string) => ({
      atSeconds,
      make: (at: number) => {
        made.push(at);
        return webhook(`intake:${id}`, id);
      },
    });
    await playSteps([step(2, 'late'), step(0.5, 'early')], sender, {
      startAt: 1000,
      now: () => now,
      wait: async (ms) => {
        now += ms;
      },
    });
    expect(seen).toEqual(['early', 'late']);
    expect(made).toEqual([1500, 3000]);
  });

  test('stops between two steps', async () => {
    const { fetchIt, seen } = receiver();
    const ending = new AbortController();
    const sender = createSender({ url: 'http://api.test/webhooks', fetch: fetchIt });
    const step = (atSeconds: number) => ({ atSeconds, make: () => webhook('intake:1', String(atSeconds)) });
    await playSteps([step(0), step(1), step(2)], sender, {
      startAt: 0,
      now: () => 0,
      wait: async (ms) => {
        if (ms >= 1000) ending.abort();
      },
      signal: ending.signal,
    });
    expect(seen).toEqual(['0']);
  });
});
