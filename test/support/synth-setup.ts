import { rmSync } from 'node:fs';

/** Where the tests of infra synthesise the app, a folder each. */
export const SYNTH_DIR = '.local/synth';

/** Takes away what was synthesised: each of the folders holds every bundle. */
export default function setup(): () => void {
  const clear = () => rmSync(SYNTH_DIR, { recursive: true, force: true });
  clear();
  return clear;
}
