import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { FoldContext } from '../../domain/case.ts';
import { dangersOf } from '../../domain/danger.ts';
import type { Decision } from '../../domain/event.ts';
import { policyCalendars } from '../../domain/policy.ts';
import { decideTriage } from '../../domain/triage.ts';
import { detectLanguage } from '../../functions/adapters/language/detect-language.ts';
import { compilePolicyDir } from '../../policy/compiler/compile-policy.ts';
import { PolicyError } from '../../policy/compiler/problems.ts';
import type { CommandIo } from './io.ts';
import { answerLines } from './json-lines.ts';
import type { Fields } from './line-error.ts';
import { caseOf } from './triage-case.ts';

const USAGE = `npm run -s caserelay -- triage [--policy DIR] [--text] < lines

Reads JSON objects, one a line, and says of each what triage decides and why, in order:
  {"case": {"subject": "…", "text": "…", "channel": "…", "tags": […], …}, "openedAt": "…"}
  {"events": […]}   a whole log, as the store keeps it; decisions in it are left out

  --policy DIR   policy that decides (default: policy/)
  --text         to be read by people, instead of JSON

"history" beside a case lists the customer's other cases: {"openedAt", "subject", "text", "over"}.
docs/cli.md has every field. A line that cannot be read gives {"line", "error"}; the others go on.
`;

/** Explains what triage decides, JSON lines in and out. Exit code 0 however many lines were bad, 1 for a wrong usage. */
export async function triage(args: string[], io: CommandIo): Promise<number> {
  let context: FoldContext;
  let isText: boolean;
  try {
    const { values } = parseArgs({
      args,
      options: { policy: { type: 'string' }, text: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    });
    if (values.help === true) {
      io.stdout.write(USAGE);
      return 0;
    }
    isText = values.text === true;
    context = contextOf(values.policy ?? relative(process.cwd(), POLICY));
  } catch (error) {
    // A policy with problems has all of them told already; other errors are of the arguments.
    io.stderr.write(error instanceof PolicyError ? `${error.message}\n` : `${(error as Error).message}\n\n${USAGE}`);
    return 1;
  }
  await answerLines(io, (line) => {
    const { caseId, decision, ...beside } = decide(line, context);
    if (isText) return `${inWords(String(line.id ?? caseId), decision, beside)}\n`;
    const id = line.id === undefined ? {} : { id: line.id };
    const said = Object.entries(beside).filter(([, names]) => names.length > 0);
    return JSON.stringify({ ...id, caseId, ...decision, ...Object.fromEntries(said) });
  });
  return 0;
}

const POLICY = fileURLToPath(new URL('../../policy', import.meta.url));

function contextOf(dir: string): FoldContext {
  const { policy } = compilePolicyDir(dir);
  return { policy, calendar: policyCalendars(policy) };
}

/** What is known of a line besides the decision. */
interface Beside {
  /** Rules that hold and have a lead told at once. */
  readonly danger: readonly string[];
  /** Names on the line that mean nothing to triage. */
  readonly ignored: readonly string[];
}

function decide(line: Fields, context: FoldContext): Beside & { caseId: string; decision: Decision } {
  const { state, history, ignored } = caseOf(line, context, Date.now());
  const { language, subject = '', text = '' } = state.fields;
  const decision = decideTriage(state, context.policy, {
    calendar: context.calendar,
    history,
    language: language === undefined ? detectLanguage(`${subject}\n${text}`) : undefined,
  });
  const danger = dangersOf(state, context.policy).map(({ id }) => id);
  return { caseId: state.caseId, decision, danger, ignored };
}

/** A decision as people read it, under a name for the case. */
function inWords(name: string, decision: Decision, { danger, ignored }: Beside): string {
  const { matched = [], alternatives = [], tags, skills = [] } = decision;
  const also = [
    decision.sensitive ? 'sensitive' : undefined,
    tags.length === 0 ? undefined : `tags ${tags.join(', ')}`,
    skills.length === 0 ? undefined : `skills ${skills.join(', ')}`,
    decision.duplicateOf === undefined ? undefined : `repeats ${decision.duplicateOf}`,
  ].filter((part) => part !== undefined);
  const lines = [
    `${name}: ${decision.ruleId} — ${decision.reason}`,
    `  ${decision.category}, ${decision.priority}, queue ${decision.queue}, route ${decision.route}, data class ${decision.dataClass}`,
    ...(danger.length === 0 ? [] : [`  danger: a lead is told at once (${danger.join(', ')})`]),
    ...(also.length === 0 ? [] : [`  ${also.join('; ')}`]),
    `  language ${decision.language}; ${Math.round((decision.confidence ?? 0) * 100)} % sure; policy ${decision.policyVersion.slice(0, 12)}`,
    ...matched.map((match) => `  because ${matchInWords(match)}`),
    ...alternatives.map(({ ruleId, category, because }) => `  rather than ${ruleId} (${category}): ${because}`),
    ...(ignored.length === 0 ? [] : [`  means nothing to triage: ${ignored.join(', ')}`]),
  ];
  return lines.join('\n');
}

function matchInWords({ field, operator, value }: NonNullable<Decision['matched']>[number]): string {
  if (operator === 'not') return `not: ${value}`;
  if (operator === 'exists') return value === 'yes' ? `${field} is known` : `${field} is not known`;
  return `${field} ${operator} "${value}"`;
}
