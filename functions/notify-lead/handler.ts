import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod/mini';
import { Alert } from '../../domain/alert.ts';
import { sesMailer } from '../adapters/mail/ses-mailer.ts';
import { secretsManager } from '../adapters/secrets/secrets-manager.ts';
import { dynamoStore } from '../adapters/store/dynamo-store.ts';
import { sfnWorkflows } from '../adapters/workflows/sfn-workflows.ts';
import { readEnv } from '../shared/env.ts';
import { foldContext } from '../shared/fold-context.ts';
import { logger, meter, observed } from '../shared/observe.ts';
import { type NotifyDeps, notifyLead } from './notify-lead.ts';

const env = readEnv('tableName', 'secretPrefix', 'publicUrl', 'configurationSet');
const deps: NotifyDeps = {
  store: dynamoStore(new DynamoDBClient({}), env.tableName),
  mailer: sesMailer(new SESv2Client({}), {
    from: foldContext.policy.alerting.from,
    configurationSet: env.configurationSet,
  }),
  workflows: sfnWorkflows(new SFNClient({}), {}),
  secrets: secretsManager(env.secretPrefix),
  context: foldContext,
  publicUrl: env.publicUrl,
  meter,
  log: logger,
  now: Date.now,
};

const Payload = z.object({ alert: Alert, rung: z.number(), taskToken: z.string() });

export const handler = observed<unknown, { outcome: string }>(async (event) => {
  return { outcome: await notifyLead(Payload.parse(event), deps) };
});
