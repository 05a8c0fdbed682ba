import { html } from 'hono/html';
import { isLead, type Told } from '../../domain/acknowledgement.ts';
import type { MootBecause } from '../../domain/alert.ts';
import { STATUS_WORDS } from '../../domain/code-words.ts';
import type { LeadPolicy } from '../../domain/policy.ts';
import { inZone } from '../../domain/wall-clock.ts';
import { type AlertView, alertWords, type Fact } from '../shared/alert-words.ts';
import { personWith } from '../shared/holder-words.ts';
import { page } from './page.ts';

export interface AcknowledgeView extends AlertView {
  /** The link's token, for the form; absent once there is nothing left to press. */
  readonly token: string | undefined;
  readonly acknowledged: { readonly by: string; readonly at: string } | undefined;
  /** Did this very request acknowledge it? */
  readonly justNow: boolean;
  /** Why nothing is left to do about it, if so it is. */
  readonly moot: MootBecause | undefined;
  /** Who was told, in order. */
  readonly told: readonly Told[];
}

/** The page behind an alert's link, as its lead sees it. */
export function acknowledgePage(view: AcknowledgeView): string {
  const words = alertWords(view);
  const { lead, context, moot } = view;
  const leads = context.policy.leads;
  const others = view.told
    .filter(({ to }) => to !== lead.id)
    .map(({ to, at }) => `${nameOf(leads, to)} (${inZone(Date.parse(at), lead.zone)})`);
  const facts = [
    ...words.facts,
    { label: 'Also told', value: others.length === 0 ? 'nobody so far' : others.join('; ') },
  ];
  return page(
    words.headline,
    html`<h1>${words.headline}</h1>
${words.deadline === undefined ? '' : html`<p>Deadline: <strong>${words.deadline}</strong></p>`}
${moot === undefined ? '' : html`<p class="done">${notPressing(view, moot)}</p>`}
${answer(view, words.otherwise)}
<dl>
${facts.map(fact)}</dl>`,
  );
}

const MOOT_WORDS: Readonly<Record<Exclude<MootBecause, 'over' | 'held'>, string>> = {
  kept: 'what was promised has been done',
  ended: 'the promise does not run any more',
  paused: 'the promise is paused',
  moved: 'its deadline has moved',
  overtaken: 'a later alert of the same deadline has taken its place',
};

/** Why nothing is left to do, in a sentence. */
function notPressing({ state, context }: AcknowledgeView, moot: MootBecause): string {
  if (moot === 'over')
    return `Not pressing any more: the case is ${STATUS_WORDS[state.status]}. Nobody else is told of it.`;
  const why = moot === 'held' ? `${personWith(context.policy, state)} holds the case` : MOOT_WORDS[moot];
  return `Not pressing any more: ${why}. Nobody else is told of this alert.`;
}

function fact({ label, value, href }: Fact) {
  const shown = href === undefined ? value : html`<a href="${href}">${value}</a>`;
  return html`<div><dt>${label}</dt><dd>${shown}</dd></div>
`;
}

function answer(view: AcknowledgeView, otherwise: string) {
  const { alert, acknowledged, justNow, lead, context, token, now, moot } = view;
  const goesOn = alert.kind === 'warning';
  if (acknowledged !== undefined) {
    const who = acknowledged.by === lead.id ? 'you' : nameOf(context.policy.leads, acknowledged.by);
    const at = inZone(Date.parse(acknowledged.at), lead.zone);
    return html`<p class="done" role="status">${justNow ? 'Acknowledged' : 'Already acknowledged'} by <strong>${who}</strong>, ${at}. ${goesOn ? whatFollows(view, acknowledged.by) : 'Nobody else will be told.'}</p>`;
  }
  // The form's address has no query, so the token is not repeated in it.
  return html`<form method="post" action="acknowledge">
<input type="hidden" name="token" value="${token}">
<button type="submit">Acknowledge</button>
<p class="note">You are ${lead.name}. ${moot === undefined ? whatForIt(goesOn, otherwise) : 'Acknowledging now only says that you have seen it.'} (Page made at ${inZone(now, lead.zone)}.)</p>
</form>`;
}

/** What acknowledging does while there is something left to do. */
function whatForIt(goesOn: boolean, otherwise: string): string {
  return `Acknowledging says that you have it, and stops the escalation.${goesOn ? ` ${toldAlone('you')}` : ''} If nobody does, ${otherwise}.`;
}

/** What an acknowledged warning means for what comes after it (docs/adr/0019). */
function toldAlone(whom: string): string {
  return `A later warning of this promise, or its breach, is told once, to ${whom} alone.`;
}

function whatFollows({ lead, context }: AcknowledgeView, by: string): string {
  const { leads } = context.policy;
  if (!isLead(by, context.policy))
    return 'Nobody else will be told of this; but whoever acknowledged is no lead any more, so a breach is told anew.';
  return `Nobody else will be told. ${toldAlone(by === lead.id ? 'you' : nameOf(leads, by))}`;
}

function nameOf(leads: readonly LeadPolicy[], id: string): string {
  return leads.find((lead) => lead.id === id)?.name ?? id;
}
