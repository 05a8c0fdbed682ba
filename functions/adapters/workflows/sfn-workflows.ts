import {
  ExecutionAlreadyExists,
  InvalidToken,
  SendTaskSuccessCommand,
  type SFNClient,
  StartExecutionCommand,
  TaskDoesNotExist,
  TaskTimedOut,
} from '@aws-sdk/client-sfn';
import type { WorkflowName, Workflows } from './workflows.ts';

/** Workflows in Step Functions. `arns`: the state machine of each workflow that the caller may start. */
export function sfnWorkflows(client: SFNClient, arns: Partial<Record<WorkflowName, string>>): Workflows {
  return {
    async start(workflow, executionName, input) {
      const stateMachineArn = arns[workflow];
      if (stateMachineArn === undefined)
        throw new Error(`this function was given no ARN for the workflow "${workflow}"`);
      try {
        await client.send(
          new StartExecutionCommand({ stateMachineArn, name: executionName, input: JSON.stringify(input) }),
        );
        return 'started';
      } catch (error) {
        if (error instanceof ExecutionAlreadyExists) return 'already-started';
        throw error;
      }
    },
    async resume(taskToken, result) {
      try {
        await client.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(result) }));
        return 'resumed';
      } catch (error) {
        // TaskTimedOut means expired *or already closed*; some engines say TaskDoesNotExist or InvalidToken for the same.
        if (error instanceof TaskTimedOut || error instanceof TaskDoesNotExist || error instanceof InvalidToken)
          return 'too-late';
        throw error;
      }
    },
  };
}
