import { describe, expect, it } from 'vitest';
import { CaseEvent } from '../../../../domain/event.ts';
import { inLogOrder } from '../../../../domain/log-order.ts';
import type { Headers, Normalised } from '../../../../functions/adapters/crm/crm-adapter.ts';
import { zendesk } from '../../../../functions/adapters/crm/zendesk.ts';
import { HttpProblem } from '../../../../functions/shared/http.ts';
import {
  NOW,
  RECEIVED_AT,
  signatureVectors,
  ZENDESK_SECRET,
  zendeskBodies,
  zendeskEvent,
  zendeskHeaders,
} from '../../../support/webhooks.ts';

const US = '900001';
const normalise = (json: unknown): Normalised =>
  zendesk.normalise(json, {}, { source: 'zendesk', receivedAt: RECEIVED_AT, integrationUserId: US });
const only = (json: unknown) => {
  const { events, ignored } = normalise(json);
  expect(ignored).toBeUndefined();
  expect(events).toHaveLength(1);
  return events[0];
};
const refusal = (act: () => unknown): HttpProblem => {
  try {
    act();
  } catch (error) {
    if (error instanceof HttpProblem) return error;
    throw error;
  }
  throw new Error('nothing was refused');
};

describe('Zendesk signatures', () => {
  const body = '{"type":"zen:event-type:ticket.created"}';
  const verify = (headers: Headers, secrets = [ZENDESK_SECRET], now = NOW, text = body) =>
    zendesk.verify({ headers, body: Buffer.from(text) }, secrets, now);
  const detailOf = (headers: Headers, now = NOW) => {
    const { status, message } = refusal(() => verify(headers, [ZENDESK_SECRET], now));
    return `${status} ${message}`;
  };

  it("accepts the vector made with Zendesk's documented test secret", () => {
    const headers = {
      'X-Zendesk-Webhook-Signature': 'S/RDdU2ERmj7LHDDoWJ2onPYH+t7/f2+LTM4dL7UiLM=',
      'X-Zendesk-Webhook-Signature-Timestamp': '2021-03-25T05:09:27Z',
    };
    const secret = 'dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==';
    const at = Date.parse('2021-03-25T05:10:00Z');
    expect(() => verify(headers, [secret], at, '{"event":"ticket.updated","id":123}')).not.toThrow();
  });

  it('accepts any of several secrets, so that one can be rotated', () => {
    expect(() => verify(zendeskHeaders(body), ['the-new-one', ZENDESK_SECRET])).not.toThrow();
  });

  it('accepts an empty body', () => {
    expect(() => verify(zendeskHeaders(''), [ZENDESK_SECRET], NOW, '')).not.toThrow();
  });

  it('is exact to the window: five minutes either way, no second more', () => {
    const fiveMinutes = 300_000;
    for (const at of [NOW - fiveMinutes, NOW + fiveMinutes])
      expect(() => verify(zendeskHeaders(body, at))).not.toThrow();
    const stale = '401 the signature is more than five minutes from our clock';
    expect(detailOf(zendeskHeaders(body, NOW - fiveMinutes - 1000))).toBe(stale);
    expect(detailOf(zendeskHeaders(body, NOW + fiveMinutes + 1000))).toBe(stale);
  });

  it('says missing when a header is', () => {
    const { 'x-zendesk-webhook-signature': signature } = zendeskHeaders(body);
    for (const headers of [{}, { 'x-zendesk-webhook-signature': signature }])
      expect(detailOf(headers)).toBe('401 the signature headers are missing');
  });

  it.each([
    ['text', 'test'],
    ['an odd length', 'abc'],
    ['one character more', `${zendeskHeaders(body)['x-zendesk-webhook-signature']}=`],
    ['no base64', '\u{1f4a5}'.repeat(11)],
    ['another secret', zendeskHeaders(body, NOW, 'other')['x-zendesk-webhook-signature']],
    ['the signature twice', `${zendeskHeaders(body)['x-zendesk-webhook-signature']},x`],
  ])('refuses a signature that is %s', (_what, signature) => {
    const headers = { ...zendeskHeaders(body), 'x-zendesk-webhook-signature': signature };
    expect(detailOf(headers)).toBe('401 the signature does not match');
  });

  it('refuses a body that was changed, and a timestamp that was moved', () => {
    expect(refusal(() => verify(zendeskHeaders(body), [ZENDESK_SECRET], NOW, `${body} `)).status).toBe(401);
    const moved = { ...zendeskHeaders(body), 'x-zendesk-webhook-signature-timestamp': new Date(NOW + 1).toISOString() };
    expect(detailOf(moved)).toBe('401 the signature does not match');
  });

  it.each(signatureVectors('zendesk'))('agrees with vector $id: valid $valid', (vector) => {
    const stamp = vector.headers['X-Zendesk-Webhook-Signature-Timestamp'] ?? '';
    const at = /^\d+$/.test(stamp) ? Number(stamp) * 1000 : Date.parse(stamp);
    const check = () => verify(vector.headers, [vector.secret], Number.isNaN(at) ? NOW : at, vector.body);
    if (vector.valid) expect(check).not.toThrow();
    else expect(refusal(check).status).toBe(401);
  });

  it('has vectors of both kinds to agree with', () => {
    expect(signatureVectors('zendesk').map(({ valid }) => valid)).toEqual([true, false, false, false, false]);
  });
});

