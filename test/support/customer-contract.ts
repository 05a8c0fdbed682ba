import { describe, expect, it } from 'vitest';
import { type CustomerStore, HISTORY_LENGTH, type RememberedCase } from '../../functions/adapters/store/store.ts';

/** What every store of customers must do; ids are the suite's own, so that it can run against a table in use. */
export function customerContract(make: () => CustomerStore): void {
  let made = 0;
  const fresh = () => `cu${process.pid}-${Date.now()}-${++made}`;
  const at = (time: string) => `2026-11-16T${time}.000Z`;
  const entry = (id: string, time: string, textKey?: string): RememberedCase => ({
    caseId: `zendesk:${id}`,
    openedAt: at(time),
    ...(textKey === undefined ? {} : { textKey }),
  });
  const DAY = 86_400;

  describe("a customer's cases", () => {
    it('are those between two instants, both included, the newest first', async () => {
      const [store, customer] = [make(), fresh()];
      const times = ['09:00:00', '10:00:00', '10:00:01', '11:00:00', '11:00:01'];
      for (const [index, time] of times.entries()) await store.remember(customer, entry(`${index}`, time, 'k'), DAY);
      expect(await store.history(customer, at('10:00:00'), at('11:00:00'))).toEqual([
        entry('3', '11:00:00', 'k'),
        entry('2', '10:00:01', 'k'),
        entry('1', '10:00:00', 'k'),
      ]);
    });

    it('are remembered once each, also two of one instant, and with or without words', async () => {
      const [store, customer] = [make(), fresh()];
      await store.remember(customer, entry('1', '10:00:00'), DAY);
      await store.remember(customer, entry('1', '10:00:00'), DAY);
      await store.remember(customer, entry('~2', '10:00:00', 'k'), DAY);
      expect(await store.history(customer, at('10:00:00'), at('10:00:00'))).toEqual([
        entry('~2', '10:00:00', 'k'),
        entry('1', '10:00:00'),
      ]);
    });

    it('are nobody else’s', async () => {
      const [store, customer] = [make(), fresh()];
      await store.remember(customer, entry('1', '10:00:00'), DAY);
      expect(await store.history(`${customer}0`, at('00:00:00'), at('23:00:00'))).toEqual([]);
      expect(await store.history(fresh(), at('00:00:00'), at('23:00:00'))).toEqual([]);
    });

    it('are the newest when there are too many', async () => {
      const [store, customer] = [make(), fresh()];
      const time = (index: number) =>
        `10:${String(Math.floor(index / 60)).padStart(2, '0')}:${String(index % 60).padStart(2, '0')}`;
      for (let i = 0; i <= HISTORY_LENGTH; i++) await store.remember(customer, entry(`${i}`, time(i)), DAY);
      const found = await store.history(customer, at('00:00:00'), at('23:00:00'));
      expect(found).toHaveLength(HISTORY_LENGTH);
      expect(found[0]?.caseId).toBe(`zendesk:${HISTORY_LENGTH}`);
      expect(found.at(-1)?.caseId).toBe('zendesk:1');
    });
  });
}
