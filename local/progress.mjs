// Plain JavaScript: it also runs on the Node that a newcomer happens to have, before anything is installed.

/** An error that is a sentence for the reader: printed as it is, without a stack. */
export class PlainError extends Error {}

/**
 * Runs one long step and shows that it is going on: a ticking line on a terminal, a line at the
 * start, every ten seconds and at the end elsewhere.
 * @template T
 * @param {string} title what is being done, e.g. "Installing npm packages"
 * @param {(note: (text: string) => void) => Promise<T>} run gets a function that shows how far it is
 * @param {NodeJS.WriteStream} [out] where it shows: stderr, when stdout is for the result alone
 * @returns {Promise<T>}
 */
export async function step(title, run, out = process.stdout) {
  const started = Date.now();
  const tty = out.isTTY === true;
  const seconds = () => `${((Date.now() - started) / 1000).toFixed(0)} s`;
  const line = (/** @type {string} */ text) => out.write(`${text}\n`);
  let detail = '';
  const width = () => (out.columns ?? 100) - 1;
  const draw = () => out.write(`\r\x1b[2K${`  … ${title} ${seconds()}${detail && ` · ${detail}`}`.slice(0, width())}`);
  if (!tty) line(`  … ${title}`);
  const timer = setInterval(() => (tty ? draw() : line(`  … ${title} ${seconds()}`)), tty ? 500 : 10_000);
  try {
    const result = await run((text) => {
      detail = text.trim();
    });
    clearInterval(timer);
    if (tty) out.write('\r\x1b[2K');
    line(`  ✓ ${title} (${seconds()})`);
    return result;
  } catch (error) {
    clearInterval(timer);
    if (tty) out.write('\r\x1b[2K');
    line(`  ✗ ${title} (${seconds()})`);
    throw error;
  }
}

/** What is said for a full disk, wherever it shows. */
export const DISK_FULL =
  'The disk is full. CaseRelay needs about 2 GB in this folder: free some space and run the command again.';

/**
 * Runs a program and gives its output; the last line it printed is shown as progress.
 * @param {import('node:child_process').ChildProcess} child started with piped output
 * @param {(text: string) => void} note
 * @returns {Promise<{ code: number | null, output: string }>}
 */
export function outputOf(child, note) {
  let output = '';
  const read = (/** @type {Buffer} */ chunk) => {
    output += chunk;
    const line = String(chunk).trimEnd().split('\n').at(-1);
    if (line) note(line);
  };
  child.stdout?.on('data', read);
  child.stderr?.on('data', read);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}
