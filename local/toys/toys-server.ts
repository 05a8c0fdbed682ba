import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readMails } from '../live/mails.ts';
import { createSender, type Sender } from '../replay/send.ts';
import { type ApiTarget, proxyToApi } from './api-proxy.ts';
import { page, sendJson, sendPage } from './http.ts';
import { handleMailbox } from './mailbox.ts';
import { NEWS_PATH, NEWS_SCRIPT } from './news.ts';
import { createToyCrm, type ToyCrm, type ToyCrmOptions } from './toy-crm.ts';
import { createToyVendors, type VendorPace } from './toy-vendors.ts';

export interface ToysOptions {
  /** 0 takes any free port. */
  readonly port: number;
  readonly host?: '127.0.0.1' | '::1';
  /** Where the HTTP API that the toys talk to is found. */
  readonly api: ApiTarget;
  readonly crm: Omit<ToyCrmOptions, 'emit' | 'now'>;
  /** Standard Webhooks secret of each vendor, by id. */
  readonly vendorSecrets: Readonly<Record<string, string>>;
  readonly pace?: VendorPace;
}

export interface Toys {
  /** "http://127.0.0.1:4580", without a slash at the end. */
  readonly url: string;
  readonly crm: ToyCrm;
  /** Posts webhooks to the API, in order per case, also those of the toys. */
  readonly sender: Sender;
  /** Stops at once: what the vendors were about to do is not done. */
  close(): Promise<void>;
}

/**
 * Starts all that CaseRelay talks to on a laptop, on one loopback port: the toy CRM (/crm), two toy
 * vendors (/vendors/<id>), the mailbox (/mailbox), and the HTTP API itself under an address that
 * every browser resolves (/api). Rejects with the error of listen, as when the port is taken.
 */
export async function startToys(options: ToysOptions): Promise<Toys> {
  const { port, host = '127.0.0.1', api } = options;
  const server = createServer((request, response) => {
    route(request, response).catch((error: unknown) => {
      const detail = error instanceof Error ? error.message : String(error);
      if (response.headersSent) response.destroy();
      else sendJson(response, 500, { title: 'A toy broke', status: 500, detail });
    });
  });
  await new Promise<void>((listening, failed) => {
    server.once('error', failed);
    server.listen(port, host, listening);
  });
  const { port: taken } = server.address() as AddressInfo;
  const url = `http://${host === '::1' ? '[::1]' : host}:${taken}`;
  const sender = createSender({ url: `${url}/api/webhooks` });
  const emit: ToyCrmOptions['emit'] = (webhook) => sender.send(webhook);
  const crm = createToyCrm({ ...options.crm, emit });
  const { pace } = options;
  const vendors = createToyVendors({
    secrets: options.vendorSecrets,
    crm,
    emit,
    ...(pace === undefined ? {} : { pace }),
  });
  const mails = () => readMails(api.endpoint);

  const route = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, search } = new URL(request.url ?? '/', url);
    const [, first = '', rest = ''] = /^\/([^/]*)(.*)$/.exec(pathname) ?? [];
    if (first === 'api') {
      // A ticket that somebody pasted into a terminal is then in the CRM, as a real one would be: vendors can solve it.
      const adopt = rest === `/webhooks/${options.crm.source}` ? (body: Buffer) => crm.adopt(jsonOf(body)) : undefined;
      return proxyToApi(request, response, `${rest || '/'}${search}`, api, adopt);
    }
    if (first === 'crm' && (await crm.handle(request, response, rest))) return;
    if (first === 'mailbox' && (await handleMailbox(request, response, rest, mails))) return;
    if (first === 'vendors') {
      const [, vendor = '', path = ''] = /^\/([^/]*)(.*)$/.exec(rest) ?? [];
      if (await vendors.handle(request, response, vendor, path)) return;
    }
    if (first === '' && request.method === 'GET') return sendPage(response, 200, frontPage());
    if (pathname === NEWS_PATH) {
      response.writeHead(200, { 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'no-store' });
      response.end(NEWS_SCRIPT);
      return;
    }
    sendJson(response, 404, { title: 'Not found', status: 404, detail: 'the toys have no such page' });
  };

  return {
    url,
    crm,
    sender,
    async close() {
      await vendors.close();
      const closed = new Promise<void>((done) => server.close(() => done()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function frontPage(): string {
  const body = `<p>What CaseRelay talks to on this machine. Nothing here leaves it.</p>
<ul>
<li><a href="/mailbox">Mailbox</a>: the e-mails that leads were sent, with working links</li>
<li><a href="/crm">Toy CRM</a>: the tickets, and what CaseRelay wrote back to them</li>
<li><a href="/vendors/manila">Manila</a> and <a href="/vendors/bogota">Bogotá</a>: the vendors, their offers and how they behave</li>
</ul>`;
  return page({ title: 'CaseRelay on this machine', body });
}
