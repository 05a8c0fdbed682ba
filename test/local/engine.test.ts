import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { assertNotStarted, ENGINE_ALONE, ENGINE_PORT, engineWords, openEngine } from '../../local/engine.ts';
import { knownFile, runFolder } from '../../local/engine-process.ts';
import { assertTwoPorts, readOptions } from '../../local/options.ts';

/** In place of an engine: healthy as any MiniStack is, and with a token if it is one of CaseRelay's. */
let token: string | undefined;
let server: Server;
let port: number;
beforeEach(async () => {
  vi.stubEnv('AWS_ENDPOINT_URL', '');
  server = createServer(({ url }, response) => {
    if (url === '/_ministack/health') return response.end('{"status":"ok"}');
    if (url === '/_caserelay/engine' && token !== undefined) return response.end(JSON.stringify({ token }));
    response.writeHead(404).end('{}');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  port = (server.address() as AddressInfo).port;
});
afterEach(async () => {
  vi.unstubAllEnvs();
  rmSync(runFolder(port), { recursive: true, force: true });
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

/** Writes down that this folder started an engine on the port. */
function weStarted(command: string, ours = 'ours'): void {
  mkdirSync(runFolder(port), { recursive: true });
  writeFileSync(knownFile(port), JSON.stringify({ token: ours, command, pid: process.pid }));
}

const IN_USE = /^Port \d+ is in use by another program\. .*CASERELAY_ENGINE_PORT=\d+ npm start$/;

test('npm run engine says how npm start of another terminal reaches it, on its port', () => {
  expect(engineWords(ENGINE_PORT, 'http://127.0.0.1:4566')).toContain('\n  npm start                        deploys');
  const elsewhere = engineWords(4766, 'http://127.0.0.1:4766');
  expect(elsewhere).toContain('\n  CASERELAY_ENGINE_PORT=4766 npm start deploys to it;');
  expect(elsewhere).toContain('\n  export AWS_ENDPOINT_URL=http://127.0.0.1:4766 AWS_ACCESS_KEY_ID=test ');
});

describe('an engine that answers on the port', () => {
  test('is left alone if it is any MiniStack', async () => {
    token = undefined;
    await expect(openEngine(port, 'npm start')).rejects.toThrow(IN_USE);
  });

  test('is left alone if another checkout started it', async () => {
    token = 'theirs';
    await expect(openEngine(port, 'npm start')).rejects.toThrow(IN_USE);
    weStarted(ENGINE_ALONE);
    await expect(openEngine(port, 'npm start')).rejects.toThrow(IN_USE);
  });

  test('is used if npm run engine of this folder started it, by one command at a time', async () => {
    token = 'ours';
    weStarted(ENGINE_ALONE);
    const engine = await openEngine(port, 'npm start');
    expect(engine.endpoint).toBe(`http://127.0.0.1:${port}`);
    await expect(openEngine(port, 'npm start')).rejects.toThrow(
      /^npm start of this folder runs already \(process \d+\)/,
    );
    await engine.stop();
    await (await openEngine(port, 'npm start')).stop();
  });

  test('is left alone if another start of this folder deployed to it', async () => {
    token = 'ours';
    weStarted('npm start');
    const said = new RegExp(
      `^npm start of this folder runs already \\(process ${process.pid}\\) and has the engine on port ${port}\\. Stop it first, or go beside it: CASERELAY_ENGINE_PORT=${port + 1} CASERELAY_TOYS_PORT=4590 npm start$`,
    );
    await expect(openEngine(port, 'npm start')).rejects.toThrow(said);
    await expect(assertNotStarted(port, 'npm start')).rejects.toThrow(said);
  });

  test('is not started a second time by npm run engine', async () => {
    token = 'ours';
    weStarted(ENGINE_ALONE);
    await expect(openEngine(port, ENGINE_ALONE)).rejects.toThrow(/^npm run engine of this folder runs already/);
  });
});

test('one port for two things is refused in words', () => {
  expect(() => assertTwoPorts(4600, 4600)).toThrow(
    'CASERELAY_ENGINE_PORT and CASERELAY_TOYS_PORT are both 4600; the engine and the toys need a port each.',
  );
  expect(() => assertTwoPorts(4566, 4580)).not.toThrow();
});

test('the policy of the demo runs unless another is asked for', () => {
  expect(readOptions([]).policy).toBe('local/policy');
  expect(readOptions(['--policy', 'policy']).policy).toBe('policy');
});
