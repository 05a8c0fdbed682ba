import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';

const BENCH = new URL('.', import.meta.url);

/** Installs the peers (bench/package-lock.json), unless that has been done since it last changed. */
export function installPeers(): void {
  const installed = new URL('node_modules/.package-lock.json', BENCH);
  const lock = new URL('package-lock.json', BENCH);
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  console.log('Installing the peers …');
  const npm = spawnSync('npm', ['ci', '--no-fund', '--no-audit'], { cwd: BENCH, stdio: 'inherit' });
  if (npm.status !== 0) throw new Error('npm ci in bench/ failed: see above');
}
