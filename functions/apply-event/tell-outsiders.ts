import type { CaseEvent } from '../../domain/event.ts';
import type { Workflows } from '../adapters/workflows/workflows.ts';
import { executionName } from '../shared/ids.ts';

type Outsider = 'ticket' | 'vendor';

/**
 * Who outside is told of an event of a handoff. The ticket shows who has the case; its vendor hears that it was taken
 * back. An offer, a rejection and an expiry move the case on within minutes: the note that follows tells of them.
 */
function outsidersToTell(event: CaseEvent): readonly Outsider[] {
  switch (event.type) {
    case 'handoff-accepted':
    case 'handoff-resolved':
    case 'handoff-returned':
    case 'brought-home':
      return ['ticket'];
    case 'handoff-recalled':
      // A case that is over was taken back by its own CRM, which need not be told.
      return event.by === 'work-timeout' ? ['ticket', 'vendor'] : ['vendor'];
    default:
      return [];
  }
}

/** Has each outsider told whom an event of a handoff concerns; once per event and outsider. */
export async function tellOutsiders(event: CaseEvent, workflows: Pick<Workflows, 'start'>): Promise<void> {
  const { caseId, key: eventKey } = event;
  for (const to of outsidersToTell(event))
    await workflows.start('handoff-notice', executionName(caseId, `tell-${to}:${eventKey}`), { caseId, eventKey, to });
}
