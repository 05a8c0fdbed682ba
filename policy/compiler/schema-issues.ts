import type * as z from 'zod';
import type { Path } from './policy-file.ts';
import { asking, didYouMean, listedInQuotes } from './problems.ts';

/** What a lead reads of the issues that a schema finds. */

/** Message of a union that does not say itself what is expected. */
const SEE_FORMS = 'one of several forms';

/** How the expectation of a mapping ends. */
export const BELOW = 'in lines below it, indented';

/** What is expected where a schema does not say so itself; for unknown keys, the known ones. */
export function expectation(issue: z.core.$ZodRawIssue): string {
  const shape = (issue.inst as z.ZodObject | undefined)?._zod.def.shape;
  if (issue.code === 'unrecognized_keys') return Object.keys(shape ?? {}).join(', ');
  if (issue.code === 'invalid_union') return SEE_FORMS;
  if (issue.code === 'too_small') return 'a list with at least one entry';
  if (issue.code !== 'invalid_type') return 'something else';
  if (issue.expected === 'array') return 'a list';
  if (issue.expected !== 'object' && issue.expected !== 'record') return `a ${issue.expected}`;
  const needed = Object.entries(shape ?? {}).filter(([, schema]) => schema._zod.optin !== 'optional');
  return needed.length === 0
    ? `names with a colon ${BELOW}`
    : `${listedInQuotes(needed.map(([key]) => `${key}:`))} ${BELOW}`;
}

/**
 * Of the forms that an entry can have, what is wrong with the one that it is closest to; undefined if the union
 * says itself what is expected, and no form was recognised.
 */
export function meantForm(issue: z.core.$ZodIssueInvalidUnion): readonly z.core.$ZodIssue[] | undefined {
  const [best] = [...issue.errors].sort((a, b) => distance(a) - distance(b) || depth(b) - depth(a));
  return best !== undefined && (depth(best) > 0 || issue.message === SEE_FORMS) ? best : undefined;
}

/** How much is wrong: a key that is only misspelt counts half of one that does not belong there. */
function distance(issues: readonly z.core.$ZodIssue[]): number {
  return issues.reduce((sum, issue) => {
    if (issue.code !== 'unrecognized_keys') return sum + 1;
    const known = issue.message.split(', ');
    return issue.keys.reduce((keys, key) => keys + (didYouMean(key, known) === '' ? 1 : 0.5), sum);
  }, 0);
}

/** How far inside all that is wrong lies: where that is deep, the form itself was meant. */
function depth(issues: readonly z.core.$ZodIssue[]): number {
  return Math.min(...issues.map(({ path }) => path.length));
}

/** Where something is missing, and whether it is lines below a key that stands there. */
export interface Lacking {
  readonly path: Path;
  readonly holds: boolean;
}

/** Where a key belongs that is not known in the mapping at a path, if something one level away lacks it, or is empty. */
export function misplaced(path: Path, key: string, lacking: readonly Lacking[]): string {
  const isWithin = (one: Path, more: number) =>
    one.length === path.length + more && path.every((part, i) => part === one[i]);
  const [holder, outside] = [path.slice(0, -1), path.at(-1)];
  if (lacking.some((one) => one.path.at(-1) === key && one.path.slice(0, -1).join('\n') === holder.join('\n')))
    return `; it belongs beside "${outside}": move it to the left`;
  const inside = lacking.find((one) => isWithin(one.path, 2) && one.path.at(-1) === key);
  if (inside !== undefined) return `; it belongs to "${inside.path.at(-2)}": move it to the right`;
  const empty = lacking.find((one) => one.holds && isWithin(one.path, 1));
  return empty === undefined ? '' : `; if it belongs to "${empty.path.at(-1)}", which is empty, move it to the right`;
}

/** `; did you mean …?` for a value that only lacks brackets, or a name that is not written as names are. */
export function hint(issue: z.core.$ZodIssue, found: unknown): string {
  if (typeof found !== 'string') return '';
  if (issue.code === 'custom') return asking(issue.params?.meant as string | undefined);
  if (issue.code === 'invalid_value') return didYouMean(found, issue.values.map(String));
  if (issue.code === 'invalid_type' && issue.expected === 'array' && !/^(closed|none|no|never|off)?$/i.test(found))
    return `; did you mean [${/^[\w-]+$/.test(found) ? found : JSON.stringify(found)}]?`;
  const name = asName(found);
  return issue.message.startsWith(A_NAME) && name !== '' && name !== found
    ? `; did you mean ${JSON.stringify(name)}?`
    : '';
}

/** How the expectation of a name begins. */
export const A_NAME = 'a name in small letters';

/** A text as a name is written: "Self Harm" becomes "self-harm"; empty if nothing is left of it. */
export function asName(text: string): string {
  return text
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim()
    .replaceAll(' ', '-')
    .replace(/^[0-9-]+/, '');
}
