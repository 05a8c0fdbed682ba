import { existsSync } from 'node:fs';
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

const LOG = fileURLToPath(new URL('../../../../shared/data/incidents/servicenow-incident-log.csv.gz', import.meta.url));

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

/** The case events of the whole log, through the body and the adapter of a Standard Webhook. */
async function eventsByCase(): Promise<Map<string, CaseEvent[]>> {
  const { named, cases } = await readCases({ file: LOG });
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

describe.skipIf(!existsSync(LOG))('17,136 real incidents (../shared/data; not in this checkout alone)', () => {
  it('fold to the same cases in any order, with duplicates, and applied one by one as they come', async () => {
    const cases = await eventsByCase();
    expect(cases.size).toBe(17_136);
    const random = seeded(2016);
    const different: string[] = [];
    let events = 0;
    for (const [number, log] of cases) {
      events += log.length;
      const expected = JSON.stringify(foldCase(log, context));
      const others = [foldCase(shuffled(log, random), context), applied(shuffled(log, random)), applied(log)];
      if (others.some((other) => JSON.stringify(other) !== expected)) different.push(number);
    }
    expect(different).toEqual([]);
    expect(events).toBeGreaterThan(60_000);
  }, 300_000);
});
