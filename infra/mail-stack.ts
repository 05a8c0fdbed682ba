import { CfnOutput, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { EmailIdentity, Identity } from 'aws-cdk-lib/aws-ses';
import type { Construct } from 'constructs';

export interface MailStackProps extends StackProps {
  /** Of the alerts' sender. */
  readonly domain: string;
}

/** Named after the domain, not the deployment: a second deployment finds the stack as it wants it, and leaves it so. */
export function mailStackName(domain: string): string {
  return `CaseRelay-Mail-${domain.replaceAll('.', '-')}`;
}

/**
 * The domain that alerts are sent from, as an identity in SES. An account and region has one identity per domain, so
 * all deployments that send from it share this stack; nothing of it may depend on one of them.
 */
export class MailStack extends Stack {
  constructor(scope: Construct, id: string, { domain, ...props }: MailStackProps) {
    super(scope, id, props);
    const identity = new EmailIdentity(this, 'Identity', { identity: Identity.domain(domain) });
    // Other deployments, and who knows what else in the account, may send from it.
    identity.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    identity.dkimRecords.forEach(({ name, value }, index) => {
      const description = 'A DNS record to add to the domain: SES then signs for it, and lets it send';
      new CfnOutput(this, `DkimRecord${index + 1}`, { value: `${name} CNAME ${value}`, description });
    });
  }
}
