import { createHash } from 'node:crypto';

/** What a toy vendor does with an offer. Reasons are those of the vendor API. */
export type VendorAct =
  | { readonly does: 'stay-silent' }
  | { readonly does: 'reject'; readonly reason: string; readonly note: string }
  | { readonly does: 'accept-and-return'; readonly reason: string; readonly note: string }
  | { readonly does: 'accept-and-resolve' };

export interface VendorRule {
  /** The offer's subject or text holds this, whatever the case of the letters. */
  readonly word: string;
  readonly act: VendorAct;
}

/** How the two vendors of the demo behave; shown on their pages. What no rule matches is accepted and resolved. */
export const VENDOR_RULES: Readonly<Record<string, readonly VendorRule[]>> = {
  manila: [
    { word: '4K', act: { does: 'reject', reason: 'capacity', note: 'Our 4K desk is full until tomorrow.' } },
    { word: 'streaming stick', act: { does: 'stay-silent' } },
    { word: 'smart fridge', act: { does: 'reject', reason: 'skill', note: 'We have no fridge to try it on.' } },
    {
      word: 'creator payout',
      act: { does: 'accept-and-return', reason: 'policy', note: 'We may not look into payout accounts.' },
    },
  ],
  bogota: [
    { word: 'smart fridge', act: { does: 'reject', reason: 'skill', note: 'No script for this device.' } },
    {
      word: 'creator payout',
      act: { does: 'reject', reason: 'policy', note: 'Payouts are looked into by your finance team.' },
    },
  ],
};

/** Of a hundred cases without a text to go by, how many end how; the rest is accepted and resolved. */
export const SHARES = { reject: 12, staySilent: 5, return: 8 } as const;

export interface OfferedCase {
  readonly handoffId: string;
  readonly subject?: string | undefined;
  readonly text?: string | undefined;
}

/** What a vendor does with an offer: always the same for the same handoff. */
export function actOn(vendor: string, { handoffId, subject, text }: OfferedCase): VendorAct {
  if (subject === undefined && text === undefined) return actByShare(handoffId);
  const said = `${subject ?? ''}\n${text ?? ''}`.toLowerCase();
  const rule = (VENDOR_RULES[vendor] ?? []).find(({ word }) => said.includes(word.toLowerCase()));
  return rule?.act ?? { does: 'accept-and-resolve' };
}

function actByShare(handoffId: string): VendorAct {
  const percent = createHash('sha256').update(handoffId).digest().readUInt32BE(0) % 100;
  if (percent < SHARES.reject) return { does: 'reject', reason: 'capacity', note: 'All our agents are busy.' };
  if (percent < SHARES.reject + SHARES.staySilent) return { does: 'stay-silent' };
  if (percent < SHARES.reject + SHARES.staySilent + SHARES.return)
    return { does: 'accept-and-return', reason: 'skill', note: 'This needs somebody on site.' };
  return { does: 'accept-and-resolve' };
}
