import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { POLICY } from '../support/policy-fixture.ts';
import { installRuntimeClient, loadBundle } from '../support/runtime-client.ts';
import { bundleDirs, FUNCTION_FOLDERS, type Synthesised, synthesised } from './synthesised.ts';

let synth: Synthesised;
const scratch = mkdtempSync(join(tmpdir(), 'caserelay-bundles-'));
beforeAll(() => {
  installRuntimeClient();
  synth = synthesised();
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** The bundle of a function, and the environment variables that it is deployed with. */
function deployed(name: string) {
  const functionName = `CaseRelay-${name}`;
  const found = synth
    .ofType('AWS::Lambda::Function')
    .find(({ Properties }) => Properties.FunctionName === functionName);
  const names = Object.keys(found?.Properties.Environment.Variables ?? {});
  const environment = Object.fromEntries(names.map((variable) => [variable, 'given']));
  return { bundle: bundleDirs(synth).get(functionName) as string, environment };
}

/** A request that each function behind the API answers without asking anybody. */
const request = (method: string, rawPath: string, pathParameters: Readonly<Record<string, string>>) => ({
  version: '2.0',
  rawPath,
  rawQueryString: '',
  headers: {},
  pathParameters,
  requestContext: { http: { method, path: rawPath } },
  isBase64Encoded: false,
});
const ANSWERED: Readonly<Record<string, readonly [event: object, status: number]>> = {
  'receive-webhook': [request('POST', '/webhooks/unknown', { source: 'unknown' }), 404],
  'vendor-api': [request('POST', '/vendors/unknown/handoffs/h/answers', { vendorId: 'unknown', handoffId: 'h' }), 404],
};

describe("Amazon's runtime client, in an empty folder,", () => {
  test.concurrent.each(FUNCTION_FOLDERS)('loads %s and calls its handler', async (name) => {
    const { bundle, environment } = deployed(name);
    expect(JSON.parse(readFileSync(join(bundle, 'policy.json'), 'utf8')).version).toBe(POLICY.version);
    const [event, status] = ANSWERED[name] ?? [{}, undefined];
    const { init, result, error, output } = await loadBundle(bundle, event, environment);
    expect(init, output).toBe('ok');
    if (status !== undefined) return expect(result, output).toMatchObject({ statusCode: status });
    // It was called: with an event that is none of its own, most have nothing but an error to give.
    expect(result !== undefined || error !== undefined, output).toBe(true);
  });

  test('refuses a bundle that lacks a module, and one that exports no handler', async () => {
    const broken = (name: string, code: string) => {
      const bundle = join(scratch, name);
      cpSync(deployed('receive-webhook').bundle, bundle, { recursive: true });
      writeFileSync(join(bundle, 'index.mjs'), code);
      return loadBundle(bundle, {}, {});
    };
    const lacking = await broken('lacks', "import 're2js'; export const handler = () => 1;");
    expect(lacking.init).not.toBe('ok');
    expect(lacking.output).toContain("Cannot find package 're2js'");
    expect((await broken('no-handler', 'export const handle = () => 1;')).init).toBe('Runtime.HandlerNotFound');
  });

  test('refuses a function that lacks one of its variables', async () => {
    const { bundle } = deployed('notify-lead');
    const { init, output } = await loadBundle(bundle, {}, {});
    expect(init).not.toBe('ok');
    expect(output).toContain('TABLE_NAME');
  });
});
