import { canonicalJson } from '../../../domain/content-key.ts';
import { listed } from '../../../domain/listed.ts';
import type { TriagePolicy, TriageRule } from '../../../domain/policy.ts';
import { contradictionIn, FormulaIndex, Known, waysToHold } from './formulas.ts';
import { type Formula, formulaOf, type Literal, literalInWords } from './literals.ts';

/** A rule that decides nothing, or that contradicts another. */
export interface RuleFault {
  /** Place of the rule in the list. */
  readonly nth: number;
  readonly kind: 'never-holds' | 'unreachable' | 'contradictory';
  /** Ids of the rules that come before it or contradict it. */
  readonly because: readonly string[];
  /** `expected …, found …` */
  readonly message: string;
}

/** Most questions that are compared, so that a synth never waits long; rules that are left then are let pass. */
const MOST_EFFORT = 20_000_000;

type Rules = Pick<TriagePolicy, 'mode' | 'rules'>;

/**
 * Rules that can be shown to decide nothing: their condition contradicts itself, or earlier rules
 * take all their cases; and rules that say different things of the same cases. What it says is so;
 * it does not find everything.
 */
export function ruleFaults({ mode, rules }: Rules): RuleFault[] {
  const faults: RuleFault[] = [];
  const earlier: Earlier = { index: new FormulaIndex(), formulas: [], effort: 0 };
  const seen = new Map<string, TriageRule>();
  // A rule that parks gives way to a later one that is sensitive (domain/triage.ts).
  const parking = rules.findIndex(({ outcome }) => outcome.route === 'parked');
  for (const [nth, rule] of rules.entries()) {
    const formula = formulaOf(rule.when);
    const ways = waysToHold(formula);
    const possible = ways?.filter((way) => contradictionIn(way) === undefined);
    const goesFirst = (other: number) =>
      !rule.outcome.sensitive || parking < 0 || other < parking || rules[other]?.outcome.sensitive === true;
    const twin = twinOf(rule, mode, seen);
    const sameOutcome = twin !== undefined && canonicalJson(twin.outcome) === canonicalJson(rule.outcome);
    if (ways !== undefined && possible?.length === 0) faults.push(neverHolds(nth, ways));
    else if (twin !== undefined && !sameOutcome) faults.push(contradictory(nth, rule, twin));
    else if (mode === 'first-match') {
      const before = twin === undefined ? coveredBy(possible, earlier, goesFirst) : [rules.indexOf(twin)];
      if (before !== undefined)
        faults.push(
          unreachable(
            nth,
            rule,
            before.map((one) => rules[one] as TriageRule),
          ),
        );
    }
    earlier.index.add(formula, nth);
    earlier.formulas.push({ formula, size: sizeOf(formula) });
  }
  return faults;
}

/** The rules before one, and how much has been compared so far. */
interface Earlier {
  readonly index: FormulaIndex;
  readonly formulas: { readonly formula: Formula; readonly size: number }[];
  effort: number;
}

/** The earlier rules of which one holds in each of the ways, if there are such. */
function coveredBy(
  ways: readonly Literal[][] | undefined,
  earlier: Earlier,
  goesFirst: (nth: number) => boolean,
): number[] | undefined {
  if (ways === undefined) return undefined;
  const found = new Set<number>();
  for (const way of ways) {
    if (earlier.effort > MOST_EFFORT) return undefined;
    const known = new Known(way);
    const before = earlier.index.candidates(way).find((nth) => {
      const { formula, size } = earlier.formulas[nth] as Earlier['formulas'][number];
      earlier.effort += size;
      return goesFirst(nth) && known.proves(formula);
    });
    earlier.effort += way.length;
    if (before === undefined) return undefined;
    found.add(before);
  }
  return [...found].sort((a, b) => a - b);
}

/** How many questions a formula has. */
function sizeOf(formula: Formula): number {
  return formula.kind === 'literal' ? 1 : formula.parts.reduce((sum, part) => sum + sizeOf(part), 0);
}

/** An earlier rule with the same condition. Scored rules for other categories are none: each speaks for its own. */
function twinOf(rule: TriageRule, mode: Rules['mode'], seen: Map<string, TriageRule>): TriageRule | undefined {
  const key = canonicalJson([rule.when ?? {}, mode === 'scored' ? rule.outcome.category : '']);
  const twin = seen.get(key);
  if (twin === undefined) seen.set(key, rule);
  return twin;
}

function neverHolds(nth: number, ways: readonly (readonly Literal[])[]): RuleFault {
  const [pair] = ways.map(contradictionIn);
  const because =
    pair === undefined ? 'nothing meets' : `"${pair.map(literalInWords).join('" and "')}" never hold together`;
  const message = `expected a condition that a case can meet, found one that none does: ${because}`;
  return { nth, kind: 'never-holds', because: [], message };
}

function contradictory(nth: number, { id }: TriageRule, twin: TriageRule): RuleFault {
  const message = `expected one outcome for one condition, found ${JSON.stringify(id)} with the condition of ${JSON.stringify(twin.id)} and another outcome`;
  return { nth, kind: 'contradictory', because: [twin.id], message };
}

function unreachable(nth: number, { id }: TriageRule, before: readonly TriageRule[]): RuleFault {
  const names = before.map((one) => JSON.stringify(one.id));
  const all = names.length > 4 ? [...names.slice(0, 3), `${names.length - 3} more`] : names;
  const list = `${listed(all)}, which take${all.length === 1 ? 's' : ''}`;
  const message = `expected a rule that can be reached, found ${JSON.stringify(id)} after ${list} all its cases`;
  return { nth, kind: 'unreachable', because: before.map((one) => one.id), message };
}
