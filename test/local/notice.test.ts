import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';

const NOTICE = readFileSync('NOTICE', 'utf8');

/** Package, or all of a scope as "@scope/*" → licence, as NOTICE has them. */
const listed = new Map(
  [...NOTICE.matchAll(/^(\S+) {2,}(MIT|MIT-0|Apache-2\.0|Unlicense) {2,}\S.*$/gm)].map(
    ([, name = '', licence = '']) => [name, licence],
  ),
);

/** The packages whose code esbuild puts into the functions' bundles → their own folder. */
async function bundled(): Promise<Map<string, string>> {
  const handlers = readdirSync('functions').map((name) => `functions/${name}/handler.ts`);
  const { metafile } = await build({
    entryPoints: handlers.filter((file) => existsSync(file)),
    bundle: true,
    write: false,
    metafile: true,
    outdir: 'out',
    platform: 'node',
    format: 'esm',
    mainFields: ['module', 'main'],
  });
  const found = Object.keys(metafile.inputs).flatMap((file) => {
    const [folder, name] = /^.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file) ?? [];
    return folder === undefined || name === undefined ? [] : [[name, folder] as const];
  });
  return new Map(found);
}

const asListed = (name: string) => (listed.has(name) ? name : name.replace(/\/.*/, '/*'));

describe('NOTICE', () => {
  let packages: ReadonlyMap<string, string>;
  beforeAll(async () => {
    packages = await bundled();
  }, 60_000);

  it('names every package that is deployed, with its licence, and no other', () => {
    expect(packages.size).toBeGreaterThan(10);
    const licences = [...packages].map(([name, folder]) => {
      const { license }: { license: string } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
      return [asListed(name), license] as const;
    });
    expect(Object.fromEntries(listed)).toEqual(Object.fromEntries(licences));
    for (const [name, licence] of licences) expect([name, licence]).toEqual([name, listed.get(name)]);
  });

  it('carries on the notices of packages that have one', () => {
    const hasNotice = (folder: string) => readdirSync(folder).some((file) => /^notice/i.test(file));
    expect([...packages].filter(([, folder]) => hasNotice(folder))).toEqual([]);
  });

  it('credits the holidays to date-holidays, as docs/policy.md does where a lead names a region', () => {
    for (const text of [NOTICE, readFileSync('docs/policy.md', 'utf8')]) {
      expect(text).toContain('https://github.com/commenthol/date-holidays');
      expect(text).toContain('CC BY-SA 3.0');
    }
  });
});
