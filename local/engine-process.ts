import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createWriteStream, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { DISK_FULL, PlainError } from './progress.mjs';

/** What is written about an engine beside its files, by which a later command of this folder knows it again. */
export interface Known {
  /** Made anew for each engine, which answers with it. */
  readonly token: string;
  /** The command that started it, and its process. */
  readonly command: string;
  readonly pid: number;
}

/** Where the engine on a port keeps its files. */
export const runFolder = (port: number): string => resolve('.local', `engine-${port}`);
export const knownFile = (port: number): string => join(runFolder(port), 'engine.json');

/** Starts an engine on a free port, and waits until it answers. Returns how it is stopped, with its Lambda workers. */
export async function startEngine(port: number, endpoint: string, command: string): Promise<() => Promise<void>> {
  const run = runFolder(port);
  const directory = (name: string) => {
    const path = join(run, name);
    mkdirSync(path, { recursive: true });
    return path;
  };
  rmSync(run, { recursive: true, force: true });
  mkdirSync(run, { recursive: true });
  const known: Known = { token: randomUUID(), command, pid: process.pid };
  writeFileSync(knownFile(port), JSON.stringify(known), { mode: 0o600 });
  // The engine's Lambda workers are CommonJS files below this folder; the project's own package.json says modules.
  writeFileSync(join(run, 'package.json'), '{ "type": "commonjs" }\n');
  const env = {
    ...withoutAws(process.env),
    CASERELAY_ENGINE_TOKEN: known.token,
    PYTHONPATH: resolve('.local', 'engine'),
    PYTHONDONTWRITEBYTECODE: '1',
    // Functions have their roles' credentials, and each of their calls is checked against the role.
    AUTH: 'true',
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
  while (!(await isUp(endpoint))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop();
      if (/No space left/.test(output)) throw new PlainError(DISK_FULL);
      throw new PlainError(`The local AWS engine did not start:\n${output.trim().split('\n').slice(-6).join('\n')}`);
    }
    await new Promise((wake) => setTimeout(wake, 100));
  }
  return stop;
}

async function isUp(endpoint: string): Promise<boolean> {
  try {
    const { ok } = await fetch(new URL('/_ministack/health', endpoint), { signal: AbortSignal.timeout(2000) });
    return ok;
  } catch {
    return false;
  }
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
