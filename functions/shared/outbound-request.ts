import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { checkOutboundUrl, guardedLookup, type Resolve, resolveByDns } from './outbound-url.ts';

export interface OutboundRequest {
  readonly method: 'POST' | 'PUT';
  readonly url: string;
  readonly headers: Readonly<OutgoingHttpHeaders>;
  readonly body?: string;
}

export interface OutboundOptions {
  /** Policy.allowLoopback. */
  readonly allowLoopback: boolean;
  /** At most this much of the response is read, bytes; the rest is dropped. 0 ends the call at the status. */
  readonly readBytes: number;
  /** For the whole call, DNS included. */
  readonly timeoutMs?: number;
  readonly resolve?: Resolve;
}

export interface OutboundResponse {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Time that a vendor or CRM has to answer a call. */
const TIMEOUT_MS = 10_000;

/** The other side left HTTP: nothing it says from here on can be an answer. */
export class UnexpectedUpgradeError extends Error {
  override readonly name = 'UnexpectedUpgradeError';

  constructor(status: number | undefined) {
    super(`the server answered ${status}, which switches protocols; nobody asked it to`);
  }
}

/**
 * One HTTPS request to somebody else's server. The URL is checked, the connection pinned to a
 * checked address, redirects are not followed. It ends in time whatever the other side does. Throws
 * UnsafeUrlError for a URL that must not be called, UnexpectedUpgradeError for a server that switches
 * protocols, and what node throws for one that cannot be reached in time.
 */
export async function outboundRequest(
  { method, url: text, headers, body = '' }: OutboundRequest,
  { allowLoopback, readBytes, timeoutMs = TIMEOUT_MS, resolve = resolveByDns }: OutboundOptions,
): Promise<OutboundResponse> {
  const url = checkOutboundUrl(text, allowLoopback);
  const response = await new Promise<IncomingMessage>((done, fail) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const request = send(url, {
      method,
      headers: { 'user-agent': 'CaseRelay', 'content-length': Buffer.byteLength(body), ...headers },
      lookup: guardedLookup(resolve),
      // A connection of its own: one kept while a Lambda sleeps is dead when it wakes.
      agent: false,
      signal: AbortSignal.timeout(timeoutMs),
    });
    request.on('response', (response) => {
      if (response.statusCode !== 101) return done(response);
      request.destroy();
      fail(new UnexpectedUpgradeError(101));
    });
    // Without a listener node closes the connection and tells nobody: the call would never end.
    request.on('upgrade', (response, socket) => {
      socket.destroy();
      fail(new UnexpectedUpgradeError(response.statusCode));
    });
    request.on('error', fail);
    request.end(body);
  });
  return { status: response.statusCode ?? 0, headers: response.headers, body: await readUpTo(response, readBytes) };
}

async function readUpTo(response: IncomingMessage, cap: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of cap > 0 ? response : []) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= cap) break;
    }
  } catch {
    // The status has been told: of a body that breaks off, what came counts.
  }
  response.destroy();
  return Buffer.concat(chunks).subarray(0, cap).toString('utf8');
}
