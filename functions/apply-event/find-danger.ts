import type { Case, FoldContext } from '../../domain/case.ts';
import { dangerFound, dangersIn } from '../../domain/danger.ts';
import { type CaseEvent, toInstant } from '../../domain/event.ts';
import type { CaseStore } from '../adapters/store/store.ts';
import { alertIdFor } from '../shared/ids.ts';
import { orPoison } from './poison-event.ts';

export interface FindDangerDeps {
  readonly store: Pick<CaseStore, 'events' | 'append'>;
  readonly context: FoldContext;
  readonly now: () => number;
}

const KEYS = 'caserelay:danger-found:';

/**
 * Puts on the log what an event has brought of danger, unless it is there; the log has a lead told of it. Of the log it
 * reads only what was found before: however much a customer writes, each message costs the same.
 */
export async function findDanger(event: CaseEvent, state: Case, deps: FindDangerDeps): Promise<void> {
  const found = orPoison(() => dangersIn(event, state, deps.context.policy));
  if (found.length === 0) return;
  const { caseId } = event;
  const told = (await deps.store.events(caseId, KEYS)).filter((before) => before.type === 'danger-found');
  const key = KEYS + alertIdFor(caseId, event.key);
  const danger = dangerFound(found, event, { state, told, key, now: toInstant(deps.now()) });
  if (danger !== undefined) await deps.store.append(danger);
}
