import { App } from 'aws-cdk-lib';
import { compilePolicyDir } from '../policy/compiler/compile-policy.ts';
import { caseRelay } from './case-relay.ts';
import { readSettings } from './settings.ts';

/** Mistakes in what an operator wrote: the message says it all, a stack trace would only hide it. */
const OPERATOR_ERRORS = ['PolicyError', 'SettingsError'];

try {
  const app = new App();
  const settings = readSettings(app.node);
  caseRelay(app, settings, compilePolicyDir(settings.policyDir).policy);
} catch (error) {
  if (!(error instanceof Error) || !OPERATOR_ERRORS.includes(error.name)) throw error;
  console.error(error.message);
  process.exit(1);
}
