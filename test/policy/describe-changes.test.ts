import { describe, expect, it } from 'vitest';
import { compilePolicy } from '../../policy/compiler/compile-policy.ts';
import { describeChanges } from '../../policy/compiler/diff/describe-changes.ts';
import type { FileName } from '../../policy/compiler/schema.ts';
import { SMALL, withChange } from './small-policy.ts';

type Texts = Record<FileName, string>;

/** What changes from the small policy, or from another one, to this. */
function changes(after: Texts, before: Texts = SMALL): string[] {
  return describeChanges(compilePolicy(before), compilePolicy(after));
}

const changing = (file: FileName, ...parts: [string, string][]) => changes(withChange(file, ...parts));

describe('nothing changes', () => {
  it('when nothing does', () => expect(changes({ ...SMALL })).toEqual([]));

  it('when only the layout does', () => {
    expect(changing('triage', ['is: zendesk', 'is: [zendesk]'], ['reason: Money.', 'reason: "Money."  # why'])).toEqual(
      [],
    );
    expect(
      changing('queues', ['    name: General\n    leads: [maya]', '    leads: [maya]\n    name: General']),
    ).toEqual([]);
    expect(changing('clocks', ['1 business hour', '60 business minutes'])).toEqual([]);
    expect(changing('calendars', ['["09:00-13:00", "14:00-18:00"]', '["14:00-18:00", "09:00-13:00"]'])).toEqual([]);
  });

  it('when phrases become a list of the same phrases', () => {
    expect(
      changing(
        'triage',
        ['rules:', 'lists: { money: [refund] }\nrules:'],
        ['contains: refund', 'contains-any-of: money'],
      ),
    ).toEqual([]);
  });
});

describe('what changes for cases', () => {
  const RULE = '  - id: refund\n';
  const NEW =
    '  - { id: gift, owner: maya, reason: Gifts., when: { field: text, contains: gift card }, score: 0.5, then: { category: billing, queue: general, route: parked, priority: low, data-class: standard, tags: [x, y], skills: [] } }\n';
  const OTHER =
    '  - { id: spam, owner: maya, reason: Ads., when: { field: tags, is: spam }, then: { category: billing, queue: general, data-class: standard } }\n';

  it('is a new rule, with its place', () => {
    const gift =
      'gift (owner maya), PLACE: when text contains gift card: category billing, queue general, parked, priority low, data class standard, tags x and y, score 0.5. Why: Gifts.';
    expect(changing('triage', [RULE, NEW + RULE])).toEqual([
      '## What changes for cases',
      `- New rule ${gift.replace('PLACE', 'first of all')}`,
    ]);
    expect(changing('triage', ['otherwise:', `${NEW}otherwise:`])).toEqual([
      '## What changes for cases',
      `- New rule ${gift.replace('PLACE', 'after refund')}`,
    ]);
  });

  it('is a rule that is gone', () => {
    expect(changes(SMALL, withChange('triage', [RULE, NEW + RULE]))).toEqual([
      '## What changes for cases',
      '- Rule gift is gone; later rules decide its cases. Its reason was: Gifts.',
    ]);
  });

  it('is a rule that is tried earlier or later, and no other', () => {
    const three = withChange('triage', [RULE, NEW + OTHER + RULE]);
    const moved = withChange('triage', [RULE, OTHER + RULE], ['otherwise:', `${NEW}otherwise:`]);
    expect(changes(moved, three)).toEqual(['## What changes for cases', '- Rule gift is now tried after refund']);
    expect(changes(three, moved)).toEqual(['## What changes for cases', '- Rule gift is now tried first of all']);
  });

  it('is where a rule sends its cases', () => {
    const before = { ...withChange('queues', ['queues:\n', 'queues:\n  billing: { name: B, leads: [maya] }\n']) };
    const after = {
      ...before,
      triage: before.triage.replace(
        'queue: general\n      route: vendor',
        'queue: billing\n      sensitive: true\n      priority: high\n      skills: []',
      ),
    };
    expect(changes(after, before)).toEqual([
      '## What changes for cases',
      '- Rule refund, now goes to queue billing instead of general',
      '- Rule refund, now worked by our own team instead of offered to vendors',
      '- Rule refund, sensitive: no → yes',
      '- Rule refund, priority: as the case has it → high',
    ]);
  });

  it('is words added to a rule and taken out of it', () => {
    expect(changing('triage', ['contains: refund', 'contains: [money back, refunded]'])).toEqual([
      '## What changes for cases',
      '- Rule refund, any-text contains: now also "money back" and "refunded"; no longer "refund"',
    ]);
  });

  it('is a condition that asks something else', () => {
    expect(changing('triage', ['contains: refund', 'matches: refund\\w*'])).toEqual([
      '## What changes for cases',
      '- Rule refund, applies when all of (source is zendesk; any-text matches refund\\w*) (before: all of (source is zendesk; any-text contains refund))',
    ]);
  });

  it('is a list, told once for all its rules', () => {
    const [a, b] = ['[refund]', '[refund, 404]'].map((words) =>
      withChange(
        'triage',
        [
          'rules:\n',
          `lists: { money: ${words} }\nrules:\n${OTHER.replace('field: tags, is: spam', 'field: subject, contains-any-of: money')}`,
        ],
        ['contains: refund', 'contains-any-of: money'],
      ),
    ) as [Texts, Texts];
    expect(changes(b, a)).toEqual([
      '## What changes for cases',
      '- List money (rules spam and refund): now also "404"',
    ]);
    expect(changes(a, b)).toEqual([
      '## What changes for cases',
      '- List money (rules spam and refund): no longer "404"',
    ]);
  });

  it('is how a rule decides, its reason and its owner', () => {
    const leads = withChange('leads', [
      'leads:\n',
      'leads:\n  - { id: ben, name: Ben, email: ben@example.com, zone: UTC, calendar: always }\n',
    ]).leads;
    const before = { ...SMALL, leads };
    const after = withChange(
      'triage',
      [
        'rules:',
        'mode: scored\nmin-confidence: 0.5\nduplicate-within: 1 calendar hour\nunsure: { category: other, queue: general, data-class: restricted }\nrules:',
      ],
      ['owner: maya', 'owner: ben'],
      ['reason: Money.', 'reason: It is money.\n    score: 2'],
    );
    expect(changes({ ...after, leads }, before)).toEqual([
      '## What changes for cases',
      '- How rules decide: the first rule that holds decides → the category whose rules add up to most decides',
      '- Rule refund, score: 1 → 2',
      '- Rule refund, owner: maya → ben',
      '- Rule refund, reason: Money. → It is money.',
      '- How sure a decision has to be: 0 → 0.5',
      '- A case that no rule is sure enough about: none → category other, queue general, worked by our own team, data class restricted',
      '- The same text of the same customer is a duplicate: never → within 1 calendar hour',
    ]);
  });

  it('is what no rule takes', () => {
    expect(changing('triage', ['otherwise:\n', 'otherwise:\n  tags: [unsorted]\n'])).toEqual([
      '## What changes for cases',
      '- A case that no rule takes, tags: now also unsorted',
    ]);
  });
});

