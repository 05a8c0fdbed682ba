import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { localPolicy, policyLine } from '../../local/local-policy.ts';
import { compilePolicyDir } from '../../policy/compiler/compile-policy.ts';

const TOYS = 'http://127.0.0.1:4999';
const target = mkdtempSync(join(tmpdir(), 'caserelay-policy-'));
afterAll(() => rmSync(target, { recursive: true, force: true }));

describe.each(['local/policy', 'policy'])('a local run of the policy in %s', (folder) => {
  const { policy } = compilePolicyDir(localPolicy(join(target, folder), TOYS, folder));
  const { policy: written } = compilePolicyDir(folder);

  test('calls the toys and nobody else', () => {
    expect(policy.allowLoopback).toBe(true);
    for (const { id, url } of policy.vendors) expect(url).toBe(`${TOYS}/vendors/${id}/offers`);
    for (const { kind, apiUrl } of Object.values(policy.sources))
      expect(apiUrl).toBe(kind === 'zendesk' ? `${TOYS}/crm` : undefined);
  });

  test('is the one that was asked for in everything else', () => {
    expect(policy.clocks).toEqual(written.clocks);
    expect(policy.triage).toEqual(written.triage);
    expect(policy.leads).toEqual(written.leads);
    expect(policy.vendors.map(({ url: _, ...vendor }) => vendor)).toEqual(
      written.vendors.map(({ url: _, ...vendor }) => vendor),
    );
  });

  test('leaves the files as they were', () => {
    expect(readFileSync(join(folder, 'vendors.yaml'), 'utf8')).not.toContain(TOYS);
  });
});

test('a run names its policy, and says when its promises are too long to watch', () => {
  const { policy } = compilePolicyDir('local/policy');
  expect(policyLine('local/policy', policy)).toBe(`local/policy, version ${policy.version}`);
  const clocks = policy.clocks.map((clock) => ({
    ...clock,
    targets: { urgent: 3600, high: 7200, normal: 28_800, low: 28_800 },
  }));
  expect(policyLine('mine', { ...policy, clocks })).toBe(
    `mine, version ${policy.version}; its shortest promise is 60 minutes, so a warning will not come while you watch`,
  );
});
