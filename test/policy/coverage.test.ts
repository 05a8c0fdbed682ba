import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { compilePolicy, compilePolicyDir } from '../../policy/compiler/compile-policy.ts';
import type { FileName } from '../../policy/compiler/schema.ts';
import { spellsInWords } from '../../policy/compiler/shifts/spells-words.ts';
import { uncovered } from '../../policy/compiler/shifts/uncovered.ts';
import { coverageInWords } from '../../policy/compiler/shifts/uncovered-words.ts';
import { SMALL } from './small-policy.ts';

type Changes = Partial<Record<FileName, readonly (readonly [from: string, to: string])[]>>;

/** The small policy with changes in its files. Its office is Dublin, Monday to Friday 09:00-13:00 and 14:00-18:00. */
function policyWith(changes: Changes) {
  const texts = { ...SMALL };
  for (const [file, parts] of Object.entries(changes) as [FileName, (readonly [string, string])[]][])
    for (const [from, to] of parts) {
      if (!texts[file].includes(from)) throw new Error(`${file} has no ${JSON.stringify(from)}`);
      texts[file] = texts[file].replace(from, to);
    }
  return compilePolicy(texts);
}

/** A week from Monday 23 November 2026; Dublin is at UTC. */
const WEEK = [Date.parse('2026-11-23T00:00:00Z'), Date.parse('2026-11-30T00:00:00Z')] as const;

/** What is not covered in that week, with its instants as text without year, seconds and Z. */
function inTheWeek(changes: Changes, [from, to]: readonly [number, number] = WEEK) {
  const text = (at: number) => new Date(at).toISOString().slice(5, 16);
  return uncovered(policyWith(changes), from, to).map(({ clocks, cases, missing, spells }) => ({
    clocks: clocks.join(),
    cases: cases.join(),
    missing,
    spells: spells.map(([start, end]) => `${text(start)} ${text(end)}`),
  }));
}

const LONG: Changes = {
  calendars: [['calendars:\n', 'calendars:\n  long: { zone: Europe/Dublin, hours: { mon-sat: ["09:00-18:00"] } }\n']],
  clocks: [['calendar: office', 'calendar: long']],
};
const LUNCHES = ['23', '24', '25', '26', '27'].map((day) => `11-${day}T13:00 11-${day}T14:00`);
const SATURDAY = '11-28T09:00 11-28T18:00';

