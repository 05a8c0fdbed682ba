import type { Case, FoldContext } from '../../domain/case.ts';
import { type CaseEvent, survivorOf, toInstant } from '../../domain/event.ts';
import { absorption } from '../../domain/merge.ts';
import type { CaseStore } from '../adapters/store/store.ts';
import type { Log } from '../shared/observe.ts';

export interface AbsorbMergedDeps {
  readonly store: Pick<CaseStore, 'events' | 'append'>;
  readonly context: FoldContext;
  readonly now: () => number;
  readonly log: Log;
}

/** Events that can change what a case that was merged away leaves to the one that goes on. */
const LEAVES: readonly CaseEvent['type'][] = ['opened', 'message-added', 'merged', 'absorbed'];

/**
 * Tells the case that goes on what a merged one leaves to it. The survivor need not be known: its
 * log keeps the event until its opening comes. Safe to run again: the key says what it is about,
 * and so ends a circle of merges.
 */
export async function absorbMerged(event: CaseEvent, state: Case, deps: AbsorbMergedDeps): Promise<void> {
  if (event.type === 'merged' && event.into !== undefined && survivorOf(event) === undefined)
    deps.log.error('merged into no other case: nobody takes over its customer', {
      caseId: event.caseId,
      key: event.key,
    });
  if (state.mergedInto === undefined || !LEAVES.includes(event.type)) return;
  const log = await deps.store.events(event.caseId);
  const absorbed = absorption(event, log, deps.context, toInstant(deps.now()));
  if (absorbed !== undefined) await deps.store.append(absorbed);
}
