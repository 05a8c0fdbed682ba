import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { OwnTestsFirst } from './own-tests-first.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const FEW_RUNS = here('few-runs.ts');

/** What is run against each changed line of domain/: its own tests, with few and always the same random cases. */
export default defineConfig({
  root: here('../..'),
  plugins: [
    {
      name: 'few-runs',
      enforce: 'pre',
      resolveId: (source, importer) => (source === 'fast-check' && importer !== FEW_RUNS ? FEW_RUNS : undefined),
    },
  ],
  // One worker for all files of a run: a change that nobody notices then costs a third of the time.
  test: { include: ['test/domain/**/*.test.ts'], isolate: false, sequence: { sequencer: OwnTestsFirst } },
});
