import { beforeEach, describe, expect, it } from 'vitest';
import type { Case } from '../../domain/case.ts';
import { originalOf, textKey } from '../../domain/duplicates.ts';
import type { TriagePolicy } from '../../domain/policy.ts';
import { decideTriage } from '../../domain/triage.ts';
import type { CustomerCase } from '../../domain/triage-fields.ts';
import { caseWith, outcome, policyWith, rule } from '../support/triage-fixture.ts';

const fields = { subject: 'No sound', text: 'Since the update there is no sound.', requesterId: '77' };
/** Opened Monday 2026-11-23, 10:00. */
let state: Case;
let key: string | undefined;

beforeEach(() => {
  state = caseWith(fields);
  key = textKey(state);
});

const earlier = (rest: Partial<CustomerCase> = {}): CustomerCase => ({
  caseId: 'zendesk:5000',
  openedAt: '2026-11-23T09:30:00.000Z',
  textKey: key,
  over: false,
  ...rest,
});

describe('the key of a text', () => {
  const keyOf = (subject: string, text: string) => textKey(caseWith({ subject, text }));

  it('is the same for the same words, whatever their case, signs and spacing', () => {
    expect(keyOf('NO SOUND!', 'since the update\r\n\r\nthere  is no s\u200bound')).toBe(key);
  });

  it.each([
    ['another word', 'No sound', 'Since the update there is no picture.'],
    ['a word more', 'No sound', 'Since the update there is no sound at'],
    ['another order', 'sound No', 'Since the update there is no sound.'],
    ['other breaks between words', 'No sound', 'Since the up date there is no sound.'],
  ])('is another one for %s', (_, subject, text) => {
    expect(keyOf(subject, text)).not.toBe(key);
  });

  it('is short, and says nothing of the text but the number of its words', () => {
    expect(key).toMatch(/^9-[0-9a-f]{16}$/);
    expect(keyOf('', 'x'.repeat(50_000))).toMatch(/^1-[0-9a-f]{16}$/);
  });

  it('is that of FNV-1a: "a" gives e40c292c', () => {
    expect(keyOf('', 'a')).toMatch(/^1-e40c292c/);
  });

  it('there is none without words', () => {
    expect(keyOf('', ' ?! ')).toBeUndefined();
    expect(textKey({ fields: {} })).toBeUndefined();
  });
});

describe('the case that another repeats', () => {
  const find = (history: CustomerCase[] | undefined, of: Case = state, withinSeconds = 3600) =>
    originalOf(of, history, withinSeconds)?.caseId;

  it('is the earliest with the same words', () => {
    const later = earlier({ caseId: 'zendesk:5001', openedAt: '2026-11-23T09:45:00.000Z' });
    const other = earlier({ caseId: 'zendesk:4000', openedAt: '2026-11-23T09:15:00.000Z', textKey: '1-0' });
    expect(find([later, other, earlier()])).toBe('zendesk:5000');
  });

  it('was opened within the time, its end included', () => {
    expect(find([earlier()], state, 1800)).toBe('zendesk:5000');
    expect(find([earlier()], state, 1799)).toBeUndefined();
  });

  it('is never the case itself, nor one opened after it', () => {
    expect(find([earlier({ caseId: state.caseId, openedAt: state.openedAt ?? '' })])).toBeUndefined();
    expect(find([earlier({ openedAt: '2026-11-23T10:00:00.001Z' })])).toBeUndefined();
  });

  it('of two that were opened at once, one repeats the other and not the other way round', () => {
    const at = state.openedAt ?? '';
    const twin: Case = { ...state, caseId: 'zendesk:5159' };
    expect(find([earlier({ caseId: twin.caseId, openedAt: at })])).toBeUndefined();
    expect(find([earlier({ caseId: state.caseId, openedAt: at })], twin)).toBe(state.caseId);
  });

  it('compares instants, however they are written', () => {
    expect(find([earlier({ openedAt: '2026-11-23T10:30:00+01:00' })])).toBe('zendesk:5000');
  });

  it('there is none if nobody asks, nothing is known, or nothing is said', () => {
    expect(find([earlier()], state, 0)).toBeUndefined();
    expect(find(undefined)).toBeUndefined();
    expect(find([])).toBeUndefined();
    const silent = caseWith({ subject: '' });
    expect(find([earlier({ textKey: undefined })], silent)).toBeUndefined();
    const { openedAt: _, ...undated } = state;
    expect(find([earlier()], undated)).toBeUndefined();
  });
});

describe('what triage does with a case that repeats another', () => {
  const sound = rule(
    'sound',
    { field: 'any-text', contains: ['no sound'] },
    {
      outcome: outcome({ category: 'playback', queue: 'general', tags: ['playback'] }),
    },
  );
  const decide = (history: CustomerCase[], triage: Partial<TriagePolicy> = {}) =>
    decideTriage(state, policyWith({ rules: [sound], duplicateSeconds: 3600, ...triage }), { history });

  it('parks it while the first is worked, and links it', () => {
    expect(decide([earlier()])).toMatchObject({
      ruleId: 'duplicate',
      reason: 'the same customer wrote the same in zendesk:5000, which is still worked',
      route: 'parked',
      duplicateOf: 'zendesk:5000',
      category: 'playback',
      queue: 'general',
      tags: ['playback'],
      confidence: 1,
      matched: [
        { field: 'requesterId', operator: 'same as', value: 'zendesk:5000' },
        { field: 'any-text', operator: 'same as', value: 'zendesk:5000' },
      ],
      alternatives: [{ ruleId: 'sound', category: 'playback', because: 'repeats zendesk:5000' }],
    });
  });

  it('decides it as usual, linked, when nobody works the first any more', () => {
    expect(decide([earlier({ over: true })])).toMatchObject({
      ruleId: 'sound',
      route: 'vendor',
      duplicateOf: 'zendesk:5000',
      alternatives: [],
    });
  });

  it('says nothing of duplicates where there is none', () => {
    expect(decide([earlier({ textKey: '9-0' })])).not.toHaveProperty('duplicateOf');
    expect(decide([earlier()], { duplicateSeconds: 0 })).toMatchObject({ ruleId: 'sound' });
  });

  it('a repeated cry for help is never parked, whichever rule hears it', () => {
    const cry = rule(
      'cry',
      { field: 'any-text', contains: ['since the update'] },
      {
        outcome: outcome({ category: 'safety', sensitive: true }),
      },
    );
    expect(decide([earlier()], { rules: [cry, sound] })).toMatchObject({
      ruleId: 'cry',
      route: 'home',
      duplicateOf: 'zendesk:5000',
    });
    expect(decide([earlier()], { rules: [sound, cry] })).toMatchObject({ ruleId: 'sound', route: 'vendor' });
    expect(decide([earlier()], { rules: [sound, cry], mode: 'scored' })).toMatchObject({
      ruleId: 'cry',
      route: 'home',
    });
  });

  it('nor is one that no rule knows, where the policy takes such cases for sensitive', () => {
    const otherwise = outcome({ sensitive: true });
    expect(decide([earlier()], { rules: [], otherwise })).toMatchObject({ ruleId: 'otherwise', route: 'home' });
    expect(decide([earlier()], { rules: [] })).toMatchObject({ ruleId: 'duplicate', route: 'parked' });
  });
});
