import type { Case, FoldContext } from '../../domain/case.ts';
import { dangerFound, dangersIn } from '../../domain/danger.ts';
import { type CaseEvent, toInstant } from '../../domain/event.ts';
import type { CaseStore } from '../adapters/store/store.ts';
import { alertIdFor } from '../shared/ids.ts';

export interface FindDangerDeps {
  readonly store: Pick<CaseStore, 'events' | 'append'>;
  readonly context: FoldContext;
  readonly now: () => number;
}

/** Puts on the log what an event has brought of danger, unless it is there; the log has a lead told of it. */
export async function findDanger(event: CaseEvent, state: Case, deps: FindDangerDeps): Promise<void> {
  const found = dangersIn(event, state, deps.context.policy);
  if (found.length === 0) return;
  const { caseId } = event;
  const log = await deps.store.events(caseId);
  const key = `caserelay:danger-found:${alertIdFor(caseId, event.key)}`;
  const danger = dangerFound(found, event, { state, log, key, now: toInstant(deps.now()) });
  if (danger !== undefined) await deps.store.append(danger);
}
