import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Holiday, publicHolidays as holidaysOf, parseRegion } from '../../policy/compiler/holidays.ts';
import { FormatError } from '../../policy/compiler/problems.ts';

/** Region and year → its public holidays as dated elsewhere (test/vectors/README.md). */
const DATED: Readonly<Record<string, readonly string[]>> = JSON.parse(
  readFileSync(new URL('../vectors/holidays.json', import.meta.url), 'utf8'),
);

const publicHolidays = (region: string, years: readonly number[]) => holidaysOf(region, years).map(({ date }) => date);

describe('public holidays', () => {
  it('knows a country and its parts', () => {
    expect(publicHolidays('IE', [2026])).toEqual([
      '2026-01-01',
      '2026-02-02',
      '2026-03-17',
      '2026-04-06',
      '2026-05-04',
      '2026-06-01',
      '2026-08-03',
      '2026-10-26',
      '2026-12-25',
      '2026-12-26',
    ]);
    // Corpus Christi (60 days after Easter, 2026-04-05) is one in Bavaria and not in all of Germany.
    expect(publicHolidays('DE-BY', [2026])).toContain('2026-06-04');
    expect(publicHolidays('DE', [2026])).not.toContain('2026-06-04');
    // 4 July 2026 is a Saturday: federal offices close on the Friday before.
    expect(publicHolidays('US', [2026])).toEqual(expect.arrayContaining(['2026-07-03', '2026-07-04']));
    // Boxing Day 2026 is a Saturday: England has the Monday after.
    expect(publicHolidays('GB-ENG', [2026])).toContain('2026-12-28');
  });

  it('closes each day of a holiday of several days, and no day for one of a part of a day', () => {
    expect(publicHolidays('RO', [2026])).toEqual(expect.arrayContaining(['2026-01-01', '2026-01-02']));
    // New Year's Eve in Iceland begins at 13:00.
    expect(publicHolidays('IS', [2026])).not.toContain('2026-12-31');
  });

  it('takes several years in order, each date once', () => {
    const days = publicHolidays('CO', [2026, 2027]);
    expect(days).toEqual([...new Set(days)].sort());
    expect(days.filter((day) => day.endsWith('-07-20'))).toEqual(['2026-07-20', '2027-07-20']);
  });

  it('knows what they are called, in the country’s own English', () => {
    const nameOf = (region: string, date: string) =>
      holidaysOf(region, [Number(date.slice(0, 4))]).find((holiday: Holiday) => holiday.date === date)?.name;
    expect(nameOf('US', '2026-11-26')).toBe('Thanksgiving Day');
    expect(nameOf('US', '2026-09-07')).toBe('Labor Day');
    expect(nameOf('SG', '2026-05-01')).toBe('Labour Day');
    expect(nameOf('CO', '2026-01-12')).toBe('Epiphany');
    expect(nameOf('JP', '2026-11-03')).toBe('Culture Day');
    // Two on one day.
    expect(nameOf('EG', '2026-01-25')).toBe('National Police Day / Revolution Day 2011');
  });

  it.each(['', 'us', 'USA', 'XX', 'US-ZZ', 'IE-D', 'US-CA-LA', '__', 'GB_ENG'])('refuses the region "%s"', (region) => {
    expect(() => parseRegion(region)).toThrow(FormatError);
  });
});

/** Dates that the data does not list: the further days of a holiday of several days, of which it gives the first. */
const FURTHER_DAYS: Readonly<Record<string, readonly string[]>> = {
  'RO-2024': ['2024-01-02'],
  'RO-2025': ['2025-01-02'],
  'RO-2026': ['2026-01-02'],
  'RO-2027': ['2027-01-02'],
  // Eid al-Fitr lasts three days, Eid al-Adha four.
  'EG-2024': ['2024-04-11', '2024-04-12', '2024-06-17', '2024-06-18', '2024-06-19'],
  'EG-2025': ['2025-03-31', '2025-04-01', '2025-06-07', '2025-06-08', '2025-06-09'],
  'EG-2026': ['2026-03-21', '2026-03-22', '2026-05-28', '2026-05-29', '2026-05-30'],
  'EG-2027': ['2027-03-10', '2027-03-11', '2027-05-17', '2027-05-18', '2027-05-19'],
};

/**
 * Where we disagree with the data, and why. Ireland: the data takes Easter Sunday for a public
 * holiday; the Organisation of Working Time Act 1997 does not name it. Always a Sunday.
 */
const DISAGREEMENTS: Readonly<Record<string, readonly string[]>> = {
  'IE-2024': ['2024-03-31'],
  'IE-2025': ['2025-04-20'],
  'IE-2026': ['2026-04-05'],
  'IE-2027': ['2027-03-28'],
};

describe('compared with dated holidays', () => {
  it.each(Object.entries(DATED))('%s', (name, theirs) => {
    const [, region = '', year = ''] = /^(.+)-(\d{4})$/.exec(name) ?? [];
    const ours = publicHolidays(region, [Number(year)]);
    expect({
      onlyTheirs: theirs.filter((day) => !ours.includes(day)),
      onlyOurs: ours.filter((day) => !theirs.includes(day)),
    }).toEqual({ onlyTheirs: DISAGREEMENTS[name] ?? [], onlyOurs: FURTHER_DAYS[name] ?? [] });
  });
});
