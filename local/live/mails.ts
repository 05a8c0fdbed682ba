import * as z from 'zod';

/** A mail that the engine's SES took. */
export interface Mail {
  readonly id: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** ms. */
  readonly at: number;
}

const texts = z
  .array(z.string())
  .nullish()
  .transform((list) => list ?? []);
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');

/** The engine's list: per account, oldest first; the instant in seconds. */
const SentMails = z.object({
  messages: z.record(
    z.string(),
    z.array(
      z.object({
        MessageId: z.string(),
        Source: text,
        To: texts,
        Subject: text,
        BodyText: text,
        BodyHtml: text,
        Timestamp: z.number(),
      }),
    ),
  ),
});

/** All mails that the engine at `endpoint` has sent since it started, newest first. Throws if it has no such list. */
export async function readMails(endpoint: string, request: typeof fetch = fetch): Promise<Mail[]> {
  const response = await request(`${endpoint.replace(/\/+$/, '')}/_ministack/ses/messages`, {
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) throw new Error(`the engine answered ${response.status} to the list of mails`);
  return parseMails(await response.json());
}

export function parseMails(json: unknown): Mail[] {
  const mails = Object.values(SentMails.parse(json).messages).flat();
  return mails
    .map((mail) => ({
      id: mail.MessageId,
      from: mail.Source,
      to: mail.To,
      subject: mail.Subject,
      text: mail.BodyText,
      html: mail.BodyHtml,
      at: mail.Timestamp * 1000,
    }))
    .sort((a, b) => b.at - a.at);
}

export interface AcknowledgeLink {
  readonly alertId: string;
  readonly url: string;
}

/** The link on which a mail's alert is acknowledged, if it has one. */
export function acknowledgeLinkOf({ text: body }: Pick<Mail, 'text'>): AcknowledgeLink | undefined {
  const found = /https?:\/\/\S+\/alerts\/([^/\s]+)\/acknowledge\?token=[\w.%-]+/.exec(body);
  if (found === null) return undefined;
  return { alertId: decodeURIComponent(found[1] ?? ''), url: found[0].replace(/\.$/, '') };
}
