import type { Case } from '../../domain/case.ts';
import type { Policy } from '../../domain/policy.ts';
import { oneLine } from './foreign-text.ts';

/** The page of a case in its CRM, where the policy says its address, or Zendesk's own; undefined where nobody said. */
export function caseLink({ sources }: Pick<Policy, 'sources'>, { caseId, source }: Case): string | undefined {
  const { kind, apiUrl, ticketUrl } = sources[source] ?? {};
  const id = encodeURIComponent(idInCrm(caseId));
  if (ticketUrl !== undefined) return ticketUrl.replaceAll('{id}', () => id);
  return kind === 'zendesk' && apiUrl !== undefined ? `${apiUrl.replace(/\/+$/, '')}/agent/tickets/${id}` : undefined;
}

/** Where a person finds what is not told here: by the link, or by the case's id in the CRM that it came from. */
export function whereToRead(policy: Pick<Policy, 'sources'>, state: Case): string {
  return caseLink(policy, state) === undefined
    ? `look up ${oneLine(idInCrm(state.caseId))} in ${state.source}`
    : 'open it in the CRM';
}

function idInCrm(caseId: string): string {
  return caseId.slice(caseId.indexOf(':') + 1);
}
