import { setTimeout as sleep } from 'node:timers/promises';
import { ListExecutionsCommand, type SFNClient } from '@aws-sdk/client-sfn';

/** Looks this often, and wants to find nothing running this many times in a row. */
const LOOK_MS = 2000;
const QUIET_LOOKS = 3;
/** Cases that nobody answers keep raising alerts as long as they are open: it is not waited for them for ever. */
const LONGEST_MS = 150_000;

/** Waits until no workflow runs any more, for at most two and a half minutes. */
export async function waitUntilQuiet(
  client: SFNClient,
  stateMachineArns: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const until = Date.now() + LONGEST_MS;
  let quiet = 0;
  while (quiet < QUIET_LOOKS && Date.now() < until && !signal.aborted) {
    const running = await Promise.all(
      stateMachineArns.map(async (stateMachineArn) => {
        const page = await client.send(
          new ListExecutionsCommand({ stateMachineArn, statusFilter: 'RUNNING', maxResults: 1 }),
        );
        return page.executions?.length ?? 0;
      }),
    );
    quiet = running.every((count) => count === 0) ? quiet + 1 : 0;
    await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
}
