import { describe, expect, it } from 'vitest';
import { detectLanguage } from '../../../../functions/adapters/language/detect-language.ts';

const codeOf = (text: string) => detectLanguage(text)?.code;

describe('the language of a text', () => {
  it.each([
    ['en', 'My film keeps stopping after a minute'],
    ['en', 'Where is my refund'],
    ['es', 'No puedo iniciar sesión'],
    ['pt', 'Não consigo entrar na minha conta'],
    ['fr', 'Je ne peux pas me connecter'],
    ['de', 'Ich will kündigen'],
    ['it', 'Non riesco ad accedere'],
    ['ja', 'ログインできません'],
    ['ko', '로그인이 안 돼요'],
    ['ko', 'Lumen 앱에서 로그인이 안 돼요'],
    ['zh', '电影一直卡住'],
    ['tl', 'Palaging humihinto ang pelikula ko'],
    ['hi', 'फिल्म बार-बार रुक जाती है'],
    ['ar', 'لا أستطيع تسجيل الدخول'],
    ['th', 'เข้าสู่ระบบไม่ได้'],
    ['el', 'Δεν μπορώ να συνδεθώ'],
  ])('is %s: %s', (code, text) => {
    expect(codeOf(text)).toBe(code);
  });

  it.each([
    ['nothing', ''],
    ['one word', 'refund'],
    ['one word of two languages', 'gracias'],
    ['a shout', 'ASAP!!!'],
    ['a name', 'John Smith'],
    ['a product', 'iPhone 15 Pro Max'],
    ['two characters of either Chinese or Japanese', '注文'],
    ['a picture', '😀😀'],
    ['a case number', '#4711'],
    ['an order number', 'ORDER-4711-ABCDEF 1Z999AA10123456784'],
    ['a bare link', 'https://example.com/where-is-my-order-and-how-do-i-cancel-it'],
    ['an address', 'please.send.it.to.me@example.com'],
  ])('is not guessed of %s', (_what, text) => {
    expect(detectLanguage(text)).toBeUndefined();
  });

  it('is that of the writer, not of links, addresses and what is quoted', () => {
    const quoted = '> We have received your request and will look into it as soon as we can.\n';
    expect(codeOf(`${quoted}${quoted}Ich kann mich immer noch nicht anmelden.`)).toBe('de');
    const letter =
      'Ich kann mich nicht anmelden.\n\nOn Mon, 16 Nov 2026 at 10:00, Support wrote:\nWe have received your request.';
    expect(codeOf(letter)).toBe('de');
    expect(codeOf('Ne marche pas : https://example.com/how-to-watch-films-on-television <help@example.com>')).toBe(
      'fr',
    );
    expect(detectLanguage(quoted)).toBeUndefined();
  });

  it('is how sure, above 0 and at most 1', () => {
    const { confidence = 0 } = detectLanguage('My film keeps stopping after a minute') ?? {};
    expect(confidence).toBeGreaterThan(0.7);
    expect(confidence).toBeLessThanOrEqual(1);
  });

  it('is found in a long text by its beginning', () => {
    expect(codeOf(`My film keeps stopping after a minute. ${'<'.repeat(50_000)}${'a@'.repeat(50_000)}`)).toBe('en');
  });
});
