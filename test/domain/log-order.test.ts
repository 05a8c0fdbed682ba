import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CaseEvent } from '../../domain/event.ts';
import { inLogOrder, logPosition, suggestedSequence } from '../../domain/log-order.ts';
import { event, fromCustomer, opened, priority, reopened, reply, solved, status } from '../support/events.ts';
import { randomLog, shuffledLog } from '../support/random-log.ts';

const AT = '2026-11-16T09:00:00.000Z';
const LATER = '2026-11-16T10:00:00.000Z';
const order = (events: readonly CaseEvent[]) => events.map(({ key }) => key);
const numbered = (one: CaseEvent, sequence: number, key = one.key): CaseEvent => ({
  ...one,
  sequence: String(sequence),
  key,
});

describe('the order of a log', () => {
  // What starts comes before what pauses, that before answers, those before what ends; ours follows from it. The keys would say the opposite.
  const ranked: [rank: number, CaseEvent][] = [
    [0, opened(AT)],
    [1, fromCustomer(AT)],
    [2, reopened(AT)],
    [2, status(AT, 'open')],
    [3, status(AT, 'on-hold')],
    [3, status(AT, 'pending')],
    [4, reply(AT)],
    [4, priority(AT, 'high')],
    [4, event('assigned', AT, { assigneeId: null })],
    [4, event('csat-received', AT, { score: 'good' })],
    [6, event('alert-acknowledged', AT, { alertId: 'al_1', by: 'ana' })],
    [7, solved(AT)],
    [7, status(AT, 'solved')],
    [8, status(AT, 'closed')],
    [9, event('merged', AT, {})],
  ];
  const log = ranked.map(([, one], i) => ({ ...one, key: `k${String(20 - i).padStart(2, '0')}` }) as CaseEvent);

  it('of one instant is by what an event does, then by its key', () => {
    expect(log.map(logPosition)).toEqual(
      ranked.map(([rank], i) => `${AT}|${rank}|k${String(20 - i).padStart(2, '0')}`),
    );
    const sorted = [
      ...['k20', 'k19', 'k17', 'k18', 'k15', 'k16', 'k11', 'k12', 'k13', 'k14'],
      ...['k10', 'k08', 'k09', 'k07', 'k06'],
    ];
    expect(order(inLogOrder(log))).toEqual(sorted);
    expect(order(inLogOrder(log.toReversed()))).toEqual(sorted);
  });

  it('of two instants is theirs, and each key is there once', () => {
    const [late, early] = [opened(LATER, { key: 'b' }), numbered(solved(AT), 99)];
    const retried = { ...late, receivedAt: '2026-11-16T11:00:00.000Z' };
    expect(inLogOrder([late, early, retried])).toEqual([early, retried]);
  });

  it('of one instant is the source’s own where it has one: by number, not as text', () => {
    const log = [
      numbered(status(AT, 'pending'), 9, 'z'),
      numbered(status(AT, 'open'), 10, 'a'),
      numbered(solved(AT), 2, 'm'),
      numbered(reopened(AT), 7_046_029_254_386_353, 'b'),
    ];
    expect(order(inLogOrder(log))).toEqual(['m', 'z', 'a', 'b']);
    expect(order(inLogOrder(log.toReversed()))).toEqual(['m', 'z', 'a', 'b']);
  });

  it('of events that share a number (one audit, several changes) is by what they do', () => {
    const log = [numbered(solved(AT), 5, 'a'), numbered(reply(AT), 5, 'b'), numbered(fromCustomer(AT), 5, 'c')];
    expect(order(inLogOrder(log))).toEqual(['c', 'b', 'a']);
  });

  it('puts what has no number before and behind those that have, so that three never go round in a circle', () => {
    // By number solved comes before reopened, by what they do reopened before a reply before solved.
    const log = [
      numbered(solved(AT), 1, 'a'),
      numbered(reopened(AT), 2, 'b'),
      { ...reply(AT), key: 'c' },
      { ...opened(AT), key: 'd' },
      { ...solved(AT), key: 'e' },
    ];
    expect(order(inLogOrder(log))).toEqual(['d', 'c', 'a', 'b', 'e']);
  });
});

describe('laws of the order', () => {
  it('it is the same for any order in which events come, and for a part of them as for the whole', () => {
    fc.assert(
      fc.property(shuffledLog, fc.nat(), ([events, shuffled], bits) => {
        const whole = order(inLogOrder(events));
        expect(order(inLogOrder(shuffled))).toEqual(whole);
        // What holds between two events holds whatever stands between them: the order is transitive.
        const some = events.filter((_, i) => (bits >> (i % 31)) & 1);
        const kept = new Set(order(some));
        expect(order(inLogOrder(some))).toEqual(whole.filter((key) => kept.has(key)));
      }),
      { numRuns: 1000 },
    );
  });

  it('no two events share a place, and of one instant the numbered ones ascend by number', () => {
    fc.assert(
      fc.property(randomLog, (events) => {
        expect(new Set(events.map(logPosition)).size).toBe(events.length);
        const log = inLogOrder(events);
        for (const [i, one] of log.entries()) {
          for (const next of log.slice(i + 1)) {
            expect(one.occurredAt <= next.occurredAt).toBe(true);
            if (one.occurredAt !== next.occurredAt || one.sequence === undefined || next.sequence === undefined)
              continue;
            expect(BigInt(one.sequence) <= BigInt(next.sequence)).toBe(true);
          }
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('an order that is only suggested', () => {
  it('breaks ties, but an opening still comes first and an answer still counts before an end', () => {
    const told = [solved(AT), reply(AT), opened(AT), status(AT, 'pending'), status(AT, 'open')];
    const log = told.map(
      (one, i) => ({ ...one, key: `k${i}`, ...suggestedSequence(one.type, String(i)) }) as CaseEvent,
    );
    expect(order(inLogOrder(log))).toEqual(['k2', 'k1', 'k0', 'k3', 'k4']);
  });
});
