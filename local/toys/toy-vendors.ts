import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import * as z from 'zod';
import { signStandard, type Webhook } from '../replay/webhook.ts';
import { escapeHtml, page, readBody, sendJson, sendPage, timeOfDay } from './http.ts';
import type { ToyCrm } from './toy-crm.ts';
import { actOn, SHARES, VENDOR_RULES, type VendorAct } from './vendor-rules.ts';
import type { Person, Ticket } from './zendesk-webhook.ts';

/** Seconds that a toy vendor takes over each of its steps. */
export interface VendorPace {
  readonly answer: number;
  /** From the acceptance to the reply to the customer. */
  readonly reply: number;
  /** From the reply to the answer that the case is resolved. */
  readonly resolve: number;
  /** From there to the ticket being solved in the CRM. */
  readonly solve: number;
}

export const PACE: VendorPace = { answer: 1.5, reply: 5, resolve: 2, solve: 1 };

export interface ToyVendorsOptions {
  /** Standard Webhooks secret of each vendor, by id. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly crm: Pick<ToyCrm, 'openTicketOf' | 'ticket' | 'comment' | 'setStatus'>;
  /** Sends a webhook that a vendor's work in the CRM brings about. */
  readonly emit: (webhook: Webhook) => unknown;
  readonly pace?: VendorPace;
  readonly fetch?: typeof fetch;
  readonly now?: () => number;
}

export interface ToyVendors {
  /** Serves `path` under the vendor's own prefix ("/offers", "/"). False if there is nothing there. */
  handle(request: IncomingMessage, response: ServerResponse, vendor: string, path: string): Promise<boolean>;
  /** Ends all that the vendors are still about to do. */
  close(): Promise<void>;
}

/** What CaseRelay posts, as the vendor API documents it; a packet may hold more. */
const Recall = z.object({
  type: z.literal('handoff.recalled'),
  data: z.object({ handoffId: z.string(), because: z.string() }),
});
const Offer = z.object({
  type: z.literal('handoff.offered'),
  data: z.object({
    handoffId: z.string(),
    answerUrl: z.url({ protocol: /^https?$/ }),
    case: z.object({ subject: z.string().optional(), text: z.string().optional() }),
  }),
});
type Offer = z.infer<typeof Offer>;
const Message = z.discriminatedUnion('type', [Offer, Recall]);

interface Received {
  readonly at: number;
  readonly handoffId: string;
  readonly subject: string;
  /** What was done so far, in words. */
  readonly done: string[];
}

const TRIES = 5;
const RETRY_MS = 1000;
const KEPT_ON_PAGE = 100;

