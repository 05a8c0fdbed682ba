import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  paginateListSecrets,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type * as z from 'zod/mini';
import { isWrittenTo } from '../../../domain/policy.ts';
import { SECRET } from '../../../functions/shared/names.ts';
import { LinkSecret, SourceSecret, VendorSecret } from '../../../functions/shared/secrets.ts';
import { blocks, type Deployment, type Finding, note, orFine, runbook } from './finding.ts';

interface Wanted {
  readonly name: string;
  readonly schema: z.ZodMiniType;
  /** What does not work without it. */
  readonly without: string;
  /** Whether values are written back with it. */
  readonly writes?: boolean;
}

/** All secrets of the policy on disk: set, in their shape, and readable with the deployment's key. Values are never shown. */
export async function lookAtSecrets({ name, policy, clients, deployed }: Deployment): Promise<readonly Finding[]> {
  const wanted: Wanted[] = [
    ...Object.entries(policy.sources).map(([source, settings]) => ({
      name: SECRET.source(name, source),
      schema: SourceSecret,
      without: `webhooks of ${source} are answered with 503`,
      writes: isWrittenTo(settings),
    })),
    ...policy.vendors.map(({ id }) => ({
      name: SECRET.vendor(name, id),
      schema: VendorSecret,
      without: `no case is offered to ${id}`,
    })),
    { name: SECRET.links(name), schema: LinkSecret, without: 'no alert can be sent' },
  ];
  const keyArn = deployed.output('KeyArn');
  const wrong = await Promise.all(wanted.map((secret) => lookAtSecret(clients.secrets, secret, keyArn)));
  const names = wanted.map((secret) => secret.name);
  return orFine(
    [...wrong.flat(), ...(await leftOver(clients.secrets, `${name}/`, names))],
    `all ${wanted.length} are set`,
  );
}

async function lookAtSecret(client: SecretsManagerClient, wanted: Wanted, keyArn: string): Promise<readonly Finding[]> {
  const { name, schema, without, writes } = wanted;
  const set = runbook('set-a-secret-for-the-first-time');
  const value = await read(client, name);
  if (value === undefined) return [blocks(`${name} does not exist: ${without}`, 'npx cdk deploy --all makes it')];
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    if (value !== null && typeof value === 'object' && 'notSetYet' in value)
      return [blocks(`${name} is not set yet: ${without}`, set)];
    const [issue] = parsed.error.issues;
    const where = issue?.path.join('.') || 'the value';
    return [
      blocks(
        `${name} has not the expected shape (${where}: ${issue?.message}): ${without}`,
        'docs/security.md#secrets',
      ),
    ];
  }
  const wrong: Finding[] = [];
  if (writes === true && (parsed.data as SourceSecret).api === undefined)
    wrong.push(blocks(`${name} has no "api": cases come in, but nothing is written back`, set));
  const { KmsKeyId } = await client.send(new DescribeSecretCommand({ SecretId: name }));
  if (KmsKeyId !== keyArn)
    wrong.push(
      blocks(
        `${name} is encrypted with another key than the deployment's, which functions may not use: ${without}`,
        `aws secretsmanager update-secret --secret-id ${name} --kms-key-id ${keyArn}`,
      ),
    );
  return wrong;
}

/** A secret's value, from JSON; undefined if there is none, the text itself if it is no JSON. */
async function read(client: SecretsManagerClient, SecretId: string): Promise<unknown> {
  try {
    const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId }));
    return parseJson(SecretString);
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

async function leftOver(client: SecretsManagerClient, prefix: string, names: readonly string[]): Promise<Finding[]> {
  const found: Finding[] = [];
  const Filters = [{ Key: 'name' as const, Values: [prefix] }];
  for await (const { SecretList = [] } of paginateListSecrets({ client }, { Filters })) {
    for (const { Name = '' } of SecretList) {
      // The filter ignores case, and splits words.
      if (!Name.startsWith(prefix) || names.includes(Name)) continue;
      found.push(note(`${Name} belongs to nothing in the policy any more`, runbook('a-secret-that-exists-already')));
    }
  }
  return found;
}
