import { describe, expect, it } from 'vitest';
import { acknowledgeUrl, type LinkScope, receiptUrl, signLink, verifyLink } from '../../../functions/shared/links.ts';

const KEYS = ['first-key-0123456789', 'older-key-0123456789'];
const SCOPE: LinkScope = { alertId: 'al_1', action: 'acknowledge' };
const EXPIRES = Date.parse('2026-11-23T10:00:00Z');
const BEFORE = EXPIRES - 1;
const TOKEN = signLink(SCOPE, 'ana', EXPIRES, KEYS);
const [recipient = '', expiry = '', signature = ''] = TOKEN.split('.');

describe('a link token', () => {
  it('names the recipient it was signed for', () => {
    expect(verifyLink(TOKEN, SCOPE, KEYS, BEFORE)).toEqual({ verdict: 'ok', recipient: 'ana', expiresAt: EXPIRES });
  });

  it('carries any id', () => {
    const token = signLink(SCOPE, 'Zoë.o’Neill|#', EXPIRES, KEYS);
    expect(token).toMatch(/^[\w.-]+$/);
    expect(verifyLink(token, SCOPE, KEYS, BEFORE)).toEqual({
      verdict: 'ok',
      recipient: 'Zoë.o’Neill|#',
      expiresAt: EXPIRES,
    });
  });

  it('expires at its second', () => {
    expect(verifyLink(TOKEN, SCOPE, KEYS, EXPIRES)).toEqual({
      verdict: 'expired',
      recipient: 'ana',
      expiredAt: EXPIRES,
    });
  });

  it('is good under any key that is still valid, and under no other', () => {
    expect(verifyLink(TOKEN, SCOPE, ['newest-key-0123456789', ...KEYS], BEFORE).verdict).toBe('ok');
    expect(verifyLink(TOKEN, SCOPE, ['newest-key-0123456789'], BEFORE).verdict).toBe('invalid');
    expect(verifyLink(TOKEN, SCOPE, [], BEFORE).verdict).toBe('invalid');
  });

  it('is signed by the first key', () => {
    expect(verifyLink(TOKEN, SCOPE, KEYS.slice(0, 1), BEFORE).verdict).toBe('ok');
    expect(verifyLink(TOKEN, SCOPE, KEYS.slice(1), BEFORE).verdict).toBe('invalid');
    expect(() => signLink(SCOPE, 'ana', EXPIRES, [])).toThrow(RangeError);
  });

  it('is of no use for another alert or another action', () => {
    expect(verifyLink(TOKEN, { ...SCOPE, alertId: 'al_2' }, KEYS, BEFORE).verdict).toBe('invalid');
    const other = { ...SCOPE, action: 'snooze' } as unknown as LinkScope;
    expect(verifyLink(TOKEN, other, KEYS, BEFORE).verdict).toBe('invalid');
    expect(verifyLink(TOKEN, { ...SCOPE, action: 'receipt' }, KEYS, BEFORE).verdict).toBe('invalid');
  });

  it.each([
    ['another recipient', [Buffer.from('ben').toString('base64url'), expiry, signature]],
    ['a later expiry', [recipient, (EXPIRES / 1000 + 86_400).toString(36), signature]],
    ['another signature', [recipient, expiry, signature.replace(/^./, (c) => (c === 'A' ? 'B' : 'A'))]],
    // 43 characters carry 258 bits, so the last one has two that no decoder reads: the text must match all the same.
    ['a second spelling of the signature', [recipient, expiry, signature.replace(/.$/, respell)]],
    ['a signature cut short', [recipient, expiry, signature.slice(0, -1)]],
    ['no signature', [recipient, expiry, '']],
    ['a part too many', [recipient, expiry, signature, 'x']],
    ['no recipient', ['', expiry, signature]],
  ])('is refused with %s', (_, parts) => {
    expect(verifyLink(parts.join('.'), SCOPE, KEYS, BEFORE)).toEqual({ verdict: 'invalid' });
  });

  it.each(['', '.', 'x', 'é.é.é', 'a'.repeat(100_000)])('is refused if it is not one at all', (text) => {
    expect(verifyLink(text, SCOPE, KEYS, BEFORE)).toEqual({ verdict: 'invalid' });
  });

  it('makes an address that needs no escaping', () => {
    const url = acknowledgeUrl('https://relay.example.com/', 'al_1', TOKEN);
    expect(url).toBe(`https://relay.example.com/alerts/al_1/acknowledge?token=${TOKEN}`);
    expect(new URL(url).searchParams.get('token')).toBe(TOKEN);
    expect(receiptUrl('https://relay.example.com', 'al/1', TOKEN)).toBe(
      `https://relay.example.com/alerts/al%2F1/receipt?token=${TOKEN}`,
    );
  });
});

/** Another character for the same leading four bits. */
function respell(last: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return alphabet[alphabet.indexOf(last) ^ 1] ?? '';
}
