import * as z from 'zod/mini';
import { RejectReason, toInstant } from '../../domain/event.ts';
import { type HandoffMove, handoffEvent, possibleAnswers, VENDOR_ANSWERS } from '../../domain/handoff.ts';
import type { Policy } from '../../domain/policy.ts';
import type { Handoff, HandoffStore } from '../adapters/store/store.ts';
import { badShape, HttpProblem, parseJson } from '../shared/http.ts';
import type { Meter } from '../shared/observe.ts';
import { type Secrets, verifyWithSecret } from '../shared/secrets.ts';
import { SignatureError, verifySignature } from '../shared/signature.ts';

export interface RecordAnswerInput {
  /** From the path, as text that nobody has checked. */
  readonly vendorId: string;
  readonly handoffId: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

export interface RecordAnswerDeps {
  readonly store: Pick<HandoffStore, 'handoff' | 'move'>;
  readonly secrets: Pick<Secrets, 'vendor'>;
  readonly vendors: Policy['vendors'];
  readonly meter: Meter;
  readonly now: () => number;
}

const NOTE_LENGTH = 2000;
const handoffId = z.string('expected the handoffId of the offer');
const note = z.optional(
  z.string('expected text').check(z.maxLength(NOTE_LENGTH, `expected at most ${NOTE_LENGTH} characters`)),
);
const reason = z.enum(RejectReason.options, `expected one of ${RejectReason.options.join(', ')}`);

/** What a vendor posts: docs/vendor-api.yaml. */
const Answer = z.discriminatedUnion(
  'answer',
  [
    z.object({ handoffId, answer: z.literal('accepted') }),
    z.object({ handoffId, answer: z.literal('rejected'), reason, note }),
    z.object({ handoffId, answer: z.literal('resolved'), note }),
    z.object({ handoffId, answer: z.literal('returned'), reason, note }),
  ],
  `expected one of ${VENDOR_ANSWERS.join(', ')}`,
);
type Answer = z.infer<typeof Answer>;

/**
 * Records a vendor's answer to a handoff: the move and its event in one transaction; the event has
 * the workflow go on. Throws HttpProblem for all that a caller can get wrong, and StoreUnavailableError
 * or SecretUnavailableError when nothing was recorded.
 */
export async function recordAnswer(
  input: RecordAnswerInput,
  deps: RecordAnswerDeps,
): Promise<{ handoffId: string; state: Handoff['state'] }> {
  await authenticate(input, deps);
  const answer = readAnswer(input);
  const handoff = await findHandoff(input, deps);
  const now = deps.now();
  if (!possibleAnswers(handoff, now).includes(answer.answer)) throw notPossible(handoff, answer, now);
  const event = handoffEvent(handoff, moveOf(answer), now);
  const workBy = answer.answer === 'accepted' ? toInstant(now + handoff.workSeconds * 1000) : undefined;
  const moved = await deps.store.move(handoff.handoffId, handoff.state, answer.answer, event, workBy);
  // Somebody was faster: another answer, or the end of the wait.
  if (moved === 'conflict') throw notPossible(await findHandoff(input, deps), answer, now);
  if (answer.answer === 'accepted') deps.meter.count('handoffAccepted', { vendor: handoff.vendor });
  if (answer.answer === 'rejected') deps.meter.count('handoffRejected', { vendor: handoff.vendor });
  return { handoffId: handoff.handoffId, state: answer.answer };
}

/** Stands in for the secret of a vendor that does not exist, so that its answer costs the same work. */
const DECOY = { signingSecrets: ['whsec_bm90IGEgc2VjcmV0OiBubyB2ZW5kb3IgaGFzIGl0'] };

async function authenticate({ vendorId, headers, body }: RecordAnswerInput, deps: RecordAnswerDeps): Promise<void> {
  const known = deps.vendors.some((vendor) => vendor.id === vendorId);
  const read = async (maxAgeMs?: number) => (known ? await deps.secrets.vendor(vendorId, maxAgeMs) : DECOY);
  try {
    await verifyWithSecret(read, ({ signingSecrets }) => verifySignature(signingSecrets, headers, body, deps.now()));
  } catch (error) {
    if (!(error instanceof SignatureError)) throw error;
    if (known) throw new HttpProblem(401, 'Not signed by the vendor', error.message);
  }
  if (!known) throw new HttpProblem(404, 'Unknown vendor', 'there is no vendor of this id');
}

function readAnswer(input: RecordAnswerInput): Answer {
  const parsed = Answer.safeParse(parseJson(input.body));
  if (!parsed.success) throw badShape(parsed.error);
  // The signature covers the body alone: without this, an answer could be replayed to another handoff.
  if (parsed.data.handoffId !== input.handoffId) {
    const detail = 'handoffId: it is not the handoff of the URL';
    throw new HttpProblem(400, 'Not the documented shape', detail, { field: 'handoffId' });
  }
  return parsed.data;
}

/** The vendor's handoff; one that is another's is as unknown as one that does not exist. */
async function findHandoff(input: RecordAnswerInput, { store }: RecordAnswerDeps): Promise<Handoff> {
  const handoff = /^ho_[\w-]{22}$/.test(input.handoffId) ? await store.handoff(input.handoffId) : undefined;
  if (handoff?.vendor !== input.vendorId)
    throw new HttpProblem(404, 'Unknown handoff', 'this vendor has no handoff of this id');
  return handoff;
}

function moveOf(answer: Answer): HandoffMove {
  // A lone surrogate is valid JSON, but the table would refuse it.
  const kept = 'note' in answer && answer.note !== undefined ? { note: answer.note.toWellFormed() } : {};
  switch (answer.answer) {
    case 'accepted':
      return { type: 'handoff-accepted' };
    case 'resolved':
      return { type: 'handoff-resolved', ...kept };
    case 'rejected':
    case 'returned':
      return { type: `handoff-${answer.answer}`, reason: answer.reason, ...kept };
  }
}

function notPossible(handoff: Handoff, { answer }: Answer, now: number): HttpProblem {
  const { state, answerBy } = handoff;
  const possible = possibleAnswers(handoff, now);
  const more = { state, possible };
  if (state === 'expired' || (state === 'offered' && possible.length === 0))
    return new HttpProblem(409, 'Too late', `the offer could be answered until ${answerBy}`, { ...more, answerBy });
  const still = possible.length === 0 ? 'nothing can be answered any more' : `possible is: ${possible.join(', ')}`;
  return new HttpProblem(409, 'Not possible now', `the handoff is ${state}, it cannot be ${answer}; ${still}`, more);
}
