import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { Policy } from '../domain/policy.ts';
import { ServiceStack } from './service-stack.ts';
import type { Settings } from './settings.ts';
import { StatefulStack } from './stateful-stack.ts';

/** Adds CaseRelay's two stacks to an app: what must outlive a deployment, and what each deployment may replace. */
export function caseRelay(
  app: App,
  settings: Settings,
  policy: Policy,
): { stateful: StatefulStack; service: ServiceStack } {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const env = {
    ...(process.env.CDK_DEFAULT_ACCOUNT === undefined ? {} : { account: process.env.CDK_DEFAULT_ACCOUNT }),
    ...regionOf(settings),
  };
  const stateful = new StatefulStack(app, `${settings.stackPrefix}-Stateful`, { env, settings, policy });
  const service = new ServiceStack(app, `${settings.stackPrefix}-Service`, {
    env,
    settings,
    policy,
    policyFile: writePolicy(app, policy),
    stateful,
  });
  return { stateful, service };
}

function regionOf({ region }: Settings): { region?: string } {
  const chosen = region ?? process.env.CDK_DEFAULT_REGION;
  return chosen === undefined ? {} : { region: chosen };
}

/** Puts the compiled policy where bundling copies it into each function's asset. */
function writePolicy(app: App, policy: Policy): string {
  mkdirSync(app.outdir, { recursive: true });
  const file = join(app.outdir, 'policy.json');
  writeFileSync(file, JSON.stringify(policy));
  return file;
}
