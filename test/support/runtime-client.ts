import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const SOURCE = 'test/infra/ric';
const INSTALLED = resolve('.local', 'ric');

/** Installs Amazon's runtime client from its own lock file, once. Its install scripts would compile curl: they are left out. */
export function installRuntimeClient(): void {
  const lock = readFileSync(join(SOURCE, 'package-lock.json'), 'utf8');
  const stamp = join(INSTALLED, '.lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  mkdirSync(INSTALLED, { recursive: true });
  for (const file of ['package.json', 'package-lock.json']) copyFileSync(join(SOURCE, file), join(INSTALLED, file));
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status, stderr } = spawnSync('npm', args, { cwd: INSTALLED, encoding: 'utf8' });
  if (status !== 0) throw new Error(`Amazon's runtime client could not be installed:\n${stderr}`);
  writeFileSync(stamp, lock);
}

export interface Loaded {
  /** What Lambda would say of the initialisation: 'ok', or the type of the error. */
  readonly init: string;
  /** What came of the one invocation: the handler's result, or the error's type. */
  readonly result?: unknown;
  readonly error?: string;
  readonly output: string;
}

/**
 * Loads a bundle as Lambda does: alone in an empty folder, by Amazon's runtime client, against a runtime API on
 * loopback that hands it one event. `environment`: the function's own variables.
 */
export async function loadBundle(
  bundle: string,
  event: unknown,
  environment: Readonly<Record<string, string>>,
): Promise<Loaded> {
  const task = mkdtempSync(join(tmpdir(), 'caserelay-task-'));
  cpSync(bundle, task, { recursive: true });
  let ended: (loaded: Omit<Loaded, 'output'>) => void = () => undefined;
  const done = new Promise<Omit<Loaded, 'output'>>((end) => {
    ended = end;
  });
  let asked = 0;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    if (!request.url?.startsWith(RUNTIME_API)) return response.writeHead(404).end('{}');
    const body = JSON.parse(Buffer.concat(chunks).toString('utf8') || 'null');
    const path = request.url.slice(RUNTIME_API.length);
    if (path === 'init/error') ended({ init: body.errorType });
    if (path.endsWith('/response')) ended({ init: 'ok', result: body });
    if (path.endsWith('/error') && path !== 'init/error') ended({ init: 'ok', error: body.errorType });
    if (path !== 'invocation/next') return response.writeHead(202).end('{}');
    // A second question would wait for ever, as it does in Lambda.
    if (asked++ === 0) response.writeHead(200, INVOCATION).end(JSON.stringify(event));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const env = {
    ...environment,
    PATH: process.env.PATH,
    TZ: ':UTC',
    LAMBDA_TASK_ROOT: task,
    _HANDLER: 'index.handler',
    AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_LAMBDA_FUNCTION_NAME: 'loaded',
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/loaded',
    AWS_LAMBDA_LOG_STREAM_NAME: '2026/11/26/[$LATEST]0',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
    AWS_LAMBDA_LOG_FORMAT: 'JSON',
    // Nothing of AWS is asked: whatever a handler would call is this very server, which knows no such thing.
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_MAX_ATTEMPTS: '1',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'none',
    AWS_SECRET_ACCESS_KEY: 'none',
  };
  const client = join(INSTALLED, 'node_modules', 'aws-lambda-ric', 'index.mjs');
  const hook = pathToFileURL(resolve(SOURCE, 'without-native.mjs')).href;
  const child = spawn(process.execPath, ['--import', hook, client], { cwd: task, env });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  child.once('exit', (code) => ended({ init: `exit ${code}` }));
  const loaded = await done;
  child.kill('SIGKILL');
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
  rmSync(task, { recursive: true, force: true });
  return { ...loaded, output };
}

const RUNTIME_API = '/2018-06-01/runtime/';
const INVOCATION = {
  'content-type': 'application/json',
  'lambda-runtime-aws-request-id': '8476a536-e9f4-11e8-9739-2dfe598c3fcd',
  'lambda-runtime-deadline-ms': '4102444800000',
  'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:us-east-1:000000000000:function:loaded',
  'lambda-runtime-trace-id': 'Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0',
};
