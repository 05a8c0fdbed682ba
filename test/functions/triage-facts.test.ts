import { describe, expect, it } from 'vitest';
import { applyEvent } from '../../domain/case.ts';
import { type CaseEvent, toInstant } from '../../domain/event.ts';
import type { Policy, TriageRule } from '../../domain/policy.ts';
import { lookBackSeconds } from '../../functions/triage-case/customer-history.ts';
import { type TriageCaseDeps, triageCase } from '../../functions/triage-case/triage-case.ts';
import { memoryMeter } from '../support/doubles.ts';
import { event, opened, solved } from '../support/events.ts';
import { memoryStore } from '../support/memory-store.ts';
import { contextOf, POLICY } from '../support/policy-fixture.ts';

const DAY = 86_400;
const OPENED = Date.parse('2026-11-23T10:00:00Z');
const plus = (seconds: number) => toInstant(OPENED + seconds * 1000);

const ruleOn = (id: string, when: TriageRule['when']): TriageRule => ({
  ...(POLICY.triage.rules[1] as TriageRule),
  id,
  when,
});
const policyWith = (triage: Partial<Policy['triage']>): Policy => ({
  ...POLICY,
  triage: { ...POLICY.triage, rules: [], ...triage },
});
const DUPLICATES = policyWith({ duplicateSeconds: DAY });

function setUp(policy: Policy = DUPLICATES) {
  const store = memoryStore();
  const context = contextOf(policy);
  const detected: string[] = [];
  const deps: TriageCaseDeps = {
    store,
    context,
    detectLanguage: (text) => {
      detected.push(text);
      return { code: 'es', confidence: 0.9 };
    },
    meter: memoryMeter().meter,
    now: () => OPENED,
  };
  /** Appends and saves, as receive-webhook and apply-event would. */
  const happen = async (next: CaseEvent) => {
    await store.append(next);
    const stored = await store.load(next.caseId);
    await store.save(applyEvent(stored?.state, next, context), undefined, stored?.version ?? 0);
  };
  const openCase = (id: string, at: string, fields: object = {}) =>
    happen(
      opened(at, {
        caseId: `zendesk:${id}`,
        fields: { subject: 'No picture', text: 'Help!', requesterId: '7', ...fields },
      }),
    );
  const triage = async (id: string, changes: Partial<TriageCaseDeps> = {}) => {
    const result = await triageCase({ caseId: `zendesk:${id}`, eventKey: 'e' }, { ...deps, ...changes });
    if (result.outcome !== 'triaged') throw new Error(result.outcome);
    await happen(store.log(`zendesk:${id}`).at(-1) as CaseEvent);
    return result.decision;
  };
  return { store, deps, detected, happen, openCase, triage };
}

describe('a case that repeats another', () => {
  it('of the same customer is parked as its duplicate while that one is worked', async () => {
    const { openCase, triage } = setUp();
    await openCase('1', plus(0));
    await openCase('2', plus(60), { text: 'HELP' });
    expect(await triage('1')).toMatchObject({ ruleId: 'otherwise', route: 'home' });
    expect(await triage('2')).toMatchObject({ ruleId: 'duplicate', route: 'parked', duplicateOf: 'zendesk:1' });
  });

  it('is linked but worked once that one is over, was parked, or is stored no more', async () => {
    for (const end of ['solved', 'parked', 'expired']) {
      const { store, happen, openCase, triage } = setUp();
      await openCase('1', plus(0));
      const first = await triage('1');
      if (end === 'solved') await happen({ ...solved(plus(30)), caseId: 'zendesk:1' });
      if (end === 'parked') {
        const decision = { ...first, route: 'parked' as const };
        await happen(event('triaged', plus(30), { key: 'again', caseId: 'zendesk:1', decision }));
      }
      const load = async (id: string) => (end === 'expired' && id === 'zendesk:1' ? undefined : store.load(id));
      await openCase('2', plus(60));
      const second = await triage('2', { store: { ...store, load } });
      expect(second, end).toMatchObject({ route: 'home', duplicateOf: 'zendesk:1' });
    }
  });

  it.each<[string, string, object]>([
    ['another customer', plus(60), { requesterId: '8' }],
    ['nobody known', plus(60), { requesterId: undefined }],
    ['nobody', plus(60), { requesterId: '' }],
    ['other words', plus(60), { text: 'No sound' }],
    ['a day and a second later', plus(DAY + 1), {}],
  ])('is none from %s', async (_what, at, fields) => {
    const { openCase, triage } = setUp();
    await openCase('1', plus(0));
    await openCase('2', at, fields);
    await triage('1');
    expect(await triage('2')).not.toHaveProperty('duplicateOf');
  });

  it.each([
    ['one second apart', plus(1)],
    ['in the same instant', plus(0)],
  ])('of two that are triaged at once, %s, one is parked at most', async (_what, second) => {
    // Every interleaving in which each of the two is held up at one of its calls to the store.
    for (const hold of ['remember', 'history', 'load', 'append'] as const) {
      for (const held of ['1', '2']) {
        const { store, openCase, triage } = setUp();
        await openCase('1', plus(0));
        await openCase('2', second);
        const other = held === '1' ? '2' : '1';
        let first = true;
        const results: Record<string, Awaited<ReturnType<typeof triage>>> = {};
        const slow = {
          ...store,
          [hold]: async (...args: never[]) => {
            if (first) {
              first = false;
              results[other] = await triage(other);
            }
            return (store[hold] as (...given: never[]) => unknown)(...args);
          },
        };
        results[held] = await triage(held, { store: slow });
        results[other] ??= await triage(other);
        const parked = Object.entries(results).filter(([, { route }]) => route === 'parked');
        // Where the later one decides before the earlier one is remembered, it sees nobody: better two than none.
        const unseen = held === '1' ? hold === 'load' || hold === 'remember' : hold === 'append';
        expect(
          parked.map(([id]) => id),
          `${held} held at ${hold}`,
        ).toEqual(unseen ? [] : ['2']);
      }
    }
  });

  it('two that see each other: only the later is parked', async () => {
    const { openCase, triage } = setUp();
    await openCase('1', plus(1));
    await openCase('2', plus(0));
    const [first, second] = await Promise.all([triage('1'), triage('2')]);
    expect(first).toMatchObject({ route: 'parked', duplicateOf: 'zendesk:2' });
    expect(second.route).toBe('home');
  });
});

