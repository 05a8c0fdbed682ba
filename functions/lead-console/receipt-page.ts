import { html } from 'hono/html';
import { CLOCK_NAMES } from '../../domain/clock-words.ts';
import type { Receipt } from '../../domain/receipt.ts';
import type { Segment } from '../../domain/receipt-segments.ts';
import { type Row, receiptFacts, receiptRows } from '../../domain/receipt-text.ts';
import { zoneName } from '../../domain/wall-clock.ts';
import { page } from './page.ts';

const STYLE = `main { max-width: 52rem; }
table { border-collapse: collapse; width: 100%; margin-top: 1rem; font-variant-numeric: tabular-nums; font-size: .9rem; }
th { text-align: left; font-weight: 600; color: var(--muted); }
th, td { padding: .4rem .5rem .4rem 0; border-top: 1px solid var(--line); vertical-align: top; }
.n { text-align: right; white-space: nowrap; }
.when { white-space: nowrap; }
.ahead:not(.deadline) td { color: var(--muted); }
@media (max-width: 34rem) { .when { white-space: normal; } }
.deadline td { font-weight: 700; border-top: 2px solid #b91c1c; }
.now td { border-top: 2px solid var(--accent); }
.bar { display: block; width: 100%; height: 2.25rem; margin: 1rem 0 .25rem; }
.bar rect { fill: var(--line); }
.bar .counted { fill: #2563eb; }
.bar .paused { fill: #d97706; }
.bar .holiday, .bar .special-day { fill: #9ca3af; }
.bar .summary { fill: #93b4f0; }
.bar .to-come { opacity: .45; }
.bar .mark-now { fill: var(--text); }
.bar .mark-deadline { fill: #b91c1c; }
.scroll { overflow-x: auto; }
`;

/** The page behind "Why this deadline": the sum as a bar and a table, on the wall clock of `zone`. `token`: of the link, for the other forms of it. */
export function receiptPage(receipt: Receipt, zone: string, token: string): string {
  const title = `Why this deadline: ${CLOCK_NAMES[receipt.clock]}`;
  const facts = receiptFacts(receipt, zone);
  const factOf = (name: string) => facts.find(({ label }) => label === name)?.value;
  return page(
    title,
    html`<h1>${title}</h1>
<p>Deadline: <strong>${factOf('Deadline')}</strong><br>${factOf('Sum')}</p>
${bar(receipt)}
<p class="note">Blue counts, amber is paused, grey is closed, pale is still to come. The dark line is now, the red one the deadline. Times in ${zoneName(Date.parse(receipt.asOf), zone)}.</p>
<div class="scroll"><table>
<thead><tr><th scope="col">From</th><th scope="col" class="n">Counted</th><th scope="col" class="n">Sum</th><th scope="col">Why</th></tr></thead>
<tbody>
${receiptRows(receipt, zone).map(row)}</tbody>
</table></div>
<dl>
${facts.map(({ label, value }) => html`<div><dt>${label}</dt><dd>${value}</dd></div>\n`)}</dl>
<p class="note">The same <a href="receipt?token=${token}&amp;format=text">as text</a>, and <a href="receipt?token=${token}&amp;format=json">as JSON</a>, with which <code>caserelay clock</code> works it out anew without a network.</p>`,
    STYLE,
  );
}

function row({ when, counted, sum, why, kind, ahead }: Row) {
  return html`<tr class="${kind}${ahead ? ' ahead' : ''}"><td class="when">${when}</td><td class="n">${counted}</td><td class="n">${sum}</td><td>${why}</td></tr>
`;
}

/** Width of the bar in its own units; it is drawn as wide as the page. */
const WIDTH = 1000;

/** The segments in the proportions of plain time, with now and the deadline marked. */
function bar({ segments, ahead, startedAt, asOf, endedAt, dueAt }: Receipt) {
  const from = Date.parse(startedAt);
  const end = endedAt !== null && endedAt < asOf ? endedAt : asOf;
  const to = Math.max(Date.parse(end), dueAt === null ? from : Date.parse(dueAt), from + 1000);
  const place = (at: string) => Math.round(((Date.parse(at) - from) / (to - from)) * WIDTH * 100) / 100;
  const rect = (segment: Segment, more: string) => {
    const x = place(segment.from);
    const width = Math.max(0, place(segment.to) - x);
    return html`<rect class="${segment.kind}${more}" x="${x}" y="4" width="${width}" height="28"><title>${segment.reason}</title></rect>`;
  };
  const mark = (at: string, kind: string) =>
    html`<rect class="mark-${kind}" x="${Math.min(WIDTH - 3, Math.max(0, place(at) - 1.5))}" y="0" width="3" height="36"/>`;
  return html`<svg class="bar" viewBox="0 0 ${WIDTH} 36" preserveAspectRatio="none" role="img" aria-label="The time from the start to the deadline; the table below says the same in words.">
${segments.map((segment) => rect(segment, ''))}${ahead.map((segment) => rect(segment, ' to-come'))}${mark(end, 'now')}${dueAt === null ? '' : mark(dueAt, 'deadline')}
</svg>`;
}
