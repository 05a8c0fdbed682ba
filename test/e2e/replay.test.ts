import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { foldCase } from '../../domain/case.ts';
import { waitUntilQuiet } from '../../local/live/quiet.ts';
import { isClean, summarise } from '../../local/live/summary.ts';
import { summaryText } from '../../local/live/summary-text.ts';
import { readExport } from '../../local/replay/export.ts';
import { playSteps } from '../../local/replay/send.ts';
import { PACE } from '../../local/toys/toy-vendors.ts';
import { SERVICENOW_INCIDENTS } from '../support/incident-logs.ts';
import { type App, openApp } from './app.ts';

describe('25 incidents of a real service desk', () => {
  let app: App;
  beforeAll(async () => {
    app = await openApp(PACE);
  });
  afterAll(() => app?.close());

  test('go through with nothing lost and nothing stuck', async () => {
    const { deployment, secrets, toys, context, sfn } = app;
    const since = Date.now();
    const replay = await readExport({
      file: SERVICENOW_INCIDENTS,
      limit: 25,
      seconds: 25,
      run: since.toString(36),
      secretOf: (source) => secrets.sources[source] ?? '',
    });
    expect(replay.cases).toBe(25);
    // The incidents are over too soon for an alert: beside them goes one case that nobody answers until a lead is warned.
    const silent = await app.openTicket({ subject: 'My channel was hacked' });
    await playSteps(replay.steps, toys.sender, { startAt: Date.now() });
    await app.logged(silent.caseId, 'alert-notified');
    await app.solve(silent.id);
    await waitUntilQuiet(sfn, Object.values(deployment.stateMachineArns), AbortSignal.timeout(150_000));
    await toys.sender.idle();

    const facts = await app.facts(since);
    const summary = summarise(facts);
    console.log(summaryText(summary));
    expect(summary).toMatchObject({ lost: [], stuck: [], cases: 26 });
    expect(isClean(summary)).toBe(true);
    expect(summary.sent).toBeGreaterThanOrEqual(replay.events);
    for (const [caseId, log] of facts.logs) {
      const folded: unknown = JSON.parse(JSON.stringify(foldCase(log, context)));
      const stored: unknown = JSON.parse(JSON.stringify(facts.snapshots.get(caseId)));
      expect(isDeepStrictEqual(stored, folded), `${caseId}: the snapshot is the fold of its log`).toBe(true);
    }
    // Not how long: that is for bench/alert-lag.ts to say.
    expect(summary.alertLag?.p95).toBeDefined();
  });
});
