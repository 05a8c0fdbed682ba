import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { CaseEventType } from '../domain/event.ts';
import { dynamoStore } from '../functions/adapters/store/dynamo-store.ts';
import { METRIC } from '../functions/shared/names.ts';
import { bootstrap, deploy, synth } from '../local/deploy.ts';
import { engineEnv, openEngine } from '../local/engine.ts';
import { apiHost } from '../local/live/deployment.ts';
import { readMetrics } from '../local/live/emf.ts';
import { percentiles } from '../local/live/summary.ts';
import { localPolicy } from '../local/local-policy.ts';
import { step } from '../local/progress.mjs';
import { playSteps, type Step } from '../local/replay/send.ts';
import { standardWebhook } from '../local/replay/webhook.ts';
import { CRM_API, localSecrets, putSecrets } from '../local/secrets.ts';
import { startToys } from '../local/toys/toys-server.ts';
import { compilePolicyDir } from '../policy/compiler/compile-policy.ts';

/**
 * How late a lead is told, on a local engine of its own: cases are opened at scattered instants, each
 * is warned about once, and is then solved. The lag is the product's own metric: from the deadline
 * to the moment in which SES has taken the e-mail. `node bench/alert-lag.ts`
 */
const CASES = 40;
const OVER_SECONDS = 60;
const ENGINE_PORT = 4578;
const TOYS_PORT = 4596;
/** The demo promises a first response to a case of high priority within 30 s, and warns at 15 s. */
const SOLVED_AFTER_SECONDS = 27;

const engine = await openEngine(ENGINE_PORT, 'the bench');
try {
  await measure(engine.endpoint);
} finally {
  await engine.stop();
}

async function measure(endpoint: string): Promise<void> {
  Object.assign(process.env, engineEnv(endpoint));
  const toysUrl = `http://127.0.0.1:${TOYS_PORT}`;
  const workDir = resolve('.local', 'bench');
  const policyDir = localPolicy(resolve(workDir, 'policy'), toysUrl);
  const stack = { endpoint, policyDir, publicUrl: `${toysUrl}/api`, workDir };
  await Promise.all([
    step('Synthesising', (note) => synth(stack, note)),
    step('Bootstrapping', (note) => bootstrap(stack, note)),
  ]);
  const deployment = await step('Deploying', (note) => deploy(stack, note));
  const { policy } = compilePolicyDir(policyDir);
  const secrets = localSecrets(policy);
  await putSecrets(new SecretsManagerClient({}), policy, secrets, 'caserelay');
  const toys = await startToys({
    port: TOYS_PORT,
    api: { endpoint, host: apiHost(deployment) },
    crm: { source: 'zendesk', signingSecret: secrets.sources.zendesk ?? '', api: CRM_API, integrationUserId: '' },
    vendorSecrets: secrets.vendors,
  });
  const since = Date.now();
  try {
    const steps = webhooks(String(since), secrets.sources.intake ?? '');
    await step(`Opening ${CASES} cases in ${OVER_SECONDS} s, and waiting for their warnings`, async () => {
      await playSteps(steps, toys.sender, { startAt: Date.now() });
      await sleep(5000);
    });
  } finally {
    await toys.close();
  }
  const lags = (await readMetrics(new CloudWatchLogsClient({}), deployment.logGroupNames, since)).get(METRIC.alertLag);
  console.log(`\nAlertLag, from the deadline to the hand-over to SES:  ${inWords(lags ?? [])}`);

  const store = dynamoStore(new DynamoDBClient({}), deployment.tableName);
  const triage: number[] = [];
  for (let nth = 0; nth < CASES; nth++) {
    const log = await store.events(`intake:${since}-${nth}`);
    const at = (type: CaseEventType) => Date.parse(log.find((event) => event.type === type)?.receivedAt ?? '');
    const seconds = (at('triaged') - at('opened')) / 1000;
    if (!Number.isNaN(seconds)) triage.push(seconds);
  }
  console.log(`Triage, from the webhook to the decision in the log:   ${inWords(triage)}`);
  if (lags?.length !== CASES || triage.length !== CASES) {
    console.log(`\nExpected ${CASES} of each.`);
    process.exitCode = 1;
  }
}

/** Each case: opened at an instant of its own, sensitive, so that it stays home; solved once its warning is long due. */
function webhooks(run: string, secret: string): Step[] {
  return Array.from({ length: CASES }, (_, nth) => {
    const told = (atSeconds: number, type: string, data: Readonly<Record<string, unknown>>): Step => ({
      atSeconds,
      make: (at) => {
        const number = `${run}-${nth}`;
        return standardWebhook({ source: 'intake', number, id: `${number}-${type}`, type, at, data }, secret);
      },
    });
    // Multiples of the golden ratio spread evenly and never fall into step with a second or a minute.
    const openedAt = ((nth * 0.618034) % 1) * OVER_SECONDS;
    return [
      told(openedAt, 'opened', { priority: 'high', fields: { subject: 'My channel was hacked' } }),
      told(openedAt + SOLVED_AFTER_SECONDS, 'solved', {}),
    ];
  }).flat();
}

function inWords(seconds: readonly number[]): string {
  const measured = percentiles(seconds);
  if (measured === undefined) return 'n 0';
  const { p50, p95, max } = measured;
  return `n ${seconds.length}, p50 ${p50.toFixed(2)} s, p95 ${p95.toFixed(2)} s, max ${max.toFixed(2)} s`;
}
