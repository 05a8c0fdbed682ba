import { describe, expect, test } from 'vitest';
import { type Answer, walk, workflowFile } from './workflow-files.ts';

const returns = (result: unknown): Answer => ({ result });
const fails = (error: string): Answer => ({ error });
const stateNames = ({ steps }: { steps: readonly { state: string }[] }) => steps.map(({ state }) => state);

describe('case-triage', () => {
  const workflow = workflowFile('case-triage');
  const input = { caseId: 'zendesk:42', eventKey: 'evt-1' };

  test('a triaged case is written back', async () => {
    const run = await walk(workflow, input, [
      returns({ outcome: 'triaged', decision: { route: 'home' } }),
      returns({ outcome: 'written', what: ['priority'] }),
    ]);
    expect(run).toMatchObject({ end: 'End', output: { outcome: 'written' } });
    expect(run.steps).toEqual([
      { state: 'TriageCase', payload: { caseId: 'zendesk:42', eventKey: 'evt-1' } },
      { state: 'WriteBack', payload: { caseId: 'zendesk:42', about: 'triage' } },
    ]);
  });

  test('a case that needs no triage is left alone', async () => {
    const run = await walk(workflow, input, [returns({ outcome: 'not-needed' })]);
    expect(run.end).toBe('Done');
    expect(stateNames(run)).toEqual(['TriageCase']);
  });

  test('a fault that outlasts the retries fails the execution and names the step', async () => {
    expect(await walk(workflow, input, [fails('StoreUnavailableError')])).toMatchObject({
      end: 'TriageFailed',
      cause: 'TriageCase failed: StoreUnavailableError',
    });
    expect(await walk(workflow, input, [returns({ outcome: 'triaged' }), fails('States.Timeout')])).toMatchObject({
      end: 'TriageFailed',
      cause: 'WriteBack failed: States.Timeout',
    });
  });

  test('an outcome that nobody planned is a failure, not a silence', async () => {
    expect(await walk(workflow, input, [returns({ outcome: 'maybe' })])).toMatchObject({
      end: 'TriageFailed',
      cause: 'unknown outcome maybe',
    });
  });
});

describe('handoff-notice', () => {
  const workflow = workflowFile('handoff-notice');
  const about = { caseId: 'zendesk:42', eventKey: 'caserelay:handoff-recalled:ho_1' };

  test.each([
    ['ticket', 'WriteBack', { ...about, about: 'handoff' }],
    ['vendor', 'TellVendor', about],
  ])('tells the %s, and nobody else', async (to, state, payload) => {
    const run = await walk(workflow, { ...about, to }, [returns({ outcome: 'written' })]);
    expect(run).toMatchObject({ end: 'End', steps: [{ state, payload }] });
    expect(await walk(workflow, { ...about, to }, [fails('TransientCrmError')])).toMatchObject({
      end: 'NoticeFailed',
      cause: `${state} failed: TransientCrmError`,
    });
  });

  test('a party that nobody planned is a failure, not a silence', async () => {
    const run = await walk(workflow, { ...about, to: 'press' }, []);
    expect(run).toMatchObject({ end: 'NoticeFailed', cause: 'nobody to tell: press' });
  });
});

describe('case-assignment', () => {
  const workflow = workflowFile('case-assignment');
  const input = { caseId: 'zendesk:42' };

  test.each(['assigned', 'deferred'])('%s: the CRM is told', async (outcome) => {
    const run = await walk(workflow, input, [returns({ outcome }), returns({ outcome: 'written', what: [] })]);
    expect(run).toMatchObject({ end: 'End', output: { outcome: 'written' } });
    expect(run.steps).toEqual([
      { state: 'AssignAgent', payload: { caseId: 'zendesk:42' } },
      { state: 'WriteBack', payload: { caseId: 'zendesk:42', about: 'assignment' } },
    ]);
  });

  test('a case that needs nobody is left alone', async () => {
    const run = await walk(workflow, input, [returns({ outcome: 'not-needed' })]);
    expect(run.end).toBe('Done');
    expect(stateNames(run)).toEqual(['AssignAgent']);
  });

  test('a fault that outlasts the retries, and an outcome that nobody planned, fail and name the step', async () => {
    expect(await walk(workflow, input, [fails('AssignmentRaceError')])).toMatchObject({
      end: 'AssignmentFailed',
      cause: 'AssignAgent failed: AssignmentRaceError',
    });
    expect(await walk(workflow, input, [returns({ outcome: 'assigned' }), fails('States.Timeout')])).toMatchObject({
      end: 'AssignmentFailed',
      cause: 'WriteBack failed: States.Timeout',
    });
    expect(await walk(workflow, input, [returns({ outcome: 'maybe' })])).toMatchObject({
      end: 'AssignmentFailed',
      cause: 'unknown outcome maybe',
    });
  });
});

