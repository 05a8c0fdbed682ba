import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Receipt, receipt } from '../../domain/receipt.ts';
import { receiptRows, receiptText } from '../../domain/receipt-text.ts';
import { receiptPage } from '../../functions/lead-console/receipt-page.ts';
import { opened, status } from '../support/events.ts';
import { occasions } from '../support/occasions.ts';
import { contextOf, OFFICE_HOURS, POLICY } from '../support/policy-fixture.ts';

/** A column as its reader takes it: h:mm:ss as seconds; nothing shown is nothing counted. */
function parsed(shown: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = shown.split(':').map(Number);
  return hours * 3600 + minutes * 60 + seconds;
}

type Cells = readonly (readonly [counted: string, sum: string])[];

/** The columns of the text's table: [counted, sum] of each row. */
function inText(text: string): Cells {
  const [, ...lines] = text.slice(text.indexOf('\nfrom ') + 1).split('\n');
  return lines
    .filter((line) => /^\S/.test(line))
    .map((line) => [line.slice(22, 31).trim(), line.slice(32, 41).trim()] as const);
}

function inPage(html: string): Cells {
  const cells = html.matchAll(/<td class="n">([^<]*)<\/td><td class="n">([^<]*)<\/td>/g);
  return [...cells].map(([, counted = '', sum = '']) => [counted, sum] as const);
}

const START = Date.parse('2026-11-16T08:00:00Z');
const iso = (ms: number) => new Date(ms).toISOString();
const inMs = (seconds: number) => Math.round(seconds * 1000);

/** A case that goes pending and open at random milliseconds of three days, looked at at another. */
const made = fc
  .array(fc.integer({ min: 0, max: 3 * 86_400_000 }), { minLength: 2, maxLength: 12 })
  .map((instants): Receipt => {
    const [start = 0, ...rest] = instants.sort((a, b) => a - b).map((ms) => START + ms);
    const now = rest.pop() ?? start;
    const flips = rest.map((at, i) => status(iso(at), i % 2 === 0 ? 'pending' : 'open'));
    return receipt([opened(iso(start)), ...flips], contextOf(), { clock: 'resolution' }, now) as Receipt;
  });

describe('what is shown adds up as shown, whatever the milliseconds', () => {
  it('in the table of the text, and the same on the page', () => {
    const due = occasions();
    fc.assert(
      fc.property(made, (shown) => {
        const cells = inText(receiptText(shown, 'UTC'));
        expect(cells).toHaveLength(receiptRows(shown, 'UTC').length);
        expect(inPage(receiptPage(shown, 'UTC', 'token'))).toEqual(cells);
        let total = 0;
        for (const [counted, sum] of cells) {
          total += parsed(counted);
          if (sum !== '') expect(parsed(sum)).toBe(total);
        }
        // Once there is a deadline, the column comes to the target, or as far beyond it as was worked.
        const { overSeconds, workedSeconds } = shown.sum;
        if (due.of(shown.dueAt !== null)) expect(total).toBe(overSeconds > 0 ? Math.floor(workedSeconds) : 57_600);
      }),
    );
    expect(due.share()).toBeGreaterThan(0.05);
  });

  it('in the sum above it', () => {
    const late = occasions();
    fc.assert(
      fc.property(made, (shown) => {
        const sum = /^Sum +(.*)$/m.exec(receiptText(shown, 'UTC'))?.[1] ?? '';
        const [one = '', other = '', third = ''] = sum.match(/\d+:\d\d:\d\d/g) ?? [];
        if (late.of(shown.sum.overSeconds > 0)) expect(parsed(one)).toBe(parsed(other) + parsed(third));
        else expect(parsed(one) + parsed(other)).toBe(parsed(third));
        expect(receiptPage(shown, 'UTC', 'token')).toContain(`<br>${sum}</p>`);
      }),
    );
    expect(late.share()).toBeGreaterThan(0.02);
  });

  it('in JSON, where seconds have at most three decimals, as the decimals that they are', () => {
    fc.assert(
      fc.property(made, (shown) => {
        expect(JSON.stringify([shown.segments, shown.ahead, shown.sum])).not.toMatch(/\d\.\d{4}|\de-/);
        let ms = 0;
        for (const segment of [...shown.segments, ...shown.ahead]) {
          ms += inMs(segment.seconds);
          expect(segment.sum).toBe(ms / 1000);
        }
        const { targetSeconds, workedSeconds, remainingSeconds, overSeconds } = shown.sum;
        expect(inMs(workedSeconds) + inMs(remainingSeconds)).toBe(inMs(targetSeconds) + inMs(overSeconds));
      }),
    );
  });
});

describe('the credit for the data of public holidays', () => {
  const office = { zone: 'UTC', weekly: OFFICE_HOURS, holidays: ['2026-11-17'] };
  const context = contextOf({ ...POLICY, calendars: { ...POLICY.calendars, office } });
  const from = (start: string) =>
    receiptPage(
      receipt([opened(start)], context, { clock: 'resolution' }, Date.parse(start)) as Receipt,
      'UTC',
      'token',
    );

  it('stands where a holiday is shown, and only there', () => {
    // 16 hours from Monday at noon go on until Thursday, with a holiday on Tuesday.
    expect(from('2026-11-16T12:00:00Z')).toContain('https://github.com/commenthol/date-holidays');
    expect(from('2026-11-18T09:00:00Z')).not.toContain('date-holidays');
  });
});
