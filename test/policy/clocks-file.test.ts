import { describe, expect, it } from 'vitest';
import { compilePolicy } from '../../policy/compiler/compile-policy.ts';
import { problemsOf, withChange } from './small-policy.ts';

const PAUSES = '    pause-on: [pending]\n';

/** The small policy with exceptions to its only clock; the first of the lines given is line 13. */
function withExceptions(...lines: string[]) {
  return withChange('clocks', [PAUSES, `${PAUSES}    exceptions:\n${lines.map((line) => `      ${line}\n`).join('')}`]);
}

/** Another clock at the end of the file, from line 12 on. */
function withClock(...lines: string[]) {
  const all = '{ urgent: 1 business hour, high: 2 business hours, normal: 3 business hours, low: 4 business hours }';
  const text = lines.map((line) => `  ${line.replace('ALL', all)}\n`).join('');
  return withChange('clocks', [PAUSES, `${PAUSES}${text}`]);
}

describe('exceptions to a promise', () => {
  it('are targets for some cases, in seconds', () => {
    const texts = withExceptions(
      '- when: { tier: vip, channel: [chat, phone] }',
      '  targets: { urgent: 45 business minutes, high: 1 business hour }',
      '  calendar: always',
      '- when: { language: [es], queue: general, vendor: manila }',
      '  targets: { normal: 10 business hours }',
    );
    expect(problemsOf(texts)).toEqual([]);
    const [clock] = compilePolicy(texts).clocks;
    expect(clock).toMatchObject({ calendar: 'office', targets: { urgent: 3600 } });
    expect(clock?.exceptions).toEqual([
      {
        when: { tier: ['vip'], channel: ['chat', 'phone'] },
        targets: { urgent: 2700, high: 3600 },
        calendar: 'always',
      },
      { when: { queue: ['general'], language: ['es'], vendor: ['manila'] }, targets: { normal: 36_000 } },
    ]);
  });

  it('may count all hours where the clock counts open ones, if it warns by shares only', () => {
    const plain = ['- when: { tier: vip }', '  targets: { urgent: 15 calendar minutes }'];
    expect(problemsOf(withExceptions(...plain))).toEqual([
      'clocks.yaml:10:23: clocks.first-response.warnings[1]: expected a share such as "75%", because an exception counts calendar time, found "30 business minutes before"',
    ]);
    const texts = withExceptions(...plain);
    const shares = { ...texts, clocks: texts.clocks.replace(', "30 business minutes before"', '') };
    expect(compilePolicy(shares).clocks[0]?.exceptions).toEqual([
      { when: { tier: ['vip'] }, targets: { urgent: 900 }, calendar: 'always' },
    ]);
  });

  it('may be shorter than a warning, which they then do not have', () => {
    expect(problemsOf(withExceptions('- when: { tier: vip }', '  targets: { urgent: 15 business minutes }'))).toEqual(
      [],
    );
  });

  it.each<[string, string[], string[]]>([
    [
      'for nobody in particular',
      ['- when: {}', '  targets: { urgent: 1 business hour }'],
      [
        '13:15: clocks.first-response.exceptions[0].when: expected at least one of tier, queue, language, channel, vendor, found none',
      ],
    ],
    [
      'without a target',
      ['- when: { tier: vip }', '  targets: {}'],
      ['14:18: clocks.first-response.exceptions[0].targets: expected a target for at least one priority, found none'],
    ],
    [
      'for a queue and a vendor that do not exist',
      ['- when: { queue: genral, vendor: [manila, manilla] }', '  targets: { urgent: 1 business hour }'],
      [
        '13:24: clocks.first-response.exceptions[0].when.queue: expected a queue in queues.yaml, found "genral"; did you mean "general"?',
        '13:49: clocks.first-response.exceptions[0].when.vendor[1]: expected a vendor in vendors.yaml, found "manilla"; did you mean "manila"?',
      ],
    ],
    [
      'by something that a promise cannot depend on',
      ['- when: { region: US }', '  targets: { urgent: 1 business hour }'],
      [
        '13:17: clocks.first-response.exceptions[0].when.region: expected one of tier, queue, language, channel, vendor, found "region"',
      ],
    ],
    [
      'with two kinds of time',
      ['- when: { tier: vip }', '  targets: { urgent: 1 business hour, high: 2 calendar hours }'],
      [
        '14:51: clocks.first-response.exceptions[0].targets.high: expected business time, as the clock\'s first target has (one clock has one calendar), found "2 calendar hours"',
      ],
    ],
    [
      'with a calendar that does not exist',
      ['- when: { tier: vip }', '  targets: { urgent: 1 business hour }', '  calendar: ofice'],
      [
        '15:19: clocks.first-response.exceptions[0].calendar: expected a calendar in calendars.yaml, found "ofice"; did you mean "office"?',
      ],
    ],
    [
      'that an earlier one always comes before',
      [
        '- when: { tier: [vip, Gold] }',
        '  targets: { urgent: 1 business hour, high: 2 business hours }',
        '- when: { tier: gold, channel: chat }',
        '  targets: { high: 1 business hour }',
        '- when: { tier: gold }',
        '  targets: { high: 1 business hour, low: 1 business hour }',
      ],
      [
        '15:9: clocks.first-response.exceptions[1]: expected an exception that a case can reach, found one that exceptions[0] always comes before',
      ],
    ],
  ])('are refused %s', (_what, lines, problems) => {
    expect(problemsOf(withExceptions(...lines))).toEqual(problems.map((problem) => `clocks.yaml:${problem}`));
  });

  it('are all looked at when the calendar of their clock is unknown, which is told once', () => {
    const texts = withExceptions('- when: { tier: vip }', '  targets: { urgent: 1 business hour }');
    expect(problemsOf({ ...texts, clocks: texts.clocks.replace('calendar: office', 'calendar: ofice') })).toHaveLength(
      1,
    );
  });
});

