import { describe, expect, it } from 'vitest';
import { foldCase } from '../../../domain/case.ts';
import type { CaseEvent } from '../../../domain/event.ts';
import { type CaseView, caseStory } from '../../../local/cli/case-story.ts';
import { event, fromCustomer, opened, reply } from '../../support/events.ts';
import { contextOf, POLICY } from '../../support/policy-fixture.ts';

const context = contextOf();
/** Monday, one hour into the office's day. */
const OPENED = '2026-11-16T10:00:00Z';

const triaged = (sensitive: boolean): CaseEvent =>
  event('triaged', '2026-11-16T10:00:02Z', {
    decision: {
      ruleId: 'otherwise',
      reason: 'no rule holds',
      policyVersion: POLICY.version,
      priority: 'high',
      queue: 'general',
      route: 'home',
      sensitive,
      dataClass: 'standard',
      category: 'other',
      tags: [],
      language: 'en',
    },
  });

function story(events: readonly CaseEvent[], changes: Partial<CaseView> = {}): string {
  const folded = foldCase(events, context);
  if (folded === undefined) throw new Error('no case');
  return caseStory({
    events,
    stored: folded,
    dueAt: '2026-11-16T10:45:00.000Z',
    folded,
    context,
    deployedPolicy: POLICY.version,
    zone: 'UTC',
    now: Date.parse('2026-11-16T10:30:00Z'),
    ...changes,
  });
}

describe('the story of a case', () => {
  const late = { ...reply('2026-11-17T09:10:00Z'), receivedAt: '2026-11-17T12:10:00.000Z' };
  const log = [opened(OPENED), triaged(false), fromCustomer('2026-11-16T10:20:00Z'), late];

  it('says how it stands, what is promised, and what happened, day by day in the case’s own order', () => {
    const text = story(log.slice(0, 3));
    expect(text).toContain('zendesk:5158  "No playback"\n');
    // High: an hour of office hours, from 10:00; the warning at 75 % comes at 10:45.
    expect(text).toMatch(/First response {2,}runs, due Mon 16 Nov 2026, 11:00/);
    expect(text).toContain('(in 15 min)');
    expect(text).not.toContain('!');
    const told = text.slice(text.indexOf('What happened'));
    expect(told.split('\n').map((line) => line.replace(/: .*/, ''))).toEqual([
      'What happened, in UTC',
      'Mon 16 Nov 2026',
      '  10:00:00  received',
      '  10:00:02  triaged',
      '  10:20:00  message from the customer',
      '',
    ]);
  });

  it('says which events came long after they happened, and what was broken', () => {
    const text = story(log.toReversed(), { now: Date.parse('2026-11-17T13:00:00Z') });
    expect(text).toContain('Tue 17 Nov 2026\n  09:10:00  message from the agent [came 3 h later]\n');
    // An hour was promised; 7 hours until 17:00 and 10 minutes of the next day were used.
    expect(text).toMatch(/First response {2,}kept late.*, over by 6 h 10 min of its hours/);
  });

  it('keeps a vendor’s words out of it too if the case is sensitive', () => {
    const answer = { handoffId: 'ho_1', vendor: 'manila', reason: 'skill' as const, note: 'wants a refund' };
    const returned = event('handoff-returned', '2026-11-16T10:20:00Z', answer);
    expect(story([opened(OPENED), triaged(false), returned])).toContain('nobody there has the skill, "wants a refund"');
    const shy = story([opened(OPENED), triaged(true), returned]);
    expect(shy).toContain('nobody there has the skill');
    expect(shy).not.toContain('refund');
  });

  it('keeps a customer’s words out of it while they may be sensitive', () => {
    for (const events of [[opened(OPENED)], [opened(OPENED), triaged(true)]]) {
      expect(story(events)).not.toContain('playback');
      expect(story(events)).toContain('10:00:00  received\n');
    }
  });

  it.each<[string, Partial<CaseView>, string]>([
    ['nothing has been applied', { stored: undefined }, 'None of its events has been applied'],
    ['another policy is deployed', { deployedPolicy: 'other' }, 'Deployed is policy other, the files here are test-1'],
    [
      'the stored case is behind its log',
      { stored: foldCase(log.slice(0, 2), context) },
      'The stored case is not what its log comes to',
    ],
  ])('says when %s', (_, changes, doubt) => {
    expect(story(log, changes)).toContain(`! ${doubt}`);
  });

  it('finds no fault in what the table leaves out of a snapshot', () => {
    const folded = foldCase(log, context);
    const stored = JSON.parse(JSON.stringify(Object.fromEntries(Object.entries(folded ?? {}).toReversed())));
    expect(story(log, { stored })).not.toContain('!');
  });
});
