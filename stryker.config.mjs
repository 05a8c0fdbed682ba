/**
 * Mutation testing: every line of domain/ is changed in many small ways, and a test must notice each. Run it by
 * `npm run mutation`, which writes docs/mutation.md; what is left alone, and why, is in test/mutation/.
 * @type {import('@stryker-mutator/api/core').PartialStrykerOptions}
 */
export default {
  mutate: ['domain/**/*.ts'],
  testRunner: 'vitest',
  vitest: { configFile: 'test/mutation/vitest.config.ts' },
  plugins: ['@stryker-mutator/vitest-runner', './test/mutation/ignore-messages.ts'],
  ignorers: ['messages-of-errors'],
  // Nothing is compiled here, and the compiler of TypeScript 7 has no API to rewrite a tsconfig with: a name of no file.
  tsconfigFile: 'none',
  coverageAnalysis: 'perTest',
  concurrency: 2,
  timeoutMS: 10_000,
  incremental: true,
  incrementalFile: '.local/mutation/incremental.json',
  tempDirName: '.local/mutation/sandbox',
  ignorePatterns: ['.local', 'cdk.out', 'docs', 'infra', 'bench', '*.log'],
  reporters: ['clear-text', 'json', 'html'],
  clearTextReporter: { allowColor: false, reportTests: false, logTests: false },
  jsonReporter: { fileName: '.local/mutation/report.json' },
  htmlReporter: { fileName: '.local/mutation/report.html' },
  thresholds: { high: 95, low: 90, break: 85 },
};
