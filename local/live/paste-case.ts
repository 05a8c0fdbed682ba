export interface PasteOptions {
  /** Where Zendesk's webhooks go. */
  readonly url: string;
  readonly secret: string;
}

/**
 * A command for any shell that opens a case: numbered, dated and signed when it is run, so that its
 * clocks begin then, and pasted again it opens another.
 */
export function pasteCommand({ url, secret }: PasteOptions): string {
  // Each ends the single quotes around the body, and begins them again.
  const [now, id] = ["'$TS'", "'$ID'"];
  const body = JSON.stringify({
    type: 'zen:event-type:ticket.created',
    id: `paste-${id}`,
    time: now,
    subject: `zen:ticket:${id}`,
    zendesk_event_version: '2022-11-06',
    detail: {
      id,
      // With the number: by its subject a toy vendor finds the ticket that it was offered.
      subject: `Video keeps buffering (${id})`,
      description: 'Playback stops every minute.',
      status: 'NEW',
      priority: 'HIGH',
      is_public: true,
      created_at: now,
      updated_at: now,
      via: { channel: 'web' },
    },
    event: {},
  });
  return `TS=$(date -u +%Y-%m-%dT%H:%M:%SZ); ID=$(date +%s); BODY='${body}'; \\
curl -sS ${url} -H 'content-type: application/json' -H "x-zendesk-webhook-signature-timestamp: $TS" \\
  -H "x-zendesk-webhook-signature: $(printf '%s%s' "$TS" "$BODY" | openssl dgst -sha256 -hmac '${secret}' -binary | base64)" -d "$BODY"`;
}
