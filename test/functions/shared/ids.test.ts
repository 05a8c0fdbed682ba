import { expect, test } from 'vitest';
import {
  alertIdFor,
  customerKeyFor,
  executionName,
  handoffIdFor,
  storedKey,
  updateIdFor,
} from '../../../functions/shared/ids.ts';

/** Long enough that what is readable of an execution's name is the same for both. */
const LONG = `intake:${'a'.repeat(60)}`;

test.each([
  ['alert', alertIdFor],
  ['update', updateIdFor],
  ['execution', executionName],
])('the id of an %s is another one for each case and key, wherever a sender puts the bar between them', (_, idOf) => {
  const ids = [idOf(`${LONG}|x`, 'y'), idOf(LONG, 'x|y'), idOf(`${LONG}|x|y`, ''), idOf(`${LONG}","x`, 'y')];
  expect(new Set(ids).size).toBe(ids.length);
});

test('a handoff has the same id each time, and another one at each attempt', () => {
  expect(handoffIdFor('exec', 1)).toMatch(/^ho_[\w-]{22}$/);
  expect(new Set([handoffIdFor('exec', 1), handoffIdFor('exec', 1)]).size).toBe(1);
  expect(new Set([handoffIdFor('exec', 1), handoffIdFor('exec', 11), handoffIdFor('exec|1', 1)]).size).toBe(3);
  expect(customerKeyFor('a', 'b|c')).not.toBe(customerKeyFor('a|b', 'c'));
});

test('no key that a sender may choose is stored as one that was made of a longer key', () => {
  const long = storedKey(`caserelay:absorbed:${'x'.repeat(600)}`);
  // Keys of senders have at most 200 characters and begin with something else (adapters/crm/shapes.ts).
  expect(long).toMatch(/^caserelay:long:[\w-]{43}:caserelay:absorbed:x+$/);
  expect(long.length).toBeGreaterThan(200);
});
