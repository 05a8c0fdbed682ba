/** One e-mail to one person, in both forms; each is complete on its own. */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export interface Mailer {
  /** Hands a mail over for delivery. Throws UnsafeMailError for one that must not be sent, and the service's error if it refuses. */
  send(mail: Mail): Promise<void>;
}

/** A header of the mail holds a line break or another control character. */
export class UnsafeMailError extends Error {
  override readonly name = 'UnsafeMailError';
}
