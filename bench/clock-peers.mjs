import { createRequire } from 'node:module';

/**
 * One calculator of the clock benchmark, in a process of its own, so that none can slow down or
 * hang another: `node clock-peers.mjs NAME QUESTIONS`. Prints what it answers and how long that takes, as JSON.
 */
/** The peers' types are not ours to check. @type {(name: string) => any} */
const load = createRequire(import.meta.url);
const [name, json] = process.argv.slice(2);
/** @type {{ zone: string, holidays: string[], spans: { start: string, minutes: number, end: string }[] }} */
const { zone, holidays, spans } = JSON.parse(json ?? '');

const MINUTE = 60_000;
/** Each is measured for about so long per round. */
const ROUND_MS = 150;
const ROUNDS = 7;

/** @typedef {{ due?: (start: string, minutes: number) => number, elapsed: (start: string, end: string) => number }} Calculator */

/** @type {Record<string, () => Promise<Calculator>>} */
const CALCULATORS = {
  async caserelay() {
    const { compileCalendar } = await import('../domain/calendar.ts');
    /** @type {import('../domain/calendar.ts').Window[]} */
    const day = [[540, 1020]];
    const weekly = { mon: day, tue: day, wed: day, thu: day, fri: day };
    const calendar = compileCalendar({ zone, weekly, holidays });
    return {
      due: (start, minutes) => calendar.add(Date.parse(start), minutes * MINUTE),
      elapsed: (start, end) => calendar.elapsed(Date.parse(start), Date.parse(end)) / MINUTE,
    };
  },
  async 'moment-business-time'() {
    const moment = load('moment-timezone');
    load('moment-business-time');
    const day = ['09:00:00', '17:00:00'];
    moment.updateLocale('en', { workinghours: { 0: null, 1: day, 2: day, 3: day, 4: day, 5: day, 6: null }, holidays });
    return {
      due: (start, minutes) => moment.tz(start, zone).addWorkingTime(minutes, 'minutes').valueOf(),
      elapsed: (start, end) => -moment.tz(start, zone).workingDiff(moment.tz(end, zone), 'minutes'),
    };
  },
  async 'dayjs-business-time'() {
    const dayjs = dayjsWithHours();
    dayjs.extend(load('dayjs/plugin/utc'));
    dayjs.extend(load('dayjs/plugin/timezone'));
    return {
      due: (start, minutes) => dayjs(start).tz(zone).addBusinessMinutes(minutes).valueOf(),
      elapsed: (start, end) => Math.abs(dayjs(start).tz(zone).businessMinutesDiff(dayjs(end).tz(zone))),
    };
  },
  async 'dayjs-business-time, TZ set'() {
    const dayjs = dayjsWithHours();
    return {
      due: (start, minutes) => dayjs(start).addBusinessMinutes(minutes).valueOf(),
      elapsed: (start, end) => Math.abs(dayjs(start).businessMinutesDiff(dayjs(end))),
    };
  },
  async 'opening_hours, TZ set'() {
    const OpeningHours = load('opening_hours');
    const off = holidays.map((date) => `${dayOfYear(date)} off`).join('; ');
    const hours = new OpeningHours(`Mo-Fr 09:00-17:00; ${off}`);
    return { elapsed: (start, end) => hours.getOpenDuration(new Date(start), new Date(end))[0] / MINUTE };
  },
  async 'working-time-calculator'() {
    const WorkingTime = load('working-time-calculator');
    const hours = new WorkingTime();
    hours.addWorkingHours(WorkingTime.WEEKDAYS, '09:00', '17:00', zone);
    for (const date of holidays) hours.excludeBetween(`${date}T05:00:00Z`, `${date}T23:59:59Z`);
    return { elapsed: (start, end) => hours.calcMinutesBetween(start, end) };
  },
};

function dayjsWithHours() {
  const dayjs = load('dayjs');
  const plugin = load('dayjs-business-time');
  dayjs.extend(plugin.default ?? plugin);
  const day = [{ start: '09:00:00', end: '17:00:00' }];
  dayjs.setBusinessTime({
    sunday: null,
    monday: day,
    tuesday: day,
    wednesday: day,
    thursday: day,
    friday: day,
    saturday: null,
  });
  dayjs.setHolidays(holidays);
  return dayjs;
}

/** @param {string} date a date as opening_hours writes it: 2026 Dec 25 */
function dayOfYear(date) {
  const month = new Date(date).toLocaleString('en', { month: 'short', timeZone: 'UTC' });
  return `${date.slice(0, 4)} ${month} ${date.slice(8)}`;
}

/**
 * Median nanoseconds of one call, after a warm-up.
 * @param {() => unknown} call
 */
function nanoseconds(call) {
  let calls = 1;
  for (let took = 0; took < ROUND_MS / 4; calls *= 2) {
    const started = performance.now();
    for (let i = 0; i < calls; i++) call();
    took = performance.now() - started;
  }
  const rounds = Array.from({ length: ROUNDS }, () => {
    const started = performance.now();
    for (let i = 0; i < calls; i++) call();
    return ((performance.now() - started) * 1e6) / calls;
  });
  return rounds.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)];
}

const calculator = await CALCULATORS[name ?? '']?.();
if (calculator === undefined) throw new Error(`no calculator "${name}"`);
const { due, elapsed } = calculator;
const started = performance.now();
due?.(spans.at(-1)?.start ?? '', spans.at(-1)?.minutes ?? 0);
const coldMs = performance.now() - started;
const results = spans.map(({ start, minutes, end }) => ({
  due: due && { answer: due(start, minutes), ns: nanoseconds(() => due(start, minutes)) },
  elapsed: { answer: elapsed(start, end), ns: nanoseconds(() => elapsed(start, end)) },
}));
console.log(JSON.stringify({ coldMs, results }));
process.exit(0);
