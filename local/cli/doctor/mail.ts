import {
  GetAccountCommand,
  GetEmailIdentityCommand,
  type GetEmailIdentityCommandOutput,
  GetSuppressedDestinationCommand,
  type SESv2Client,
} from '@aws-sdk/client-sesv2';
import { domainOf, senderOf } from '../../../domain/sender.ts';
import { type Account, blocks, type Finding, note, orFine, runbook } from './finding.ts';

const FIRST = runbook('first-deployment');

/** May SES send from the policy's sender, signed? */
export async function lookAtSender({ policy, clients: { ses } }: Account): Promise<readonly Finding[]> {
  const { address, domain } = senderOf(policy);
  const [ofDomain, ofAddress] = await Promise.all([identity(ses, domain), identity(ses, address)]);
  const used = ofAddress ?? ofDomain;
  if (used === undefined) return [blocks(`SES does not know ${domain}: no mail can be sent`, FIRST)];
  const { Status, Tokens = [] } = used.DkimAttributes ?? {};
  const records = Tokens.map((token) => `${token}._domainkey.${domain} CNAME ${token}.dkim.amazonses.com`);
  const add = records.length === 0 ? FIRST : `add to the DNS of ${domain}: ${records.join(', ')}`;
  if (used.VerifiedForSendingStatus !== true)
    return [blocks(`${ofAddress === undefined ? domain : address} is not verified: no mail can be sent`, add)];
  if (Status !== 'SUCCESS')
    return [note(`mail from ${domain} is not signed (DKIM: ${Status ?? 'not set up'}): it may be taken for spam`, add)];
  return [{ state: 'fine', says: `${domain} is verified, mail is signed` }];
}

/** May SES send to the leads, and as many mails as it takes? */
export async function lookAtMail({ policy, clients: { ses } }: Account): Promise<readonly Finding[]> {
  const account = await ses.send(new GetAccountCommand({}));
  const wrong: Finding[] = [];
  if (account.SendingEnabled === false || account.EnforcementStatus === 'SHUTDOWN')
    wrong.push(blocks('SES has stopped sending for this account', 'SES console → Account dashboard says why'));
  if (account.EnforcementStatus === 'PROBATION')
    wrong.push(note('SES has the account under review', 'SES console → Reputation metrics says why'));
  const { Max24HourSend: most = 0, SentLast24Hours: sent = 0 } = account.SendQuota ?? {};
  // -1: no limit.
  if (most > 0 && sent > 0.8 * most)
    wrong.push(note(`${sent} of ${most} mails a day are sent`, 'ask for more: SES console → Account dashboard'));
  const leads = policy.leads.map(({ email }) => email);
  if (account.ProductionAccessEnabled !== true) wrong.push(...(await lookAtSandbox(ses, leads)));
  const suppressed = await Promise.all(leads.map((email) => isSuppressed(ses, email)));
  for (const email of leads.filter((_, index) => suppressed[index]))
    wrong.push(
      blocks(
        `${email} once complained about a mail of this account: SES sends nothing there any more`,
        `aws sesv2 delete-suppressed-destination --email-address ${email}`,
      ),
    );
  return orFine(wrong, `SES may send to all ${leads.length} leads`);
}

/** In the sandbox, SES sends only to identities. */
async function lookAtSandbox(ses: SESv2Client, leads: readonly string[]): Promise<Finding[]> {
  const names = [...new Set(leads.flatMap((email) => [email, domainOf(email)]))];
  const found = await Promise.all(names.map((name) => identity(ses, name)));
  const verified = new Set(names.filter((_, index) => found[index]?.VerifiedForSendingStatus === true));
  const unreached = leads.filter((email) => !verified.has(email) && !verified.has(domainOf(email)));
  if (unreached.length === 0)
    return [note('SES is in its sandbox: 200 mails a day, only to addresses that are verified', FIRST)];
  return [
    blocks(
      `SES is in its sandbox and may not send to ${unreached.join(', ')}`,
      `ask for production access (SES console → Account dashboard); until then: aws sesv2 create-email-identity --email-identity ${unreached[0]}`,
    ),
  ];
}

async function identity(ses: SESv2Client, name: string): Promise<GetEmailIdentityCommandOutput | undefined> {
  return ses.send(new GetEmailIdentityCommand({ EmailIdentity: name })).catch(noneIfNotFound);
}

/** Bounces do not count: the deployment's configuration set sends all the same. */
async function isSuppressed(ses: SESv2Client, EmailAddress: string): Promise<boolean> {
  const found = await ses.send(new GetSuppressedDestinationCommand({ EmailAddress })).catch(noneIfNotFound);
  return found?.SuppressedDestination?.Reason === 'COMPLAINT';
}

function noneIfNotFound(error: Error): undefined {
  if (error.name !== 'NotFoundException') throw error;
  return undefined;
}
