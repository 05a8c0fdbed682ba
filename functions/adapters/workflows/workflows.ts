import type { Alert } from '../../../domain/alert.ts';

/** The workflows that events start, each with its input. The .asl.json of the same name takes it. */
export interface WorkflowInputs {
  readonly 'case-triage': { readonly caseId: string; readonly eventKey: string };
  readonly 'case-assignment': { readonly caseId: string };
  readonly 'vendor-handoff': { readonly caseId: string };
  /** `eventKey`: the event to tell of. */
  readonly 'handoff-notice': { readonly caseId: string; readonly eventKey: string; readonly to: 'ticket' | 'vendor' };
  /** `waits`: plain seconds to wait on each rung. */
  readonly 'breach-alert': { readonly alert: Alert; readonly waits: readonly number[] };
}
export type WorkflowName = keyof WorkflowInputs;

/** Starts workflows and ends their waits. */
export interface Workflows {
  /** Starts an execution; the same name again is the same execution and changes nothing (Express workflows excepted). */
  start<N extends WorkflowName>(
    workflow: N,
    executionName: string,
    input: WorkflowInputs[N],
  ): Promise<'started' | 'already-started'>;
  /** Ends a wait with its result. 'too-late' if it has timed out or was ended before. */
  resume(taskToken: string, result: { readonly outcome: string }): Promise<'resumed' | 'too-late'>;
}
