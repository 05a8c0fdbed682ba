import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Policy } from '../../domain/policy.ts';
import { TRIAGE_FIELDS } from '../../domain/triage-fields.ts';
import { compilePolicy, compilePolicyDir } from '../../policy/compiler/compile-policy.ts';
import { PolicyError } from '../../policy/compiler/problems.ts';
import type { FileName } from '../../policy/compiler/schema.ts';
import { problemsOf, SMALL, withChange } from './small-policy.ts';

function officeOf(...given: Parameters<typeof compilePolicy>) {
  const { office } = compilePolicy(...given).calendars;
  if (office === undefined || 'members' in office) throw new Error('expected the calendar "office" to have hours');
  return office;
}

describe('a policy that is right', () => {
  it('compiles to what its files say', () => {
    const policy = compilePolicy(SMALL);
    expect(Policy.parse(policy)).toEqual(policy);
    expect(policy).toEqual({
      version: expect.stringMatching(/^[0-9a-f]{16}$/),
      organisation: 'Acme',
      sources: { zendesk: { kind: 'zendesk', apiUrl: 'https://acme.zendesk.com', integrationUserId: '7' } },
      calendars: {
        office: {
          zone: 'Europe/Dublin',
          weekly: {
            mon: [
              [540, 780],
              [840, 1080],
            ],
            tue: [
              [540, 780],
              [840, 1080],
            ],
            wed: [
              [540, 780],
              [840, 1080],
            ],
            thu: [
              [540, 780],
              [840, 1080],
            ],
            fri: [
              [540, 780],
              [840, 1080],
            ],
          },
          // Ireland's public holidays of 2026, without St Brigid's Day (2 February), with Christmas Eve.
          holidays: [
            '2026-01-01',
            '2026-03-17',
            '2026-04-06',
            '2026-05-04',
            '2026-06-01',
            '2026-08-03',
            '2026-10-26',
            '2026-12-24',
            '2026-12-25',
            '2026-12-26',
          ],
          holidayNames: {
            "New Year's Day": ['2026-01-01'],
            'St. Patrick’s Day': ['2026-03-17'],
            'Easter Monday': ['2026-04-06'],
            'First Monday in May': ['2026-05-04'],
            'First Monday in June': ['2026-06-01'],
            'First Monday in August': ['2026-08-03'],
            'Last Monday in October': ['2026-10-26'],
            'Christmas Day': ['2026-12-25'],
            'St. Stephen’s Day': ['2026-12-26'],
          },
          holidaysKnown: { from: '2026-01-01', to: '2026-12-31' },
          special: { '2026-12-31': [[540, 720]] },
        },
      },
      clocks: [
        {
          clock: 'first-response',
          calendar: 'office',
          targets: { urgent: 3600, high: 7200, normal: 28_800, low: 57_600 },
          exceptions: [],
          warnings: [
            { name: '75%', share: 0.75 },
            { name: '30 business minutes before', secondsBefore: 1800 },
          ],
          pauseOn: ['pending'],
          onReopen: 'resume',
        },
      ],
      defaultPriority: 'normal',
      triage: {
        mode: 'first-match',
        minConfidence: 0,
        duplicateSeconds: 0,
        rules: [
          {
            id: 'refund',
            owner: 'maya',
            reason: 'Money.',
            score: 1,
            when: {
              all: [
                { field: 'source', is: ['zendesk'] },
                { field: 'any-text', contains: ['refund'] },
              ],
            },
            outcome: {
              category: 'billing',
              queue: 'general',
              route: 'vendor',
              sensitive: false,
              dataClass: 'standard',
              tags: [],
              skills: [],
            },
          },
        ],
        otherwise: {
          category: 'other',
          queue: 'general',
          route: 'home',
          sensitive: false,
          dataClass: 'restricted',
          tags: [],
          skills: [],
        },
      },
      queues: { general: { name: 'General', leads: ['maya'] } },
      vendors: [
        {
          id: 'manila',
          name: 'Manila',
          url: 'https://vendor.example.com/offers',
          calendar: 'always',
          languages: ['en'],
          dataClasses: ['standard'],
          categories: ['billing'],
          packetFields: ['subject'],
          answerSeconds: 900,
          workSeconds: 43_200,
          whenResolved: 'solved',
        },
      ],
      agents: [
        {
          id: 'noah',
          name: 'Noah Kim',
          crmUserIds: { zendesk: '9001' },
          zone: 'Europe/Dublin',
          calendar: 'office',
          queues: ['general'],
          languages: ['en'],
          skills: [],
          capacity: 10,
          optOut: false,
        },
      ],
      exposure: { casesPerDay: 6, minutesPerDay: 120, coolDownSeconds: 1800, expectedMinutes: 15 },
      allowLoopback: false,
      maxOffers: 2,
      leads: [{ id: 'maya', name: 'Maya Ortiz', email: 'maya@example.com', zone: 'Europe/Dublin', calendar: 'office' }],
      alerting: { from: 'alerts@example.com', rungs: [{ to: 'on-duty', waitSeconds: 900 }], linkDays: 7 },
    });
  });

  it('has split shifts and shifts over midnight in minutes', () => {
    const night = withChange('calendars', [
      '["09:00-13:00", "14:00-18:00"]',
      '["21:00-05:00", "08:00-12:00", "13:00-24:00"]',
    ]);
    expect(problemsOf(night)).toEqual([
      'calendars.yaml:6:16: calendars.office.hours.mon-fri: expected hours that do not overlap, found 13:00-24:00 and 21:00-05:00',
    ]);
    const shifts = withChange('calendars', [
      '["09:00-13:00", "14:00-18:00"]',
      '["21:00-05:00", "08:00-12:00", "13:00-17:00"]',
    ]);
    expect(officeOf(shifts).weekly.fri).toEqual([
      [480, 720],
      [780, 1020],
      [1260, 300],
    ]);
  });

  it('turns a clock with targets in calendar time into one that no calendar stops', () => {
    const plain = withChange(
      'clocks',
      ['1 business hour', '1 calendar hour'],
      ['2 business hours', '2 calendar hours'],
      ['8 business hours', '1 calendar day'],
      ['16 business hours', '2 calendar days'],
      ['30 business minutes before', '30 calendar minutes before'],
    );
    expect(compilePolicy(plain).clocks[0]).toMatchObject({
      calendar: 'always',
      targets: { urgent: 3600, high: 7200, normal: 86_400, low: 172_800 },
    });
  });

  it('allows plain http to this machine where vendors.yaml says so', () => {
    const local = withChange(
      'vendors',
      ['max-offers: 2', 'max-offers: 2\nallow-loopback: true'],
      ['https://vendor.example.com/offers', 'http://127.0.0.1:4580/offers'],
    );
    expect(compilePolicy(local)).toMatchObject({
      allowLoopback: true,
      vendors: [{ url: 'http://127.0.0.1:4580/offers' }],
    });
  });

  it('takes what becomes of a resolved ticket from the vendor, else from the file', () => {
    const becomes = (...changes: [string, string][]) =>
      compilePolicy(withChange('vendors', ...changes)).vendors[0]?.whenResolved;
    const all: [string, string] = ['max-offers: 2', 'max-offers: 2\nwhen-resolved: pending'];
    const own: [string, string] = ['packet: [subject]', 'packet: [subject]\n    when-resolved: unchanged'];
    expect([becomes(), becomes(all), becomes(all, own)]).toEqual(['solved', 'pending', 'unchanged']);
  });

  it('takes where updates of any other source go, which needs no user, and where its pages are', () => {
    const desk = `  desk:
    kind: standard-webhooks
    api-url: https://desk.example.com/updates
    ticket-url: https://desk.example.com/cases/{id}
`;
    const { sources } = compilePolicy(
      withChange('sources', ['    integration-user-id: "7"\n', `    integration-user-id: "7"\n${desk}`]),
    );
    expect(sources.desk).toEqual({
      kind: 'standard-webhooks',
      apiUrl: 'https://desk.example.com/updates',
      ticketUrl: 'https://desk.example.com/cases/{id}',
    });
  });

  it('works out holidays for the years that are asked for', () => {
    const days = officeOf(SMALL, { years: [2026, 2027] }).holidays;
    expect(days).toEqual(expect.arrayContaining(['2026-03-17', '2027-03-17']));
  });

  it('takes a single year, and a calendar without holidays', () => {
    const none = withChange('calendars', ['    holidays: { region: IE, also: [2026-12-24], not: [2026-02-02] }\n', '']);
    expect(officeOf(none).holidays).toEqual([]);
  });
});

