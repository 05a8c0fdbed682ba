import { mkdirSync, writeFileSync } from 'node:fs';
import * as z from 'zod';
import { FILES, type FileName } from './schema.ts';

/** The JSON Schemas that editors check the policy files against, as texts by file name. */
export function jsonSchemas(): Record<string, string> {
  return Object.fromEntries(
    (Object.keys(FILES) as FileName[]).map((name) => {
      const { schema, title } = FILES[name];
      const json = { title, ...z.toJSONSchema(schema, { target: 'draft-2020-12', io: 'input' }) };
      return [`${name}.schema.json`, `${JSON.stringify(json, null, 2)}\n`];
    }),
  );
}

if (import.meta.main) {
  const folder = new URL('../schemas/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(jsonSchemas())) writeFileSync(new URL(name, folder), text);
}
