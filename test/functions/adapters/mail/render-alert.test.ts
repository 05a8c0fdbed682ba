import { describe, expect, it } from 'vitest';
import type { Acknowledgement, Told } from '../../../../domain/acknowledgement.ts';
import { type Alert, alertFor } from '../../../../domain/alert.ts';
import { automaticMessage } from '../../../../domain/automatic.ts';
import { foldCase } from '../../../../domain/case.ts';
import type { CaseEvent, EventOf } from '../../../../domain/event.ts';
import { handoffRuns } from '../../../../domain/handoff-story.ts';
import type { LeadPolicy, Policy } from '../../../../domain/policy.ts';
import { renderAlert } from '../../../../functions/adapters/mail/render-alert.ts';
import { event, opened, reply } from '../../../support/events.ts';
import { contextOf, OFFICE_HOURS, POLICY } from '../../../support/policy-fixture.ts';
import { agent } from '../../../support/team-fixture.ts';

const LINK = 'https://relay.example.com/alerts/al_1/acknowledge?token=t';
const [ANA, BEN] = POLICY.leads as [LeadPolicy, LeadPolicy];
/** The fixture's policy with promises in plain time, so that they run at night and over a change of clocks. */
const PLAIN: Policy = { ...POLICY, clocks: POLICY.clocks.map((clock) => ({ ...clock, calendar: 'always' })) };

type Decision = EventOf<'triaged'>['decision'];

const triaged = (at: string, decision: Partial<Decision> = {}) =>
  event('triaged', at, {
    decision: {
      ruleId: 'playback',
      reason: 'playback questions follow a script that vendors have',
      policyVersion: '5f2a9c0d1e7b4a66',
      priority: 'urgent',
      queue: 'general',
      route: 'vendor',
      sensitive: false,
      dataClass: 'standard',
      category: 'playback',
      tags: [],
      language: 'en',
      ...decision,
    },
  });

interface Sample {
  readonly openedAt: string;
  readonly kind: 'warning' | 'breach' | 'breached-on-retarget';
  readonly dueAt: string;
  readonly now: string;
  readonly lead?: LeadPolicy;
  readonly policy?: Policy;
  readonly subject?: string;
  readonly decision?: Partial<Decision>;
  readonly more?: readonly CaseEvent[];
  readonly rung?: number;
  readonly earlier?: readonly Told[];
  readonly covered?: Acknowledgement;
}

function render(sample: Sample) {
  const { openedAt, kind, dueAt, now, lead = ANA, policy = POLICY, rung = 0, earlier, covered } = sample;
  const due = new Date(dueAt).toISOString();
  const reached = event('deadline-reached', now, {
    clock: 'first-response',
    turn: 1,
    threshold: kind === 'warning' ? '75%' : 'breach',
    kind,
    at: due,
    dueAt: due,
    targetSeconds: 1800,
  });
  const fields = sample.subject === undefined ? {} : { subject: sample.subject };
  const events = [opened(openedAt, { priority: 'urgent', fields }), ...(sample.more ?? [])];
  if (sample.decision !== undefined) events.push(triaged(openedAt, sample.decision));
  const context = contextOf(policy);
  const state = foldCase(events, context);
  if (state === undefined) throw new Error('no case');
  const alert = alertFor(reached, 'al_1') as Alert;
  return renderAlert(
    { alert, state, lead, context, rung, earlier, covered, handoffs: handoffRuns(events), now: Date.parse(now) },
    LINK,
  );
}

const WARNING: Sample = {
  openedAt: '2026-11-16T10:00:00Z',
  kind: 'warning',
  dueAt: '2026-11-16T10:30:00Z',
  now: '2026-11-16T10:20:00.400Z',
  subject: 'Black screen after the intro',
  decision: {},
};