describe('the policy version', () => {
  const version = (texts: Record<FileName, string>) => compilePolicy(texts).version;

  it('is the same for the same policy, however it is laid out', () => {
    expect(version({ ...SMALL })).toBe(version(SMALL));
    expect(version({ ...SMALL, queues: `# A comment.\n${SMALL.queues}\n\n` })).toBe(version(SMALL));
    expect(
      version(withChange('queues', ['    name: General\n    leads: [maya]', '    leads: [maya]\n    name: General'])),
    ).toBe(version(SMALL));
    expect(version(withChange('triage', ['      route: vendor', '      route: vendor\n      sensitive: false']))).toBe(
      version(SMALL),
    );
  });

  it('differs when anything else does', () => {
    expect(version(withChange('clocks', ['8 business hours', '9 business hours']))).not.toBe(version(SMALL));
    expect(version(withChange('triage', ['reason: Money.', 'reason: Its money.']))).not.toBe(version(SMALL));
  });
});

/** file, what is changed, into what, and the errors: worked out by counting lines and columns in small-policy.ts. */
const MISTAKES: readonly [what: string, file: FileName, from: string, to: string, ...problems: string[]][] = [
  [
    'an unknown calendar of a clock',
    'clocks',
    'calendar: office',
    'calendar: ofice',
    'clocks.yaml:4:15: clocks.first-response.calendar: expected a calendar in calendars.yaml, found "ofice"; did you mean "office"?',
  ],
  [
    'business time without a calendar',
    'clocks',
    '    calendar: office\n',
    '',
    'clocks.yaml:4:5: clocks.first-response.calendar: expected a calendar in calendars.yaml, which says what business time is, found nothing',
  ],
  [
    'a bare duration',
    'clocks',
    '8 business hours',
    '1 day',
    'clocks.yaml:8:15: clocks.first-response.targets.normal: expected "8 business hours" (open hours of the calendar only) or "1 calendar day" (all hours), found "1 day"',
  ],
  [
    'a target that is a number',
    'clocks',
    '8 business hours',
    '8',
    'clocks.yaml:8:15: clocks.first-response.targets.normal: expected a duration such as "8 business hours", found 8',
  ],
  [
    'business and calendar time in one clock',
    'clocks',
    '8 business hours',
    '8 calendar hours',
    'clocks.yaml:8:15: clocks.first-response.targets.normal: expected business time, as the clock\'s first target has (one clock has one calendar), found "8 calendar hours"',
  ],
  [
    'a warning in another kind of time',
    'clocks',
    '30 business minutes before',
    '30 calendar minutes before',
    'clocks.yaml:10:23: clocks.first-response.warnings[1]: expected business time, as the clock\'s first target has (one clock has one calendar), found "30 calendar minutes before"',
  ],
  [
    'a priority without a target',
    'clocks',
    '      high: 2 business hours\n',
    '',
    'clocks.yaml:6:7: clocks.first-response.targets.high: expected a duration such as "8 business hours", found nothing',
  ],
  [
    'a warning before the clock starts',
    'clocks',
    '30 business minutes before',
    '60 business minutes before',
    'clocks.yaml:10:23: clocks.first-response.warnings[1]: expected a warning after the clock has started (the target for urgent is 1 business hour), found "60 business minutes before"',
  ],
  [
    'a warning beyond the target',
    'clocks',
    '75%',
    '120%',
    'clocks.yaml:10:16: clocks.first-response.warnings[0]: expected a share between 0% and 100% of the target, found "120%"',
  ],
  [
    'the same warning twice',
    'clocks',
    '30 business minutes before',
    '75 %',
    'clocks.yaml:10:23: clocks.first-response.warnings[1]: expected each warning once, found "75 %" again',
  ],
  [
    'a key that is not known',
    'clocks',
    'pause-on',
    'pauseon',
    'clocks.yaml:11:5: clocks.first-response.pauseon: expected one of calendar, targets, exceptions, warnings, pause-on, on-reopen, found "pauseon"; did you mean "pause-on"?',
  ],
  [
    'a clock that is not known',
    'clocks',
    'first-response:',
    'first-reponse:',
    'clocks.yaml:3:3: clocks.first-reponse: expected one of first-response, next-response, periodic-update, resolution, requester-wait, agent-work, queue-ownership, handoff-ack, handoff-resolution, found "first-reponse"; did you mean "first-response"?',
  ],
  [
    'a status that cannot pause',
    'clocks',
    '[pending]',
    '[solved]',
    'clocks.yaml:11:16: clocks.first-response.pause-on[0]: expected one of pending, on-hold, found "solved"',
  ],
  [
    'an unknown owner',
    'triage',
    'owner: maya',
    'owner: mya',
    'triage.yaml:3:12: rules[0].owner: expected the id of a lead in leads.yaml, found "mya"; did you mean "maya"?',
  ],
  [
    'an unknown queue',
    'triage',
    'queue: general\n      route',
    'queue: genral\n      route',
    'triage.yaml:13:14: rules[0].then.queue: expected a queue in queues.yaml, found "genral"; did you mean "general"?',
  ],
  [
    'an unknown field',
    'triage',
    'field: source',
    'field: sorce',
    `triage.yaml:7:18: rules[0].when.all[0].field: expected one of ${TRIAGE_FIELDS.join(', ')} or custom.<name>, found "sorce"; did you mean "source"?`,
  ],
  [
    'an unknown source in a condition',
    'triage',
    'is: zendesk',
    'is: zendsk',
    'triage.yaml:8:15: rules[0].when.all[0].is: expected a source in sources.yaml, found "zendsk"; did you mean "zendesk"?',
  ],
  [
    'a value that the field never has',
    'triage',
    'field: source\n          is: zendesk',
    'field: priority\n          is: [urgent, hihg]',
    'triage.yaml:8:24: rules[0].when.all[0].is[1]: expected one of low, normal, high, urgent, found "hihg"; did you mean "high"?',
  ],
  [
    'a phrase that can match nothing',
    'triage',
    'contains: refund',
    'contains: "!!!"',
    'triage.yaml:10:21: rules[0].when.all[1].contains: expected a phrase with letters or digits in it, such as refund or "911", found "!!!"',
  ],
  [
    'a field that nothing is asked about',
    'triage',
    '          is: zendesk\n',
    '',
    'triage.yaml:7:11: rules[0].when.all[0]: expected "is", "is-in", "contains", "contains-any-of", "matches", "exists", "at-least" or "at-most" beside "field: source", found none of them',
  ],
  [
    'a question without a field',
    'triage',
    '        - field: source\n          is: zendesk\n',
    '        - is: zendesk\n',
    'triage.yaml:7:11: rules[0].when.all[0].field: expected the field that "is" looks at, found nothing',
  ],
  [
    'an empty condition',
    'triage',
    '        - field: source\n          is: zendesk\n',
    '        - {}\n',
    'triage.yaml:7:11: rules[0].when.all[0]: expected a condition (all, any, not, field or during), found nothing',
  ],
  [
    'a sensitive case sent to a vendor',
    'triage',
    'route: vendor',
    'route: vendor\n      sensitive: true',
    'triage.yaml:14:14: rules[0].then.route: expected "home", because the case is sensitive and never leaves the house, found "vendor"',
  ],
  [
    'a category that no vendor takes',
    'triage',
    'category: billing',
    'category: biling',
    'triage.yaml:14:14: rules[0].then.route: expected a vendor in vendors.yaml that takes category "biling" with data class "standard" (or "route: home"), found none',
    'vendors.yaml:9:18: vendors[0].categories[0]: expected a category that triage.yaml gives, found "billing"; did you mean "biling"?',
  ],
  [
    'a rule id twice, and a rule that nothing reaches',
    'triage',
    'otherwise:',
    '  - { id: refund, owner: maya, reason: All., then: { category: a, queue: general, data-class: b } }\n  - { id: late, owner: maya, reason: Late., then: { category: a, queue: general, data-class: b } }\notherwise:',
    'triage.yaml:16:11: rules[1].id: expected an id that no other entry has, found "refund" again',
    'triage.yaml:17:5: rules[2]: expected a rule that can be reached, found "late" after "refund", which has no "when" and takes every case',
  ],
  [
    'a line break where an e-mail header would get one',
    'triage',
    'reason: Money.',
    'reason: "Money.\\r\\nBcc: all@example.com"',
    'triage.yaml:4:13: rules[0].reason: expected one line of text, found "Money.\\r\\nBcc: all@example.com"',
  ],
  [
    'a queue without leads',
    'queues',
    '[maya]',
    '[]',
    'queues.yaml:4:12: queues.general.leads: expected a list with at least one lead, found an empty list',
  ],
  [
    'an unknown lead',
    'queues',
    '[maya]',
    '[maja]',
    'queues.yaml:4:13: queues.general.leads[0]: expected the id of a lead in leads.yaml, found "maja"; did you mean "maya"?',
  ],
  [
    'a queue twice',
    'queues',
    'queues:\n',
    'queues:\n  general:\n    name: Other\n    leads: [maya]\n',
    'queues.yaml:5:3: (yaml): expected each key once, found "general" again: delete one of the two, or give it another name',
  ],
  [
    'an unknown category of a vendor',
    'vendors',
    '[billing]',
    '[billing, biling]',
    'vendors.yaml:9:27: vendors[0].categories[1]: expected a category that triage.yaml gives, found "biling"; did you mean "billing"?',
  ],
  [
    'an unknown data class of a vendor',
    'vendors',
    '[standard]',
    '[standard, payment]',
    'vendors.yaml:8:30: vendors[0].data-classes[1]: expected a data class that triage.yaml gives, found "payment"; there are "standard" and "restricted"',
  ],
  [
    'an unknown calendar of a vendor',
    'vendors',
    'calendar: always',
    'calendar: alway',
    'vendors.yaml:6:15: vendors[0].calendar: expected a calendar in calendars.yaml, found "alway"; did you mean "always"?',
  ],
  ...[
    ['http://acme.zendesk.com/{id}', 'an address that begins with https://'],
    ['/tickets/{id}', 'an address that begins with https://'],
    ['https://{id}.example.com/', '{id} behind the host: the id must not say whose page it is'],
    ['https://example.com:{id}/', '{id} behind the host: the id must not say whose page it is'],
    ['https://{id}@example.com/', 'an address without a user name or password'],
    ['https://example.com/tickets', 'an address with {id} where the id of the case goes'],
  ].map(([address, expected]): [string, FileName, string, string, string] => [
    `pages of cases at ${address}`,
    'sources',
    'api-url: https://acme.zendesk.com',
    `ticket-url: "${address}"`,
    `sources.yaml:5:17: sources.zendesk.ticket-url: expected ${expected}, found "${address}"`,
  ]),
  [
    'a status of a resolved ticket that there is none of',
    'vendors',
    'max-offers: 2',
    'max-offers: 2\nwhen-resolved: solve',
    'vendors.yaml:2:16: when-resolved: expected one of solved, pending, unchanged, found "solve"; did you mean "solved"?',
  ],
  [
    'an address in plain http',
    'vendors',
    'https://vendor',
    'http://vendor',
    'vendors.yaml:5:10: vendors[0].url: expected an address that begins with https://, found "http://vendor.example.com/offers"',
  ],
  [
    'an address on this machine',
    'vendors',
    'https://vendor.example.com/offers',
    'http://localhost:4580/offers',
    'vendors.yaml:5:10: vendors[0].url: expected an address that begins with https:// on another machine (vendors.yaml can say "allow-loopback: true" for a trial on a laptop), found "http://localhost:4580/offers"',
  ],
  [
    'a password in an address',
    'vendors',
    'https://vendor',
    'https://me:secret@vendor',
    'vendors.yaml:5:10: vendors[0].url: expected an address without a user name or password: secrets live in Secrets Manager, found "https://me:secret@vendor.example.com/offers"',
  ],
  [
    'a wait in business time',
    'vendors',
    '15 calendar minutes',
    '15 business minutes',
    'vendors.yaml:11:20: vendors[0].answer-within: expected calendar time, such as "15 calendar minutes": this wait has no calendar, found "15 business minutes"',
  ],
  [
    'a field that no packet has',
    'vendors',
    '[subject]',
    '[subjekt]',
    'vendors.yaml:10:14: vendors[0].packet[0]: expected one of category, priority, language, channel, region, subject, text, tags, openedAt, found "subjekt"; did you mean "subject"?',
  ],
  [
    'no offers at all',
    'vendors',
    'max-offers: 2',
    'max-offers: 0',
    'vendors.yaml:1:13: max-offers: expected a whole number from 1 to 20, found 0',
  ],
  [
    'an e-mail address that is none',
    'leads',
    'maya@example.com',
    'maya at example.com',
    'leads.yaml:4:12: leads[0].email: expected an e-mail address such as "maya@example.com", found "maya at example.com"',
  ],
  [
    'a line break in an e-mail address',
    'leads',
    'maya@example.com',
    '"maya@example.com\\nBcc: all@example.com"',
    'leads.yaml:4:12: leads[0].email: expected an e-mail address such as "maya@example.com", found "maya@example.com\\nBcc: all@example.com"',
  ],
  [
    'a missing e-mail address',
    'leads',
    '    email: maya@example.com\n',
    '',
    'leads.yaml:2:5: leads[0].email: expected an e-mail address such as "maya@example.com", found nothing',
  ],
  [
    'an unknown zone',
    'leads',
    'Europe/Dublin',
    'Europe/Dublinn',
    'leads.yaml:5:11: leads[0].zone: expected a time zone such as "Europe/Dublin" or "UTC", found "Europe/Dublinn"',
  ],
  [
    'a lead twice',
    'leads',
    'leads:\n',
    'leads:\n  - { id: maya, name: Other, email: other@example.com, zone: UTC, calendar: always }\n',
    'leads.yaml:3:9: leads[1].id: expected an id that no other entry has, found "maya" again',
  ],
  [
    'an unknown kind of source',
    'sources',
    'kind: zendesk',
    'kind: zendsk',
    'sources.yaml:4:11: sources.zendesk.kind: expected one of zendesk, standard-webhooks, found "zendsk"; did you mean "zendesk"?',
  ],
  [
    'silence by a calendar that does not exist',
    'sources',
    '    kind: zendesk\n',
    '    kind: zendesk\n    silence: { hours: 4, calendar: ofice }\n',
    'sources.yaml:5:36: sources.zendesk.silence.calendar: expected a calendar in calendars.yaml, found "ofice"; did you mean "office"?',
  ],
  [
    'silence of more than a day, which no alarm can count',
    'sources',
    '    kind: zendesk\n',
    '    kind: zendesk\n    silence: { hours: 25, calendar: office }\n',
    'sources.yaml:5:23: sources.zendesk.silence.hours: expected a whole number from 1 to 24, found 25',
  ],
  [
    'an id without quotes',
    'sources',
    '"7"',
    '7',
    'sources.yaml:6:26: sources.zendesk.integration-user-id: expected the id of a user in quotes, such as "900001", found 7',
  ],
  [
    'a write-back whose echo could not be told from news',
    'sources',
    '    integration-user-id: "7"\n',
    '',
    'sources.yaml:4:5: sources.zendesk.integration-user-id: expected the id of the user that CaseRelay writes as (without it our own notes would look like news), found nothing',
  ],
  [
    'a missing value',
    'sources',
    'organisation: Acme',
    'organisation:',
    'sources.yaml:1:14: organisation: expected one line of text, found nothing',
  ],
  [
    'hours that are none',
    'calendars',
    '09:00-13:00',
    '9-13',
    'calendars.yaml:6:17: calendars.office.hours.mon-fri[0]: expected hours such as "09:00-17:30", or "22:00-06:00" over midnight, found "9-13"; did you mean "09:00-13:00"?',
  ],
  [
    'hours of no length',
    'calendars',
    '09:00-13:00',
    '09:00-09:00',
    'calendars.yaml:6:17: calendars.office.hours.mon-fri[0]: expected hours that end after they begin ("00:00-24:00" is the whole day), found "09:00-09:00"',
  ],
  [
    'days that are none',
    'calendars',
    'mon-fri',
    'mon-fry',
    'calendars.yaml:6:7: calendars.office.hours.mon-fry: expected a day such as "sat" or days such as "mon-fri", found "mon-fry"',
  ],
  [
    'a day given twice',
    'calendars',
    '    holidays',
    '      fri: ["10:00-12:00"]\n    holidays',
    'calendars.yaml:7:7: calendars.office.hours.fri: expected each day once, found fri in "mon-fri" and in "fri"',
  ],
  [
    'a calendar that never opens',
    'calendars',
    '["09:00-13:00", "14:00-18:00"]\n    holidays: { region: IE, also: [2026-12-24], not: [2026-02-02] }\n    special:\n      2026-12-31: ["09:00-12:00"]',
    '[]',
    'calendars.yaml:4:5: calendars.office: expected open hours, on days of the week ("hours") or on dates ("special"), found none: it would never be open',
  ],
  [
    'an unknown region',
    'calendars',
    'region: IE',
    'region: GB-EN',
    'calendars.yaml:7:25: calendars.office.holidays.region: expected one of GB-ALD, GB-ENG, GB-NIR, GB-SCT, GB-WLS, found "GB-EN"',
  ],
  [
    'a working holiday that is no holiday',
    'calendars',
    'not: [2026-02-02]',
    'not: [2026-02-03]',
    'calendars.yaml:7:55: calendars.office.holidays.not[0]: expected a public holiday of IE in 2026, found "2026-02-03"',
  ],
  [
    'a date that does not exist',
    'calendars',
    '2026-12-31:',
    '2026-11-31:',
    'calendars.yaml:9:7: calendars.office.special.2026-11-31: expected a date such as 2026-12-24, found "2026-11-31"',
  ],
  [
    'years that are none',
    'calendars',
    'years: 2026',
    'years: 2029-2025',
    'calendars.yaml:1:8: years: expected years such as 2025-2029, at most 20, found "2029-2025"',
  ],
  [
    'a rung to nobody',
    'alerting',
    'to: on-duty',
    'to: everyone',
    'alerting.yaml:3:9: rungs[0].to: expected one of on-duty, all, found "everyone"',
  ],
  [
    'YAML that is none, and nothing of what follows from it',
    'leads',
    'leads:',
    'leads: [',
    'leads.yaml:1:8: (yaml): expected "]" at the end of what begins here, found none after [',
  ],
  [
    'an alias',
    'alerting',
    'from: alerts@example.com',
    'from: &sender alerts@example.com\nto: *sender',
    'alerting.yaml:1:7: (yaml): expected the value itself, or quotes around a text that begins with "&", found the anchor "&sender"',
    'alerting.yaml:2:5: (yaml): expected the value itself, or quotes around a text that begins with "*", found the alias "*sender"',
  ],
];

