import { beforeEach, describe, expect, it } from 'vitest';
import { type HandoffMove, handoffEvent } from '../../domain/handoff.ts';
import type { Handoff } from '../../functions/adapters/store/store.ts';
import { awaitWork } from '../../functions/await-work/await-work.ts';
import { memoryWorkflows } from '../support/doubles.ts';
import { HANDOFF, offeredIn, WEDNESDAY } from '../support/handoff-fixture.ts';
import { type MemoryStore, memoryStore } from '../support/memory-store.ts';

const INPUT = { execution: 'exec-1', attempt: 1, taskToken: 't2' };
let store: MemoryStore;
let workflows: ReturnType<typeof memoryWorkflows>;
const run = (input = INPUT) => awaitWork(input, { store, workflows: workflows.workflows });
const move = (from: Handoff['state'], to: Handoff['state'], details: HandoffMove) =>
  store.move(HANDOFF.handoffId, from, to, handoffEvent(HANDOFF, details, WEDNESDAY + 1000));

beforeEach(async () => {
  store = memoryStore();
  workflows = memoryWorkflows();
  await offeredIn(store);
  await move('offered', 'accepted', { type: 'handoff-accepted' });
});

describe('await-work', () => {
  it('stores the token of the wait', async () => {
    expect(await run()).toEqual({ handoffId: HANDOFF.handoffId, state: 'accepted' });
    expect(await store.handoff(HANDOFF.handoffId)).toMatchObject({ awaiting: 'work', taskToken: 't2' });
    expect(workflows.resumed).toEqual([]);
  });

  it('run again, waits with the new token', async () => {
    await run();
    await run({ ...INPUT, taskToken: 't3' });
    expect(await store.handoff(HANDOFF.handoffId)).toMatchObject({ awaiting: 'work', taskToken: 't3' });
  });

  it.each([
    ['resolved', { type: 'handoff-resolved' }],
    ['returned', { type: 'handoff-returned', reason: 'skill' }],
    ['recalled', { type: 'handoff-recalled', by: 'case-solved' }],
  ] as const)('ends its own wait if the handoff was %s before it began', async (to, details) => {
    await move('accepted', to, details);
    expect(await run()).toEqual({ handoffId: HANDOFF.handoffId, state: to });
    expect(workflows.resumed).toEqual([{ taskToken: 't2', outcome: to }]);
    expect(await store.handoff(HANDOFF.handoffId)).toMatchObject({ awaiting: 'answer', taskToken: 't1' });
  });

  it('fails for a handoff that does not exist', async () => {
    await expect(run({ ...INPUT, attempt: 9 })).rejects.toThrow('there is no handoff');
    expect(workflows.resumed).toEqual([]);
  });
});
