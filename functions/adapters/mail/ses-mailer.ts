import { type SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { OUR_HEADER } from '../../../domain/automatic.ts';
import { shorten } from '../../shared/foreign-text.ts';
import { type Mailer, UnsafeMailError } from './mailer.ts';

/** Longest subject that is sent, in characters; the rest would be cut by most mail programs anyway. */
const SUBJECT_LENGTH = 150;

/** What tells other machines not to answer (RFC 3834; Exchange has a way of its own), and us that the mail is ours if it comes back. */
const HEADERS = [
  { Name: 'Auto-Submitted', Value: 'auto-generated' },
  { Name: 'X-Auto-Response-Suppress', Value: 'OOF, AutoReply' },
  { Name: OUR_HEADER, Value: 'alert' },
];

export interface SesSettings {
  /** Sender, as the policy has it. */
  readonly from: string;
  readonly configurationSet: string;
}

/** Mail through Amazon SES v2. SES knows no idempotency key: two calls are two mails. */
export function sesMailer(client: SESv2Client, { from, configurationSet }: SesSettings): Mailer {
  return {
    async send({ to, subject, text, html }) {
      for (const [header, value] of Object.entries({ from, to, subject })) refuseControls(header, value);
      await client.send(
        new SendEmailCommand({
          FromEmailAddress: from,
          Destination: { ToAddresses: [to] },
          ConfigurationSetName: configurationSet,
          Content: {
            Simple: {
              Subject: { Data: shorten(subject, SUBJECT_LENGTH), Charset: 'UTF-8' },
              Body: { Text: { Data: text, Charset: 'UTF-8' }, Html: { Data: html, Charset: 'UTF-8' } },
              Headers: HEADERS,
            },
          },
        }),
      );
    },
  };
}

/** A line break in a header would begin another header, and with it another recipient. */
function refuseControls(header: string, value: string): void {
  if (/\p{Cc}|\u2028|\u2029/u.test(value))
    throw new UnsafeMailError(`the mail's "${header}" holds a line break or control character`);
}
