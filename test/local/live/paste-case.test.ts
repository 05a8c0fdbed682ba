import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { pasteCommand } from '../../../local/live/paste-case.ts';

const secret = 'XHq+F5iQ3GlrfXqvu69B35YTPO6dkNQJ';

test('run in a shell, it is dated then and signed over what it sends', () => {
  const command = pasteCommand({ url: 'http://127.0.0.1:4580/api/webhooks/zendesk', id: '4711', secret });
  const fakes = `date() { echo 2026-11-22T18:58:02Z; }; curl() { printf '%s\\n' "$@"; }`;
  const args = execFileSync('sh', ['-c', `${fakes}\n${command}`], { encoding: 'utf8' })
    .trim()
    .split('\n');
  const body = args.at(-1) ?? '';
  const signature = createHmac('sha256', secret).update(`2026-11-22T18:58:02Z${body}`).digest('base64');
  expect(args).toContain('x-zendesk-webhook-signature-timestamp: 2026-11-22T18:58:02Z');
  expect(args).toContain(`x-zendesk-webhook-signature: ${signature}`);
  expect(JSON.parse(body)).toMatchObject({
    id: 'paste-4711',
    time: '2026-11-22T18:58:02Z',
    detail: { id: '4711', created_at: '2026-11-22T18:58:02Z' },
  });
});
