import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Case } from '../../domain/case.ts';
import { Policy, policyCalendars } from '../../domain/policy.ts';
import { decideTriage } from '../../domain/triage.ts';
import { compilePolicyDir } from '../../policy/compiler/compile-policy.ts';
import { jsonSchemas } from '../../policy/compiler/write-schemas.ts';

const root = new URL('../../', import.meta.url);
const DIRS = ['policy', 'local/policy'];
const compiled = Object.fromEntries(
  DIRS.map((dir) => [dir, compilePolicyDir(fileURLToPath(new URL(dir, root))).policy]),
) as Record<string, Policy>;
const office = compiled.policy as Policy;
const demo = compiled['local/policy'] as Policy;

describe.each(DIRS)('the policy in %s', (dir) => {
  const policy = compiled[dir] as Policy;

  it('is what functions expect', () => expect(Policy.parse(policy)).toEqual(policy));

  it('compiles to the same twice', () =>
    expect(compilePolicyDir(fileURLToPath(new URL(dir, root))).policy).toEqual(policy));

  it('has calendars that open', () => {
    const calendar = policyCalendars(policy);
    for (const name of Object.keys(policy.calendars))
      expect(calendar(name).nextOpen(Date.parse('2026-11-22T00:00:00Z'))).toBeGreaterThan(0);
  });

  it('offers no sensitive case, and clears no vendor for what stays in the house', () => {
    const sensitive = policy.triage.rules.filter((one) => one.outcome.sensitive);
    expect(sensitive).not.toEqual([]);
    for (const rule of sensitive) expect(rule.outcome).toMatchObject({ route: 'home', dataClass: 'restricted' });
    for (const vendor of policy.vendors) {
      expect(vendor.dataClasses).not.toContain('restricted');
      expect(vendor.dataClasses).not.toContain('us-only');
    }
  });

  it('begins each file with its schema and what it is for', () => {
    const folder = new URL(`${dir}/`, root);
    const schemas = dir === 'policy' ? './schemas' : '../../policy/schemas';
    for (const name of readdirSync(folder).filter((file) => file.endsWith('.yaml'))) {
      const [first, ...about] = readFileSync(new URL(name, folder), 'utf8').split('\n');
      expect(first).toBe(`# yaml-language-server: $schema=${schemas}/${name.replace('.yaml', '')}.schema.json`);
      expect(about.slice(0, 2).every((line) => line.startsWith('# '))).toBe(true);
    }
  });
});

describe('JSON Schemas for editors', () => {
  const folder = new URL('policy/schemas/', root);

  it('are current: run `node policy/compiler/write-schemas.ts` after a change of schema.ts', () => {
    const written = Object.fromEntries(
      readdirSync(folder).map((name) => [name, readFileSync(new URL(name, folder), 'utf8')]),
    );
    expect(written).toEqual(jsonSchemas());
  });

  const names = Object.keys(jsonSchemas());

  it.each(names)('%s is valid and takes the files that ship', (name) => {
    // `strict: false`: editors read more than the standard knows. Compiling checks against the meta-schema.
    const validate = new Ajv2020({ strict: false, allErrors: true }).compile(JSON.parse(jsonSchemas()[name] as string));
    for (const dir of DIRS) {
      const data = parse(readFileSync(new URL(`${dir}/${name.replace('.schema.json', '.yaml')}`, root), 'utf8'));
      expect(validate(data), JSON.stringify(validate.errors)).toBe(true);
      expect(validate({ ...data, misspelt: 1 })).toBe(false);
    }
  });
});

const caseOf = (text: string, more: Partial<Case['fields']> = {}): Case => ({
  caseId: 'zendesk:1',
  source: 'zendesk',
  status: 'new',
  priority: 'normal',
  fields: { subject: 'Help', text, ...more },
  triedVendors: [],
  replies: 0,
  reopens: 0,
  formerAgents: [],
  turns: [],
  ended: {},
  policyVersion: '',
  foldedTo: '',
});

describe('rules that promise a lead at once', () => {
  it.each([
    ['the shipped policy', office, ['self-harm', 'child-safety', 'threats', 'doxxing', 'non-consensual-imagery']],
    ['the demo', demo, ['self-harm', 'threat']],
  ] as const)('tell one: %s', (_, policy, ids) => {
    const telling = policy.triage.rules.filter(({ tell }) => tell === 'now');
    expect(telling.map(({ id }) => id)).toEqual(ids);
    // In words that nobody else uses: what a reason promises is what the rule does.
    for (const rule of policy.triage.rules)
      expect(/at once|\blead\b/.test(rule.reason) && rule.tell !== 'now', rule.id).toBe(false);
  });

  it('sooner than of a broken promise', () => {
    for (const { alerting } of [office, demo]) {
      const [first, usual] = [alerting.dangerRungs?.[0], alerting.rungs[0]];
      expect(first?.waitSeconds).toBeLessThan(usual?.waitSeconds ?? 0);
    }
  });
});

