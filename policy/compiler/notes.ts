import { Priority } from '../../domain/event.ts';
import { conditionsIn, type Outcome, type Policy } from '../../domain/policy.ts';
import { ANSWERS, CLOCK_RULES } from '../../domain/turns.ts';
import type { Files } from './checks/names.ts';
import { formatWindow, parseWindow } from './hours.ts';
import type { Path } from './policy-file.ts';
import type { Problem } from './problems.ts';
import { HoursCalendar } from './schema/calendars.ts';
import type { FileName } from './schema.ts';

/** Hours of the longest shift over midnight that nobody asks about. */
const LONGEST_NIGHT = 12;

type Note = { readonly file: FileName; readonly path: Path; readonly message: string };

/** What of a policy has no effect, or an odd one, with its place: not wrong, but perhaps forgotten, misspelt or swapped. */
export function notesOn(policy: Policy, files: Files): Problem[] {
  const notes = [
    ...unusedCalendars(policy),
    ...longNights(files),
    ...clocksWithoutEffect(policy, files),
    ...targetsUpsideDown(policy),
    ...unusedLists(policy, files),
    ...rulesNeverSure(policy),
    ...queuesWithoutCases(policy),
    ...agentsWithoutUse(policy),
    ...vendorsWithoutCases(policy),
  ];
  return notes.map(({ file, path, message }) => files[file].noteAtKey(path, message));
}

function unusedCalendars({ calendars, clocks, agents, vendors, leads, triage, sources }: Policy): Note[] {
  const used = new Set([
    ...Object.values(calendars).flatMap((calendar) => ('members' in calendar ? calendar.members : [])),
    ...clocks.flatMap((clock) => [clock.calendar, ...clock.exceptions.map(({ calendar }) => calendar)]),
    ...[...agents, ...vendors, ...leads].map(({ calendar }) => calendar),
    ...triage.rules.flatMap(({ when }) => conditionsIn(when).map(({ during }) => during)),
    ...Object.values(sources).map(({ silence }) => silence?.calendar),
  ]);
  return Object.keys(calendars)
    .filter((name) => !used.has(name))
    .map((name) => ({ file: 'calendars', path: ['calendars', name], message: 'no other file uses this calendar' }));
}

/** A shift over midnight that is longer than anybody's is more likely written the wrong way round. */
function longNights(files: Files): Note[] {
  return files.calendars
    .entries(['calendars'], HoursCalendar)
    .flatMap(({ path, value: { hours = {}, special = {} } }) =>
      Object.entries({ hours, special }).flatMap(([part, days]) =>
        Object.entries(days).flatMap(([day, texts]) =>
          texts.flatMap((text): Note[] => {
            const [from, to] = parseWindow(text);
            const length = (to + 1440 - from) / 60;
            return to >= from || length <= LONGEST_NIGHT
              ? []
              : [
                  {
                    file: 'calendars',
                    path: [...path, part, day],
                    message: `"${text}" runs over midnight, for ${Math.round(length * 10) / 10} hours: is "${formatWindow([to, from])}" meant?`,
                  },
                ];
          }),
        ),
      ),
    );
}

/** A more urgent case that is promised less than a less urgent one. */
function targetsUpsideDown({ clocks }: Policy): Note[] {
  const order = [...Priority.options].reverse();
  return clocks.flatMap(({ clock, targets, exceptions }) =>
    [
      { path: ['clocks', clock, 'targets'], own: targets },
      ...exceptions.map((one, i) => ({ path: ['clocks', clock, 'exceptions', i, 'targets'], own: one.targets })),
    ].flatMap(({ path, own }: { path: Path; own: Partial<Record<Priority, number>> }) => {
      const given = order.filter((priority) => own[priority] !== undefined);
      return given.slice(1).flatMap((less, nth): Note[] => {
        const more = given[nth] as Priority;
        return (own[more] as number) <= (own[less] as number)
          ? []
          : [{ file: 'clocks', path: [...path, more], message: `${more} cases are given more time than ${less} ones` }];
      });
    }),
  );
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
