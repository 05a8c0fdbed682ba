import { expect, test } from 'vitest';
import { senderOf } from '../../domain/sender.ts';

test.each([
  'relay@mail.example.com',
  ' relay@mail.example.com ',
  'CaseRelay <relay@mail.example.com>',
  '"a@b" <relay@mail.example.com>',
])('the sender of "%s" is a bare address and its domain', (from) => {
  expect(senderOf({ alerting: { from } })).toEqual({ address: 'relay@mail.example.com', domain: 'mail.example.com' });
});
