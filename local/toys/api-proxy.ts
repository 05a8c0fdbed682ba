import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { sendJson } from './http.ts';

export interface ApiTarget {
  /** The engine, "http://127.0.0.1:4566". */
  readonly endpoint: string;
  /** Host by which the engine knows the HTTP API, "<apiId>.execute-api.localhost:4566". */
  readonly host: string;
}

/** What belongs to one connection and is not passed on (RFC 9110, 7.6.1), and the host, which is another one. */
const NOT_PASSED_ON: ReadonlySet<string> = new Set([
  'host',
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'upgrade',
  'expect',
]);

/**
 * Hands a request to the HTTP API, with the bytes of its body and its headers as they came. `path` has
 * the query. `onAccepted` gets the body once the API has accepted it (202).
 */
export function proxyToApi(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  target: ApiTarget,
  onAccepted?: (body: Buffer) => void,
): void {
  const body: Buffer[] = [];
  if (onAccepted !== undefined) request.on('data', (chunk: Buffer) => body.push(chunk));
  const { hostname, port } = new URL(target.endpoint);
  const upstream = httpRequest(
    {
      hostname,
      port,
      method: request.method,
      path,
      headers: ['Host', target.host, ...passedOn(request.rawHeaders)],
      agent: false,
    },
    (answer) => {
      if (answer.statusCode === 202) onAccepted?.(Buffer.concat(body));
      response.writeHead(answer.statusCode ?? 502, passedOn(answer.rawHeaders));
      answer.pipe(response);
      answer.on('error', () => response.destroy());
    },
  );
  upstream.on('error', (error) => {
    if (response.headersSent) return response.destroy();
    sendJson(response, 502, { title: 'The local engine does not answer', status: 502, detail: error.message });
  });
  request.on('error', () => upstream.destroy());
  response.on('close', () => upstream.destroy());
  request.pipe(upstream);
}

function passedOn(rawHeaders: readonly string[]): string[] {
  const kept: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const [name = '', value = ''] = [rawHeaders[i], rawHeaders[i + 1]];
    if (!NOT_PASSED_ON.has(name.toLowerCase())) kept.push(name, value);
  }
  return kept;
}
