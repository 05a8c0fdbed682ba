import { readFileSync } from 'node:fs';
import jsonata from 'jsonata';

// biome-ignore lint/suspicious/noExplicitAny: states differ in shape by their type.
export type State = any;

export interface WorkflowFile {
  readonly QueryLanguage: string;
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

export const WORKFLOWS = [
  'case-triage',
  'case-assignment',
  'vendor-handoff',
  'handoff-notice',
  'breach-alert',
] as const;

export function workflowFile(name: (typeof WORKFLOWS)[number]): WorkflowFile {
  return JSON.parse(readFileSync(`workflows/${name}.asl.json`, 'utf8'));
}

/** Evaluates a template (`{% … %}` texts in whatever nesting) with the reference JSONata, as Step Functions would. */
async function evaluate(template: unknown, bindings: Readonly<Record<string, unknown>>): Promise<unknown> {
  if (typeof template === 'string' && template.startsWith('{%')) {
    const value = await jsonata(template.slice(2, -2).trim()).evaluate(undefined, { ...bindings });
    // Step Functions fails an execution whose expression gives nothing.
    if (value === undefined) throw new Error(`nothing came of ${template}`);
    return JSON.parse(JSON.stringify(value));
  }
  if (Array.isArray(template)) return Promise.all(template.map((item) => evaluate(item, bindings)));
  if (typeof template === 'object' && template !== null) {
    const entries = Object.entries(template).map(async ([key, value]) => [key, await evaluate(value, bindings)]);
    return Object.fromEntries(await Promise.all(entries));
  }
  return template;
}

/** What a task is called with, and what it returns, or the name of the error it ends with. */
export type Step = { readonly state: string; readonly payload: unknown };
export type Answer = { readonly result: unknown } | { readonly error: string };

/**
 * Walks a workflow as Step Functions would, each expression by the reference JSONata. Retries are
 * not walked: an error in `answers` is one that outlasted them. Answers are taken in order.
 */
export async function walk(workflow: WorkflowFile, input: unknown, answers: readonly Answer[]) {
  const steps: Step[] = [];
  const left = [...answers];
  const context = { Execution: { Name: 'execution-1', Input: input }, Task: { Token: 'token-1' } };
  let variables: Record<string, unknown> = {};
  let [name, current]: [string, unknown] = [workflow.StartAt, input];
  for (let entered = 1; entered < 100; entered++) {
    const state = workflow.States[name] as State;
    const states = { input: current, context };
    const bind = (more: object = {}) => ({ ...variables, states: { ...states, ...more } });
    const leave = async (part: State, otherwise: unknown, more: object) => {
      const assigned = (await evaluate(part.Assign ?? {}, bind(more))) as Record<string, unknown>;
      current = part.Output === undefined ? otherwise : await evaluate(part.Output, bind(more));
      variables = { ...variables, ...assigned };
      name = part.Next;
    };
    if (state.Type === 'Succeed') return { end: name, output: current, steps, entered };
    if (state.Type === 'Fail') return { end: name, cause: await evaluate(state.Cause, bind()), steps, entered };
    if (state.Type === 'Choice') {
      let chosen: State = { Next: state.Default };
      for (const choice of [...state.Choices].reverse()) if (await evaluate(choice.Condition, bind())) chosen = choice;
      await leave(chosen, current, {});
      continue;
    }
    const { Payload } = (await evaluate(state.Arguments, bind())) as { Payload: unknown };
    steps.push({ state: name, payload: Payload });
    const answer = left.shift();
    if (answer === undefined) throw new Error(`the walk reached ${name} and has no answer left`);
    if ('error' in answer) {
      const matches = ({ ErrorEquals }: State) =>
        ErrorEquals.some(
          (error: string) =>
            error === 'States.ALL' ||
            error === answer.error ||
            (error === 'States.TaskFailed' && answer.error !== 'States.Timeout'),
        );
      const catcher = state.Catch.find(matches);
      if (catcher === undefined) return { end: answer.error, steps, entered };
      await leave(catcher, { Error: answer.error }, { errorOutput: { Error: answer.error, Cause: '' } });
      continue;
    }
    const waits = state.Resource.endsWith('.waitForTaskToken');
    const result = waits ? answer.result : { StatusCode: 200, Payload: answer.result };
    await leave(state, result, { result });
    if (state.End) return { end: 'End', output: current, steps, entered };
  }
  throw new Error('the walk does not end');
}
