import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { DescribeExecutionCommand, paginateListExecutions } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, test } from 'vitest';
import type { CaseEvent } from '../../domain/event.ts';
import { replayReceipt } from '../../domain/receipt-replay.ts';
import { isOver } from '../../domain/turns.ts';
import { formOf } from '../../local/live/acknowledge.ts';
import { acknowledgeLinkOf } from '../../local/live/mails.ts';
import { pasteCommand } from '../../local/live/paste-case.ts';
import { type App, CUSTOMER, eventually, openApp } from './app.ts';

// What the toy vendors do depends on words of the subject: local/toys/vendor-rules.ts.
const NOBODY_TAKES_IT = { subject: 'Playback error 7 on my smart fridge' };
const MANILA_IS_SILENT = { subject: 'No sound on my streaming stick' };

let app: App;
beforeAll(async () => {
  app = await openApp();
});
afterAll(() => app?.close());

/** The handoff events of a log: what happened, and with whom. */
function handoffs(log: readonly CaseEvent[]): string[] {
  return log.flatMap((event) => {
    if (event.type === 'brought-home') return ['home'];
    return 'handoffId' in event ? [`${event.vendor} ${event.type.slice('handoff-'.length)}`] : [];
  });
}

/** The private notes of a ticket in the toy CRM, in order. */
function notesOn(ticketId: string): string[] {
  const comments = app.toys.crm.ticket(ticketId)?.comments ?? [];
  return comments.flatMap(({ isPublic, body }) => (isPublic ? [] : [body]));
}

/** Waits for the first mail about a case that fits, and opens its link. */
async function mailAbout(caseId: string, subject: RegExp) {
  const mail = await eventually(`a mail about ${caseId} like ${subject}`, async () =>
    (await app.mailsAbout(caseId)).find((candidate) => subject.test(candidate.subject)),
  );
  const link = acknowledgeLinkOf(mail);
  if (link === undefined) throw new Error(`the mail has no link: ${mail.text}`);
  return { mail, link };
}

/** How a case's run of a workflow ends, whose input holds `about`. */
function ended(workflow: string, caseId: string, about: string) {
  const stateMachineArn = app.deployment.stateMachineArns[`CaseRelay-${workflow}`];
  const prefix = `${caseId.replace(':', '-')}-`;
  return eventually(`${workflow} of ${caseId} to end`, async () => {
    for await (const { executions = [] } of paginateListExecutions({ client: app.sfn }, { stateMachineArn })) {
      for (const { executionArn } of executions.filter(({ name }) => name?.startsWith(prefix))) {
        const { input, status } = await app.sfn.send(new DescribeExecutionCommand({ executionArn }));
        if (input?.includes(about)) return status === 'RUNNING' ? undefined : status;
      }
    }
    return undefined;
  });
}

const acknowledged = (log: readonly CaseEvent[]) => log.filter(({ type }) => type === 'alert-acknowledged');

async function press(url: string): Promise<string> {
  const form = formOf(await (await fetch(url)).text());
  return post(url, form?.action ?? '', form?.fields ?? {});
}

async function post(url: string, action: string, fields: Readonly<Record<string, string>>): Promise<string> {
  const response = await fetch(new URL(action, url), { method: 'POST', body: new URLSearchParams(fields) });
  return response.text();
}

