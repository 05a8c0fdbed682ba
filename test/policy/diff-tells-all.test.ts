import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Policy } from '../../domain/policy.ts';
import { compilePolicyDir } from '../../policy/compiler/compile-policy.ts';
import { describeChanges } from '../../policy/compiler/diff/describe-changes.ts';

/**
 * For every field of a compiled policy: a change of it is told. The fields are found, not listed, so that one
 * that is added to the policy later fails here until the note to the team knows it.
 */

const shipped = compilePolicyDir(fileURLToPath(new URL('../../policy', import.meta.url))).policy;

/** Some of the shipped policy, with what else a policy may say, so that each field of the schema has a value. */
const RICH: Policy = (() => {
  const policy = structuredClone(shipped);
  policy.triage.rules = policy.triage.rules.slice(0, 2);
  policy.agents = policy.agents.slice(0, 2);
  policy.calendars = Object.fromEntries(Object.entries(policy.calendars).slice(0, 4));
  for (const calendar of Object.values(policy.calendars))
    if ('holidays' in calendar) calendar.holidays = calendar.holidays.slice(0, 3);
  policy.triage.minConfidence = 0.5;
  policy.triage.unsure = { ...policy.triage.otherwise, tags: ['unsure'], skills: ['privacy'], priority: 'high' };
  policy.triage.otherwise = { ...policy.triage.otherwise, tags: ['x'], skills: ['crisis'], priority: 'low' };
  const [rule] = policy.triage.rules as [Policy['triage']['rules'][number]];
  policy.triage.rules.unshift({
    ...rule,
    id: 'rich',
    score: 0.9,
    when: {
      all: [
        {
          any: [
            { field: 'subject', matches: ['a.c', 'b'] },
            { field: 'reopens', atLeast: 2, atMost: 5 },
          ],
        },
        { not: { field: 'tier', is: ['free', 3, true] } },
        { field: 'cases', atLeast: 2, withinSeconds: 86_400 },
        { field: 'region', exists: true, during: 'dublin' },
        { field: 'any-text', contains: ['one', 'two'], list: 'words' },
      ],
    },
    outcome: { ...rule.outcome, route: 'home', tags: ['a', 'b'], skills: ['crisis'] },
  });
  for (const clock of policy.clocks) {
    clock.warnings = [
      { name: '75%', share: 0.75 },
      { name: '30 business minutes before', secondsBefore: 1800 },
    ];
    clock.until = 'closed';
    clock.pauseOn = ['pending', 'on-hold'];
    clock.exceptions = [
      {
        when: { tier: ['vip'], queue: ['billing'], language: ['es'], channel: ['chat'], vendor: ['manila'] },
        targets: { urgent: 60, high: 120, normal: 180, low: 240 },
        calendar: 'dublin',
      },
      { when: { tier: ['gold'] }, targets: { urgent: 60 } },
    ];
  }
  policy.alerting.dangerRungs = [{ to: 'all', waitSeconds: 60 }];
  const [source] = Object.values(policy.sources) as [Policy['sources'][string]];
  source.ticketUrl = 'https://crm.example.com/{id}';
  policy.agents = policy.agents.map((agent) => ({ ...agent, skills: ['crisis'] }));
  return policy;
})();

/** The names of all fields that a schema knows, however deep. */
function fieldsOf(schema: unknown, seen = new Set<unknown>()): string[] {
  const def = (schema as { _zod?: { def: Record<string, unknown> } } | undefined)?._zod?.def;
  if (def === undefined || seen.has(schema)) return [];
  seen.add(schema);
  const shape = (def.shape ?? {}) as Record<string, unknown>;
  const inner = [def.element, def.valueType, def.innerType, ...((def.options ?? []) as unknown[])];
  return [...Object.keys(shape), ...[...Object.values(shape), ...inner].flatMap((one) => fieldsOf(one, seen))];
}

type Path = readonly (string | number)[];

/** The paths of all leaves below a value. */
function leaves(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const entries: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return entries.flatMap(([key, one]) => leaves(one, [...path, key]));
}

/** All mappings and lists below a value, with those in them. */
function containers(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [];
  const entries: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [path, ...entries.flatMap(([key, one]) => containers(one, [...path, key]))];
}

function at(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<string | number, unknown>)[key], value);
}

/** A copy of a policy with another value at a path; `undefined` takes the entry out. */
function withValue(policy: Policy, path: Path, value: unknown): Policy {
  const copy = structuredClone(policy);
  const [last, ...rest] = [...path].reverse() as [string | number, ...(string | number)[]];
  const parent = at(copy, rest.reverse()) as Record<string | number, unknown> | unknown[];
  if (value !== undefined) (parent as Record<string | number, unknown>)[last] = value;
  else if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else delete parent[last];
  return copy;
}

