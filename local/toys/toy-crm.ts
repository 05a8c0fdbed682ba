import type { IncomingMessage, ServerResponse } from 'node:http';
import * as z from 'zod';
import type { Webhook } from '../replay/webhook.ts';
import { escapeHtml, page, readBody, sendJson, sendPage, timeOfDay } from './http.ts';
import {
  type Person,
  type Ticket,
  type TicketPriority,
  type TicketStatus,
  wholeSeconds,
  zendeskWebhook,
} from './zendesk-webhook.ts';

export interface ToyCrmOptions {
  /** Name of the source in the policy. */
  readonly source: string;
  readonly signingSecret: string;
  /** Credentials that a caller of the API must present: "<email>/token" and the token, in Basic auth. */
  readonly api: { readonly email: string; readonly token: string };
  /** The user that CaseRelay writes as. */
  readonly integrationUserId: string;
  /** Sends a webhook that a call of the API brings about. */
  readonly emit: (webhook: Webhook) => unknown;
  readonly now?: () => number;
}

export interface NewTicket {
  readonly id: string;
  readonly subject: string;
  readonly description: string;
  readonly requester: Person;
  readonly channel?: string;
  readonly priority?: TicketPriority;
  readonly tags?: readonly string[];
}

/**
 * A toy Zendesk. What people do in it (create, comment, change the status) returns the signed
 * webhook of it; what comes in over its API is echoed by webhooks of its own, as the real one does.
 */
export interface ToyCrm {
  createTicket(ticket: NewTicket, at: number): Webhook;
  comment(ticketId: string, author: Person, body: string, isPublic: boolean, at: number): Webhook;
  setStatus(ticketId: string, status: TicketStatus, actor: Person, at: number): Webhook;
  setPriority(ticketId: string, priority: TicketPriority, actor: Person, at: number): Webhook;
  assign(ticketId: string, agent: Person, at: number): Webhook;
  /** Merges a ticket away: Zendesk closes it and tells so. */
  merge(ticketId: string, into: string, actor: Person, at: number): Webhook;
  ticket(id: string): Ticket | undefined;
  /** All of them, in the order in which they came. */
  tickets(): readonly Ticket[];
  /** Takes over the ticket of a `ticket.created` webhook that somebody else sent in its name; any other body is passed over. */
  adopt(body: unknown): void;
  /** The latest ticket of this subject that is not over: how a vendor's agent finds in the CRM what they were offered. */
  openTicketOf(subject: string): Ticket | undefined;
  /** Serves `path`, which begins with a slash and has no prefix. False if there is nothing there. */
  handle(request: IncomingMessage, response: ServerResponse, path: string): Promise<boolean>;
}

const PRIORITIES: Readonly<Record<string, TicketPriority>> = {
  low: 'LOW',
  normal: 'NORMAL',
  high: 'HIGH',
  urgent: 'URGENT',
};
const STATUSES: Readonly<Record<string, TicketStatus>> = {
  new: 'NEW',
  open: 'OPEN',
  pending: 'PENDING',
  hold: 'HOLD',
  solved: 'SOLVED',
  closed: 'CLOSED',
};

