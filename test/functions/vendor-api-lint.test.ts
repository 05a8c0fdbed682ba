import { fileURLToPath } from 'node:url';
import { createConfig, lint, lintFromString } from '@redocly/openapi-core';
import { expect, it } from 'vitest';

const FILE = fileURLToPath(new URL('../../docs/vendor-api.yaml', import.meta.url));
// No rule is switched off, and a warning counts as an error.
const config = await createConfig({ extends: ['recommended'] });
const told = (problems: Awaited<ReturnType<typeof lint>>) =>
  problems.map(({ ruleId, message, location }) => `${ruleId} at ${location[0]?.pointer}: ${message}`);

it("docs/vendor-api.yaml passes Redocly's recommended rules", async () => {
  expect(told(await lint({ ref: FILE, config }))).toEqual([]);
});

it('a description without security and with an unknown reference does not', async () => {
  const source = `openapi: 3.1.0
info: { title: t, version: '1', license: { name: MIT, identifier: MIT } }
servers: [{ url: https://api.test }]
paths:
  /a: { get: { operationId: a, summary: a, responses: { 200: { $ref: '#/nowhere' }, 404: { description: no } } } }
`;
  const problems = await lintFromString({ source, absoluteRef: 'a.yaml', config });
  expect([...new Set(problems.map(({ ruleId }) => ruleId))].sort()).toEqual(['no-unresolved-refs', 'security-defined']);
});
