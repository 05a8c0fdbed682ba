/**
 * Counts how often a law that speaks only of some values met one: such a law proves nothing while the random values never
 * come near it. `of` passes its condition on; `share` is from 0 to 1.
 */
export function occasions() {
  let [met, all] = [0, 0];
  return {
    of(condition: boolean): boolean {
      all += 1;
      if (condition) met += 1;
      return condition;
    },
    share: () => (all === 0 ? 0 : met / all),
  };
}
