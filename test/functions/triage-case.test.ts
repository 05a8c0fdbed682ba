import { describe, expect, it } from 'vitest';
import { foldCase } from '../../domain/case.ts';
import type { CaseEvent } from '../../domain/event.ts';
import { StoreUnavailableError } from '../../functions/adapters/store/store.ts';
import { CaseNotSavedError, type TriageCaseDeps, triageCase } from '../../functions/triage-case/triage-case.ts';
import { memoryMeter } from '../support/doubles.ts';
import { opened, solved } from '../support/events.ts';
import { memoryStore } from '../support/memory-store.ts';
import { contextOf, POLICY } from '../support/policy-fixture.ts';

const OPENED_AT = '2026-11-23T10:00:00Z';
const NOW = Date.parse('2026-11-23T10:00:05Z');
const input = { caseId: 'zendesk:5158', eventKey: 'e-opened' };
const KEY = 'caserelay:triaged';

/** A case with this log, saved as apply-event would. */
async function setUp(...events: CaseEvent[]) {
  const store = memoryStore();
  const { meter, counts } = memoryMeter();
  for (const event of events) await store.append(event);
  const save = async () => {
    const state = foldCase(await store.events(input.caseId), contextOf());
    const version = (await store.load(input.caseId))?.version ?? 0;
    if (state !== undefined) await store.save(state, undefined, version);
  };
  await save();
  const deps: TriageCaseDeps = { store, context: contextOf(), detectLanguage: () => undefined, meter, now: () => NOW };
  return { store, counts, deps, save };
}
const playback = opened(OPENED_AT, { key: 'e-opened', fields: { subject: 'Buffering all evening' } });

describe('triageCase', () => {
  it('decides, appends the decision and counts it by route', async () => {
    const { store, counts, deps } = await setUp(playback);
    const result = await triageCase(input, deps);
    const decision = {
      ruleId: 'playback',
      reason: 'playback questions follow a script that vendors have',
      policyVersion: 'test-1',
      priority: 'normal',
      queue: 'general',
      route: 'vendor',
      sensitive: false,
      dataClass: 'standard',
      category: 'playback',
      tags: ['playback'],
      language: 'unknown',
      skills: [],
      confidence: 1,
      matched: [{ field: 'any-text', operator: 'contains', value: 'buffering' }],
      alternatives: [],
    };
    expect(result).toEqual({ outcome: 'triaged', decision });
    expect(store.log(input.caseId).at(-1)).toEqual({
      type: 'triaged',
      key: KEY,
      caseId: 'zendesk:5158',
      occurredAt: '2026-11-23T10:00:05.000Z',
      receivedAt: '2026-11-23T10:00:05.000Z',
      decision,
      calledBy: 'e-opened',
    });
    expect([...counts]).toEqual([['triageDecided{route=vendor}', 1]]);
  });

  it('a retry gets the decision that stands, though the policy has moved on', async () => {
    const { store, counts, deps } = await setUp(playback);
    const first = await triageCase(input, deps);
    const context = contextOf({ ...POLICY, version: 'test-2', triage: { ...POLICY.triage, rules: [] } });
    const later = { ...deps, context };
    expect(await triageCase(input, later)).toEqual(first);
    expect(store.log(input.caseId)).toHaveLength(2);
    expect(counts.get('triageDecided{route=vendor}')).toBe(1);
  });

  it('a retry after the decision was folded gets it too, even if the case is over by then', async () => {
    const { store, deps, save } = await setUp(playback);
    const first = await triageCase(input, deps);
    await store.append(solved('2026-11-23T10:00:30Z'));
    await save();
    expect(await triageCase(input, deps)).toEqual(first);
  });

  it('is not needed once another event has had the case triaged', async () => {
    const { store, deps, save } = await setUp(playback);
    await triageCase(input, deps);
    await save();
    expect(await triageCase({ ...input, eventKey: 'e-other' }, deps)).toEqual({ outcome: 'not-needed' });
    expect(store.log(input.caseId)).toHaveLength(2);
  });

  it('a case that was opened twice at once is decided once: two decisions would be two handoffs', async () => {
    const { store, counts, deps } = await setUp(playback);
    const outcomes = await Promise.all(
      ['e-opened', 'e-opened-again'].map((eventKey) => triageCase({ ...input, eventKey }, deps)),
    );
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['triaged', 'not-needed']);
    expect(store.log(input.caseId).filter(({ type }) => type === 'triaged')).toHaveLength(1);
    expect(counts.get('triageDecided{route=vendor}')).toBe(1);
  });

  it('is not needed for a case that is over', async () => {
    const { counts, deps } = await setUp(playback, solved('2026-11-23T10:00:01Z'));
    expect(await triageCase(input, deps)).toEqual({ outcome: 'not-needed' });
    expect(counts.size).toBe(0);
  });

  it('a case without a snapshot is a fault to retry', async () => {
    const { deps } = await setUp();
    await expect(triageCase(input, deps)).rejects.toThrow(CaseNotSavedError);
  });

  it('passes on that the store refuses', async () => {
    const { store, deps } = await setUp(playback);
    store.refuse(1);
    await expect(triageCase(input, deps)).rejects.toThrow(StoreUnavailableError);
  });
});
