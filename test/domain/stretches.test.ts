import { describe, expect, it } from 'vitest';
import { ALWAYS, type Calendar, compileCalendar, groupCalendar, type Window } from '../../domain/calendar.ts';

const at = (text: string) => Date.parse(text);
const minute = (ms: number) => new Date(ms).toISOString().slice(0, 16);
const daily = (...windows: Window[]) => ({ mon: windows, tue: windows, wed: windows, thu: windows, fri: windows });

/** Stretches as lines: from, to, open or closed, why. */
function told(calendar: Calendar, from: string, to: string): string[] {
  return calendar.stretches(at(from), at(to)).map((stretch) => {
    const about = [stretch.because, stretch.localDate, stretch.members?.join('+')].filter((word) => word !== undefined);
    return `${minute(stretch.from)} ${minute(stretch.to)} ${stretch.open ? 'open' : 'closed'} ${about.join(' ')}`;
  });
}

const office = () =>
  compileCalendar({
    zone: 'UTC',
    weekly: daily([540, 1020]),
    holidays: ['2026-12-25', '2026-12-28'],
    special: { '2026-12-24': [[540, 780]] },
  });

describe('why a stretch is open or closed', () => {
  it('tells Christmas from a weekend, and short hours from none', () => {
    expect(told(office(), '2026-12-23T12:00Z', '2026-12-29T10:00Z')).toEqual([
      '2026-12-23T12:00 2026-12-23T17:00 open hours',
      '2026-12-23T17:00 2026-12-24T00:00 closed hours',
      '2026-12-24T00:00 2026-12-24T09:00 closed special-day 2026-12-24',
      '2026-12-24T09:00 2026-12-24T13:00 open special-day 2026-12-24',
      '2026-12-24T13:00 2026-12-25T00:00 closed special-day 2026-12-24',
      '2026-12-25T00:00 2026-12-26T00:00 closed holiday 2026-12-25',
      '2026-12-26T00:00 2026-12-28T00:00 closed hours',
      '2026-12-28T00:00 2026-12-29T00:00 closed holiday 2026-12-28',
      '2026-12-29T00:00 2026-12-29T09:00 closed hours',
      '2026-12-29T09:00 2026-12-29T10:00 open hours',
    ]);
  });

  it('is one stretch inside hours, and none when nothing is asked', () => {
    expect(told(office(), '2026-12-23T12:00Z', '2026-12-23T17:00Z')).toEqual([
      '2026-12-23T12:00 2026-12-23T17:00 open hours',
    ]);
    expect(office().stretches(5, 5)).toEqual([]);
    expect(office().stretches(6, 5)).toEqual([]);
    expect(ALWAYS.stretches(6, 5)).toEqual([]);
    expect(ALWAYS.stretches(5, 7)).toEqual([{ from: 5, to: 7, open: true, because: 'always' }]);
  });

  it('cuts at local midnight, and leaves a night shift with the day it began on', () => {
    // Manila is eight hours ahead. The shift of Thursday the 11th ends on Friday at 05:00, a holiday.
    const manila = compileCalendar({
      zone: 'Asia/Manila',
      weekly: daily([1260, 300]),
      holidays: ['2026-06-12'],
      special: { '2026-06-15': [[1260, 1320]] },
    });
    expect(told(manila, '2026-06-11T13:00Z', '2026-06-16T00:00Z')).toEqual([
      '2026-06-11T13:00 2026-06-11T21:00 open hours',
      '2026-06-11T21:00 2026-06-12T16:00 closed holiday 2026-06-12',
      '2026-06-12T16:00 2026-06-14T16:00 closed hours',
      '2026-06-14T16:00 2026-06-15T13:00 closed special-day 2026-06-15',
      '2026-06-15T13:00 2026-06-15T14:00 open special-day 2026-06-15',
      '2026-06-15T14:00 2026-06-15T16:00 closed special-day 2026-06-15',
      '2026-06-15T16:00 2026-06-16T00:00 closed hours',
    ]);
  });

  it('tells special hours apart inside one long opening', () => {
    const always = compileCalendar({
      zone: 'UTC',
      weekly: daily([0, 1440]),
      holidays: [],
      special: {
        '2026-01-07': [
          [0, 720],
          [720, 1440],
        ],
      },
    });
    expect(told(always, '2026-01-06T00:00Z', '2026-01-08T06:00Z')).toEqual([
      '2026-01-06T00:00 2026-01-07T00:00 open hours',
      '2026-01-07T00:00 2026-01-08T00:00 open special-day 2026-01-07',
      '2026-01-08T00:00 2026-01-08T06:00 open hours',
    ]);
  });

  it('leaves out the date that Samoa left out', () => {
    // Thursday 2011-12-29 ended at 10:00Z; the next midnight was that of Saturday the 31st.
    const apia = compileCalendar({
      zone: 'Pacific/Apia',
      weekly: daily([540, 1020]),
      holidays: ['2011-12-30', '2011-12-31'],
    });
    expect(told(apia, '2011-12-30T02:00Z', '2011-12-31T12:00Z')).toEqual([
      '2011-12-30T02:00 2011-12-30T03:00 open hours',
      '2011-12-30T03:00 2011-12-30T10:00 closed hours',
      '2011-12-30T10:00 2011-12-31T10:00 closed holiday 2011-12-31',
      '2011-12-31T10:00 2011-12-31T12:00 closed hours',
    ]);
  });
});

