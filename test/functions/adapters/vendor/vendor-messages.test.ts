import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { afterEach, describe, expect, it } from 'vitest';
import type { VendorPolicy } from '../../../../domain/policy.ts';
import {
  MessageRefusedError,
  type Offer,
  VendorUnavailableError,
  type VendorWebhooksConfig,
  vendorWebhooks,
} from '../../../../functions/adapters/vendor/vendor-messages.ts';
import { SecretUnavailableError } from '../../../../functions/shared/secrets.ts';
import { newSigningSecret, VENDOR_POLICY, vendorSecrets } from '../../../support/handoff-fixture.ts';

const NOW = Date.now();
const [SECRET, OLD_SECRET] = [newSigningSecret(), newSigningSecret()];
const MANILA = VENDOR_POLICY.vendors[0] as VendorPolicy;
const OFFER: Offer = {
  handoffId: 'ho_0123456789abcdefghijkl',
  attempt: 1,
  offeredAt: '2026-03-11T08:30:00.000Z',
  answerBy: '2026-03-11T08:40:00.000Z',
  workSeconds: 14_400,
  answerUrl: 'https://api.example.com/vendors/manila/handoffs/ho_0123456789abcdefghijkl/answers',
  packet: { category: 'playback', subject: 'Écran noir 🎬' },
};

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A vendor on loopback, and what was posted to it. */
async function vendorThat(answer: RequestListener) {
  const received: { headers: IncomingMessage['headers']; body: string }[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    received.push({ headers: request.headers, body });
    answer(request, response);
  });
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/offers`;
  return { vendor: { ...MANILA, url }, received };
}

const answering = (status: number, headers: Record<string, string> = {}): RequestListener => {
  return (_, response) => response.writeHead(status, headers).end('{"ignored":true}');
};

function sender(changes: Partial<VendorWebhooksConfig> = {}) {
  const secrets = vendorSecrets({ manila: [SECRET, OLD_SECRET] });
  return vendorWebhooks({ secrets, allowLoopback: true, now: () => NOW, ...changes });
}

describe('an offer', () => {
  it('arrives as a message that the vendor can verify with the library', async () => {
    const { vendor, received } = await vendorThat(answering(204));
    await sender().offer(vendor, OFFER, 'offer_ho_1');
    expect(received).toHaveLength(1);
    const { headers, body } = received[0] as (typeof received)[0];
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'webhook-id': 'offer_ho_1' });
    expect(new Webhook(SECRET).verify(body, headers as Record<string, string>)).toEqual({
      type: 'handoff.offered',
      timestamp: '2026-03-11T08:30:00.000Z',
      data: {
        handoffId: 'ho_0123456789abcdefghijkl',
        attempt: 1,
        answerBy: '2026-03-11T08:40:00.000Z',
        workSeconds: 14_400,
        answerUrl: 'https://api.example.com/vendors/manila/handoffs/ho_0123456789abcdefghijkl/answers',
        case: { category: 'playback', subject: 'Écran noir 🎬' },
      },
    });
    expect(() => new Webhook(OLD_SECRET).verify(body, headers as Record<string, string>)).toThrow();
  });

  it('sent again is the same message with the same body, signed at its own time', async () => {
    const { vendor, received } = await vendorThat(answering(200));
    await sender().offer(vendor, OFFER, 'offer_ho_1');
    await sender({ now: () => NOW + 60_000 }).offer(vendor, OFFER, 'offer_ho_1');
    const [first, second] = received as [(typeof received)[0], (typeof received)[0]];
    expect(second.body).toBe(first.body);
    expect(second.headers['webhook-id']).toBe(first.headers['webhook-id']);
    expect(Number(second.headers['webhook-timestamp'])).toBe(Number(first.headers['webhook-timestamp']) + 60);
  });

  it.each([200, 201, 202, 204])('answered with %d is delivered', async (status) => {
    const { vendor } = await vendorThat(answering(status));
    await expect(sender().offer(vendor, OFFER, 'm')).resolves.toBeUndefined();
  });

  it.each([400, 401, 403, 404, 410, 422])('answered with %d is refused for good', async (status) => {
    const { vendor } = await vendorThat(answering(status));
    await expect(sender().offer(vendor, OFFER, 'm')).rejects.toThrow(
      new MessageRefusedError(`vendor manila answered with ${status}`),
    );
  });

  it.each([408, 425, 429, 500, 502, 503])('answered with %d may be taken later', async (status) => {
    const { vendor } = await vendorThat(answering(status));
    await expect(sender().offer(vendor, OFFER, 'm')).rejects.toThrow(
      new VendorUnavailableError(`vendor manila answered with ${status}`),
    );
  });

  it.each([301, 302, 307, 308])('does not follow a redirect (%d)', async (status) => {
    const { vendor: elsewhere, received } = await vendorThat(answering(200));
    const { vendor } = await vendorThat(answering(status, { location: elsewhere.url }));
    await expect(sender().offer(vendor, OFFER, 'm')).rejects.toThrow(
      new MessageRefusedError(`vendor manila answered with ${status}; redirects are not followed`),
    );
    expect(received).toEqual([]);
  });

  it('is delivered whatever the response goes on to say', async () => {
    const { vendor } = await vendorThat((_, response) => {
      response.writeHead(200);
      const flood = setInterval(() => response.write('x'.repeat(65_536)), 1);
      response.on('close', () => clearInterval(flood));
    });
    await expect(sender().offer(vendor, OFFER, 'm')).resolves.toBeUndefined();
  });
});

describe('a vendor that cannot be reached', () => {
  it('because it says nothing in time may take it later', async () => {
    const { vendor } = await vendorThat(() => {});
    await expect(sender({ timeoutMs: 50 }).offer(vendor, OFFER, 'm')).rejects.toThrow(VendorUnavailableError);
  });

  it('because DNS says nothing in time may take it later', async () => {
    const send = sender({ timeoutMs: 50, resolve: () => new Promise(() => {}) }).offer(MANILA, OFFER, 'm');
    await expect(send).rejects.toThrow(VendorUnavailableError);
  });

  it('because it hangs up may take it later', async () => {
    const { vendor } = await vendorThat((request) => request.socket.destroy());
    await expect(sender().offer(vendor, OFFER, 'm')).rejects.toThrow(VendorUnavailableError);
  });

  it('because nothing listens may take it later', async () => {
    const { vendor } = await vendorThat(answering(200));
    const server = servers.pop();
    server?.close();
    await once(server as Server, 'close');
    await expect(sender().offer(vendor, OFFER, 'm')).rejects.toThrow(VendorUnavailableError);
  });

  it('because its name is not known may take it later', async () => {
    const resolve = () => Promise.reject(Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' }));
    await expect(sender({ resolve }).offer(MANILA, OFFER, 'm')).rejects.toThrow(
      new VendorUnavailableError('vendor manila cannot be reached: getaddrinfo'),
    );
  });
});

describe('a vendor that must not be called', () => {
  it('because its name leads to a private network', async () => {
    const resolve = async () => [{ address: '10.0.0.5', family: 4 }];
    await expect(sender({ resolve }).offer(MANILA, OFFER, 'm')).rejects.toThrow(
      new MessageRefusedError(
        'the URL of vendor manila must not be called: manila.example.com resolves to 10.0.0.5, which is not a public address',
      ),
    );
  });

  it('because it is on loopback and the policy is not that of a local run', async () => {
    const { vendor, received } = await vendorThat(answering(200));
    await expect(sender({ allowLoopback: false }).offer(vendor, OFFER, 'm')).rejects.toThrow(MessageRefusedError);
    expect(received).toEqual([]);
  });
});

describe('a signing secret', () => {
  it('that was never set is said to be missing', async () => {
    const { vendor } = await vendorThat(answering(200));
    const send = sender({ secrets: vendorSecrets({}) }).offer(vendor, OFFER, 'm');
    await expect(send).rejects.toThrow(SecretUnavailableError);
  });

  it('that is not base64 is said to be wrong', async () => {
    const { vendor, received } = await vendorThat(answering(200));
    const send = sender({ secrets: vendorSecrets({ manila: ['whsec_!'] }) }).offer(vendor, OFFER, 'm');
    await expect(send).rejects.toThrow(SecretUnavailableError);
    expect(received).toEqual([]);
  });
});

describe('a recall', () => {
  const RECALL = { handoffId: 'ho_1', recalledAt: '2026-03-11T12:30:00.000Z', because: 'work-timeout' } as const;

  it('arrives as a message that the vendor can verify, with nothing of the case in it', async () => {
    const { vendor, received } = await vendorThat(answering(204));
    expect(await sender().recall(vendor, RECALL, 'recall_ho_1')).toBe('told');
    const { headers, body } = received[0] as (typeof received)[0];
    expect(headers['webhook-id']).toBe('recall_ho_1');
    expect(new Webhook(SECRET).verify(body, headers as Record<string, string>)).toEqual({
      type: 'handoff.recalled',
      timestamp: '2026-03-11T12:30:00.000Z',
      data: { handoffId: 'ho_1', because: 'work-timeout' },
    });
  });

  it('that the vendor does not want to hear of is refused for good; one that is down may hear it later', async () => {
    const { vendor: deaf } = await vendorThat(answering(404));
    expect(await sender().recall(deaf, RECALL, 'm')).toBe('refused');
    expect(await sender({ allowLoopback: false }).recall(deaf, RECALL, 'm')).toBe('refused');
    const { vendor: down } = await vendorThat(answering(503));
    await expect(sender().recall(down, RECALL, 'm')).rejects.toThrow(VendorUnavailableError);
  });
});