describe('a policy with a mistake', () => {
  it('is taken as right before it is broken', () => expect(problemsOf(SMALL)).toEqual([]));

  it.each(MISTAKES)('%s', (_what, file, from, to, ...problems) => {
    expect(problemsOf(withChange(file, [from, to]))).toEqual(problems);
  });

  it('lists all mistakes of all files, in the order of files and lines', () => {
    const texts = {
      ...withChange('clocks', ['8 business hours', '8 hours'], ['calendar: office', 'calendar: ofice']),
      leads: withChange('leads', ['maya@example.com', 'maya']).leads,
    };
    // The clock whose target cannot be read is not looked at further; the lead is, and others are.
    expect(problemsOf(texts).map((problem) => problem.split(': ', 2).join(' '))).toEqual([
      'clocks.yaml:8:15 clocks.first-response.targets.normal',
      'leads.yaml:4:12 leads[0].email',
    ]);
  });

  it('finds a wrong name beside an entry that cannot be read', () => {
    const texts = withChange(
      'queues',
      ['    leads: [maya]', '    leads: [maya]\n  billing:\n    name: Billing\n    leads: [nobody]'],
      ['name: General', 'name: 5'],
    );
    expect(problemsOf(texts)).toEqual([
      'queues.yaml:3:11: queues.general.name: expected one line of text, found 5',
      'queues.yaml:7:13: queues.billing.leads[0]: expected the id of a lead in leads.yaml, found "nobody"; there is "maya"',
    ]);
  });

  it('does not take two entries without an id for the same one', () => {
    const lead = '{ name: A, email: a@example.com, zone: UTC, calendar: always }';
    const texts = withChange('leads', ['leads:\n', `leads:\n  - ${lead}\n  - ${lead}\n`]);
    const expected = 'expected a name in small letters, digits and hyphens, such as "copyright-claim", found nothing';
    expect(problemsOf(texts)).toEqual([
      `leads.yaml:2:5: leads[0].id: ${expected}`,
      `leads.yaml:3:5: leads[1].id: ${expected}`,
    ]);
  });

  it('says how many problems there are', () => {
    expect(() => compilePolicy(withChange('alerting', ['to: on-duty', 'to: none']))).toThrow(
      'the policy has 1 problem:\n  alerting.yaml:3:9: rungs[0].to: expected one of on-duty, all, found "none"',
    );
  });
});