describe('Zendesk events', () => {
  it('ticket.created opens a case with what the ticket says; null is left out', () => {
    expect(only(zendeskEvent('ticket.created'))).toEqual({
      type: 'opened',
      key: 'cbe4028c-7239-495d-b020-f22348516046',
      caseId: 'zendesk:5158',
      occurredAt: '2025-01-08T10:12:07.672Z',
      receivedAt: RECEIVED_AT,
      status: 'new',
      priority: null,
      fields: {
        subject: 'Buffering',
        text: 'The film stops after a minute',
        channel: 'mail',
        requesterId: '8447388090494',
        group: '8447320466430',
        custom: { brand_id: '8447346621310', form_id: '8646151517822' },
      },
    });
  });

  it('takes ids as text or numbers, and upper or lower case', () => {
    const detail = { id: 5158, assignee_id: 8447388090496, status: 'open', priority: 'URGENT', type: 'PROBLEM' };
    expect(only(zendeskEvent('ticket.created', { detail }))).toMatchObject({
      caseId: 'zendesk:5158',
      status: 'open',
      priority: 'urgent',
      fields: { assigneeId: '8447388090496', custom: { type: 'problem' } },
    });
  });

  const comment = (more: object) => ({
    comment: { id: '1', body: 'Hello', is_public: true, author: { id: '7', is_staff: true }, ...more },
  });

  it('comment_added is a message, from an agent or the customer, public or private', () => {
    expect(only(zendeskEvent('ticket.comment_added', { event: comment({}) }))).toMatchObject({
      type: 'message-added',
      author: 'agent',
      public: true,
      text: 'Hello',
      fields: { subject: 'Buffering' },
    });
    const fromCustomer = comment({ is_public: false, author: { id: '8', is_staff: false } });
    expect(only(zendeskEvent('ticket.comment_added', { event: fromCustomer }))).toMatchObject({
      author: 'customer',
      public: false,
    });
  });

  it.each([
    ['end_user', 'customer'],
    ['agent', 'agent'],
    ['trigger', 'system'],
    ['system', 'system'],
  ])('messaging_ticket.message_added by %s is a message of the %s, with nothing but the ticket id', (type, author) => {
    const body = {
      id: 'evt-1',
      time: '2026-07-09T08:38:27.200000047Z',
      type: 'zen:event-type:messaging_ticket.message_added',
      detail: { id: '73053' },
      event: { actor: { type, id: 'x' }, message: { body: 'Unable to log in', id: 'm' } },
    };
    expect(only(body)).toEqual({
      type: 'message-added',
      key: 'evt-1',
      caseId: 'zendesk:73053',
      occurredAt: '2026-07-09T08:38:27.200Z',
      receivedAt: RECEIVED_AT,
      author,
      public: true,
      text: 'Unable to log in',
    });
  });

  it.each([
    ['NEW', 'OPEN', { type: 'status-changed', status: 'open' }],
    ['OPEN', 'PENDING', { type: 'status-changed', status: 'pending' }],
    ['OPEN', 'HOLD', { type: 'status-changed', status: 'on-hold' }],
    ['OPEN', 'SOLVED', { type: 'solved' }],
    ['SOLVED', 'OPEN', { type: 'reopened' }],
    ['SOLVED', 'PENDING', { type: 'status-changed', status: 'pending' }],
    ['SOLVED', 'CLOSED', { type: 'status-changed', status: 'closed' }],
    ['CLOSED', 'ARCHIVED', { type: 'status-changed', status: 'closed' }],
    ['OPEN', 'DELETED', { type: 'status-changed', status: 'deleted' }],
    ['DELETED', 'SCRUBBED', { type: 'status-changed', status: 'deleted' }],
    [null, 'OPEN', { type: 'status-changed', status: 'open' }],
  ])('status %s → %s', (previous, current, expected) => {
    expect(only(zendeskEvent('ticket.status_changed', { event: { previous, current } }))).toMatchObject(expected);
  });

  it.each([
    ['by its requester is solved by the customer', { actor_id: '7', requester_id: '7' }, 'customer'],
    ['by somebody else', { actor_id: '8', requester_id: '7' }, undefined],
    [
      'by an agent who works on a request of their own',
      { actor_id: '7', requester_id: '7', assignee_id: '7' },
      undefined,
    ],
    ['by nobody who is named', { actor_id: null, requester_id: null }, undefined],
  ])('a ticket solved %s', (_, detail, by) => {
    const event = { previous: 'OPEN', current: 'SOLVED' };
    const fact = only(zendeskEvent('ticket.status_changed', { event, detail }));
    expect(fact?.type === 'solved' && [fact.by]).toEqual([by]);
  });

  it('a ticket closed by a merge is merged', () => {
    const event = { previous: 'OPEN', current: 'CLOSED' };
    const detail = { tags: ['closed_by_merge'] };
    expect(only(zendeskEvent('ticket.status_changed', { event, detail }))?.type).toBe('merged');
    expect(only(zendeskEvent('ticket.merged'))?.type).toBe('merged');
  });

  it.each([
    [{ target_ticket: { id: 4650 } }, '4650'],
    [{ target_ticket_id: '4650' }, '4650'],
    [{ target_ticket: null }, undefined],
    [{ target_ticket_id: 'no such # id' }, undefined],
    [{ target_ticket: { id: '' }, target_ticket_id: '4650' }, '4650'],
    [{ target_ticket: { id: '' } }, undefined],
  ])('a merge with %j goes on in %s', (event, into) => {
    const merged = only(zendeskEvent('ticket.merged', { event }));
    if (merged?.type !== 'merged') throw new Error('not merged');
    expect(merged.into).toBe(into);
  });

  it('what Zendesk writes itself is nobody’s answer', () => {
    const comment = { author: { id: '-1', is_staff: true }, body: 'Merged', is_public: true };
    expect(only(zendeskEvent('ticket.comment_added', { event: { comment } }))).toMatchObject({ author: 'system' });
  });

  it.each(['ticket.soft_deleted', 'ticket.permanently_deleted', 'ticket.marked_as_spam'])(
    '%s deletes the case',
    (type) => {
      expect(only(zendeskEvent(type))).toMatchObject({ type: 'status-changed', status: 'deleted' });
    },
  );

  it('a ticket that comes back has the status it says', () => {
    const detail = { status: 'PENDING' };
    expect(only(zendeskEvent('ticket.undeleted', { detail }))).toMatchObject({ status: 'pending' });
  });

  it('priority_changed, to null as well', () => {
    const change = (current: unknown) =>
      zendeskEvent('ticket.priority_changed', { event: { previous: 'LOW', current } });
    expect(only(change('HIGH'))).toMatchObject({ type: 'priority-changed', priority: 'high' });
    expect(only(change(null))).toMatchObject({ type: 'priority-changed', priority: null });
  });

  it('agent and group assignment, with numbers for ids and null for nobody', () => {
    const agent = (current: unknown) => zendeskEvent('ticket.agent_assignment_changed', { event: { current } });
    expect(only(agent(8447388090496))).toMatchObject({
      type: 'assigned',
      assigneeId: '8447388090496',
      group: '8447320466430',
    });
    expect(only(agent(null))).toMatchObject({ type: 'assigned', assigneeId: null });
    const group = zendeskEvent('ticket.group_assignment_changed', {
      event: { previous: '1', current: '2' },
      detail: { assignee_id: '77' },
    });
    expect(only(group)).toMatchObject({ type: 'assigned', assigneeId: '77', group: '2' });
  });

  it.each([
    'user.group_membership_created',
    'ticket.attachment_linked_to_comment',
    'ticket.csat_received',
    'something.new',
  ])('%s is accepted and not used', (type) => {
    expect(normalise({ type: `zen:event-type:${type}` })).toEqual({ events: [], ignored: 'event type not used' });
  });

  describe('echoes of our own write-backs', () => {
    const ours = { actor_id: Number(US) };
    it.each([
      ['the note', zendeskEvent('ticket.comment_added', { event: comment({ author: { id: US, is_staff: true } }) })],
      ['the priority', zendeskEvent('ticket.priority_changed', { event: { current: 'HIGH' }, detail: ours })],
      ['the group', zendeskEvent('ticket.group_assignment_changed', { event: { current: '2' }, detail: ours })],
      ['the assignee', zendeskEvent('ticket.agent_assignment_changed', { event: { current: 7 }, detail: ours })],
      ['the tags', zendeskEvent('ticket.tags_changed', { event: { tags_added: ['x'] }, detail: ours })],
    ])('%s is dropped', (_what, body) => {
      expect(normalise(body)).toEqual({ events: [], ignored: 'own write' });
    });

    it('tags alone tell nothing, whoever changed them', () => {
      const body = zendeskEvent('ticket.tags_changed', { event: { tags_added: ['x'] } });
      expect(normalise(body)).toEqual({ events: [], ignored: 'tag-only change' });
    });

    it('a status is a fact whoever set it, and so is what a write-back never does', () => {
      const event = { previous: 'OPEN', current: 'SOLVED' };
      expect(only(zendeskEvent('ticket.status_changed', { event, detail: ours }))?.type).toBe('solved');
      expect(only(zendeskEvent('ticket.created', { detail: ours }))?.type).toBe('opened');
    });
  });

  it.each<[string, unknown, string]>([
    ['no object', 'text', '(body)'],
    ['null', null, '(body)'],
    ["a trigger's body", { type: 'End User Comment', ticketID: '12345' }, 'type'],
    ['no type', {}, 'type'],
    ['no detail', { ...zendeskEvent('ticket.created'), detail: undefined }, 'detail'],
    ['no ticket id', zendeskEvent('ticket.created', { detail: { id: undefined } }), 'detail.id'],
    ['a ticket id with a space', zendeskEvent('ticket.created', { detail: { id: '51 58' } }), 'detail.id'],
    ['a ticket id with #', zendeskEvent('ticket.created', { detail: { id: '5158#META' } }), 'detail.id'],
    ['no event id', zendeskEvent('ticket.created', { id: undefined }), 'id'],
    ['an event id like ours', zendeskEvent('ticket.created', { id: 'caserelay:triaged:1' }), 'id'],
    ['no time', zendeskEvent('ticket.created', { time: undefined }), 'time'],
    ['a time without zone', zendeskEvent('ticket.created', { time: '2025-01-08T10:12:07' }), 'time'],
    ['a time of another age', zendeskEvent('ticket.created', { time: '0001-01-01T00:00:00Z' }), 'time'],
    ['tags that are text', zendeskEvent('ticket.created', { detail: { tags: 'new' } }), 'detail.tags'],
    ['an unknown status', zendeskEvent('ticket.status_changed', { event: { current: 'WAITING' } }), 'event.current'],
    [
      'an inherited status',
      zendeskEvent('ticket.status_changed', { event: { current: 'constructor' } }),
      'event.current',
    ],
    ['an unknown priority', zendeskEvent('ticket.priority_changed', { event: { current: 'P1' } }), 'event.current'],
    ['no comment', zendeskEvent('ticket.comment_added'), 'event.comment'],
    ['no author', zendeskEvent('ticket.comment_added', { event: comment({ author: null }) }), 'event.comment.author'],
  ])('%s is a 400 that names the field', (_what, body, field) => {
    const { status, more } = refusal(() => normalise(body));
    expect([status, more.field]).toEqual([400, field]);
  });

  const EXPECTED: Readonly<Record<string, string>> = {
    'messaging_ticket.message_added.json': 'message-added customer public at 2026-03-02T09:15:27.200Z',
    'ticket.agent_assignment_changed.json': 'assigned 8447388090496 at 2025-01-08T12:15:45.789Z',
    'ticket.attachment_linked_to_comment.json': 'ignored: event type not used',
    'ticket.comment_added.json': 'message-added agent public at 2025-01-08T14:25:30.123Z',
    'ticket.comment_added.private.json': 'message-added customer private at 2026-03-03T08:36:44.304Z',
    'ticket.created.json': 'opened low at 2026-03-04T10:12:07.672Z',
    'ticket.priority_changed.json': 'priority-changed urgent at 2025-01-08T11:30:15.456Z',
    'ticket.status_changed.json': 'solved at 2025-01-08T16:45:20.987Z',
    'trigger.ticket_update.json': '400 type',
    'user.group_membership_created.signed.json': 'ignored: event type not used',
  };
  const told = (json: unknown): string => {
    try {
      const { events, ignored } = normalise(json);
      const event = events[0];
      if (event === undefined) return `ignored: ${ignored}`;
      expect(CaseEvent.parse(event)).toEqual(event);
      const about =
        event.type === 'message-added'
          ? [event.author, event.public ? 'public' : 'private']
          : event.type === 'assigned'
            ? [event.assigneeId]
            : event.type === 'opened' || event.type === 'priority-changed'
              ? [event.priority]
              : [];
      return [event.type, ...about, 'at', event.occurredAt].join(' ');
    } catch (error) {
      if (!(error instanceof HttpProblem)) throw error;
      return `${error.status} ${error.more.field}`;
    }
  };

  it('reads each documented body', () => {
    expect(Object.fromEntries([...zendeskBodies()].map(([name, body]) => [name, told(body)]))).toEqual(EXPECTED);
  });
});

