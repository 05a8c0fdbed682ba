import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { eventPut } from '../../functions/adapters/store/dynamo-event-log.ts';
import { tellCase } from '../../local/cli/case.ts';
import type { Command } from '../../local/cli/io.ts';
import { redrive } from '../../local/cli/redrive.ts';
import { type App, eventually, openApp } from './app.ts';

/** What an operator asks of a deployment, as the command line answers it. */

let app: App;
beforeAll(async () => {
  app = await openApp();
});
afterAll(() => app?.close());

async function run(command: Command, ...args: string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const code = await command(args, { stdin: Readable.from([]), stdout, stderr });
  stdout.end();
  stderr.end();
  return { code, stdout: await text(stdout), stderr: await text(stderr) };
}

describe('caserelay case', () => {
  test('tells the story of a case from the table', async ({ expect }) => {
    const { id, caseId } = await app.openTicket({ subject: 'The picture freezes' });
    await app.logged(caseId, 'triaged');
    await app.solve(id);
    await app.logged(caseId, 'solved');
    const story = await eventually('a story without a doubt', async () => {
      const told = await run(tellCase, caseId, '--policy', app.policyDir, '--zone', 'Asia/Manila');
      return told.stdout.includes('!') ? undefined : told;
    });
    expect(story.code).toBe(0);
    expect(story.stdout).toContain(`${caseId}  "The picture freezes (${id})"\nsolved, `);
    const told = story.stdout.slice(story.stdout.indexOf('What happened, in Asia/Manila'));
    expect(told).toMatch(/received: "The picture freezes[\s\S]*triaged: [\s\S]*solved/);

    const json = await run(tellCase, caseId, '--json', '--policy', app.policyDir);
    const types = json.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).type);
    expect(types).toEqual((await app.log(caseId)).map(({ type }) => type));
  });

  test('says that there is no such case', async ({ expect }) => {
    expect(await run(tellCase, 'zendesk:none', '--policy', app.policyDir)).toEqual({
      code: 1,
      stdout: '',
      stderr: 'There is no case zendesk:none: none of its events is in the table, or they have been removed.\n',
    });
  });
});

describe('caserelay redrive', () => {
  test('applies an event that was put aside, once it can be read', async ({ expect }) => {
    const { caseId } = await app.openTicket({ subject: 'No sound' });
    await app.logged(caseId, 'triaged');
    const [opening] = await app.log(caseId);
    if (opening === undefined) throw new Error('the case has no events');
    const key = 'written-by-hand';
    const at = { occurredAt: opening.occurredAt, receivedAt: opening.receivedAt };
    const readable = eventPut({ ...at, type: 'csat-received', key, caseId, score: 'bad' });
    const item = { TableName: app.deployment.tableName };
    await app.dynamodb.send(
      new PutItemCommand({ ...item, Item: { ...readable.Item, event: { M: marshall({ type: 'no such type' }) } } }),
    );
    await eventually('the poison event', async () => {
      const { stdout } = await run(redrive, '--list');
      return /poison-events +[1-9]/.test(stdout) ? true : undefined;
    });
    const still = await run(redrive, 'poison-events');
    expect(still.stdout).toContain('stays: it was handled, and put aside again');
    expect(still.code).toBe(1);

    await app.dynamodb.send(new PutItemCommand({ ...item, Item: readable.Item }));
    const mended = await run(redrive, 'poison-events');
    expect(mended.stdout).toContain(`${key} of ${caseId} applied`);
    expect(mended.code).toBe(0);
    expect((await app.store.load(caseId))?.state.csat).toBe('bad');
  });
});
