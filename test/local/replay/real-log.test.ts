import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
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
async function eventsByCase(file: string, isNumbered = true): Promise<Map<string, CaseEvent[]>> {
  const { named, cases } = await readCases({ file });
  const { mapping } = named;
  const timeOf = timeReader(mapping.time.format, mapping.time.zone);
  return new Map(
    [...cases].map(([number, rows]) => {
      const openedAt = mapping.openedAt === undefined ? undefined : rows[0]?.values[mapping.openedAt];
      const { facts } = caseFacts(rows, mapping, openedAt === undefined ? undefined : timeOf(openedAt));
      const events = facts.flatMap(({ at, type, data }, nth) => {
        const timestamp = new Date(at).toISOString();
        const order = isNumbered ? { sequence: nth } : {};
        const body = { type: `case.${type}`, timestamp, ...order, data: { caseId: number, ...data } };
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

/** What the export itself says of a case: nothing here but its own rows, in its own order. */
interface Truth {
  /** Each minute that has several rows, and the status of the last of them. */
  readonly ties: readonly (readonly [at: string, status: string])[];
  readonly status: string;
  /** Did anybody work on it before it was resolved? The mapping takes that for the first answer. */
  readonly answered: boolean;
}

const STATUSES: Readonly<Record<string, string>> = {
  New: 'new',
  Active: 'open',
  'Awaiting User Info': 'pending',
  'Awaiting Problem': 'on-hold',
  'Awaiting Vendor': 'on-hold',
  'Awaiting Evidence': 'on-hold',
  Resolved: 'solved',
  Closed: 'closed',
};

function truthOf(file: string): Map<string, Truth> {
  const bytes = readFileSync(file);
  const [head = '', ...lines] = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString().trim().split(/\r?\n/);
  const columns = ['number', 'incident_state', 'sys_updated_at'].map((name) => head.split(',').indexOf(name));
  const rows = lines.map((line) => columns.map((column) => line.split(',')[column] ?? ''));
  return new Map(
    [...Map.groupBy(rows, ([number = '']) => number)].map(([number, ofCase]) => {
      let status = 'new';
      const minutes = new Map<string, { rows: number; status: string }>();
      for (const [, state = '', updated = ''] of ofCase) {
        status = STATUSES[state] ?? status;
        const [, day = '', month = '', rest = ''] = /^(\d+)\/(\d+)\/(.*)$/.exec(updated) ?? [];
        const at = `${rest.slice(0, 4)}-${month.padStart(2, '0')}-${day.padStart(2, '0')}T${rest.slice(5)}:00.000Z`;
        minutes.set(at, { rows: (minutes.get(at)?.rows ?? 0) + 1, status });
      }
      const ties = [...minutes].flatMap(([at, minute]) => (minute.rows > 1 ? [[at, minute.status] as const] : []));
      const answered = ofCase.some(([, state = '']) => ['open', 'pending', 'on-hold'].includes(STATUSES[state] ?? ''));
      return [number, { ties, status, answered }];
    }),
  );
}

/** How many ties a log has, and how often the fold comes to another state than the export. */
async function heldAgainstExport(file: string, isNumbered: boolean) {
  const truth = truthOf(file);
  const counts = { ties: 0, wrongAfterTie: 0, wrongAtTheEnd: 0, wrongAnswer: 0 };
  for (const [number, log] of await eventsByCase(file, isNumbered)) {
    const { ties, status, answered } = truth.get(number) as Truth;
    const end = foldCase(log, context) as Case;
    const stopped = end.turns.find(({ clock }) => clock === 'first-response')?.stoppedAt;
    if (end.status !== status) counts.wrongAtTheEnd++;
    if ((stopped !== undefined) !== answered) counts.wrongAnswer++;
    for (const [at, expected] of ties) {
      const until = log.filter(({ occurredAt }) => occurredAt <= at);
      counts.ties++;
      if (foldCase(until, context)?.status !== expected) counts.wrongAfterTie++;
    }
  }
  return counts;
}

describe('real incidents whose rows share a minute stand as the export says', () => {
  const right = { wrongAfterTie: 0, wrongAtTheEnd: 0, wrongAnswer: 0 };

  it('200', async () => {
    expect(await heldAgainstExport(SERVICENOW_INCIDENTS, true)).toMatchObject(right);
  });

  const { file, absent } = bigLog('servicenow-incident-log.csv.gz');
  it.skipIf(absent !== '')(`17,136${absent}`, { timeout: 300_000 }, async () => {
    expect(await heldAgainstExport(file, true)).toEqual({ ...right, ties: 9540 });
    // Without the export's own order six of these minutes end in the wrong status, but no case does, and no answer is lost.
    expect(await heldAgainstExport(file, false)).toEqual({ ...right, ties: 9540, wrongAfterTie: 6 });
  });
});
