import { type CustomerStore, HISTORY_LENGTH, type RememberedCase } from '../../functions/adapters/store/store.ts';

/** The customers' cases in memory. `gate` is called before each, and may refuse. Nothing expires. */
export function memoryCustomers(gate: () => void): CustomerStore {
  const remembered = new Map<string, Map<string, RememberedCase>>();
  return {
    async remember(customer, entry) {
      gate();
      const cases = remembered.get(customer) ?? new Map<string, RememberedCase>();
      cases.set(`${entry.openedAt}#${entry.caseId}`, structuredClone(entry));
      remembered.set(customer, cases);
    },
    async history(customer, from, to) {
      gate();
      const cases = [...(remembered.get(customer) ?? [])].sort(([a], [b]) => (a < b ? 1 : -1));
      const found = cases.map(([, entry]) => entry).filter(({ openedAt }) => openedAt >= from && openedAt <= to);
      return structuredClone(found.slice(0, HISTORY_LENGTH));
    },
  };
}
