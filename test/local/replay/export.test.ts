import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { caseFacts, type TimedRow } from '../../../local/replay/case-facts.ts';
import { type ExportOptions, readExport } from '../../../local/replay/export.ts';
import { guessMapping, mappingNamed, shippedMappings } from '../../../local/replay/mapping.ts';
import { timeReader } from '../../../local/replay/time-format.ts';
import { bigLog, SERVICENOW_INCIDENTS, ZENDESK_AUDITS } from '../../support/incident-logs.ts';

const folder = mkdtempSync(join(tmpdir(), 'caserelay-export-'));
const written = (name: string, content: string | Buffer) => {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
};
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const options = (file: string, more: Partial<ExportOptions> = {}): ExportOptions => ({
  file,
  run: '',
  secretOf: () => SECRET,
  ...more,
});
const bodies = async (wanted: ExportOptions) =>
  (await readExport(wanted)).steps.map(({ make }) => JSON.parse(make(0).body));

const SERVICENOW_COLUMNS =
  'number,incident_state,reopen_count,sys_mod_count,caller_id,opened_at,sys_updated_at,contact_type,location,category,subcategory,priority,assignment_group,assigned_to';
const SERVICENOW = [
  SERVICENOW_COLUMNS,
  // A second row in the same minute stands first in the file: sys_mod_count puts it right.
  'INC1,Active,0,1,77,29/2/2016 01:16,29/2/2016 01:23,Phone,9,55,170,2,56,12',
  'INC1,New,0,0,77,29/2/2016 01:16,29/2/2016 01:23,Phone,9,55,170,3,56,?',
  'INC2,New,0,0,78,29/2/2016 02:00,29/2/2016 02:00,Web,9,55,170,3,56,?',
  'INC1,Awaiting User Info,0,2,77,29/2/2016 01:16,29/2/2016 03:00,Phone,9,55,170,2,56,12',
  'INC1,Resolved,0,3,77,29/2/2016 01:16,1/3/2016 10:00,Phone,9,55,170,2,56,12',
  'INC1,Active,1,4,77,29/2/2016 01:16,1/3/2016 12:00,Phone,9,55,170,2,56,12',
  'INC1,Closed,1,5,77,29/2/2016 01:16,5/3/2016 12:00,Phone,9,55,170,2,56,12',
].join('\n');

describe('timeReader', () => {
  test.each([
    ['d/M/yyyy HH:mm', 'UTC', '29/2/2016 01:16', '2016-02-29T01:16:00.000Z'],
    ['dd/MM/yyyy HH:mm', 'UTC', '1/3/2016 9:05', '2016-03-01T09:05:00.000Z'],
    ['yyyy/MM/dd HH:mm:ss.SSS', 'UTC', '2012/10/09 14:50:17.250', '2012-10-09T14:50:17.250Z'],
    // New York is five hours behind in January, four in July.
    ['yyyy-MM-dd HH:mm', 'America/New_York', '2026-01-15 09:00', '2026-01-15T14:00:00.000Z'],
    ['yyyy-MM-dd HH:mm', 'America/New_York', '2026-07-15 09:00', '2026-07-15T13:00:00.000Z'],
    ['iso', 'Europe/Berlin', '2026-07-15T09:00:00', '2026-07-15T07:00:00.000Z'],
    ['iso', 'Europe/Berlin', '2026-07-15T09:00:00+00:00', '2026-07-15T09:00:00.000Z'],
    ['epoch-seconds', 'UTC', '1456708560', '2016-02-29T01:16:00.000Z'],
  ])('%s in %s reads %s', (format, zone, text, instant) => {
    expect(new Date(timeReader(format, zone)(text) ?? 0).toISOString()).toBe(instant);
  });

  test.each(['31/2/2016 01:16', '2016-02-29 01:16', '', '29/2/2016 01:16 PM', '29/13/2016 01:16'])(
    'd/M/yyyy HH:mm does not read "%s"',
    (text) => {
      expect(timeReader('d/M/yyyy HH:mm', 'UTC')(text)).toBeUndefined();
    },
  );

  test('refuses an unknown zone and a format without a day', () => {
    expect(() => timeReader('iso', 'Mars/Olympus')).toThrow(RangeError);
    expect(() => timeReader('MM/yyyy', 'UTC')).toThrow('day');
  });
});

