import type { Policy } from './policy.ts';

/** Whom alerts come from. */
export interface Sender {
  /** Bare: "user@example.com". */
  readonly address: string;
  readonly domain: string;
}

/** The sender that the policy names, as "Name <user@domain>" or "user@domain". */
export function senderOf({ alerting }: { readonly alerting: Pick<Policy['alerting'], 'from'> }): Sender {
  const address = /<([^<>]+)>\s*$/.exec(alerting.from)?.[1] ?? alerting.from.trim();
  return { address, domain: domainOf(address) };
}

/** What follows the @ of a bare address. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}
