import { describe, expect, it } from 'vitest';
import { type Case, foldCase } from '../../domain/case.ts';
import { CaseEvent, type HandoffState } from '../../domain/event.ts';
import {
  buildPacket,
  canMove,
  HANDOFF_EDGES,
  type HandoffMove,
  handoffEvent,
  mayReceive,
  possibleAnswers,
  selectVendor,
} from '../../domain/handoff.ts';
import { PACKET_FIELDS, type Policy, policyCalendars, type VendorPolicy } from '../../domain/policy.ts';
import { event, solved, status } from '../support/events.ts';
import { CASE_ID, VENDOR_POLICY as POLICY, vendorCaseLog, WEDNESDAY } from '../support/handoff-fixture.ts';
import { contextOf } from '../support/policy-fixture.ts';

const STATES: HandoffState[] = ['offered', 'accepted', 'rejected', 'expired', 'resolved', 'returned', 'recalled'];
const [MANILA, BOGOTA] = POLICY.vendors as [VendorPolicy, VendorPolicy];

describe('the handoff contract', () => {
  const allowed = new Set([
    'offered → accepted',
    'offered → rejected',
    'offered → expired',
    'offered → recalled',
    'accepted → resolved',
    'accepted → returned',
    'accepted → recalled',
  ]);
  const edges = STATES.flatMap((from) => STATES.map((to) => ({ from, to, edge: `${from} → ${to}` })));

  it.each(edges)('$edge', ({ from, to, edge }) => {
    expect(canMove(from, to)).toBe(allowed.has(edge));
  });

  it.each(['rejected', 'expired', 'resolved', 'returned', 'recalled'] as const)('%s is an end', (state) => {
    expect(HANDOFF_EDGES[state]).toEqual([]);
  });

  it('names no state that does not exist', () => {
    expect(Object.keys(HANDOFF_EDGES).sort()).toEqual([...STATES].sort());
  });
});

describe('what a vendor may still answer', () => {
  const answerBy = '2026-03-11T09:40:00.000Z';
  const at = Date.parse(answerBy);

  it.each<[HandoffState, number, string[]]>([
    ['offered', at, ['accepted', 'rejected']],
    ['offered', at + 1, []],
    ['accepted', at + 1, ['resolved', 'returned']],
    ['rejected', at - 1, []],
    ['expired', at - 1, []],
    ['resolved', at - 1, []],
    ['returned', at - 1, []],
    ['recalled', at - 1, []],
  ])('%s at %d: %j', (state, now, answers) => {
    expect(possibleAnswers({ state, answerBy }, now)).toEqual(answers);
  });
});

describe('the event of a move', () => {
  const handoff = {
    handoffId: 'ho_1',
    caseId: CASE_ID,
    vendor: 'manila',
    offeredAt: '2026-03-11T08:30:00.000Z',
  };
  const moves: HandoffMove[] = [
    { type: 'handoff-accepted' },
    { type: 'handoff-rejected', reason: 'capacity', note: 'full' },
    { type: 'handoff-expired' },
    { type: 'handoff-resolved' },
    { type: 'handoff-returned', reason: 'skill' },
    { type: 'handoff-recalled', by: 'work-timeout' },
  ];

  it.each(moves)('$type is a case event with a key of its own', (move) => {
    const made = handoffEvent(handoff, move, WEDNESDAY + 60_000);
    expect(CaseEvent.parse(made)).toEqual({
      ...move,
      key: `caserelay:${move.type}:ho_1`,
      caseId: CASE_ID,
      handoffId: 'ho_1',
      vendor: 'manila',
      occurredAt: '2026-03-11T08:31:00.000Z',
      receivedAt: '2026-03-11T08:31:00.000Z',
    });
  });

  it('comes after the offer, even if this clock is behind the one that made the offer', () => {
    const made = handoffEvent(handoff, { type: 'handoff-accepted' }, WEDNESDAY - 5000);
    expect(made.occurredAt).toBe('2026-03-11T08:30:00.001Z');
  });
});

