/**
 * Makes the pictures in this folder from the code that makes the real mails and pages, with sample
 * data: `node docs/pictures/render.ts`. Needs Node 24 and a Chromium (on the PATH as `chromium`, or
 * named by CHROMIUM). The pages themselves are left in .local/pictures.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Alert, alertFor } from '../../domain/alert.ts';
import { foldCase } from '../../domain/case.ts';
import type { CaseEvent, EventOf } from '../../domain/event.ts';
import { handoffRuns } from '../../domain/handoff-story.ts';
import { type Policy, policyCalendars } from '../../domain/policy.ts';
import { receipt } from '../../domain/receipt.ts';
import { renderAlert } from '../../functions/adapters/mail/render-alert.ts';
import { acknowledgePage } from '../../functions/lead-console/acknowledge-page.ts';
import { receiptPage } from '../../functions/lead-console/receipt-page.ts';
import { acknowledgeUrl, receiptUrl } from '../../functions/shared/links.ts';
import { OFFICE_HOURS, POLICY } from '../../test/support/policy-fixture.ts';

const policy: Policy = {
  ...POLICY,
  version: '5f2a9c0d1e7b4a66',
  organisation: 'Lumen Stream',
  sources: { zendesk: { kind: 'zendesk', apiUrl: 'https://lumenstream.zendesk.com' } },
  clocks: POLICY.clocks.map((clock) => ({ ...clock, calendar: clock.calendar === 'office' ? 'us-support' : clock.calendar })),
  calendars: { ...POLICY.calendars, 'us-support': { zone: 'America/New_York', weekly: OFFICE_HOURS, holidays: [] } },
  queues: {
    playback: { name: 'Playback & devices', leads: ['dana', 'jonas'] },
    'trust-and-safety': { name: 'Trust & safety', leads: ['dana', 'jonas'] },
  },
  vendors: POLICY.vendors.map((vendor) => (vendor.id === 'manila' ? { ...vendor, name: 'Harbor Support, Manila' } : vendor)),
  alerting: { ...POLICY.alerting, dangerRungs: [{ to: 'on-duty', waitSeconds: 300 }, { to: 'all', waitSeconds: 600 }] },
  leads: [
    { id: 'dana', name: 'Dana Whitfield', email: 'dana@lumen.example', zone: 'America/New_York', calendar: 'us-support' },
    { id: 'jonas', name: 'Jonas Keller', email: 'jonas@lumen.example', zone: 'Europe/Berlin', calendar: 'us-support' },
  ],
};
const context = { policy, calendar: policyCalendars(policy), tzdata: process.versions.tz };

const CASE = 'zendesk:48213';
const at = (time: string) => `2026-11-18T${time}Z`;

/** A sample event; `time` is UTC on 18 November 2026. */
function event<T extends CaseEvent['type']>(
  type: T,
  time: string,
  rest: Omit<EventOf<T>, 'type' | 'key' | 'caseId' | 'occurredAt' | 'receivedAt'>,
): CaseEvent {
  const stamps = { occurredAt: at(time), receivedAt: at(time) };
  return { type, key: `${type}-${time}`, caseId: CASE, ...stamps, ...rest } as unknown as CaseEvent;
}

const handoff = { handoffId: 'ho_sample', vendor: 'manila' };
const events = [
  event('opened', '15:02:00.000', {
    priority: 'urgent',
    fields: { subject: 'Premiere stops with error 4021 on every TV in the house', channel: 'email', language: 'en' },
  }),
  event('triaged', '15:02:02.000', {
    decision: {
      ruleId: 'playback-during-premiere',
      reason: 'playback fails while a premiere is running',
      policyVersion: policy.version,
      priority: 'urgent',
      queue: 'playback',
      route: 'vendor',
      sensitive: false,
      dataClass: 'standard',
      category: 'playback',
      tags: ['premiere'],
      language: 'en',
    },
  }),
  event('handoff-offered', '15:02:04.000', {
    ...handoff,
    attempt: 1,
    reason: "first in the policy's order",
    packetHash: 'sample',
    answerBy: at('15:12:04.000'),
  }),
  event('handoff-accepted', '15:05:40.000', handoff),
];
const state = foldCase(events, context);
if (state === undefined) throw new Error('the sample events make no case');