describe('a policy directory', () => {
  let dir = '';
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'policy-'));
    for (const [name, text] of Object.entries(SMALL)) writeFileSync(join(dir, `${name}.yaml`), text);
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  const messageFor = (change: () => void): string => {
    change();
    try {
      compilePolicyDir(dir);
    } catch (error) {
      if (error instanceof PolicyError) return error.message.replaceAll(`${dir}/`, '');
      throw error;
    }
    return 'compiled';
  };

  it('gives the policy and the files that it read', () => {
    const { policy, files } = compilePolicyDir(dir);
    expect(policy).toEqual(compilePolicy(SMALL));
    expect(files).toEqual(
      ['sources', 'calendars', 'clocks', 'triage', 'queues', 'agents', 'vendors', 'leads', 'alerting'].map((name) =>
        join(dir, `${name}.yaml`),
      ),
    );
  });

  it('is the same wherever it lies', () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'policy-'));
    cpSync(dir, elsewhere, { recursive: true });
    expect(compilePolicyDir(elsewhere).policy).toEqual(compilePolicyDir(dir).policy);
    rmSync(elsewhere, { recursive: true });
  });

  it('tells of a missing file, and not of the names that are missing with it', () => {
    expect(messageFor(() => rmSync(join(dir, 'leads.yaml')))).toBe(
      'the policy has 1 problem:\n  leads.yaml:1:1: (file): expected a file with UTF-8 text, found none',
    );
  });

  it('tells of a file that it does not know', () => {
    expect(messageFor(() => writeFileSync(join(dir, 'queue.yaml'), ''))).toBe(
      'the policy has 1 problem:\n  queue.yaml:1:1: (file): expected one of sources.yaml, calendars.yaml, clocks.yaml, triage.yaml, queues.yaml, agents.yaml, vendors.yaml, leads.yaml, alerting.yaml, found queue.yaml; did you mean "queues.yaml"?',
    );
  });

  it('tells of a file that is not text', () => {
    expect(messageFor(() => writeFileSync(join(dir, 'leads.yaml'), Buffer.from([0x6c, 0xff, 0xfe])))).toBe(
      'the policy has 1 problem:\n  leads.yaml:1:1: (file): expected a file with UTF-8 text, found other bytes',
    );
  });

  it('tells of a directory that is not there', () => {
    expect(() => compilePolicyDir(join(dir, 'nowhere'))).toThrow('the policy has 9 problems:');
  });
});

