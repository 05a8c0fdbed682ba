import { signatureHeaders } from '../../shared/signature.ts';
import { apiAddress, type SendToCrm, sendUpdate, type TicketUpdate, type UpdateResult } from './ticket-update.ts';

export interface UpdateReceiver {
  /** The source's `api-url`: where updates are posted. */
  readonly apiUrl: string;
  /** Standard Webhooks secret of the source (`whsec_…`): it signs in both directions. */
  readonly secret: string;
  readonly allowLoopback: boolean;
}

export interface UpdateMessage {
  readonly ticketId: string;
  readonly update: TicketUpdate;
  /** The same on every retry, so that the receiver can tell an update that it has taken. */
  readonly messageId: string;
  /** ms */
  readonly now: number;
}

const WHEN_FORBIDDEN =
  'its receiver refuses our signature: check the first of signingSecrets in the source’s secret and both clocks (docs/webhooks.md)';

/** Posts a `case.update` as docs/webhooks.md has it; its results and errors are those of `sendUpdate`. */
export async function postUpdate(
  { ticketId, update, messageId, now }: UpdateMessage,
  { apiUrl, secret, allowLoopback }: UpdateReceiver,
  send: SendToCrm,
): Promise<UpdateResult> {
  const url = apiAddress(apiUrl, allowLoopback).href;
  const { groupId: group, note, tags = [], ...fields } = update;
  const data = {
    caseId: ticketId,
    ...fields,
    ...(group === undefined ? {} : { group }),
    ...(tags.length === 0 ? {} : { tags }),
    ...(note === undefined ? {} : { note: { text: note, public: false } }),
  };
  const body = JSON.stringify({ type: 'case.update', timestamp: new Date(now).toISOString(), data });
  const headers = { 'content-type': 'application/json', ...signatureHeaders(secret, messageId, now, body) };
  return sendUpdate({ method: 'POST', url, headers, body }, { send, allowLoopback, whenForbidden: WHEN_FORBIDDEN });
}
