import { mkdirSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import type { TestProject } from 'vitest/node';
import type { Policy } from '../../domain/policy.ts';
import { bootstrap, deploy, LOCAL_NAME, makeSender, synth } from '../../local/deploy.ts';
import { openEngine } from '../../local/engine.ts';
import type { Deployment } from '../../local/live/deployment.ts';
import { localPolicy } from '../../local/local-policy.ts';
import { step } from '../../local/progress.mjs';
import { type LocalSecrets, localSecrets, putSecrets } from '../../local/secrets.ts';
import { compilePolicyDir } from '../../policy/compiler/compile-policy.ts';

/** What the end-to-end tests are given: the app, deployed with the demo's policy to an engine of their own. */
export interface E2e {
  readonly deployment: Deployment;
  readonly policy: Policy;
  /** The files that it was compiled from. */
  readonly policyDir: string;
  readonly secrets: LocalSecrets;
  /** Where the toys have to listen: the deployed policy has their address. */
  readonly toysPort: number;
  /** Holds a file for each file of tests that has run to its end. */
  readonly ranDir: string;
  /** The home folder that everything was set up with: not the user's. */
  readonly home: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    e2e: E2e;
  }
}

/** Another number lets two runs go on side by side: each has ports and a folder of its own. */
const OFFSET = Number(process.env.E2E_PORT_OFFSET ?? 0);
const ENGINE_PORT = 4576 + OFFSET;
const TOYS_PORT = 4590 + OFFSET;

/** Deploys once for all end-to-end tests; the engine stops after them, whatever happens. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const workDir = resolve('.local', OFFSET === 0 ? 'e2e' : `e2e-${OFFSET}`);
  const home = resolve(workDir, 'home-of-a-user');
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  process.env.HOME = home;
  const engine = await openEngine(ENGINE_PORT, 'npm test');
  try {
    const toysUrl = `http://127.0.0.1:${TOYS_PORT}`;
    const ranDir = resolve(workDir, 'ran');
    rmSync(ranDir, { recursive: true, force: true });
    const policyDir = localPolicy(resolve(workDir, 'policy'), toysUrl);
    const stack = { endpoint: engine.endpoint, policyDir, publicUrl: `${toysUrl}/api`, workDir };
    await Promise.all([
      step('Synthesising for the end-to-end tests', (note) => synth(stack, note)),
      step('Bootstrapping the engine', (note) => bootstrap(stack, note)),
    ]);
    const deployment = await step('Deploying to the engine', (note) => deploy(stack, note));
    const { policy } = compilePolicyDir(policyDir);
    const secrets = localSecrets(policy);
    const { endpoint, region } = deployment;
    const client = { endpoint, region, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
    await putSecrets(new SecretsManagerClient(client), policy, secrets, LOCAL_NAME);
    await makeSender(new SESv2Client(client), policy);
    project.provide('e2e', { deployment, policy, policyDir, secrets, toysPort: TOYS_PORT, ranDir, home });
  } catch (error) {
    await engine.stop();
    throw error;
  }
  return () => engine.stop();
}
