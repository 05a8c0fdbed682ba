import { randomUUID } from 'node:crypto';
import { signZendesk, type Webhook } from '../replay/webhook.ts';

export type TicketStatus = 'NEW' | 'OPEN' | 'PENDING' | 'HOLD' | 'SOLVED' | 'CLOSED';
export type TicketPriority = 'LOW' | 'NORMAL' | 'HIGH' | 'URGENT';

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly isStaff: boolean;
}

export interface TicketComment {
  readonly id: string;
  readonly author: Person;
  readonly body: string;
  readonly isPublic: boolean;
  /** ms. */
  readonly at: number;
}

/** A ticket as the toy CRM keeps it. */
export interface Ticket {
  readonly id: string;
  readonly subject: string;
  readonly description: string;
  readonly requester: Person;
  readonly channel: string;
  /** ms. */
  readonly createdAt: number;
  status: TicketStatus;
  priority: TicketPriority | null;
  tags: string[];
  groupId: string | null;
  assigneeId: string | null;
  updatedAt: number;
  readonly comments: TicketComment[];
}

export interface ZendeskChange {
  /** The end of the event's type: "ticket.created". */
  readonly type: string;
  readonly ticket: Ticket;
  readonly event: Readonly<Record<string, unknown>>;
  readonly actorId: string;
  readonly isPublic?: boolean;
  /** ms. */
  readonly at: number;
  readonly isFact?: boolean;
}

const ACCOUNT_ID = 22129848;

/** The event webhook that Zendesk sends of a change (event version 2022-11-06). `secret` is used as written. */
export function zendeskWebhook(change: ZendeskChange, source: string, secret: string): Webhook {
  const { type, ticket, event, actorId, isPublic = true, at, isFact = true } = change;
  const id = randomUUID();
  const body = JSON.stringify({
    account_id: ACCOUNT_ID,
    detail: {
      actor_id: actorId,
      assignee_id: ticket.assigneeId,
      brand_id: '360000001',
      created_at: wholeSeconds(ticket.createdAt),
      custom_status: null,
      description: ticket.description,
      external_id: null,
      form_id: null,
      group_id: ticket.groupId,
      id: ticket.id,
      is_public: isPublic,
      organization_id: null,
      priority: ticket.priority,
      requester_id: ticket.requester.id,
      status: ticket.status,
      subject: ticket.subject,
      submitter_id: ticket.requester.id,
      tags: ticket.tags,
      type: null,
      updated_at: wholeSeconds(ticket.updatedAt),
      via: { channel: ticket.channel },
    },
    event,
    id,
    subject: `zen:ticket:${ticket.id}`,
    time: nanoseconds(at),
    type: `zen:event-type:${type}`,
    zendesk_event_version: '2022-11-06',
  });
  const sign = (now: number) => signZendesk(secret, body, now);
  return { source, caseId: `${source}:${ticket.id}`, id, type, body, sign, isFact };
}

export function wholeSeconds(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** Zendesk's events carry nine digits of a second. */
function nanoseconds(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000000Z');
}