/** Two values of each field that knows only some, so that one of them is another than it has. */
const KNOWN =
  `zendesk standard-webhooks handoff-ack first-response resume restart pending on-hold low urgent home vendor
  first-match scored on-duty all subject tags solved open`.split(/\s+/);

/** The policy with another value at a path, such as a policy may have there. */
function changedAt(path: Path): Policy {
  const value = at(RICH, path);
  const others =
    typeof value === 'string'
      ? [`${value}-other`, ...KNOWN]
      : typeof value === 'number'
        ? [value + 1, value - 1]
        : [!value];
  // One that can only be this is left out.
  const changed = [...others, undefined]
    .filter((other) => other !== value)
    .map((other) => withValue(RICH, path, other))
    .find((policy) => Policy.safeParse(policy).success);
  if (changed === undefined) throw new Error(`no other value is known for ${shown(path)}`);
  return changed;
}

/** Of paths that differ in places of lists and in dates only, the first two: a change of the hundredth phrase is like that of the first. */
function ofEachKind(paths: readonly Path[]): Path[] {
  const kind = (path: Path) => path.map((key) => String(key).replace(/^[\d-]+$/, '#')).join('.');
  return [...Map.groupBy(paths, kind).values()].flatMap((alike) => alike.slice(0, 2));
}

const shown = (path: Path) => path.join('.');

/**
 * A list's name is kept to explain a match, that of a holiday to explain a closed day; moving phrases into a list changes
 * nothing. The version is in the first line of the note.
 */
const SAYS_NOTHING = (path: Path) => path.at(-1) === 'list' || path.includes('holidayNames') || path[0] === 'version';

const silent = (before: Policy, after: Policy) => describeChanges(before, after).length === 0;

describe('a change of any field', () => {
  it('is looked for in a policy that the schema takes, and that has a value for each of its fields', () => {
    expect(Policy.parse(RICH)).toEqual(RICH);
    const said = new Set(containers(RICH).flatMap((path) => Object.keys(at(RICH, path) as object)));
    const fields = fieldsOf(Policy);
    expect(fields.length).toBeGreaterThan(80);
    expect(fields.filter((field) => !said.has(field))).toEqual([]);
  });

  it('is told', () => {
    const untold = ofEachKind(leaves(RICH))
      .filter((path) => !SAYS_NOTHING(path))
      .filter((path) => silent(RICH, changedAt(path)));
    expect(untold.map(shown)).toEqual([]);
  }, 30_000);

  it('is told where an entry is taken out, or added', () => {
    const entries = ofEachKind(
      containers(RICH).flatMap((path) => {
        const value = at(RICH, path) as object;
        return Object.keys(value).map((key): Path => [...path, Array.isArray(value) ? Number(key) : key]);
      }),
    );
    const untold = entries
      .filter((path) => !SAYS_NOTHING(path))
      .filter((path) => {
        const less = withValue(RICH, path, undefined);
        return Policy.safeParse(less).success && (silent(RICH, less) || silent(less, RICH));
      });
    expect(entries.length).toBeGreaterThan(200);
    expect(untold.map(shown)).toEqual([]);
  }, 30_000);
});

describe('what is new', () => {
  const SECTIONS = ['sources', 'calendars', 'clocks', 'queues', 'vendors', 'agents', 'leads'] as const;
  const entities: Path[] = [
    ...SECTIONS.flatMap((section) =>
      Object.keys(RICH[section])
        .slice(0, 3)
        .map((key): Path => [section, Array.isArray(RICH[section]) ? Number(key) : key]),
    ),
    ...RICH.triage.rules.slice(0, 3).map((_, nth): Path => ['triage', 'rules', nth]),
    ...RICH.clocks
      .slice(0, 2)
      .flatMap(({ exceptions }, nth) => exceptions.map((_, i): Path => ['clocks', nth, 'exceptions', i])),
  ];
  /** Who takes no sensitive cases is told to nobody but the reader of the file. A list is told when it is new itself. */
  const isTold = (path: Path) => {
    const condition = at(RICH, path.slice(0, -2));
    const isListed = typeof condition === 'object' && condition !== null && 'list' in condition;
    return !SAYS_NOTHING(path) && path.at(-1) !== 'optOut' && !isListed;
  };

  it('is told with all of its fields', () => {
    const untold = entities.flatMap((entity) => {
      const before = withValue(RICH, entity, undefined);
      const note = describeChanges(before, RICH).join('\n');
      return ofEachKind(leaves(at(RICH, entity), entity))
        .filter(isTold)
        .filter((path) => describeChanges(before, changedAt(path)).join('\n') === note);
    });
    expect(untold.map(shown)).toEqual([]);
  }, 30_000);
});
