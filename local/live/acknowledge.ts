import { setTimeout as sleep } from 'node:timers/promises';
import { acknowledgeLinkOf, type Mail } from './mails.ts';

/**
 * Acknowledges as a person does: opens the link, and presses the button of the page's form. True if
 * the page then says so; false if there is nothing (left) to press.
 */
export async function acknowledge(url: string, request: typeof fetch = fetch): Promise<boolean> {
  const shown = await request(url);
  const html = await shown.text();
  const form = shown.ok ? formOf(html) : undefined;
  if (form === undefined) return false;
  const pressed = await request(new URL(form.action, url), {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form.fields).toString(),
  });
  await pressed.text();
  return pressed.ok;
}

interface Form {
  readonly action: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** The first form of a page that is posted. */
export function formOf(html: string): Form | undefined {
  const form = /<form\b([^>]*)>([\s\S]*?)<\/form>/i.exec(html);
  if (form === null || attribute(form[1] ?? '', 'method')?.toLowerCase() !== 'post') return undefined;
  const fields: Record<string, string> = {};
  for (const [, attributes = ''] of (form[2] ?? '').matchAll(/<input\b([^>]*)>/gi)) {
    const name = attribute(attributes, 'name');
    if (name !== undefined) fields[name] = attribute(attributes, 'value') ?? '';
  }
  return { action: attribute(form[1] ?? '', 'action') ?? '', fields };
}

function attribute(attributes: string, name: string): string | undefined {
  const found = new RegExp(`(?:^|\\s)${name}\\s*=\\s*"([^"]*)"`, 'i').exec(attributes)?.[1];
  return found
    ?.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');
}

export interface DemoLeadOptions {
  readonly readMails: () => Promise<readonly Mail[]>;
  /** Mails from before this instant (ms) are somebody else's. */
  readonly since: number;
  readonly fetch?: typeof fetch;
  readonly pollMs?: number;
  /** How long the lead takes from mail to button, ms. */
  readonly thinkMs?: number;
}

export interface DemoLead {
  readonly acknowledged: () => number;
  stop(): Promise<void>;
}

/**
 * The demo's lead: acknowledges every other alert on its first mail. The others are left until a
 * further mail about them has gone out, so that the next rung can be seen.
 */
export function startDemoLead({
  readMails,
  since,
  fetch: request = fetch,
  pollMs = 1500,
  thinkMs = 3000,
}: DemoLeadOptions): DemoLead {
  const ending = new AbortController();
  const choose = alertChooser();
  let acknowledged = 0;
  const pressed = new Set<Promise<void>>();
  const press = async (url: string) => {
    await sleep(thinkMs, undefined, { signal: ending.signal });
    if (await acknowledge(url, request)) acknowledged += 1;
  };
  const work = (async () => {
    while (!ending.signal.aborted) {
      const mails = await readMails().catch(() => []);
      for (const url of choose(mails.filter(({ at }) => at >= since))) {
        const done = press(url)
          .catch(() => undefined)
          .finally(() => pressed.delete(done));
        pressed.add(done);
      }
      await sleep(pollMs, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  })();
  return {
    acknowledged: () => acknowledged,
    async stop() {
      ending.abort();
      await work;
      await Promise.all(pressed);
    },
  };
}

/** Picks the links to open from the mails so far (newest first); remembers what it has picked. */
export function alertChooser(): (mails: readonly Mail[]) => string[] {
  const seen = new Set<string>();
  const alerts = new Map<string, 'answered' | 'left'>();
  return (mails) => {
    const picked: string[] = [];
    for (const mail of mails.toReversed()) {
      if (seen.has(mail.id)) continue;
      seen.add(mail.id);
      const link = acknowledgeLinkOf(mail);
      if (link === undefined) continue;
      const state = alerts.get(link.alertId);
      if (state === 'answered') continue;
      const isLeft = state === undefined && alerts.size % 2 === 1;
      alerts.set(link.alertId, isLeft ? 'left' : 'answered');
      if (!isLeft) picked.push(link.url);
    }
    return picked;
  };
}
