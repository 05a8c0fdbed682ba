import { describe, expect, it } from 'vitest';
import { compilePolicy } from '../../policy/compiler/compile-policy.ts';
import { problemsOf, SMALL, withChange } from './small-policy.ts';

describe('the team', () => {
  it('may be nobody: then the CRM gives out the cases', () => {
    const nobody = { ...SMALL, agents: `${SMALL.agents.split('agents:')[0]}agents: []\n` };
    expect(compilePolicy(nobody).agents).toEqual([]);
  });

  it('has agents with skills, who may keep out of sensitive cases', () => {
    const { agents } = compilePolicy(
      withChange('agents', ['    capacity: 10', '    capacity: 10\n    skills: [crisis]\n    opt-out: true']),
    );
    expect(agents).toMatchObject([{ id: 'noah', skills: ['crisis'], optOut: true, capacity: 10 }]);
  });

  it.each<[string, string, string, ...string[]]>([
    [
      'an unknown calendar',
      'calendar: office',
      'calendar: ofice',
      '11:15: agents[0].calendar: expected a calendar in calendars.yaml, found "ofice"; did you mean "office"?',
    ],
    [
      'an unknown queue',
      '[general]',
      '[general, genral]',
      '12:23: agents[0].queues[1]: expected a queue in queues.yaml, found "genral"; did you mean "general"?',
    ],
    [
      'an unknown source',
      'zendesk:',
      'zendsk:',
      '9:29: agents[0].crm-user-ids.zendsk: expected a source in sources.yaml, found "zendsk"; did you mean "zendesk"?',
    ],
    [
      'a user id without quotes',
      '"9001"',
      '9001',
      '9:30: agents[0].crm-user-ids.zendesk: expected the id of a user in quotes, such as "9001", found 9001',
    ],
    [
      'the user that CaseRelay writes as',
      '"9001"',
      '"7"',
      '9:30: agents[0].crm-user-ids.zendesk: expected a user that nobody else is, found "7", who is CaseRelay itself',
    ],
    [
      'two agents who are one user',
      'agents:\n',
      'agents:\n  - { id: a, name: A, crm-user-ids: { zendesk: "9001" }, zone: UTC, calendar: always, queues: [general], languages: [en], capacity: 1 }\n',
      '10:30: agents[1].crm-user-ids.zendesk: expected a user that nobody else is, found "9001", who is a',
    ],
    [
      'an agent twice',
      'agents:\n',
      'agents:\n  - { id: noah, name: A, crm-user-ids: {}, zone: UTC, calendar: always, queues: [general], languages: [en], capacity: 1 }\n',
      '8:9: agents[1].id: expected an id that no other entry has, found "noah" again',
    ],
    [
      'no room for a case',
      'capacity: 10',
      'capacity: 0',
      '14:15: agents[0].capacity: expected a whole number from 1 to 200, found 0',
    ],
    [
      'no queue',
      '[general]',
      '[]',
      '12:13: agents[0].queues: expected a list with at least one queue, found an empty list',
    ],
    [
      'a language that is none',
      '[en]',
      '[English]',
      '13:17: agents[0].languages[0]: expected a language code such as "en", found "English"',
    ],
    [
      'a rest in open hours',
      '30 calendar minutes',
      '30 business minutes',
      '4:14: exposure.cool-down: expected calendar time, such as "15 calendar minutes": this wait has no calendar, found "30 business minutes"',
    ],
    [
      'a sensitive case that is longer than the day',
      'minutes-per-day: 120',
      'minutes-per-day: 10',
      '5:21: exposure.expected-minutes: expected at most the 10 minutes of a day, or no agent could ever be given a sensitive case, found 15',
    ],
    [
      'a limit that is misspelt',
      'cases-per-day',
      'case-per-day',
      '2:3: exposure.cases-per-day: expected a whole number from 0 to 200, found nothing',
      '2:3: exposure.case-per-day: expected one of cases-per-day, minutes-per-day, cool-down, expected-minutes, found "case-per-day"; did you mean "cases-per-day"?',
    ],
  ])('is refused with %s', (_what, from, to, ...problems) => {
    expect(problemsOf(withChange('agents', [from, to]))).toEqual(problems.map((problem) => `agents.yaml:${problem}`));
  });

  it('may have no sensitive cases at all', () => {
    expect(problemsOf(withChange('agents', ['minutes-per-day: 120', 'minutes-per-day: 0']))).toEqual([]);
  });
});
