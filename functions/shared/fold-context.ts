import type { FoldContext } from '../../domain/case.ts';
import { policyCalendars } from '../../domain/policy.ts';
import { policy } from './policy.ts';

/**
 * What a fold needs. Apart from the policy itself, so that the bundle of a function which folds nothing (receive-webhook)
 * carries no calendars.
 */
export const foldContext: FoldContext = { policy, calendar: policyCalendars(policy), tzdata: process.versions.tz };
