import fc from 'fast-check';
import type { CaseEvent, EventOf } from '../../domain/event.ts';
import { event, fromCustomer, opened, priority, reopened, reply, solved, status } from './events.ts';

/** Random logs of one case over about a fortnight from Monday 2026-11-16, with everything that moves a clock in them. */

const minute = fc
  .integer({ min: 0, max: 20_000 })
  .map((minutes) => new Date(Date.parse('2026-11-16T08:00:00Z') + minutes * 60_000).toISOString());
const statuses = fc.constantFrom<EventOf<'status-changed'>['status'][]>(
  'open',
  'pending',
  'on-hold',
  'new',
  'closed',
  'deleted',
);
const priorities = fc.constantFrom<EventOf<'priority-changed'>['priority'][]>('low', 'high', 'urgent', null);

const absorbed = (at: string, since: string) =>
  event('absorbed', at, {
    from: 'zendesk:1',
    waiting: {
      startedAt: since < at ? since : at,
      pauses: since < at ? [{ from: since, to: at, reason: 'pending' }] : [],
    },
  });
const handoff = (at: string, type: 'handoff-accepted' | 'handoff-expired' | 'handoff-resolved') =>
  event(type, at, { handoffId: 'h1', vendor: 'manila' });
const offered = (at: string) =>
  event('handoff-offered', at, {
    handoffId: 'h1',
    vendor: 'manila',
    attempt: 1,
    reason: 'takes playback',
    packetHash: 'x',
    answerBy: at,
  });

const anyEvent: fc.Arbitrary<CaseEvent> = fc.oneof(
  { weight: 3, arbitrary: minute.map((at) => opened(at)) },
  { weight: 3, arbitrary: minute.map(fromCustomer) },
  { weight: 3, arbitrary: minute.map(reply) },
  { weight: 2, arbitrary: minute.map(solved) },
  { weight: 2, arbitrary: minute.map(reopened) },
  { weight: 5, arbitrary: fc.tuple(minute, statuses).map(([at, to]) => status(at, to)) },
  { weight: 3, arbitrary: fc.tuple(minute, priorities).map(([at, to]) => priority(at, to)) },
  { weight: 1, arbitrary: fc.tuple(minute, minute).map(([at, since]) => absorbed(at, since)) },
  { weight: 1, arbitrary: minute.map(offered) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        minute,
        fc.constantFrom('handoff-accepted' as const, 'handoff-expired' as const, 'handoff-resolved' as const),
      )
      .map(([at, type]) => handoff(at, type)),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(minute, fc.constantFrom('101', '102'))
      .map(([at, group]) => event('assigned', at, { assigneeId: null, group })),
  },
);

export const randomLog = fc.array(anyEvent, { minLength: 1, maxLength: 25 });
