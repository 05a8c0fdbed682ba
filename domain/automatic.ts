import type { MailHeaders } from './event.ts';

/**
 * Messages that no person wrote: answers of machines, bounces, and our own alerts coming back.
 * They start and stop no clock. What a person's mail program or a mailing list adds is not
 * enough: a person's case without a clock would be the worse mistake. Has no imports at run time.
 */
export type Automatic = 'auto-reply' | 'bounce' | 'loop';

/** The header and the first line of the text that every alert of ours carries, and by which it is known if it comes back. */
export const OUR_HEADER = 'x-caserelay';
export const OUR_MARK = '[CaseRelay alert]';

/** As much of a header's value as is kept, characters. */
const VALUE_LENGTH = 200;

/** What stands for a value that holds somebody's address: that it was there is all that counts. */
const PRESENT = 'present';

const asItIs = (value: string) => value.slice(0, VALUE_LENGTH).toWellFormed();

/**
 * The headers that are kept of a message, by lower-case name, and what is kept of each; nothing
 * else is stored. Return-Path and X-Failed-Recipients hold addresses, which are left out.
 */
export const AUTOMATIC_HEADERS: Readonly<Record<string, (value: string) => string | undefined>> = {
  'auto-submitted': asItIs,
  'content-type': asItIs,
  'list-id': asItIs,
  precedence: asItIs,
  'return-path': (value) => (isNullSender(value) ? '<>' : undefined),
  'x-auto-response-suppress': asItIs,
  'x-autoreply': asItIs,
  'x-autorespond': asItIs,
  'x-failed-recipients': () => PRESENT,
  [OUR_HEADER]: asItIs,
};

/** The headers worth keeping, by lower-case name; undefined if there are none. */
export function keptHeaders(headers: MailHeaders): MailHeaders | undefined {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase();
    const keep = Object.hasOwn(AUTOMATIC_HEADERS, lower) ? AUTOMATIC_HEADERS[lower]?.(value) : undefined;
    if (keep !== undefined) kept[lower] = keep;
  }
  return Object.keys(kept).length === 0 ? undefined : kept;
}

/** As much of a message as tells who wrote it. `text` is a message's own; `fields.text` that of an opening. */
export interface Message {
  readonly headers?: MailHeaders | undefined;
  readonly type?: string;
  readonly text?: string | undefined;
  readonly fields?: { readonly text?: string | undefined } | undefined;
}

/** What kind of machine wrote a message; undefined for a person's. */
export function automaticMessage({ headers = {}, type, text, fields }: Message): Automatic | undefined {
  // The fields of a later message are the case's: they say what its opening said.
  const words = text ?? (type === 'message-added' ? undefined : fields?.text);
  const known = keptHeaders(headers) ?? {};
  if (known[OUR_HEADER] !== undefined || words?.trimStart().startsWith(OUR_MARK)) return 'loop';
  return byContentType(known['content-type']) ?? byHeaders(known);
}

/**
 * A report is made by a machine: of a delivery that failed (RFC 3464), of a mail that was shown
 * (RFC 8098), of abuse (RFC 5965). Only the first is a bounce. Source: RFC 6522.
 */
function byContentType(value = ''): Automatic | undefined {
  if (keyword(value) !== 'multipart/report') return undefined;
  const [, reported = 'delivery-status'] = /;\s*report-type\s*=\s*"?([\w.-]+)/i.exec(value) ?? [];
  return reported.toLowerCase() === 'delivery-status' ? 'bounce' : 'auto-reply';
}

function byHeaders(headers: MailHeaders): Automatic | undefined {
  if (headers['x-failed-recipients'] !== undefined) return 'bounce';
  if (isAutoSubmitted(headers['auto-submitted']) || isBulk(headers)) return 'auto-reply';
  if (says(headers['x-autoreply']) || says(headers['x-autorespond'])) return 'auto-reply';
  if (suppresses(headers['x-auto-response-suppress'])) return 'auto-reply';
  // Last, as automatic answers come from nobody too (RFC 3834, section 3.3).
  return isNullSender(headers['return-path']) ? 'bounce' : undefined;
}

/** RFC 3834, section 5: any keyword but "no", whatever parameters and comments stand around it. */
function isAutoSubmitted(value: string | undefined): boolean {
  return says(value?.replace(/\([^()]*\)/g, ' '));
}

/**
 * Precedence is in no standard, but what machines send in bulk has long carried it (RFC 2076,
 * section 3.9). "list" counts only outside a list: lists and group mailboxes (RFC 2919) add it to what people write.
 */
function isBulk(headers: MailHeaders): boolean {
  const precedence = keyword(headers.precedence);
  if (precedence === 'list') return headers['list-id'] === undefined;
  return precedence === 'bulk' || precedence === 'junk';
}

/** Exchange's way to ask for no automatic answers; machines ask for none at all, or for no answers to answers. */
function suppresses(value = ''): boolean {
  const asked = value.toLowerCase().split(/[\s,;]+/);
  return asked.includes('all') || asked.includes('autoreply');
}

/** A header that is there and does not say no. */
function says(value: string | undefined): boolean {
  const word = keyword(value);
  return word !== '' && word !== 'no' && word !== 'false' && word !== '0';
}

/** The null reverse-path of RFC 5321, section 4.5.5: a message that must not be answered. */
function isNullSender(value = ''): boolean {
  return /^\s*<\s*>\s*$/.test(value);
}

/** What a header says before its parameters. */
const keyword = (value = '') => value.replace(/;.*/s, '').trim().toLowerCase();