export function createToyCrm(options: ToyCrmOptions): ToyCrm {
  const { source, signingSecret, now = Date.now } = options;
  const tickets = new Map<string, Ticket>();
  let lastCommentId = 9_800_000_000;

  const known = (id: string): Ticket => {
    const ticket = tickets.get(id);
    if (ticket === undefined) throw new Error(`the toy CRM has no ticket ${id}`);
    return ticket;
  };
  const webhook = (change: Parameters<typeof zendeskWebhook>[0]) => zendeskWebhook(change, source, signingSecret);
  const touch = (ticket: Ticket, at: number) => {
    ticket.updatedAt = Math.max(ticket.updatedAt, at);
  };

  const addComment = (ticket: Ticket, author: Person, body: string, isPublic: boolean, at: number, isFact = true) => {
    lastCommentId += 1;
    const id = String(lastCommentId);
    ticket.comments.push({ id, author, body, isPublic, at });
    touch(ticket, at);
    const comment = {
      id,
      body,
      is_public: isPublic,
      author: { id: author.id, is_staff: author.isStaff, name: author.name },
    };
    return webhook({
      type: 'ticket.comment_added',
      ticket,
      event: { comment },
      actorId: author.id,
      isPublic,
      at,
      isFact,
    });
  };
  const changePriority = (ticket: Ticket, current: TicketPriority, actorId: string, at: number, isFact = true) => {
    const previous = ticket.priority;
    ticket.priority = current;
    touch(ticket, at);
    return webhook({ type: 'ticket.priority_changed', ticket, event: { current, previous }, actorId, at, isFact });
  };
  const changeAssignee = (ticket: Ticket, current: string | null, actorId: string, at: number, isFact = true) => {
    const previous = ticket.assigneeId;
    ticket.assigneeId = current;
    touch(ticket, at);
    // Numbers here, though ids are texts everywhere else: so the documented example has it.
    const event = { current: numberOf(current), previous: numberOf(previous) };
    return webhook({ type: 'ticket.agent_assignment_changed', ticket, event, actorId, at, isFact });
  };
  const changeStatus = (ticket: Ticket, current: TicketStatus, actorId: string, at: number) => {
    const previous = ticket.status;
    ticket.status = current;
    touch(ticket, at);
    return webhook({ type: 'ticket.status_changed', ticket, event: { current, previous }, actorId, at });
  };

  /** Does what an update asks for; the webhooks of it. Throws RefusedUpdateError. */
  const update = (ticket: Ticket, asked: TicketUpdate): Webhook[] => {
    const at = now();
    const us: Person = { id: options.integrationUserId, name: 'CaseRelay', isStaff: true };
    if (asked.safe_update === true && asked.updated_stamp !== wholeSeconds(ticket.updatedAt)) {
      throw new RefusedUpdateError(409, 'UpdateConflict');
    }
    const priority = knownValue(PRIORITIES, asked.priority, 'priority');
    const status = knownValue(STATUSES, asked.status, 'status');
    const echoes: Webhook[] = [];
    if (asked.group_id !== undefined) ticket.groupId = asked.group_id === null ? null : String(asked.group_id);
    const assignee = asked.assignee_id === null ? null : String(asked.assignee_id);
    if (asked.assignee_id !== undefined && assignee !== ticket.assigneeId)
      echoes.push(changeAssignee(ticket, assignee, us.id, at, false));
    if (Array.isArray(asked.tags)) ticket.tags = asked.tags.map(String);
    if (Array.isArray(asked.additional_tags)) {
      ticket.tags = [...new Set([...ticket.tags, ...asked.additional_tags.map(String)])];
    }
    touch(ticket, at);
    if (priority !== undefined && priority !== ticket.priority)
      echoes.push(changePriority(ticket, priority, us.id, at, false));
    if (status !== undefined && status !== ticket.status) echoes.push(changeStatus(ticket, status, us.id, at));
    if (asked.comment?.body !== undefined) {
      echoes.push(addComment(ticket, us, String(asked.comment.body), asked.comment.public !== false, at, false));
    }
    return echoes;
  };

  const isAuthorised = (request: IncomingMessage) => {
    const { email, token } = options.api;
    const expected = Buffer.from(`${email}/token:${token}`).toString('base64');
    return request.headers.authorization === `Basic ${expected}`;
  };

  const serveApi = async (request: IncomingMessage, response: ServerResponse, id: string) => {
    if (!isAuthorised(request)) return sendJson(response, 401, { error: "Couldn't authenticate you" });
    if (request.method === 'GET') {
      const ticket = tickets.get(id);
      if (ticket === undefined) return sendJson(response, 404, { error: 'RecordNotFound', description: 'Not found' });
      return sendJson(response, 200, { ticket: apiTicket(ticket) });
    }
    if (request.method !== 'PUT') return sendJson(response, 405, { error: 'MethodNotAllowed' });
    const body = jsonOf(await readBody(request));
    if (body === undefined) return sendJson(response, 400, { error: 'Unprocessable', message: 'Not JSON' });
    const ticket = tickets.get(id) ?? strangersTicket(id, now());
    tickets.set(id, ticket);
    try {
      // As the real one: what is not under `ticket` is not seen, and the answer is 200 all the same.
      const echoes = isObject(body.ticket) ? update(ticket, body.ticket) : [];
      sendJson(response, 200, { ticket: apiTicket(ticket) });
      for (const echo of echoes) options.emit(echo);
    } catch (error) {
      if (!(error instanceof RefusedUpdateError)) throw error;
      sendJson(response, error.status, { error: error.message });
    }
  };

  return {
    createTicket(wanted, at) {
      const { id, subject, description, requester, channel = 'web', priority = null, tags = [] } = wanted;
      const ticket: Ticket = {
        id,
        subject,
        description,
        requester,
        channel,
        createdAt: at,
        status: 'NEW',
        priority,
        tags: [...tags],
        groupId: null,
        assigneeId: null,
        updatedAt: at,
        comments: [{ id: '1', author: requester, body: description, isPublic: true, at }],
      };
      tickets.set(id, ticket);
      return webhook({ type: 'ticket.created', ticket, event: {}, actorId: requester.id, at });
    },
    comment: (id, author, body, isPublic, at) => addComment(known(id), author, body, isPublic, at),
    setStatus: (id, status, actor, at) => changeStatus(known(id), status, actor.id, at),
    setPriority: (id, priority, actor, at) => changePriority(known(id), priority, actor.id, at),
    assign: (id, agent, at) => changeAssignee(known(id), agent.id, agent.id, at),
    merge(id, into, actor, at) {
      const ticket = known(id);
      ticket.status = 'CLOSED';
      ticket.tags = [...ticket.tags, 'closed_by_merge'];
      touch(ticket, at);
      return webhook({
        type: 'ticket.merged',
        ticket,
        event: { target_ticket: { id: into } },
        actorId: actor.id,
        at,
      });
    },
    ticket: (id) => tickets.get(id),
    tickets: () => [...tickets.values()],
    adopt(body) {
      const { success, data } = CreatedElsewhere.safeParse(body);
      if (!success || tickets.has(data.detail.id)) return;
      const { id, subject, description, priority } = data.detail;
      const ticket = strangersTicket(id, now());
      const { requester, createdAt } = ticket;
      const comments = [{ id: '1', author: requester, body: description, isPublic: true, at: createdAt }];
      tickets.set(id, { ...ticket, subject, description, priority: priority ?? null, comments });
    },
    openTicketOf(subject) {
      const open = [...tickets.values()].filter(({ status }) => status !== 'SOLVED' && status !== 'CLOSED');
      return open.findLast((ticket) => ticket.subject === subject);
    },
    async handle(request, response, path) {
      const api = /^\/api\/v2\/tickets\/([^/]+)\.json$/.exec(path);
      if (api !== null) {
        await serveApi(request, response, decodeURIComponent(api[1] ?? ''));
        return true;
      }
      if (request.method !== 'GET') return false;
      if (path === '/' || path === '') {
        sendPage(response, 200, listPage([...tickets.values()]));
        return true;
      }
      const shown = tickets.get(decodeURIComponent(/^\/agent\/tickets\/([^/]+)$/.exec(path)?.[1] ?? ''));
      if (shown === undefined) return false;
      sendPage(response, 200, ticketPage(shown));
      return true;
    },
  };
}

