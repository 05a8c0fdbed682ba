import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
// @ts-expect-error: the package ships no types.
import aslValidator from 'asl-validator';
import jsonata from 'jsonata';
import { describe, expect, test } from 'vitest';
import type { CaseEventType, HandoffState } from '../../domain/event.ts';
import type { AssignAgentResult } from '../../functions/assign-agent/assign-agent.ts';
import type { bringHome } from '../../functions/bring-home/bring-home.ts';
import type { SelectVendorOutput } from '../../functions/select-vendor/select-vendor.ts';
import type { TriageCaseResult } from '../../functions/triage-case/triage-case.ts';
import { type State, WORKFLOWS, workflowFile } from './workflow-files.ts';

/** Errors that AWS raises; anything else in a Retry or Catch must be a class of ours. */
const AWS_ERRORS = [
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.TooManyRequestsException',
  'States.TaskFailed',
  'States.Timeout',
  'States.ALL',
];

type AlertOutcome<T = CaseEventType> = T extends `alert-${infer Outcome}` ? Outcome : never;

/** What the functions return, or a wait is ended with; the compiler checks the words. */
const OUTCOMES: Readonly<Record<(typeof WORKFLOWS)[number], readonly string[]>> = {
  'case-triage': ['triaged', 'not-needed'] satisfies TriageCaseResult['outcome'][],
  'case-assignment': ['assigned', 'deferred', 'not-needed'] satisfies AssignAgentResult['outcome'][],
  'vendor-handoff': [
    ...(['offer', 'none'] satisfies SelectVendorOutput['outcome'][]),
    ...(['accepted', 'rejected', 'expired', 'resolved', 'returned', 'recalled'] satisfies HandoffState[]),
    ...(['home', 'over'] satisfies Awaited<ReturnType<typeof bringHome>>['outcome'][]),
  ],
  'handoff-notice': [],
  'breach-alert': ['moot', ...(['acknowledged', 'unanswered'] satisfies AlertOutcome[])],
};

const source = sources('functions').concat(sources('domain')).join('\n');

describe.each(WORKFLOWS)('%s', (name) => {
  const workflow = workflowFile(name);
  const tasks = Object.entries(workflow.States).filter(([, state]) => state.Type === 'Task');

  test('is valid Amazon States Language, in JSONata', () => {
    const { isValid, errorsText } = aslValidator(structuredClone(workflow) as never);
    expect(isValid, errorsText('\n')).toBe(true);
    expect(workflow.QueryLanguage).toBe('JSONata');
  });

  test('each Task calls the function that it is named after, which exists', () => {
    for (const [id, task] of tasks) {
      expect(task.Resource).toMatch(/^arn:aws:states:::lambda:invoke(\.waitForTaskToken)?$/);
      expect(task.Arguments.FunctionName).toBe(`\${${id}Arn}`);
      const folder = id.replace(/(?<!^)[A-Z]/g, '-$&').toLowerCase();
      expect(existsSync(`functions/${folder}/handler.ts`), folder).toBe(true);
    }
  });

  test('each Task has a timeout, a Retry and a Catch; what waits for a token passes it on', () => {
    for (const [id, task] of tasks) {
      expect(task.TimeoutSeconds, id).toBeGreaterThan(0);
      expect(task.Retry.length, id).toBeGreaterThan(0);
      expect(task.Catch.length, id).toBeGreaterThan(0);
      const waits = task.Resource.endsWith('.waitForTaskToken');
      expect('taskToken' in task.Arguments.Payload, id).toBe(waits);
      // Running out of the wait is an outcome, not a fault to be tried again.
      if (waits) for (const retry of task.Retry) expect(retry.ErrorEquals, id).not.toContain('States.Timeout');
    }
  });

  test('each Retry is a named policy whose comment states its waits', () => {
    for (const [id, task] of tasks) {
      for (const retry of task.Retry) {
        if (retry.MaxAttempts === 0) continue;
        const waits = Array.from({ length: retry.MaxAttempts }, (_, n) =>
          Math.min(retry.IntervalSeconds * retry.BackoffRate ** n, retry.MaxDelaySeconds ?? Number.POSITIVE_INFINITY),
        );
        const total = waits.reduce((sum, wait) => sum + wait, 0);
        expect(retry.Comment, id).toMatch(/^Policy '[a-z]+': /);
        expect(retry.Comment, id).toContain(
          `: ${retry.MaxAttempts} retries, at most ${waits.join(' + ')} = ${total} s of waiting.`,
        );
      }
    }
  });

  test('errors in Retry and Catch are those of AWS, or classes that a function throws', () => {
    const named = tasks.flatMap(([, task]) =>
      [...task.Retry, ...task.Catch].flatMap(({ ErrorEquals }: State): string[] => ErrorEquals),
    );
    expect(named.length).toBeGreaterThan(0);
    const thrown = (error: string) =>
      new RegExp(`class ${error} extends`).test(source) &&
      new RegExp(`(throw|reject\\() *new ${error}\\(`).test(source);
    expect(named.filter((error) => !AWS_ERRORS.includes(error) && !thrown(error))).toEqual([]);
  });

  test('every outcome that a function returns is chosen on, and no other', () => {
    const conditions = [...JSON.stringify(workflow).matchAll(/outcome (?:=|in) (\[[^\]]*\]|'[^']*')/g)];
    const chosen = conditions.flatMap(([, words]) =>
      [...(words as string).matchAll(/'([^']+)'/g)].map(([, word]) => word),
    );
    expect([...new Set(chosen)].sort()).toEqual([...OUTCOMES[name]].sort());
  });

  test('every expression is one that the reference JSONata can read', () => {
    for (const [, expression] of JSON.stringify(workflow).matchAll(/\{%(.+?)%\}/g))
      expect(() => jsonata(JSON.parse(`"${expression}"`)), expression).not.toThrow();
  });
});

test('handoff-notice ends within the 5 minutes of an Express workflow, whichever party it tells', () => {
  const tasks = Object.values(workflowFile('handoff-notice').States).filter(({ Type }) => Type === 'Task');
  expect(tasks.map(({ TimeoutSeconds, Retry }) => [TimeoutSeconds, Retry[0].MaxAttempts])).toEqual([
    [20, 5],
    [20, 5],
  ]);
  // Worked by hand, and only one of the two runs: 6 × 20 s + 62 s.
  expect(6 * 20 + 62).toBeLessThan(300);
});

test.each(['case-triage', 'case-assignment'] as const)(
  '%s ends within the 5 minutes of an Express workflow, whatever is tried again',
  (name) => {
    const tasks = Object.values(workflowFile(name).States).filter(({ Type }) => Type === 'Task');
    const longest = tasks.map(({ TimeoutSeconds, Retry }) => {
      const [{ MaxAttempts, IntervalSeconds, BackoffRate }, ...others] = Retry;
      expect(others).toEqual([]);
      const waits = Array.from({ length: MaxAttempts }, (_, nth) => IntervalSeconds * BackoffRate ** nth);
      return (MaxAttempts + 1) * TimeoutSeconds + waits.reduce((sum, wait) => sum + wait, 0);
    });
    // By hand: TriageCase and AssignAgent 4 × 15 s + (1 + 2 + 4) s, WriteBack 6 × 20 s + (2 + 4 + 8 + 16 + 32) s; 249 s in all.
    expect(longest).toEqual([67, 182]);
  },
);

function sources(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => readFileSync(join(dir, path), 'utf8'));
}
