import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { inject } from 'vitest';
import type { FoldContext } from '../../domain/case.ts';
import type { CaseEvent, CaseEventType, EventOf } from '../../domain/event.ts';
import { inLogOrder } from '../../domain/log-order.ts';
import { policyCalendars } from '../../domain/policy.ts';
import { dynamoStore } from '../../functions/adapters/store/dynamo-store.ts';
import { apiHost } from '../../local/live/deployment.ts';
import { type Mail, readMails } from '../../local/live/mails.ts';
import { readFacts } from '../../local/live/read-facts.ts';
import type { RunFacts } from '../../local/live/summary.ts';
import { signStandard, standardWebhook } from '../../local/replay/webhook.ts';
import { CRM_API } from '../../local/secrets.ts';
import type { VendorPace } from '../../local/toys/toy-vendors.ts';
import { startToys, type Toys } from '../../local/toys/toys-server.ts';
import type { Person } from '../../local/toys/zendesk-webhook.ts';
import type { E2e } from '../support/engine-setup.ts';

export const CUSTOMER: Person = { id: '500001', name: 'Dana Whitfield', isStaff: false };
const AGENT: Person = { id: '600001', name: 'Lee Park', isStaff: true };

/** Quick, so that a handoff from offer to solved takes about two seconds. */
const QUICK: VendorPace = { answer: 0.2, reply: 0.3, resolve: 0.3, solve: 0.3 };

/** Asks until there is an answer. Throws after `seconds`, saying what was waited for. */
export async function eventually<T>(
  what: string | (() => string),
  look: () => Promise<T | undefined> | T | undefined,
  seconds = 90,
): Promise<T> {
  const until = Date.now() + seconds * 1000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > until) throw new Error(`waited ${seconds} s for ${typeof what === 'string' ? what : what()}`);
    await sleep(250);
  }
}

/** Clients for the engine that a test was given, whatever the environment says. */
export function clients({ deployment }: Pick<E2e, 'deployment'>) {
  const { endpoint, region } = deployment;
  const settings = { endpoint, region, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
  return {
    dynamodb: new DynamoDBClient(settings),
    sfn: new SFNClient(settings),
    sqs: new SQSClient({ ...settings, useQueueUrlAsEndpoint: false }),
  };
}

export interface NewCase {
  readonly subject: string;
  readonly text?: string;
}

type Where<T extends CaseEventType> = (event: EventOf<T>) => boolean;

/** The deployed app and all that it talks to, as a test sees them: webhooks and answers go in, logs, mails and tickets come out. */
export type App = Awaited<ReturnType<typeof openApp>>;

/** Starts the toys beside the deployed app. Close it, so that no case is left that keeps on raising alerts. */
export async function openApp(pace: VendorPace = QUICK) {
  const e2e = inject('e2e');
  const { deployment, policy, secrets, toysPort } = e2e;
  const { dynamodb, sfn, sqs } = clients(e2e);
  const store = dynamoStore(dynamodb, deployment.tableName);
  const context: FoldContext = { policy, calendar: policyCalendars(policy) };
  const toys: Toys = await startToys({
    port: toysPort,
    api: { endpoint: deployment.endpoint, host: apiHost(deployment) },
    crm: {
      source: 'zendesk',
      signingSecret: secrets.sources.zendesk ?? '',
      api: CRM_API,
      integrationUserId: policy.sources.zendesk?.integrationUserId ?? '',
    },
    vendorSecrets: secrets.vendors,
    pace,
  });
  const api = `${toys.url}/api`;
  const firstId = Date.now();
  let made = 0;
  const opened = new Set<string>();

  const deliver = async (webhook: Parameters<Toys['sender']['send']>[0]) => {
    const { accepted, status, problem } = await toys.sender.send(webhook);
    if (!accepted) throw new Error(`${webhook.type} was refused with ${status}: ${problem}`);
  };

  /** The case's log in its order. */
  const log = async (caseId: string): Promise<CaseEvent[]> => inLogOrder(await store.events(caseId));

  /** An event as any sender of Standard Webhooks tells it. */
  const tell = (
    number: string,
    type: string,
    data: Readonly<Record<string, unknown>>,
    { at = Date.now(), id = randomUUID() }: { at?: number; id?: string } = {},
  ) => standardWebhook({ source: 'intake', number, id, type, at, data }, secrets.sources.intake ?? '');

  return {
    ...e2e,
    sfn,
    sqs,
    dynamodb,
    store,
    context,
    toys,
    api,
    deliver,
    log,
    tell,

    /** A number that no case of this deployment has. */
    freshNumber: () => String(firstId * 1000 + ++made),

    /** A customer opens a ticket in the CRM. The number in its subject is how a toy vendor finds this very ticket. */
    async openTicket({ subject, text = subject }: NewCase) {
      const id = String(firstId * 1000 + ++made);
      const ticket = { id, subject: `${subject} (${id})`, description: text, requester: CUSTOMER };
      await deliver(toys.crm.createTicket(ticket, Date.now()));
      opened.add(id);
      return { id, caseId: `zendesk:${id}` };
    },

    /** An agent solves it there. */
    solve: (id: string) => deliver(toys.crm.setStatus(id, 'SOLVED', AGENT, Date.now())),

    /** Waits until the case's log holds such an event. */
    logged<T extends CaseEventType>(caseId: string, type: T, where: Where<T> = () => true): Promise<EventOf<T>> {
      let seen: CaseEvent[] = [];
      const what = () => `${type} of ${caseId}, whose log is: ${seen.map((event) => event.type).join(', ') || 'empty'}`;
      return eventually(what, async () => {
        seen = await log(caseId);
        return seen.find((event): event is EventOf<T> => event.type === type && where(event as EventOf<T>));
      });
    },

    /** Mails whose subject names the case, oldest first. */
    async mailsAbout(caseId: string): Promise<Mail[]> {
      const mails = await readMails(deployment.endpoint);
      return mails.filter(({ subject }) => subject.split(/[^\w:.-]/).includes(caseId)).reverse();
    },

    /** All that is known of what was opened since an instant (ms), as the summary of a run is made from it. */
    facts(since: number, now: () => number = Date.now): Promise<RunFacts> {
      const { endpoint, region } = deployment;
      const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
      const logs = new CloudWatchLogsClient({ endpoint, region, credentials });
      const deps = { dynamodb, sfn, sqs, logs, readMails: () => readMails(endpoint), context, now };
      return readFacts(deployment, { since, deliveries: toys.sender.deliveries }, deps);
    },

    /** Answers an offer through the vendor API, as the vendor's own system would. */
    async answer(vendor: string, handoffId: string, said: Readonly<Record<string, unknown>>, signedBy = vendor) {
      const body = JSON.stringify({ handoffId, ...said });
      const headers = signStandard(secrets.vendors[signedBy] ?? '', `msg_${randomUUID()}`, body, Date.now());
      const url = `${api}/vendors/${vendor}/handoffs/${handoffId}/answers`;
      const response = await fetch(url, { method: 'POST', headers, body });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    },

    /** Solves every ticket that is still open, and stops the toys. */
    async close() {
      const open = [...opened].filter((id) => toys.crm.ticket(id)?.status !== 'SOLVED');
      await Promise.all(open.map((id) => toys.sender.send(toys.crm.setStatus(id, 'SOLVED', AGENT, Date.now()))));
      await toys.sender.idle();
      await toys.close();
    },
  };
}
