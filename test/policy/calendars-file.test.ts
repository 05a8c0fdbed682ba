import { describe, expect, it } from 'vitest';
import { policyCalendars } from '../../domain/policy.ts';
import { compilePolicy } from '../../policy/compiler/compile-policy.ts';
import { problemsOf, withChange } from './small-policy.ts';

/** The small policy with more calendars; the first of the lines given is line 3. */
function withCalendars(...lines: string[]) {
  return withChange('calendars', ['calendars:\n', `calendars:\n${lines.map((line) => `  ${line}\n`).join('')}`]);
}

const TOKYO = ['tokyo:', '  zone: Asia/Tokyo', '  hours: { mon-fri: ["09:00-17:00"] }'];

describe('a calendar that follows the sun', () => {
  it('is open when any of its members is', () => {
    const policy = compilePolicy(withCalendars(...TOKYO, 'world: { follow-the-sun: [tokyo, office] }'));
    expect(policy.calendars.world).toEqual({ members: ['tokyo', 'office'] });
    const world = policyCalendars(policy)('world');
    // Wednesday 18 November 2026: Tokyo is open from 00:00Z to 08:00Z, Dublin from 09:00Z to 13:00Z.
    expect(world.isOpen(Date.parse('2026-11-18T07:59:00Z'))).toBe(true);
    expect(world.isOpen(Date.parse('2026-11-18T08:30:00Z'))).toBe(false);
    expect(world.isOpen(Date.parse('2026-11-18T09:00:00Z'))).toBe(true);
  });

  it.each<[string, string[], string[]]>([
    [
      'a member that does not exist',
      ['world: { follow-the-sun: [ofice] }'],
      [
        '3:29: calendars.world.follow-the-sun[0]: expected a calendar of this file, found "ofice"; did you mean "office"?',
      ],
    ],
    [
      'a group in a group',
      ['world: { follow-the-sun: [office] }', 'all: { follow-the-sun: [world, all] }'],
      [
        '4:27: calendars.all.follow-the-sun[0]: expected a calendar with hours of its own, found "world", which follows the sun itself',
        '4:34: calendars.all.follow-the-sun[1]: expected a calendar with hours of its own, found "all", which follows the sun itself',
      ],
    ],
    [
      'a member twice',
      ['world: { follow-the-sun: [office, office] }'],
      ['3:37: calendars.world.follow-the-sun[1]: expected each calendar once, found "office" again'],
    ],
    [
      'no members',
      ['world: { follow-the-sun: [] }'],
      ['3:28: calendars.world.follow-the-sun: expected a list with at least one calendar, found an empty list'],
    ],
    [
      'hours of its own beside them',
      ['world: { follow-the-sun: [office], zone: UTC }'],
      ['3:38: calendars.world.zone: expected one of follow-the-sun, found "zone"'],
    ],
    [
      'a misspelt key',
      ['world: { follow-the-sum: [office] }'],
      [
        '3:10: calendars.world.follow-the-sun: expected a list with at least one calendar, found nothing',
        '3:12: calendars.world.follow-the-sum: expected one of follow-the-sun, found "follow-the-sum"; did you mean "follow-the-sun"?',
      ],
    ],
    [
      'the name of the calendar that exists already',
      ['always: { follow-the-sun: [office] }'],
      ['3:3: calendars.always: expected another name: "always" exists already, found "always"'],
    ],
  ])('is refused with %s', (_what, lines, problems) => {
    expect(problemsOf(withCalendars(...lines))).toEqual(problems.map((problem) => `calendars.yaml:${problem}`));
  });

  it('does not hide what is wrong with a calendar that has hours', () => {
    expect(problemsOf(withChange('calendars', ['    zone: Europe/Dublin\n', '']))).toEqual([
      'calendars.yaml:4:5: calendars.office.zone: expected a time zone such as "Europe/Dublin", found nothing',
    ]);
  });
});

