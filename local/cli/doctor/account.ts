import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { GetAccountSettingsCommand } from '@aws-sdk/client-lambda';
import { type Account, blocks, type Deployment, type Finding, fine, note, orFine, runbook } from './finding.ts';

/** Lambda keeps this much for functions without a reservation (docs.aws.amazon.com, "Configuring reserved concurrency"). */
const UNRESERVED = 100;
/** Fewer functions at once than this, and a burst of webhooks takes them all. New accounts have 10. */
const FEW = 100;

const QUOTA = 'ask for more: Service Quotas → AWS Lambda → Concurrent executions (L-B99A9384)';

export async function lookAtStacks({ name, clients: { cloudFormation } }: Account): Promise<readonly Finding[]> {
  const names = [`${name}-Stateful`, `${name}-Service`];
  const found = await Promise.all(
    names.map(async (StackName) => {
      const { Stacks = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName })).catch((error) => {
        if (/does not exist/.test(error.message)) return { Stacks: [] };
        throw error;
      });
      return judgeStack(StackName, Stacks[0]?.StackStatus);
    }),
  );
  return orFine(
    found.flatMap((finding) => finding ?? []),
    `${names.join(' and ')} are deployed`,
  );
}

function judgeStack(stack: string, status: string | undefined): Finding | undefined {
  const redeploy = 'npx cdk deploy --all';
  if (status === undefined) return blocks(`${stack} is not there`, redeploy);
  if (/IN_PROGRESS/.test(status)) return note(`${stack} is being changed: ${status}`, 'wait, then look again');
  if (/^(CREATE|UPDATE|IMPORT)_COMPLETE$/.test(status)) return undefined;
  const events = `aws cloudformation describe-stack-events --stack-name ${stack} says why; then ${redeploy}`;
  if (status === 'UPDATE_ROLLBACK_COMPLETE')
    return note(`the last deployment of ${stack} failed and was undone`, events);
  return blocks(`${stack} is in the state ${status}`, events);
}

export async function lookAtPolicy({ deployed, policy }: Deployment): Promise<readonly Finding[]> {
  const version = deployed.output('PolicyVersion');
  if (version === policy.version) return [fine(`${version} is deployed, as on disk`)];
  return [note(`${version} is deployed; the files on disk are ${policy.version}`, runbook('deploy-a-policy-change'))];
}

export async function lookAtConcurrency({
  clients: { lambda },
  webhookConcurrency,
}: Account): Promise<readonly Finding[]> {
  const { AccountLimit = {} } = await lambda.send(new GetAccountSettingsCommand({}));
  const { ConcurrentExecutions: all = 0, UnreservedConcurrentExecutions: unreserved = all } = AccountLimit;
  const wrong: Finding[] = [];
  // Until it is deployed, the reservation is still among what is unreserved.
  if (webhookConcurrency !== undefined && all - webhookConcurrency < UNRESERVED)
    wrong.push(
      blocks(
        `webhookConcurrency reserves ${webhookConcurrency} of ${all} functions at once, and AWS keeps ${UNRESERVED} unreserved: a deployment fails`,
        `leave webhookConcurrency out of the context, or ${QUOTA}`,
      ),
    );
  if (unreserved < FEW)
    wrong.push(
      note(
        `${unreserved} functions may run at once in this account and region: in a burst, webhooks are answered with a 5xx, and come again`,
        QUOTA,
      ),
    );
  return orFine(wrong, `${unreserved} functions may run at once`);
}