describe('hours that nobody covers', () => {
  it('are none where agents and leads are there as long as promises run', () => expect(inTheWeek({})).toEqual([]));

  it('are those in which neither agents nor leads are there', () => {
    expect(inTheWeek(LONG)).toEqual([
      { clocks: 'first-response', cases: 'general', missing: 'both', spells: [...LUNCHES, SATURDAY] },
    ]);
  });

  it('tell apart who is missing', () => {
    const agents = [['calendar: office', 'calendar: long']] as const;
    expect(inTheWeek({ ...LONG, agents })).toEqual([
      { clocks: 'first-response', cases: 'general', missing: 'leads', spells: [...LUNCHES, SATURDAY] },
    ]);
    expect(inTheWeek({ ...LONG, leads: agents })).toEqual([
      { clocks: 'first-response', cases: 'general', missing: 'agents', spells: [...LUNCHES, SATURDAY] },
    ]);
    expect(inTheWeek({ ...LONG, agents, leads: agents })).toEqual([]);
  });

  it('are looked for in the promises that an exception counts in other hours', () => {
    const exceptions = (when: string) => ({
      calendars: LONG.calendars ?? [],
      clocks: [
        [
          '    warnings: ["75%", "30 business minutes before"]',
          `    exceptions: [{ when: ${when}, calendar: long, targets: { urgent: 1 business hour, high: 1 business hour, normal: 1 business hour, low: 1 business hour } }]\n    warnings: ["75%"]`,
        ],
      ] as const,
    });
    const found = [{ clocks: 'first-response', cases: 'general', missing: 'both', spells: [...LUNCHES, SATURDAY] }];
    expect(inTheWeek(exceptions('{ tier: vip }'))).toEqual(found);
    expect(inTheWeek(exceptions('{ queue: general }'))).toEqual(found);
    // A case that a vendor has is in the vendor's hours.
    expect(inTheWeek(exceptions('{ vendor: manila }'))).toEqual([]);
  });

  it("are not looked for in a vendor's own promises", () => {
    const vendors =
      '  handoff-ack:\n    targets: { urgent: 5 calendar minutes, high: 5 calendar minutes, normal: 5 calendar minutes, low: 5 calendar minutes }\n';
    expect(inTheWeek({ clocks: [['clocks:\n', `clocks:\n${vendors}`]] })).toEqual([]);
  });

  it('begin with a holiday that the promise does not know', () => {
    // Christmas Day 2026 is a Friday, and 24 December is closed by the file; 26 December is a Saturday.
    const december = [Date.parse('2026-12-24T00:00:00Z'), Date.parse('2026-12-26T00:00:00Z')] as const;
    expect(inTheWeek(LONG, december)[0]?.spells).toEqual(['12-24T09:00 12-24T18:00', '12-25T09:00 12-25T18:00']);
  });

  it('go on after the last date of a rota', () => {
    const rota =
      '  rota: { zone: Europe/Dublin, special: { 2026-11-23: ["09:00-18:00"], 2026-11-24: ["09:00-18:00"] } }\n';
    const spells = ['25', '26', '27'].flatMap((day) => [
      `11-${day}T09:00 11-${day}T13:00`,
      `11-${day}T14:00 11-${day}T18:00`,
    ]);
    expect(
      inTheWeek({
        calendars: [['calendars:\n', `calendars:\n${rota}`]],
        leads: [['calendar: office', 'calendar: rota']],
      }),
    ).toEqual([{ clocks: 'first-response', cases: 'general', missing: 'leads', spells }]);
  });

  it('are those of leads only where the CRM gives out the cases', () => {
    const agents = [[SMALL.agents.slice(SMALL.agents.indexOf('agents:')), 'agents: []\n']] as const;
    expect(inTheWeek({ ...LONG, agents }).map(({ missing }) => missing)).toEqual(['leads']);
  });

  it('are none for a queue whose cases are parked, or that no case goes to', () => {
    const queues = [
      ['queues:\n', 'queues:\n  spam: { name: Spam, leads: [late] }\n  idle: { name: Idle, leads: [late] }\n'],
    ] as const;
    const leads = [
      ['leads:\n', 'leads:\n  - { id: late, name: Late, email: late@example.com, zone: UTC, calendar: rare }\n'],
    ] as const;
    const calendars = [
      ['calendars:\n', 'calendars:\n  rare: { zone: UTC, special: { 2026-11-23: ["09:00-10:00"] } }\n'],
    ] as const;
    const parked =
      '  - { id: ads, owner: maya, reason: R., when: { field: tags, is: ad }, then: { category: ads, queue: spam, data-class: standard, route: ROUTE } }\n';
    const with_ = (route: string) =>
      inTheWeek({ queues, leads, calendars, triage: [['rules:\n', `rules:\n${parked.replace('ROUTE', route)}`]] });
    expect(with_('parked')).toEqual([]);
    expect(with_('home').map(({ cases, missing }) => `${cases} ${missing}`)).toEqual(['spam leads']);
  });

  it('are told of cases that need what only some of the queue can do', () => {
    const calendars = [
      [
        'calendars:\n',
        'calendars:\n  mornings: { zone: Europe/Dublin, hours: { mon-fri: ["09:00-13:00"] }, holidays: { region: IE } }\n',
      ],
    ] as const;
    const second =
      '  - { id: mia, name: Mia, crm-user-ids: {}, zone: UTC, calendar: mornings, queues: [general], languages: [en], capacity: 5, skills: [crisis] }\n';
    const rule =
      '  - { id: harm, owner: maya, reason: R., when: { field: tags, is: harm }, then: { category: harm, queue: general, data-class: restricted, sensitive: true, skills: [crisis] } }\n';
    const afternoons = ['23', '24', '25', '26', '27'].map((day) => `11-${day}T14:00 11-${day}T18:00`);
    expect(
      inTheWeek({
        calendars,
        agents: [['agents:\n', `agents:\n${second}`]],
        triage: [['rules:\n', `rules:\n${rule}`]],
      }),
    ).toEqual([{ clocks: 'first-response', cases: 'general (crisis)', missing: 'agents', spells: afternoons }]);
    const optOut = [
      ['capacity: 10', 'capacity: 10\n    opt-out: true'],
      ['agents:\n', `agents:\n${second}`],
    ] as const;
    const plain = rule.replace(', skills: [crisis]', '');
    expect(
      inTheWeek({
        calendars,
        agents: [...optOut, ['skills: [crisis]', 'skills: []']],
        triage: [['rules:\n', `rules:\n${plain}`]],
      }),
    ).toEqual([{ clocks: 'first-response', cases: 'general (sensitive)', missing: 'agents', spells: afternoons }]);
  });
});