function caseOf(log = vendorCaseLog()): Case {
  const state = foldCase(log, contextOf(POLICY));
  if (state === undefined) throw new Error('no case');
  return state;
}

/** Chosen vendor and why the others were passed over. */
function select(state: Case, policy: Policy = POLICY, now = WEDNESDAY) {
  const { vendor, refused, reason } = selectVendor(state, policy, policyCalendars(policy), now);
  return { vendor: vendor?.id, refused: refused.map((other) => `${other.vendor}: ${other.because}`), reason };
}

describe('choosing a vendor', () => {
  it('takes the first of the policy that is eligible', () => {
    expect(select(caseOf())).toEqual({
      vendor: 'manila',
      refused: [],
      reason: "first in the policy's order",
    });
  });

  it('says who was passed over and why, each of them', () => {
    const lima = { ...BOGOTA, id: 'lima', name: 'Lima', categories: [] };
    const policy = { ...POLICY, vendors: [MANILA, lima, BOGOTA] };
    expect(select({ ...caseOf(), triedVendors: ['manila'] }, policy)).toEqual({
      vendor: 'bogota',
      refused: ['manila: already-tried', 'lima: category'],
      reason: 'next after Manila Desk: had it before; Lima: does not take this kind of case',
    });
    expect(select({ ...caseOf(), triedVendors: ['manila'] }, { ...policy, vendors: [MANILA, lima] })).toEqual({
      vendor: undefined,
      refused: ['manila: already-tried', 'lima: category'],
      reason: 'no vendor can take it now (Manila Desk: had it before; Lima: does not take this kind of case)',
    });
  });

  it('says who was passed over and why', () => {
    const state = { ...caseOf(), triedVendors: ['manila'] };
    expect(select(state)).toEqual({
      vendor: 'bogota',
      refused: ['manila: already-tried'],
      reason: 'next after Manila Desk: had it before',
    });
  });

  it.each([
    ['data-class', { dataClass: 'us-only' }],
    ['category', { category: 'refunds' }],
    ['language', { language: 'de' }],
  ])('%s: nobody is eligible', (because, decision) => {
    expect(select(caseOf(vendorCaseLog(decision)))).toMatchObject({
      vendor: undefined,
      refused: [`manila: ${because}`, `bogota: ${because}`],
    });
  });

  it.each<[string, string, string[], boolean]>([
    ['a regional case to a vendor of the language', 'en-US', ['en'], true],
    ['underscores and case as CRMs write them', 'EN_us', ['en'], true],
    ['a regional vendor and its region', 'es-MX', ['es-MX'], true],
    ['a regional vendor as a policy may write it', 'es-MX', ['es_mx'], true],
    ['a regional vendor and the language at large', 'es', ['es-MX'], false],
    ['a language that begins alike', 'enm', ['en'], false],
    ['an unknown language stops nobody', 'unknown', ['en'], true],
  ])('language: %s', (_, language, languages, eligible) => {
    const policy = { ...POLICY, vendors: [{ ...MANILA, languages }] };
    expect(select(caseOf(vendorCaseLog({ language })), policy).vendor).toBe(eligible ? 'manila' : undefined);
  });

  it('stops after the most offers that policy allows', () => {
    const state = { ...caseOf(), triedVendors: ['manila', 'bogota'] };
    const policy = { ...POLICY, vendors: [...POLICY.vendors, { ...BOGOTA, id: 'lima' }] };
    expect(select(state, policy)).toMatchObject({
      vendor: undefined,
      reason: '2 vendors were offered the case, the most that policy allows',
    });
  });

  it.each([
    ['an untriaged case', vendorCaseLog().slice(0, 1), 'the case has not been triaged'],
    ['a sensitive case', vendorCaseLog({ sensitive: true }), 'the case is sensitive and stays home'],
    ['a case that triage keeps', vendorCaseLog({ route: 'home' }), 'triage keeps the case home'],
    ['a solved case', [...vendorCaseLog(), solved('2026-03-11T08:29:30Z')], 'the case is solved'],
    ['a deleted case', [...vendorCaseLog(), status('2026-03-11T08:29:30Z', 'deleted')], 'the case is deleted'],
  ])('%s goes to nobody', (_, log, reason) => {
    expect(select(caseOf(log))).toEqual({ vendor: undefined, refused: [], reason });
  });

  it('says so when there are no vendors', () => {
    expect(select(caseOf(), { ...POLICY, vendors: [] }).reason).toBe('the policy has no vendors');
  });
});