describe('the order of Zendesk’s events', () => {
  const time = '2025-01-08T10:12:07.672717030Z';
  const changed = (type: string, position: number, event: object = {}) =>
    only(
      zendeskEvent(type, {
        time,
        event: { current: 'OPEN', previous: 'PENDING', ...event, meta: { sequence: { id: 'A1', position } } },
      }),
    );
  const comment = {
    comment: { id: '1', author: { id: '8447388090495', is_staff: true }, body: 'Done', is_public: true },
  };

  it('in one millisecond is by the nanoseconds, then by the place in the action', () => {
    expect(changed('ticket.status_changed', 5)).toMatchObject({
      occurredAt: '2025-01-08T10:12:07.672Z',
      sequence: '717030000005',
    });
    const later = zendeskEvent('ticket.status_changed', {
      time: '2025-01-08T10:12:07.6728Z',
      event: { current: 'OPEN' },
    });
    expect(only(later)?.sequence).toBe('800000000000');
  });

  it('leaves an opening before it, and counts an answer before an end: Zendesk does not promise the order', () => {
    expect(changed('ticket.created', 1)).not.toHaveProperty('sequence');
    expect(changed('ticket.comment_added', 9, comment)).not.toHaveProperty('sequence');
    const log = [
      changed('ticket.status_changed', 2, { current: 'SOLVED' }),
      changed('ticket.comment_added', 3, comment),
      changed('ticket.status_changed', 4, { current: 'PENDING', previous: 'OPEN' }),
      changed('ticket.status_changed', 5),
    ].map((event, i) => ({ ...event, key: `k${i}` }) as CaseEvent);
    expect(inLogOrder(log).map(({ key }) => key)).toEqual(['k1', 'k0', 'k2', 'k3']);
  });
});
