import type { CaseEvent } from '../../../domain/event.ts';
import { HttpProblem } from '../../shared/http.ts';

/** What a CRM adapter does for receive-webhook: is the request genuine, and which facts does it tell? */
export interface CrmAdapter {
  /**
   * Throws a 401 HttpProblem unless one of `secrets` signed these headers and this body within five
   * minutes of `now` (ms, either way). Throws SecretUnavailableError for a secret that cannot sign at all.
   */
  verify(request: SignedRequest, secrets: readonly string[], now: number): void;
  /** The case events that a genuine body tells. Throws a 400 HttpProblem that names the field of an unknown shape. */
  normalise(json: unknown, headers: Headers, context: NormaliseContext): Normalised;
}

export type Headers = Readonly<Record<string, string | undefined>>;

export interface SignedRequest {
  readonly headers: Headers;
  /** The bytes as they came: signatures are made over these. */
  readonly body: Buffer;
}

export interface NormaliseContext {
  readonly source: string;
  readonly receivedAt: string;
  /** The CRM's user that CaseRelay writes as: what it wrote comes back and is dropped. */
  readonly integrationUserId?: string | undefined;
}

export interface Normalised {
  readonly events: CaseEvent[];
  /** Why there is no event in a body that is in order. */
  readonly ignored?: string;
  /** Names of fields that mean nothing to us and were passed over: misspelt ones, perhaps. */
  readonly unknownFields?: readonly string[];
}

/** What an event says, without the base that all events share. */
export type Fact = CaseEvent extends infer E
  ? E extends CaseEvent
    ? Omit<E, 'key' | 'caseId' | 'occurredAt' | 'receivedAt' | 'sequence'>
    : never
  : never;

/** How far the signed timestamp may be from our clock, both ways, ms. */
export const SIGNATURE_WINDOW_MS = 5 * 60_000;

const UNAUTHORISED = {
  missing: 'the signature headers are missing',
  wrong: 'the signature does not match',
  stale: 'the signature is more than five minutes from our clock',
} as const;

/** The 401 of a request that is not genuine. It says which of three things is wrong, never what would have been right. */
export function unauthorised(reason: keyof typeof UNAUTHORISED): HttpProblem {
  return new HttpProblem(401, 'Not authenticated', UNAUTHORISED[reason]);
}

/** A header's value, whatever the case of its name. */
export function headerOf(headers: Headers, name: string): string | undefined {
  return headers[name] ?? headers[Object.keys(headers).find((key) => key.toLowerCase() === name) ?? name];
}