describe('vendor hours', () => {
  // Manila has no summer time; New York changed to it on Sunday 8 March 2026.
  const day: Policy['calendars'][string] = {
    zone: 'Asia/Manila',
    weekly: Object.fromEntries(['mon', 'tue', 'wed', 'thu', 'fri'].map((name) => [name, [[540, 1080]]])),
    holidays: ['2026-06-12'],
  };
  const night: Policy['calendars'][string] = {
    zone: 'Asia/Manila',
    weekly: Object.fromEntries(['mon', 'tue', 'wed', 'thu', 'fri'].map((name) => [name, [[1260, 360]]])),
    holidays: [],
  };

  it.each([
    ['Tue 20:00 in New York in winter is Wed 09:00 in Manila', day, '2026-03-03T20:00:00-05:00', true],
    ['Tue 20:00 in New York in summer is Wed 08:00 in Manila', day, '2026-03-10T20:00:00-04:00', false],
    ['Tue 21:00 in New York in summer is Wed 09:00 in Manila', day, '2026-03-10T21:00:00-04:00', true],
    ['Wed 05:59 in New York is Wed 17:59 in Manila', day, '2026-03-11T05:59:00-04:00', true],
    ['Wed 06:00 in New York is Wed 18:00 in Manila, closing time', day, '2026-03-11T06:00:00-04:00', false],
    ['Fri 21:00 in New York is Sat 09:00 in Manila', day, '2026-03-13T21:00:00-04:00', false],
    ['Sun 21:00 in New York is Mon 09:00 in Manila', day, '2026-03-15T21:00:00-04:00', true],
    ['Thu 21:00 in New York is Independence Day in Manila', day, '2026-06-11T21:00:00-04:00', false],
    ['Mon 09:00 in New York is Mon 21:00 in Manila, the night shift begins', night, '2026-03-09T09:00:00-04:00', true],
    ['Fri 17:59 in New York is Sat 05:59 in Manila, still Friday night', night, '2026-03-13T17:59:00-04:00', true],
    ['Fri 18:00 in New York is Sat 06:00 in Manila, the week is over', night, '2026-03-13T18:00:00-04:00', false],
    ['Mon 08:59 in New York is Mon 20:59 in Manila', night, '2026-03-09T08:59:00-04:00', false],
  ])('%s', (_, calendar, at, open) => {
    const policy = { ...POLICY, calendars: { ...POLICY.calendars, manila: calendar }, vendors: [MANILA] };
    const { vendor, refused } = select(caseOf(), policy, Date.parse(at));
    expect(vendor).toBe(open ? 'manila' : undefined);
    expect(refused).toEqual(open ? [] : ['manila: closed-now']);
  });
});