const reached = { clock: 'first-response', turn: 1, dueAt: at('15:32:00.000'), targetSeconds: 1800 } as const;
const alerts = {
  warning: event('deadline-reached', '15:24:30.000', {
    ...reached,
    threshold: '75%',
    kind: 'warning',
    at: at('15:24:30.000'),
  }),
  breach: event('deadline-reached', '15:32:00.000', { ...reached, threshold: 'breach', kind: 'breach', at: reached.dueAt }),
};

const [lead] = policy.leads;
if (lead === undefined) throw new Error('the sample policy has no lead');
const link = acknowledgeUrl('https://relay.lumen.example', 'al_sample', 'sample');
const receiptLink = receiptUrl('https://relay.lumen.example', 'al_sample', 'sample');
const view = (kind: keyof typeof alerts, time: string) => {
  const alert = alertFor(alerts[kind], 'al_sample') as Alert;
  return { alert, state, lead, context, rung: 0, handoffs: handoffRuns(events), now: Date.parse(at(time)), receiptLink };
};

/** A case of the afternoon before, which waited for its customer for a while in the morning. */
const overNight = [
  { ...event('opened', '14:00:00.000', { fields: {}, priority: 'urgent' }), occurredAt: '2026-11-17T20:40:00.000Z' },
  event('status-changed', '14:20:00.000', { status: 'pending' }),
  event('status-changed', '15:05:00.000', { status: 'open' }),
];
const explained = receipt(overNight, context, { clock: 'resolution' }, Date.parse(at('15:24:31.000')));
if (explained === undefined) throw new Error('the sample case has no such clock');

/** What a customer writes in the middle of a case of another kind. */
const danger = alertFor(
  event('danger-found', '15:41:07.000', {
    calledBy: 'sample',
    place: 'message',
    rules: [{ ruleId: 'self-harm', reason: 'Somebody may be in danger; a lead looks at once and follows the crisis guide.' }],
    queue: 'trust-and-safety',
    wasOver: false,
    endings: 0,
    policyVersion: policy.version,
  }),
  'al_sample',
) as Alert;
const dangerView = { ...view('breach', '15:41:08.000'), alert: danger, receiptLink: undefined };

const pictures = {
  'danger-email': { html: renderAlert(dangerView, link).html, size: '700,990' },
  'warning-email': { html: renderAlert(view('warning', '15:24:31.000'), link).html, size: '700,940' },
  'breach-email': { html: renderAlert(view('breach', '15:32:01.000'), link).html, size: '700,940' },
  'acknowledge-page': {
    html: acknowledgePage({
      ...view('breach', '15:49:00.000'),
      rung: 1,
      token: 'sample',
      acknowledged: undefined,
      justNow: false,
      moot: undefined,
      told: [
        { to: 'dana', rung: 0, at: at('15:32:01.000') },
        { to: 'dana', rung: 1, at: at('15:47:01.000') },
        { to: 'jonas', rung: 1, at: at('15:47:01.000') },
      ],
    }),
    size: '700,1050',
  },
  'receipt-page': { html: receiptPage(explained, lead.zone, 'sample'), size: '900,1320' },
};

const pages = join(import.meta.dirname, '../../.local/pictures');
mkdirSync(pages, { recursive: true });
for (const [name, { html, size }] of Object.entries(pictures)) {
  const page = join(pages, `${name}.html`);
  writeFileSync(page, html);
  const profile = mkdtempSync(join(tmpdir(), 'pictures-'));
  const quiet = ['--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
  const headless = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--hide-scrollbars'];
  const picture = join(import.meta.dirname, `${name}.png`);
  try {
    execFileSync(
      process.env.CHROMIUM ?? 'chromium',
      [...headless, ...quiet, `--user-data-dir=${profile}`, `--window-size=${size}`, `--screenshot=${picture}`, page],
      { stdio: 'ignore' },
    );
  } finally {
    rmSync(profile, { recursive: true, force: true });
  }
  process.stdout.write(`${name}.png\n`);
}
