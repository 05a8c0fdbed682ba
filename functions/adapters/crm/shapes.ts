import * as z from 'zod/mini';
import { keptHeaders } from '../../../domain/automatic.ts';
import { Author, CaseStatus, Instant, Priority } from '../../../domain/event.ts';
import { badShape } from '../../shared/http.ts';
import { OWN_KEYS } from '../../shared/names.ts';

/**
 * The values that webhook bodies are made of. What passes here can always be stored: keys fit
 * DynamoDB's, numbers fit its numbers, texts are well-formed Unicode and short enough that a
 * case stays far below the largest item. Messages are written out, as zod/mini brings none.
 */

/** Longer texts are cut: triage and packets need the beginning, the CRM keeps the whole. Characters. */
const TEXT_LENGTH = 20_000;
const LINE_LENGTH = 500;
const TAG_LENGTH = 100;
const LIST_LENGTH = 200;

const cut = (length: number, message: string) =>
  z.pipe(
    z.string(message),
    z.transform((text: string) => text.slice(0, length).toWellFormed()),
  );

export const Text = cut(TEXT_LENGTH, 'expected text');
export const Line = cut(LINE_LENGTH, 'expected text');

export const Tags = z.pipe(
  z.array(cut(TAG_LENGTH, 'expected text'), 'expected a list of texts'),
  z.transform((tags: string[]) => tags.slice(0, LIST_LENGTH)),
);

/** An id of a person or a group: the CRMs send text or numbers. */
export const Id = z.pipe(
  z.union([z.string(), z.number()], 'expected an id: text or a number'),
  z.transform((id: string | number) => String(id).slice(0, LINE_LENGTH).toWellFormed()),
);

/** The source's id of a case, as it becomes part of ours: no space, no '#', at most 200 characters, and no number that JSON has rounded. */
export const CaseNumber = z.pipe(
  z.union([z.string(), z.number()], 'expected the id of the case: text or a number').check(
    z.refine((id) => isCaseNumber(String(id)), 'expected 1 to 200 visible characters without spaces or #'),
    z.refine(isExact, 'expected text: a number as large as this one is rounded on its way'),
  ),
  z.transform(String),
);

function isCaseNumber(id: string): boolean {
  return id.length <= 200 && /^[^\s#\p{Cc}\p{Cf}\p{Cs}]+$/u.test(id);
}

function isExact(id: string | number): boolean {
  return typeof id === 'string' || Math.abs(id) <= Number.MAX_SAFE_INTEGER;
}

/** The key of a delivery or event. Ours begin with "caserelay:", so a sender's may not. */
export const EventKey = z
  .string('expected text')
  .check(
    z.refine(
      (key) => /^[\x21-\x7e]{1,200}$/.test(key) && !key.startsWith(OWN_KEYS),
      'expected 1 to 200 printable ASCII characters, not beginning with "caserelay:"',
    ),
  );

/** When it happened, by the source's clock. Years far off are a bug of the sender, and would never sort right. */
export const EventTime = z.pipe(
  z
    .string('expected an ISO 8601 instant such as 2026-11-22T09:30:00Z')
    .check(
      z.refine(
        (text) => /^(19[7-9]\d|2[01]\d\d)-/.test(text) && Instant.safeParse(text).success,
        'expected an ISO 8601 instant with its zone, such as 2026-11-22T09:30:00Z',
      ),
    ),
  Instant,
);

const SIMPLE = 'expected text, true, false or an ordinary number';
const CustomValue = z.union([Line, z.boolean(), z.number().check(z.refine(isStorable, SIMPLE))], SIMPLE);

/** DynamoDB takes neither vast nor vanishing numbers, and integers beyond 2^53 are no longer what was sent. */
function isStorable(value: number): boolean {
  const size = Math.abs(value);
  return size === 0 || (size > 1e-100 && size <= Number.MAX_SAFE_INTEGER);
}

export const Custom = z
  .record(z.string(), CustomValue, 'expected an object of simple values')
  .check(z.refine(areNames, `expected at most ${LIST_LENGTH} entries with names of 1 to 100 characters`));

function areNames(custom: Readonly<Record<string, unknown>>): boolean {
  const names = Object.keys(custom);
  return names.length <= LIST_LENGTH && names.every((name) => name.length >= 1 && name.length <= 100);
}

/** A mail's headers: of these, what tells a machine's message from a person's is kept, and nothing else. */
export const MailHeadersShape = z.pipe(
  z.record(z.string(), z.string('expected text'), 'expected an object of texts'),
  z.transform(keptHeaders),
);

const oneOf = (values: readonly string[]) => `expected one of ${values.join(', ')}`;
export const PriorityShape = z.enum(Priority.options, oneOf(Priority.options));
export const StatusShape = z.enum(CaseStatus.options, oneOf(CaseStatus.options));
export const AuthorShape = z.enum(Author.options, oneOf(Author.options));
export const ScoreShape = z.enum(['good', 'bad'], oneOf(['good', 'bad']));
export const Flag = z.boolean('expected true or false');

/** Parses, or throws the 400 that names the field. */
export function parseShape<T>(schema: z.ZodMiniType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw badShape(parsed.error);
  return parsed.data;
}
