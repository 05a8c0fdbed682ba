import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { NEWS_PATH, type Watched } from './news.ts';

/** Longest body that a toy reads, bytes. */
const BODY_CAP = 5 * 1024 * 1024;

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > BODY_CAP) throw new Error(`a body of more than ${BODY_CAP} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}

export function sendPage(response: ServerResponse, status: number, html: string): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy':
      "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'; script-src 'self'; connect-src 'self'",
  });
  response.end(html);
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

export interface PageOptions {
  readonly title: string;
  /** HTML. */
  readonly body: string;
  /** What the page says the news of. */
  readonly watched?: Watched;
}

const STYLE = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
a { color: light-dark(#0b57d0, #8ab4f8); }
nav { font-size: 0.9rem; margin-bottom: 1.5rem; } nav a { margin-right: 1rem; }
#news { position: sticky; top: 0; margin: 0; } #news > * { display: block; padding: 0.5rem 1rem; border-radius: 6px; background: light-dark(#e8f0fe, #22314d); }
h1 { font-size: 1.4rem; overflow-wrap: anywhere; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: 0.4rem 0.8rem 0.4rem 0; border-bottom: 1px solid var(--line); }
th { font-weight: 600; } .quiet { opacity: 0.75; } .note { background: #fff3c4; color: #33270a; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; padding: 1rem; border: 1px solid var(--line); border-radius: 6px; }
iframe { box-sizing: border-box; width: 100%; height: 38rem; border: 1px solid var(--line); border-radius: 6px; background: #fff padding-box; }
.comment { border-left: 3px solid var(--line); margin: 1rem 0; padding: 0.2rem 1rem; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.1rem 1rem; } dt { opacity: 0.75; } dd { margin: 0; overflow-wrap: anywhere; }
@media (max-width: 40rem) {
  body { margin: 1rem auto; }
  thead { position: absolute; clip-path: inset(50%); }
  tr { display: block; padding: 0.6rem 0; border-bottom: 1px solid var(--line); }
  th, td { display: block; padding: 0; border: 0; overflow-wrap: anywhere; }
}
`;

/** A plain page of the toys, with links to the others. */
export function page({ title, body, watched }: PageOptions): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title><style>${STYLE}</style></head>
<body><nav aria-label="Toys"><a href="/mailbox">Mailbox</a><a href="/crm">Toy CRM</a><a href="/vendors/manila">Manila</a><a href="/vendors/bogota">Bogotá</a></nav>
<main${watched === undefined ? '' : watching(watched, body)}>
<p id="news" role="status"></p>
<h1>${escapeHtml(title)}</h1>
${body}
</main><script src="${NEWS_PATH}"></script></body></html>`;
}

/** What the page's script reads from <main>: which page to look at, and what it was like. */
function watching({ page: path, items }: Watched, body: string): string {
  const state = createHash('sha256').update(body).digest('hex').slice(0, 16);
  const attributes = { watch: path, state, ...(items ?? {}) };
  return Object.entries(attributes)
    .map(([name, value]) => ` data-${name}="${escapeHtml(String(value))}"`)
    .join('');
}

/** Local time of day of an instant (ms), as the machine's user reads it. */
export function timeOfDay(ms: number): string {
  return new Date(ms).toLocaleTimeString('en-GB');
}
