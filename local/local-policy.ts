import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import type { Policy } from '../domain/policy.ts';

/** The policy that runs unless another is asked for: targets of seconds, two toy vendors. */
export const DEMO_POLICY = 'local/policy';

/**
 * Copies the policy in a folder with the toys in place of everybody it would call: vendors' and CRMs'
 * addresses become those of the toys at `toysUrl`, so that a local run tells nobody outside anything.
 * Everything else stays as it is written. Returns the copy's folder.
 */
export function localPolicy(target: string, toysUrl: string, folder: string = DEMO_POLICY): string {
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  for (const name of readdirSync(folder).filter((file) => /\.ya?ml$/.test(file)))
    writeFileSync(join(target, name), withToys(name, readFileSync(join(folder, name), 'utf8'), toysUrl));
  return target;
}

interface Written {
  readonly vendors?: readonly { readonly id: string }[];
  readonly sources?: Readonly<Record<string, { readonly 'api-url'?: string }>>;
}

function withToys(file: string, text: string, toysUrl: string): string {
  const document = parseDocument(text);
  // What is wrong in it is told by who compiles it, by file and line.
  if (document.errors.length > 0) return text;
  const written: Written = document.toJS() ?? {};
  if (file === 'vendors.yaml') {
    document.set('allow-loopback', true);
    for (const [index, { id }] of (written.vendors ?? []).entries())
      document.setIn(['vendors', index, 'url'], `${toysUrl}/vendors/${id}/offers`);
  }
  if (file === 'sources.yaml') {
    for (const [name, source] of Object.entries(written.sources ?? {}))
      if (source['api-url'] !== undefined) document.setIn(['sources', name, 'api-url'], `${toysUrl}/crm`);
  }
  return String(document);
}

/** The policy as a run names it. A deadline of hours warns nobody while one watches: that is said too. */
export function policyLine(folder: string, { version, clocks }: Policy): string {
  const shortest = Math.min(...clocks.flatMap(({ targets }) => Object.values(targets)));
  const patience =
    shortest > 120 ? `; its shortest promise is ${words(shortest)}, so a warning will not come while you watch` : '';
  return `${folder}, version ${version}${patience}`;
}

function words(seconds: number): string {
  return seconds < 7200 ? `${Math.round(seconds / 60)} minutes` : `${Math.round(seconds / 3600)} hours`;
}
