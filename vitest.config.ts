import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';
import { GrantsLast } from './test/support/grants-last.ts';

export default defineConfig({
  test: {
    sequence: { sequencer: GrantsLast },
    // A test that ends without having looked at anything has failed.
    expect: { requireAssertions: true },
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['test/{domain,functions,policy,local,contract}/**/*.test.ts'] },
      },
      {
        extends: true,
        test: {
          name: 'infra',
          include: ['test/{infra,workflows}/**/*.test.ts'],
          globalSetup: ['test/support/synth-setup.ts'],
          // CDK keeps a cache in the home folder: it stays in this one.
          env: { HOME: resolve('.local', 'home') },
          testTimeout: 120_000,
          hookTimeout: 300_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/support/engine-setup.ts'],
          setupFiles: ['test/support/engine-environment.ts', 'test/support/no-refusals.ts'],
          testTimeout: 180_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
