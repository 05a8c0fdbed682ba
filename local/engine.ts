import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type Known, knownFile, runFolder, startEngine } from './engine-process.ts';
import { PlainError } from './progress.mjs';

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

/** What `npm run engine` says once the engine answers at `endpoint`, on `port`: how another terminal reaches it. */
export function engineWords(port: number, endpoint: string): string {
  const { AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION } = engineEnv(endpoint);
  const settings = { AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION };
  const start = port === ENGINE_PORT ? 'npm start' : `CASERELAY_ENGINE_PORT=${port} npm start`;
  return `
  The engine answers at ${endpoint}, and is empty. In another terminal:

  ${start.padEnd(32)} deploys to it; what was deployed stays until the engine ends
  export ${Object.entries(settings)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')}
  ${''.padEnd(32)} has the AWS CLI or an SDK talk to it

  Ctrl-C ends it.
`;
}

/**
 * The environment in which the AWS CLI, CDK and SDKs talk to an engine and can reach no real
 * account. The credentials are those of an administrator; functions get those of their roles.
 */
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

/**
 * The engine to use: the one that AWS_ENDPOINT_URL names, one that `npm run engine` of this folder
 * started, or a new one. `command`: who uses it, as people type it. Throws PlainError when the port
 * belongs to anybody else, be it another checkout or another start of this one.
 */
export async function openEngine(port: number, command: string): Promise<Engine> {
  const given = process.env.AWS_ENDPOINT_URL;
  if (given) {
    if (!(await answers(given)))
      throw new PlainError(
        `AWS_ENDPOINT_URL is ${given}, but no engine answers there. Start it, or unset the variable.`,
      );
    return { endpoint: given.replace(/\/$/, ''), stop: async () => undefined };
  }
  const endpoint = `http://127.0.0.1:${port}`;
  const ours = await ownEngine(port, endpoint);
  if (ours !== undefined) return adopt(ours, endpoint, command);
  await assertPortFree(port, 'CASERELAY_ENGINE_PORT', command);
  return { endpoint, stop: await startEngine(port, endpoint, command) };
}

/** Where the engine listens unless CASERELAY_ENGINE_PORT says otherwise. */
export const ENGINE_PORT = 4566;

/** The command that starts an engine for others to use. */
export const ENGINE_ALONE = 'npm run engine';

/** The engine on a port, if this very folder started it: that of another checkout has another token. */
async function ownEngine(port: number, endpoint: string): Promise<Known | undefined> {
  if (!existsSync(knownFile(port))) return undefined;
  const known: Known = JSON.parse(readFileSync(knownFile(port), 'utf8'));
  try {
    const response = await fetch(new URL('/_caserelay/engine', endpoint), { signal: AbortSignal.timeout(2000) });
    const { token } = (await response.json()) as { token?: string };
    return token === known.token ? known : undefined;
  } catch {
    return undefined;
  }
}

/** Throws a plain sentence when a command of this folder has the engine on a port already: two deployments on one would mix. */
export async function assertNotStarted(port: number, command: string): Promise<void> {
  if (process.env.AWS_ENDPOINT_URL) return;
  const engine = await ownEngine(port, `http://127.0.0.1:${port}`);
  if (engine !== undefined) assertIdle(engine, port, command);
}

type User = Pick<Known, 'command' | 'pid'>;

const userFile = (port: number) => join(runFolder(port), 'used-by.json');

function assertIdle(engine: Known, port: number, command: string): void {
  const file = userFile(port);
  const isForUse = engine.command === ENGINE_ALONE && command !== ENGINE_ALONE;
  const inUse = (): User | undefined => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined);
  const user = isForUse ? inUse() : engine;
  if (user !== undefined && isAlive(user.pid))
    throw new PlainError(
      `${user.command} of this folder runs already (process ${user.pid}) and has the engine on port ${port}. ` +
        `Stop it first, or go beside it: CASERELAY_ENGINE_PORT=${port + 1} CASERELAY_TOYS_PORT=4590 ${command}`,
    );
}

/** Uses an engine that stands alone. */
function adopt(engine: Known, endpoint: string, command: string): Engine {
  const port = Number(new URL(endpoint).port);
  assertIdle(engine, port, command);
  const user: User = { command, pid: process.pid };
  writeFileSync(userFile(port), JSON.stringify(user));
  return { endpoint, stop: async () => rmSync(userFile(port), { force: true }) };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Throws a plain sentence when something else listens on a port that we need. */
export async function assertPortFree(port: number, variable: string, command = 'npm start'): Promise<void> {
  const server = createServer();
  await new Promise<void>((free, busy) => {
    server.once('error', () =>
      busy(
        new PlainError(
          `Port ${port} is in use by another program. Stop that program, or choose another port: ${variable}=${port + 1} ${command}`,
        ),
      ),
    );
    server.listen(port, '127.0.0.1', () => server.close(() => free()));
  });
}

/** Does anything answer at an address that was given? It may be an engine of any make. */
async function answers(endpoint: string): Promise<boolean> {
  try {
    await fetch(endpoint, { signal: AbortSignal.timeout(2000) });
    return true;
  } catch {
    return false;
  }
}
