import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** What is run against each changed line of domain/: its own tests, with few and always the same random cases. */
export default defineConfig({
  root: here('../..'),
  resolve: {
    alias: [{ find: /^fast-check$/, replacement: here('few-runs.ts') }],
  },
  test: { include: ['test/domain/**/*.test.ts'] },
});
