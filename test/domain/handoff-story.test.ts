import { describe, expect, it } from 'vitest';
import { handoffRuns } from '../../domain/handoff-story.ts';
import { event, opened } from '../support/events.ts';

const at = (time: string) => `2026-03-11T${time}:00.000Z`;
const offered = (time: string, handoffId: string, vendor: string) =>
  event('handoff-offered', at(time), {
    handoffId,
    vendor,
    attempt: 1,
    reason: "first in the policy's order",
    packetHash: 'h',
    answerBy: at('23:00'),
  });

describe('the handoffs of a case', () => {
  it('are none without a vendor', () => {
    expect(handoffRuns([opened(at('08:00'))])).toEqual([]);
  });

  it('are told in the order of their offers, each with how it ended and what its vendor wrote', () => {
    const [a, b, c] = [
      { handoffId: 'ho_a', vendor: 'manila' },
      { handoffId: 'ho_b', vendor: 'bogota' },
      { handoffId: 'ho_c', vendor: 'lima' },
    ];
    const log = [
      opened(at('08:00')),
      offered('08:01', 'ho_a', 'manila'),
      event('handoff-rejected', at('08:02'), { ...a, reason: 'capacity', note: 'full today' }),
      offered('08:03', 'ho_b', 'bogota'),
      event('handoff-accepted', at('08:04'), b),
      event('handoff-returned', at('08:05'), { ...b, reason: 'skill' }),
      offered('08:06', 'ho_c', 'lima'),
      event('handoff-accepted', at('08:07'), c),
      event('handoff-recalled', at('12:07'), { ...c, by: 'work-timeout' }),
    ];
    const runs = [
      { ...a, state: 'rejected', at: at('08:02'), reason: 'capacity', note: 'full today' },
      { ...b, state: 'returned', at: at('08:05'), acceptedAt: at('08:04'), reason: 'skill' },
      { ...c, state: 'recalled', at: at('12:07'), acceptedAt: at('08:07'), by: 'work-timeout' },
    ];
    expect(handoffRuns(log)).toEqual(runs);
    expect(handoffRuns(log.toReversed())).toEqual(runs);
  });

  it('that are open say where they stand', () => {
    const log = [offered('08:01', 'ho_a', 'manila')];
    expect(handoffRuns(log)).toEqual([{ handoffId: 'ho_a', vendor: 'manila', state: 'offered', at: at('08:01') }]);
  });
});
