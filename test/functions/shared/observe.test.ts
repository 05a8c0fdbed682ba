import type { Context } from 'aws-lambda';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { logger, meter, observed } from '../../../functions/shared/observe.ts';

// Powertools writes to a console of its own, so the stream under it is watched.
const written = () => {
  const out: string[] = [];
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      out.push(String(text));
      return true;
    });
  }
  return out;
};

afterEach(() => {
  vi.restoreAllMocks();
});

describe('observed', () => {
  const context = {} as Context;

  it('flushes what was counted, also when the handler throws', async () => {
    const out = written();
    const failing = observed(async () => {
      meter.count('sweeps');
      throw new Error('after counting');
    });
    await expect(failing({}, context)).rejects.toThrow('after counting');
    expect(JSON.parse(out.join(''))).toMatchObject({ Sweeps: 1 });
  });

  it('gives each line the id of its own request', async () => {
    const out = written();
    const handler = observed<string, void>(async (text) => logger.error(text));
    await handler('one', { awsRequestId: 'r-1' } as Context);
    await handler('two', { awsRequestId: 'r-2' } as Context);
    expect(out.map((line) => JSON.parse(line)).map(({ message, requestId }) => [message, requestId])).toEqual([
      ['one', 'r-1'],
      ['two', 'r-2'],
    ]);
  });

  it('writes nothing for an invocation that counted nothing', async () => {
    const out = written();
    expect(await observed(async () => 'done')({}, context)).toBe('done');
    expect(out).toEqual([]);
  });

  it('publishes a count with dimensions at once', async () => {
    const out = written();
    await observed(async () => meter.count('casesReceived', { source: 'zendesk' }))({}, context);
    expect(JSON.parse(out.join(''))).toMatchObject({ CasesReceived: 1, source: 'zendesk' });
  });
});
