import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { canonicalJson } from '../../domain/content-key.ts';
import type { Policy } from '../../domain/policy.ts';
import { buildPolicy } from './build-policy.ts';
import { checkEndless } from './checks/check-clocks.ts';
import { notesOn } from './notes.ts';
import { PolicyFile } from './policy-file.ts';
import { didYouMean, PolicyError, type Problem } from './problems.ts';
import { checkReferences } from './references.ts';
import { type Authored, FILES, type FileName } from './schema.ts';

export interface CompileOptions {
  /** Years whose public holidays are worked out, instead of those that calendars.yaml names. */
  readonly years?: readonly number[];
  /** Clocks may be counted in calendars of dated shifts only: for questions, not for what is deployed. */
  readonly clocksMayEnd?: boolean;
}

const NAMES = Object.keys(FILES) as FileName[];

/** A policy that is in order. */
interface Compiled {
  readonly policy: Policy;
  /** What has no effect and is no mistake, such as a list that no rule uses. */
  readonly notes: readonly Problem[];
}

/**
 * Compiles the policy in a directory. The same files give the same policy, on any day and any
 * machine. `files` are the paths that were read. Throws PolicyError, which lists every problem.
 */
export function compilePolicyDir(dir: string, options: CompileOptions = {}): Compiled & { readonly files: string[] } {
  const files = NAMES.map((name) => join(dir, `${name}.yaml`));
  const texts: Partial<Record<FileName, string>> = {};
  const problems = unknownFiles(dir);
  for (const [i, name] of NAMES.entries()) {
    const text = read(files[i] as string, problems);
    if (text !== undefined) texts[name] = text;
  }
  return { ...compile(texts, (name) => shown(join(dir, `${name}.yaml`)), problems, options), files };
}

/** Compiles a policy from the texts of its files. Throws PolicyError, which lists every problem. */
export function compilePolicy(texts: Readonly<Record<FileName, string>>, options: CompileOptions = {}): Policy {
  return compile(texts, (name) => `${name}.yaml`, [], options).policy;
}

/** A path as an author wants to see it: relative to where the command runs, if it is inside. */
function shown(path: string): string {
  const near = relative(process.cwd(), path);
  return near.startsWith('..') ? path : near;
}

function problemWithFile(path: string, message: string): Problem {
  return { file: shown(path), line: 1, column: 1, path: '(file)', message };
}

/** A misspelt file would be silently without effect, so it is a problem. */
function unknownFiles(dir: string): Problem[] {
  let found: string[];
  try {
    found = readdirSync(dir);
  } catch {
    return [];
  }
  const known = NAMES.map((name) => `${name}.yaml`);
  return found
    .filter((name) => /\.ya?ml$/.test(name) && !known.includes(name))
    .sort()
    .map((name) =>
      problemWithFile(join(dir, name), `expected one of ${known.join(', ')}, found ${name}${didYouMean(name, known)}`),
    );
}

function read(path: string, problems: Problem[]): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const found = code === 'ENOENT' ? 'none' : code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'other bytes' : code;
    problems.push(problemWithFile(path, `expected a file with UTF-8 text, found ${found}`));
    return undefined;
  }
}

function compile(
  texts: Partial<Record<FileName, string>>,
  shownAs: (name: FileName) => string,
  problems: readonly Problem[],
  options: CompileOptions,
): Compiled {
  const files = Object.fromEntries(
    NAMES.map((name) => [name, new PolicyFile(shownAs(name), texts[name] ?? '')]),
  ) as Record<FileName, PolicyFile>;
  const missing = new Set(NAMES.filter((name) => texts[name] === undefined));
  const authored = Object.fromEntries(
    NAMES.filter((name) => !missing.has(name)).map((name) => [name, files[name].check(FILES[name].schema as never)]),
  ) as Partial<Authored>;
  checkReferences(files);
  if (options.clocksMayEnd !== true) checkEndless(files.clocks, files.calendars);
  const found = NAMES.filter((name) => !missing.has(name)).flatMap((name) =>
    [...files[name].problems].sort((a, b) => a.line - b.line || a.column - b.column),
  );
  if (problems.length + found.length > 0) throw new PolicyError([...problems, ...found]);
  const body = buildPolicy(authored as Authored, options.years);
  const version = createHash('sha256').update(canonicalJson(body)).digest('hex').slice(0, 16);
  const policy = { version, ...body };
  return { policy, notes: notesOn(policy, files) };
}