describe('triage by the shipped rules', () => {
  it.each([
    ["I can't go on, I want to die", {}, 'self-harm', 'home'],
    ['This channel is grooming children in its comments', {}, 'child-safety', 'home'],
    ['He said he will KILL YOU all', {}, 'threats', 'home'],
    ['Someone posted my home address', { region: 'IE' }, 'doxxing', 'home'],
    ['An ex uploaded a deepfake of me', {}, 'non-consensual-imagery', 'home'],
    ['My channel was hacked, I want a refund', { region: 'IE' }, 'account-hijack', 'home'],
    ['Please remove my child’s account', {}, 'minors-data', 'home'],
    ['Under the GDPR, send me a copy of my data', {}, 'privacy-request', 'home'],
    ['My lawyer will write to you', {}, 'legal-or-press', 'home'],
    ['I filed a DMCA takedown last week', {}, 'copyright-claim', 'home'],
    ['Where is my payout for May?', { region: 'DE' }, 'creator-payouts', 'home'],
    ['I opened a charge-back', { region: 'IE' }, 'chargeback', 'home'],
    ['I was charged twice', { region: 'US' }, 'us-payments', 'home'],
    ['I was charged twice', {}, 'us-payments', 'home'],
    ['I was charged twice', { region: 'IE' }, 'refund', 'vendor'],
    ['Quiero un reembolso', { region: 'CO', language: 'es' }, 'refund', 'vendor'],
    ['Please cancel my family plan', { region: 'IE' }, 'subscription', 'vendor'],
    ['I forgot my password', { region: 'US' }, 'login', 'vendor'],
    ['My video is stuck at processing', {}, 'upload', 'vendor'],
    ["It won't play: black screen", { region: 'US' }, 'playback', 'vendor'],
    ['We sell SEO services', {}, 'spam', 'parked'],
    ['My card is 4111 1111 1111 1111', { region: 'IE' }, 'card-number', 'home'],
    ['How do I make a playlist?', {}, 'how-to', 'vendor'],
    ['Hello?', {}, 'otherwise', 'home'],
  ] as const)('%s', (text, fields, ruleId, route) => {
    expect(decideTriage(caseOf(text, fields), office)).toMatchObject({ ruleId, route });
  });

  it('takes the third case of a customer in a week into our own hands', () => {
    const state = { ...caseOf('How do I make a playlist?'), openedAt: '2026-11-20T10:00:00.000Z' };
    const history = (...days: string[]) =>
      days.map((day, nth) => ({ caseId: `zendesk:0${nth}`, openedAt: `${day}T10:00:00.000Z`, over: true }));
    const ruleWith = (...days: string[]) => decideTriage(state, office, { history: history(...days) }).ruleId;
    expect(ruleWith('2026-11-14', '2026-11-19')).toBe('comes-back');
    expect(ruleWith('2026-11-12', '2026-11-19')).toBe('how-to');
    expect(decideTriage({ ...state, reopens: 2 }, office).ruleId).toBe('comes-back');
  });

  // "comes-back" has its cases in the test above.
  it('has a case above for each rule', () => expect(office.triage.rules).toHaveLength(22));

  // What is said of payments reaches a vendor only from a region that is known and is not the United States.
  it.each(['US', 'us', 'USA', 'United States', undefined])('keeps payments home for the region %s', (region) => {
    const phrases = office.triage.rules
      .filter((rule) => rule.outcome.dataClass === 'payment' && rule.outcome.route === 'vendor')
      .flatMap((rule) => rule.when?.all?.flatMap((part) => part.contains ?? []) ?? []);
    expect(phrases.length).toBeGreaterThan(10);
    for (const phrase of phrases) {
      const decision = decideTriage(caseOf(phrase, region === undefined ? {} : { region }), office);
      expect(decision).toMatchObject({ route: 'home' });
    }
  });
});

