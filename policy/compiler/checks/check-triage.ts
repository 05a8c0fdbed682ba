import { DUPLICATE, OTHERWISE, UNSURE } from '../../../domain/triage.ts';
import { buildTriage } from '../build/triage.ts';
import { ruleFaults } from '../logic/rule-logic.ts';
import type { Path, PolicyFile } from '../policy-file.ts';
import { describe } from '../problems.ts';
import { A_LEAD, A_QUEUE } from '../schema/parts.ts';
import { Agent } from '../schema/people.ts';
import { type Condition, Outcome, Rule, Triage } from '../schema/triage.ts';
import { Vendor } from '../schema/vendors.ts';
import { checkCondition } from './check-condition.ts';
import { checkPatterns } from './check-patterns.ts';
import { checkUnique, type Files, idsOf, type Names, refer } from './names.ts';

/** Stand for no rule in a decision, so no rule may be called so. */
const TAKEN: Readonly<Record<string, string>> = {
  [OTHERWISE]: 'no rule',
  [UNSURE]: 'a rule that is not sure enough',
  [DUPLICATE]: 'a case that repeats another',
};

/** Rules with owners, conditions, queues, vendors or skills that do not exist, and outcomes that contradict themselves. */
export function checkTriage(files: Files, names: Names): void {
  const file = files.triage;
  checkUnique(file, 'rules');
  const mode = file.at(['mode']) ?? 'first-match';
  let catchAll: string | undefined;
  for (const { path, value } of file.entries(['rules'], Rule)) {
    refer(file, [...path, 'owner'], value.owner, names.leads, A_LEAD);
    if (value.when !== undefined) checkCondition(file, [...path, 'when'], value.when, names);
    if (value.tell !== undefined) checkTell(file, path, value);
    const taken = Object.hasOwn(TAKEN, value.id) ? TAKEN[value.id] : undefined;
    if (taken !== undefined)
      file.add(
        [...path, 'id'],
        `expected another name: "${value.id}" stands for ${taken}, found ${describe(value.id)}`,
      );
    if (catchAll !== undefined)
      file.add(
        path,
        `expected a rule that can be reached, found ${describe(value.id)} after ${describe(catchAll)}, which has no "when" and takes every case`,
      );
    if (mode === 'first-match' && value.when === undefined) catchAll ??= value.id;
    if (mode === 'first-match' && value.score !== undefined && value.score > 1)
      file.add(
        [...path, 'score'],
        `expected a number up to 1, how sure the rule is (points are for "mode: scored"), found ${value.score}`,
      );
  }
  checkPatterns(file);
  checkConfidence(file);
  checkOutcomes(files, names);
  checkLogic(file);
}

/** What is only known when the case is triaged. */
const NOT_OF_A_MESSAGE = ['cases', 'language'];

/** A rule that tells is asked at each message, and of the case alone: a condition on more would not be met where it should. */
function checkTell(file: PolicyFile, path: Path, { id, when }: Rule): void {
  if (when === undefined)
    file.add(
      [...path, 'tell'],
      `expected a "when" beside "tell: now" (without one each message of each case is danger), found none in ${describe(id)}`,
    );
  else checkAsked(file, [...path, 'when'], when);
}

function checkAsked(file: PolicyFile, path: Path, condition: Condition): void {
  const { field, not, all = [], any = [] } = condition;
  if (field !== undefined && NOT_OF_A_MESSAGE.includes(field))
    file.add(
      [...path, 'field'],
      `expected a field that each message can be asked for (a rule with "tell: now" cannot ask for ${NOT_OF_A_MESSAGE.join(' or ')}), found ${describe(field)}`,
    );
  if (not !== undefined) checkAsked(file, [...path, 'not'], not);
  for (const [i, inner] of all.entries()) checkAsked(file, [...path, 'all', i], inner);
  for (const [i, inner] of any.entries()) checkAsked(file, [...path, 'any', i], inner);
}

/** Rules that decide nothing or contradict each other; only looked for among rules that are otherwise in order. */
function checkLogic(file: PolicyFile): void {
  const triage = file.problems.length === 0 ? Triage.safeParse(file.data) : undefined;
  if (triage?.success !== true) return;
  for (const { nth, kind, message } of ruleFaults(buildTriage(triage.data)))
    file.add(['rules', nth, ...(kind === 'never-holds' ? ['when'] : [])], message);
}

function checkConfidence(file: PolicyFile): void {
  const [least, unsure] = [file.at(['min-confidence']), file.at(['unsure'])];
  if (typeof least === 'number' && least > 0 && unsure === undefined)
    file.add(['unsure'], 'expected what is decided for a case that no rule is sure enough about, found nothing');
  if (unsure !== undefined && (least === undefined || least === 0))
    file.addAtKey(
      ['unsure'],
      'expected "min-confidence" above 0 beside it, without which no case is unsure, found "unsure" alone',
    );
}

type Placed<T> = { readonly path: Path; readonly value: T };

/** Every well-formed outcome of the file, with its place. */
function outcomesOf(file: PolicyFile): Placed<Outcome>[] {
  const rules = file
    .entries(['rules'], Rule)
    .map(({ path, value }) => ({ path: [...path, 'then'], value: value.then }));
  const others = ['unsure', 'otherwise'].flatMap((key) => {
    const outcome = Outcome.safeParse(file.at([key]));
    return outcome.success ? [{ path: [key], value: outcome.data }] : [];
  });
  return [...rules, ...others];
}

function checkOutcomes(files: Files, names: Names): void {
  const file = files.triage;
  const vendors = allOf(files.vendors, 'vendors', Vendor);
  const agents = allOf(files.agents, 'agents', Agent);
  for (const { path, value } of outcomesOf(file)) {
    refer(file, [...path, 'queue'], value.queue, names.queues, A_QUEUE);
    const { category, 'data-class': dataClass, route = 'home', skills = [], queue } = value;
    if (value.sensitive === true && route !== 'home') {
      file.add(
        [...path, 'route'],
        route === 'vendor'
          ? 'expected "home", because the case is sensitive and never leaves the house, found "vendor"'
          : 'expected "home", because the case is sensitive and somebody has to look at it, found "parked"',
      );
    } else if (
      route === 'vendor' &&
      vendors !== undefined &&
      !vendors.some((vendor) => vendor.categories.includes(category) && vendor['data-classes'].includes(dataClass))
    ) {
      file.add(
        [...path, 'route'],
        `expected a vendor in vendors.yaml that takes category "${category}" with data class "${dataClass}" (or "route: home"), found none`,
      );
    }
    const team = agents?.filter((agent) => agent.queues.includes(queue)) ?? [];
    const able = team.some((agent) => skills.every((skill) => agent.skills?.includes(skill)));
    if (skills.length > 0 && names.queues?.has(queue) === true && agents !== undefined && agents.length > 0 && !able)
      file.add(
        [...path, 'skills'],
        `expected skills that an agent of queue "${queue}" in agents.yaml has all of, found ${skills.join(', ')}`,
      );
  }
}

/** Every entry of a list, or undefined while one of them cannot be read. */
function allOf<T>(file: PolicyFile, section: string, schema: Parameters<typeof file.entries<T>>[1]): T[] | undefined {
  const found = file.entries([section], schema).map(({ value }) => value);
  return Array.isArray(file.at([section])) && found.length === idsOf(file, section).length ? found : undefined;
}