describe('corrupted policies', () => {
  const names = Object.keys(SMALL) as FileName[];
  const noise = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 12 }),
    fc.constantFrom(
      '\n',
      '  ',
      ':',
      '- ',
      '[',
      ']',
      '{',
      '}',
      '"',
      "'",
      '&a ',
      '*a',
      '!!set ',
      '? ',
      '|',
      '%YAML 1.1\n---\n',
      '\t',
      '\u0000',
      '__proto__: 1\n',
      '<<: ',
      '~',
      'null',
      '1e999',
    ),
  );

  it('are refused with a PolicyError and nothing else, wherever they are broken', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.array(fc.record({ at: fc.nat(700), cut: fc.nat(30), put: noise }), { minLength: 1, maxLength: 4 }),
        (name, edits) => {
          let text = SMALL[name];
          for (const { at, cut, put } of edits) {
            const from = at % (text.length + 1);
            text = text.slice(0, from) + put + text.slice(from + cut);
          }
          // problemsOf throws on anything but a PolicyError.
          for (const problem of problemsOf({ ...SMALL, [name]: text })) {
            expect(problem).toMatch(/^[a-z]+\.yaml:[1-9]\d*:[1-9]\d*: .+: expected .+$/s);
          }
        },
      ),
      { numRuns: 500 },
    );
  }, 60_000);

  it('are refused when they nest deeper than anybody writes', () => {
    const deep = `${'not: {'.repeat(60)}field: text, exists: true${'}'.repeat(60)}`;
    expect(problemsOf(withChange('triage', ['    when:\n', `    when: {${deep}}\n    x:\n`]))).toEqual([
      'triage.yaml:1:1: (file): expected at most 40 levels, found more',
    ]);
    const abyss = problemsOf({ ...SMALL, queues: '['.repeat(20_000) });
    expect(abyss).toHaveLength(1);
    expect(abyss[0]).toMatch(/^queues\.yaml:\d+:\d+: \(yaml\): expected valid YAML/);
  });
});
