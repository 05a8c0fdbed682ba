import * as z from 'zod/mini';
import type { Handoff, HandoffStore } from '../adapters/store/store.ts';
import type { Workflows } from '../adapters/workflows/workflows.ts';
import { handoffIdFor } from '../shared/ids.ts';

export const AwaitWorkInput = z.object({ execution: z.string(), attempt: z.number(), taskToken: z.string() });
export type AwaitWorkInput = z.infer<typeof AwaitWorkInput>;

export interface AwaitWorkDeps {
  readonly store: Pick<HandoffStore, 'awaitWork'>;
  readonly workflows: Pick<Workflows, 'resume'>;
}

/** Begins the wait for the work. A vendor that was done before the wait began ends it at once. */
export async function awaitWork(
  { execution, attempt, taskToken }: AwaitWorkInput,
  deps: AwaitWorkDeps,
): Promise<{ handoffId: string; state: Handoff['state'] }> {
  const handoffId = handoffIdFor(execution, attempt);
  const handoff = await deps.store.awaitWork(handoffId, taskToken);
  if (handoff === undefined) throw new Error(`there is no handoff ${handoffId} to await the work of`);
  const { state } = handoff;
  if (state !== 'accepted') await deps.workflows.resume(taskToken, { outcome: state });
  return { handoffId, state };
}
