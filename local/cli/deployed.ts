import { readFileSync } from 'node:fs';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { PlainError } from '../progress.mjs';

/** A deployment as the operator's commands find it: by the outputs of its two stacks. */
export interface Deployed {
  /** An output's value. Throws PlainError for one that the deployed release does not have. */
  output(key: string): string;
}

/** The deployment's name, if a command is not told another: what cdk.json says, or what the app takes without it. */
export function usualName(cdkJson = readFileSync('cdk.json', 'utf8')): string {
  const { context } = JSON.parse(cdkJson) as { context?: { name?: string } };
  return context?.name ?? 'CaseRelay';
}

/** There is no such deployment in the account and region. */
export class NotDeployedError extends PlainError {}

/** Finds the deployment of this name, with the credentials and region of the environment. Throws PlainError. */
export async function findDeployed(name: string, client = new CloudFormationClient({})): Promise<Deployed> {
  const outputs = new Map<string, string>();
  for (const StackName of [`${name}-Stateful`, `${name}-Service`]) {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName })).catch((error: unknown) => {
      throw inWords(error, StackName);
    });
    for (const { OutputKey = '', OutputValue = '' } of Stacks[0]?.Outputs ?? []) outputs.set(OutputKey, OutputValue);
  }
  return {
    output(key) {
      const value = outputs.get(key);
      if (value === undefined)
        throw new PlainError(
          `The stacks of ${name} have no output ${key}: an older release is deployed. Deploy this one, or run the command from that release's checkout.`,
        );
      return value;
    },
  };
}

/** What keeps the commands from a stack, as a sentence; anything else as it is. */
function inWords(error: unknown, stack: string): unknown {
  if (error instanceof Error && /does not exist/.test(error.message))
    return new NotDeployedError(
      `There is no stack ${stack} in this account and region. Check AWS_PROFILE and AWS_REGION, or name another deployment with --name.`,
    );
  return awsInWords(error, `describe the stack ${stack}`);
}

/** What keeps a command from AWS, as a sentence; anything else as it is. `what`: what was asked, as in "read the table". */
export function awsInWords(error: unknown, what: string): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message } = error;
  if (/Region is missing/i.test(message))
    return new PlainError('No region is chosen. Set AWS_REGION to the one you deployed to.');
  if (name === 'CredentialsProviderError')
    return new PlainError(
      'There are no AWS credentials. Sign in as for `cdk deploy` (AWS_PROFILE, or `aws sso login`), then run the command again.',
    );
  if (/ExpiredToken|InvalidClientTokenId|AccessDenied|UnrecognizedClient|ResourceNotFound|TableNotFound/.test(name))
    return new PlainError(`AWS refused to ${what}: ${message}`);
  if (/ECONNREFUSED|ENOTFOUND|EAI_AGAIN|TimeoutError/.test(`${name} ${message}`))
    return new PlainError(`AWS could not be reached: ${message || name}. Check the network and AWS_ENDPOINT_URL.`);
  return error;
}
