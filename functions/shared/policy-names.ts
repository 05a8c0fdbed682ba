import type { Policy } from '../../domain/policy.ts';
import { oneLine } from './foreign-text.ts';

/** What people call who and what a policy names by an id; the id itself, on one line, of what this policy does not know. */

export function vendorName(id: string, { vendors }: Pick<Policy, 'vendors'>): string {
  return nameIn(vendors, id);
}

export function agentName(id: string, { agents }: Pick<Policy, 'agents'>): string {
  return nameIn(agents, id);
}

export function leadName(id: string, { leads }: Pick<Policy, 'leads'>): string {
  return nameIn(leads, id);
}

export function queueName(id: string, { queues }: Pick<Policy, 'queues'>): string {
  return oneLine((Object.hasOwn(queues, id) ? queues[id]?.name : undefined) ?? id);
}

function nameIn(entries: readonly { readonly id: string; readonly name: string }[], id: string): string {
  return oneLine(entries.find((entry) => entry.id === id)?.name ?? id);
}