describe('what changes in our promises', () => {
  const TITLE = '## What changes in our promises';
  const VIP =
    '    exceptions:\n      - when: { tier: [vip, gold], channel: chat }\n        targets: { urgent: 45 business minutes }\n';
  const withVip = withChange('clocks', ['    pause-on', `${VIP}    pause-on`]);

  it('is a target', () => {
    expect(
      changing('clocks', ['1 business hour', '90 business minutes'], ['2 business hours', '10800 business seconds']),
    ).toEqual([
      TITLE,
      '- First response for urgent cases: 1 business hour → 90 business minutes',
      '- First response for high cases: 2 business hours → 3 business hours',
    ]);
  });

  it('is an exception', () => {
    expect(changes(withVip)).toEqual([
      TITLE,
      '- First response, new exception for tier vip or gold and channel chat: urgent 45 business minutes',
    ]);
    expect(changes(SMALL, withVip)).toEqual([
      TITLE,
      '- First response, no longer an exception for tier vip or gold and channel chat',
    ]);
    const changed = {
      ...withVip,
      clocks: withVip.clocks.replace(
        'urgent: 45 business minutes }',
        'high: 1 business hour }\n        calendar: always',
      ),
    };
    expect(changes(changed, withVip)).toEqual([
      TITLE,
      '- First response for urgent cases of tier vip or gold and channel chat: 45 business minutes → the usual target',
      '- First response for high cases of tier vip or gold and channel chat: the usual target → 1 calendar hour',
      '- First response of tier vip or gold and channel chat, counted in: none → always',
    ]);
  });

  it('is the order of exceptions', () => {
    const [one, other] = [
      '      - { when: { tier: vip }, targets: { urgent: 45 business minutes } }\n',
      '      - { when: { channel: chat }, targets: { urgent: 50 business minutes } }\n',
    ];
    const [a, b] = [one + other, other + one].map((list) =>
      withChange('clocks', ['    pause-on', `    exceptions:\n${list}    pause-on`]),
    ) as [Texts, Texts];
    expect(changes(b, a)).toEqual([
      TITLE,
      '- First response, exceptions are tried in another order: channel chat, then tier vip',
    ]);
  });

  it('is when the clock warns, stands still and goes on', () => {
    expect(
      changing(
        'clocks',
        ['["75%", "30 business minutes before"]', '["50%", "75%"]'],
        ['[pending]', '[on-hold]\n    on-reopen: restart'],
      ),
    ).toEqual([
      TITLE,
      '- First response, warnings: now also 50%; no longer 30 business minutes before',
      '- First response, paused in: now also on-hold; no longer pending',
      '- First response, when a case is reopened: goes on from where it stopped → begins anew',
    ]);
  });

  it('is what ends the resolution', () => {
    const [solved, closed] = ['', ', until: closed'].map((until) =>
      withChange('clocks', [
        'clocks:\n',
        `clocks:\n  resolution: { calendar: office, targets: { urgent: 1 business hour, high: 2 business hours, normal: 3 business hours, low: 4 business hours }${until} }\n`,
      ]),
    ) as [Texts, Texts];
    expect(changes(closed, solved)).toEqual([TITLE, '- Resolution, runs until the case is: solved → closed']);
    expect(changes(closed).join()).toContain('; runs until the case is closed');
  });

  it('is a clock that is new or gone', () => {
    const plain = '{ urgent: 1 calendar hour, high: 2 calendar hours, normal: 1 calendar day, low: 2 calendar days }';
    const more = withChange('clocks', [
      'clocks:\n',
      `clocks:\n  handoff-resolution: { targets: ${plain}, warnings: ["50%", "75%"] }\n`,
    ]);
    const targets = 'urgent 1 calendar hour, high 2 calendar hours, normal 1 calendar day, low 2 calendar days';
    expect(changes(more)).toEqual([
      TITLE,
      `- New promise: Vendor's work: ${targets}; counted in always; warned at 50% and 75%`,
    ]);
    expect(changes(SMALL, more)).toEqual([TITLE, `- No longer timed: Vendor's work (it was ${targets})`]);
  });

  it('is the length of a business day and the usual priority', () => {
    expect(
      changing('clocks', ['default-priority: normal', 'default-priority: low\nbusiness-day: 8 business hours']),
    ).toEqual([
      TITLE,
      '- Priority of a case that comes without one: normal → low',
      '- Length of a business day (the targets below are counted in hours): not said → 8 business hours',
    ]);
  });
});

