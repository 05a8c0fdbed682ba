import { html } from 'hono/html';
import { OUR_MARK } from '../../../domain/automatic.ts';
import { type AlertView, type AlertWords, alertWords, type Fact } from '../../shared/alert-words.ts';
import type { Mail } from './mailer.ts';

/** What the colours of each kind of alert are, light enough for dark text and dark enough for white. */
const ACCENT = {
  warning: '#b45309',
  breach: '#b91c1c',
  'breached-on-retarget': '#b91c1c',
  'came-home': '#1d4ed8',
  'nobody-left': '#b45309',
  danger: '#b91c1c',
} as const;

/** An alert as a mail to one lead. `link`: where it is acknowledged. Pure; everything from a case is escaped. */
export function renderAlert(view: AlertView, link: string): Mail {
  const words = alertWords(view);
  return {
    to: view.lead.email,
    subject: words.subject,
    text: plainText(words, view, link),
    html: String(htmlBody(words, view, link)),
  };
}

function plainText(
  { headline, before, deadline, facts, prompt, button }: AlertWords,
  { lead, context }: AlertView,
  link: string,
): string {
  const lines = [
    OUR_MARK,
    headline,
    ...(before === undefined ? [] : [before]),
    ...(deadline === undefined ? [] : [`Deadline: ${deadline}`]),
    '',
    ...facts.flatMap(({ label, value, href }) => [`${label}: ${value}`, ...(href === undefined ? [] : [`  ${href}`])]),
    '',
    prompt,
    button === 'Acknowledge' ? 'Acknowledge (opens a page with a button):' : `${button}:`,
    link,
    '',
    `Sent to ${lead.name} by CaseRelay for ${context.policy.organisation}. The link is yours alone.`,
  ];
  return `${lines.join('\n')}\n`;
}

const FONT = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";

function htmlBody(words: AlertWords, { alert, lead, context }: AlertView, link: string) {
  const accent = ACCENT[alert.kind];
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${words.subject}</title>
<style>
:root { color-scheme: light dark; }
@media (prefers-color-scheme: dark) {
  .outside { background: #0f1115 !important; }
  .card { background: #1b1e25 !important; }
  .strong { color: #f3f4f6 !important; }
  .muted { color: #a9b0bd !important; }
  .line { border-color: #343943 !important; }
  .link { color: #9ec1ff !important; }
}
</style>
</head>
<body class="outside" style="margin:0;padding:0;background:#f1f3f6">
<table role="presentation" class="outside" width="100%" cellpadding="0" cellspacing="0" style="background:#f1f3f6;${FONT}">
<tr><td align="center" style="padding:20px 12px">
<table role="presentation" class="card" width="100%" cellpadding="0" cellspacing="0" style="max-width:560px;background:#ffffff;border-top:6px solid ${accent};border-radius:6px">
<tr><td style="padding:22px 24px 4px">
<p class="muted" style="margin:0 0 6px;font-size:13px;line-height:1.4;color:#5a6270">${OUR_MARK}</p>
<h1 class="strong" style="margin:0;font-size:22px;line-height:1.3;color:#14171c">${words.headline}</h1>
${words.before === undefined ? '' : html`<p class="strong" style="margin:8px 0 0;font-size:15px;line-height:1.45;color:#14171c">${words.before}</p>`}
${words.deadline === undefined ? '' : html`<p class="strong" style="margin:8px 0 0;font-size:16px;line-height:1.45;color:#14171c">Deadline: <strong>${words.deadline}</strong></p>`}
</td></tr>
<tr><td style="padding:16px 24px 18px">
<a href="${link}" style="display:inline-block;padding:13px 26px;background:${accent};border-radius:5px;color:#ffffff;font-size:16px;font-weight:600;text-decoration:none">${words.button}</a>
<p class="muted" style="margin:8px 0 0;font-size:13px;line-height:1.4;color:#5a6270">${words.button === 'Acknowledge' ? 'Opens a page with a button. ' : ''}${words.prompt}</p>
</td></tr>
${words.facts.map(factRow)}
<tr><td class="line" style="padding:14px 24px 20px;border-top:1px solid #e3e6eb">
<p class="muted" style="margin:0;font-size:13px;line-height:1.5;color:#5a6270">Sent to ${lead.name} by CaseRelay for ${context.policy.organisation}. The link is yours alone.</p>
</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
`;
}

function factRow({ label, value, href }: Fact) {
  return html`<tr><td class="line" style="padding:9px 24px;border-top:1px solid #e3e6eb">
<div class="muted" style="font-size:13px;line-height:1.4;color:#5a6270">${label}</div>
<div class="strong" style="font-size:15px;line-height:1.45;color:#14171c;overflow-wrap:anywhere">${
    href === undefined ? value : html`<a class="link" href="${href}" style="color:#1d4ed8">${value}</a>`
  }</div>
</td></tr>
`;
}