describe('the ServiceNow mapping', () => {
  test('tells the life of an incident from its rows', async () => {
    const replay = await readExport(options(written('sn.csv', SERVICENOW)));
    const told = replay.steps.map(({ make }) => JSON.parse(make(0).body));
    const first = told.filter(({ data }) => data.caseId === 'INC1').map(({ type, data }) => [type, data.status]);
    expect(replay).toMatchObject({ mapping: 'servicenow', source: 'servicenow', cases: 2, rows: 7, events: 10 });
    expect(first).toEqual([
      ['case.opened', 'new'],
      ['case.priority-changed', undefined],
      ['case.assigned', undefined],
      ['case.message-added', undefined],
      ['case.status-changed', 'open'],
      ['case.status-changed', 'pending'],
      ['case.solved', undefined],
      ['case.reopened', undefined],
      ['case.status-changed', 'closed'],
    ]);
    expect(told[0].data).toEqual({
      caseId: 'INC1',
      status: 'new',
      priority: 'normal',
      fields: {
        channel: 'Phone',
        requesterId: '77',
        group: '56',
        custom: { category: '55', subcategory: '170', location: '9' },
      },
    });
  });

  test('squeezes the time, keeps the order, and says so', async () => {
    const { steps, notes, factor, spanSeconds } = await readExport(
      options(written('sn.csv', SERVICENOW), { seconds: 90 }),
    );
    // From 29 Feb 01:16 to 5 Mar 12:00: 5 days, 10 hours, 44 minutes.
    expect(spanSeconds).toBe(5 * 86_400 + 10 * 3600 + 44 * 60);
    expect(factor).toBeCloseTo(470_640 / 90, 5);
    // The first and the sixth are openings, which set off ten times the work of the others: 28 in all, 90/28 s for each.
    const work = steps.map(({ atSeconds }) => Math.round((atSeconds * 28) / 90));
    expect(work).toEqual([0, 10, 11, 12, 13, 14, 24, 25, 26, 27]);
    expect(notes[1]).toContain('5 days pass in 90 s, about 5,229 times faster');
  });

  test('takes the first cases of the file, with all of their rows', async () => {
    const replay = await readExport(options(written('sn.csv', SERVICENOW), { limit: 1 }));
    expect(replay).toMatchObject({ cases: 1, rows: 6, events: 9 });
  });

  test('leaves out and counts what it cannot read', async () => {
    const broken = `${SERVICENOW}\nINC3,New,0,0,1,?,yesterday,Phone,9,55,170,3,56,?\nINC2,Parked,0,1,78,29/2/2016 02:00,29/2/2016 02:05,Web,9,55,170,3,56,?`;
    const { notes, cases } = await readExport(options(written('broken.csv', broken)));
    expect(cases).toBe(2);
    expect(notes.slice(2)).toEqual([
      '1 rows were left out: no case or no readable time (lines 9).',
      'Values that the mapping does not know were passed over: incident_state=Parked (1).',
    ]);
  });
});

