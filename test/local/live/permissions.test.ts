import { expect, test, vi } from 'vitest';
import { followRefusals, readPermissions, refusalWords } from '../../../local/live/permissions.ts';

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

test('refusals are told while a run goes on, each once, and none from before it', async () => {
  const at = (ms: number, who: string) => ({ ...refusal(who, 'sqs:SendMessage'), at: ms });
  const answers = [
    [at(5, 'before')],
    [at(5, 'before'), at(20, 'during')],
    [at(5, 'before'), at(20, 'during'), at(30, 'during'), at(40, 'later')],
  ];
  const told: string[] = [];
  const follow = followRefusals({
    endpoint: 'http://127.0.0.1:1',
    since: 10,
    pollMs: 1,
    onRefusal: (words) => told.push(words),
    fetch: (async () =>
      new Response(JSON.stringify(answers.length > 1 ? answers.shift() : answers[0]))) as typeof fetch,
  });
  await vi.waitFor(() => expect(told).toHaveLength(2));
  await follow.stop();
  expect(told).toEqual(['during was refused sqs:SendMessage on arn:x', 'later was refused sqs:SendMessage on arn:x']);
});
