import type { Calendar } from './calendar.ts';
import type { Case } from './case.ts';
import { originalOf } from './duplicates.ts';
import type { Alternative, Decision, Match } from './event.ts';
import { type Outcome, type Policy, policyCalendars, type TriagePolicy, type TriageRule } from './policy.ts';
import { Atoms } from './triage-atoms.ts';
import { compileCondition } from './triage-conditions.ts';
import { languageOf, type TriageFacts } from './triage-fields.ts';
import { TriageIndex } from './triage-index.ts';

/** Stand for a rule's id when none holds, when none is sure enough, and when the case repeats another. */
export const OTHERWISE = 'otherwise';
export const UNSURE = 'unsure';
export const DUPLICATE = 'duplicate';

const MOST_ALTERNATIVES = 10;
const MOST_MATCHES = 20;

/** What is decided and why: a decision without the case's own parts. */
interface Verdict {
  readonly ruleId: string;
  readonly reason: string;
  readonly outcome: Outcome;
  readonly confidence: number;
  readonly matched: readonly Match[];
  readonly alternatives: readonly Alternative[];
}

/** A rule that holds, and what of it did. */
interface Holding {
  readonly rule: TriageRule;
  readonly matches: () => Match[];
}

/** The rules of a list that hold for a case, in their order, each asked when it is wanted; they can be gone through again. */
export type RulesHolding = (state: Case, facts: TriageFacts) => Iterable<Holding>;

/** The triage of one policy, compiled. */
export interface Triage {
  readonly decide: (state: Case, facts?: TriageFacts) => Omit<Decision, 'policyVersion'>;
}

const compiled = new WeakMap<Policy, Triage>();

/**
 * Decides a case; the rules are compiled once per policy object. In `first-match` the first rule
 * that holds decides, in `scored` the category whose rules add up to most, except that a sensitive
 * rule goes before any points. A decision that is not sure enough is `unsure`; without a rule it is
 * the policy's `otherwise`. The same words of the same customer are parked while the first case
 * is worked. A sensitive case goes neither to a vendor nor to where nobody looks, whatever its
 * rule says. Pure: the same arguments give the same decision.
 */
export function decideTriage(state: Case, policy: Policy, facts: TriageFacts = {}): Decision {
  let triage = compiled.get(policy);
  if (triage === undefined) {
    triage = compileTriage(policy.triage, { calendar: policyCalendars(policy) });
    compiled.set(policy, triage);
  }
  return { ...triage.decide(state, facts), policyVersion: policy.version };
}

/** Compiles rules, so that all are asked in one pass. Throws RE2JSSyntaxException when first asked if a pattern is none. */
export function compileRules(
  listed: readonly TriageRule[],
  { calendar }: { readonly calendar: (name: string) => Calendar },
): RulesHolding {
  const atoms = new Atoms(calendar);
  const rules = listed.map((rule) => ({ rule, when: compileCondition(rule.when, atoms) }));
  const index = new TriageIndex(rules.map(({ when }) => when.clauses));
  return (state, facts) => {
    // Once: answering them is nearly all that a decision costs.
    const held = atoms.holding(state, facts);
    return {
      *[Symbol.iterator]() {
        for (const nth of index.candidates(held)) {
          const { rule, when } = rules[nth] as (typeof rules)[number];
          if (when.holds(held)) yield { rule, matches: () => when.matches(held).slice(0, MOST_MATCHES) };
        }
      },
    };
  };
}

/** Compiles the triage of a policy. Throws RE2JSSyntaxException at the first decision if a pattern is none. */
export function compileTriage(
  triage: TriagePolicy,
  calendars: { readonly calendar: (name: string) => Calendar },
): Triage {
  const rules = compileRules(triage.rules, calendars);

  const judge = (rulesHolding: Iterable<Holding>) => {
    const verdict = triage.mode === 'scored' ? byScore([...rulesHolding]) : byOrder(rulesHolding);
    if (verdict === undefined) return otherwise(triage);
    const { confidence, outcome } = verdict;
    return confidence < triage.minConfidence && !outcome.sensitive ? unsure(verdict, triage) : verdict;
  };

  const decide: Triage['decide'] = (state, facts = {}) => {
    const holding = rules(state, facts);
    const verdict = judge(holding);
    const original = originalOf(state, facts.history, triage.duplicateSeconds);
    if (original === undefined) return decisionOf(verdict, state, facts);
    const isSensitive = verdict.outcome.sensitive || someSensitive(holding);
    const linked = original.over || isSensitive ? verdict : duplicate(verdict, original.caseId);
    return { ...decisionOf(linked, state, facts), duplicateOf: original.caseId };
  };
  return { decide };
}

/** The first rule decides. Only one that parks gives way: to a sensitive rule, which somebody has to look at. */
function byOrder(holding: Iterable<Holding>): Verdict | undefined {
  let first: Holding | undefined;
  const later: TriageRule[] = [];
  for (const one of holding) {
    if (first === undefined) first = one;
    else if (isParking(first.rule) && one.rule.outcome.sensitive) {
      return verdictOf(one, one.rule.score, [
        alternative(first.rule, `does not park what ${one.rule.id} holds for`),
        ...later.map((rule) => alternative(rule, `${one.rule.id} is sensitive`)),
      ]);
    } else if (later.length < MOST_ALTERNATIVES) later.push(one.rule);
    else if (!isParking(first.rule)) break;
  }
  if (first === undefined) return undefined;
  const because = `comes after ${first.rule.id}`;
  return verdictOf(
    first,
    first.rule.score,
    later.map((rule) => alternative(rule, because)),
  );
}

