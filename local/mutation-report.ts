/** What of Stryker's JSON report (mutation testing report schema 2) is read. */
export interface MutationReport {
  readonly files: Readonly<Record<string, { readonly mutants: readonly Mutant[] }>>;
}

interface Mutant {
  readonly mutatorName: string;
  readonly status: string;
  readonly location: { readonly start: { readonly line: number } };
}

export interface Score {
  readonly name: string;
  /** Mutants that a test noticed, by failing or by never ending. */
  readonly killed: number;
  readonly survived: number;
  /** No test runs the line at all. */
  readonly uncovered: number;
}

const KILLED: ReadonlySet<string> = new Set(['Killed', 'Timeout']);
/** So that the page stays one that is read. */
const MOST_SURVIVORS = 60;

/** How each file of the report did, in the order of their names. Ignored mutants and those that don't compile don't count. */
export function scores(report: MutationReport): Score[] {
  return Object.entries(report.files)
    .map(([name, { mutants }]) => ({
      name,
      killed: mutants.filter(({ status }) => KILLED.has(status)).length,
      survived: mutants.filter(({ status }) => status === 'Survived').length,
      uncovered: mutants.filter(({ status }) => status === 'NoCoverage').length,
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Killed of all that count, per cent; 100 where there is nothing to kill. */
export function percentOf({ killed, survived, uncovered }: Omit<Score, 'name'>): number {
  const all = killed + survived + uncovered;
  return all === 0 ? 100 : (killed / all) * 100;
}

function total(of: readonly Score[]): Score {
  const sum = (pick: (score: Score) => number) => of.reduce((so, score) => so + pick(score), 0);
  return {
    name: 'all',
    killed: sum((score) => score.killed),
    survived: sum((score) => score.survived),
    uncovered: sum((score) => score.uncovered),
  };
}

/** The survivors, one line each place: `domain/x.ts:12 ConditionalExpression (2)`; at most 60 lines. */
function survivorLines(report: MutationReport): string[] {
  const places = Object.entries(report.files)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, { mutants }]) =>
      mutants
        .filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
        .sort((a, b) => a.location.start.line - b.location.start.line)
        .map(({ mutatorName, location }) => `${name}:${location.start.line} ${mutatorName}`),
    );
  const lines = [...new Set(places)].map((place) => {
    const times = places.filter((other) => other === place).length;
    return `- ${place}${times > 1 ? ` (${times})` : ''}`;
  });
  const left = lines.length - MOST_SURVIVORS;
  return left > 0 ? [...lines.slice(0, MOST_SURVIVORS), `- and at ${left} more places`] : lines;
}

/**
 * The page about a mutation run: the score overall and per file, and where mutants survive.
 * @param day the day of the run, YYYY-MM-DD
 */
export function mutationPage(report: MutationReport, day: string): string {
  const files = scores(report);
  const all = total(files);
  const row = (score: Score) =>
    `| ${score.name} | ${percentOf(score).toFixed(1)} % | ${score.killed} | ${score.survived} | ${score.uncovered} |`;
  const survivors = survivorLines(report);
  return [
    '# How much the tests of the domain notice',
    '',
    'Each line of `domain/` is changed in many small ways (a comparison turned round, a branch removed, a string emptied), one',
    'at a time, and its tests are run. A change that no test notices survives. The score is the share that is noticed; under',
    '85 % the run fails. Only the wording of thrown errors is left alone (`test/mutation/ignore-messages.ts`).',
    '',
    `\`npm run mutation\` wrote this page on ${day}: **${percentOf(all).toFixed(1)} %** of ${all.killed + all.survived + all.uncovered} mutants.`,
    '',
    '| file | score | noticed | survived | not run by a test |',
    '|---|---|---|---|---|',
    ...files.map(row),
    row(all),
    '',
    '## Survivors',
    '',
    ...(survivors.length === 0 ? ['None.'] : survivors),
    '',
  ].join('\n');
}
