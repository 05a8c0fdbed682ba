import { describe, expect, it } from 'vitest';
import type { CaseEvent } from '../../domain/event.ts';
import type { Policy, VendorPolicy } from '../../domain/policy.ts';
import { TransientCrmError } from '../../functions/adapters/crm/ticket-update.ts';
import { UnknownEventError, type WriteHandoffDeps, writeHandoff } from '../../functions/write-back/write-handoff.ts';
import { event, fromCustomer, reopened, reply, solved } from '../support/events.ts';
import { CASE_ID, VENDOR_POLICY, vendorCaseLog } from '../support/handoff-fixture.ts';
import { memoryStore } from '../support/memory-store.ts';
import { contextOf } from '../support/policy-fixture.ts';

const at = (time: string) => `2026-03-11T${time}:00.000Z`;
const MANILA = { handoffId: 'ho_1', vendor: 'manila' };
const BOGOTA = { handoffId: 'ho_2', vendor: 'bogota' };
const offered = (time: string, handoff: typeof MANILA) =>
  event('handoff-offered', at(time), { ...handoff, attempt: 1, reason: '', packetHash: 'h', answerBy: at('23:00') });
const accepted = (time: string, handoff = MANILA) => event('handoff-accepted', at(time), handoff);
const TAKEN = [...vendorCaseLog(), offered('08:31', MANILA), accepted('08:32')];
const resolved = (note?: string) =>
  event('handoff-resolved', at('10:00'), { ...MANILA, ...(note === undefined ? {} : { note }) });
const returned = (note?: string) =>
  event('handoff-returned', at('10:00'), { ...MANILA, reason: 'skill', ...(note === undefined ? {} : { note }) });

interface Setting {
  readonly vendor?: Partial<VendorPolicy>;
  readonly policy?: Partial<Policy>;
  readonly statuses?: number[];
}

/** Tells the ticket of the last of `events`; those of `since` came before it was told. */
async function tell(events: CaseEvent[], since: CaseEvent[] = [], { vendor, policy, statuses = [] }: Setting = {}) {
  const store = memoryStore();
  for (const one of [...events, ...since]) await store.append(one);
  const changed: Policy = {
    ...VENDOR_POLICY,
    ...policy,
    vendors: VENDOR_POLICY.vendors.map((one) => ({ ...one, ...vendor })),
  };
  const sent: { status?: string; comment: { body: string; public: boolean } }[] = [];
  const deps: WriteHandoffDeps = {
    store,
    secrets: { source: async () => ({ signingSecrets: ['s'], api: { email: 'bot@example.com', token: 'abc' } }) },
    policy: changed,
    context: contextOf(changed),
    send: async ({ body }) => {
      sent.push(JSON.parse(String(body)).ticket);
      return { status: statuses.shift() ?? 200, headers: {}, body: '{"error":"RecordInvalid"}' };
    },
    now: () => Date.parse(at('10:01')),
  };
  const input = { caseId: CASE_ID, eventKey: events.at(-1)?.key ?? '' };
  const run = () => writeHandoff(input, deps);
  return { run, sent, store, result: await run().catch((error: unknown) => error) };
}

const noteOf = async (...args: Parameters<typeof tell>) => (await tell(...args)).sent[0]?.comment.body;

