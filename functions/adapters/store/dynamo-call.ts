import { setTimeout as sleep } from 'node:timers/promises';
import {
  ConditionalCheckFailedException,
  TransactionCanceledException,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb';
import { StoreUnavailableError, UnstorableError } from './store-errors.ts';

/** Items outlive their last use by this long, then TTL removes them: 400 days covers a year's comparison. */
export const KEEP_SECONDS = 400 * 86_400;

export const secondsOf = (ms: number) => Math.floor(ms / 1000);

/** Runs a conditional write; 'conflict' when its condition does not hold. */
export async function conditional(write: () => Promise<unknown>): Promise<'written' | 'conflict'> {
  try {
    await guarded(write);
    return 'written';
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return 'conflict';
    throw error;
  }
}

/**
 * Makes a call, and once more if another transaction held the item: that lasts for milliseconds, and
 * the SDK does not try again. Errors other than a failed condition come as StoreUnavailableError, or as
 * UnstorableError if DynamoDB calls the request invalid, which it will do again.
 */
export async function guarded<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call().catch(async (error: unknown) => {
      if (!isHeld(error)) throw error;
      await sleep(HELD_MS.least + Math.random() * (HELD_MS.most - HELD_MS.least));
      return call();
    });
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException || error instanceof TransactionCanceledException) throw error;
    const [name, message] = error instanceof Error ? [error.name, error.message] : ['', String(error)];
    throw new (name === 'ValidationException' ? UnstorableError : StoreUnavailableError)(message, { cause: error });
  }
}

/** Why a transaction was cancelled, per item of it; "None" for those that were in order. */
export function reasonsOf(error: TransactionCanceledException): string[] {
  return (error.CancellationReasons ?? []).map(({ Code }) => Code ?? 'None');
}

/** The error of a transaction that was cancelled for more than a condition. */
export function cancelledFor(error: TransactionCanceledException): StoreUnavailableError | UnstorableError {
  const reasons = reasonsOf(error);
  const Kind = reasons.includes('ValidationError') ? UnstorableError : StoreUnavailableError;
  return new Kind(`a transaction was cancelled: ${reasons.join(', ')}`, { cause: error });
}

/** The wait before the second try, ms: anywhere in between, so that two callers do not meet again. */
const HELD_MS = { least: 25, most: 75 };

/** Nothing was written because another transaction was at the same item, and for no other reason. */
function isHeld(error: unknown): boolean {
  if (error instanceof TransactionConflictException) return true;
  if (!(error instanceof TransactionCanceledException)) return false;
  const reasons = reasonsOf(error).filter((code) => code !== 'None');
  return reasons.length > 0 && reasons.every((code) => code === 'TransactionConflict');
}
