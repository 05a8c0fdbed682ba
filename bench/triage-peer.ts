import type { Case } from '../domain/case.ts';
import type { Condition, TriageRule } from '../domain/policy.ts';

/** What is used of json-rules-engine, which is only installed for the benchmarks. */
interface Engine {
  addOperator(name: string, holds: (fact: never, value: never) => boolean): void;
  addRule(rule: object): void;
  on(name: 'success', told: (event: { type: string }) => void): void;
  run(facts: object): Promise<{ events: { type: string }[] }>;
  stop(): void;
}
type Json = Record<string, unknown>;

/**
 * The same rules for json-rules-engine: a function from a case to the id of the first rule that
 * holds. `inTurn` gives each rule a priority of its own and stops at the first that holds;
 * without it all are asked at once and the first is taken. It is helped where that is fair: the
 * text is made plain once per case, patterns are the platform's own, and it explains nothing.
 */
export async function peer(rules: readonly TriageRule[], inTurn: boolean): Promise<(state: Case) => Promise<string>> {
  const name = 'json-rules-engine';
  const { Engine } = (await import(name)) as {
    Engine: new (rules: object[], options: { allowUndefinedFacts: boolean }) => Engine;
  };
  const engine = new Engine([], { allowUndefinedFacts: true });
  engine.addOperator('isAnyOf', (fact: unknown, values: readonly unknown[]) =>
    Array.isArray(fact) ? fact.some((one) => values.includes(one)) : values.includes(fact),
  );
  engine.addOperator('hasPhrase', (fact: string | undefined, phrases: readonly string[]) =>
    phrases.some((phrase) => fact?.includes(phrase)),
  );
  engine.addOperator('hasPattern', (fact: string | undefined, pattern: RegExp) => pattern.test(fact ?? ''));
  engine.addOperator('exists', (fact: unknown, wanted: boolean) => (fact !== undefined) === wanted);
  const place = new Map(rules.map(({ id }, nth) => [id, nth]));
  for (const [nth, { id, when }] of rules.entries()) {
    const conditions = translate(when ?? {});
    engine.addRule({
      conditions: 'all' in conditions || 'any' in conditions ? conditions : { all: [conditions] },
      event: { type: id },
      priority: inTurn ? rules.length - nth : 1,
    });
  }
  if (inTurn) engine.on('success', () => engine.stop());
  return async (state) => {
    const { events } = await engine.run(factsOf(state));
    const [first] = events.map(({ type }) => type).sort((a, b) => (place.get(a) ?? 0) - (place.get(b) ?? 0));
    return first ?? 'otherwise';
  };
}

function factsOf({ fields: { subject = '', text = '', custom, tags, ...fields } }: Case): Json {
  return {
    ...Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, fold(value)])),
    tags: tags?.map(fold),
    'custom.product': custom?.product,
    'custom.amount': custom?.amount,
    subject: plain(subject),
    'any-text': plain(`${subject}\n${text}`),
    'raw-text': `${subject}\n${text}`,
  };
}

function translate(condition: Condition): Json {
  const { all, any, not, field, is, contains, matches, exists, atLeast } = condition;
  const parts: Json[] = [];
  if (all !== undefined) parts.push({ all: all.map(translate) });
  if (any !== undefined) parts.push({ any: any.map(translate) });
  if (not !== undefined) parts.push({ not: translate(not) });
  if (is !== undefined) parts.push({ fact: field, operator: 'isAnyOf', value: is.map(fold) });
  if (contains !== undefined) parts.push({ fact: field, operator: 'hasPhrase', value: contains.map(plain) });
  for (const pattern of matches ?? []) {
    parts.push({ fact: 'raw-text', operator: 'hasPattern', value: new RegExp(pattern, 'i') });
  }
  if (exists !== undefined) parts.push({ fact: field, operator: 'exists', value: exists });
  if (atLeast !== undefined) parts.push({ fact: field, operator: 'greaterThanInclusive', value: atLeast });
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : { all: parts };
}

const fold = (value: unknown) => String(value).normalize('NFKC').toLowerCase().trim();
const plain = (text: string) =>
  ` ${fold(text)
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()} `;
