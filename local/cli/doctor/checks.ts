import { lookAtConcurrency, lookAtPolicy, lookAtStacks } from './account.ts';
import { lookAtAlarms, lookAtSubscribers } from './alarms.ts';
import type { Account, Deployment, Finding } from './finding.ts';
import { lookAtMail, lookAtSender } from './mail.ts';
import { lookAtApi, lookAtDeadLetters, lookAtMappings, lookAtSweep, lookAtTable } from './running.ts';
import { lookAtSecrets } from './secrets.ts';

type Look<Seen> = (seen: Seen) => Promise<readonly Finding[]>;

/** A row of `caserelay doctor`: one thing that it looks at. A look reads and changes nothing. */
export type Check =
  | { readonly name: string; readonly before: true; readonly look: Look<Account> }
  | { readonly name: string; readonly before: false; readonly look: Look<Deployment> };

/** Can be looked at before anything is deployed. */
const account = (name: string, look: Look<Account>): Check => ({ name, before: true, look });
const deployment = (name: string, look: Look<Deployment>): Check => ({ name, before: false, look });

export const CHECKS: readonly Check[] = [
  account('stacks', lookAtStacks),
  account('concurrency', lookAtConcurrency),
  account('sender', lookAtSender),
  account('mail to leads', lookAtMail),
  deployment('policy', lookAtPolicy),
  deployment('secrets', lookAtSecrets),
  deployment('table', lookAtTable),
  deployment('event sources', lookAtMappings),
  deployment('sweep', lookAtSweep),
  deployment('dead letters', lookAtDeadLetters),
  deployment('alarm mails', lookAtSubscribers),
  deployment('alarms', lookAtAlarms),
  deployment('webhooks', lookAtApi),
];
