import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const sources = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => ({ path: `test/${path}`, text: readFileSync(`test/${path}`, 'utf8') }));

it('a test that may be skipped says why in its title', () => {
  const skips = sources.flatMap(({ path, text }) =>
    [...text.matchAll(/\.(skip|skipIf|runIf|todo)\((.*)/g)].map(([, how, rest]) => `${path}: .${how}(${rest}`),
  );
  // Its condition is a text, which is empty or goes into the title as it is: npm test prints it at the end.
  expect(skips.filter((one) => !/\.skipIf\((\w+) !== ''\)\(`[^`]*\$\{\1\}`/.test(one))).toEqual([]);
  expect(skips.length).toBeGreaterThan(0);
});

it('no test reads what does not come with the repository, but the logs that bigLog names', () => {
  const outside = sources.filter(({ text }) => /['"`][^'"`\n]*\.\.\/shared\/data/.test(text)).map(({ path }) => path);
  expect(outside).toEqual(['test/support/incident-logs.ts']);
});