interface TicketUpdate {
  readonly priority?: unknown;
  readonly status?: unknown;
  readonly group_id?: unknown;
  readonly assignee_id?: unknown;
  readonly tags?: unknown;
  readonly additional_tags?: unknown;
  readonly safe_update?: unknown;
  readonly updated_stamp?: unknown;
  readonly comment?: { readonly body?: unknown; readonly public?: unknown };
}

const CreatedElsewhere = z.object({
  type: z.literal('zen:event-type:ticket.created'),
  detail: z.object({
    id: z.string(),
    subject: z.string(),
    description: z.string(),
    priority: z.enum(['LOW', 'NORMAL', 'HIGH', 'URGENT']).nullish(),
  }),
});

class RefusedUpdateError extends Error {
  override readonly name = 'RefusedUpdateError';
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

function knownValue<T>(table: Readonly<Record<string, T>>, value: unknown, field: string): T | undefined {
  if (value === undefined || value === null) return undefined;
  const found = table[String(value)];
  if (found === undefined) throw new RefusedUpdateError(422, `RecordInvalid: ${field}`);
  return found;
}

/** For a case that somebody sent by hand: the toy never saw it, but it can be written to. */
function strangersTicket(id: string, at: number): Ticket {
  return {
    id,
    subject: `Ticket ${id}`,
    description: '(not made in this toy CRM)',
    requester: { id: '0', name: 'Somebody', isStaff: false },
    channel: 'api',
    createdAt: at,
    status: 'NEW',
    priority: null,
    tags: [],
    groupId: null,
    assigneeId: null,
    updatedAt: at,
    comments: [],
  };
}

function jsonOf(body: Buffer): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(body.toString('utf8'));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A ticket as the REST API shows it: lower case, numeric ids. */
function apiTicket(ticket: Ticket): Record<string, unknown> {
  return {
    id: Number(ticket.id),
    subject: ticket.subject,
    raw_subject: ticket.subject,
    description: ticket.description,
    status: ticket.status.toLowerCase(),
    priority: ticket.priority?.toLowerCase() ?? null,
    tags: ticket.tags,
    group_id: ticket.groupId === null ? null : Number(ticket.groupId),
    assignee_id: ticket.assigneeId === null ? null : Number(ticket.assigneeId),
    requester_id: Number(ticket.requester.id),
    created_at: wholeSeconds(ticket.createdAt),
    updated_at: wholeSeconds(ticket.updatedAt),
    via: { channel: ticket.channel },
  };
}

function listPage(tickets: readonly Ticket[]): string {
  const rows = tickets
    .toReversed()
    .map(
      (ticket) =>
        `<tr><td><a href="/crm/agent/tickets/${encodeURIComponent(ticket.id)}">${escapeHtml(ticket.id)}</a></td><td>${escapeHtml(ticket.subject)}</td><td>${ticket.status.toLowerCase()}</td><td>${ticket.priority?.toLowerCase() ?? '–'}</td></tr>`,
    );
  const body =
    rows.length === 0
      ? '<p>No tickets yet.</p>'
      : `<table><thead><tr><th>Ticket</th><th>Subject</th><th>Status</th><th>Priority</th></tr></thead><tbody>${rows.join('\n')}</tbody></table>`;
  return page({
    title: 'Toy CRM: tickets',
    body,
    watched: { page: '/crm', items: { count: tickets.length, one: 'newer ticket', many: 'newer tickets' } },
  });
}

function ticketPage(ticket: Ticket): string {
  const facts = [
    ['Status', ticket.status.toLowerCase()],
    ['Priority', ticket.priority?.toLowerCase() ?? 'not set'],
    ['Group', ticket.groupId ?? 'none'],
    ['Assignee', ticket.assigneeId ?? 'nobody'],
    ['Tags', ticket.tags.join(', ') || 'none'],
    ['Customer', ticket.requester.name],
  ]
    .map(([label = '', value = '']) => `<tr><th scope="row">${label}</th><td>${escapeHtml(value)}</td></tr>`)
    .join('');
  const comments = ticket.comments
    .map(
      ({ author, body, isPublic, at }) =>
        `<div class="comment${isPublic ? '' : ' note'}"><p><strong>${escapeHtml(author.name)}</strong> <span class="quiet">${timeOfDay(at)}${isPublic ? '' : ', private note'}</span></p><p>${escapeHtml(body).replaceAll('\n', '<br>')}</p></div>`,
    )
    .join('\n');
  const body = `<table>${facts}</table><h2>Conversation</h2>${comments}`;
  return page({
    title: `#${ticket.id} ${ticket.subject}`,
    body,
    watched: { page: `/crm/agent/tickets/${encodeURIComponent(ticket.id)}` },
  });
}

function numberOf(id: string | null): number | null {
  return id === null ? null : Number(id);
}