// All side by side: each has a case of its own, and most of the time is spent waiting for deadlines.
describe.concurrent('a case on its way through the house', () => {
  test('is triaged, and the CRM is told: priority, group, tags and a private note; the echo is dropped', async ({
    expect,
  }) => {
    const { id, caseId } = await app.openTicket({ subject: 'Charged twice', text: 'Please refund one payment.' });
    const { decision } = await app.logged(caseId, 'triaged');
    expect(decision).toMatchObject({
      ruleId: 'billing',
      policyVersion: app.policy.version,
      priority: 'normal',
      queue: 'billing',
      route: 'vendor',
      sensitive: false,
    });
    const { what } = await app.logged(caseId, 'written-back');
    expect(what).toEqual(['priority normal', 'group 360002', 'tags billing', 'private note']);
    const ticket = app.toys.crm.ticket(id);
    expect(ticket).toMatchObject({ priority: 'NORMAL', groupId: '360002', tags: ['billing'] });
    const notes = ticket?.comments.filter(({ author }) => author.id === '900001') ?? [];
    expect(notes).toMatchObject([{ isPublic: false }]);
    expect(notes[0]?.body).toContain('Why: Payments and refunds (rule billing).');
    expect(notes[0]?.body).toContain(app.policy.version);

    const echoes = await eventually('the echoes of what was written', () => {
      const sent = app.toys.sender.deliveries.filter(
        ({ webhook }) => webhook.caseId === caseId && webhook.isFact === false,
      );
      return sent.length < 2 ? undefined : sent;
    });
    expect(echoes.map(({ webhook, accepted }) => [webhook.type, accepted])).toEqual([
      ['ticket.priority_changed', true],
      ['ticket.comment_added', true],
    ]);
    const keys = new Set((await app.log(caseId)).map(({ key }) => key));
    expect(echoes.filter(({ webhook }) => keys.has(webhook.id))).toEqual([]);
  });

  test('is opened by the command that npm start prints, comes to an end, and is another one the second time', async ({
    expect,
  }) => {
    const url = `${app.api}/webhooks/zendesk`;
    const command = pasteCommand({ url, secret: app.secrets.sources.zendesk ?? '' });
    const paste = async () => {
      const before = new Set(app.toys.crm.tickets().map(({ id }) => id));
      expect(await promisify(execFile)('sh', ['-c', command])).toMatchObject({
        stdout: expect.stringMatching(/accepted/),
      });
      return app.toys.crm.tickets().find(({ id, subject }) => !before.has(id) && subject.startsWith('Video keeps'));
    };
    const first = await paste();
    // Numbered by the second.
    await sleep(1100);
    const second = await paste();
    expect(second?.id).not.toBe(first?.id);
    for (const ticket of [first, second]) {
      await app.logged(`zendesk:${ticket?.id}`, 'solved');
      expect(app.toys.crm.ticket(ticket?.id ?? '')?.status).toBe('SOLVED');
    }
  });

  test('goes to the next vendor when the first rejects it, is accepted there and resolved', async ({ expect }) => {
    const { id, caseId } = await app.openTicket({ subject: 'Black screen in 4K' });
    await app.logged(caseId, 'solved');
    const log = await app.log(caseId);
    expect(handoffs(log)).toEqual([
      'manila offered',
      'manila rejected',
      'bogota offered',
      'bogota accepted',
      'bogota resolved',
    ]);
    expect(log.find((event) => event.type === 'handoff-rejected')).toMatchObject({ reason: 'capacity' });
    expect(log.find((event) => event.type === 'handoff-offered' && event.vendor === 'bogota')).toMatchObject({
      attempt: 2,
      reason: 'next after Manila Contact Services: had it before',
    });
    expect(app.toys.crm.ticket(id)?.status).toBe('SOLVED');
    await app.logged(caseId, 'written-back', ({ key }) => key.includes('handoff-resolved'));
    const notes = notesOn(id);
    expect(notes.filter((note) => note.includes('says that this case is resolved'))).toEqual([
      expect.stringMatching(/^Bogotá Atención says that this case is resolved\.\nThey write:\n> Customer answered\.\n/),
    ]);
    const stored = await eventually('the snapshot to be solved', async () => {
      const found = await app.store.load(caseId);
      return found !== undefined && isOver(found.state.status) ? found : undefined;
    });
    expect(stored.state).toMatchObject({ status: 'solved', replies: 1, handoff: { state: 'resolved' } });
  });

  test('goes to the next vendor when the first says nothing, at the end of its time and not before', async ({
    expect,
  }) => {
    const { caseId } = await app.openTicket(MANILA_IS_SILENT);
    const offered = await app.logged(caseId, 'handoff-offered');
    const expired = await app.logged(caseId, 'handoff-expired');
    expect(expired).toMatchObject({ vendor: 'manila', handoffId: offered.handoffId });
    expect(Date.parse(offered.answerBy) - Date.parse(offered.occurredAt)).toBe(10_000);
    expect(expired.occurredAt >= offered.answerBy).toBe(true);
    await app.logged(caseId, 'handoff-resolved');
    expect(handoffs(await app.log(caseId))).toEqual([
      'manila offered',
      'manila expired',
      'bogota offered',
      'bogota accepted',
      'bogota resolved',
    ]);
  });

  test('comes home when nobody takes it, and a lead is told', async ({ expect }) => {
    const { caseId } = await app.openTicket({ subject: 'My creator payout is missing' });
    const { tried } = await app.logged(caseId, 'brought-home');
    expect(tried).toEqual(['manila', 'bogota']);
    await app.logged(caseId, 'written-back', ({ key }) => key.includes('brought-home'));
    expect(notesOn(caseId.slice('zendesk:'.length)).at(-1)).toMatch(
      /^No vendor has this case: it is your own team’s now\.\n.*- Manila Contact Services returned it \(.*- Bogotá Atención rejected it \(/s,
    );
    expect(handoffs(await app.log(caseId))).toEqual([
      'manila offered',
      'manila accepted',
      'manila returned',
      'bogota offered',
      'bogota rejected',
      'home',
    ]);
    const { mail } = await mailAbout(caseId, /^No vendor (took|finished) it: /);
    expect(mail.to).toEqual(['maya@example.com']);
    expect(mail.text).toMatch(/No vendor finished this case: \S.* holds it\n/);
    expect(mail.text).toContain('Manila Contact Services: returned it (');
  });

  test('is given to an agent when it is ours: the CRM shows whom, and the agent holds it until it is solved', async ({
    expect,
  }) => {
    const { id, caseId } = await app.openTicket({ subject: 'My creator payout is missing' });
    const { agentId } = await app.logged(caseId, 'agent-assigned');
    const agent = app.policy.agents.find((one) => one.id === agentId);
    expect(agent?.queues).toContain('general');
    const assignee = agent?.crmUserIds.zendesk ?? '';
    await app.logged(caseId, 'written-back', ({ what }) => what.includes(`assignee ${assignee}`));
    expect(app.toys.crm.ticket(id)?.assigneeId).toBe(assignee);
    expect((await app.store.holding(agentId)).held).toHaveProperty([caseId]);

    await app.solve(id);
    await eventually('the agent to hold it no more', async () => {
      const { held } = await app.store.holding(agentId);
      return caseId in held ? undefined : true;
    });
    // What we wrote came back as a webhook, and nobody took it for a person's decision.
    const log = await app.log(caseId);
    expect(log.filter(({ type }) => type === 'agent-assigned')).toHaveLength(1);
    expect(log.filter(({ type }) => type === 'assigned')).toEqual([]);
    const stored = await app.store.load(caseId);
    expect(stored?.state.assignment).toMatchObject({ agentId, by: 'caserelay' });
  });

  test('reaches the vendor that speaks its language, whatever the CRM it comes from', async ({ expect }) => {
    const number = app.freshNumber();
    const fields = { subject: 'No puedo iniciar sesión', text: 'El código nunca llega.', language: 'es-MX' };
    await app.deliver(app.tell(number, 'opened', { priority: 'low', fields }));
    await app.logged(`intake:${number}`, 'handoff-resolved');
    const log = await app.log(`intake:${number}`);
    expect(handoffs(log)).toEqual(['bogota offered', 'bogota accepted', 'bogota resolved']);
    expect(log.find((event) => event.type === 'handoff-offered')).toMatchObject({
      reason: 'next after Manila Contact Services: does not speak the language',
    });
    await app.deliver(app.tell(number, 'solved', {}));
  });

  test('stays home when it is sensitive; a lead is warned in time and told of the breach, in text and HTML', async ({
    expect,
  }) => {
    const { id, caseId } = await app.openTicket({
      subject: 'Worried about bluefinch',
      text: 'bluefinch wrote "I want to hurt myself tonight" in the chat.',
    });
    const { decision } = await app.logged(caseId, 'triaged');
    expect(decision).toMatchObject({ ruleId: 'self-harm', route: 'home', sensitive: true, priority: 'urgent' });

    const warned = await app.logged(caseId, 'deadline-reached', ({ kind }) => kind === 'warning');
    const { openedAt } = (await app.store.load(caseId))?.state ?? {};
    const sinceOpening = (instant: string) => Date.parse(instant) - Date.parse(openedAt ?? '');
    // Urgent: a first response within 20 s, a warning at half of it.
    expect([warned.clock, warned.threshold, sinceOpening(warned.at), sinceOpening(warned.dueAt)]).toEqual([
      'first-response',
      '50%',
      10_000,
      20_000,
    ]);
    expect(warned.occurredAt >= warned.at).toBe(true);
    const breached = await app.logged(caseId, 'deadline-reached', ({ kind }) => kind === 'breach');
    expect([breached.clock, sinceOpening(breached.at)]).toEqual(['first-response', 20_000]);

    for (const { subject, headline } of [
      { subject: /^First response due in \d+ s: /, headline: 'First response is due in' },
      { subject: /^First response breached at /, headline: 'First response was not kept in time' },
    ]) {
      const { mail, link } = await mailAbout(caseId, subject);
      expect(mail).toMatchObject({ from: 'caserelay@example.com', to: ['maya@example.com'] });
      for (const body of [mail.text, mail.html]) {
        expect(body).toContain(headline);
        expect(body).toContain(link.url);
        expect(body).toContain(`${app.toys.url}/crm/agent/tickets/${id}`);
        expect(body).toContain('sensitive case: open it in the CRM');
        expect(body).not.toContain('bluefinch');
      }
      expect(mail.html).toMatch(/^<!doctype html>/);
      expect(mail.text).not.toContain('<');
      // Why it is due then: as a page, and as JSON that says the same deadline when it is worked out anew.
      const why = /https?:\/\/\S+\/receipt\?token=[\w.%-]+/.exec(mail.text)?.[0] ?? '';
      const page = await (await fetch(why)).text();
      expect(page).toContain('0:00:20 promised');
      expect(page).not.toContain('bluefinch');
      const receipt = await (await fetch(`${why}&format=json`)).json();
      expect(receipt).toMatchObject({ clock: 'first-response', dueAt: breached.dueAt });
      expect(replayReceipt(receipt).dueAt).toBe(breached.dueAt);
      expect((await fetch(why.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')))).status).toBe(403);
    }
    expect(handoffs(await app.log(caseId))).toEqual([]);
  });

  test('tells a lead of danger before anything else, and who acknowledges ends it', async ({ expect }) => {
    const { caseId } = await app.openTicket({
      subject: 'Worried about greenfinch',
      text: 'greenfinch wrote "I want to hurt myself tonight" in the chat.',
    });
    const { mail, link } = await mailAbout(caseId, /^Danger, look now: /);
    expect(mail.to).toEqual(['maya@example.com']);
    for (const body of [mail.text, mail.html]) {
      expect(body).toContain('Somebody may be in danger: look at this case now');
      expect(body).toContain('Somebody may be in danger; a lead looks at once. (rule self-harm)');
      expect(body).toContain('nobody yet: it waits');
      expect(body).not.toContain('greenfinch');
    }
    expect(await press(link.url)).toContain('Acknowledged by <strong>you</strong>');
    expect(await ended('breach-alert', caseId, '"danger"')).toBe('SUCCEEDED');

    // Before any deadline: the log has it first, and so has the mailbox.
    await app.logged(caseId, 'deadline-reached');
    const log = await app.log(caseId);
    const first = (type: CaseEvent['type']) => log.find((event) => event.type === type)?.occurredAt ?? '';
    expect(first('alert-notified') < first('deadline-reached')).toBe(true);
    expect((await app.mailsAbout(caseId))[0]?.subject).toMatch(/^Danger, look now: /);
    expect(log.filter((event) => event.type === 'alert-notified' && event.kind === 'danger')).toHaveLength(1);
  });

  test('tells a lead of danger that a customer writes later, in a case of another kind', async ({ expect }) => {
    const { id, caseId } = await app.openTicket({ subject: 'Charged twice', text: 'Please refund one payment.' });
    const { decision } = await app.logged(caseId, 'triaged');
    expect(decision.ruleId).toBe('billing');
    const comment = app.toys.crm.comment(id, CUSTOMER, 'If you do not pay I will kill you.', true, Date.now());
    await app.deliver(comment);
    expect(await app.logged(caseId, 'danger-found')).toMatchObject({
      place: 'message',
      rules: [{ ruleId: 'threat' }],
      queue: 'trust-and-safety',
    });
    const { mail } = await mailAbout(caseId, /^Danger, look now: /);
    expect(mail.text).toContain('\nFound in: a later message of the customer\n');
    await app.solve(id);
  });

  test('tells of its breach only the lead who acknowledged the warning, once', async ({ expect }) => {
    const { caseId } = await app.openTicket({ subject: 'My channel was hacked', text: 'Somebody hijacked it.' });
    const { link } = await mailAbout(caseId, /^First response due /);
    expect(await press(link.url)).toContain(
      'Nobody else will be told. A later warning of this promise, or its breach,',
    );
    const breached = await app.logged(caseId, 'deadline-reached', ({ kind }) => kind === 'breach');
    const covered = await app.logged(caseId, 'alert-acknowledged', ({ through }) => through === link.alertId);
    expect(covered.by).toBe('maya');
    expect(await ended('breach-alert', caseId, '"breach"')).toBe('SUCCEEDED');
    const told = (await app.log(caseId)).filter(
      (event) => event.type === 'alert-notified' && event.alertId === covered.alertId,
    );
    expect(told).toMatchObject([{ to: 'maya', kind: 'breach' }]);
    expect(breached.clock).toBe('first-response');
  });

  test('is acknowledged by the button only: opening the link changes nothing, pressing twice says so', async ({
    expect,
  }) => {
    const { caseId } = await app.openTicket(NOBODY_TAKES_IT);
    const { link } = await mailAbout(caseId, /^No vendor (took|finished) it: /);

    const head = await fetch(link.url, { method: 'HEAD' });
    expect(head.status).toBeLessThan(500);
    const shown = await fetch(link.url);
    expect(shown.status).toBe(200);
    expect(shown.headers.get('referrer-policy')).toBe('no-referrer');
    const form = formOf(await shown.text());
    const token = form?.fields.token ?? '';
    expect(token).not.toBe('');
    expect(formOf(await (await fetch(link.url)).text())).toEqual(form);
    expect(acknowledged(await app.log(caseId))).toEqual([]);
    expect((await app.store.alert(link.alertId))?.acknowledgedAt).toBeUndefined();

    const forged = { token: token.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')) };
    expect(await post(link.url, form?.action ?? '', forged)).toContain('This link is not valid');
    expect(acknowledged(await app.log(caseId))).toEqual([]);

    const first = await post(link.url, form?.action ?? '', form?.fields ?? {});
    expect(first).toMatch(/>Acknowledged by <strong>you</);
    const second = await post(link.url, form?.action ?? '', form?.fields ?? {});
    expect(second).toMatch(/>Already acknowledged by <strong>you</);
    expect(formOf(await (await fetch(link.url)).text())).toBeUndefined();
    expect(acknowledged(await app.log(caseId))).toMatchObject([{ by: 'maya', alertId: link.alertId }]);

    // The escalation is over, before its next rung.
    expect(await ended('breach-alert', caseId, link.alertId)).toBe('SUCCEEDED');
    const told = (await app.log(caseId)).filter((event) => event.type === 'alert-notified');
    expect(told.filter((event) => event.alertId === link.alertId)).toMatchObject([{ rung: 0, to: 'maya' }]);
  });

  test('is told to all leads of its queue when the first does not answer', async ({ expect }) => {
    const { caseId } = await app.openTicket({ subject: 'My channel was hacked', text: 'Somebody hijacked it.' });
    const { link } = await mailAbout(caseId, /^First response breached at /);
    const unanswered = await app.logged(caseId, 'alert-unanswered', ({ alertId }) => alertId === link.alertId);
    expect(unanswered.rung).toBe(0);
    const told = await eventually('both leads to be mailed', async () => {
      const mails = (await app.mailsAbout(caseId)).filter((mail) => acknowledgeLinkOf(mail)?.alertId === link.alertId);
      return mails.length < 3 ? undefined : mails;
    });
    expect(told.map(({ to }) => to.join()).toSorted()).toEqual([
      'aoife@example.com',
      'maya@example.com',
      'maya@example.com',
    ]);
    const ofAoife = told.find(({ to }) => to.includes('aoife@example.com'));
    expect(await press(acknowledgeLinkOf(ofAoife ?? { text: '' })?.url ?? '')).toContain('Acknowledged by');
    expect(await press(link.url)).not.toContain('<form');
    expect(acknowledged(await app.log(caseId))).toMatchObject([{ by: 'aoife' }]);
  });

  test('is recalled from its vendor when it is solved elsewhere, offered or accepted', async ({ expect }) => {
    const [offered, accepted] = await Promise.all([app.openTicket(MANILA_IS_SILENT), app.openTicket(MANILA_IS_SILENT)]);
    const { handoffId: first } = await app.logged(offered.caseId, 'handoff-offered');
    const { handoffId: second } = await app.logged(accepted.caseId, 'handoff-offered');
    expect(await app.answer('manila', second, { answer: 'accepted' })).toEqual({
      status: 200,
      body: { handoffId: second, state: 'accepted' },
    });
    await Promise.all([app.solve(offered.id), app.solve(accepted.id)]);
    for (const { caseId } of [offered, accepted]) {
      expect(await app.logged(caseId, 'handoff-recalled')).toMatchObject({ vendor: 'manila', by: 'case-solved' });
    }
    expect(await app.answer('manila', first, { answer: 'accepted' })).toMatchObject({
      status: 409,
      body: { state: 'recalled', possible: [] },
    });
    expect(await app.answer('manila', second, { answer: 'resolved' })).toMatchObject({
      status: 409,
      body: { state: 'recalled', possible: [] },
    });
    for (const handoffId of [first, second]) {
      await eventually(`the vendor to be told that ${handoffId} was recalled`, async () => {
        const page = await (await fetch(`${app.toys.url}/vendors/manila/`)).text();
        const row = page.split('<tr>').find((one) => one.includes(handoffId));
        return row?.includes('told to stop (case-solved)') ? row : undefined;
      });
    }
    expect(handoffs(await app.log(offered.caseId))).toEqual(['manila offered', 'manila recalled']);
    expect(handoffs(await app.log(accepted.caseId))).toEqual(['manila offered', 'manila accepted', 'manila recalled']);
  });

  test('leaves no workflow behind, in whatever moment of its handoff it is solved', async ({ expect }) => {
    const cases = await Promise.all(
      Array.from({ length: 12 }, async (_, index) => {
        const opened = await app.openTicket(MANILA_IS_SILENT);
        await app.logged(opened.caseId, 'triaged');
        await sleep(index * 60);
        await app.solve(opened.id);
        return opened;
      }),
    );
    for (const { caseId } of cases) {
      expect(await ended('vendor-handoff', caseId, caseId)).toBe('SUCCEEDED');
      expect(handoffs(await app.log(caseId)).filter((what) => what.startsWith('bogota'))).toEqual([]);
    }
  });
});
