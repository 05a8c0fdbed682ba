import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { Policy } from '../domain/policy.ts';
import { senderOf } from '../domain/sender.ts';
import { MailStack, mailStackName } from './mail-stack.ts';
import { ServiceStack } from './service-stack.ts';
import type { Settings } from './settings.ts';
import { StatefulStack } from './stateful-stack.ts';

/**
 * Adds CaseRelay's stacks to an app: what must outlive a deployment, what each deployment may replace, and the
 * sender's domain, which belongs to the account and is shared by its deployments.
 */
export function caseRelay(
  app: App,
  settings: Settings,
  policy: Policy,
): { stateful: StatefulStack; service: ServiceStack; mail?: MailStack } {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const env = {
    ...(process.env.CDK_DEFAULT_ACCOUNT === undefined ? {} : { account: process.env.CDK_DEFAULT_ACCOUNT }),
    ...regionOf(settings),
  };
  const stateful = new StatefulStack(app, `${settings.name}-Stateful`, { env, settings, policy });
  const service = new ServiceStack(app, `${settings.name}-Service`, {
    env,
    settings,
    policy,
    policyFile: writePolicy(app, policy),
    stateful,
  });
  if (!settings.createIdentity) return { stateful, service };
  const domain = senderOf(policy).domain;
  const mail = new MailStack(app, mailStackName(domain), { env, domain });
  service.addStackDependency(mail, 'mail is sent as soon as the functions exist');
  return { stateful, service, mail };
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
