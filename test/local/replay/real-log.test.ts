import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { applyEvent, type Case, continuesCase, foldCase } from '../../../domain/case.ts';
import type { CaseEvent } from '../../../domain/event.ts';
import { policyCalendars } from '../../../domain/policy.ts';
import { standardWebhooks } from '../../../functions/adapters/crm/standard-webhooks.ts';
import { caseFacts } from '../../../local/replay/case-facts.ts';
import { readCases } from '../../../local/replay/export.ts';
import { timeReader } from '../../../local/replay/time-format.ts';
import { compilePolicyDir } from '../../../policy/compiler/compile-policy.ts';
import { bigLog, SERVICENOW_INCIDENTS } from '../../support/incident-logs.ts';

const { policy } = compilePolicyDir(fileURLToPath(new URL('../../../policy', import.meta.url)));
const context = { policy, calendar: policyCalendars(policy) };

/** Numbers from 0 to 1, the same on every run (a 32-bit linear congruential generator). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Every event once or twice, in any order. */
function shuffled(events: readonly CaseEvent[], random: () => number): CaseEvent[] {
  return events
    .flatMap((event) => (random() < 0.3 ? [event, event] : [event]))
    .map((event) => ({ event, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ event }) => event);
}

/** What apply-event does with events as they come: the next one is applied, a late one has the case folded anew. */
function applied(events: readonly CaseEvent[]): Case | undefined {
  let state: Case | undefined;
  const log: CaseEvent[] = [];
  for (const event of events) {
    log.push(event);
    state = continuesCase(state, event, policy.version) ? applyEvent(state, event, context) : foldCase(log, context);
  }
  return state;
}

/** The case events of a log, through the body and the adapter of a Standard Webhook. */
async function eventsByCase(file: string): Promise<Map<string, CaseEvent[]>> {
  const { named, cases } = await readCases({ file });
  const { mapping } = named;
  const timeOf = timeReader(mapping.time.format, mapping.time.zone);
  return new Map(
    [...cases].map(([number, rows]) => {
      const openedAt = mapping.openedAt === undefined ? undefined : rows[0]?.values[mapping.openedAt];
      const { facts } = caseFacts(rows, mapping, openedAt === undefined ? undefined : timeOf(openedAt));
      const events = facts.flatMap(({ at, type, data }, nth) => {
        const timestamp = new Date(at).toISOString();
        const body = { type: `case.${type}`, timestamp, data: { caseId: number, ...data } };
        const headers = { 'webhook-id': `${number}-${nth}` };
        return standardWebhooks.normalise(body, headers, { source: mapping.source, receivedAt: timestamp }).events;
      });
      return [number, events];
    }),
  );
}

/** Events in all; the cases whose fold depends on the order of arrival, or on duplicates. */
async function foldedAnyWay(file: string) {
  const cases = await eventsByCase(file);
  const random = seeded(2016);
  const different: string[] = [];
  let events = 0;
  for (const [number, log] of cases) {
    events += log.length;
    const expected = JSON.stringify(foldCase(log, context));
    const others = [foldCase(shuffled(log, random), context), applied(shuffled(log, random)), applied(log)];
    if (others.some((other) => JSON.stringify(other) !== expected)) different.push(number);
  }
  return { cases: cases.size, events, different };
}

describe('real incidents fold to the same cases in any order, with duplicates, and applied one by one as they come', () => {
  it('200', async () => {
    const { cases, events, different } = await foldedAnyWay(SERVICENOW_INCIDENTS);
    expect([cases, different]).toEqual([200, []]);
    // Each is opened, replied to or solved, and closed.
    expect(events).toBeGreaterThan(600);
  });

  const { file, absent } = bigLog('servicenow-incident-log.csv.gz');
  it.skipIf(absent !== '')(`17,136${absent}`, { timeout: 300_000 }, async () => {
    const { cases, events, different } = await foldedAnyWay(file);
    expect([cases, different]).toEqual([17_136, []]);
    expect(events).toBeGreaterThan(60_000);
  });
});
