import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse as parseYaml } from 'yaml';
import * as z from 'zod';
import { CaseStatus, Priority } from '../../domain/event.ts';
import { PlainError } from '../progress.mjs';
import { timeReader } from './time-format.ts';

const Column = z.string().min(1);
const statuses = z.enum([...CaseStatus.options, 'unchanged']);

/** How the columns of an export become case events (local/mappings/README.md). */
export const Mapping = z.strictObject({
  /** The source, as the policy names it, in whose name the events are sent. */
  source: z.string().regex(/^[a-z0-9-]+$/, 'expected a source of the policy: a-z, 0-9 and hyphens'),
  caseId: Column,
  time: z.strictObject({ column: Column, format: z.string(), zone: z.string().default('UTC') }),
  /** When the case was opened, in the same format, if a column knows better than the first row. */
  openedAt: Column.optional(),
  /** Columns that order the rows of a case which share a time; numbers count as numbers. */
  order: z.array(Column).default([]),
  /** Texts that stand for "nothing". */
  missing: z.array(z.string()).default([]),
  /** The column that holds a list of changes, if a row tells what changed and not how all is now: changes.ts. */
  changes: Column.optional(),
  status: z.strictObject({ column: Column, values: z.record(z.string(), statuses) }).optional(),
  priority: z.strictObject({ column: Column, values: z.record(z.string(), z.enum(Priority.options)) }).optional(),
  /** The first row of a case with one of these values counts as the first public reply. */
  reply: z.strictObject({ column: Column, values: z.array(z.string()).min(1) }).optional(),
  /** A row with an `author` brings a message: from the customer if it is the `requester`, else from an agent; `public`: "true" or "false". */
  message: z.strictObject({ author: Column, public: Column, requester: Column }).optional(),
  assigned: z.strictObject({ assignee: Column.optional(), group: Column.optional() }).optional(),
  /** A count of reopenings: each time it grows, the case was reopened. */
  reopenCount: Column.optional(),
  /** What rules may look at: our name of the field → the column. */
  fields: z
    .partialRecord(z.enum(['subject', 'text', 'channel', 'language', 'requesterId', 'tier', 'region']), Column)
    .default({}),
  /** Columns that are kept as custom fields under their own names. */
  custom: z.array(Column).default([]),
});
export type Mapping = z.infer<typeof Mapping>;

export interface NamedMapping {
  readonly name: string;
  readonly mapping: Mapping;
}

/** What is wrong with an export or its mapping, as one sentence for the person at the terminal. */
export class ExportError extends PlainError {
  override readonly name = 'ExportError';
}

const SHIPPED = fileURLToPath(new URL('../mappings/', import.meta.url));

/** The mappings that ship, by name. */
export function shippedMappings(): NamedMapping[] {
  const files = readdirSync(SHIPPED).filter((file) => file.endsWith('.yaml'));
  return files.sort().map((file) => readMapping(join(SHIPPED, file)));
}

/** A mapping by the name of one that ships, or by its file. Throws ExportError. */
export function mappingNamed(nameOrFile: string): NamedMapping {
  const shipped = join(SHIPPED, `${nameOrFile}.yaml`);
  if (/^[\w-]+$/.test(nameOrFile) && existsSync(shipped)) return readMapping(shipped);
  if (existsSync(nameOrFile)) return readMapping(nameOrFile);
  const names = shippedMappings().map(({ name }) => name);
  throw new ExportError(`There is no mapping "${nameOrFile}": give a YAML file or one of ${names.join(', ')}.`);
}

function readMapping(file: string): NamedMapping {
  let yaml: unknown;
  try {
    yaml = parseYaml(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new ExportError(`The mapping ${file} cannot be read: ${error instanceof Error ? error.message : error}.`);
  }
  const parsed = Mapping.safeParse(yaml);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new ExportError(`The mapping ${file} is wrong at ${issue?.path.join('.') || 'its top'}: ${issue?.message}.`);
  }
  const { format, zone } = parsed.data.time;
  try {
    timeReader(format, zone);
  } catch (error) {
    throw new ExportError(`The mapping ${file} is wrong at time: ${error instanceof Error ? error.message : error}.`);
  }
  return { name: basename(file, '.yaml'), mapping: parsed.data };
}

/** Every column that a mapping reads and a file has from its first row on: where rows tell changes, not what they change. */
function columnsOf(mapping: Mapping): string[] {
  const { caseId, time, changes, openedAt, order, status, priority, reply, assigned, reopenCount, fields, custom } =
    mapping;
  if (changes !== undefined) return [caseId, time.column, ...order, changes];
  const columns = [
    caseId,
    time.column,
    openedAt,
    ...order,
    status?.column,
    priority?.column,
    reply?.column,
    assigned?.assignee,
    assigned?.group,
    reopenCount,
    ...Object.values(fields),
    ...custom,
  ];
  return [...new Set(columns.filter((column) => column !== undefined))];
}

/** The shipped mapping all of whose columns the header has; the one that reads most of them, if several do. Throws ExportError. */
export function guessMapping(header: readonly string[], known: readonly NamedMapping[]): NamedMapping {
  const fitting = known.filter(({ mapping }) => columnsOf(mapping).every((column) => header.includes(column)));
  const [best] = fitting.sort((a, b) => columnsOf(b.mapping).length - columnsOf(a.mapping).length);
  if (best !== undefined) return best;
  const shown = header.slice(0, 8).join(', ') + (header.length > 8 ? ', …' : '');
  throw new ExportError(
    `No shipped mapping (${known.map(({ name }) => name).join(', ')}) fits the columns ${shown}: write one as local/mappings/README.md says and pass it with --mapping FILE.`,
  );
}

/** Throws ExportError if the header lacks a column that the mapping reads. */
export function checkColumns(header: readonly string[], { name, mapping }: NamedMapping): void {
  const lacking = columnsOf(mapping).filter((column) => !header.includes(column));
  if (lacking.length > 0) {
    throw new ExportError(`The mapping ${name} reads the column "${lacking.join('", "')}", which the export lacks.`);
  }
}
