import { createHmac, timingSafeEqual } from 'node:crypto';
import * as z from 'zod/mini';
import type { CaseFields, CaseStatus, Priority } from '../../../domain/event.ts';
import { suggestedSequence } from '../../../domain/log-order.ts';
import {
  type CrmAdapter,
  type Fact,
  headerOf,
  type Normalised,
  SIGNATURE_WINDOW_MS,
  unauthorised,
} from './crm-adapter.ts';
import { CaseNumber, EventKey, EventTime, Flag, Id, Line, parseShape, Tags, Text } from './shapes.ts';

/**
 * Zendesk event webhooks (docs/webhooks.md): one event per request. `detail` is the ticket after
 * the change, `event` the change. Statuses and priorities come in upper case, most fields may be
 * null, and messaging events know nothing of the ticket but its id.
 */
export const zendesk: CrmAdapter = {
  verify({ headers, body }, secrets, now) {
    const signature = headerOf(headers, 'x-zendesk-webhook-signature');
    const timestamp = headerOf(headers, 'x-zendesk-webhook-signature-timestamp');
    if (!signature || !timestamp) throw unauthorised('missing');
    const genuine = secrets.map((secret) => isSignature(signature, secret, timestamp, body));
    if (!genuine.includes(true)) throw unauthorised('wrong');
    // After the signature, so that only who holds the secret learns what our clock thinks.
    const signedAt = signedInstant(timestamp);
    if (!(Math.abs(now - signedAt) <= SIGNATURE_WINDOW_MS)) throw unauthorised('stale');
  },

  normalise(json, _headers, { source, receivedAt, integrationUserId }): Normalised {
    const { type } = parseShape(EventType, json);
    const read = READERS.get(type.slice(TYPE_PREFIX.length));
    if (read === undefined) return { events: [], ignored: 'event type not used' };
    const { id, time, detail } = parseShape(Envelope, json);
    const fact = read(detail, json, integrationUserId);
    if (typeof fact === 'string') return { events: [], ignored: fact };
    const order = suggestedSequence(fact.type, sequenceOf(json));
    return { events: [{ key: id, caseId: `${source}:${detail.id}`, occurredAt: time, receivedAt, ...order, ...fact }] };
  },
};

/** The signature is compared as the text it was sent as, so that nothing odd in it reaches a decoder. */
function isSignature(signature: string, secret: string, timestamp: string, body: Buffer): boolean {
  const expected = Buffer.from(createHmac('sha256', secret).update(timestamp).update(body).digest('base64'));
  const given = Buffer.from(signature);
  return given.byteLength === expected.byteLength && timingSafeEqual(given, expected);
}

/** Zendesk documents ISO 8601; its test tools have been seen sending seconds. NaN for anything else. */
function signedInstant(timestamp: string): number {
  return /^\d{1,11}$/.test(timestamp) ? Number(timestamp) * 1000 : Date.parse(timestamp);
}

const TYPE_PREFIX = 'zen:event-type:';
const EventType = z.object(
  {
    type: z
      .string('expected text')
      .check(
        z.refine(
          (type) => type.startsWith(TYPE_PREFIX),
          'expected an event type such as zen:event-type:ticket.created; the bodies of triggers are not read',
        ),
      ),
  },
  'expected an object',
);

const Detail = z.object(
  {
    id: CaseNumber,
    actor_id: z.nullish(Id),
    assignee_id: z.nullish(Id),
    brand_id: z.nullish(Id),
    description: z.nullish(Text),
    form_id: z.nullish(Id),
    group_id: z.nullish(Id),
    organization_id: z.nullish(Id),
    priority: z.nullish(Line),
    requester_id: z.nullish(Id),
    status: z.nullish(Line),
    subject: z.nullish(Line),
    tags: z.nullish(Tags),
    type: z.nullish(Line),
    via: z.nullish(z.object({ channel: z.nullish(Line) }, 'expected an object')),
  },
  'expected an object',
);
type Detail = z.infer<typeof Detail>;

const Envelope = z.object({ id: EventKey, time: EventTime, detail: Detail });

/** Where an event stands among those of one action. Zendesk does not promise the order (its reference of ticket events), so it only breaks ties. */
const Place = z.object({
  event: z.object({ meta: z.object({ sequence: z.object({ position: z.number().check(z.gte(0), z.lt(1e6)) }) }) }),
});

