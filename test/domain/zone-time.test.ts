import { describe, expect, it } from 'vitest';
import { isoDate, localToUtc, ZoneDays } from '../../domain/zone-time.ts';

const iso = (ms: number) => new Date(ms).toISOString();
const day = (date: string) => Date.parse(`${date}T00:00:00Z`) / 86_400_000;

describe('a local time as an instant', () => {
  it.each([
    ['America/Los_Angeles', '2006-01-04T12:30:09', '2006-01-04T20:30:09.000Z'],
    // Skipped: the same time after the change.
    ['America/Los_Angeles', '2014-03-09T02:30', '2014-03-09T10:30:00.000Z'],
    ['Australia/Lord_Howe', '2026-10-04T02:15', '2026-10-03T15:45:00.000Z'],
    ['America/Sao_Paulo', '2015-10-18T00:00:00', '2015-10-18T03:00:00.000Z'],
    ['America/Sao_Paulo', '2015-10-17T24:00', '2015-10-18T03:00:00.000Z'],
    ['Pacific/Apia', '2011-12-30T09:00', '2011-12-30T19:00:00.000Z'],
    // Repeated: the first.
    ['America/Los_Angeles', '2014-11-02T01:30:00', '2014-11-02T08:30:00.000Z'],
    ['UTC', '2026-12-31T24:00:00', '2027-01-01T00:00:00.000Z'],
  ])('%s %s', (zone, local, utc) => {
    expect(iso(localToUtc(zone, local))).toBe(utc);
  });

  it('refuses an unknown zone and what is not a time', () => {
    expect(() => localToUtc('Mars/Olympus', '2026-01-01T00:00')).toThrow(RangeError);
    expect(() => localToUtc('UTC', 'tomorrow')).toThrow(RangeError);
    expect(() => localToUtc('UTC', '2026-01-01T24:01')).toThrow(RangeError);
    expect(() => localToUtc('UTC', 'x2026-01-01T24:00')).toThrow(RangeError);
    expect(() => new ZoneDays('Mars/Olympus')).toThrow(RangeError);
  });
});

describe('the days of a zone', () => {
  it.each([
    'UTC',
    'America/Nuuk',
    'Europe/Berlin',
    'Australia/Lord_Howe',
    'Pacific/Apia',
    'Atlantic/Azores',
    'Africa/Casablanca',
  ])('agree with Temporal around every change of two years: %s', (zone) => {
    const days = new ZoneDays(zone);
    for (let at = day('2011-06-01'); at < day('2013-06-01'); at++) {
      for (const hour of [0, 2, 23]) {
        const local = `${isoDate(at)}T${String(hour).padStart(2, '0')}:30`;
        expect(days.instant(at, hour * 60 + 30), local).toBe(localToUtc(zone, local));
      }
    }
  });

  it('takes minutes beyond midnight as the next day', () => {
    expect(iso(new ZoneDays('Europe/Berlin').instant(day('2026-03-28'), 1440 + 180))).toBe('2026-03-29T01:00:00.000Z');
  });

  it('shows the date that the wall clock shows', () => {
    expect(isoDate(new ZoneDays('Asia/Manila').dayOf(Date.parse('2026-06-11T15:59:59.999Z')))).toBe('2026-06-11');
    expect(isoDate(new ZoneDays('Asia/Manila').dayOf(Date.parse('2026-06-11T16:00:00Z')))).toBe('2026-06-12');
    expect(isoDate(new ZoneDays('America/New_York').dayOf(Date.parse('2026-06-12T03:59:00Z')))).toBe('2026-06-11');
  });

  it('knows the date that Samoa left out', () => {
    const apia = new ZoneDays('Pacific/Apia');
    expect(['2011-12-29', '2011-12-30', '2011-12-31'].map((date) => apia.exists(day(date)))).toEqual([
      true,
      false,
      true,
    ]);
  });
});
