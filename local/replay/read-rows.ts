import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { PassThrough, pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { type Options, parse } from 'csv-parse';
import { textLines } from '../text-lines.ts';
import { textOf } from './changes.ts';
import { ExportError } from './mapping.ts';

/** A row by its column names, and the line it stands on. */
export interface Row {
  readonly line: number;
  readonly values: Readonly<Record<string, string>>;
}

const GZIP = [0x1f, 0x8b];
/** A zip file; Excel's workbooks are such. */
const ZIP = [0x50, 0x4b, 0x03, 0x04];

/**
 * Streams the rows of an export: CSV with a header, or one JSON object per line; plain or gzip, told
 * by what is in the file and not by its name. Throws ExportError for a file that cannot be read so.
 */
export async function* readRows(file: string): AsyncGenerator<Row> {
  try {
    const text = await openText(file);
    const first = await firstCharacter(text);
    if (first === undefined) throw new ExportError(`The export ${file} is empty.`);
    yield* first === '{' ? readJsonLines(text, file) : readCsv(text);
  } catch (error) {
    if (error instanceof ExportError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new ExportError(`There is no file ${file}.`);
    if (code === 'EISDIR')
      throw new ExportError(`${file} is a folder; expected a file: CSV or JSON lines, plain or .gz.`);
    throw new ExportError(`The export ${file} cannot be read: ${message}.`);
  }
}

async function openText(file: string): Promise<Readable> {
  const handle = await open(file);
  const magic = Buffer.alloc(4);
  await handle.read(magic, 0, magic.length, 0).finally(() => handle.close());
  if (magic.equals(Buffer.from(ZIP)))
    throw new ExportError(`The export ${file} is a workbook or a zip file: save it as CSV, or unpack it.`);
  const raw = createReadStream(file);
  if (!magic.subarray(0, 2).equals(Buffer.from(GZIP))) return piped(raw, new PassThrough());
  return piped(raw, createGunzip());
}

/** The second stream, fed by the first, and failing with it. */
function piped<T extends NodeJS.ReadWriteStream & Readable>(from: Readable, to: T): T {
  pipeline(from, to, () => {});
  return to;
}

/** Looks at the first character that is not a space, and puts what it read back. */
async function firstCharacter(text: Readable): Promise<string | undefined> {
  for (;;) {
    const chunk: Buffer | null = text.read();
    if (chunk === null) {
      if (text.readableEnded) return undefined;
      await new Promise<void>((ready, failed) => {
        text.once('readable', ready).once('end', ready).once('error', failed);
      });
      continue;
    }
    const found = chunk
      .toString('utf8')
      .replace(/^\ufeff/, '')
      .trimStart()[0];
    if (found === undefined) continue;
    text.unshift(chunk);
    return found;
  }
}

async function* readCsv(text: Readable): AsyncGenerator<Row> {
  const options: Options = {
    bom: true,
    columns: true,
    info: true,
    trim: true,
    skip_empty_lines: true,
    relax_column_count: true,
    relax_quotes: true,
  };
  const parser = piped(text, parse(options));
  for await (const { record, info } of parser) yield { line: info.lines, values: record };
}

async function* readJsonLines(text: Readable, file: string): AsyncGenerator<Row> {
  let line = 0;
  for await (const content of textLines(text)) {
    line += 1;
    if (content.trim() !== '') yield { line, values: jsonRow(content, file, line) };
  }
}

function jsonRow(content: string, file: string, line: number): Record<string, string> {
  try {
    const value: unknown = JSON.parse(content);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('not an object');
    return Object.fromEntries(Object.entries(value).map(([key, cell]) => [key, textOf(cell)]));
  } catch {
    throw new ExportError(`Line ${line} of ${file} is not a JSON object.`);
  }
}