/** The order of events in one millisecond: the digits of Zendesk's nanoseconds that an instant of ours does not hold, then the place in the action. */
function sequenceOf(json: unknown): string {
  const [, finer = ''] = /\.\d{3}(\d{1,6})/.exec((json as { time: string }).time) ?? [];
  const position = Place.safeParse(json).data?.event.meta.sequence.position ?? 0;
  return finer.padEnd(6, '0') + String(Math.floor(position)).padStart(6, '0');
}

const oneOfKeys = (table: object) =>
  z.string('expected text').check(z.refine((text) => Object.hasOwn(table, text.toUpperCase()), 'unknown value'));

const STATUSES: Readonly<Record<string, CaseStatus>> = {
  NEW: 'new',
  OPEN: 'open',
  PENDING: 'pending',
  HOLD: 'on-hold',
  SOLVED: 'solved',
  CLOSED: 'closed',
  ARCHIVED: 'closed',
  DELETED: 'deleted',
  SCRUBBED: 'deleted',
};
const PRIORITIES: Readonly<Record<string, Priority>> = { LOW: 'low', NORMAL: 'normal', HIGH: 'high', URGENT: 'urgent' };

const statusOf = (text: string | null | undefined) => (text == null ? undefined : STATUSES[text.toUpperCase()]);
const priorityOf = (text: string | null | undefined) => (text == null ? undefined : PRIORITIES[text.toUpperCase()]);

const changed = <T>(value: z.ZodMiniType<T>) =>
  z.object({ event: z.object({ current: value, previous: z.nullish(z.unknown()) }, 'expected an object') });
const StatusChange = changed(oneOfKeys(STATUSES));
const PriorityChange = changed(z.nullable(oneOfKeys(PRIORITIES)));
const IdChange = changed(z.nullable(Id));

const Comment = z.object({
  event: z.object(
    {
      comment: z.object(
        {
          author: z.object({ id: Id, is_staff: Flag }, 'expected an object'),
          body: z.nullish(Text),
          is_public: Flag,
        },
        'expected an object',
      ),
    },
    'expected an object',
  ),
});

/** Which ticket goes on, if the event says so: as documented it names it in one of these two ways. What is no id is not there. */
const MergedInto = orNothing(z.nullish(CaseNumber));
const Merge = z.object({
  event: z.object({
    target_ticket: orNothing(z.nullish(z.object({ id: MergedInto }))),
    target_ticket_id: MergedInto,
  }),
});

/** The user under which Zendesk itself writes. */
const ZENDESK_ITSELF = '-1';

const ACTORS = { end_user: 'customer', agent: 'agent', trigger: 'system', system: 'system' } as const;
const Message = z.object({
  event: z.object(
    {
      actor: z.object(
        { type: z.enum(['end_user', 'agent', 'trigger', 'system'], 'expected end_user, agent, trigger or system') },
        'expected an object',
      ),
      message: z.nullish(z.object({ body: z.nullish(Text) }, 'expected an object')),
    },
    'expected an object',
  ),
});

const OWN_WRITE = 'own write';

/** Reads one type of event; a text says why it is not a fact. */
type Reader = (detail: Detail, json: unknown, us: string | undefined) => Fact | string;

/**
 * What a write-back changes (note, priority, group, assignee, tags) comes back as its echo, and is no news. A status is
 * a fact whoever set it: that a ticket is solved is its CRM's to say, also if CaseRelay asked for it.
 */
const unlessOurs =
  (read: Reader): Reader =>
  (detail, json, us) =>
    us !== undefined && detail.actor_id === us ? OWN_WRITE : read(detail, json, us);

