/** An event that can never be applied, however often it is tried. */
export class PoisonEventError extends Error {
  override readonly name = 'PoisonEventError';
}

/** Runs what hangs on nothing but its arguments: what it throws once, it would throw each time. */
export function orPoison<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw new PoisonEventError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
