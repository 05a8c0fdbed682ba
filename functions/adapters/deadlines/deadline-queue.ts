import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod/mini';
import { Instant } from '../../../domain/event.ts';

/** A hint that something waits for `dueAt`. Who is woken re-reads it and decides. */
export const DeadlineHint = z.object({
  kind: z.enum(['case', 'handoff', 'alert']),
  id: z.string().check(z.minLength(1)),
  dueAt: Instant,
});
export type DeadlineHint = z.infer<typeof DeadlineHint>;

export interface DeadlineQueue {
  /** Queues hints so that each arrives at its deadline, to the second; `now` in ms. Throws if any was refused. */
  hint(hints: readonly DeadlineHint[], now: number): Promise<void>;
}

/** Longest delay that SQS takes, seconds. */
const LONGEST_DELAY = 900;

/** Hints as delayed SQS messages. Delays are whole seconds, rounded up: a hint is never early. */
export function sqsDeadlineQueue(client: SQSClient, queueUrl: string): DeadlineQueue {
  return {
    async hint(hints, now) {
      for (let i = 0; i < hints.length; i += 10) {
        const batch = hints.slice(i, i + 10);
        const result = await client.send(
          new SendMessageBatchCommand({
            QueueUrl: queueUrl,
            Entries: batch.map((hint, index) => ({
              Id: String(index),
              MessageBody: JSON.stringify(hint),
              DelaySeconds: Math.min(LONGEST_DELAY, Math.max(0, Math.ceil((Date.parse(hint.dueAt) - now) / 1000))),
            })),
          }),
        );
        const refused = result.Failed ?? [];
        if (refused.length > 0)
          throw new Error(`${refused.length} of ${batch.length} deadline hints were refused: ${refused[0]?.Code}`);
      }
    },
  };
}