describe('why a group is open or closed', () => {
  const early = () => compileCalendar({ zone: 'UTC', weekly: daily([540, 1020]), holidays: ['2026-01-06'] });
  const late = () =>
    compileCalendar({ zone: 'UTC', weekly: daily([780, 1260]), holidays: ['2026-01-06', '2026-01-07'] });
  const group = () => groupCalendar([early(), late()]);

  it('says who is open', () => {
    expect(told(group(), '2026-01-05T08:00Z', '2026-01-05T22:00Z')).toEqual([
      '2026-01-05T08:00 2026-01-05T09:00 closed hours 0+1',
      '2026-01-05T09:00 2026-01-05T13:00 open hours 0',
      '2026-01-05T13:00 2026-01-05T17:00 open hours 0+1',
      '2026-01-05T17:00 2026-01-05T21:00 open hours 1',
      '2026-01-05T21:00 2026-01-05T22:00 closed hours 0+1',
    ]);
  });

  it('says whose holiday it is when nobody is open', () => {
    expect(told(group(), '2026-01-06T06:00Z', '2026-01-07T18:00Z')).toEqual([
      '2026-01-06T06:00 2026-01-07T00:00 closed holiday 2026-01-06 0+1',
      '2026-01-07T00:00 2026-01-07T09:00 closed holiday 2026-01-07 1',
      '2026-01-07T09:00 2026-01-07T17:00 open hours 0',
      '2026-01-07T17:00 2026-01-07T18:00 closed holiday 2026-01-07 1',
    ]);
  });

  it('takes groups and the calendar that never closes as members', () => {
    expect(groupCalendar([group(), late()]).elapsed(at('2026-01-05T00:00Z'), at('2026-01-06T00:00Z')) / 3_600_000).toBe(
      12,
    );
    expect(told(groupCalendar([early(), ALWAYS]), '2026-01-05T08:00Z', '2026-01-05T10:00Z')).toEqual([
      '2026-01-05T08:00 2026-01-05T09:00 open always 1',
      '2026-01-05T09:00 2026-01-05T10:00 open hours 0+1',
    ]);
    expect(groupCalendar([group(), late()]).stretches(6, 6)).toEqual([]);
  });

  it('has the zone of its first member, and needs one', () => {
    const dublin = compileCalendar({ zone: 'Europe/Dublin', weekly: {}, holidays: [] });
    expect(groupCalendar([dublin, early()]).zone).toBe('Europe/Dublin');
    expect(() => groupCalendar([])).toThrow(RangeError);
  });
});
