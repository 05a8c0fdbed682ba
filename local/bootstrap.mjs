// Sets up all that a command needs from the lock files, then runs it on the Node that the project pins.
// Plain JavaScript without imports from npm: it runs on any Node from 20 on, in a fresh clone.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DISK_FULL, outputOf, PlainError, step } from './progress.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const inRoot = (/** @type {string[]} */ ...parts) => join(root, ...parts);
const bin = inRoot('node_modules', '.bin');

/** Packages from PyPI, by the folder of .local that each set is installed in. */
const PYTHON_PACKAGES = {
  engine: { what: 'the local AWS engine', lock: 'requirements.txt' },
  'cfn-lint': { what: 'cfn-lint, which checks the templates', lock: 'requirements-lint.txt' },
};
const ENGINE = /** @type {const} */ (['engine']);
const LINT = /** @type {const} */ (['cfn-lint']);

/** Commands: what each runs, what it needs of Python, and where set-up shows (stderr, if stdout is data). */
const COMMANDS = {
  start: { script: 'local/start.ts', python: ENGINE, progress: process.stdout },
  engine: { script: 'local/engine-alone.ts', python: ENGINE, progress: process.stdout },
  test: { script: 'local/test.ts', python: [...ENGINE, ...LINT], progress: process.stdout },
  check: { script: 'local/check.ts', python: [], progress: process.stdout },
  caserelay: { script: 'local/caserelay.ts', python: [], progress: process.stderr },
  mutation: { script: 'local/mutation.ts', python: [], progress: process.stdout },
};

/** @param {string} file */
const hashOf = (file) => createHash('sha256').update(readFileSync(file)).digest('hex');

/** @param {string} file @param {string} hash */
const isStamped = (file, hash) => existsSync(file) && readFileSync(file, 'utf8') === hash;

/** @param {string} output */
const lastLines = (output) => output.trim().split('\n').slice(-8).join('\n');

/**
 * @param {string} what @param {string} output
 * @returns {PlainError}
 */
function installError(what, output) {
  if (/ENOSPC|No space left/i.test(output)) return new PlainError(DISK_FULL);
  if (
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|NewConnectionError|Temporary failure|Max retries/i.test(
      output,
    )
  ) {
    return new PlainError(
      `${what} could not be downloaded: the package registry cannot be reached. Check the network or proxy, then run the command again.`,
    );
  }
  return new PlainError(`${what} could not be installed:\n${lastLines(output)}`);
}

/** @param {NodeJS.WriteStream} progress */
async function installPackages(progress) {
  const lock = hashOf(inRoot('package-lock.json'));
  const stamp = inRoot('node_modules', '.caserelay-lock');
  if (isStamped(stamp, lock) && existsSync(join(bin, 'node'))) return;
  const install = async (/** @type {(text: string) => void} */ note) => {
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
    // engine-strict off: some packages ask for the pinned Node, which is one of those being installed.
    const child = spawn(npm, ['ci', '--no-audit', '--no-fund', '--engine-strict=false', '--loglevel=error'], {
      cwd: root,
    });
    const { code, output } = await outputOf(child, note);
    if (code !== 0) throw installError('The npm packages', output);
    writeFileSync(stamp, lock);
  };
  await step('Installing npm packages from package-lock.json', install, progress);
}

const PYTHON_NEEDED =
  'Python 3.10 or newer with pip is needed, for the local AWS engine and for checking templates. Install it, or name one by PYTHON.';

async function findPython() {
  for (const name of process.env.PYTHON ? [process.env.PYTHON] : ['python3', 'python']) {
    const child = spawn(name, ['-c', 'import sys; print(sys.version_info >= (3, 10))']);
    const { code, output } = await outputOf(child, () => undefined).catch(() => ({ code: 1, output: '' }));
    if (code === 0 && output.trim() === 'True') return name;
  }
  throw new PlainError(PYTHON_NEEDED);
}

/** @param {keyof typeof PYTHON_PACKAGES} folder */
async function installPython(folder) {
  const { what, lock: file } = PYTHON_PACKAGES[folder];
  const requirements = inRoot('local', file);
  const lock = hashOf(requirements);
  const target = inRoot('.local', folder);
  const python = await findPython();
  process.env.CASERELAY_PYTHON = python;
  if (isStamped(join(target, '.lock'), lock)) return;
  await step(`Installing ${what} from local/${file}`, async (note) => {
    const fresh = `${target}.new`;
    rmSync(fresh, { recursive: true, force: true });
    mkdirSync(fresh, { recursive: true });
    const args = [
      '-m',
      'pip',
      'install',
      '--disable-pip-version-check',
      '--no-input',
      '--no-cache-dir',
      '--require-hashes',
    ];
    const child = spawn(python, [...args, '--target', fresh, '-r', requirements]);
    const { code, output } = await outputOf(child, note);
    if (/No module named pip/.test(output)) throw new PlainError(PYTHON_NEEDED);
    if (code !== 0) throw installError(`${what.charAt(0).toUpperCase()}${what.slice(1)}`, output);
    writeFileSync(join(fresh, '.lock'), lock);
    rmSync(target, { recursive: true, force: true });
    renameSync(fresh, target);
  });
}

/** @param {string} script @param {string[]} args @returns {Promise<number>} */
function runPinned(script, args) {
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` };
  const child = spawn(join(bin, 'node'), [inRoot(script), ...args], { cwd: root, env, stdio: 'inherit' });
  // A terminal sends Ctrl-C to the child as well; one that comes from elsewhere is passed on.
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => signal !== 'SIGINT' && child.kill(signal));
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 1)));
  });
}

async function main() {
  const [name = '', ...args] = process.argv.slice(2);
  const command = COMMANDS[/** @type {keyof typeof COMMANDS} */ (name)];
  if (command === undefined)
    throw new PlainError(`usage: node local/bootstrap.mjs ${Object.keys(COMMANDS).join('|')} [options]`);
  if (Number(process.versions.node.split('.')[0]) < 20) {
    throw new PlainError(
      `Node 20 or newer is needed to set up; this is ${process.versions.node}. The project then brings its own Node.`,
    );
  }
  await installPackages(command.progress);
  for (const folder of command.python) {
    // An engine that runs already is as good, but for the command that starts one.
    if (folder === 'engine' && process.env.AWS_ENDPOINT_URL && name !== 'engine') continue;
    await installPython(folder);
  }
  process.exitCode = await runPinned(command.script, args);
}

main().catch((error) => {
  const full = error?.code === 'ENOSPC';
  console.error(full ? DISK_FULL : error instanceof PlainError ? error.message : error);
  process.exitCode = 1;
});