describe('what changes in our hours', () => {
  const TITLE = '## What changes in our hours';

  it('is a day of the week, and days together', () => {
    expect(
      changing('calendars', [
        '      mon-fri: ["09:00-13:00", "14:00-18:00"]',
        '      mon-thu: ["08:00-18:00"]\n      sat: ["10:00-12:00"]',
      ]),
    ).toEqual([
      TITLE,
      '- office, mon-thu: 09:00-13:00 and 14:00-18:00 → 08:00-18:00',
      '- office, fri: 09:00-13:00 and 14:00-18:00 → closed',
      '- office, sat: closed → 10:00-12:00',
    ]);
  });

  it('is a holiday, and a date with hours of its own', () => {
    expect(
      changing(
        'calendars',
        ['also: [2026-12-24]', 'also: [2026-12-28, 2026-12-29]'],
        ['2026-12-31: ["09:00-12:00"]', '2026-12-30: []\n      2026-12-31: ["09:00-13:00"]'],
      ),
    ).toEqual([
      TITLE,
      '- office, closed on 2026-12-28 and 2026-12-29',
      '- office, no longer closed on 2026-12-24',
      '- office, 2026-12-30: its usual hours → closed',
      '- office, 2026-12-31: 09:00-12:00 → 09:00-13:00',
    ]);
  });

  it('is a year more of holidays, each of them', () => {
    // Ireland's ten public holidays of 2027; St Brigid's is a working day in 2026 only. Easter Monday is 29 March.
    expect(changing('calendars', ['years: 2026', 'years: 2026-2027'])).toEqual([
      TITLE,
      '- office, closed on 2027: 01-01, 02-01, 03-17, 03-29, 05-03, 06-07, 08-02, 10-25, 12-25, 12-26',
      '- office, holidays known until: 2026-12-31 → 2027-12-31',
    ]);
  });

  it('is a new calendar with its public holidays by name, and other days off by date', () => {
    const cork = `calendars:\n  cork: { zone: Europe/Dublin, hours: { mon: ["09:00-17:00"] }, holidays: { region: IE, also: [2026-12-24] } }\n`;
    const [, line = ''] = changing('calendars', ['calendars:\n', cork]);
    expect(line).toMatch(
      /^- New calendar cork: mon 09:00-17:00, tue-sun closed in Europe\/Dublin; closed on public holidays \(New Year's Day, .*, Christmas Day, St\. Stephen’s Day\); closed on 2026-12-24; holidays known from 2026-01-01 until 2026-12-31$/,
    );
  });

  it('is leave, as its first and last day', () => {
    const leave = (...dates: string[]) => dates.map((date) => `      ${date}: []\n`).join('');
    const two = leave('2026-07-06', '2026-07-07', '2026-07-08', '2026-07-09', '2026-07-10', '2026-07-13');
    expect(changing('calendars', ['    special:\n', `    special:\n${two}`])).toEqual([
      TITLE,
      '- office, 2026-07-06 to 2026-07-10 and 2026-07-13: its usual hours → closed',
    ]);
    const own = `calendars:\n  maya: { zone: Europe/Dublin, hours: { mon-fri: ["09:00-17:00"] }, holidays: { also: [2026-12-24] }, special: { 2026-07-06: [], 2026-07-07: [], 2026-08-03: ["12:00-17:00"] } }\n`;
    expect(changing('calendars', ['calendars:\n', own])).toEqual([
      TITLE,
      '- New calendar maya: mon-fri 09:00-17:00, sat-sun closed in Europe/Dublin; closed on 2026-12-24; closed on 2026-07-06 and 2026-07-07; 12:00-17:00 on 2026-08-03',
    ]);
  });

  it('is a calendar that is new, gone or another', () => {
    const world = (members: string) =>
      withChange('calendars', [
        'calendars:\n',
        `calendars:\n  tokyo: { zone: Asia/Tokyo, hours: { mon-fri: ["09:00-17:00"] } }\n  world: { follow-the-sun: [${members}] }\n`,
      ]);
    expect(changes(world('office, tokyo'))).toEqual([
      TITLE,
      '- New calendar tokyo: mon-fri 09:00-17:00, sat-sun closed in Asia/Tokyo',
      '- New calendar world: open when office and tokyo is',
    ]);
    expect(changes(world('office, tokyo'), world('office'))).toEqual([TITLE, '- world, open with: now also tokyo']);
    expect(changes(SMALL, world('office'))).toEqual([TITLE, '- Calendar tokyo is gone', '- Calendar world is gone']);
    const own = {
      ...world('office'),
      calendars: world('office').calendars.replace(
        '{ follow-the-sun: [office] }',
        '{ zone: UTC, hours: { mon-sun: ["00:00-24:00"] } }',
      ),
    };
    expect(changes(own, world('office'))).toEqual([
      TITLE,
      '- world: was open when office is; is now mon-sun 00:00-24:00 in UTC',
    ]);
  });

  it('is a rota, date by date', () => {
    const rota =
      'calendars:\n  rota: { zone: UTC, special: { 2026-12-05: ["09:00-17:00"], 2026-12-12: ["09:00-17:00"] } }\n';
    expect(changing('calendars', ['calendars:\n', rota])).toEqual([
      TITLE,
      '- New calendar rota: open on dates only, in UTC; 09:00-17:00 on 2026-12-05 and 2026-12-12',
    ]);
  });

  it('is the zone', () => {
    expect(changing('calendars', ['zone: Europe/Dublin', 'zone: Europe/Lisbon'])).toEqual([
      TITLE,
      '- office, zone: Europe/Dublin → Europe/Lisbon',
    ]);
  });
});

describe('what changes for people', () => {
  it('is who works what', () => {
    expect(changing('agents', ['languages: [en]', 'languages: [en, es]'], ['capacity: 10', 'capacity: 12'])).toEqual([
      '## What changes for our team',
      '- Noah Kim, languages: now also es',
      '- Noah Kim, most cases at once: 10 → 12',
    ]);
    const two = withChange('agents', [
      'agents:\n',
      'agents:\n  - { id: eva, name: Eva Roth, crm-user-ids: {}, zone: UTC, calendar: always, queues: [general], languages: [de, en], capacity: 5 }\n',
    ]);
    expect(changes(two)).toEqual([
      '## What changes for our team',
      '- Eva Roth (eva) joins: general in de and en, up to 5 cases at once, works in always (zone UTC), user in the CRM: none',
    ]);
    expect(changes(SMALL, two)).toEqual(['## What changes for our team', '- Eva Roth (eva) is no longer given cases']);
  });

  it('is not who keeps out of sensitive cases', () => {
    expect(changing('agents', ['capacity: 10', 'capacity: 10\n    opt-out: true'])).toEqual([
      '## What changes for our team',
      '- Who takes no sensitive cases changes for 1 agent; agents.yaml has it',
    ]);
  });

  it('is the limits of exposure', () => {
    expect(
      changing('agents', ['cases-per-day: 6', 'cases-per-day: 4'], ['30 calendar minutes', '1 calendar hour']),
    ).toEqual([
      '## What changes for our team',
      '- Sensitive cases, most for one agent in a day: 6 → 4',
      '- Sensitive cases, rest between two: 30 calendar minutes → 1 calendar hour',
    ]);
  });

  it('is what a vendor may see and has to do', () => {
    expect(
      changing(
        'vendors',
        ['languages: [en]', 'languages: [es]'],
        ['packet: [subject]', 'packet: [subject, text]'],
        ['15 calendar minutes', '90 calendar minutes'],
        ['max-offers: 2', 'max-offers: 3'],
      ),
    ).toEqual([
      '## What changes for vendors',
      '- Manila, languages: now also es; no longer en',
      '- Manila, is sent: now also text',
      '- Manila, time to answer: 15 calendar minutes → 90 calendar minutes',
      '- Most vendors that are offered one case: 2 → 3',
    ]);
  });

  it('is which vendor is asked first', () => {
    const cebu = SMALL.vendors
      .slice(SMALL.vendors.indexOf('  - id: manila'))
      .replaceAll('manila', 'cebu')
      .replace('Manila', 'Cebu');
    const a = { ...SMALL, vendors: SMALL.vendors + cebu };
    const b = withChange('vendors', ['vendors:\n', `vendors:\n${cebu}`]);
    expect(changes(b, a)).toEqual([
      '## What changes for vendors',
      '- Vendors are asked in the order: manila and cebu → cebu and manila',
    ]);
    expect(changes(a)).toEqual([
      '## What changes for vendors',
      '- New vendor Cebu (cebu): takes billing in en; cleared for standard; works in always; is sent subject; has 15 calendar minutes to answer and 12 calendar hours to finish; a ticket that it resolved becomes solved; offers go to https://vendor.example.com/offers',
    ]);
    expect(changes(SMALL, a)).toEqual(['## What changes for vendors', '- Cebu (cebu) is no longer a vendor']);
  });

  it('is who answers for a queue, who is told, and where cases come from', () => {
    const after = {
      ...SMALL,
      queues: SMALL.queues.replace('    leads', '    group-id: "12"\n    leads'),
      leads: SMALL.leads.replace('calendar: office', 'calendar: always'),
      alerting: SMALL.alerting.replace('15 calendar minutes', '20 calendar minutes'),
      sources: SMALL.sources
        .replace('Acme', 'Acme Ltd')
        .replace('https://acme.', 'https://acme2.')
        .replace('    kind: zendesk\n', '    kind: zendesk\n    silence: { hours: 4, calendar: office }\n'),
    };
    expect(changes(after)).toEqual([
      '## What changes for our team',
      '- Queue general, group in the CRM: none → 12',
      '- Maya Ortiz, on duty in: office → always',
      '## What changes in how leads are told',
      '- Who is told, and how long is waited: on-duty (15 calendar minutes) → on-duty (20 calendar minutes)',
      '## What changes in where cases come from',
      '- Our name: Acme → Acme Ltd',
      '- Source zendesk, address: https://acme.zendesk.com → https://acme2.zendesk.com',
      '- Source zendesk, alarm on silence: none → after 4 open hours of office',
    ]);
  });

  it('is who is told of danger, and how soon', () => {
    const after = {
      ...SMALL,
      triage: SMALL.triage.replace('    when:', '    tell: now\n    when:'),
      alerting: SMALL.alerting.replace(
        'link-days',
        'danger-rungs:\n  - to: all\n    wait: 5 calendar minutes\nlink-days',
      ),
    };
    expect(changes(after)).toEqual([
      '## What changes for cases',
      '- Rule refund, a lead is told at once: no → yes',
      '## What changes in how leads are told',
      '- The same for danger: as for all else → all (5 calendar minutes)',
    ]);
  });
});
