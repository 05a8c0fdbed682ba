import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CaseEvent } from '../../domain/event.ts';
import { heldSeconds } from '../../domain/parties.ts';
import { event, fromCustomer, opened, reopened, reply, solved, status } from '../support/events.ts';
import { contextOf } from '../support/policy-fixture.ts';

const day = (time: string) => `2026-11-16T${time}:00Z`;
const handoff = { handoffId: 'ho_1', vendor: 'manila' };
const offered = (at: string) =>
  event('handoff-offered', at, { ...handoff, attempt: 1, reason: 'first', packetHash: 'x', answerBy: day('23:00') });
const accepted = (at: string) => event('handoff-accepted', at, handoff);
const returned = (at: string) => event('handoff-returned', at, { ...handoff, reason: 'skill' });

const held = (events: readonly CaseEvent[], now: string) => heldSeconds(events, contextOf(), Date.parse(now));

describe('who had a case, and how long', () => {
  it('is us until a vendor accepts, the vendor until it gives it back, the customer while it is pending', () => {
    const events = [
      opened(day('09:00')),
      offered(day('09:10')),
      accepted(day('09:30')),
      status(day('10:00'), 'pending'),
      status(day('11:00'), 'open'),
      returned(day('11:15')),
      solved(day('12:00')),
    ];
    expect(held(events, day('12:30'))).toEqual({
      team: 30 * 60 + 45 * 60,
      'vendor manila': 30 * 60 + 15 * 60,
      customer: 3600,
      nobody: 30 * 60,
    });
    expect(held(events.toReversed(), day('12:30'))).toEqual(held(events, day('12:30')));
  });

  it('counts on hold as ours, and goes on when the case is reopened', () => {
    const events = [
      opened(day('09:00')),
      status(day('10:00'), 'on-hold'),
      solved(day('11:00')),
      reopened(day('12:00')),
    ];
    expect(held(events, day('13:00'))).toEqual({ team: 3 * 3600, nobody: 3600 });
  });

  it('begins with the opening, and leaves out what comes after the instant', () => {
    expect(held([fromCustomer(day('08:00'))], day('09:00'))).toEqual({});
    expect(held([fromCustomer(day('08:00')), opened(day('09:00'))], day('09:30'))).toEqual({ team: 1800 });
    expect(held([opened(day('09:00')), solved(day('11:00'))], day('10:00'))).toEqual({ team: 3600 });
    expect(held([opened(day('09:00'))], day('08:00'))).toEqual({});
  });

  it("the parties' time sums to the case's age, to the millisecond", () => {
    const instant = fc
      .integer({ min: 0, max: 180_000_000 })
      .map((ms) => new Date(Date.parse(day('09:00')) + ms).toISOString());
    const one = instant.chain((at) =>
      fc.constantFrom(
        reply(at),
        fromCustomer(at),
        solved(at),
        reopened(at),
        status(at, 'pending'),
        status(at, 'on-hold'),
        status(at, 'open'),
        offered(at),
        accepted(at),
        returned(at),
      ),
    );
    fc.assert(
      fc.property(fc.array(one, { maxLength: 20 }), fc.integer({ min: 0, max: 240_000_000 }), (events, age) => {
        const now = Date.parse(day('09:00')) + age;
        const parts = heldSeconds([opened(day('09:00')), ...events], contextOf(), now);
        expect(Object.values(parts).reduce((sum, part) => sum + Math.round(part * 1000), 0)).toBe(age);
        expect(JSON.stringify(parts)).not.toMatch(/\d\.\d{4}|\de-/);
        expect(Object.values(parts).every((part) => part > 0)).toBe(true);
      }),
    );
  });
});
