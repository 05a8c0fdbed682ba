import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { SecretUnavailableError } from '../../../functions/shared/secrets.ts';
import { SignatureError, signatureHeaders, verifySignature } from '../../../functions/shared/signature.ts';
import { newSigningSecret } from '../../support/handoff-fixture.ts';

/** The published vector of Standard Webhooks. */
const VECTOR = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  body: Buffer.from('{"test": 2432232314}'),
  headers: {
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  },
};
const THEN = 1_614_265_330_000;

function verify(changes: Partial<typeof VECTOR.headers> = {}, now = THEN, body = VECTOR.body, secret = VECTOR.secret) {
  return () => verifySignature([secret], { ...VECTOR.headers, ...changes }, body, now);
}

describe('a signature', () => {
  it('of the published vector is taken, and made', () => {
    expect(verify()).not.toThrow();
    expect(signatureHeaders(VECTOR.secret, VECTOR.headers['webhook-id'], THEN + 999, VECTOR.body.toString())).toEqual(
      VECTOR.headers,
    );
  });

  it('by any of the valid secrets is taken, so that one can be rotated', () => {
    const secrets = [newSigningSecret(), VECTOR.secret];
    expect(() => verifySignature(secrets, VECTOR.headers, VECTOR.body, THEN)).not.toThrow();
  });

  it('among others is found', () => {
    const signature = `v1a,abc v1,AAAA v1 ${VECTOR.headers['webhook-signature']}`;
    expect(verify({ 'webhook-signature': signature })).not.toThrow();
  });

  it.each([
    ['five minutes old', THEN + 300_000],
    ['five minutes ahead', THEN - 300_000],
  ])('%s is taken', (_, now) => {
    expect(verify({}, now)).not.toThrow();
  });

  const needed = 'the headers webhook-id, webhook-timestamp and webhook-signature are needed';
  const fraction = 'webhook-timestamp is not in whole seconds';
  const noMatch = 'no signature matches the body';
  const reasons = { [needed]: 'missing', [fraction]: 'stale', [noMatch]: 'wrong' } as const;
  it.each([
    ['without an id', { 'webhook-id': undefined }, needed],
    ['without a time', { 'webhook-timestamp': undefined }, needed],
    ['without a signature', { 'webhook-signature': undefined }, needed],
    ['with an empty signature', { 'webhook-signature': '' }, needed],
    ['of another id', { 'webhook-id': 'msg_other' }, noMatch],
    ['of another time', { 'webhook-timestamp': '1614265331' }, noMatch],
    ['of a time with a fraction', { 'webhook-timestamp': '1614265330.5' }, fraction],
    ['of a time in milliseconds', { 'webhook-timestamp': '1614265330000' }, fraction],
    ['of another version', { 'webhook-signature': 'v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=' }, noMatch],
    ['that is cut', { 'webhook-signature': 'v1,g0hM9SsE' }, noMatch],
  ] as const)('%s is refused', (_, changes, message) => {
    const refused = new SignatureError(reasons[message], message);
    expect(verify(changes as Partial<typeof VECTOR.headers>)).toThrow(refused);
  });

  it.each([
    ['stale', THEN + 301_000],
    ['from the future', THEN - 301_000],
  ])('%s is refused', (_, now) => {
    expect(verify({}, now)).toThrow(new SignatureError('stale', 'webhook-timestamp is more than 300 seconds off'));
  });

  it('over other bytes is refused, even if they mean the same', () => {
    expect(verify({}, THEN, Buffer.from('{"test":2432232314}'))).toThrow(SignatureError);
  });

  it('by another secret is refused', () => {
    expect(verify({}, THEN, VECTOR.body, newSigningSecret())).toThrow(SignatureError);
  });

  it('made by the library at the real time is taken', () => {
    const signedAt = new Date();
    const signature = new Webhook(VECTOR.secret).sign('m1', signedAt, 'hello');
    const timestamp = String(Math.floor(signedAt.getTime() / 1000));
    const headers = { 'webhook-id': 'm1', 'webhook-timestamp': timestamp, 'webhook-signature': signature };
    expect(() => verifySignature([VECTOR.secret], headers, Buffer.from('hello'), Date.now())).not.toThrow();
  });

  it('cannot be checked with a secret that is none', () => {
    expect(verify({}, THEN, VECTOR.body, 'whsec_!')).toThrow(SecretUnavailableError);
    expect(verify({}, THEN, VECTOR.body, 'whsec_')).toThrow(SecretUnavailableError);
  });
});
