import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { describe, expect, test } from 'vitest';
import { readSettings } from '../../infra/settings.ts';

/** Runs the app as the CDK does, with nothing of this machine's environment. */
function runApp(context: Record<string, string>): Promise<{ code: number; stderr: string }> {
  const env = { PATH: process.env.PATH, HOME: tmpdir(), CDK_CONTEXT_JSON: JSON.stringify(context) };
  return new Promise((done) => {
    execFile(process.execPath, ['infra/app.ts'], { env }, (error, _stdout, stderr) =>
      done({ code: typeof error?.code === 'number' ? error.code : 0, stderr }),
    );
  });
}

describe('the app', () => {
  test('says what is wrong in the policy and stops, without a stack trace', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'caserelay-policy-'));
    cpSync('policy', dir, { recursive: true, filter: (path) => !/compiler|schemas/.test(path) });
    const file = join(dir, 'alerting.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^link-days: .*$/m, 'link-days: soon'));
    const { code, stderr } = await runApp({ policyDir: dir });
    expect(code).toBe(1);
    expect(stderr).toMatch(/alerting\.yaml:\d+:\d+: .*link-days.*expected/);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test('says what is wrong in the context and stops', async () => {
    const { code, stderr } = await runApp({ disposable: 'maybe' });
    expect(code).toBe(1);
    expect(stderr.trim()).toBe('context disposable is "maybe"; expected true or false');
  });
});

describe('settings', () => {
  const settings = (context: Record<string, string>) => readSettings(new App({ context }).node);

  test('have defaults for a real deployment', () => {
    expect(settings({})).toEqual({
      policyDir: 'policy',
      name: 'CaseRelay',
      existingSecrets: [],
      restoredTable: undefined,
      publicUrl: undefined,
      disposable: false,
      createIdentity: true,
      alarmEmail: undefined,
      webhookConcurrency: undefined,
      refusedWebhooks: 10,
      region: undefined,
    });
  });

  test('take values as the command line gives them', () => {
    expect(
      settings({
        disposable: 'true',
        existingSecrets: 'links,vendor/acme',
        webhookConcurrency: '50',
        publicUrl: 'https://relay.example.com/',
      }),
    ).toMatchObject({
      disposable: true,
      existingSecrets: ['links', 'vendor/acme'],
      webhookConcurrency: 50,
      publicUrl: 'https://relay.example.com',
    });
  });

  test('refuse what is no number, and a prefix that no resource could bear', () => {
    expect(() => settings({ webhookConcurrency: 'few' })).toThrow('webhookConcurrency is "few"');
    expect(() => settings({ name: '1st try' })).toThrow('name is "1st try"');
  });
});
