import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** 200 incidents of a real service desk in 1,285 rows: test/vectors/README.md. */
export const SERVICENOW_INCIDENTS = fileURLToPath(new URL('../vectors/servicenow-incidents.csv', import.meta.url));

/** Nine audits of two tickets, written by hand: test/vectors/README.md. */
export const ZENDESK_AUDITS = fileURLToPath(new URL('../vectors/zendesk-audits.jsonl', import.meta.url));

/**
 * A whole log, too big or not free to be committed, that may lie beside the checkout. `absent` is empty if it
 * does, and otherwise says so for the title of the test that is skipped.
 */
export function bigLog(name: string): { readonly file: string; readonly absent: string } {
  const beside = `../shared/data/incidents/${name}`;
  const file = fileURLToPath(new URL(`../../${beside}`, import.meta.url));
  return { file, absent: existsSync(file) ? '' : ` (skipped: ${beside} is not there)` };
}
