import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { pasteCommand } from '../../../local/live/paste-case.ts';

const secret = 'XHq+F5iQ3GlrfXqvu69B35YTPO6dkNQJ';

/** What curl is given when the command is run in a shell at this second. */
function pasted(second: number): string[] {
  const command = pasteCommand({ url: 'http://127.0.0.1:4580/api/webhooks/zendesk', secret });
  const fakes = `date() { case "$1" in -u) echo 2026-11-22T18:58:02Z;; *) echo ${second};; esac; }; curl() { printf '%s\\n' "$@"; }`;
  return execFileSync('sh', ['-c', `${fakes}\n${command}`], { encoding: 'utf8' })
    .trim()
    .split('\n');
}

test('run in a shell, it is numbered and dated then, and signed over what it sends', () => {
  const args = pasted(1795373882);
  const body = args.at(-1) ?? '';
  const signature = createHmac('sha256', secret).update(`2026-11-22T18:58:02Z${body}`).digest('base64');
  expect(args).toContain('x-zendesk-webhook-signature-timestamp: 2026-11-22T18:58:02Z');
  expect(args).toContain(`x-zendesk-webhook-signature: ${signature}`);
  expect(JSON.parse(body)).toMatchObject({
    id: 'paste-1795373882',
    time: '2026-11-22T18:58:02Z',
    detail: {
      id: '1795373882',
      subject: 'Video keeps buffering (1795373882)',
      created_at: '2026-11-22T18:58:02Z',
    },
  });
});

test('pasted again, it is another case', () => {
  const ids = [1795373882, 1795373883].map((second) => JSON.parse(pasted(second).at(-1) ?? '').detail.id);
  expect(new Set(ids).size).toBe(2);
});
