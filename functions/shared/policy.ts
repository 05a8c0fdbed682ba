import { readFileSync } from 'node:fs';
import type { FoldContext } from '../../domain/case.ts';
import { type Policy, policyCalendars } from '../../domain/policy.ts';

/**
 * The compiled policy that ships in the function's bundle, beside its code. It was checked at
 * synth and is part of the same asset, so it is not checked again on each cold start.
 */
export const policy: Policy = JSON.parse(readFileSync(new URL('./policy.json', import.meta.url), 'utf8'));

// Marked pure so that a bundle which folds nothing (receive-webhook) carries neither calendars nor Temporal.
export const foldContext: FoldContext = {
  policy,
  calendar: /* @__PURE__ */ policyCalendars(policy),
  tzdata: process.versions.tz,
};