/** Two vendors to talk to: they check our signature, answer through the vendor API as scripted, and work in the toy CRM. */
export function createToyVendors({
  secrets,
  crm,
  emit,
  pace = PACE,
  fetch: request = fetch,
  now = Date.now,
}: ToyVendorsOptions): ToyVendors {
  const seen = new Set<string>();
  const recalled = new Set<string>();
  const received = new Map<string, Received[]>();
  const ending = new AbortController();
  const atWork = new Set<Promise<void>>();
  const pause = (seconds: number) => sleep(seconds * 1000, undefined, { signal: ending.signal });

  /** Answers through the vendor API; true if it was taken. */
  const answer = async (
    vendor: string,
    offer: Offer['data'],
    said: Record<string, string>,
    note: (text: string) => void,
  ) => {
    const { handoffId, answerUrl } = offer;
    const body = JSON.stringify({ handoffId, ...said });
    const id = `msg_${createHash('sha256').update(body).digest('hex').slice(0, 24)}`;
    for (let nth = 1; ; nth++) {
      try {
        const headers = signStandard(secrets[vendor] ?? '', id, body, now());
        const response = await request(answerUrl, { method: 'POST', headers, body, signal: ending.signal });
        await response.arrayBuffer();
        if (response.ok || response.status < 500) {
          note(response.ok ? `${said.answer}` : `answered ${said.answer}: refused with ${response.status}`);
          return response.ok;
        }
      } catch (error) {
        if (ending.signal.aborted) throw error;
      }
      if (nth === TRIES) {
        note(`answered ${said.answer}: nobody took it`);
        return false;
      }
      await pause(RETRY_MS / 1000);
    }
  };

  const replyInCrm = (agent: Person, ticket: Ticket | undefined) => {
    if (ticket === undefined || isOver(ticket)) return;
    const firstName = ticket.requester.name.split(' ')[0];
    const body = `Hello ${firstName}, thanks for your patience. I have looked into it and it is sorted out now. – ${agent.name}`;
    emit(crm.comment(ticket.id, agent, body, true, now()));
  };

  const workOn = async (vendor: string, offer: Offer['data'], act: VendorAct, note: (text: string) => void) => {
    if (act.does === 'stay-silent') return note('stays silent');
    await pause(pace.answer);
    if (act.does === 'reject') {
      await answer(vendor, offer, { answer: 'rejected', reason: act.reason, note: act.note }, note);
      return;
    }
    if (!(await answer(vendor, offer, { answer: 'accepted' }, note))) return;
    await pause(pace.reply);
    // Nobody works on what was taken back.
    if (recalled.has(offer.handoffId)) return;
    if (act.does === 'accept-and-return') {
      await answer(vendor, offer, { answer: 'returned', reason: act.reason, note: act.note }, note);
      return;
    }
    const agent = agentOf(vendor);
    const { subject } = offer.case;
    const ticket = subject === undefined ? undefined : crm.openTicketOf(subject);
    replyInCrm(agent, ticket);
    await pause(pace.resolve);
    await answer(vendor, offer, { answer: 'resolved', note: 'Customer answered.' }, note);
    await pause(pace.solve);
    if (ticket !== undefined && !isOver(ticket)) emit(crm.setStatus(ticket.id, 'SOLVED', agent, now()));
  };

  const take = (vendor: string, offer: Offer['data']) => {
    const done: string[] = [];
    const entry = { at: now(), handoffId: offer.handoffId, subject: offer.case.subject ?? '(no subject)', done };
    received.set(vendor, [...(received.get(vendor) ?? []), entry].slice(-KEPT_ON_PAGE));
    const act = actOn(vendor, { handoffId: offer.handoffId, ...offer.case });
    const work = workOn(vendor, offer, act, (text) => done.push(text))
      .catch((error: unknown) => {
        if (!ending.signal.aborted) done.push(`gave up: ${error instanceof Error ? error.message : String(error)}`);
      })
      .finally(() => atWork.delete(work));
    atWork.add(work);
  };

  const serveOffer = async (incoming: IncomingMessage, response: ServerResponse, vendor: string, secret: string) => {
    const body = await readBody(incoming);
    const headers = Object.fromEntries(
      ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => [
        name,
        String(incoming.headers[name] ?? ''),
      ]),
    );
    try {
      new StandardWebhook(secret).verify(body, headers, { jsonParse: false });
    } catch {
      return sendJson(response, 401, { error: 'the signature is not yours' });
    }
    const message = Message.safeParse(jsonOf(body));
    if (!message.success) return sendJson(response, 400, { error: z.prettifyError(message.error) });
    if (message.data.type === 'handoff.recalled') {
      const { handoffId, because } = message.data.data;
      recalled.add(handoffId);
      const entry = received.get(vendor)?.find((one) => one.handoffId === handoffId);
      entry?.done.push(`told to stop (${because})`);
      return sendJson(response, 200, { received: handoffId });
    }
    const { data } = message.data;
    // A retry of an offer that was taken is taken again, and not worked on twice.
    const isNew = !seen.has(data.handoffId);
    seen.add(data.handoffId);
    sendJson(response, 200, { received: data.handoffId });
    if (isNew) take(vendor, data);
  };

  return {
    async handle(incoming, response, vendor, path) {
      const secret = Object.hasOwn(secrets, vendor) ? secrets[vendor] : undefined;
      if (secret === undefined) return false;
      if (incoming.method === 'POST' && path === '/offers') {
        await serveOffer(incoming, response, vendor, secret);
        return true;
      }
      if (incoming.method !== 'GET' || (path !== '/' && path !== '')) return false;
      sendPage(response, 200, vendorPage(vendor, received.get(vendor) ?? []));
      return true;
    },
    async close() {
      ending.abort();
      await Promise.all(atWork);
    },
  };
}

function isOver({ status }: Ticket): boolean {
  return status === 'SOLVED' || status === 'CLOSED';
}

/** Who works on a vendor's cases in the toy CRM: a seat of its own, as a vendor's agents have. */
function agentOf(vendor: string): Person {
  return vendor === 'bogota'
    ? { id: '700002', name: 'Camila (Bogotá)', isStaff: true }
    : { id: '700001', name: 'Joy (Manila)', isStaff: true };
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function vendorPage(vendor: string, offers: readonly Received[]): string {
  const rules = (VENDOR_RULES[vendor] ?? []).map(
    ({ word, act }) => `<tr><td>${escapeHtml(word)}</td><td>${escapeHtml(inWords(act))}</td></tr>`,
  );
  const rows = offers
    .toReversed()
    .map(
      ({ at, subject, handoffId, done }) =>
        `<tr><td class="quiet">${timeOfDay(at)}</td><td>${escapeHtml(subject)}<br><span class="quiet">${escapeHtml(handoffId)}</span></td><td>${escapeHtml(done.join(', ') || 'thinking')}</td></tr>`,
    );
  const body = `<h2>What it does</h2>
<table><thead><tr><th>The offer mentions</th><th>Then this vendor</th></tr></thead><tbody>${rules.join('')}
<tr><td>none of these</td><td>accepts, replies to the customer, resolves</td></tr>
<tr><td>no subject or text at all</td><td>rejects ${SHARES.reject} %, stays silent on ${SHARES.staySilent} %, returns ${SHARES.return} %, resolves the rest</td></tr></tbody></table>
<h2>Offers</h2>
${rows.length === 0 ? '<p>None yet.</p>' : `<table><thead><tr><th>Received</th><th>Case</th><th>Answered</th></tr></thead><tbody>${rows.join('')}</tbody></table>`}`;
  return page({
    title: `Toy vendor: ${vendor}`,
    body,
    watched: {
      page: `/vendors/${vendor}`,
      items: { count: offers.length, one: 'newer offer', many: 'newer offers' },
    },
  });
}

function inWords(act: VendorAct): string {
  switch (act.does) {
    case 'stay-silent':
      return 'stays silent';
    case 'reject':
      return `rejects (${act.reason}): ${act.note}`;
    case 'accept-and-return':
      return `accepts, then returns it (${act.reason}): ${act.note}`;
    case 'accept-and-resolve':
      return 'accepts, replies to the customer, resolves';
  }
}