describe('a calendar of dated shifts only', () => {
  const ROTA = [
    'rota:',
    '  zone: Europe/Dublin',
    '  special:',
    '    2026-11-28: ["09:00-17:00"]',
    '    2026-12-05: ["10:00-14:00"]',
  ];

  it('is open on its dates, and at no other time', () => {
    const rota = policyCalendars(compilePolicy(withCalendars(...ROTA)))('rota');
    // Saturday 28 November 2026, Dublin is at UTC.
    expect(rota.isOpen(Date.parse('2026-11-28T09:00:00Z'))).toBe(true);
    expect(rota.isOpen(Date.parse('2026-11-27T09:00:00Z'))).toBe(false);
    expect(rota.nextOpen(Date.parse('2026-11-28T17:00:00Z'))).toBe(Date.parse('2026-12-05T10:00:00Z'));
    const [year] = [[Date.parse('2026-01-01T00:00:00Z'), Date.parse('2027-01-01T00:00:00Z')] as const];
    expect(rota.elapsed(...year)).toBe(12 * 3_600_000);
  });

  it('has nothing open after its last date, and says so', () => {
    const rota = policyCalendars(compilePolicy(withCalendars(...ROTA)))('rota');
    const after = Date.parse('2026-12-05T14:00:00Z');
    expect([...rota.openings(after)]).toEqual([]);
    const none =
      'the calendar in Europe/Dublin has no open time in the ten years after 2026-12-05T14:00:00.000Z: give it weekly hours, or more dates';
    expect(() => rota.nextOpen(after)).toThrow(none);
    expect(() => rota.add(after, 1)).toThrow(none);
    // Four hours before the last closing are the last that can be had.
    expect(rota.add(Date.parse('2026-12-05T09:00:00Z'), 4 * 3_600_000)).toBe(after);
  });

  it('may be the shifts of a person', () => {
    const people = withCalendars(...ROTA);
    const { leads, agents } = people;
    expect(
      problemsOf({
        ...people,
        leads: leads.replace('calendar: office', 'calendar: rota'),
        agents: agents.replace('calendar: office', 'calendar: rota'),
      }),
    ).toEqual([]);
  });

  it.each<[string, string[], string, string[]]>([
    [
      'by itself',
      [],
      'calendar: rota',
      [
        'clocks.yaml:4:15: clocks.first-response.calendar: expected a calendar with weekly hours, because a promise is timed for years, found "rota", which is open on dates only, the last of them 2026-12-05',
      ],
    ],
    [
      'in a group of such',
      ['rotas: { follow-the-sun: [rota] }'],
      'calendar: rotas',
      [
        'clocks.yaml:4:15: clocks.first-response.calendar: expected a calendar with weekly hours, because a promise is timed for years, found "rotas", which is open on dates only, the last of them 2026-12-05',
      ],
    ],
    ['in a group with one that has weekly hours', ['both: { follow-the-sun: [rota, office] }'], 'calendar: both', []],
  ])('is refused for a clock, which would have no deadline after it: %s', (_what, more, calendar, problems) => {
    const clocks = withChange('clocks', ['calendar: office', calendar]).clocks;
    expect(problemsOf({ ...withCalendars(...ROTA, ...more), clocks })).toEqual(problems);
  });

  it('needs a date on which it is open', () => {
    const closed = ['rota:', '  zone: Europe/Dublin', '  special: { 2026-11-28: [] }'];
    expect(problemsOf(withCalendars(...closed))).toEqual([
      'calendars.yaml:4:5: calendars.rota: expected open hours, on days of the week ("hours") or on dates ("special"), found none: it would never be open',
    ]);
  });
});

describe('until when holidays are known', () => {
  const officeOf = (from: string, to: string) => {
    const { office } = compilePolicy(withChange('calendars', [from, to])).calendars;
    return office !== undefined && 'zone' in office ? office : undefined;
  };
  const HOLIDAYS = '{ region: IE, also: [2026-12-24], not: [2026-02-02] }';

  it('is said of a region by the years that are written, or else by many ahead, whatever the day', () => {
    expect(officeOf('2026-12-31:', '2026-12-30:')?.holidaysKnown).toEqual({ from: '2026-01-01', to: '2026-12-31' });
    const office = officeOf('years: 2026\n', '');
    expect(office?.holidaysKnown).toEqual({ from: '2024-01-01', to: '2038-12-31' });
    expect(office?.holidays).toContain('2038-12-25');
    expect(office?.holidayNames?.['Christmas Day']).toContain('2038-12-25');
  });

  it.each<[string, string, string | undefined]>([
    ['no holidays at all', '{ }', undefined],
    ['one day by hand', '{ also: [2026-12-24] }', undefined],
    ['a list of two years by hand', '{ also: [2026-12-24, 2027-12-24] }', '2027-12-31'],
    ['days off beside a region', '{ region: IE, also: [2025-12-24, 2026-12-24] }', '2026-12-31'],
    [
      'a list for each year beside a region',
      '{ region: IE, also: [2024-12-24, 2025-12-24, 2023-12-24] }',
      '2025-12-31',
    ],
  ])('is said of %s', (_, holidays, to) => {
    expect(officeOf(HOLIDAYS, holidays)?.holidaysKnown?.to).toBe(to);
  });

  it('names those of the region; those by hand have no name', () => {
    const office = officeOf('2026-12-31:', '2026-12-30:');
    expect(office?.holidays).toContain('2026-12-24');
    expect(office?.holidays).not.toContain('2026-02-02');
    const named = Object.values(office?.holidayNames ?? {}).flat();
    expect(named).toContain('2026-12-25');
    expect(named).not.toContain('2026-12-24');
    expect(named).not.toContain('2026-02-02');
  });
});
