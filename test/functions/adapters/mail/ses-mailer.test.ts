import { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { automaticMessage } from '../../../../domain/automatic.ts';
import { UnsafeMailError } from '../../../../functions/adapters/mail/mailer.ts';
import { sesMailer } from '../../../../functions/adapters/mail/ses-mailer.ts';

const ses = mockClient(SESv2Client);
const settings = { from: 'caserelay@example.com', configurationSet: 'caserelay' };
const mailer = sesMailer(new SESv2Client({ region: 'eu-central-1' }), settings);
const MAIL = { to: 'ana@example.com', subject: 'Breached: first response', text: 'text', html: '<p>html</p>' };

beforeEach(() => {
  ses.reset();
  ses.on(SendEmailCommand).resolves({ MessageId: 'm1' });
});

describe('a mail through SES', () => {
  it('has both forms, one recipient and the configuration set', async () => {
    await mailer.send(MAIL);
    expect(ses.commandCalls(SendEmailCommand)[0]?.args[0].input).toEqual({
      FromEmailAddress: 'caserelay@example.com',
      Destination: { ToAddresses: ['ana@example.com'] },
      ConfigurationSetName: 'caserelay',
      Content: {
        Simple: {
          Subject: { Data: 'Breached: first response', Charset: 'UTF-8' },
          Body: {
            Text: { Data: 'text', Charset: 'UTF-8' },
            Html: { Data: '<p>html</p>', Charset: 'UTF-8' },
          },
          Headers: [
            { Name: 'Auto-Submitted', Value: 'auto-generated' },
            { Name: 'X-Auto-Response-Suppress', Value: 'OOF, AutoReply' },
            { Name: 'x-caserelay', Value: 'alert' },
          ],
        },
      },
    });
  });

  it('is known as ours if it comes back', async () => {
    await mailer.send(MAIL);
    const { Headers = [] } = ses.commandCalls(SendEmailCommand)[0]?.args[0].input.Content?.Simple ?? {};
    const headers = Object.fromEntries(Headers.map(({ Name = '', Value = '' }) => [Name, Value]));
    expect(automaticMessage({ headers })).toBe('loop');
  });

  it.each([
    { subject: 'Breached\r\nBcc: everyone@example.com' },
    { subject: 'Breached\nX: y' },
    { subject: 'Breached\u2028X' },
    { subject: 'Breached\u0000' },
    { to: 'ana@example.com\r\nBcc: everyone@example.com' },
  ])('is refused if a header holds a line break: %j', async (part) => {
    await expect(mailer.send({ ...MAIL, ...part })).rejects.toThrow(UnsafeMailError);
    expect(ses.commandCalls(SendEmailCommand)).toHaveLength(0);
  });

  it('has a subject of 150 characters at most, cut between characters', async () => {
    await mailer.send({ ...MAIL, subject: '🎬'.repeat(151) });
    const subject = ses.commandCalls(SendEmailCommand)[0]?.args[0].input.Content?.Simple?.Subject?.Data;
    expect(subject).toBe(`${'🎬'.repeat(149)}…`);
  });

  it('passes on what SES says', async () => {
    ses
      .on(SendEmailCommand)
      .rejects(Object.assign(new Error('Email address is not verified'), { name: 'MessageRejected' }));
    await expect(mailer.send(MAIL)).rejects.toThrow('not verified');
  });
});
