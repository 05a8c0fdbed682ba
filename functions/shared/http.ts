import middy, { type MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { StoreUnavailableError, UnstorableError } from '../adapters/store/store-errors.ts';
import { logger, observed } from './observe.ts';
import { SecretUnavailableError } from './secrets.ts';

/** An answer other than success, as RFC 9457 problem+json. `field` names what was wrong in the body. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly status: number;
  readonly title: string;
  readonly more: Readonly<Record<string, unknown>>;

  constructor(status: number, title: string, detail: string, more: Readonly<Record<string, unknown>> = {}) {
    super(detail);
    this.status = status;
    this.title = title;
    this.more = more;
  }
}

/** The first issue of a zod error as a 400 that names the field. */
export function badShape(error: { issues: readonly { path: readonly PropertyKey[]; message: string }[] }): HttpProblem {
  const issue = error.issues[0];
  // A path may name what the sender has named.
  const field = issue?.path.map(String).join('.').slice(0, 200).toWellFormed() || '(body)';
  return new HttpProblem(400, 'Not the documented shape', `${field}: ${issue?.message ?? 'invalid'}`, { field });
}

/** The body's raw bytes, before anything is parsed: what signatures are made over. Throws a 413 beyond `cap` bytes. */
export function rawBody(event: APIGatewayProxyEventV2, cap: number): Buffer {
  const body = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
  if (body.byteLength > cap)
    throw new HttpProblem(413, 'Body too large', `the body has ${body.byteLength} bytes; at most ${cap} are read`);
  return body;
}

/** Bytes that are no UTF-8 are refused: put in their place, U+FFFD would make a text of three times their length. */
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The body as JSON. Throws a 400 that says so if it is none. */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(utf8.decode(body));
  } catch {
    throw new HttpProblem(400, 'Not JSON', 'the body is not valid JSON', { field: '(body)' });
  }
}

export function jsonResponse(status: number, body: unknown): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode: status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: JSON.stringify(body),
  };
}

export function htmlResponse(status: number, page: string): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode: status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    },
    body: page,
  };
}

/** A document that only its caller may keep. */
export function textResponse(status: number, contentType: string, body: string): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode: status,
    headers: {
      'content-type': contentType,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-robots-tag': 'noindex',
    },
    body,
  };
}

/** Answers for what went wrong. A store or secret that refuses is a 503, so that the sender tries again. */
function problemResponse(error: unknown): APIGatewayProxyStructuredResultV2 {
  const problem = asProblem(error);
  return {
    statusCode: problem.status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...(problem.status === 503 ? { 'retry-after': '30' } : {}),
    },
    body: JSON.stringify({
      type: 'about:blank',
      title: problem.title,
      status: problem.status,
      detail: problem.message,
      ...problem.more,
    }),
  };
}

function asProblem(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error;
  logger.error('request failed', { error: error instanceof Error ? error : String(error) });
  if (error instanceof StoreUnavailableError || error instanceof SecretUnavailableError) {
    return new HttpProblem(503, 'Not available', 'nothing was stored; send it again later');
  }
  if (error instanceof UnstorableError)
    return new HttpProblem(422, 'Cannot be stored', 'nothing was stored, and sending it again will not help');
  return new HttpProblem(500, 'Internal error', 'the request could not be handled; the log has the reason');
}

const problems: MiddlewareObj<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2> = {
  after: ({ event, response }) => {
    if ((response?.statusCode ?? 200) >= 400) logRefusal(event, { status: response?.statusCode });
  },
  onError: (request) => {
    const { error } = request;
    request.response = problemResponse(error);
    if (!(error instanceof HttpProblem)) return;
    const { status, title, more } = error;
    if (typeof more.field !== 'string') return logRefusal(request.event, { status, title, reason: error.message });
    const field = nameForLog(more.field);
    logRefusal(request.event, { status, title, reason: error.message.replace(more.field, () => field), field });
  },
};

/** A refusal leaves a line with where it was and what was wrong, never with a value that was sent. */
function logRefusal({ routeKey, pathParameters }: APIGatewayProxyEventV2, details: Record<string, unknown>) {
  logger.warn('request refused', { route: routeKey, ...namesIn(pathParameters), ...details });
}

/** The parts of the path. */
function namesIn(parts: APIGatewayProxyEventV2['pathParameters'] = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(parts).map(([part, value = '']) => [part, nameForLog(value)]));
}

/**
 * A name that a caller gave, for a log line. Anybody can write in a path what they like, and a sender may name a field
 * after a person: what does not look like a name of ours is not repeated.
 */
export function nameForLog(name: string): string {
  return /^[\w.-]{1,100}$/.test(name) || name === '(body)' ? name : '(no name)';
}

/** Wraps the handler of an HTTP route: metrics, and problem+json for errors. Only for HTTP: on a workflow task it would hide the failure. */
export function httpHandler(handler: (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>) {
  return observed<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>(
    middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>().use(problems).handler(handler),
  );
}