describe('readExport', () => {
  test('reads gzip and JSON lines as it reads CSV', async () => {
    const plain = await bodies(options(written('sn.csv', SERVICENOW)));
    const [header = '', ...lines] = SERVICENOW.split('\n');
    const names = header.split(',');
    const json = lines
      .map((line) => JSON.stringify(Object.fromEntries(line.split(',').map((cell, i) => [names[i], cell]))))
      .join('\r\n');
    expect(await bodies(options(written('sn-zipped', gzipSync(SERVICENOW))))).toEqual(plain);
    expect(await bodies(options(written('sn.jsonl', `\ufeff${json}\n`)))).toEqual(plain);
  });

  test('makes ids that are the same for the same run and differ between runs', async () => {
    const file = written('sn.csv', SERVICENOW);
    const ids = async (run: string) =>
      (await readExport(options(file, { run }))).steps.map(({ make }) => `${make(0).caseId} ${make(0).id}`);
    expect(await ids('a')).toEqual(await ids('a'));
    expect((await ids('b')).some((id) => id.startsWith('servicenow:INC1.b '))).toBe(true);
    expect(new Set([...(await ids('a')), ...(await ids('b'))]).size).toBe(20);
  });

  test('keeps the events of a case in order where they share an instant', async () => {
    const { steps } = await readExport(options(written('sn.csv', SERVICENOW), { seconds: 1_000_000, limit: 1 }));
    // Not compressed: 01:16 opened, and four events of 01:23.
    const first = steps.slice(0, 5);
    expect(first.map(({ atSeconds }) => atSeconds)).toEqual([0, 420, 420, 420, 420]);
    expect(first.map(({ make }) => JSON.parse(make(0).body).sequence)).toEqual([0, 1, 2, 3, 4]);
  });

  test('percent-encodes what a case id may not hold', async () => {
    const csv = `${SERVICENOW_COLUMNS}\nCase #1,New,0,0,7,29/2/2016 01:16,29/2/2016 01:23,Phone,9,5,1,3,56,?`;
    const { steps } = await readExport(options(written('spaces.csv', csv)));
    expect(steps[0]?.make(0).caseId).toBe('servicenow:Case%20%231');
  });

  test.each([
    ['nothing.csv', '', 'is empty'],
    ['header.csv', SERVICENOW_COLUMNS, 'has no rows'],
    ['other.csv', 'id,opened\n1,2026', 'fits the columns id, opened'],
    ['bad.jsonl', '{"number":"1"\n', 'Line 1'],
    ['book.xlsx', Buffer.from('PK\u0003\u0004rest'), 'save it as CSV'],
    ['torn.gz', gzipSync(SERVICENOW).subarray(0, 60), 'cannot be read'],
  ])('says in one sentence what is wrong with %s', async (name, content, message) => {
    await expect(readExport(options(written(name, content)))).rejects.toThrow(message);
  });

  test('says so when the file or the mapping does not exist', async () => {
    await expect(readExport(options(join(folder, 'none.csv')))).rejects.toThrow('There is no file');
    await expect(readExport(options(folder))).rejects.toThrow('is a folder');
    const file = written('sn.csv', SERVICENOW);
    await expect(readExport(options(file, { mapping: 'remedy' }))).rejects.toThrow('no mapping "remedy"');
    await expect(readExport(options(file, { mapping: 'helpdesk' }))).rejects.toThrow('which the export lacks');
  });
});

