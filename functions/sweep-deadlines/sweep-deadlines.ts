import { toInstant } from '../../domain/event.ts';
import { daysLeft, horizons } from '../../domain/holiday-horizon.ts';
import type { Policy } from '../../domain/policy.ts';
import { DeadlineHint, type DeadlineQueue } from '../adapters/deadlines/deadline-queue.ts';
import type { DeadlineIndex, PolicyMark } from '../adapters/store/store.ts';
import { DUE_SHARDS, SWEEP_AHEAD_SECONDS } from '../shared/names.ts';
import type { Log, Meter } from '../shared/observe.ts';

export interface SweepDeps {
  readonly index: DeadlineIndex;
  readonly mark: PolicyMark;
  readonly policy: Pick<Policy, 'version' | 'calendars'>;
  /** Names of the sources from which nothing is expected at an instant (ms). */
  readonly sourcesAtRest: (at: number) => readonly string[];
  readonly queue: DeadlineQueue;
  readonly meter: Meter;
  readonly log: Log;
  readonly now: () => number;
}

/** Sorts behind every instant. */
const END_OF_TIME = '9999';

/** Within this all functions of a deployment have changed over to its policy, so that none looks with the old one. */
const CHANGEOVER_SECONDS = 120;

/** Hints that are sent together: what one SQS batch takes. */
const BATCH = 10;

/** Some deadlines were not hinted; each has been logged. The next sweep, a minute later, tries them again. */
export class SweepIncompleteError extends Error {
  override readonly name = 'SweepIncompleteError';
}

/**
 * Hints everything whose deadline has passed or comes within SWEEP_AHEAD_SECONDS: cases, handoffs, alerts. Rows are streamed
 * and sent as they come, all shards side by side. What fails is logged and left behind, the rest goes on;
 * then there is no heartbeat, and SweepIncompleteError is thrown. `hinted`: hints handed to the queue.
 *
 * The first sweep under a new policy hints everything that waits, whenever it is due: the policy may have
 * made it due sooner, and a case takes its promises only when it is looked at.
 */
export async function sweepDeadlines(deps: SweepDeps): Promise<{ hinted: number }> {
  const startedAt = deps.now();
  for (const source of deps.sourcesAtRest(startedAt)) deps.meter.count('sourceHeard', { source });
  const newPolicy = await isNewPolicy(deps);
  const until = newPolicy ? END_OF_TIME : toInstant(startedAt + SWEEP_AHEAD_SECONDS * 1000);
  const shards = await Promise.all(
    Array.from({ length: DUE_SHARDS }, (_, shard) => sweepShard(shard, until, startedAt, deps)),
  );
  const hinted = shards.reduce((sum, shard) => sum + shard.hinted, 0);
  const failures = shards.reduce((sum, shard) => sum + shard.failures, 0);
  const oldestOverdue = Math.max(...shards.map((shard) => shard.oldestOverdue));
  // A zero that is only half of the truth would settle the alarm.
  if (failures === 0 || oldestOverdue > 0) deps.meter.seconds('oldestOverdue', oldestOverdue);
  tellHorizon(deps, startedAt);
  if (failures > 0) throw new SweepIncompleteError(`${failures} parts of the sweep failed; the log has each`);
  if (newPolicy) await deps.mark.markPolicySwept(deps.policy.version);
  deps.meter.count('sweeps');
  return { hinted };
}

/** How long holidays are still known: nobody deploys because of the date, so that what is deployed has to say it. */
function tellHorizon({ policy, meter }: SweepDeps, now: number): void {
  const [soonest] = horizons(policy);
  if (soonest !== undefined) meter.count('holidaysKnownDays', {}, Math.max(0, daysLeft(soonest, now)));
}

async function isNewPolicy({ mark, policy, log }: SweepDeps): Promise<boolean> {
  try {
    return (await mark.sweptPolicy()) !== policy.version;
  } catch (error) {
    // What is due soon must not wait for this.
    log.error('the mark of the swept policy could not be read', { error });
    return false;
  }
}

interface ShardReport {
  hinted: number;
  failures: number;
  /** Seconds since the oldest deadline that has passed; 0 if none has. */
  oldestOverdue: number;
}

async function sweepShard(shard: number, until: string, startedAt: number, deps: SweepDeps): Promise<ShardReport> {
  const report: ShardReport = { hinted: 0, failures: 0, oldestOverdue: 0 };
  const soon = toInstant(startedAt + SWEEP_AHEAD_SECONDS * 1000);
  const changeover = toInstant(startedAt + CHANGEOVER_SECONDS * 1000);
  let batch: DeadlineHint[] = [];
  const flush = async () => {
    const [sending, rest] = [batch, []];
    batch = rest;
    if (sending.length === 0) return;
    try {
      await deps.queue.hint(sending, deps.now());
      report.hinted += sending.length;
    } catch (error) {
      report.failures += 1;
      deps.log.error('deadline hints refused', { shard, ids: sending.map((hint) => hint.id), error });
    }
  };
  try {
    for await (const row of deps.index.due(shard, until)) {
      const hint = DeadlineHint.safeParse(row);
      if (!hint.success) {
        report.failures += 1;
        deps.log.error('unreadable row on the due index', { shard, row });
        continue;
      }
      report.oldestOverdue = Math.max(report.oldestOverdue, (startedAt - Date.parse(hint.data.dueAt)) / 1000);
      // Only a case is bound to a policy; what else is due far ahead is left to its own sweep.
      const ahead = hint.data.dueAt > soon;
      if (ahead && hint.data.kind !== 'case') continue;
      batch.push(ahead ? { ...hint.data, dueAt: changeover } : hint.data);
      if (batch.length === BATCH) await flush();
    }
  } catch (error) {
    report.failures += 1;
    deps.log.error('a shard of the due index could not be read', { shard, error });
  }
  await flush();
  return report;
}