describe('who may be told of a case', () => {
  it.each([
    ['triaged to vendors, class cleared', vendorCaseLog(), true],
    ['not triaged', vendorCaseLog().slice(0, 1), false],
    ['sensitive', vendorCaseLog({ sensitive: true }), false],
    ['kept home', vendorCaseLog({ route: 'home' }), false],
    ['a class that the vendor is not cleared for', vendorCaseLog({ dataClass: 'us-only' }), false],
    ['solved meanwhile', [...vendorCaseLog(), solved('2026-03-11T08:29:30Z')], false],
  ])('%s', (_, log, may) => {
    expect(mayReceive(caseOf(log), MANILA, POLICY)).toBe(may);
  });

  it('not one that a rule keeps home by now, whatever was decided', () => {
    const outcome = { ...POLICY.triage.otherwise, dataClass: 'standard' };
    const vip = { id: 'vip', owner: 'ana', reason: 'ours', score: 1, when: { field: 'tier', is: ['vip'] }, outcome };
    const policy = { ...POLICY, triage: { ...POLICY.triage, rules: [vip, ...POLICY.triage.rules] } };
    const later = event('status-changed', '2026-03-11T08:29:30Z', { status: 'open', fields: { tier: 'vip' } });
    expect(mayReceive(caseOf(vendorCaseLog()), MANILA, policy)).toBe(true);
    expect(mayReceive(caseOf([...vendorCaseLog(), later]), MANILA, policy)).toBe(false);
  });

  it('goes by what triage decided while no rule matches what the case has become', () => {
    const log = [...vendorCaseLog({ sensitive: true })];
    const policy = { ...POLICY, triage: { ...POLICY.triage, rules: [] } };
    expect(mayReceive(caseOf(log), MANILA, policy)).toBe(false);
    // "otherwise" says restricted, for which Manila isn't cleared: it is no decision about this case, and doesn't count.
    expect(mayReceive(caseOf(), MANILA, policy)).toBe(true);
  });

  it.each([
    ['a sensitive text that came after triage', { text: 'I will kill him' }],
    ['the same behind characters that nobody sees', { text: 'I will ki\u00adll him' }],
    ['a class that the vendor is not cleared for', { region: 'US' }],
  ])('not %s: the packet would carry it', (_, fields) => {
    const outcome = { ...POLICY.triage.otherwise, dataClass: 'us-only' };
    const here = {
      id: 'us',
      owner: 'ana',
      reason: 'data of the US',
      score: 1,
      when: { field: 'region', is: ['us'] },
      outcome,
    };
    const rules = [here, ...POLICY.triage.rules];
    const policy = { ...POLICY, triage: { ...POLICY.triage, rules } };
    const later = event('status-changed', '2026-03-11T08:29:30Z', { status: 'open', fields });
    expect(mayReceive(caseOf([...vendorCaseLog(), later]), MANILA, policy)).toBe(false);
    expect(select(caseOf([...vendorCaseLog(), later]), policy).vendor).toBeUndefined();
  });
});

describe('the packet', () => {
  it('has the fields that the policy lists for the vendor, and nothing else', () => {
    expect(buildPacket(caseOf(), MANILA)).toEqual({
      category: 'playback',
      priority: 'normal',
      language: 'en',
      subject: 'Black screen',
    });
    expect(buildPacket(caseOf(), BOGOTA)).toEqual({ category: 'playback', priority: 'normal', language: 'en' });
    expect(buildPacket(caseOf(), { ...MANILA, packetFields: [] })).toEqual({});
  });

  it('never has what no policy can list: who asked, who works on it, custom fields', () => {
    const state = caseOf();
    const fields = { ...state.fields, assigneeId: 'a1', group: 'g1', custom: { phone: '555 0100' }, region: 'us' };
    const packet = buildPacket({ ...state, fields }, { ...MANILA, packetFields: [...PACKET_FIELDS] });
    expect(packet).toEqual({
      category: 'playback',
      priority: 'normal',
      language: 'en',
      region: 'us',
      subject: 'Black screen',
      text: 'my address is 1 Main Street',
      tags: [],
      openedAt: '2026-03-11T08:29:00.000Z',
    });
  });

  it('leaves out a listed field that the case does not have: not even its name is there', () => {
    const packet = buildPacket(caseOf(), { ...MANILA, packetFields: ['channel', 'region'] });
    expect(Object.keys(packet)).toEqual([]);
  });

  it('of a case that was never triaged has nothing of triage', () => {
    const untriaged = caseOf(vendorCaseLog().slice(0, 1));
    expect(buildPacket(untriaged, MANILA)).toEqual({ priority: 'normal', subject: 'Black screen' });
  });
});
