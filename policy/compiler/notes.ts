import { conditionsIn, type Outcome, type Policy } from '../../domain/policy.ts';
import { ANSWERS, CLOCK_RULES } from '../../domain/turns.ts';
import type { Files } from './checks/names.ts';
import type { Path } from './policy-file.ts';
import type { Problem } from './problems.ts';
import type { FileName } from './schema.ts';

type Note = { readonly file: FileName; readonly path: Path; readonly message: string };

/** What of a policy has no effect, with its place: not wrong, but perhaps forgotten or misspelt. */
export function notesOn(policy: Policy, files: Files): Problem[] {
  const notes = [
    ...unusedCalendars(policy),
    ...clocksWithoutEffect(policy, files),
    ...unusedLists(policy, files),
    ...rulesNeverSure(policy),
    ...queuesWithoutCases(policy),
    ...agentsWithoutUse(policy),
    ...vendorsWithoutCases(policy),
  ];
  return notes.map(({ file, path, message }) => files[file].noteAtKey(path, message));
}

function unusedCalendars({ calendars, clocks, agents, vendors, leads, triage }: Policy): Note[] {
  const used = new Set([
    ...Object.values(calendars).flatMap((calendar) => ('members' in calendar ? calendar.members : [])),
    ...clocks.flatMap((clock) => [clock.calendar, ...clock.exceptions.map(({ calendar }) => calendar)]),
    ...[...agents, ...vendors, ...leads].map(({ calendar }) => calendar),
    ...triage.rules.flatMap(({ when }) => conditionsIn(when).map(({ during }) => during)),
  ]);
  return Object.keys(calendars)
    .filter((name) => !used.has(name))
    .map((name) => ({ file: 'calendars', path: ['calendars', name], message: 'no other file uses this calendar' }));
}

function clocksWithoutEffect({ clocks }: Policy, files: Files): Note[] {
  return clocks
    .filter(({ clock }) => CLOCK_RULES[clock].whenOver === 'cancelled')
    .map(({ clock }) => ({ path: ['clocks', clock, 'on-reopen'] as Path, isWait: ANSWERS.includes(clock) }))
    .filter(({ path }) => files.clocks.at(path) !== undefined)
    .map(({ path, isWait }) => ({
      file: 'clocks',
      path,
      message: isWait
        ? 'without effect: a customer who was not answered always waits on when the case is reopened'
        : 'without effect: solving a case ends this clock for good',
    }));
}

function unusedLists({ triage }: Policy, files: Files): Note[] {
  const used = new Set(triage.rules.flatMap(({ when }) => conditionsIn(when).map(({ list }) => list)));
  return Object.keys(files.triage.at(['lists']) ?? {})
    .filter((name) => !used.has(name))
    .map((name) => ({ file: 'triage', path: ['lists', name], message: 'no rule uses this list' }));
}

/** With first-match, a rule's score is how sure its decision is. */
function rulesNeverSure({ triage }: Policy): Note[] {
  const { mode, minConfidence, rules } = triage;
  if (mode !== 'first-match') return [];
  return [...rules.entries()]
    .filter(([, { score, outcome }]) => score < minConfidence && !outcome.sensitive)
    .map(([nth]) => ({
      file: 'triage',
      path: ['rules', nth, 'score'],
      message: `below min-confidence (${minConfidence}), so that all its cases go to "unsure"`,
    }));
}

function queuesWithoutCases({ queues, triage, agents }: Policy): Note[] {
  const outcomes = outcomesOf(triage);
  return Object.keys(queues).flatMap((queue): Note[] => {
    const note = (message: string): Note[] => [{ file: 'queues', path: ['queues', queue], message }];
    const coming = outcomes.filter((outcome) => outcome.queue === queue);
    if (coming.length === 0) return note('no rule sends a case to this queue');
    const team = agents.filter((agent) => agent.queues.includes(queue));
    if (agents.length === 0 || coming.every(({ route }) => route === 'parked')) return [];
    if (team.length === 0) return note('no agent works this queue, so that its cases wait for the CRM or a lead');
    const able = (outcome: Outcome) =>
      team.some(({ optOut, skills }) => !optOut && outcome.skills.every((skill) => skills.includes(skill)));
    return coming.every((outcome) => !outcome.sensitive || able(outcome))
      ? []
      : note('every agent who could take its sensitive cases has opted out of them');
  });
}

function agentsWithoutUse({ agents, triage }: Policy): Note[] {
  const asked = new Set(outcomesOf(triage).flatMap(({ skills }) => skills));
  return agents.flatMap(({ skills }, nth) =>
    skills
      .filter((skill) => !asked.has(skill))
      .map(
        (skill): Note => ({
          file: 'agents',
          path: ['agents', nth, 'skills', skills.indexOf(skill)],
          message: `no rule asks for the skill "${skill}"`,
        }),
      ),
  );
}

function vendorsWithoutCases({ vendors, triage }: Policy): Note[] {
  const sent = outcomesOf(triage).filter(({ route }) => route === 'vendor');
  const categories = new Set(sent.map(({ category }) => category));
  const classes = new Set(sent.map(({ dataClass }) => dataClass));
  return vendors.flatMap((vendor, nth) => {
    const unused = (key: string, names: readonly string[], used: ReadonlySet<string>, what: string) =>
      [...names.entries()]
        .filter(([, name]) => !used.has(name))
        .map(
          ([i, name]): Note => ({
            file: 'vendors',
            path: ['vendors', nth, key, i],
            message: `no rule sends a case ${what} "${name}" to a vendor`,
          }),
        );
    return [
      ...unused('data-classes', vendor.dataClasses, classes, 'with data class'),
      ...unused('categories', vendor.categories, categories, 'of category'),
    ];
  });
}

function outcomesOf({ rules, unsure, otherwise }: Policy['triage']): Outcome[] {
  return [...rules.map(({ outcome }) => outcome), ...(unsure === undefined ? [] : [unsure]), otherwise];
}
