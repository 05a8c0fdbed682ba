import { describe, expect, it } from 'vitest';
import { isoDate, ZoneDays } from '../../domain/zone-time.ts';
import { localToUtc } from '../../local/cli/local-time.ts';

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
    'Asia/Gaza',
  ])('agree with Temporal around every change of two years: %s', (zone) => {
    const days = new ZoneDays(zone);
    for (let at = day('2011-06-01'); at < day('2013-06-01'); at++) {
      for (const hour of [0, 2, 23]) {
        const local = `${isoDate(at)}T${String(hour).padStart(2, '0')}:30`;
        expect(days.instant(at, hour * 60 + 30), local).toBe(localToUtc(zone, local));
      }
    }
  });

  it.each([
    // A week of daylight saving, announced for 2040 from 20 October 02:00 to 27 October 02:00, between
    // two months of winter time (+02:00): 09:00 is 06:00 in UTC within it, and 07:00 around it.
    ['Asia/Gaza', '2040-10-19', '07:00'],
    ['Asia/Gaza', '2040-10-20', '06:00'],
    ['Asia/Gaza', '2040-10-22', '06:00'],
    ['Asia/Gaza', '2040-10-26', '06:00'],
    ['Asia/Gaza', '2040-10-27', '07:00'],
    ['Asia/Hebron', '2054-03-27', '07:00'],
    ['Asia/Hebron', '2054-03-30', '06:00'],
    ['Asia/Hebron', '2054-04-04', '07:00'],
    // Brazil's northeast gave daylight saving up after a week in 2000 (8 to 15 October).
    ['America/Noronha', '2000-10-07', '11:00'],
    ['America/Noronha', '2000-10-11', '10:00'],
    ['America/Noronha', '2000-10-15', '11:00'],
  ])('sees a spell of daylight saving of one week: 09:00 in %s on %s is %s UTC', (zone, date, utc) => {
    const days = new ZoneDays(zone);
    expect(iso(days.instant(day(date), 540))).toBe(`${date}T${utc}:00.000Z`);
    expect(isoDate(days.dayOf(days.instant(day(date), 0)))).toBe(date);
    expect(isoDate(days.dayOf(days.instant(day(date), 0) - 1))).toBe(isoDate(day(date) - 1));
  });

  it('knows offsets with seconds: Liberia kept local mean time, 44 min 30 s, until 7 January 1972', () => {
    expect(iso(new ZoneDays('Africa/Monrovia').instant(day('1971-12-01'), 540))).toBe('1971-12-01T09:44:30.000Z');
    expect(iso(new ZoneDays('Africa/Monrovia').instant(day('1972-02-01'), 540))).toBe('1972-02-01T09:00:00.000Z');
  });

  it('puts noon where the clocks of the zone show noon: all zones, every 13th day of two decades', () => {
    const wrong: string[] = [];
    for (const zone of Intl.supportedValuesOf('timeZone')) {
      const days = new ZoneDays(zone);
      const clock = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
      for (let at = day('2020-01-01'); at < day('2040-01-01'); at += 13) {
        const shown = clock.format(days.instant(at, 720));
        if (shown !== `${isoDate(at)} 12:00`) wrong.push(`${zone} ${isoDate(at)}: ${shown}`);
      }
    }
    expect(wrong).toEqual([]);
  }, 60_000);

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
