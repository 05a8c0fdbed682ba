import fc from 'fast-check';
import { CaseEvent, type CaseEventType, CaseStatus, ClockName, type EventOf, Priority } from '../../domain/event.ts';
import { event, FROM_CRM } from './events.ts';

/**
 * Random logs of one case over about a fortnight from Monday 2026-11-16, with every type of event
 * there is, whether or not it makes sense there. Many events share an instant.
 */

const START = Date.parse('2026-11-16T08:00:00Z');
const MINUTES = 20_000;
const minute = fc.oneof(
  { weight: 2, arbitrary: fc.integer({ min: 0, max: MINUTES }) },
  // A few instants over and over, so that events tie.
  { weight: 1, arbitrary: fc.constantFrom(0, 60, 61, 600, 2000, 9000) },
);
const instant = minute.map((minutes) => new Date(START + minutes * 60_000).toISOString());

type Rest<T extends CaseEventType> = Omit<EventOf<T>, 'type' | 'key' | 'caseId' | 'occurredAt' | 'receivedAt'>;
type Told<T extends CaseEventType> = (at: string) => fc.Arbitrary<Rest<T>>;

const one = <T>(value: T) => fc.constant(value);
const machine = fc.constantFrom<Record<string, string> | undefined>(undefined, undefined, undefined, {
  'auto-submitted': 'auto-replied',
});
const headers = machine.map((kept) => (kept === undefined ? {} : { headers: kept }));
const fields = fc.constantFrom({}, { tier: 'vip' }, { language: 'es' }, { assigneeId: '9001' });
const vendor = { handoffId: 'h1', vendor: 'manila' };
const none = { passedOver: {} };

