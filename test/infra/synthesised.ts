import { mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import type { Policy } from '../../domain/policy.ts';
import { caseRelay } from '../../infra/case-relay.ts';
import { readSettings } from '../../infra/settings.ts';
import { POLICY } from '../support/policy-fixture.ts';
import { SYNTH_DIR } from '../support/synth-setup.ts';

/** Each of them is a function. */
export const FUNCTION_FOLDERS: readonly string[] = readdirSync('functions').filter(
  (name) => name !== 'adapters' && name !== 'shared',
);

// biome-ignore lint/suspicious/noExplicitAny: a template is JSON of whatever shape its resources have.
export type Json = any;

/** With a source whose silence rings. */
const LISTENING: Policy = {
  ...POLICY,
  sources: {
    ...POLICY.sources,
    zendesk: { kind: 'zendesk', ...POLICY.sources.zendesk, silence: { hours: 4, calendar: 'office' } },
  },
};

export interface Resource {
  readonly id: string;
  readonly Type: string;
  readonly Properties: Json;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

/** Both stacks, synthesised for real (bundles included) with the test policy. */
export function synthesised(context: Readonly<Record<string, unknown>> = {}) {
  mkdirSync(SYNTH_DIR, { recursive: true });
  const outdir = mkdtempSync(join(SYNTH_DIR, 'test-'));
  const { context: flags } = JSON.parse(readFileSync('cdk.json', 'utf8'));
  // The CLI always gives a region; without it, one has to be named.
  const app = new App({ outdir, context: { region: 'eu-central-1', ...flags, ...context } });
  const stacks = caseRelay(app, readSettings(app.node), LISTENING);
  const assembly = app.synth();
  const templates = Object.values(stacks).map((stack) => assembly.getStackArtifact(stack.artifactId).template as Json);
  const resources: Resource[] = templates.flatMap((template) =>
    Object.entries<Json>(template.Resources).map(([id, resource]) => ({ id, ...resource })),
  );
  const exports = templates.flatMap(({ Outputs = {} }) =>
    Object.values<Json>(Outputs).map(({ Export }) => Export?.Name),
  );
  return {
    app,
    outdir,
    stacks,
    templates,
    resources,
    exports: exports.filter((name) => name !== undefined) as string[],
    ofType: (type: string) => resources.filter(({ Type }) => Type === type),
    /** Those of a type, for a rule over all of them. Throws if there is none: the rule would hold of nothing. */
    every(type: string) {
      const found = resources.filter(({ Type }) => Type === type);
      if (found.length === 0) throw new Error(`no ${type} is synthesised`);
      return found;
    },
  };
}

export type Synthesised = ReturnType<typeof synthesised>;

/** The statements of the role policies, each with the id of the policy it is in. */
export function roleStatements({ ofType }: Synthesised) {
  return ofType('AWS::IAM::Policy').flatMap(({ id, Properties }) =>
    Properties.PolicyDocument.Statement.map((statement: Json) => ({
      id,
      actions: [statement.Action].flat() as string[],
      resources: [statement.Resource].flat() as Json[],
      conditions: statement.Condition as Json | undefined,
    })),
  );
}

/** Where the code of a function lies, by the function's name. */
export function bundleDirs({ outdir, ofType }: Synthesised): Map<string, string> {
  return new Map(
    ofType('AWS::Lambda::Function').map(({ Properties }) => [
      Properties.FunctionName,
      join(outdir, `asset.${String(Properties.Code.S3Key).replace(/\.zip$/, '')}`),
    ]),
  );
}
