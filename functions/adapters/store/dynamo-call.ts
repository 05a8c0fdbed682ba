import { ConditionalCheckFailedException, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { StoreUnavailableError } from './store-errors.ts';

/** Items outlive their last use by this long, then TTL removes them: 400 days covers a year's comparison. */
export const KEEP_SECONDS = 400 * 86_400;

export const secondsOf = (ms: number) => Math.floor(ms / 1000);

/** Runs a conditional write; 'conflict' when its condition does not hold. */
export async function conditional(write: Promise<unknown>): Promise<'written' | 'conflict'> {
  try {
    await guarded(write);
    return 'written';
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return 'conflict';
    throw error;
  }
}

/** Errors other than a failed condition, as StoreUnavailableError. */
export async function guarded<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException || error instanceof TransactionCanceledException) throw error;
    throw new StoreUnavailableError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