describe('business days', () => {
  const withDay = (day: string, target: string) =>
    withChange(
      'clocks',
      ['8 business hours', target],
      ['default-priority: normal\n', `default-priority: normal\n${day}`],
    );

  it('are as long as the file says', () => {
    const policy = compilePolicy(withDay('business-day: 8 business hours\n', '2 business days'));
    expect(policy.businessDaySeconds).toBe(28_800);
    expect(policy.clocks[0]?.targets.normal).toBe(57_600);
    const half = compilePolicy(withDay('business-day: 450 business minutes\n', '1 business day'));
    expect(half.clocks[0]?.targets.normal).toBe(27_000);
    expect(compilePolicy(withDay('', '8 business hours'))).not.toHaveProperty('businessDaySeconds');
  });

  it('are refused while nobody has said how long they are', () => {
    const expected =
      'expected "16 business hours", or "2 calendar days" (all hours), or how long a business day is, as "business-day: 8 business hours" at the top of clocks.yaml, found';
    expect(problemsOf(withDay('', '2 business days'))).toEqual([
      `clocks.yaml:8:15: clocks.first-response.targets.normal: ${expected} "2 business days"`,
    ]);
    expect(problemsOf(withChange('clocks', ['"30 business minutes before"', '"2 business days before"']))).toEqual([
      `clocks.yaml:10:23: clocks.first-response.warnings[1]: ${expected} "2 business days"`,
    ]);
  });

  it.each([
    ['1 business day', 'expected "8 business hours", or "1 calendar day" (all hours), or how long a business day is'],
    ['8 calendar hours', 'expected business time of at most 24 hours, such as "8 business hours"'],
    ['25 business hours', 'expected business time of at most 24 hours, such as "8 business hours"'],
    ['8 hours', 'expected "8 business hours" (open hours of the calendar only)'],
  ])('of "%s" are refused', (day, expected) => {
    const problems = problemsOf(withDay(`business-day: ${day}\n`, '8 business hours'));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`clocks.yaml:2:15: business-day: ${expected}`);
  });
});

describe('all nine clocks', () => {
  it.each([
    'next-response',
    'periodic-update',
    'resolution',
    'requester-wait',
    'agent-work',
    'queue-ownership',
    'handoff-ack',
    'handoff-resolution',
  ])('%s can be timed', (clock) => {
    const policy = compilePolicy(withClock(`${clock}:`, '  calendar: office', '  targets: ALL'));
    expect(policy.clocks.map((one) => one.clock)).toEqual(['first-response', clock]);
  });

  it.each([
    ['requester-wait', 'pending'],
    ['agent-work', 'pending and on-hold'],
  ])('%s is paused by what it means', (clock, statuses) => {
    const lines = [`${clock}:`, '  calendar: office', '  targets: ALL', '  pause-on: [pending]'];
    expect(problemsOf(withClock(...lines))).toEqual([
      `clocks.yaml:15:5: clocks.${clock}.pause-on: expected no "pause-on", because ${clock} is paused in ${statuses} by what it means, found "pause-on"`,
    ]);
  });
});

describe('what ends the resolution', () => {
  it('is its solution, or that the case is closed', () => {
    const until = (...more: string[]) =>
      compilePolicy(withClock('resolution:', '  calendar: office', '  targets: ALL', ...more)).clocks.find(
        ({ clock }) => clock === 'resolution',
      );
    expect(until()).not.toHaveProperty('until');
    expect(until('  until: solved')).toEqual(until());
    expect(until('  until: closed')).toEqual({ ...until(), until: 'closed' });
  });

  it('is nothing else, and other clocks have no such setting', () => {
    const resolution = ['resolution:', '  calendar: office', '  targets: ALL', '  until: merged'];
    expect(problemsOf(withClock(...resolution))).toEqual([
      'clocks.yaml:15:12: clocks.resolution.until: expected one of solved, closed, found "merged"',
    ]);
    const wait = ['requester-wait:', '  calendar: office', '  targets: ALL', '  until: closed'];
    expect(problemsOf(withClock(...wait))).toEqual([
      expect.stringContaining('clocks.requester-wait.until: expected one of'),
    ]);
  });
});
