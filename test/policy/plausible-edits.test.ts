import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { FILES, type FileName } from '../../policy/compiler/schema.ts';
import { problemsOf } from './small-policy.ts';

/** Slips of a lead in the shipped policy, and the first thing that is said of each: it has to say what to write. */

const SHIPPED = Object.fromEntries(
  Object.keys(FILES).map((name) => [
    name,
    readFileSync(fileURLToPath(new URL(`../../policy/${name}.yaml`, import.meta.url)), 'utf8'),
  ]),
) as Record<FileName, string>;

/** What is said, without line and column, which other tests hold. */
function said(file: FileName, from: string | RegExp, to: string): string[] {
  const text = SHIPPED[file].replace(from, () => to);
  if (text === SHIPPED[file]) throw new Error(`${file} has no ${from}`);
  return problemsOf({ ...SHIPPED, [file]: text }).map((problem) => problem.replace(/^(\w+)\.yaml:\d+:\d+: /, '$1 '));
}

const DUBLIN = 'mon-fri: ["09:00-17:30"]';
const SUICIDE = /contains:\n +- suicide\n[\s\S]*?(?= {4}then)/;

describe('a slip of a lead', () => {
  it('is made in a policy that is in order', () => expect(problemsOf(SHIPPED)).toEqual([]));

  it.each<[string, FileName, string | RegExp, string, string]>([
    [
      'a name in capitals',
      'queues',
      '[aoife,',
      '[Aoife,',
      'queues queues.general.leads[0]: expected the id of a lead in leads.yaml, found "Aoife"; did you mean "aoife"?',
    ],
    [
      'a name as people say it',
      'triage',
      'queue: trust-and-safety',
      'queue: Trust and safety',
      'triage rules[0].then.queue: expected a queue in queues.yaml, found "Trust and safety"; did you mean "trust-and-safety"?',
    ],
    [
      'a whole name',
      'triage',
      'owner: maya',
      'owner: Maya Ortiz',
      'triage rules[0].owner: expected the id of a lead in leads.yaml, found "Maya Ortiz"; there are "maya", "aoife", "wei-ling", "camila" and "noah"',
    ],
    [
      'a new name in capitals',
      'triage',
      '- id: self-harm',
      '- id: Self Harm',
      'triage rules[0].id: expected a name in small letters, digits and hyphens, such as "copyright-claim", found "Self Harm"; did you mean "self-harm"?',
    ],
    [
      'a line that is taken out',
      'agents',
      '    calendar: dublin\n',
      '',
      'agents agents[4].calendar: expected a calendar in calendars.yaml, found nothing',
    ],
    [
      'a list without brackets',
      'queues',
      'leads: [aoife, maya, wei-ling, camila, noah]',
      'leads: aoife',
      'queues queues.general.leads: expected a list with at least one lead, found "aoife"; did you mean [aoife]?',
    ],
    [
      'hours without brackets',
      'calendars',
      DUBLIN,
      'mon-fri: 09:00-17:30',
      'calendars calendars.dublin.hours.mon-fri: expected a list of hours such as ["09:00-13:00", "14:00-18:00"]; [] is closed all day, found "09:00-17:30"; did you mean ["09:00-17:30"]?',
    ],
    [
      'a word for closed',
      'calendars',
      '2026-12-24: ["09:00-13:00"]',
      '2026-12-24: closed',
      'calendars calendars.los-angeles-tue-sat.special.2026-12-24: expected a list of hours such as ["09:00-13:00", "14:00-18:00"]; [] is closed all day, found "closed"',
    ],
    [
      'phrases that are taken out',
      'triage',
      SUICIDE,
      'contains: []\n',
      'triage rules[0].when.contains: expected a list with at least one entry, found an empty list',
    ],
    [
      'phrases that are taken out, bracket and all',
      'triage',
      SUICIDE,
      'contains:\n',
      'triage rules[0].when.contains: expected a phrase, or a list of phrases, with letters or digits in them, found nothing',
    ],
    [
      'a number among phrases',
      'triage',
      '- suicide\n',
      '- 911\n',
      'triage rules[0].when.contains[0]: expected a phrase with letters or digits in it, such as refund or "911", found 911',
    ],
    [
      'a rule without what it decides',
      'triage',
      / {4}then:\n {6}category: self-harm[\s\S]*?(?= {2}- id: child-safety)/,
      '',
      'triage rules[0].then: expected "category:", "queue:" and "data-class:" in lines below it, indented, found nothing',
    ],
    [
      'targets that are taken out',
      'clocks',
      /targets:\n {6}urgent: 30 business minutes[\s\S]*?(?= {4}exceptions)/,
      'targets:\n',
      'clocks clocks.first-response.targets: expected "urgent:", "high:", "normal:" and "low:" in lines below it, indented, found nothing',
    ],
    [
      'a file that is emptied',
      'leads',
      /[\s\S]*/,
      '',
      'leads (file): expected "leads:" in lines below it, indented, found nothing',
    ],
    [
      'rules that are emptied',
      'triage',
      /rules:[\s\S]*(?=\n# No rule)/,
      'rules:\n',
      'triage rules: expected a list of rules, found nothing',
    ],
    [
      'a queue that is misspelt where skills are asked for',
      'triage',
      'queue: trust-and-safety',
      'queue: trust-safety',
      'triage rules[0].then.queue: expected a queue in queues.yaml, found "trust-safety"; there are "general", "billing", "creators", "copyright", "trust-and-safety" and "legal-and-press"',
    ],
    [
      'a rule without its dash',
      'triage',
      '  - id: child-safety',
      '  id: child-safety',
      'triage (yaml): expected a line that begins in the same column as the others of its list or entry, found "id: child-safety" in column 3: move it with spaces, or see whether the line above it is complete',
    ],
  ])('is told with what to write: %s', (_what, file, from, to, problem) =>
    expect(said(file, from, to)).toEqual([problem]),
  );

  const RULE = '    then:\n      category: self-harm\n      queue: trust-and-safety\n';

  it.each<[string, string, string]>([
    [
      'too far to the right',
      '      then:\n        category: self-harm\n      queue: trust-and-safety\n',
      'triage rules[0].when.then: expected one of all, any, not, field, is, is-in, contains, contains-any-of, matches, exists, at-least, at-most, within, during, found "then"; it belongs beside "when": move it to the left',
    ],
    [
      'too far to the left',
      '    queue: trust-and-safety\n    then:\n      category: self-harm\n',
      'triage rules[0].queue: expected one of id, owner, reason, when, tell, score, then, found "queue"; it belongs to "then": move it to the right',
    ],
    [
      'beside the empty one that it belongs to',
      '    then:\n    category: self-harm\n    queue: trust-and-safety\n',
      'triage rules[0].category: expected one of id, owner, reason, when, tell, score, then, found "category"; if it belongs to "then", which is empty, move it to the right',
    ],
  ])('is told with its place, for a key %s', (_what, to, problem) => {
    // What follows in the rule goes with it, so that the file can be read.
    const rest =
      / {6}priority: urgent\n {6}sensitive: true\n {6}data-class: restricted\n {6}skills: \[crisis\]\n {6}tags: \[safety, self-harm\]\n/;
    expect(said('triage', new RegExp(`${RULE}${rest.source}`), to)).toContain(problem);
  });
});
