import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { sqsDeadlineQueue } from '../../../../functions/adapters/deadlines/deadline-queue.ts';

const NOW = Date.parse('2026-11-16T10:00:00.000Z');
const sqs = mockClient(SQSClient);
const queue = sqsDeadlineQueue(new SQSClient({ region: 'eu-central-1' }), 'https://queue.example.com/due');

beforeEach(() => {
  sqs.reset();
  sqs.on(SendMessageBatchCommand).resolves({ Successful: [], Failed: [] });
});

const sent = () => sqs.commandCalls(SendMessageBatchCommand).map(({ args }) => args[0].input);

describe('hints as SQS messages', () => {
  it.each([
    ['2026-11-16T10:00:42.000Z', 42],
    // Up, so that nobody is woken before the deadline.
    ['2026-11-16T10:00:42.001Z', 43],
    ['2026-11-16T10:00:00.000Z', 0],
    ['2026-11-16T09:00:00.000Z', 0],
    ['2026-11-16T10:15:00.000Z', 900],
    // Further off than SQS can wait: it comes early, and who is woken hints again.
    ['2026-11-16T10:15:01.000Z', 900],
  ])('due at %s are delayed %d s', async (dueAt, delay) => {
    await queue.hint([{ kind: 'case', id: 'zendesk:1', dueAt }], NOW);
    expect(sent()).toEqual([
      {
        QueueUrl: 'https://queue.example.com/due',
        Entries: [
          { Id: '0', MessageBody: JSON.stringify({ kind: 'case', id: 'zendesk:1', dueAt }), DelaySeconds: delay },
        ],
      },
    ]);
  });

  it('go out ten at a time', async () => {
    const hints = Array.from({ length: 21 }, (_, n) => ({
      kind: 'case' as const,
      id: `zendesk:${n}`,
      dueAt: '2026-11-16T10:00:01.000Z',
    }));
    await queue.hint(hints, NOW);
    expect(sent().map(({ Entries }) => Entries?.length)).toEqual([10, 10, 1]);
  });

  it('are not lost silently: a refused one throws', async () => {
    sqs.on(SendMessageBatchCommand).resolves({
      Successful: [],
      Failed: [{ Id: '0', SenderFault: false, Code: 'InternalError' }],
    });
    await expect(
      queue.hint([{ kind: 'case', id: 'zendesk:1', dueAt: '2026-11-16T10:00:01.000Z' }], NOW),
    ).rejects.toThrow('1 of 1 deadline hints were refused: InternalError');
  });
});