describe('the hours of the shipped policy', () => {
  const calendar = policyCalendars(office);
  const open = (name: string, at: string) => calendar(name).isOpen(Date.parse(at));

  it('has Manila on its night shift while California works', () => {
    // Wednesday 2026-11-25: 22:00 in Manila (UTC+8) is 14:00Z, 06:00 in Los Angeles.
    expect(open('manila-shifts', '2026-11-25T14:00:00Z')).toBe(true);
    // 12:30 in Manila is the lunch break; 18:00 is between the shifts.
    expect(open('manila-shifts', '2026-11-25T04:30:00Z')).toBe(false);
    expect(open('manila-shifts', '2026-11-25T10:00:00Z')).toBe(false);
    // Saturday 04:00 still belongs to Friday's night shift.
    expect(open('manila-shifts', '2026-11-27T20:00:00Z')).toBe(true);
    // Monday 2026-11-30 is Bonifacio Day: both its shifts are off, the night one into Tuesday too.
    expect(open('manila-shifts', '2026-11-30T01:00:00Z')).toBe(false);
    expect(open('manila-shifts', '2026-11-30T20:00:00Z')).toBe(false);
  });

  it('has Los Angeles off after Thanksgiving and at work on Columbus Day', () => {
    expect(open('los-angeles', '2026-11-27T19:00:00Z')).toBe(false);
    expect(open('los-angeles', '2026-10-12T19:00:00Z')).toBe(true);
    // Christmas Eve: until 13:00, which is 21:00Z.
    expect(open('los-angeles', '2026-12-24T20:59:00Z')).toBe(true);
    expect(open('los-angeles', '2026-12-24T21:00:00Z')).toBe(false);
  });

  it('promises customers the hours in which any office, or the weekend shift, works', () => {
    // Wednesday 2026-11-18, hour by hour: Singapore to 10:00Z, Dublin from 09:00Z to 17:30Z, Los Angeles from 17:00Z to 02:00Z.
    for (let hour = 0; hour < 24; hour++)
      expect(open('support', `2026-11-18T${String(hour).padStart(2, '0')}:30:00Z`), `${hour}:30Z`).toBe(true);
    // Friday evening in Los Angeles, 18:00, is Saturday 02:00Z; the weekend's shift begins at 17:00Z.
    expect(open('support', '2026-11-21T01:59:00Z')).toBe(true);
    expect(open('support', '2026-11-21T02:00:00Z')).toBe(false);
    expect(open('support', '2026-11-21T16:59:00Z')).toBe(false);
    expect(open('support', '2026-11-21T17:00:00Z')).toBe(true);
    // Thanksgiving is no day of Los Angeles: from 17:30Z nobody is there until Singapore's Friday, 01:00Z.
    expect(open('support', '2026-11-26T17:29:00Z')).toBe(true);
    expect(open('support', '2026-11-26T17:30:00Z')).toBe(false);
    expect(open('support', '2026-11-27T01:00:00Z')).toBe(true);
    // A Saturday on which even the weekend's shift is at home.
    expect(open('support', '2027-12-25T18:00:00Z')).toBe(false);
  });

  it('has a lead on duty at any hour of a working day', () => {
    for (let hour = 0; hour < 24; hour++) {
      // Tuesday 2026-11-17, a holiday in none of the three places.
      const at = Date.parse('2026-11-17T00:00:00Z') + hour * 3_600_000;
      expect(office.leads.filter((lead) => calendar(lead.calendar).isOpen(at)).length, `${hour}:00Z`).toBeGreaterThan(
        0,
      );
    }
  });
});

describe('the demo', () => {
  it('shows a warning and a breach, and can fail over, within two minutes', () => {
    const first = demo.clocks.find((clock) => clock.clock === 'first-response');
    expect(first?.targets).toEqual({ urgent: 20, high: 30, normal: 45, low: 90 });
    expect(demo.vendors.map((vendor) => [vendor.id, vendor.answerSeconds])).toEqual([
      ['manila', 10],
      ['bogota', 10],
    ]);
    expect(demo.alerting.rungs).toEqual([
      { to: 'on-duty', waitSeconds: 20 },
      { to: 'all', waitSeconds: 30 },
    ]);
  });

  it('takes its addresses from one port, which the local runner may replace', () => {
    const urls = [...demo.vendors.map((vendor) => vendor.url), demo.sources.zendesk?.apiUrl];
    expect(urls).toEqual([
      'http://127.0.0.1:4580/vendors/manila/offers',
      'http://127.0.0.1:4580/vendors/bogota/offers',
      'http://127.0.0.1:4580/crm',
    ]);
  });

  it('finds two vendors for a replayed incident without a text', () => {
    const decision = decideTriage({ ...caseOf(''), source: 'servicenow', fields: {} }, demo);
    expect(decision).toMatchObject({ ruleId: 'replayed-incident', route: 'vendor', dataClass: 'standard' });
    for (const vendor of demo.vendors) expect(vendor.categories).toContain(decision.category);
  });
});
