import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join, resolve } from 'node:path';
import { DISK_FULL, PlainError } from './progress.mjs';

/** A local AWS engine (MiniStack) that answers on loopback. */
export interface Engine {
  /** e.g. http://127.0.0.1:4566 */
  readonly endpoint: string;
  /** Stops the engine and its Lambda workers, if this run started it; otherwise leaves it alone. */
  stop(): Promise<void>;
}

/** Account and region of everything local; the credentials open nothing else. */
export const LOCAL_ACCOUNT = '000000000000';
export const LOCAL_REGION = 'us-east-1';

/** The environment in which the AWS CLI, CDK and SDKs talk to an engine and can reach no real account. */
export function engineEnv(endpoint: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: LOCAL_REGION,
    AWS_EC2_METADATA_DISABLED: 'true',
    CDK_DEFAULT_ACCOUNT: LOCAL_ACCOUNT,
    CDK_DEFAULT_REGION: LOCAL_REGION,
    CDK_DISABLE_CLI_TELEMETRY: '1',
    CDK_DISABLE_VERSION_CHECK: '1',
  };
}

/** The engine to use: the one AWS_ENDPOINT_URL names, one of ours that already runs on the port, or a new one. */
export async function openEngine(port: number): Promise<Engine> {
  const given = process.env.AWS_ENDPOINT_URL;
  if (given) {
    if (!(await answers(given, '/')))
      throw new PlainError(
        `AWS_ENDPOINT_URL is ${given}, but no engine answers there. Start it, or unset the variable.`,
      );
    return { endpoint: given.replace(/\/$/, ''), stop: async () => undefined };
  }
  const endpoint = `http://127.0.0.1:${port}`;
  if (await answers(endpoint)) return { endpoint, stop: async () => undefined };
  await assertPortFree(port, 'CASERELAY_ENGINE_PORT');
  return startEngine(port, endpoint);
}

/** Throws a plain sentence when something else listens on a port that we need. */
export async function assertPortFree(port: number, variable: string): Promise<void> {
  const server = createServer();
  await new Promise<void>((free, busy) => {
    server.once('error', () =>
      busy(
        new PlainError(
          `Port ${port} is in use by another program. Stop that program, or choose another port: ${variable}=${port + 1} npm start`,
        ),
      ),
    );
    server.listen(port, '127.0.0.1', () => server.close(() => free()));
  });
}

/** Does an engine answer? One that was given by its address may be of any make; one that we re-use must be ours. */
async function answers(endpoint: string, path: '/' | '/_ministack/health' = '/_ministack/health'): Promise<boolean> {
  try {
    const { ok } = await fetch(new URL(path, endpoint), { signal: AbortSignal.timeout(2000) });
    return ok || path === '/';
  } catch {
    return false;
  }
}

async function startEngine(port: number, endpoint: string): Promise<Engine> {
  const run = resolve('.local', `engine-${port}`);
  const directory = (name: string) => {
    const path = join(run, name);
    mkdirSync(path, { recursive: true });
    return path;
  };
  rmSync(run, { recursive: true, force: true });
  mkdirSync(run, { recursive: true });
  // The engine's Lambda workers are CommonJS files below this folder; the project's own package.json says modules.
  writeFileSync(join(run, 'package.json'), '{ "type": "commonjs" }\n');
  const env = {
    ...withoutAws(process.env),
    PYTHONPATH: resolve('.local', 'engine'),
    PYTHONDONTWRITEBYTECODE: '1',
    BIND_HOST: '127.0.0.1',
    GATEWAY_PORT: String(port),
    // Both would open ports of their own, one of them on every interface.
    IOT_MTLS_ENABLED: '0',
    SFTP_ENABLED: '0',
    TMPDIR: directory('tmp'),
    S3_DATA_DIR: directory('s3'),
    STATE_DIR: directory('state'),
    LOG_LEVEL: 'WARNING',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    // Lambdas run on the first node of this PATH: the one the project pins.
    PATH: `${resolve('node_modules', '.bin')}${delimiter}${process.env.PATH ?? ''}`,
    NODE_OPTIONS: '--no-deprecation',
  };
  const log = createWriteStream(join(run, 'log'));
  // A process group of its own, so that Ctrl-C reaches us first and we stop it in order. It ends with its standard input.
  const child = spawn(process.env.CASERELAY_PYTHON ?? 'python3', [resolve('local', 'engine.py')], {
    cwd: run,
    env,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output = (output + chunk).slice(-4000);
      log.write(chunk);
    });
  }
  const stop = () => stopGroup(child, run);
  const deadline = Date.now() + 30_000;
  while (!(await answers(endpoint))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop();
      if (/No space left/.test(output)) throw new PlainError(DISK_FULL);
      throw new PlainError(`The local AWS engine did not start:\n${output.trim().split('\n').slice(-6).join('\n')}`);
    }
    await new Promise((wake) => setTimeout(wake, 100));
  }
  return { endpoint, stop };
}

/** The environment without the caller's AWS settings: a local engine's functions must not see real credentials. */
function withoutAws(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('AWS_')));
}

function killGroup(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It is gone already.
  }
}

/** Asks the engine to stop, and makes it after five seconds: a waiting custom resource can hold it for minutes. */
async function stopGroup(child: ChildProcess, run: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    killGroup(child, 'SIGTERM');
    const timer = setTimeout(() => killGroup(child, 'SIGKILL'), 5000);
    await gone;
    clearTimeout(timer);
  }
  killGroup(child, 'SIGKILL');
  rmSync(join(run, 'tmp'), { recursive: true, force: true });
}