describe('vendor-handoff', () => {
  const workflow = workflowFile('vendor-handoff');
  const input = { caseId: 'zendesk:42' };
  const offer = (vendor: string) => returns({ outcome: 'offer', vendor, reason: `${vendor} is first` });

  test('accepted and resolved: five states and the three that were chosen between', async () => {
    const run = await walk(workflow, input, [
      offer('manila'),
      returns({ outcome: 'accepted' }),
      returns({ outcome: 'resolved' }),
    ]);
    expect(run.end).toBe('Done');
    expect(run.steps.map(({ payload }) => payload)).toEqual([
      { caseId: 'zendesk:42', attempt: 1 },
      {
        caseId: 'zendesk:42',
        vendor: 'manila',
        reason: 'manila is first',
        execution: 'execution-1',
        attempt: 1,
        taskToken: 'token-1',
      },
      { execution: 'execution-1', attempt: 1, taskToken: 'token-1' },
    ]);
    // Each state entered is paid: select, choose, offer, choose, work, choose, done.
    expect(run.entered).toBe(7);
  });

  test('rejected, then no answer, then nobody left: home, each offer with its own number', async () => {
    const run = await walk(workflow, input, [
      offer('manila'),
      returns({ outcome: 'rejected' }),
      offer('bogota'),
      fails('States.Timeout'),
      returns({ outcome: 'expired' }),
      returns({ outcome: 'none', reason: 'no vendor is eligible' }),
      returns({ outcome: 'home' }),
    ]);
    expect(run).toMatchObject({ end: 'Done', output: { outcome: 'home' } });
    expect(stateNames(run)).toEqual([
      'SelectVendor',
      'OfferHandoff',
      'SelectVendor',
      'OfferHandoff',
      'ExpireHandoff',
      'SelectVendor',
      'BringHome',
    ]);
    expect([0, 2, 5].map((step) => run.steps[step]?.payload)).toEqual(
      [1, 2, 3].map((attempt) => ({ caseId: 'zendesk:42', attempt })),
    );
    expect(run.steps[3]?.payload).toMatchObject({ vendor: 'bogota', attempt: 2 });
    expect(run.steps[4]?.payload).toMatchObject({ execution: 'execution-1', attempt: 2 });
    expect(run.steps[6]?.payload).toEqual({
      caseId: 'zendesk:42',
      execution: 'execution-1',
      reason: 'no vendor is eligible',
    });
  });

  test('an answer that beat the time-out wins: the work is awaited', async () => {
    const run = await walk(workflow, input, [
      offer('manila'),
      fails('States.Timeout'),
      returns({ outcome: 'accepted' }),
      returns({ outcome: 'resolved' }),
    ]);
    expect(run.end).toBe('Done');
    expect(stateNames(run)).toEqual(['SelectVendor', 'OfferHandoff', 'ExpireHandoff', 'AwaitWork']);
  });

  test.each(['returned', 'recalled', 'expired'])('work that ends as %s goes to the next vendor', async (outcome) => {
    const run = await walk(workflow, input, [
      offer('manila'),
      returns({ outcome: 'accepted' }),
      returns({ outcome }),
      returns({ outcome: 'none', reason: 'all were tried' }),
      returns({ outcome: 'over' }),
    ]);
    expect(run.end).toBe('Done');
    expect(stateNames(run).slice(3)).toEqual(['SelectVendor', 'BringHome']);
  });

  test('no vendor can be chosen: the case comes home, and the execution fails so that an engineer knows', async () => {
    const run = await walk(workflow, input, [fails('StoreUnavailableError'), returns({ outcome: 'home' })]);
    expect(run).toMatchObject({ end: 'HandoffFailed', cause: 'SelectVendor failed; see docs/runbook.md' });
    expect(run.steps[1]?.payload).toMatchObject({
      reason: 'CaseRelay failed to choose a vendor (StoreUnavailableError); an alarm tells its operator',
    });
  });

  test('a handoff that cannot be closed: the same', async () => {
    const run = await walk(workflow, input, [
      offer('manila'),
      fails('MessageRefusedError'),
      fails('StoreUnavailableError'),
      returns({ outcome: 'home' }),
    ]);
    expect(run).toMatchObject({ end: 'HandoffFailed', cause: 'ExpireHandoff failed; see docs/runbook.md' });
  });

  test('a case that cannot even be brought home fails', async () => {
    const run = await walk(workflow, input, [returns({ outcome: 'none', reason: 'none' }), fails('States.Timeout')]);
    expect(run.end).toBe('HandoffFailed');
  });
});

describe('breach-alert', () => {
  const workflow = workflowFile('breach-alert');
  const alert = { alertId: 'al_1', caseId: 'zendesk:42', kind: 'breach', at: '2026-11-22T09:30:00.000Z' };
  const input = { alert, waits: [900, 1800] };

  test.each(['acknowledged', 'moot'])('%s ends it', async (outcome) => {
    const run = await walk(workflow, input, [returns({ outcome })]);
    expect(run.end).toBe('Done');
    expect(run.steps).toEqual([{ state: 'NotifyLead', payload: { alert, rung: 0, taskToken: 'token-1' } }]);
  });

  test('no answer goes one rung up, until there is none', async () => {
    const run = await walk(workflow, input, [returns({ outcome: 'unanswered' }), returns({ outcome: 'unanswered' })]);
    expect(run.end).toBe('Done');
    expect(run.steps.map(({ payload }) => payload)).toEqual([
      { alert, rung: 0, taskToken: 'token-1' },
      { alert, rung: 1, taskToken: 'token-1' },
    ]);
  });

  test('the backstop counts as no answer', async () => {
    const run = await walk(workflow, { ...input, waits: [900] }, [fails('States.Timeout')]);
    expect(run).toMatchObject({ end: 'Done', entered: 3 });
  });

  test('a rung that could not be told: the next is, and the execution fails at its end', async () => {
    const run = await walk(workflow, input, [fails('TooManyRequestsException'), returns({ outcome: 'acknowledged' })]);
    expect(run.end).toBe('NotifyFailed');
    expect(run.steps[1]?.payload).toMatchObject({ rung: 1 });
  });
});
