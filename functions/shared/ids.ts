import { createHash } from 'node:crypto';

/**
 * A short, stable id for some texts: the first 22 characters (132 bits) of their SHA-256 in base64url. As JSON, so that no
 * text can pass for two: a sender chooses ids and keys, with whatever sign would stand between them.
 */
function shortHash(...texts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(texts)).digest('base64url').slice(0, 22);
}

/** Longest key of an event that is stored as it is, bytes: DynamoDB's sort keys have at most 1,024, and an event's schema takes 512 characters. */
const KEY_BYTES = 500;
/** As much of a longer one is kept to be read by people, bytes. */
const READABLE_BYTES = 300;

/**
 * The key under which an event is stored. One made of long ids becomes a hash of the whole, the same each time, and its
 * beginning. No other key begins so: a sender's may not begin with "caserelay:", and "long" is no type of event.
 */
export function storedKey(key: string): string {
  const bytes = Buffer.from(key);
  if (bytes.byteLength <= KEY_BYTES) return key;
  const beginning = new TextDecoder().decode(bytes.subarray(0, READABLE_BYTES), { stream: true });
  return `caserelay:long:${createHash('sha256').update(bytes).digest('base64url')}:${beginning}`;
}

/** Name of the execution that is about an event of a case: the same each time, so that a retry starts nothing twice. */
export function executionName(caseId: string, eventKey: string): string {
  const readable = caseId.replace(/[^A-Za-z0-9]+/g, '-').slice(0, 50);
  return `${readable}-${shortHash(caseId, eventKey)}`;
}

/** Opaque id of the handoff that an execution offers at its nth attempt. */
export function handoffIdFor(execution: string, attempt: number): string {
  return `ho_${shortHash(execution, String(attempt))}`;
}

/** Id of the alert that an event calls for. */
export function alertIdFor(caseId: string, eventKey: string): string {
  return `al_${shortHash(caseId, eventKey)}`;
}

/** Id of the message that tells a CRM of something, the same on every retry. */
export function updateIdFor(caseId: string, key: string): string {
  return `up_${shortHash(caseId, key)}`;
}

/** A customer by a hash of their id in its source, so that what is kept by it names nobody. */
export function customerKeyFor(source: string, requesterId: string): string {
  return shortHash(source, requesterId);
}
