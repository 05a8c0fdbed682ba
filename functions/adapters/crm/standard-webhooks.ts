import * as z from 'zod/mini';
import { type CaseFields, Sequence } from '../../../domain/event.ts';
import { SignatureError, verifySignature } from '../../shared/signature.ts';
import { type CrmAdapter, type Fact, headerOf, type Normalised, unauthorised } from './crm-adapter.ts';
import {
  AuthorShape,
  CaseNumber,
  Custom,
  EventKey,
  EventTime,
  Flag,
  Id,
  Line,
  MailHeadersShape,
  PriorityShape,
  parseShape,
  ScoreShape,
  StatusShape,
  Tags,
  Text,
} from './shapes.ts';

const HEADERS = ['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const;

/**
 * Any sender that signs as standardwebhooks.com says, with the body of docs/webhooks.md: our own
 * case events under the names `case.<type>`. `webhook-id` is the event's key.
 */
export const standardWebhooks: CrmAdapter = {
  verify({ headers, body }, secrets, now) {
    const signed = Object.fromEntries(HEADERS.map((name) => [name, headerOf(headers, name)]));
    try {
      verifySignature(secrets, signed, body, now);
    } catch (error) {
      throw error instanceof SignatureError ? unauthorised(error.reason) : error;
    }
  },

  normalise(json, headers, { source, receivedAt }): Normalised {
    const { 'webhook-id': key } = parseShape(Delivery, { 'webhook-id': headerOf(headers, 'webhook-id') });
    const { type, timestamp, sequence } = parseShape(Envelope, json);
    // That each schema gives the fact of its type is checked where they are listed.
    const { caseId, ...said } = parseShape(BODIES[type] as z.ZodMiniType<{ data: { caseId: string } }>, json).data;
    const fact = { type: type.slice(TYPE_PREFIX.length), ...said } as Fact;
    const order = sequence === undefined ? {} : { sequence };
    const events = [{ key, caseId: `${source}:${caseId}`, occurredAt: timestamp, receivedAt, ...order, ...fact }];
    const unknownFields = unknownIn(json, type);
    return unknownFields.length === 0 ? { events } : { events, unknownFields };
  },
};

const Delivery = z.object({ 'webhook-id': EventKey });

const Fields = z.object(
  {
    subject: z.optional(Line),
    text: z.optional(Text),
    channel: z.optional(Line),
    language: z.optional(Line),
    requesterId: z.optional(Id),
    assigneeId: z.optional(Id),
    group: z.optional(Id),
    tier: z.optional(Line),
    region: z.optional(Line),
    tags: z.optional(Tags),
    custom: z.optional(Custom),
  } satisfies Record<keyof CaseFields, unknown>,
  'expected an object',
);

/** The facts that a sender can tell. */
type Told = Extract<
  Fact['type'],
  | 'opened'
  | 'message-added'
  | 'status-changed'
  | 'solved'
  | 'reopened'
  | 'priority-changed'
  | 'assigned'
  | 'merged'
  | 'csat-received'
>;
type DataOf<T extends Told> = Omit<Extract<Fact, { type: T }>, 'type'> & { caseId: string };

const body = <T extends z.core.$ZodLooseShape>(shape: T) =>
  z.object({ data: z.object({ caseId: CaseNumber, ...shape }, 'expected an object') });
const fields = z.optional(Fields);
/** An empty id names no case: it is merged all the same. */
const Into = z.pipe(
  z.nullable(z.union([z.literal(''), CaseNumber])),
  z.transform((id) => id || undefined),
);
const headers = z.optional(MailHeadersShape);

const TYPE_PREFIX = 'case.';
/** The schema of a body, and the names of the fields in its `data`. */
type BodyOf<T extends Told> = z.ZodMiniType<{ data: DataOf<T> }> & {
  readonly shape: { readonly data: { readonly shape: object } };
};
const BODIES: { readonly [T in Told as `case.${T}`]: BodyOf<T> } = {
  'case.opened': body({ status: z.optional(StatusShape), priority: z.nullish(PriorityShape), fields: Fields, headers }),
  'case.message-added': body({ author: AuthorShape, public: Flag, text: z.optional(Text), fields, headers }),
  'case.status-changed': body({ status: StatusShape, fields }),
  'case.solved': body({ by: z.optional(AuthorShape), fields }),
  'case.reopened': body({ fields }),
  'case.priority-changed': body({ priority: z.nullable(PriorityShape) }),
  'case.assigned': body({ assigneeId: z.nullable(Id), group: z.optional(Id) }),
  'case.merged': body({ into: z.optional(Into) }),
  'case.csat-received': body({ score: ScoreShape }),
};

/** Most unknown fields that are named, and most characters of a name. */
const NAMED = { fields: 10, characters: 60 } as const;

/** Fields of a genuine body that its type does not have, by their path. A sender is not refused for one: only told. */
function unknownIn(json: unknown, type: keyof typeof BODIES): string[] {
  const { data } = json as { data: object };
  const fields: unknown = 'fields' in data ? data.fields : undefined;
  return [
    ...extras(json, Envelope.shape, ['data']),
    ...extras(data, BODIES[type].shape.data.shape).map((name) => `data.${name}`),
    ...extras(fields, Fields.shape).map((name) => `data.fields.${name}`),
  ].slice(0, NAMED.fields);
}

function extras(value: unknown, shape: object, others: readonly string[] = []): string[] {
  return Object.keys(value ?? {})
    .filter((name) => !Object.hasOwn(shape, name) && !others.includes(name))
    .map((name) => name.slice(0, NAMED.characters).toWellFormed());
}

const TYPES = Object.keys(BODIES) as (keyof typeof BODIES)[];
const Envelope = z.object(
  {
    type: z.enum(TYPES, `expected one of ${TYPES.join(', ')}`),
    timestamp: EventTime,
    sequence: z.optional(Sequence),
  },
  'expected an object',
);
