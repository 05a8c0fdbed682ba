import { expect, test } from 'vitest';
import { readPermissions, refusalWords } from '../../../local/live/permissions.ts';

const refusal = (who: string, action: string) => ({ at: 0, who, action, resource: 'arn:x', onPurpose: false });
const answer = (body: string, status = 200) => (async () => new Response(body, { status })) as typeof fetch;

test('refusals are told once each, with how often', () => {
  const mail = refusal('CaseRelay-notify-lead', 'ses:SendEmail');
  expect(refusalWords([mail, refusal('CaseRelay-vendor-api', 'dynamodb:PutItem'), mail])).toEqual([
    'CaseRelay-notify-lead was refused ses:SendEmail on arn:x, 2 times',
    'CaseRelay-vendor-api was refused dynamodb:PutItem on arn:x',
  ]);
});

test('an engine that is none of ours checks nothing', async () => {
  expect(await readPermissions('http://127.0.0.1:1', answer('no such path', 404))).toBeUndefined();
  expect(await readPermissions('http://127.0.0.1:1', answer('<html></html>'))).toBeUndefined();
});