describe('mappings', () => {
  test('those that ship are in order and are guessed from their own columns', () => {
    const known = shippedMappings();
    expect(known.map(({ name }) => name)).toEqual(['helpdesk', 'servicenow', 'zendesk']);
    expect(guessMapping(SERVICENOW_COLUMNS.split(','), known).name).toBe('servicenow');
  });

  test('a mistake in one is told with its place', () => {
    const file = written('wrong.yaml', 'source: intake\ncaseId: id\ntime: {column: at, format: iso, zome: UTC}\n');
    expect(() => mappingNamed(file)).toThrow(/wrong at time.*zome/);
  });

  test('Zendesk audits: each change, and who wrote what', async () => {
    const replay = await readExport(options(ZENDESK_AUDITS, { seconds: 1_000_000 }));
    expect(replay).toMatchObject({ mapping: 'zendesk', source: 'intake', cases: 2, rows: 9 });
    const told = replay.steps.map(({ atSeconds, make }) => {
      const { type, data } = JSON.parse(make(0).body);
      const what = data.status ?? data.priority ?? data.assigneeId ?? (data.author && `${data.author} ${data.public}`);
      return [`#${data.caseId}`, Math.round(atSeconds / 60), type.replace('case.', ''), what];
    });
    // Minutes from 09:00. 4801 is in the file before 4800; an audit that only notified somebody says nothing, and a case
    // that is opened with an agent is not assigned once more.
    expect(told).toEqual([
      ['#4800', 0, 'opened', 'new'],
      ['#4801', 5, 'opened', 'new'],
      ['#4801', 5, 'message-added', 'agent true'],
      ['#4801', 5, 'status-changed', 'pending'],
      ['#4800', 10, 'priority-changed', 'high'],
      ['#4800', 10, 'assigned', '9001'],
      ['#4800', 10, 'message-added', 'agent false'],
      ['#4800', 10, 'status-changed', 'open'],
      ['#4800', 12, 'message-added', 'agent true'],
      ['#4800', 12, 'status-changed', 'on-hold'],
      ['#4800', 30, 'message-added', 'agent true'],
      ['#4800', 30, 'solved', undefined],
      ['#4800', 60, 'reopened', undefined],
      ['#4800', 60, 'message-added', 'customer true'],
      ['#4800', 90, 'status-changed', 'closed'],
    ]);
    expect(JSON.parse(replay.steps[0]?.make(0).body ?? '').data).toEqual({
      caseId: '4800',
      status: 'new',
      fields: {
        subject: 'Charged twice',
        text: 'My card was charged twice in March.',
        channel: 'web',
        requesterId: '7001',
        group: '300',
        custom: { tags: '["billing","web_form"]', type: 'question' },
      },
    });
    expect(JSON.parse(replay.steps[1]?.make(0).body ?? '').data.fields).toMatchObject({ assigneeId: '9001' });
    expect(replay.notes).toHaveLength(2);
  });

  test('a line without its list of changes is named', async () => {
    const file = written(
      'audits.jsonl',
      '{"id":1,"ticket_id":2,"created_at":"2026-03-02T09:00:00Z","events":"none"}\n',
    );
    await expect(readExport(options(file))).rejects.toThrow('Line 1 of the export has no list in "events"');
  });

  test('the help-desk log: activities become statuses, taking charge is the first reply', () => {
    const { mapping } = mappingNamed('helpdesk');
    const row = (minute: number, Activity: string, Resource: string): TimedRow => ({
      line: minute,
      at: minute * 60_000,
      values: { 'Case ID': 'Case 1', Activity, Resource, seriousness_2: 'Value 2', workgroup: 'A' },
    });
    const { facts, unknown } = caseFacts(
      [
        row(0, 'Assign seriousness', 'R1'),
        row(1, 'Take in charge ticket', 'R2'),
        row(2, 'Wait', 'R2'),
        row(3, 'Take in charge ticket', 'R2'),
        row(4, 'Resolve ticket', 'R2'),
        row(5, 'Take in charge ticket', 'R3'),
        row(6, 'Closed', 'R3'),
      ],
      mapping,
    );
    expect(unknown).toEqual([]);
    expect(facts.map(({ at, type, data }) => [at / 60_000, type, data.status ?? data.assigneeId])).toEqual([
      [0, 'opened', 'new'],
      [1, 'assigned', 'R2'],
      [1, 'message-added', undefined],
      [1, 'status-changed', 'open'],
      [2, 'status-changed', 'pending'],
      [3, 'status-changed', 'open'],
      [4, 'solved', undefined],
      [5, 'assigned', 'R3'],
      [5, 'reopened', undefined],
      [6, 'status-changed', 'closed'],
    ]);
  });
});

describe('real logs', { timeout: 60_000 }, () => {
  test('200 ServiceNow incidents, nothing left out', async () => {
    const replay = await readExport(options(SERVICENOW_INCIDENTS));
    expect(replay).toMatchObject({ mapping: 'servicenow', cases: 200, rows: 1285 });
    expect(replay.notes).toHaveLength(2);
  });

  const { file, absent } = bigLog('helpdesk-log.csv.gz');
  test.skipIf(absent !== '')(`the help-desk log, nothing left out${absent}`, async () => {
    const replay = await readExport(options(file));
    expect(replay).toMatchObject({ mapping: 'helpdesk', cases: 4580, rows: 21_348 });
    expect(replay.notes).toHaveLength(2);
  });
});