describe('the mail of a warning', () => {
  it('begins with our mark in both forms, so that it is known if it opens a case', () => {
    const { html, text } = render(WARNING);
    expect(automaticMessage({ text })).toBe('loop');
    const body = html.slice(html.indexOf('<body'));
    expect(body.replace(/<[^>]*>/g, '').trim()).toMatch(/^\[CaseRelay alert\]/);
  });

  it('says everything in its text', () => {
    const { to, subject, text } = render(WARNING);
    expect(to).toBe('ana@example.com');
    expect(subject).toBe('First response due in 10 min: “Black screen after the intro” (zendesk:5158, urgent)');
    expect(text).toBe(`[CaseRelay alert]
First response is due in 10 min
Deadline: Mon 16 Nov 2026, 02:30 Pacific Standard Time (in 10 min)

Case: zendesk:5158
  https://example.zendesk.com/agent/tickets/5158
Subject: Black screen after the intro
Promise: First response within 30 business minutes (calendar office)
Priority: urgent
Queue: General
Held by: nobody yet: it waits in queue General
Triage: playback questions follow a script that vendors have (rule playback, policy 5f2a9c0d1e7b)

If nobody acknowledges, all leads of the queue are told 15 min after this one.
Acknowledge (opens a page with a button):
https://relay.example.com/alerts/al_1/acknowledge?token=t

Sent to Ana Reyes by CaseRelay for Example Video. The link is yours alone.
`);
  });

  it('says where a deadline may be later, because holidays are not known so far ahead', () => {
    const office = { zone: 'UTC', weekly: OFFICE_HOURS, holidays: [], holidaysKnown: { to: '2025-12-31' } };
    const policy = { ...POLICY, calendars: { ...POLICY.calendars, office } };
    expect(render({ ...WARNING, policy }).text).toContain(
      'Pacific Standard Time (in 10 min); holidays after 2025-12-31 are not known, so it may be later\n',
    );
  });

  it('says the same in its HTML', () => {
    const { html, text } = render(WARNING);
    const shown = html
      .replace(/<style>.*<\/style>/s, '')
      .replace(/<[^>]+>/g, ' ')
      .replace(/\s+/g, ' ');
    const facts = text
      .split('\n')
      .flatMap((line) => line.split(': ').slice(1))
      .filter((value) => !value.includes('//'));
    expect(facts.length).toBeGreaterThan(6);
    for (const fact of facts) expect(shown).toContain(fact.replaceAll("'", '&#39;'));
    expect(html).toContain(`href="${LINK}"`);
    expect(html).toContain('href="https://example.zendesk.com/agent/tickets/5158"');
  });

  it('has one button, no image, no script and nothing from elsewhere', () => {
    const { html } = render(WARNING);
    expect(html.match(/>Acknowledge</g)).toHaveLength(1);
    expect(html).not.toMatch(/<img|<script|<link|url\(|@import/i);
  });

  it('shows the deadline on the wall clock of a lead in Berlin, whose clocks go forward before it', () => {
    // 00:59 UTC is 01:59 there, 01:15 UTC is 03:15.
    const { text } = render({
      ...WARNING,
      policy: PLAIN,
      lead: BEN,
      openedAt: '2026-03-29T00:45:00Z',
      now: '2026-03-29T00:59:00Z',
      dueAt: '2026-03-29T01:15:00Z',
    });
    expect(text).toContain('Deadline: Sun 29 Mar 2026, 03:15 Central European Summer Time (in 16 min)\n');
    expect(text).toContain('Promise: First response within 30 minutes (around the clock)\n');
  });

  it('shows the deadline on the wall clock of a lead in Los Angeles, whose clocks go back before it', () => {
    // 08:59 UTC is 01:59 there, 09:15 UTC is 01:15 once more.
    const { text } = render({
      ...WARNING,
      policy: PLAIN,
      openedAt: '2026-11-01T08:45:00Z',
      now: '2026-11-01T08:59:00Z',
      dueAt: '2026-11-01T09:15:00Z',
    });
    expect(text).toContain('Deadline: Sun 1 Nov 2026, 01:15 Pacific Standard Time (in 16 min)\n');
  });

  it('that was held up until the deadline does not promise time that is gone', () => {
    expect(render({ ...WARNING, now: '2026-11-16T10:30:00Z' }).subject).toBe(
      'First response due now: “Black screen after the intro” (zendesk:5158, urgent)',
    );
  });

  it('that is read after the deadline says so', () => {
    const { subject, text } = render({ ...WARNING, now: '2026-11-16T11:30:00Z' });
    expect(subject).toBe('First response overdue since 02:30: “Black screen after the intro” (zendesk:5158, urgent)');
    expect(text).toMatch(/\nFirst response was due\n.*\(1 h ago\)/);
  });
});

describe('the mail of a breach', () => {
  it('says how long ago', () => {
    const { subject, text } = render({ ...WARNING, kind: 'breach', now: '2026-11-16T10:33:00Z' });
    expect(subject).toBe('First response breached at 02:30: “Black screen after the intro” (zendesk:5158, urgent)');
    expect(text).toContain(
      'First response was not kept in time\nDeadline: Mon 16 Nov 2026, 02:30 Pacific Standard Time (3 min ago)\n',
    );
  });

  it('says so if a new target made it', () => {
    const { subject, text } = render({ ...WARNING, kind: 'breached-on-retarget', now: '2026-11-16T10:33:00Z' });
    expect(subject).toBe(
      'First response breached by a new target: “Black screen after the intro” (zendesk:5158, urgent)',
    );
    expect(text).toMatch(/\nA new target puts the deadline of first response in the past\n/);
  });

  it('on the last step says that nobody else is told', () => {
    const { text } = render({ ...WARNING, kind: 'breach', rung: 1 });
    expect(text).toContain('If nobody acknowledges, nobody else is told: this is the last step.\n');
  });
});

describe('the mail of a case that came home', () => {
  const at = (time: string) => `2026-11-16T${time}:00.000Z`;
  const [MANILA, BOGOTA] = [
    { handoffId: 'ho_1', vendor: 'manila' },
    { handoffId: 'ho_2', vendor: 'bogota' },
  ];
  const offered = (time: string, handoff: typeof MANILA) =>
    event('handoff-offered', at(time), { ...handoff, attempt: 1, reason: '', packetHash: 'h', answerBy: at('23:00') });
  const rejected = [
    offered('10:01', MANILA),
    event('handoff-rejected', at('10:02'), { ...MANILA, reason: 'capacity', note: 'see\nhttps://bad.example “now”' }),
  ];
  const returned = [
    offered('10:03', BOGOTA),
    event('handoff-accepted', at('10:04'), BOGOTA),
    event('handoff-returned', at('10:05'), { ...BOGOTA, reason: 'skill', note: 'customer wants a refund' }),
  ];

  function home(more: readonly CaseEvent[], { rung = 0, decision = {}, policy = POLICY }: Partial<Sample> = {}) {
    const opening = opened(at('10:00'), { priority: 'urgent', fields: { subject: 'No picture' } });
    const events = [opening, triaged(at('10:00'), decision), ...more];
    const context = contextOf(policy);
    const state = foldCase(events, context);
    if (state === undefined) throw new Error('no case');
    const reason = 'no vendor can take it now (Manila Desk: closed now)';
    const alert = alertFor(event('brought-home', at('10:05'), { reason, tried: [] }), 'al_1') as Alert;
    const now = Date.parse('2026-11-16T10:05:01Z');
    return renderAlert({ alert, state, lead: BEN, context, rung, handoffs: handoffRuns(events), now }, LINK);
  }

  it('says why, and which deadline comes next', () => {
    const { subject, text } = home([]);
    expect(subject).toBe('No vendor took it: “No picture” (zendesk:5158, urgent)');
    expect(text).toContain('No vendor took this case: nobody holds it\n');
    expect(text).toContain('Deadline: Mon 16 Nov 2026, 11:30 Central European Standard Time (in 25 min)\n');
    expect(text).toContain('Why it came home: no vendor can take it now (Manila Desk: closed now)\n');
    expect(text).not.toContain('Promise:');
  });

  it('says what each vendor made of it, when, and what it wrote, with nothing that links', () => {
    const { subject, text, html } = home([...rejected, ...returned]);
    expect(subject).toMatch(/^No vendor finished it: /);
    expect(text).toContain('No vendor finished this case: nobody holds it\n');
    expect(text).toContain(
      [
        'Manila Desk: rejected it (no capacity), Mon 16 Nov 2026, 11:02 Central European Standard Time: “see https[:]//bad[.]example "now"”',
        'Bogotá Desk: returned it (nobody there has the skill), Mon 16 Nov 2026, 11:05 Central European Standard Time: “customer wants a refund”',
      ].join('\n'),
    );
    expect(html).toContain('“customer wants a refund”');
    expect(subject).not.toContain('refund');
  });

  it('keeps what a vendor wrote out of the mail if the case is sensitive', () => {
    const { text, html } = home(returned, { decision: { sensitive: true } });
    expect(text).toContain('Standard Time: what they wrote is not shown here, open it in the CRM\n');
    expect(text + html).not.toContain('customer wants');
  });

  it('names who holds it, and says that nobody else is told then', () => {
    const policy = { ...POLICY, agents: [agent('lena', { name: 'Lena Vogt' })] };
    const given = event('agent-assigned', at('10:05'), {
      agentId: 'lena',
      reason: '',
      sensitive: false,
      passedOver: {},
    });
    const { text } = home([given], { policy });
    expect(text).toContain('No vendor took this case: Lena Vogt holds it\n');
    expect(text).toContain('If nobody acknowledges, nobody else is told: Lena Vogt holds it.\n');
    expect(home([]).text).toContain(
      'If nobody acknowledges, all leads of the queue are told 15 min after this one, unless somebody holds it by then.\n',
    );
    expect(home([], { rung: 1 }).text).toContain('nobody else is told: this is the last step.\n');
  });

  it('stays one line whoever the CRM says holds it', () => {
    const taken = event('assigned', at('10:05'), { assigneeId: '9\nDeadline: none' });
    const { text } = home([taken]);
    expect(text).toContain('No vendor took this case: user 9 Deadline: none of the CRM holds it\n');
    expect(text).not.toContain('\nDeadline: none');
  });

  it('has the latest five of many vendors', () => {
    const many = Array.from({ length: 7 }, (_, i) => offered('10:01', { handoffId: `ho_${i}`, vendor: `vendor-${i}` }));
    const told = home(many).text.match(/^vendor-\d/gm);
    expect(told).toEqual(['vendor-2', 'vendor-3', 'vendor-4', 'vendor-5', 'vendor-6']);
  });
});

describe('the mail of a sensitive case that nobody is left for', () => {
  it('says what the limits came to, and that it is the lead’s to give', () => {
    const context = contextOf();
    const triage = triaged('2026-11-16T10:00:00Z', { sensitive: true, route: 'home' });
    const state = foldCase([opened('2026-11-16T10:00:00Z', { priority: 'urgent' }), triage], context);
    if (state === undefined) throw new Error('no case');
    const deferred = event('assignment-deferred', '2026-11-16T10:05:00Z', {
      reason: 'everyone is at a limit: today 3 agents had 4 sensitive cases, 55 min; 2 of them at a limit',
      passedOver: { 'cases-cap': 2 },
      exposureExhausted: true,
      retryAt: '2026-11-16T22:05:00.000Z',
    });
    const alert = alertFor(deferred, 'al_1') as Alert;
    const now = Date.parse('2026-11-16T10:05:01Z');
    const { subject, text, html } = renderAlert({ alert, state, lead: BEN, context, rung: 0, handoffs: [], now }, LINK);
    expect(subject).toBe('Nobody left for a sensitive case: zendesk:5158, urgent, sensitive');
    expect(text).toContain('No agent may take this sensitive case today: it is yours to give\n');
    expect(text).toContain(
      'Why nobody has it: everyone is at a limit: today 3 agents had 4 sensitive cases, 55 min; 2 of them at a limit\n',
    );
    expect(html).toContain('Why nobody has it');
  });
});

describe('who holds a case', () => {
  it('is its agent, by name, or by id if the policy has that name no more', () => {
    const policy = { ...POLICY, agents: [agent('lena', { name: 'Lena Vogt' })] };
    const given = (agentId: string) =>
      event('agent-assigned', '2026-11-16T10:01:00Z', { agentId, reason: '', sensitive: false, passedOver: {} });
    expect(render({ ...WARNING, policy, more: [given('lena')] }).text).toContain('Held by: Lena Vogt\n');
    expect(render({ ...WARNING, policy, more: [given('gone')] }).text).toContain('Held by: gone\n');
  });
});

describe('the subject of a mail', () => {
  const subjectOf = (changes: Partial<Sample>) => render({ ...WARNING, ...changes }).subject;

  it.each<[string, Partial<Sample>]>([
    ['a warning', {}],
    ['a breach', { kind: 'breach' }],
    ['a breach by a new target', { kind: 'breached-on-retarget' }],
    ['the next step', { kind: 'breach', rung: 1 }],
  ])('of %s says what and when within the 40 characters of a phone', (_what, changes) => {
    expect(subjectOf(changes).indexOf(': ')).toBeLessThanOrEqual(40);
  });

  it('says which step it is', () => {
    expect(subjectOf({ kind: 'breach', rung: 1 })).toBe(
      'First response breached at 02:30, step 2: “Black screen after the intro” (zendesk:5158, urgent)',
    );
  });

  it('names the day of a deadline that is not today', () => {
    expect(subjectOf({ kind: 'breach', now: '2026-11-18T10:33:00Z' })).toMatch(
      /^First response breached at Mon 16 Nov, 02:30: /,
    );
  });

  it.each<[string, Partial<Sample>, string]>([
    ['sensitive', { decision: { sensitive: true } }, 'First response due in 10 min: zendesk:5158, urgent, sensitive'],
    ['without a subject', { subject: ' \u200b\r\n' }, 'First response due in 10 min: zendesk:5158, urgent'],
  ])('of a case that is %s has none of its words', (_what, changes, expected) => {
    expect(subjectOf({ subject: 'He threatened me', ...changes })).toBe(expected);
  });

  it('of a case that is not triaged yet has none of its words either', () => {
    const { decision: _, ...untriaged } = WARNING;
    expect(render(untriaged).subject).toBe('First response due in 10 min: zendesk:5158, urgent, not triaged yet');
  });

  it('is one line without marks of direction, and the quotation ends where the case’s subject does', () => {
    const subject = 'a”\r\nBcc: everyone@example.com\u2028\u202eb“\0';
    expect(subjectOf({ subject })).toBe(
      'First response due in 10 min: “a" Bcc: everyone@example.com b"” (zendesk:5158, urgent)',
    );
  });

  it('has 60 characters of the case’s own at most', () => {
    expect(subjectOf({ subject: '🎬'.repeat(61) })).toContain(`“${'🎬'.repeat(59)}…”`);
  });
});

describe('what a customer wrote', () => {
  it('is escaped in the HTML and kept to one line in the text', () => {
    const { html, text, subject } = render({ ...WARNING, subject: '<b onload="x">\r\nPriority: low\u202e' });
    expect(html).toContain('&lt;b onload=&quot;x&quot;&gt; Priority: low</div>');
    expect(html).not.toContain('<b onload');
    expect(text).toContain('\nSubject: <b onload="x"> Priority: low\n');
    expect(subject).toBe('First response due in 10 min: “<b onload="x"> Priority: low” (zendesk:5158, urgent)');
  });

  it('is cut at 120 characters, never inside one', () => {
    const { text } = render({ ...WARNING, subject: '🎬'.repeat(121) });
    expect(text).toContain(`\nSubject: ${'🎬'.repeat(119)}…\n`);
    expect(render({ ...WARNING, subject: 'x'.repeat(120) }).text).toContain(`\nSubject: ${'x'.repeat(120)}\n`);
  });

  it('stays in the CRM if the case is sensitive', () => {
    const { text, html } = render({ ...WARNING, subject: 'He threatened me', decision: { sensitive: true } });
    expect(text).toContain('\nSubject: sensitive case: open it in the CRM\n');
    expect(text + html).not.toContain('threatened');
  });

  it('stays in the CRM until triage has said that the case is not sensitive', () => {
    const { decision: _, ...untriaged } = WARNING;
    expect(render(untriaged).text).toContain('\nSubject: not triaged yet: open it in the CRM\n');
  });
});

describe('who holds the case', () => {
  const handoff = { handoffId: 'ho_1', vendor: 'bogota' };
  const offered = event('handoff-offered', '2026-11-16T10:01:00Z', {
    ...handoff,
    attempt: 1,
    reason: 'first',
    packetHash: 'h',
    answerBy: '2026-11-16T10:11:00.000Z',
  });
  const accepted = event('handoff-accepted', '2026-11-16T10:02:00Z', handoff);
  const returned = event('handoff-returned', '2026-11-16T10:03:00Z', { ...handoff, reason: 'skill' });
  const resolved = event('handoff-resolved', '2026-11-16T10:03:00Z', handoff);
  const given = { reason: 'free', sensitive: false, passedOver: {} };
  const toLena = event('agent-assigned', '2026-11-16T10:01:00Z', { ...given, agentId: 'lena' });
  const inCrm = event('assigned', '2026-11-16T10:01:00Z', { assigneeId: '9009' });
  it.each([
    ['nobody yet: offered to Bogotá Desk, no answer so far', [offered]],
    ['Bogotá Desk (accepted)', [offered, accepted]],
    ['nobody yet: it waits in queue General (Bogotá Desk returned it)', [offered, accepted, returned]],
    ['nobody: Bogotá Desk has finished it, and it waits in queue General', [offered, accepted, resolved]],
    ['lena', [toLena]],
    ['user 9009 of the CRM', [inCrm]],
    ['nobody: the case is solved', [toLena, event('solved', '2026-11-16T10:02:00Z', {})]],
    [
      'nobody: the case is solved, but its customer waits for an answer',
      [
        reply('2026-11-16T10:01:00Z'),
        event('solved', '2026-11-16T10:02:00Z', {}),
        event('absorbed', '2026-11-16T10:04:00Z', {
          from: 'zendesk:5159',
          waiting: { startedAt: '2026-11-16T10:03:00.000Z', pauses: [] },
        }),
      ],
    ],
  ])('is %s', (holder, more) => {
    expect(render({ ...WARNING, more }).text).toContain(`\nHeld by: ${holder}\n`);
  });
});

describe('who holds a case that no queue has', () => {
  it('is nobody, as it waits for triage', () => {
    const { decision: _, ...untriaged } = WARNING;
    expect(render(untriaged).text).toContain('\nHeld by: nobody yet: it waits for triage\n');
  });

  it('is nobody if it is parked', () => {
    // Parked cases have no clocks; the alert that a lead opens may be older.
    expect(render({ ...WARNING, decision: { route: 'parked' } }).text).toContain(
      '\nHeld by: nobody yet: it is parked\n',
    );
  });
});

describe('a second step', () => {
  const SECOND: Sample = {
    ...WARNING,
    kind: 'breach',
    now: '2026-11-16T10:45:00Z',
    rung: 1,
    earlier: [{ to: 'ana', rung: 0, at: '2026-11-16T10:30:01.000Z' }],
    lead: BEN,
  };

  it('says in its subject that it is one, and in both forms who was told before and when', () => {
    const { subject, text, html } = render(SECOND);
    expect(subject).toBe(
      'First response breached at 11:30, step 2 (nobody answered): “Black screen after the intro” (zendesk:5158, urgent)',
    );
    // Ben lives in Berlin: 10:30 UTC is 11:30 there.
    const before =
      'This is step 2: Ana Reyes was told Mon 16 Nov 2026, 11:30 Central European Standard Time; nobody has acknowledged.';
    expect(text).toContain(`\nFirst response was not kept in time\n${before}\n`);
    expect(html).toContain(`>${before}</p>`);
  });

  it('says so too if the first step could tell nobody', () => {
    const { subject, text } = render({ ...SECOND, earlier: [] });
    expect(subject).toBe(
      'First response breached at 11:30, step 2: “Black screen after the intro” (zendesk:5158, urgent)',
    );
    expect(text).toContain('\nThis is step 2: nobody could be told before.\n');
  });

  it('is nothing that a first step speaks of', () => {
    const { subject, text } = render({ ...SECOND, rung: 0, earlier: [] });
    expect(subject + text).not.toMatch(/step|answered/);
  });
});

describe('the mail of a danger', () => {
  const found = event('danger-found', '2026-11-16T10:05:00Z', {
    calledBy: 'e1',
    place: 'message',
    rules: [{ ruleId: 'self-harm', reason: 'Somebody may be in danger; a lead looks at once.' }],
    queue: 'trust-and-safety',
    wasOver: false,
    endings: 0,
    policyVersion: 'test-1',
  });
  const alert = alertFor(found, 'al_1') as Alert;
  const mail = (events: CaseEvent[], policy = POLICY, rung = 0) => {
    const context = contextOf(policy);
    const state = foldCase(
      [opened('2026-11-16T10:00:00Z', { fields: { subject: 'I cannot go on' } }), ...events],
      context,
    );
    if (state === undefined) throw new Error('no case');
    return renderAlert(
      {
        alert,
        state,
        lead: ANA,
        context,
        rung,
        handoffs: handoffRuns(events),
        now: Date.parse('2026-11-16T10:05:01Z'),
      },
      LINK,
    );
  };

  it('says what, why, where it stands, whose it is and who has the case, and no deadline', () => {
    const { subject, text } = mail([]);
    expect(subject).toBe('Danger, look now: zendesk:5158, not triaged yet');
    expect(text).toBe(`[CaseRelay alert]
Somebody may be in danger: look at this case now

Case: zendesk:5158
  https://example.zendesk.com/agent/tickets/5158
Why: Somebody may be in danger; a lead looks at once. (rule self-harm)
Subject: sensitive case: open it in the CRM
Found in: a later message of the customer
Goes to: the leads of Trust & Safety, as its rule says
Priority: normal
Queue: none yet
Held by: nobody yet: it waits for triage
Triage: not triaged yet (policy test-1)

If nobody acknowledges, all leads of the queue are told 15 min after this one.
Acknowledge (opens a page with a button):
${LINK}

Sent to Ana Reyes by CaseRelay for Example Video. The link is yours alone.
`);
  });

  it('keeps the case’s own subject in the CRM, also where triage found nothing sensitive', () => {
    const { subject, text, html } = mail([triaged('2026-11-16T10:00:02Z')]);
    expect(subject).toBe('Danger, look now: zendesk:5158');
    expect(subject + text + html).not.toContain('cannot go on');
  });

  it('tells no words of a vendor', () => {
    const returned = { handoffId: 'ho_1', vendor: 'manila', reason: 'skill' as const, note: 'wants to hurt himself' };
    const { text } = mail([
      triaged('2026-11-16T10:00:00Z'),
      event('handoff-returned', '2026-11-16T10:04:00Z', returned),
    ]);
    expect(text).toContain('Manila Desk: returned it (nobody there has the skill), ');
    expect(text).not.toContain('hurt');
  });

  it('says what comes next by the steps that the policy has for danger', () => {
    const dangerRungs = [
      { to: 'on-duty' as const, waitSeconds: 300 },
      { to: 'all' as const, waitSeconds: 600 },
    ];
    const steps = { ...POLICY, alerting: { ...POLICY.alerting, dangerRungs } };
    expect(mail([], steps).text).toContain(
      'If nobody acknowledges, all leads of the queue are told 5 min after this one.',
    );
    expect(mail([], steps, 1).text).toContain(
      'If nobody acknowledges, no other lead is told, and 10 min after this one the alarm of whoever operates CaseRelay rings.',
    );
  });
});

describe('the mail to who acknowledged the warning', () => {
  it('says why nobody else has it, and asks for nothing', () => {
    const covered = { by: 'ana', at: '2026-11-16T10:23:00.000Z', alertId: 'al_0' };
    const { text, html } = render({ ...WARNING, kind: 'breach', now: '2026-11-16T10:30:01Z', covered });
    const said =
      'You have it: you acknowledged an alert of this promise, Mon 16 Nov 2026, 02:23 Pacific Standard Time. So only you are told, and this once.';
    expect(text).toContain(`\n${said}\nSee the alert:\n${LINK}\n`);
    expect(html).toContain(said);
    expect(text + html).not.toMatch(/If nobody acknowledges|>Acknowledge</);
  });
});

describe('the link to the case', () => {
  const at = (source: Policy['sources'][string], caseId = 'desk:a/b ?1') => {
    const policy = { ...POLICY, sources: { desk: source } };
    const opening = { ...opened('2026-11-16T10:00:00Z', { priority: 'urgent', fields: {} }), caseId };
    const state = foldCase([opening], contextOf(policy));
    if (state === undefined) throw new Error('no case');
    const home = event('brought-home', '2026-11-16T10:05:00Z', { caseId, reason: 'none', tried: [] });
    const alert = alertFor(home, 'al_1') as Alert;
    const now = Date.parse('2026-11-16T10:05:01Z');
    return renderAlert({ alert, state, lead: BEN, context: contextOf(policy), rung: 0, handoffs: [], now }, LINK);
  };

  it('is what the policy says for its source, with the id made safe', () => {
    const ticketUrl = 'https://desk.example.com/cases/{id}?from=caserelay&id={id}';
    const { text, html } = at({ kind: 'standard-webhooks', ticketUrl }, 'desk:a/b?$&x');
    expect(text).toContain(
      'Case: desk:a/b?$&x\n  https://desk.example.com/cases/a%2Fb%3F%24%26x?from=caserelay&id=a%2Fb%3F%24%26x\n',
    );
    expect(html).toContain('href="https://desk.example.com/cases/a%2Fb%3F%24%26x?from=caserelay&amp;id=a%2Fb');
    expect(text).toContain('\nSubject: not triaged yet: open it in the CRM\n');
  });

  it('of Zendesk is its own, unless the policy says another', () => {
    const apiUrl = 'https://example.zendesk.com/';
    expect(at({ kind: 'zendesk', apiUrl }, 'desk:7').text).toContain('  https://example.zendesk.com/agent/tickets/7\n');
    const ticketUrl = 'https://help.example.com/t/{id}';
    expect(at({ kind: 'zendesk', apiUrl, ticketUrl }, 'desk:7').text).toContain('  https://help.example.com/t/7\n');
  });

  it('is left out where nobody said where the CRM’s pages are, and the words don’t speak of one', () => {
    const { text, html } = at({ kind: 'standard-webhooks', apiUrl: 'https://desk.example.com/updates' }, 'desk:4711');
    expect(text).toContain('\nSubject: not triaged yet: look up 4711 in desk\n');
    expect(html.match(/<a /g)).toHaveLength(1);
  });
});
