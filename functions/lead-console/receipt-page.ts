import { html } from 'hono/html';
import { CLOCK_NAMES } from '../../domain/clock-words.ts';
import type { Receipt } from '../../domain/receipt.ts';
import type { Segment, SegmentKind } from '../../domain/receipt-segments.ts';
import { type Row, receiptFacts, receiptRows } from '../../domain/receipt-text.ts';
import { zoneName } from '../../domain/wall-clock.ts';
import { page } from './page.ts';

/** The colour of what is drawn. Light and dark have their own. */
const COLOURS = [
  ['counted', 'counted'],
  ['paused', 'paused'],
  ['closed', 'closed'],
  ['holiday', 'off'],
  ['special-day', 'off'],
  ['summary', 'several'],
  ['mark-now', 'text'],
  ['mark-deadline', 'due'],
];

const STYLE = `:root { --counted: #2563eb; --paused: #d97706; --closed: #cdd3dc; --off: #868e9c; --several: #93b4f0; --due: #b91c1c; }
@media (prefers-color-scheme: dark) { :root { --counted: #6ea0ff; --paused: #f0a43a; --closed: #4a5160; --off: #98a1b0;
  --several: #3f5f9e; --due: #ff7b72; } }
main { max-width: 52rem; }
table { border-collapse: collapse; width: 100%; margin-top: 1rem; font-variant-numeric: tabular-nums; font-size: .9rem; }
th { text-align: left; font-weight: 600; color: var(--muted); }
th, td { padding: .4rem .5rem .4rem 0; border-top: 1px solid var(--line); vertical-align: top; }
.n { text-align: right; white-space: nowrap; }
.when { white-space: nowrap; }
.ahead:not(.deadline) td { color: var(--muted); }
.deadline td { font-weight: 700; border-top: 2px solid var(--due); }
.now td { border-top: 2px solid var(--text); }
.bar { display: block; width: 100%; height: 2.25rem; margin: 1rem 0 .25rem; shape-rendering: crispEdges; }
${COLOURS.map(([kind, colour]) => `.${kind} { --ink: var(--${colour}); }`).join('\n')}
.bar rect { fill: var(--ink); }
.to-come { opacity: .45; }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.1rem; list-style: none; padding: 0; margin: .5rem 0 0; font-size: .9rem; }
.legend i { display: inline-block; width: .9em; height: .9em; margin-right: .4em; vertical-align: -.1em; background: var(--ink); }
.legend .mark-now, .legend .mark-deadline { width: 3px; height: 1.1em; }
.scroll { overflow-x: auto; }
@media (max-width: 34rem) {
  /* The reason below its figures: beside them there is room for a word or two. */
  table, thead, tbody { display: block; }
  tr { display: grid; grid-template-columns: minmax(0, 1fr) 4.4rem 4.8rem; padding: .4rem 0; border-top: 1px solid var(--line); }
  tr.now { border-top: 2px solid var(--text); }
  tr.deadline { border-top: 2px solid var(--due); }
  th, td, .now td, .deadline td { border: 0; padding: 0; }
  th:last-child, td:last-child { grid-column: 1 / -1; }
}
`;

/** What the licence of the data asks for where it is shown (NOTICE). */
const HOLIDAY_CREDIT = html`<p class="note">Public holidays: <a href="https://github.com/commenthol/date-holidays">date-holidays</a>, <a href="https://creativecommons.org/licenses/by-sa/3.0/">CC BY-SA 3.0</a>.</p>`;

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
${legend(receipt)}
<p class="note">Times in ${zoneName(Date.parse(receipt.asOf), zone)}.</p>
<div class="scroll"><table>
<thead><tr><th scope="col">From</th><th scope="col" class="n">Counted</th><th scope="col" class="n">Sum</th><th scope="col">Why</th></tr></thead>
<tbody>
${receiptRows(receipt, zone).map(row)}</tbody>
</table></div>
<dl>
${facts.map(({ label, value }) => html`<div><dt>${label}</dt><dd>${value}</dd></div>\n`)}</dl>
<p class="note">The same <a href="receipt?token=${token}&amp;format=text">as text</a>, and <a href="receipt?token=${token}&amp;format=json">as JSON</a>, with which <code>caserelay clock</code> works it out anew without a network.</p>
${[...receipt.segments, ...receipt.ahead].some(({ kind }) => kind === 'holiday') ? HOLIDAY_CREDIT : ''}`,
    STYLE,
  );
}

function row({ when, counted, sum, why, kind, ahead }: Row) {
  return html`<tr class="${kind}${ahead ? ' ahead' : ''}"><td class="when">${when}</td><td class="n">${counted}</td><td class="n">${sum}</td><td>${why}</td></tr>
`;
}

/** What is drawn in one colour, and what it is called. */
const LEGEND: readonly { readonly kinds: readonly SegmentKind[]; readonly words: string }[] = [
  { kinds: ['counted'], words: 'counted' },
  { kinds: ['paused'], words: 'paused' },
  { kinds: ['closed'], words: 'closed' },
  { kinds: ['holiday', 'special-day'], words: 'holiday, or closed by special hours' },
  { kinds: ['summary'], words: 'several stretches in one' },
];

/** What each colour of the bar means, beside the colour itself: words for a colour would be wrong in one of light and dark. */
function legend({ segments, ahead, dueAt, endedAt, asOf }: Receipt) {
  const shown = new Set([...segments, ...ahead].map(({ kind }) => kind));
  const entry = (kind: string | undefined, words: string) => html`<li><i class="${kind}"></i>${words}</li>`;
  const stretches = LEGEND.filter(({ kinds }) => kinds.some((kind) => shown.has(kind)));
  return html`<ul class="legend">${stretches.map(({ kinds, words }) => entry(kinds[0], words))}${
    ahead.length === 0 ? '' : entry('counted to-come', 'fainter: still to come')
  }${entry('mark-now', endedAt !== null && endedAt <= asOf ? 'the end' : 'now')}${
    dueAt === null ? '' : entry('mark-deadline', 'the deadline')
  }</ul>`;
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
