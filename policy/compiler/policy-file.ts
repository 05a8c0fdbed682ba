import { isMap, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type * as z from 'zod';
import { describe, didYouMean, type Problem } from './problems.ts';
import { BELOW, expectation, hint, type Lacking, meantForm, misplaced } from './schema-issues.ts';
import { yamlFault } from './yaml-faults.ts';
import { lostText } from './yaml-lost-text.ts';

export type Path = readonly (string | number)[];

/** Deepest nesting that is read; conditions of real rules go four or five deep. */
const DEEPEST = 40;

/** A policy file as text, data and positions; collects what is wrong with it. */
export class PolicyFile {
  readonly shownAs: string;
  readonly problems: Problem[] = [];
  /** Plain data of the file, or undefined if it is not readable YAML. */
  readonly data: unknown;
  readonly #lines = new LineCounter();
  readonly #root: Node | null = null;

  constructor(shownAs: string, text: string) {
    this.shownAs = shownAs;
    try {
      const document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false, stringKeys: true });
      for (const { pos } of document.errors.filter(({ code }) => code === 'DUPLICATE_KEY'))
        this.#addAt(
          pos[0],
          '(yaml)',
          `expected each key once, found ${describe(keyAt(text, pos[0]))} again: delete one of the two, or give it another name`,
        );
      const fault = yamlFault(document, text);
      if (fault !== undefined) this.#addAt(fault.at, '(yaml)', fault.message);
      for (const { at, message } of lostText(document, text)) this.#addAt(at, '(yaml)', message);
      if (this.problems.length > 0) return;
      this.#root = document.contents;
      const data: unknown = document.toJS();
      if (depthExceeds(data, DEEPEST)) this.#addAt(0, '(file)', `expected at most ${DEEPEST} levels, found more`);
      else this.data = data;
    } catch (error) {
      // The YAML library gives up by throwing, e.g. when nesting exhausts the stack.
      this.#addAt(0, '(yaml)', notYaml(error));
    }
  }

  /** Records a problem at a value; a missing one is reported where its parent begins. */
  add(path: Path, message: string): void {
    this.#addAt(this.#offsetOf(path, false), showPath(path), message);
  }

  /** Something to say about a key, with its place; it is not recorded. */
  noteAtKey(path: Path, message: string): Problem {
    return this.#place(this.#offsetOf(path, true), showPath(path), message);
  }

  /** Records a problem with a key rather than with its value. */
  addAtKey(path: Path, message: string): void {
    this.#addAt(this.#offsetOf(path, true), showPath(path), message);
  }

  /** Checks the data against a schema; returns it, or records every issue and returns undefined. */
  check<T>(schema: z.ZodType<T>): T | undefined {
    if (this.problems.length > 0) return undefined;
    const result = schema.safeParse(this.data, { error: expectation });
    if (result.success) return result.data;
    const lacking = result.error.issues
      .filter(({ path }) => this.at(path as Path) == null)
      .map(({ path, message }) => ({
        path: path as Path,
        holds: message.endsWith(BELOW) && this.at(path as Path) === null,
      }));
    for (const issue of result.error.issues) this.#addIssue(issue, [], lacking);
    return undefined;
  }

  /** The data at a path, whatever is wrong around it. */
  at(path: Path): unknown {
    return path.reduce<unknown>(
      (data, key) =>
        typeof data === 'object' && data !== null && Object.hasOwn(data, key)
          ? (data as Record<string | number, unknown>)[key]
          : undefined,
      this.data,
    );
  }

  /** The well-formed entries of a list or mapping, with their paths, whatever is wrong with their neighbours. */
  entries<T>(path: Path, schema: z.ZodType<T>): { path: Path; key: string; value: T }[] {
    const data = this.at(path);
    if (typeof data !== 'object' || data === null) return [];
    return Object.entries(data).flatMap(([key, raw]) => {
      const result = schema.safeParse(raw);
      return result.success
        ? [{ path: [...path, Array.isArray(data) ? Number(key) : key], key, value: result.data }]
        : [];
    });
  }

  /** `lacking`: where something is missing, which may be a key that stands in another place. */
  #addIssue(issue: z.core.$ZodIssue, within: Path, lacking: readonly Lacking[]): void {
    const path = [...within, ...issue.path.map((part) => (typeof part === 'number' ? part : String(part)))];
    const meant = issue.code === 'invalid_union' ? meantForm(issue) : undefined;
    if (meant !== undefined) {
      for (const inner of meant) this.#addIssue(inner, path, lacking);
      return;
    }
    const found = this.at(path);
    if (issue.code === 'unrecognized_keys') {
      const known = issue.message.split(', ');
      for (const key of issue.keys) {
        this.addAtKey(
          [...path, key],
          `expected one of ${issue.message}, found ${describe(key)}${didYouMean(key, known) || misplaced(path, key, lacking)}`,
        );
      }
    } else if (issue.code === 'invalid_key') {
      const [inner] = issue.issues;
      const key = path.at(-1);
      this.addAtKey(
        path,
        `expected ${inner?.message}, found ${describe(key)}${inner === undefined ? '' : hint(inner, key)}`,
      );
    } else this.add(path, `expected ${issue.message}, found ${describe(found)}${hint(issue, found)}`);
  }

  #addAt(offset: number, path: string, message: string): void {
    this.problems.push(this.#place(offset, path, message));
  }

  #place(offset: number, path: string, message: string): Problem {
    const { line, col } = this.#lines.linePos(offset);
    return { file: this.shownAs, line: Math.max(line, 1), column: Math.max(col, 1), path, message };
  }

  #offsetOf(path: Path, ofKey: boolean): number {
    let node: unknown = this.#root;
    let offset = this.#root?.range?.[0] ?? 0;
    for (const [depth, key] of path.entries()) {
      const last = depth === path.length - 1;
      if (isMap(node)) {
        const pair = node.items.find((item) => String(item.key) === String(key));
        if (pair === undefined) return offset;
        offset = startOf(last && ofKey ? pair.key : pair.value) ?? startOf(pair.key) ?? offset;
        node = pair.value;
      } else if (isSeq(node)) {
        node = node.items[Number(key)];
        offset = startOf(node) ?? offset;
      }
    }
    return offset;
  }
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}

function keyAt(text: string, offset: number): string {
  return text.slice(offset).split(/\s*[:\n]/, 1)[0] ?? '';
}

function notYaml(fault: unknown): string {
  const reason = fault instanceof Error ? fault.message : String(fault);
  return `expected valid YAML, found a fault: ${reason.split('\n')[0]}`;
}

/** `a.b[2].c` */
function showPath(path: Path): string {
  const text = path.reduce<string>(
    (shown, key) => (typeof key === 'number' ? `${shown}[${key}]` : shown === '' ? key : `${shown}.${key}`),
    '',
  );
  return text === '' ? '(file)' : text;
}

function depthExceeds(data: unknown, limit: number): boolean {
  if (typeof data !== 'object' || data === null) return false;
  return limit === 0 || Object.values(data).some((value) => depthExceeds(value, limit - 1));
}
