import { setTimeout as sleep } from 'node:timers/promises';
import type { Webhook } from './webhook.ts';

/** What became of one webhook. */
export interface Delivery {
  readonly webhook: Webhook;
  /** HTTP status of the last try; 0 if none got an answer. */
  readonly status: number;
  readonly tries: number;
  readonly accepted: boolean;
  /** Why it was not accepted, in the receiver's words. */
  readonly problem?: string;
}

export interface SenderOptions {
  /** Webhooks are posted to `<url>/<source>`. */
  readonly url: string;
  readonly fetch?: typeof fetch;
  readonly now?: () => number;
  readonly wait?: (ms: number) => Promise<unknown>;
  /** Tries per webhook; with the default of 8 the last is about 30 s after the first. */
  readonly tries?: number;
}

export interface Sender {
  /** Sends after every earlier webhook of the same case is done. Never throws: a failure is in what it returns. */
  send(webhook: Webhook): Promise<Delivery>;
  readonly deliveries: readonly Delivery[];
  /** Resolves when nothing is on its way. */
  idle(): Promise<void>;
}

/** At most this many deliveries at once: more only queue up in the local engine. */
const AT_ONCE = 8;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 8000;
const TIMEOUT_MS = 30_000;

/** Posts signed webhooks as a CRM does: in order per case, again when the receiver is not ready. */
export function createSender({
  url,
  fetch: request = fetch,
  now = Date.now,
  wait = sleep,
  tries = 8,
}: SenderOptions): Sender {
  const deliveries: Delivery[] = [];
  const lastOfCase = new Map<string, Promise<Delivery>>();
  const waiting: (() => void)[] = [];
  let running = 0;

  const takeSlot = async () => {
    if (running >= AT_ONCE) await new Promise<void>((resume) => waiting.push(resume));
    else running += 1;
  };
  const freeSlot = () => {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  };

  const tryOnce = async (webhook: Webhook) => {
    try {
      const response = await request(`${url}/${encodeURIComponent(webhook.source)}`, {
        method: 'POST',
        headers: webhook.sign(now()),
        body: webhook.body,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      return { status: response.status, text: await response.text() };
    } catch (error) {
      return { status: 0, text: reasonOf(error) };
    }
  };

  const deliver = async (webhook: Webhook): Promise<Delivery> => {
    for (let nth = 1; ; nth++) {
      const { status, text } = await tryOnce(webhook);
      const accepted = status >= 200 && status < 300;
      if (accepted) return { webhook, status, tries: nth, accepted };
      if (nth === tries || !isWorthAnotherTry(status)) {
        return { webhook, status, tries: nth, accepted, problem: detailOf(text) };
      }
      await wait(Math.min(FIRST_PAUSE_MS * 2 ** (nth - 1), LONGEST_PAUSE_MS));
    }
  };

  const inTurn = async (webhook: Webhook, before: Promise<Delivery> | undefined): Promise<Delivery> => {
    await before;
    await takeSlot();
    try {
      const done = await deliver(webhook);
      deliveries.push(done);
      return done;
    } finally {
      freeSlot();
    }
  };

  return {
    deliveries,
    send(webhook) {
      const { caseId } = webhook;
      const delivery: Promise<Delivery> = inTurn(webhook, lastOfCase.get(caseId)).finally(() => {
        if (lastOfCase.get(caseId) === delivery) lastOfCase.delete(caseId);
      });
      lastOfCase.set(caseId, delivery);
      return delivery;
    },
    async idle() {
      while (lastOfCase.size > 0) await Promise.all(lastOfCase.values());
    },
  };
}

function isWorthAnotherTry(status: number): boolean {
  return status === 0 || status === 429 || status >= 500;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

/** The detail of a problem+json, or the first line of whatever was said. */
function detailOf(text: string): string {
  try {
    const { title, detail, message } = JSON.parse(text);
    return String(detail ?? title ?? message ?? text);
  } catch {
    return text.split('\n', 1)[0]?.slice(0, 200) ?? '';
  }
}

/** One webhook of a replay. `make` is called when its time has come, with that time (ms). */
export interface Step {
  /** Seconds after the start of the replay. */
  readonly atSeconds: number;
  readonly make: (now: number) => Webhook;
}

/** Webhooks that may be under way before a replay that has fallen behind its schedule waits. */
const MOST_UNDER_WAY = 256;

export interface PlayOptions {
  /** ms; what the steps' times are counted from. */
  readonly startAt: number;
  readonly now?: () => number;
  readonly wait?: (ms: number) => Promise<unknown>;
  readonly signal?: AbortSignal;
}

/** Sends each step when its time has come. Resolves when all are delivered or given up; stops early, between two steps, when `signal` says so. */
export async function playSteps(
  steps: Iterable<Step>,
  sender: Sender,
  { startAt, now = Date.now, wait = sleep, signal }: PlayOptions,
): Promise<void> {
  const underWay = new Set<Promise<unknown>>();
  for (const { atSeconds, make } of [...steps].sort((a, b) => a.atSeconds - b.atSeconds)) {
    const at = startAt + atSeconds * 1000;
    if (at > now()) await wait(at - now());
    if (signal?.aborted) break;
    const delivery: Promise<unknown> = sender.send(make(at)).then(() => underWay.delete(delivery));
    underWay.add(delivery);
    if (underWay.size >= MOST_UNDER_WAY) await Promise.race(underWay);
  }
  await Promise.all(underWay);
}

export interface SendReport {
  readonly sent: number;
  readonly accepted: number;
  /** Answers by HTTP status of the last try; "0" is no answer at all. */
  readonly byStatus: Readonly<Record<string, number>>;
  readonly retried: number;
  readonly refused: readonly Delivery[];
}

export function reportOf(deliveries: readonly Delivery[]): SendReport {
  const byStatus: Record<string, number> = {};
  for (const { status } of deliveries) byStatus[status] = (byStatus[status] ?? 0) + 1;
  const refused = deliveries.filter(({ accepted }) => !accepted);
  const retried = deliveries.filter(({ tries }) => tries > 1).length;
  return { sent: deliveries.length, accepted: deliveries.length - refused.length, byStatus, retried, refused };
}
