import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type MutationReport, mutationPage } from './mutation-report.ts';

/**
 * Mutation testing of domain/: about half an hour on two cores, minutes when little has changed since the last run.
 * Extra arguments go to Stryker, e.g. `--mutate domain/alert.ts`; only a run over everything writes the page.
 */
const REPORT = '.local/mutation/report.json';
const PAGE = 'docs/mutation.md';

const args = process.argv.slice(2);
rmSync(REPORT, { force: true });
const { status } = spawnSync('stryker', ['run', ...args], { stdio: 'inherit' });
// A run that was stopped, or whose tests fail before anything is changed, leaves no report.
if (args.length === 0 && existsSync(REPORT)) {
  const report: MutationReport = JSON.parse(readFileSync(REPORT, 'utf8'));
  writeFileSync(PAGE, mutationPage(report, new Date().toISOString().slice(0, 10)));
  console.log(`\nWritten: ${PAGE}`);
}
process.exitCode = status ?? 1;
