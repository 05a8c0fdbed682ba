import { ExportError } from './mapping.ts';
import type { Row } from './read-rows.ts';

/**
 * A row whose column `column` holds a list of changes, laid out in columns: a change that names its field
 * (`{"field_name": "status", "value": "open"}`) becomes that column, any other (`{"type": "Comment", "public": true}`) one
 * column for each of its parts (`comment.public`). An object in another column is laid out by dots as well
 * (`via.channel`). A field that did not change has no column. Throws ExportError if there is no such list.
 */
export function withChanges({ line, values }: Row, column: string): Row {
  const changes = parsed(values[column] ?? '');
  if (!Array.isArray(changes)) throw new ExportError(`Line ${line} of the export has no list in "${column}".`);
  const out: Record<string, string> = {};
  for (const [name, cell] of Object.entries(values)) {
    const parts = parsed(cell);
    if (name === column) continue;
    else if (isRecord(parts)) lay(out, `${name}.`, parts);
    else out[name] = cell;
  }
  for (const change of changes.filter(isRecord)) {
    const { field_name: field, type, value } = change;
    if (typeof field === 'string') out[field] = textOf(value);
    else if (typeof type === 'string') lay(out, `${type.toLowerCase()}.`, change);
  }
  return { line, values: out };
}

function lay(out: Record<string, string>, prefix: string, parts: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(parts)) out[prefix + name] = textOf(value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parsed(cell: string): unknown {
  if (!/^[[{]/.test(cell)) return undefined;
  try {
    return JSON.parse(cell);
  } catch {
    return undefined;
  }
}

/** A value of JSON as the text of a cell; nothing is the empty one. */
export function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
