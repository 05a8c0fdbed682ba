import { readFileSync } from 'node:fs';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { triage } from '../../../local/cli/triage.ts';

type Answer = Record<string, unknown> & { error?: string };

/** Runs the command on lines, objects being written as JSON. */
async function run(lines: readonly unknown[], ...args: string[]) {
  const input = lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`);
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const code = await triage(args, { stdin: Readable.from(input), stdout, stderr });
  stdout.end();
  stderr.end();
  return { code, out: await text(stdout), err: await text(stderr) };
}

const linesOf = (out: string): Answer[] =>
  out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

/** What is answered to each line, under the policy of the demo. */
async function answers(...lines: unknown[]): Promise<Answer[]> {
  const { code, out } = await run(lines, '--policy', 'local/policy');
  expect(code).toBe(0);
  return linesOf(out);
}
async function answer(line: unknown): Promise<Answer> {
  return (await answers(line))[0] as Answer;
}

const refund = { subject: 'Refund, please', text: 'The film stutters and I want my money back.', region: 'IE' };

// The whole policy with its holidays is compiled anew for each run.
describe('caserelay triage', { timeout: 20_000 }, () => {
  it('says what is decided and why, with the id that was given', async () => {
    expect(await answer({ id: 7, case: refund })).toEqual({
      id: 7,
      caseId: 'case:1',
      ruleId: 'billing',
      reason: 'Payments and refunds.',
      policyVersion: expect.stringMatching(/^[0-9a-f]+$/),
      priority: 'normal',
      queue: 'billing',
      route: 'vendor',
      sensitive: false,
      dataClass: 'standard',
      category: 'billing',
      tags: ['billing'],
      language: 'en',
      skills: [],
      confidence: 1,
      matched: [{ field: 'any-text', operator: 'contains', value: 'refund' }],
      alternatives: [{ ruleId: 'playback', category: 'playback', because: 'comes after billing' }],
    });
  });

  it('takes a case without "case" around it, and fields as rules name them', async () => {
    expect(
      await answer({ ...refund, 'custom.plan': 'gold', priority: 'low', source: 'zendesk', caseId: 12 }),
    ).toMatchObject({
      caseId: 'zendesk:12',
      ruleId: 'billing',
      priority: 'low',
    });
  });

  it('reads a whole log, and decides it anew', async () => {
    const opened = { type: 'opened', caseId: 'zendesk:9', at: '2026-11-23T10:00:00Z', fields: { subject: 'Hello' } };
    const more = {
      type: 'message-added',
      caseId: 'zendesk:9',
      at: '2026-11-23T10:01:00Z',
      author: 'customer',
      text: 'My password is lost',
    };
    expect(await answer({ events: [more, opened] })).toMatchObject({ caseId: 'zendesk:9', ruleId: 'password' });
    const { caseId: _, ...decision } = await answer({ case: { subject: 'refund', priority: 'high' } });
    const triaged = {
      type: 'triaged',
      caseId: 'zendesk:9',
      at: '2026-11-23T10:02:00Z',
      decision: { ...decision, priority: 'urgent' },
    };
    expect(await answer({ events: [opened, triaged] })).toMatchObject({ priority: 'normal', tags: [] });
  });

  it('knows the history that is given: the same words within the time are a duplicate', async () => {
    const asked = { case: { ...refund, requesterId: '77' }, openedAt: '2026-11-23T10:00:00Z' };
    const before = { ...refund, caseId: 'zendesk:1', openedAt: '2026-11-23T09:00:00Z' };
    const histories = [before, { ...before, over: true }, { ...before, text: 'Something else.' }];
    // The policy in policy/ links what comes again within a day.
    const { out } = await run(histories.map((other) => ({ ...asked, history: [other] })));
    const [again, over, other] = linesOf(out);
    expect(again).toMatchObject({ ruleId: 'duplicate', route: 'parked', duplicateOf: 'zendesk:1' });
    expect(over).toMatchObject({ ruleId: 'refund', duplicateOf: 'zendesk:1' });
    expect(other).not.toHaveProperty('duplicateOf');
    expect((await answer({ ...asked, history: [refund] })).error).toContain(
      'history[0].openedAt: expected an ISO 8601 instant',
    );
  });

  it('names what means nothing to triage, for it may be a slip', async () => {
    expect((await answer({ case: { ...refund, titel: 'x' }, note: 'y' })).ignored).toEqual(['note', 'titel']);
    expect(await answer({ case: refund, id: 1, openedAt: '2026-11-23T10:00:00Z' })).not.toHaveProperty('ignored');
  });

  it.each<[string, unknown, string]>([
    ['no JSON', '{"case":', 'expected a line of JSON'],
    ['no object', '[1]', 'line: expected a JSON object'],
    ['nothing of a case', { hello: 1 }, 'expected "case" or "events" in the line'],
    ['a field of another kind', { case: { subject: 3 } }, 'case.subject: expected a string, found 3'],
    ['a priority that is none', { case: { ...refund, priority: 'hihg' } }, 'case.priority: expected one of low'],
    ['a status that is none', { case: { ...refund, status: 'won' } }, 'case.status: expected one of new'],
    ['a time that is none', { case: refund, openedAt: 'today' }, 'openedAt: expected an ISO 8601 instant such as'],
    ['a source that is none', { case: { ...refund, source: 'A b' } }, 'case.source: expected the name of a source'],
    ['events that are none', { events: [{ type: 'opend' }] }, 'events[0].type: expected one of'],
    ['no events', { events: [] }, 'events: expected at least one event'],
    ['a history that is none', { case: refund, history: {} }, "history: expected a list of the customer's other cases"],
    ['a count that is none', { case: { ...refund, reopens: 'twice' } }, 'case.reopens: expected a number'],
  ])('a bad line is told by its number, and the others go on: %s', async (_, bad, error) => {
    const [first, second, third] = await answers({ case: refund }, bad, { case: refund });
    expect([first?.ruleId, third?.ruleId]).toEqual(['billing', 'billing']);
    expect(second).toEqual({ line: 2, error: expect.stringContaining(error) });
  });

  it('passes over empty lines, and tells the id of a bad one', async () => {
    const [, bad] = await answers({ case: refund }, '', '  ', { id: 'x', case: 1 });
    expect(bad).toEqual({ line: 4, id: 'x', error: 'case: expected an object, found 1' });
  });

  it('says which rules would have a lead told at once, whichever decides', async () => {
    const hurt = { subject: 'Refund', text: 'Someone hijacked my account. I will hurt myself.' };
    const { out } = await run([hurt, refund], '--policy', 'local/policy');
    const [first, second] = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(first).toMatchObject({ ruleId: 'self-harm', danger: ['self-harm'] });
    expect(second).not.toHaveProperty('danger');
    const text = (await run([hurt], '--text', '--policy', 'local/policy')).out;
    expect(text).toContain('\n  danger: a lead is told at once (self-harm)\n');
  });

  it('--text is to be read by people', async () => {
    const { out } = await run([{ case: { ...refund, note: 1 } }], '--text', '--policy', 'local/policy');
    expect(out.replace(/policy [0-9a-f]+/, 'policy 123')).toBe(`case:1: billing — Payments and refunds.
  billing, normal, queue billing, route vendor, data class standard
  tags billing
  language en; 100 % sure; policy 123
  because any-text contains "refund"
  rather than playback (playback): comes after billing
  means nothing to triage: note

`);
  });

  it('--text says in words what was asked of a field', async () => {
    const { out } = await run([{ case: { ...refund, region: 'IE' } }], '--text');
    expect(out).toContain(
      '\n  because region is known\n  because not: region is one of united-states\n  because any-text contains "refund"\n',
    );
  });

  it('--text says which line a case came from by its id, if it has one', async () => {
    const lines = [{ id: 'A-7', case: refund }, { id: 8, case: refund }, { case: { ...refund, caseId: 'zendesk:9' } }];
    const { out } = await run(lines, '--text', '--policy', 'local/policy');
    expect(out.match(/^\S.*?(?=: billing)/gm)).toEqual(['A-7', '8', 'zendesk:9']);
  });

  it('says which names of a log meant nothing', async () => {
    const opened = { type: 'opened', at: '2026-11-16T09:00:00Z', fields: { subjct: 'Refund' } };
    expect((await answer({ events: [opened] })).ignored).toEqual(['events[0].fields.subjct']);
  });

  it('says in plain words what a field should be', async () => {
    const [tags, custom] = await answers({ case: { tags: 'spam' } }, { case: { custom: 'plan' } });
    expect(tags?.error).toBe('case.tags: expected a list, found "spam"');
    expect(custom?.error).toBe('case.custom: expected an object, found "plan"');
  });

  it('decides by the policy of the folder unless another is named', async () => {
    const { code, out } = await run([{ case: { subject: 'My password is lost' } }]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ ruleId: 'login' });
  });

  it('a wrong usage is told on stderr, with exit code 1', async () => {
    expect(await run([], '--verbose')).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringContaining('caserelay -- triage'),
    });
    expect(await run([], 'file.jsonl')).toMatchObject({ code: 1, out: '' });
    const nowhere = await run([], '--policy', 'no/such/folder');
    expect(nowhere).toMatchObject({ code: 1, out: '', err: expect.stringContaining('no/such/folder/triage.yaml') });
  });

  it('--help says how it is used', async () => {
    expect(await run([], '--help')).toMatchObject({ code: 0, err: '', out: expect.stringContaining('"history"') });
  });
});

describe('docs/cli.md', { timeout: 20_000 }, () => {
  it('has examples that work', async () => {
    const page = readFileSync(new URL('../../../docs/cli.md', import.meta.url), 'utf8');
    const part = page.slice(page.indexOf('## triage')).split(/^## (?!triage)/m)[0] ?? '';
    const examples = [...part.matchAll(/```json\n(.*?)```/gs)].flatMap(([, block = '']) => block.trim().split('\n'));
    const { out } = await run(examples);
    const found = linesOf(out);
    expect(found).toMatchObject([
      { id: 1, ruleId: 'refund' },
      { id: 2, ruleId: 'duplicate', duplicateOf: 'zendesk:4711' },
      { id: 3, ruleId: 'how-to' },
    ]);
    expect(found.filter((one) => 'ignored' in one)).toEqual([]);
  });
});
