import { expect, test } from 'vitest';
import { signStandard, signZendesk, standardWebhook } from '../../../local/replay/webhook.ts';

test('signs as Zendesk documents it, with its own test secret', () => {
  // The vector of Zendesk's documentation, for a timestamp without milliseconds.
  const headers = signZendesk(
    'dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==',
    '{"event":"ticket.updated","id":123}',
    Date.parse('2021-03-25T05:09:27Z'),
  );
  expect(headers['x-zendesk-webhook-signature-timestamp']).toBe('2021-03-25T05:09:27Z');
  expect(headers['x-zendesk-webhook-signature']).toBe('S/RDdU2ERmj7LHDDoWJ2onPYH+t7/f2+LTM4dL7UiLM=');
});

test('signs as Standard Webhooks does: the vector of its specification', () => {
  const headers = signStandard(
    'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    'msg_p5jXN8AQM9LWM0D4loKWxJek',
    '{"test": 2432232314}',
    1_614_265_330_000,
  );
  expect(headers).toMatchObject({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

test('tells a case event in the documented body', () => {
  const webhook = standardWebhook(
    {
      source: 'intake',
      number: 'W-1',
      id: 'e-1',
      type: 'solved',
      at: Date.parse('2026-11-22T10:00:00Z'),
      data: { fields: { region: 'US' } },
    },
    'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  );
  expect(webhook).toMatchObject({ caseId: 'intake:W-1', id: 'e-1', isFact: true });
  expect(JSON.parse(webhook.body)).toEqual({
    type: 'case.solved',
    timestamp: '2026-11-22T10:00:00.000Z',
    data: { caseId: 'W-1', fields: { region: 'US' } },
  });
});