describe('what a lead reads of them', () => {
  const now = Date.parse('2026-11-26T09:00:00Z');

  it('is nothing where all is covered', () => expect(coverageInWords(policyWith({}), now)).toEqual([]));

  it('is when, for whom, and what to do', () => {
    expect(coverageInWords(policyWith(LONG), now)).toEqual([
      'Promises run in hours that nobody covers, in the year to come:',
      // 52 Saturdays of 9 h; of the 261 other working days 258 with an hour of lunch, two that the office is closed for
      // (9 h each), and one that ends at noon (6 h): 468 + 258 + 18 + 6. The file has holidays of 2026 only.
      '  queue general: no agent is on shift and no lead on duty, but first-response runs (calendar long, Europe/Dublin), 750 h in all:',
      '    Sat 09:00-18:00, each week',
      '    Mon-Fri 13:00-14:00, each week',
      '    on Thu 24 Dec 2026 and Fri 25 Dec 2026, 09:00-18:00',
      '    on Thu 31 Dec 2026, 12:00-18:00',
      "Give somebody these hours (a calendar in agents.yaml or leads.yaml), or take them out of the clock's calendar.",
    ]);
  });

  const at = (text: string) => Date.parse(`${text}:00Z`);
  const weekly = (first: string, hours: number, count: number) =>
    Array.from({ length: count }, (_, i): [number, number] => {
      const from = at(first) + i * 7 * 86_400_000;
      return [from, from + hours * 3_600_000];
    });

  it.each<[string, [number, number][], string[]]>([
    ['one night', [[at('2026-12-24T22:00'), at('2026-12-25T06:00')]], ['on Thu 24 Dec 2026, 22:00-06:00']],
    ['to midnight', [[at('2026-12-24T22:00'), at('2026-12-25T00:00')]], ['on Thu 24 Dec 2026, 22:00-24:00']],
    ['a weekend', [[at('2026-12-04T18:00'), at('2026-12-07T09:00')]], ['on Fri 4 Dec 2026, 18:00 to Mon 09:00']],
    [
      'the rest of a month',
      [[at('2026-12-04T18:00'), at('2027-01-01T00:00')]],
      ['on Fri 4 Dec 2026, 18:00 to 31 Dec 2026 24:00'],
    ],
    [
      'some of one weekday',
      weekly('2026-12-05T09:00', 8, 20),
      ['Sat 09:00-17:00, 20 times from 5 Dec 2026 to 17 Apr 2027'],
    ],
    [
      'two days of each week',
      [...weekly('2026-11-28T09:00', 8, 52), ...weekly('2026-11-29T09:00', 8, 52)],
      ['Sat and Sun 09:00-17:00, each week'],
    ],
    [
      'days around a weekend',
      ['27', '28', '29', '30'].flatMap((day) => weekly(`2026-11-${day}T09:00`, 8, 50)),
      ['Fri-Mon 09:00-17:00, each week'],
    ],
    [
      'times that move with the clocks',
      [...weekly('2026-11-28T09:00', 8, 40), ...weekly('2027-09-04T08:00', 8, 10)],
      ['Sat about 09:00-17:00, each week'],
    ],
    [
      'more kinds than one wants to read',
      [8, 11, 14, 17, 20].flatMap((hour, nth) =>
        weekly(`2026-11-28T${String(hour).padStart(2, '0')}:00`, 0.5, nth + 1),
      ),
      [
        'Sat 20:00-20:30, 5 times from 28 Nov 2026 to 26 Dec 2026',
        'Sat 17:00-17:30, 4 times from 28 Nov 2026 to 19 Dec 2026',
        'on Sat 28 Nov 2026, Sat 5 Dec 2026 and Sat 12 Dec 2026, 14:00-14:30',
        'on Sat 28 Nov 2026 and Sat 5 Dec 2026, 11:00-11:30',
        '… and once more, 0.5 h',
      ],
    ],
  ])('is short: %s', (_what, spells, lines) => expect(spellsInWords(spells, 'UTC')).toEqual(lines));
});

describe.each(['policy', 'local/policy'])('the policy in %s', (dir) => {
  it('has somebody there in all hours that it promises, for the year after it was written', () => {
    const { policy } = compilePolicyDir(fileURLToPath(new URL(`../../${dir}`, import.meta.url)));
    expect(coverageInWords(policy, Date.parse('2026-11-26T00:00:00Z'))).toEqual([]);
  });
});