/** What an event of each type may say. */
const TOLD: { readonly [T in CaseEventType]: readonly [weight: number, Told<T>] } = {
  opened: [
    6,
    () =>
      fc
        .tuple(fc.constantFrom('new', 'new', 'open', 'pending', 'solved', 'closed'), fields, headers)
        .map(([status, known, kept]) => ({ status: status as EventOf<'opened'>['status'], fields: known, ...kept })),
  ],
  'message-added': [
    10,
    () =>
      fc
        .tuple(
          fc.constantFrom('customer', 'customer', 'agent', 'agent', 'vendor', 'system'),
          fc.constantFrom(true, true, true, false),
          headers,
        )
        .map(([author, isPublic, kept]) => ({
          author: author as EventOf<'message-added'>['author'],
          public: isPublic,
          text: 'hello?',
          ...kept,
        })),
  ],
  'status-changed': [8, () => fc.constantFrom(...CaseStatus.options).map((status) => ({ status }))],
  solved: [4, () => fc.constantFrom({}, {}, { by: 'customer' as const })],
  reopened: [3, () => one({})],
  'priority-changed': [3, () => fc.constantFrom(...Priority.options, null).map((priority) => ({ priority }))],
  assigned: [
    2,
    () =>
      fc.record({
        assigneeId: fc.constantFrom(null, '9001', '7'),
        group: fc.constantFrom('101', '102', '999'),
      }),
  ],
  merged: [1, () => fc.constantFrom({}, { into: '7' })],
  'csat-received': [1, () => one({ score: 'good' as const })],
  absorbed: [
    2,
    (at) =>
      instant.map((since) => {
        const startedAt = since < at ? since : at;
        const pauses = since < at ? [{ from: since, to: at, reason: 'pending' }] : [];
        return { from: 'zendesk:1', waiting: { startedAt, pauses } };
      }),
  ],
  'policy-changed': [
    1,
    () =>
      fc.constantFrom(...ClockName.options).map((clock) => ({
        from: 'test-0',
        to: 'test-1',
        targets: [{ clock, turn: 1, targetSeconds: 1234, calendar: 'office' }],
      })),
  ],
  triaged: [
    3,
    () =>
      fc
        .tuple(
          fc.constantFrom('home', 'vendor', 'parked'),
          fc.constantFrom('general', 'trust-and-safety'),
          fc.boolean(),
        )
        .map(([route, queue, duplicate]) => ({
          decision: {
            ruleId: 'rule',
            reason: 'because',
            policyVersion: 'test-1',
            priority: 'normal' as const,
            queue,
            route: route as EventOf<'triaged'>['decision']['route'],
            sensitive: false,
            dataClass: 'standard',
            category: 'playback',
            tags: [],
            language: 'en',
            ...(duplicate ? { duplicateOf: 'zendesk:1' } : {}),
          },
        })),
  ],
  'handoff-offered': [
    2,
    (at) => one({ ...vendor, attempt: 1, reason: 'takes playback', packetHash: 'x', answerBy: at }),
  ],
  'handoff-accepted': [2, () => one(vendor)],
  'handoff-rejected': [1, () => one({ ...vendor, reason: 'skill' as const })],
  'handoff-expired': [1, () => one(vendor)],
  'handoff-resolved': [1, () => one(vendor)],
  'handoff-returned': [1, () => one({ ...vendor, reason: 'skill' as const })],
  'handoff-recalled': [1, () => one({ ...vendor, by: 'case-solved' as const })],
  'brought-home': [1, () => one({ reason: 'nobody could', tried: ['manila'] })],
  'agent-assigned': [1, (at) => one({ agentId: 'lena', reason: 'least to do', sensitive: false, ...none, backAt: at })],
  'agent-released': [1, () => one({ agentId: 'lena', reason: 'off-shift' as const })],
  'assignment-deferred': [1, (at) => one({ reason: 'full', ...none, exposureExhausted: false, retryAt: at })],
  'assignment-due': [1, (at) => one({ retryOf: at })],
  'written-back': [1, () => one({ what: [] })],
  'deadline-reached': [
    1,
    (at) =>
      fc.constantFrom(...ClockName.options).map((clock) => ({
        clock,
        turn: 1,
        threshold: 'breach',
        kind: 'breach' as const,
        at,
        dueAt: at,
        targetSeconds: 14_400,
      })),
  ],
  'danger-found': [
    1,
    () =>
      fc.constantFrom('opening', 'message', 'fields').map((place) => ({
        calledBy: 'e1',
        place: place as EventOf<'danger-found'>['place'],
        rules: [{ ruleId: 'threat', reason: 'because' }],
        queue: 'general',
        wasOver: false,
        endings: 0,
        policyVersion: 'test-1',
      })),
  ],
  'alert-notified': [1, () => one({ alertId: 'al_1', rung: 0, to: 'ana', kind: 'breach' })],
  'alert-acknowledged': [1, () => one({ alertId: 'al_1', by: 'case-solved' as const })],
  'alert-unanswered': [1, () => one({ alertId: 'al_1', rung: 0 })],
};

/** Some of the CRM's events carry its own order, which may contradict what they mean. */
const order = fc.oneof(
  { weight: 2, arbitrary: one({}) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 12 }).map((place) => ({ sequence: String(place) })) },
);

const anyEvent: fc.Arbitrary<CaseEvent> = fc.oneof(
  ...CaseEvent.def.options.map(({ shape }) => {
    const type = shape.type.def.values[0] as CaseEventType;
    const [weight, told] = TOLD[type] as readonly [number, Told<CaseEventType>];
    const places = FROM_CRM.has(type) ? order : one({});
    const arbitrary = instant.chain((at) =>
      fc.tuple(told(at), places).map(([rest, place]) => event(type, at, { ...rest, ...place }) as CaseEvent),
    );
    return { weight, arbitrary };
  }),
);

export const randomLog = fc.array(anyEvent, { minLength: 1, maxLength: 25 });

/** A random log, and the same events shuffled and each twice. */
export const shuffledLog = randomLog.chain((events) =>
  fc.tuple(fc.constant(events), fc.shuffledSubarray([...events, ...events], { minLength: events.length * 2 })),
);
