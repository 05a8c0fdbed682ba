import { conditionsIn, type Outcome, type Policy, type TriagePolicy, type TriageRule } from '../../../domain/policy.ts';
import { asksElse, conditionChanges, conditionInWords, type ListChanges, moreAndLess } from './conditions.ts';
import { about, durationInWords, listChange, listedOrNone, matched, quoted, valueChange } from './words.ts';

const ROUTES = {
  home: 'worked by our own team',
  vendor: 'offered to vendors',
  parked: 'parked',
} as const satisfies Record<Outcome['route'], string>;

const MODES = {
  'first-match': 'the first rule that holds decides',
  scored: 'the category whose rules add up to most decides',
} as const satisfies Record<TriagePolicy['mode'], string>;

/** What changes in what happens to a new case. */
export function caseChanges({ triage: before }: Policy, { triage: after }: Policy): string[] {
  const lists: ListChanges = new Map();
  const { added, removed, both } = matched(before.rules, after.rules);
  const changed = both.flatMap(([one, other]) => about(`Rule ${other.id}`, ruleChanges(one, other, lists)));
  const rewritten = both.filter(([one, other]) => asksElse(one, other)).map(([, other]) => other);
  return [
    ...valueChange('How rules decide', MODES[before.mode], MODES[after.mode]),
    ...added.map(
      (rule) => `New rule ${rule.id} (owner ${rule.owner}), ${placeOf(rule, after.rules)}: ${ruleInWords(rule)}`,
    ),
    ...removed.map(({ id, reason }) => `Rule ${id} is gone; later rules decide its cases. Its reason was: ${reason}`),
    ...movedRules(
      both.map(([one]) => one.id),
      after.rules,
    ),
    ...changed,
    ...newLists(before.rules, [...added, ...rewritten]).map(([name, values]) => `New list ${name}: ${quoted(values)}`),
    ...[...lists].map(
      ([name, { added: more, removed: less, rules }]) =>
        `List ${name} (${rules.length === 1 ? 'rule' : 'rules'} ${listedOrNone(rules)}): ${moreAndLess([...more], [...less])}`,
    ),
    ...about('A case that no rule takes', outcomeChanges(before.otherwise, after.otherwise)),
    ...unsureChanges(before, after),
    ...valueChange('The same text of the same customer is a duplicate', duplicates(before), duplicates(after)),
  ];
}

/** The lists, with what is in them, that rules which ask something new name, and that no rule named before. */
function newLists(before: readonly TriageRule[], rules: readonly TriageRule[]): [string, readonly unknown[]][] {
  const named = (some: readonly TriageRule[]) =>
    some.flatMap(({ when }) =>
      conditionsIn(when).flatMap(({ list, is, contains }): [string, readonly unknown[]][] =>
        list === undefined ? [] : [[list, is ?? contains ?? []]],
      ),
    );
  const known = new Map(named(before));
  return [...new Map(named(rules))].filter(([name]) => !known.has(name));
}

function duplicates({ duplicateSeconds }: TriagePolicy): string {
  return duplicateSeconds === 0 ? 'never' : `within ${durationInWords(duplicateSeconds, 'calendar')}`;
}

function placeOf(rule: TriageRule, rules: readonly TriageRule[]): string {
  const before = rules[rules.indexOf(rule) - 1];
  return before === undefined ? 'first of all' : `after ${before.id}`;
}

function ruleInWords(rule: TriageRule): string {
  return `when ${conditionInWords(rule.when)}: ${outcomeInWords(rule.outcome)}${sure(rule)}${rule.tell === 'now' ? ', and a lead is told at once' : ''}. Why: ${rule.reason}`;
}

function sure({ score }: TriageRule): string {
  return score === 1 ? '' : `, score ${score}`;
}

function outcomeInWords(outcome: Outcome): string {
  const { category, queue, route, priority, sensitive, dataClass, tags, skills } = outcome;
  return [
    `category ${category}`,
    `queue ${queue}`,
    ROUTES[route],
    ...(priority === undefined ? [] : [`priority ${priority}`]),
    ...(sensitive ? ['sensitive'] : []),
    `data class ${dataClass}`,
    ...(tags.length > 0 ? [`tags ${listedOrNone(tags)}`] : []),
    ...(skills.length > 0 ? [`skills ${listedOrNone(skills)}`] : []),
  ].join(', ');
}

function ruleChanges(before: TriageRule, after: TriageRule, lists: ListChanges): string[] {
  return [
    ...conditionChanges(before, after, lists),
    ...outcomeChanges(before.outcome, after.outcome),
    ...valueChange('a lead is told at once', before.tell === 'now', after.tell === 'now'),
    ...valueChange('score', before.score, after.score),
    ...valueChange('owner', before.owner, after.owner),
    ...valueChange('reason', before.reason, after.reason),
  ];
}

function outcomeChanges(before: Outcome, after: Outcome): string[] {
  const priority = ({ priority: set }: Outcome) => set ?? 'as the case has it';
  return [
    ...(before.queue === after.queue ? [] : [`now goes to queue ${after.queue} instead of ${before.queue}`]),
    ...(before.route === after.route ? [] : [`now ${ROUTES[after.route]} instead of ${ROUTES[before.route]}`]),
    ...valueChange('sensitive', before.sensitive, after.sensitive),
    ...valueChange('data class', before.dataClass, after.dataClass),
    ...valueChange('priority', priority(before), priority(after)),
    ...valueChange('category', before.category, after.category),
    ...listChange('tags', before.tags, after.tags),
    ...listChange('skills', before.skills, after.skills),
  ];
}

function unsureChanges(before: TriagePolicy, after: TriagePolicy): string[] {
  const [was, is] = [before.unsure, after.unsure];
  const title = 'A case that no rule is sure enough about';
  const outcome =
    was !== undefined && is !== undefined
      ? about(title, outcomeChanges(was, is))
      : valueChange(title, was && outcomeInWords(was), is && outcomeInWords(is));
  return [...valueChange('How sure a decision has to be', before.minConfidence, after.minConfidence), ...outcome];
}

/** Rules that come earlier or later among those that were there before: as few as explain the new order. */
function movedRules(kept: readonly string[], rules: readonly TriageRule[]): string[] {
  const order = rules.map(({ id }) => id).filter((id) => kept.includes(id));
  const stayed = new Set(longestRising(order.map((id) => kept.indexOf(id))).map((place) => kept[place]));
  return rules
    .filter(({ id }) => kept.includes(id) && !stayed.has(id))
    .map((rule) => `Rule ${rule.id} is now tried ${placeOf(rule, rules)}`);
}

/** The longest run of numbers that rise, not necessarily next to each other. */
function longestRising(numbers: readonly number[]): number[] {
  const best: number[][] = [];
  for (const [i, number] of numbers.entries()) {
    const before = best.slice(0, i).filter((run) => (run.at(-1) ?? 0) < number);
    const longest = before.reduce<number[]>((a, b) => (b.length > a.length ? b : a), []);
    best.push([...longest, number]);
  }
  return best.reduce<number[]>((a, b) => (b.length > a.length ? b : a), []);
}
