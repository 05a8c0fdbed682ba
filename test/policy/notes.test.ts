import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compilePolicyDir } from '../../policy/compiler/compile-policy.ts';
import type { FileName } from '../../policy/compiler/schema.ts';
import { SMALL, withChange } from './small-policy.ts';

/** Notes on a policy, as "line:column path: message". */
function notesOn(texts: Record<FileName, string>): string[] {
  const dir = mkdtempSync(join(tmpdir(), 'policy-'));
  try {
    for (const [name, text] of Object.entries(texts)) writeFileSync(join(dir, `${name}.yaml`), text);
    return compilePolicyDir(dir).notes.map(
      ({ line, column, path, message }) => `${line}:${column} ${path}: ${message}`,
    );
  } finally {
    rmSync(dir, { recursive: true });
  }
}

const agents = (text: string) => SMALL.agents.replace('    capacity', `    ${text}\n    capacity`);

describe('notes', () => {
  it('know a calendar that only the silence of a source uses', () => {
    const spare = withChange('calendars', ['calendars:\n', 'calendars:\n  spare: { follow-the-sun: [office] }\n']);
    const { sources } = withChange('sources', [
      '    integration-user-id',
      '    silence: { hours: 4, calendar: spare }\n    integration-user-id',
    ]);
    expect(notesOn({ ...spare, sources })).toEqual([]);
  });

  it('are none on a policy in which everything is used', () => expect(notesOn(SMALL)).toEqual([]));

  it.each<[string, Record<FileName, string>, string[]]>([
    [
      'a calendar that nothing uses, even if always is used',
      withChange('calendars', ['calendars:\n', 'calendars:\n  spare: { follow-the-sun: [office] }\n']),
      ['3:3 calendars.spare: no other file uses this calendar'],
    ],
    [
      'hours that run over midnight for longer than a shift, and no others',
      withChange(
        'calendars',
        ['["09:00-13:00", "14:00-18:00"]', '["18:00-09:00"]'],
        ['2026-12-31: ["09:00-12:00"]', '2026-12-31: ["21:00-09:00"]'],
      ),
      ['6:7 calendars.office.hours.mon-fri: "18:00-09:00" runs over midnight, for 15 hours: is "09:00-18:00" meant?'],
    ],
    [
      'targets the wrong way round, in an exception too',
      withChange(
        'clocks',
        ['urgent: 1 business hour', 'urgent: 10 business hours'],
        [
          '    warnings: ["75%", "30 business minutes before"]',
          '    exceptions: [{ when: { tier: vip }, targets: { high: 1 business hour, low: 30 business minutes } }]',
        ],
      ),
      [
        '6:7 clocks.first-response.targets.urgent: urgent cases are given more time than high ones',
        '10:52 clocks.first-response.exceptions[0].targets.high: high cases are given more time than low ones',
      ],
    ],
    [
      'a calendar that only a condition uses',
      {
        ...withChange('calendars', ['calendars:\n', 'calendars:\n  spare: { follow-the-sun: [office] }\n']),
        triage: SMALL.triage.replace(
          '        - field: source\n',
          '        - not: { during: spare }\n        - field: source\n',
        ),
      },
      [],
    ],
    [
      'what a clock that is over does when a case is reopened',
      withChange('clocks', ['    pause-on', '    on-reopen: resume\n    pause-on']),
      [
        '11:5 clocks.first-response.on-reopen: without effect: a customer who was not answered always waits on when the case is reopened',
      ],
    ],
    [
      'a list that no rule uses',
      withChange('triage', ['rules:', 'lists:\n  a: [x]\nrules:']),
      ['2:3 lists.a: no rule uses this list'],
    ],
    [
      'a rule that is never sure enough',
      withChange(
        'triage',
        ['rules:', 'min-confidence: 0.6\nunsure: { category: other, queue: general, data-class: restricted }\nrules:'],
        ['    reason: Money.', '    score: 0.5\n    reason: Money.'],
      ),
      ['6:5 rules[0].score: below min-confidence (0.6), so that all its cases go to "unsure"'],
    ],
    [
      'a rule that is just sure enough',
      withChange(
        'triage',
        ['rules:', 'min-confidence: 0.6\nunsure: { category: other, queue: general, data-class: restricted }\nrules:'],
        ['    reason: Money.', '    score: 0.6\n    reason: Money.'],
      ),
      [],
    ],
    [
      'a queue that nobody of the team works',
      {
        ...withChange('queues', ['queues:\n', 'queues:\n  billing: { name: B, leads: [maya] }\n']),
        triage: SMALL.triage.replace('queue: general\n      route', 'queue: billing\n      route'),
      },
      ['2:3 queues.billing: no agent works this queue, so that its cases wait for the CRM or a lead'],
    ],
    [
      'a queue without anybody who takes its sensitive cases',
      {
        ...SMALL,
        agents: agents('opt-out: true'),
        triage: SMALL.triage.replace('otherwise:\n', 'otherwise:\n  sensitive: true\n'),
      },
      ['2:3 queues.general: every agent who could take its sensitive cases has opted out of them'],
    ],
    ['opting out where nothing is sensitive', { ...SMALL, agents: agents('opt-out: true') }, []],
    [
      'a skill that no rule asks for',
      { ...SMALL, agents: agents('skills: [tax]') },
      ['14:14 agents[0].skills[0]: no rule asks for the skill "tax"'],
    ],
    [
      'a category and a data class that only stay home',
      withChange('vendors', ['[billing]', '[billing, other]'], ['[standard]', '[standard, restricted]']),
      [
        '8:30 vendors[0].data-classes[1]: no rule sends a case with data class "restricted" to a vendor',
        '9:27 vendors[0].categories[1]: no rule sends a case of category "other" to a vendor',
      ],
    ],
  ])('tell of %s', (_what, texts, notes) => expect(notesOn(texts)).toEqual(notes));
});