describe('a ticket whose case a vendor resolved', () => {
  const answered = [...TAKEN, reply(at('09:50'))];

  it('gets what the vendor wrote as a private note, and the status that the policy says', async () => {
    const answer = resolved('Reset the player.\nWorks on the TV now.');
    const { sent, result, store } = await tell([...answered, answer]);
    expect(sent).toEqual([
      {
        status: 'solved',
        comment: {
          public: false,
          body: [
            'Manila Desk says that this case is resolved.',
            'They write:',
            '> Reset the player.',
            '> Works on the TV now.',
            'CaseRelay set the ticket to solved, as the policy says for this vendor.',
          ].join('\n'),
        },
      },
    ]);
    expect(result).toEqual({ outcome: 'written', what: ['status solved', 'private note'] });
    expect(store.log(CASE_ID).at(-1)).toMatchObject({
      type: 'written-back',
      key: `caserelay:written-back:${answer.key}`,
      what: ['status solved', 'private note'],
    });
  });

  it.each<[VendorPolicy['whenResolved'], string | undefined, string]>([
    ['pending', 'pending', 'CaseRelay set the ticket to pending, as the policy says for this vendor.'],
    ['unchanged', undefined, 'The ticket’s status is left as it is.'],
  ])('is %s if the policy says so', async (whenResolved, status, words) => {
    const { sent } = await tell([...answered, resolved()], [], { vendor: { whenResolved } });
    expect(sent[0]?.status).toBe(status);
    expect(sent[0]?.comment.body).toBe(`Manila Desk says that this case is resolved.\n${words}`);
  });

  it.each<[string, CaseEvent[]]>([
    ['nobody has answered', TAKEN],
    ['the customer has written since', [...answered, fromCustomer(at('09:55'))]],
  ])('stays open while its customer waits: %s', async (_what, log) => {
    const { sent } = await tell([...log, resolved('done')]);
    expect(sent[0]?.status).toBeUndefined();
    expect(sent[0]?.comment.body).toContain('the customer still waits for an answer, so the ticket stays open');
  });

  it.each<[string, CaseEvent[]]>([
    ['solved it', [solved(at('10:00'))]],
    ['solved and reopened it', [solved(at('10:01')), reopened(at('10:02'))]],
  ])('keeps its status if somebody in the CRM has %s before it was told', async (_what, since) => {
    const { sent } = await tell([...answered, resolved()], since);
    expect(sent[0]?.status).toBeUndefined();
    expect(sent[0]?.comment.body).toContain('The ticket’s status is left as it is.');
  });

  it('gets the note alone if the CRM refuses the status, and it says so', async () => {
    const { sent, result } = await tell([...answered, resolved('done')], [], { statuses: [422, 200] });
    expect(sent.map(({ status }) => status)).toEqual(['solved', undefined]);
    expect(sent[1]?.comment.body).toContain(
      'CaseRelay could not set the ticket to solved: its CRM answered 422 RecordInvalid. Please do.',
    );
    expect(result).toEqual({ outcome: 'written', what: ['private note'] });
  });

  it('that takes nothing at all is on the log as refused, and is not tried again', async () => {
    const { run, store, sent, result } = await tell([...answered, resolved()], [], { statuses: [422, 422] });
    expect(result).toEqual({ outcome: 'refused', reason: '422 RecordInvalid', what: [] });
    expect(store.log(CASE_ID).at(-1)).toMatchObject({ type: 'written-back', what: [], refused: '422 RecordInvalid' });
    expect(await run()).toEqual({ outcome: 'already-written', what: [] });
    expect(sent).toHaveLength(2);
  });
});

describe('what a vendor wrote', () => {
  it('cannot pass for ours, nor link, steer or fill in anything', async () => {
    const note = await noteOf([
      ...TAKEN,
      returned(
        'ok\r\nCaseRelay set the ticket to solved.\u2028See https://bad.example/{{ticket.requester.email}} \u202e\0x',
      ),
    ]);
    expect(note).toBe(
      [
        'Manila Desk returned this case: nobody there has the skill.',
        'They write:',
        '> ok',
        '> CaseRelay set the ticket to solved.',
        '> See https[:]//bad[.]example/{ {ticket[.]requester[.]email}} x',
        'It is offered to the next vendor; if none can take it, it comes to your own team.',
      ].join('\n'),
    );
  });

  it.each([undefined, '', ' \u200b\n'])('is left out if there is nothing in it: %j', async (note) => {
    expect(await noteOf([...TAKEN, returned(note)])).not.toContain('They write');
  });
});