describe("a customer's history", () => {
  const often = ruleOn('often', { field: 'cases', atLeast: 2, withinSeconds: 30 * DAY });

  it('counts the cases before this one, as far back as the rule looks', async () => {
    const { openCase, triage } = setUp(policyWith({ rules: [often] }));
    await openCase('1', plus(-31 * DAY));
    await openCase('2', plus(-30 * DAY));
    await openCase('3', plus(-DAY));
    await openCase('4', plus(0));
    expect([(await triage('1')).ruleId, (await triage('2')).ruleId]).toEqual(['otherwise', 'otherwise']);
    expect((await triage('3')).ruleId).toBe('often');
    expect((await triage('4')).ruleId).toBe('often');
  });

  it('names nobody, and is kept 40 days or as long as a rule looks back', async () => {
    const kept: unknown[] = [];
    for (const [policy, days] of [
      [DUPLICATES, 40],
      [policyWith({ rules: [ruleOn('r', { field: 'cases', atLeast: 1, withinSeconds: 90 * DAY })] }), 90],
    ] as const) {
      const { store, openCase, triage } = setUp(policy);
      const remember: typeof store.remember = async (customer, entry, seconds) => {
        kept.push(seconds / DAY);
        expect(customer).toMatch(/^[\w-]{22}$/);
        expect(JSON.stringify(entry)).not.toContain('picture');
        return store.remember(customer, entry, seconds);
      };
      await openCase('1', plus(0), { requesterId: 'mia@example.com' });
      await triage('1', { store: { ...store, remember } });
      expect(kept.at(-1)).toBe(days);
    }
  });

  it('is neither written nor read if no rule looks back', async () => {
    const { store, openCase, triage } = setUp(policyWith({}));
    await openCase('1', plus(0));
    const never = () => Promise.reject(new Error('asked'));
    expect((await triage('1', { store: { ...store, remember: never, history: never } })).ruleId).toBe('otherwise');
  });

  it.each<[string, Partial<Policy['triage']>, number]>([
    ['nothing', {}, 0],
    ['duplicates', { duplicateSeconds: 60 }, 60],
    ['a rule', { rules: [ruleOn('r', { field: 'cases', atLeast: 1, withinSeconds: 90 })], duplicateSeconds: 60 }, 90],
    ['a rule without a window', { rules: [ruleOn('r', { field: 'cases', atLeast: 1 })] }, 40 * DAY],
    ['a rule on something else', { rules: [ruleOn('r', { field: 'reopens', atLeast: 1 }), ruleOn('s', undefined)] }, 0],
    [
      'parts of rules',
      {
        rules: [
          ruleOn('r', {
            all: [{ any: [{ field: 'cases', withinSeconds: 10 }] }, { not: { field: 'cases', withinSeconds: 30 } }],
          }),
          ruleOn('s', { all: [{ field: 'cases', withinSeconds: 20 }] }),
        ],
      },
      30,
    ],
  ])('looks back as far as %s asks', (_what, triage, seconds) => {
    expect(lookBackSeconds(policyWith(triage).triage)).toBe(seconds);
  });
});

describe('the language of a case', () => {
  const spanish = policyWith({ rules: [ruleOn('spanish', { field: 'language', is: ['es'] })] });

  it('is detected from its subject and text if the CRM does not say', async () => {
    const { detected, openCase, triage } = setUp(spanish);
    await openCase('1', plus(0));
    expect(await triage('1')).toMatchObject({ ruleId: 'spanish', language: 'es' });
    expect(detected).toEqual(['No picture\nHelp!']);
  });

  it('is not guessed if the CRM knows it', async () => {
    const { detected, openCase, triage } = setUp(spanish);
    await openCase('1', plus(0), { language: 'en' });
    expect(await triage('1')).toMatchObject({ ruleId: 'otherwise', language: 'en' });
    expect(detected).toEqual([]);
  });

  it('is unknown if it cannot be told', async () => {
    const { openCase, triage } = setUp(spanish);
    await openCase('1', plus(0));
    expect(await triage('1', { detectLanguage: () => undefined })).toMatchObject({ language: 'unknown' });
  });
});

describe('the time of day', () => {
  it('is asked of the calendars of the policy', async () => {
    const policy = policyWith({ rules: [ruleOn('office', { during: 'office' })] });
    const { openCase, triage } = setUp(policy);
    await openCase('1', '2026-11-23T10:00:00Z');
    await openCase('2', '2026-11-23T18:00:00Z');
    expect([(await triage('1')).ruleId, (await triage('2')).ruleId]).toEqual(['office', 'otherwise']);
  });
});
