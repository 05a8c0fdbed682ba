import { afterAll, beforeAll, expect, test } from 'vitest';
import { goWithout } from '../../local/live/permissions.ts';
import { waitUntilQuiet } from '../../local/live/quiet.ts';
import { isClean, summarise } from '../../local/live/summary.ts';
import { type App, eventually, openApp } from './app.ts';

let app: App;
beforeAll(async () => {
  app = await openApp();
});
afterAll(() => app?.close());
afterAll(() => goWithout(app.deployment.endpoint, []));

test('a run whose mails may not be sent is not clean: it names the role, the action and who was told nothing', async () => {
  const { deployment, sfn } = app;
  const since = Date.now();
  await goWithout(deployment.endpoint, ['notify-lead ses:SendEmail']);
  const { id, caseId } = await app.openTicket({ subject: 'My channel was hacked' });
  const { clock, threshold } = await app.logged(caseId, 'deadline-reached');
  const refused = await eventually('the refusal', async () => {
    const summary = summarise(await app.facts(since));
    return summary.refused?.length === 0 ? undefined : summary.refused;
  });
  expect(refused?.[0]).toMatch(
    /^CaseRelay-notify-lead was refused ses:SendEmail on arn:aws:ses:us-east-1:000000000000:identity\/[\w.-]+/,
  );
  await app.solve(id);
  await waitUntilQuiet(sfn, Object.values(deployment.stateMachineArns), AbortSignal.timeout(120_000));

  // Every workflow has ended well by then, and the log has nothing to complain of: only the mail is missing.
  const summary = summarise(await app.facts(since, () => Date.now() + 60_000));
  expect(summary.emails).toBe(0);
  expect(summary.lost).toContain(
    `${caseId}: warning of ${clock} (${threshold}): nobody was told, no mail was handed to SES`,
  );
  expect(isClean(summary)).toBe(false);
});