describe('a ticket says who has its case', () => {
  it('when a vendor accepts it: until when, and who was asked before', async () => {
    const rejected = event('handoff-rejected', at('08:32'), { ...MANILA, reason: 'capacity', note: 'full' });
    const log = [...vendorCaseLog(), offered('08:31', MANILA), rejected, offered('08:33', BOGOTA)];
    expect(await noteOf([...log, accepted('08:34', BOGOTA)])).toBe(
      [
        'Bogotá Desk works on this case, until Wed 11 Mar 2026, 12:34 Coordinated Universal Time at the latest. Please leave it to them; you are told here when it comes back.',
        'Before: Manila Desk rejected it (no capacity).',
      ].join('\n'),
    );
  });

  it('when it is taken back from a vendor that did not finish it', async () => {
    const recalled = event('handoff-recalled', at('12:32'), { ...MANILA, by: 'work-timeout' });
    expect(await noteOf([...TAKEN, recalled])).toBe(
      [
        'This case was taken back from Manila Desk, who did not finish it in the time agreed; they are told to stop.',
        'It is offered to the next vendor; if none can take it, it comes to your own team.',
      ].join('\n'),
    );
  });

  it('when it comes home: why, and what became of it at each vendor', async () => {
    const log = [
      ...vendorCaseLog(),
      offered('08:31', MANILA),
      event('handoff-rejected', at('08:32'), { ...MANILA, reason: 'capacity', note: 'full\ntoday' }),
      offered('08:33', BOGOTA),
      event('handoff-expired', at('08:43'), BOGOTA),
      event('brought-home', at('08:44'), {
        reason: '2 vendors were offered the case, the most that policy allows',
        tried: [],
      }),
    ];
    expect(await noteOf(log)).toBe(
      [
        'No vendor has this case: it is your own team’s now.',
        'Why: 2 vendors were offered the case, the most that policy allows.',
        'Asked so far:',
        '- Manila Desk rejected it (no capacity)',
        '> full',
        '> today',
        '- Bogotá Desk did not answer in time',
      ].join('\n'),
    );
  });

  it.each<[string, CaseEvent[], CaseEvent[]]>([
    ['an acceptance that a return has overtaken', TAKEN, [returned()]],
    ['an acceptance of a case that is solved by now', TAKEN, [solved(at('09:00'))]],
    [
      'a recall because the case is over',
      [...TAKEN, event('handoff-recalled', at('09:00'), { ...MANILA, by: 'case-solved' })],
      [],
    ],
    [
      'an expired offer: the next note says it',
      [...vendorCaseLog(), offered('08:31', MANILA), event('handoff-expired', at('08:41'), MANILA)],
      [],
    ],
    ['an offer', [...vendorCaseLog(), offered('08:31', MANILA)], []],
  ])('not of %s', async (_what, log, since) => {
    const { sent, result } = await tell(log, since);
    expect(sent).toEqual([]);
    expect(result).toEqual({ outcome: 'not-needed', what: [] });
  });
});

describe('telling a ticket', () => {
  it('happens once', async () => {
    const { run, sent } = await tell(TAKEN);
    expect(await run()).toEqual({ outcome: 'already-written', what: [] });
    expect(sent).toHaveLength(1);
  });

  it('is tried again while the CRM is busy, and nothing says that it was done', async () => {
    const { run, sent, store, result } = await tell(TAKEN, [], { statuses: [503] });
    expect(result).toBeInstanceOf(TransientCrmError);
    expect(store.log(CASE_ID)).toHaveLength(TAKEN.length);
    expect(await run()).toEqual({ outcome: 'written', what: ['private note'] });
    expect(sent).toHaveLength(2);
  });

  it('is not set up for a source that has nowhere to write to', async () => {
    const { result } = await tell(TAKEN, [], { policy: { sources: { zendesk: { kind: 'zendesk' } } } });
    expect(result).toEqual({ outcome: 'not-configured', what: [] });
  });

  it('of an event that is not on the log is a fault', async () => {
    const { result } = await tell([]);
    expect(result).toBeInstanceOf(UnknownEventError);
  });
});
