import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, expect, inject } from 'vitest';
import { readPermissions, refusalWords } from '../../local/live/permissions.ts';

/** Name of the deployment with which a restore is rehearsed: roles are taken away there beneath executions that go on. */
export const REHEARSAL = 'Rehearsal';

/** After each file of end-to-end tests: no function was refused anything that its test did not take away itself. */
afterAll(async () => {
  const { deployment, ranDir } = inject('e2e');
  mkdirSync(ranDir, { recursive: true });
  writeFileSync(join(ranDir, basename(expect.getState().testPath ?? '')), '');
  const permissions = await readPermissions(deployment.endpoint);
  if (permissions === undefined) throw new Error('the engine checks no permissions');
  const meant = permissions.refusals.filter(({ onPurpose, who }) => onPurpose || who.startsWith(`${REHEARSAL}-`));
  expect(refusalWords(permissions.refusals.filter((refusal) => !meant.includes(refusal)))).toEqual([]);
});
