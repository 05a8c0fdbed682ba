import type { HolidaysUnknown } from './calendar.ts';
import type { ClockStatus } from './clock.ts';
import type { ClockName } from './event.ts';

/** Names of the promises, as people read them. */
export const CLOCK_NAMES: Readonly<Record<ClockName, string>> = {
  'first-response': 'First response',
  'next-response': 'Next response',
  'periodic-update': 'Update',
  resolution: 'Resolution',
  'requester-wait': "Customer's wait",
  'agent-work': 'Agent work',
  'queue-ownership': 'Time in the queue',
  'handoff-ack': "Vendor's answer",
  'handoff-resolution': "Vendor's work",
};

/** How it stands with a promise: the codes of `measure` in words. */
export const CLOCK_STATUS_WORDS: Readonly<Record<ClockStatus, string>> = {
  running: 'runs',
  paused: 'paused',
  imminent: 'due soon',
  breached: 'BREACHED',
  met: 'kept',
  'met-late': 'kept late',
  cancelled: 'ended without an answer owed',
};

/** "holidays after 2038-12-31 are not known, so it may be later": what is said beside a deadline that counts as if there were none. */
export function holidaysUnknownInWords({ before, after }: HolidaysUnknown): string {
  const sides = [
    ...(before === undefined ? [] : [`before ${before}`]),
    ...(after === undefined ? [] : [`after ${after}`]),
  ];
  return `holidays ${sides.join(' and ')} are not known, so it may be later`;
}

const UNITS = [
  [3600, 'hour'],
  [60, 'minute'],
  [1, 'second'],
] as const;

/**
 * Whole seconds of open time in words: "30 business minutes", "1 business hour 30 minutes"; on
 * the calendar "always" just "30 minutes". Never days: a business day means something else to everyone.
 */
export function targetInWords(seconds: number, calendar: string): string {
  const business = calendar === 'always' ? '' : 'business ';
  let left = seconds;
  const parts: string[] = [];
  for (const [size, unit] of UNITS) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) parts.push(`${count} ${parts.length === 0 ? business : ''}${unit}${count === 1 ? '' : 's'}`);
  }
  return parts.join(' ');
}

/** The same, and what of it is easily misread: what a business day is here, and that plain time has no closing hours. */
export function targetExplained(seconds: number, calendar: string, businessDaySeconds: number | undefined): string {
  const words = targetInWords(seconds, calendar);
  if (calendar === 'always') return `${words} of plain time, day and night`;
  if (businessDaySeconds === undefined || seconds % businessDaySeconds !== 0)
    return `${words}: time in which calendar ${calendar} is open`;
  const days = seconds / businessDaySeconds;
  const day = targetInWords(businessDaySeconds, calendar);
  return `${words}: time in which calendar ${calendar} is open (${days} business day${days === 1 ? '' : 's'} of ${day})`;
}
