import { describe, expect, it } from 'vitest';
import { CrmSetupError, type SendToCrm, TransientCrmError } from '../../../../functions/adapters/crm/ticket-update.ts';
import { updateTicket, type ZendeskAccount } from '../../../../functions/adapters/crm/zendesk-api.ts';
import type { OutboundRequest, OutboundResponse } from '../../../../functions/shared/outbound-request.ts';
import { UnsafeUrlError } from '../../../../functions/shared/outbound-url.ts';

const account: ZendeskAccount = {
  apiUrl: 'https://example.zendesk.com',
  credentials: { email: 'bot@example.com', token: 'abc' },
  allowLoopback: false,
};
const update = { priority: 'high', groupId: '44897999201817', tags: ['billing'], note: 'because' } as const;

const OK: OutboundResponse = { status: 200, headers: {}, body: '{}' };

/** Answers with `response` and remembers what was sent. */
function fakeCrm(response: () => OutboundResponse | Promise<never> = () => OK) {
  const calls: OutboundRequest[] = [];
  const send: SendToCrm = async (request) => {
    calls.push(request);
    return response();
  };
  return { calls, send };
}
const answering = (status: number, body = '{}', headers = {}) => fakeCrm(() => ({ status, headers, body })).send;

describe('updateTicket', () => {
  it('puts everything under "ticket", signed in as <email>/token', async () => {
    const { calls, send } = fakeCrm();
    expect(await updateTicket('5158', update, account, send)).toEqual({ outcome: 'written' });
    expect(calls).toHaveLength(1);
    const { url, method, headers, body } = calls[0] as OutboundRequest;
    expect(url).toBe('https://example.zendesk.com/api/v2/tickets/5158.json');
    expect(method).toBe('PUT');
    // base64 of "bot@example.com/token:abc"
    expect(headers).toMatchObject({ authorization: 'Basic Ym90QGV4YW1wbGUuY29tL3Rva2VuOmFiYw==' });
    expect(JSON.parse(String(body))).toEqual({
      ticket: {
        priority: 'high',
        group_id: 44897999201817,
        additional_tags: ['billing'],
        comment: { body: 'because', public: false },
      },
    });
  });

  it('leaves out what triage did not decide', async () => {
    const { calls, send } = fakeCrm();
    await updateTicket('5158', { priority: 'low', tags: [], note: 'n' }, account, send);
    expect(JSON.parse(String(calls[0]?.body)).ticket).toEqual({
      priority: 'low',
      comment: { body: 'n', public: false },
    });
  });

  it('keeps a strange ticket id inside its path', async () => {
    const { calls, send } = fakeCrm();
    await updateTicket('../users/1?x=', update, account, send);
    expect(calls[0]?.url).toBe('https://example.zendesk.com/api/v2/tickets/..%2Fusers%2F1%3Fx%3D.json');
  });

  it.each([400, 404, 410, 422])('%i is final: refused', async (status) => {
    const body = '{"error":"RecordInvalid","description":"Status: closed prevents ticket update by Ana"}';
    const result = await updateTicket('5158', update, account, answering(status, body));
    expect(result).toEqual({ outcome: 'refused', reason: `${status} RecordInvalid` });
  });

  it('a refusal without a code gives the status alone', async () => {
    for (const body of ['<html>', '{"error":{"title":"No such ticket"}}', 'null'])
      expect(await updateTicket('5158', update, account, answering(404, body))).toEqual({
        outcome: 'refused',
        reason: '404',
      });
  });

  it.each([408, 409, 429, 500, 503])('%i is worth another try', async (status) => {
    await expect(updateTicket('5158', update, account, answering(status))).rejects.toThrow(TransientCrmError);
  });

  it('passes on how long Zendesk asks to wait', async () => {
    const error = await updateTicket('5158', update, account, answering(429, '', { 'retry-after': '93' })).catch(
      (thrown) => thrown,
    );
    expect(error).toMatchObject({ name: 'TransientCrmError', retryAfterSeconds: 93 });
    expect(error.message).toBe('example.zendesk.com answered 429; it asks to wait 93 s');
  });

  it('a time-out or no connection is worth another try', async () => {
    const { send } = fakeCrm(() => Promise.reject(new DOMException('too slow', 'TimeoutError')));
    await expect(updateTicket('5158', update, account, send)).rejects.toThrow(
      'example.zendesk.com could not be reached (TimeoutError)',
    );
  });

  it.each([401, 403])('%i says what to check', async (status) => {
    const attempt = updateTicket('5158', update, account, answering(status));
    await expect(attempt).rejects.toThrow(CrmSetupError);
    await expect(attempt).rejects.toThrow(/email and token/);
  });

  it('does not follow a redirect with its credentials', async () => {
    const redirect = answering(302, '', { location: 'https://elsewhere.example.com' });
    await expect(updateTicket('5158', update, account, redirect)).rejects.toThrow(/redirect/);
  });

  it.each([
    ['http://example.zendesk.com', true],
    ['http://127.0.0.1:8080', false],
    ['http://127.0.0.1.example.com', true],
    ['ftp://127.0.0.1', true],
    ['example.zendesk.com', false],
  ])('does not call %s (loopback allowed: %s)', async (apiUrl, allowLoopback) => {
    const { calls, send } = fakeCrm();
    await expect(updateTicket('1', update, { ...account, apiUrl, allowLoopback }, send)).rejects.toThrow(CrmSetupError);
    expect(calls).toEqual([]);
  });

  it('an address that turns out to be inside is for somebody to set right, not to try again', async () => {
    const { send } = fakeCrm(() => Promise.reject(new UnsafeUrlError('it resolves to 10.0.0.1')));
    await expect(updateTicket('1', update, account, send)).rejects.toThrow(CrmSetupError);
  });

  it('keeps the path of the address', async () => {
    const { calls, send } = fakeCrm();
    await updateTicket('1', update, { ...account, apiUrl: 'https://example.com/crm/' }, send);
    expect(calls[0]?.url).toBe('https://example.com/crm/api/v2/tickets/1.json');
  });

  it('calls a toy on loopback where the policy allows it', async () => {
    const { calls, send } = fakeCrm();
    await updateTicket('1', update, { ...account, apiUrl: 'http://127.0.0.1:8080', allowLoopback: true }, send);
    expect(calls[0]?.url).toBe('http://127.0.0.1:8080/api/v2/tickets/1.json');
  });
});