const deleted: Reader = (detail) => ({ type: 'status-changed', status: 'deleted', fields: fieldsOf(detail) });

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  [
    'ticket.created',
    (detail) => {
      const status = statusOf(detail.status);
      const priority = priorityOf(detail.priority) ?? null;
      return { type: 'opened', ...(status === undefined ? {} : { status }), priority, fields: fieldsOf(detail) };
    },
  ],
  [
    'ticket.comment_added',
    (detail, json, us) => {
      const { comment } = parseShape(Comment, json).event;
      if (us !== undefined && comment.author.id === us) return OWN_WRITE;
      const author = authorOf(comment.author);
      const text = comment.body == null ? {} : { text: comment.body };
      return { type: 'message-added', author, public: comment.is_public, ...text, fields: fieldsOf(detail) };
    },
  ],
  [
    'messaging_ticket.message_added',
    (_detail, json) => {
      const { actor, message } = parseShape(Message, json).event;
      const text = message?.body == null ? {} : { text: message.body };
      return { type: 'message-added', author: ACTORS[actor.type], public: true, ...text };
    },
  ],
  ['ticket.status_changed', readStatus],
  [
    'ticket.priority_changed',
    unlessOurs((_detail, json) => ({
      type: 'priority-changed',
      priority: priorityOf(parseShape(PriorityChange, json).event.current) ?? null,
    })),
  ],
  [
    'ticket.agent_assignment_changed',
    unlessOurs((detail, json) => ({
      type: 'assigned',
      assigneeId: parseShape(IdChange, json).event.current,
      ...(detail.group_id == null ? {} : { group: detail.group_id }),
    })),
  ],
  [
    'ticket.group_assignment_changed',
    unlessOurs((detail, json) => {
      const group = parseShape(IdChange, json).event.current;
      return { type: 'assigned', assigneeId: detail.assignee_id ?? null, ...(group === null ? {} : { group }) };
    }),
  ],
  ['ticket.merged', readMerge],
  ['ticket.soft_deleted', deleted],
  ['ticket.permanently_deleted', deleted],
  ['ticket.marked_as_spam', deleted],
  [
    'ticket.undeleted',
    (detail) => ({ type: 'status-changed', status: statusOf(detail.status) ?? 'open', fields: fieldsOf(detail) }),
  ],
  ['ticket.tags_changed', unlessOurs(() => 'tag-only change')],
]);

function authorOf({ id, is_staff }: { id: string; is_staff: boolean }) {
  if (id === ZENDESK_ITSELF) return 'system';
  return is_staff ? 'agent' : 'customer';
}

/** A merge that does not say into which ticket is a merge all the same. */
function readMerge(_detail: Detail, json: unknown): Fact {
  const { target_ticket, target_ticket_id } = Merge.safeParse(json).data?.event ?? {};
  const into = target_ticket?.id ?? target_ticket_id;
  return { type: 'merged', ...(into == null ? {} : { into }) };
}

function readStatus(detail: Detail, json: unknown): Fact {
  const { current, previous } = parseShape(StatusChange, json).event;
  const status = statusOf(current) ?? 'open';
  const was = typeof previous === 'string' ? statusOf(previous) : undefined;
  const fields = fieldsOf(detail);
  if (status === 'solved') return { type: 'solved', ...(isByRequester(detail) ? { by: 'customer' } : {}), fields };
  // A merged ticket is closed with this tag; its `ticket.merged` may come before or after.
  if (status === 'closed' && detail.tags?.includes('closed_by_merge')) return { type: 'merged' };
  const wasOver = was === 'solved' || was === 'closed';
  if (wasOver && (status === 'open' || status === 'new')) return { type: 'reopened', fields };
  return { type: 'status-changed', status, fields };
}

/** Customers can mark their request as solved. An agent's own request is not one's that a customer waits in. */
function isByRequester({ actor_id, requester_id, assignee_id }: Detail): boolean {
  return actor_id != null && actor_id === requester_id && actor_id !== assignee_id;
}

/** What the ticket says of itself. Null means "not set" and is left out: it must not erase what another event knew. */
function fieldsOf(detail: Detail): CaseFields {
  const custom = {
    ...(detail.brand_id == null ? {} : { brand_id: detail.brand_id }),
    ...(detail.form_id == null ? {} : { form_id: detail.form_id }),
    ...(detail.organization_id == null ? {} : { organization_id: detail.organization_id }),
    ...(detail.type == null ? {} : { type: detail.type.toLowerCase() }),
  };
  return {
    ...(detail.subject == null ? {} : { subject: detail.subject }),
    ...(detail.description == null ? {} : { text: detail.description }),
    ...(detail.via?.channel == null ? {} : { channel: detail.via.channel }),
    ...(detail.requester_id == null ? {} : { requesterId: detail.requester_id }),
    ...(detail.assignee_id == null ? {} : { assigneeId: detail.assignee_id }),
    ...(detail.group_id == null ? {} : { group: detail.group_id }),
    ...(detail.tags == null ? {} : { tags: detail.tags }),
    ...(Object.keys(custom).length === 0 ? {} : { custom }),
  };
}

/** What a schema reads, or undefined where it refuses. (zod's own "catch" would bring 9 KB into the bundle.) */
function orNothing<T>(schema: z.ZodMiniType<T>) {
  const read = (value: unknown): T | undefined => schema.safeParse(value).data;
  return z.optional(z.pipe(z.unknown(), z.transform(read)));
}