/** The category with the most points decides, by its own best rule; a sensitive rule goes before any points. */
function byScore(holding: readonly Holding[]): Verdict | undefined {
  const ranked = rank(holding);
  const sensitive = rank(holding.filter(({ rule }) => rule.outcome.sensitive));
  const best = (sensitive[0] ?? ranked[0])?.rules[0];
  if (best === undefined) return undefined;
  const { category } = best.rule.outcome;
  const total = ranked.reduce((sum, { points }) => sum + points, 0);
  const ofBest = ranked.find((one) => one.category === category)?.points ?? 0;
  const alternatives: Alternative[] = [];
  for (const { category: other, points, rules } of ranked) {
    if (alternatives.length > MOST_ALTERNATIVES) break;
    for (const { rule } of rules) {
      if (rule === best.rule) continue;
      const share = other === category ? `says ${category} too` : `${round(points)} of ${round(total)} points`;
      const gaveWay = best.rule.outcome.sensitive && !rule.outcome.sensitive ? `; ${best.rule.id} is sensitive` : '';
      alternatives.push(alternative(rule, `${share}${gaveWay}`));
    }
  }
  return verdictOf(best, total > 0 ? round(ofBest / total) : 0, alternatives);
}

interface Category {
  readonly category: string;
  readonly points: number;
  /** The best first. */
  readonly rules: readonly Holding[];
}

/** The rules by category: the most points first, then the better single rule; what is equal stays in the policy's order. */
function rank(holding: readonly Holding[]): Category[] {
  const groups = Map.groupBy(holding, ({ rule }) => rule.outcome.category);
  const categories = [...groups].map(([category, rules]): Category => {
    const points = rules.reduce((sum, { rule }) => sum + rule.score, 0);
    return { category, points, rules: rules.sort((a, b) => b.rule.score - a.rule.score) };
  });
  const bestOf = ({ rules }: Category) => rules[0]?.rule.score ?? 0;
  return categories.sort((a, b) => round(b.points) - round(a.points) || bestOf(b) - bestOf(a));
}

/** A guess is not acted on: people of our own look at it. */
function unsure(verdict: Verdict, { unsure: written, otherwise, minConfidence }: TriagePolicy): Verdict {
  const { ruleId, outcome, confidence, alternatives } = verdict;
  const guess = { ruleId, category: outcome.category, because: `${confidence} sure, less than ${minConfidence}` };
  return {
    ...verdict,
    ruleId: UNSURE,
    reason: `no rule is sure enough: ${ruleId} is the nearest`,
    // A policy that does not say where a guess goes has not said that it may leave the house.
    outcome: written ?? { ...otherwise, route: 'home' },
    alternatives: [guess, ...alternatives],
  };
}

function duplicate(verdict: Verdict, original: string): Verdict {
  const { ruleId, outcome, alternatives } = verdict;
  const same = (field: string): Match => ({ field, operator: 'same as', value: original });
  return {
    ruleId: DUPLICATE,
    reason: `the same customer wrote the same in ${original}, which is still worked`,
    outcome: { ...outcome, route: 'parked' },
    confidence: 1,
    matched: [same('requesterId'), same('any-text')],
    alternatives: [{ ruleId, category: outcome.category, because: `repeats ${original}` }, ...alternatives],
  };
}

function otherwise({ otherwise: outcome }: TriagePolicy): Verdict {
  return { ruleId: OTHERWISE, reason: 'no rule matched', outcome, confidence: 0, matched: [], alternatives: [] };
}

function verdictOf({ rule, matches }: Holding, confidence: number, alternatives: readonly Alternative[]): Verdict {
  const { id, reason, outcome } = rule;
  return { ruleId: id, reason, outcome, confidence, matched: matches(), alternatives };
}

function decisionOf(verdict: Verdict, state: Case, facts: TriageFacts): Omit<Decision, 'policyVersion'> {
  const { ruleId, reason, outcome, confidence, matched, alternatives } = verdict;
  return {
    ruleId,
    reason,
    priority: outcome.priority ?? state.priority,
    queue: outcome.queue,
    route: staysHome(outcome, state) ? 'home' : outcome.route,
    sensitive: outcome.sensitive,
    dataClass: outcome.dataClass,
    category: outcome.category,
    tags: outcome.tags,
    language: languageOf(state, facts) ?? 'unknown',
    skills: outcome.skills,
    confidence,
    matched: [...matched],
    alternatives: alternatives.slice(0, MOST_ALTERNATIVES),
  };
}

/** What is sensitive is never parked, nor shown to a vendor; what a machine wrote is no vendor's work. */
function staysHome({ sensitive, route }: Outcome, { automatic }: Case): boolean {
  return sensitive || (automatic !== undefined && route === 'vendor');
}

function alternative({ id, outcome }: TriageRule, because: string): Alternative {
  return { ruleId: id, category: outcome.category, because };
}

/** Does the rule have the case parked? A sensitive one never does, whatever it says. */
function isParking({ outcome }: TriageRule): boolean {
  return outcome.route === 'parked' && !outcome.sensitive;
}

function someSensitive(holding: Iterable<Holding>): boolean {
  for (const { rule } of holding) if (rule.outcome.sensitive) return true;
  return false;
}

/** To three decimals, so that sums of tenths are what people add up. */
function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
