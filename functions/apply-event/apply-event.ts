import { isDeepStrictEqual } from 'node:util';
import { alertFor, rungsOf } from '../../domain/alert.ts';
import {
  applyEvent as applyToCase,
  type Case,
  continuesCase,
  type FoldContext,
  foldCase,
  isRecordOnly,
  type RecordOnlyEvent,
} from '../../domain/case.ts';
import { nextDueAt } from '../../domain/deadline.ts';
import { type CaseEvent, RecalledBy, toInstant } from '../../domain/event.ts';
import { canMove, handoffEvent } from '../../domain/handoff.ts';
import { isOver } from '../../domain/turns.ts';
import type { DeadlineHint, DeadlineQueue } from '../adapters/deadlines/deadline-queue.ts';
import {
  type AgentStore,
  type AlertStore,
  type CaseStore,
  type Handoff,
  type HandoffStore,
  UnstorableError,
} from '../adapters/store/store.ts';
import type { Workflows } from '../adapters/workflows/workflows.ts';
import { alertIdFor, executionName } from '../shared/ids.ts';
import { SWEEP_AHEAD_SECONDS } from '../shared/names.ts';
import type { Log } from '../shared/observe.ts';
import { recordPolicyChange } from '../shared/policy-change.ts';
import { absorbMerged } from './absorb-merged.ts';
import { findDanger } from './find-danger.ts';
import { followAssignment, leaveFormerPolicy } from './follow-assignment.ts';
import { orPoison, PoisonEventError } from './poison-event.ts';
import { tellOutsiders } from './tell-outsiders.ts';

export interface ApplyEventDeps {
  readonly store: CaseStore & HandoffStore & AlertStore & AgentStore;
  readonly workflows: Workflows;
  readonly deadlines: DeadlineQueue;
  readonly context: FoldContext;
  readonly now: () => number;
  readonly log: Log;
}

/** More lost races than this in a row means that something else is wrong. */
const MOST_CONFLICTS = 8;

/**
 * Folds one event of the log into its case, then sees to what the event calls for. Safe to run
 * again at any point: the fold converges, and each effect has a name of its own. Throws
 * PoisonEventError for an event that cannot be folded, makes the case too large, or calls for what the table will never take; any other error may pass when tried again.
 */
export async function applyEvent(event: CaseEvent, deps: ApplyEventDeps): Promise<void> {
  await applyAndFollow(event, deps).catch(poisonIfUnstorable);
}

async function applyAndFollow(event: CaseEvent, deps: ApplyEventDeps): Promise<void> {
  if (isRecordOnly(event)) return followRecord(event, deps);
  const { state, newDueAt } = await foldAndSave(event, deps);
  try {
    await findDanger(event, state, deps);
  } finally {
    // First of all, but in nobody's way: a case whose words cannot be looked at is triaged all the same.
    await follow(event, state, newDueAt, deps);
  }
}

async function follow(event: CaseEvent, state: Case, newDueAt: string | undefined, deps: ApplyEventDeps) {
  await startWhatFollows(event, state, deps);
  await tellOutsiders(event, deps.workflows);
  await absorbMerged(event, state, deps);
  await followAssignment(event, state, deps);
  await hintNear('case', state.caseId, newDueAt, deps);
}

interface Folded {
  readonly state: Case;
  /** Its next deadline, if nobody may have been told of it; undefined if this event left it as it was. */
  readonly newDueAt: string | undefined;
}

async function foldAndSave(event: CaseEvent, deps: ApplyEventDeps): Promise<Folded> {
  const { store, context } = deps;
  for (let attempt = 0; attempt < MOST_CONFLICTS; attempt++) {
    const stored = await store.load(event.caseId);
    if (stored !== undefined) await recordPolicyChange(stored, deps);
    const inOrder = continuesCase(stored?.state, event, context.policy.version);
    const log = inOrder ? [] : await store.events(event.caseId);
    const state = fold(() =>
      inOrder ? applyToCase(stored?.state, event, context) : foldCase([...log, event], context),
    );
    const dueAt = nextDueAt(state, context);
    // Applied before: by a delivery that may have died before its hint was sent.
    if (stored !== undefined && isDeepStrictEqual(stored.state, state)) return { state, newDueAt: dueAt };
    if (stored !== undefined && stored.state.policyVersion !== state.policyVersion)
      await leaveFormerPolicy(stored.state, state, event, deps);
    const saved = await store.save(state, dueAt, stored?.version ?? 0);
    if (saved === 'saved') return { state, newDueAt: dueAt === stored?.dueAt ? undefined : dueAt };
  }
  throw new Error(`case ${event.caseId} changed under ${MOST_CONFLICTS} attempts to apply ${event.key}`);
}

function poisonIfUnstorable(error: unknown): never {
  throw error instanceof UnstorableError ? new PoisonEventError(error.message, { cause: error }) : error;
}

/** Through JSON, so that what is compared and saved has no undefined values. */
function fold(run: () => Case | undefined): Case {
  return orPoison(() => JSON.parse(JSON.stringify(run())));
}

async function startWhatFollows(event: CaseEvent, state: Case, deps: ApplyEventDeps): Promise<void> {
  const { caseId } = event;
  const name = executionName(caseId, event.key);
  switch (event.type) {
    case 'opened':
      await deps.workflows.start('case-triage', name, { caseId, eventKey: event.key });
      return;
    case 'triaged':
      if (event.decision.route !== 'vendor') return;
      // By the CRM's key too: the ids of handoffs are made from this name, and must not follow from the case's.
      await deps.workflows.start('vendor-handoff', executionName(caseId, `${event.key}:${event.calledBy}`), { caseId });
      return;
    case 'deadline-reached':
    case 'brought-home':
      await startAlert(event, event.key, deps);
      return;
    case 'assignment-deferred':
      // Tried again many times a day, and told once.
      await startAlert(event, `nobody-left:${event.occurredAt.slice(0, 10)}`, deps);
      return;
    case 'handoff-offered':
      // Solved in the moment in which it was offered: nobody would recall it later.
      if (isOver(state.status)) await recallHandoff(state, deps);
      await followHandoff(event, deps);
      return;
    case 'handoff-accepted':
    case 'handoff-rejected':
    case 'handoff-expired':
    case 'handoff-resolved':
    case 'handoff-returned':
    case 'handoff-recalled':
      await followHandoff(event, deps);
      return;
    case 'solved':
    case 'merged':
    case 'status-changed':
      if (isOver(state.status)) await recallHandoff(state, deps);
      return;
    default:
      return;
  }
}

/** Has a lead told of what an event calls for; `about` names it, so that it is told once. */
async function startAlert(event: CaseEvent, about: string, { workflows, context }: ApplyEventDeps): Promise<void> {
  const { caseId } = event;
  const alert = alertFor(event, alertIdFor(caseId, about));
  if (alert === undefined) return;
  const waits = rungsOf(alert, context.policy).map(({ waitSeconds }) => waitSeconds);
  await workflows.start('breach-alert', executionName(caseId, about), { alert, waits });
}

/** Which wait an answer ends. An answer that comes before its wait has begun is found by the wait itself. */
const ENDS: Readonly<Record<string, readonly Handoff['awaiting'][]>> = {
  'handoff-accepted': ['answer'],
  'handoff-rejected': ['answer'],
  'handoff-expired': ['answer'],
  'handoff-resolved': ['work'],
  'handoff-returned': ['work'],
  'handoff-recalled': ['answer', 'work'],
};

async function followHandoff(event: Extract<CaseEvent, { handoffId: string }>, deps: ApplyEventDeps): Promise<void> {
  const handoff = await deps.store.handoff(event.handoffId);
  if (handoff === undefined) return;
  if (ENDS[event.type]?.includes(handoff.awaiting))
    await deps.workflows.resume(handoff.taskToken, { outcome: event.type.slice('handoff-'.length) });
  await hintNear('handoff', handoff.handoffId, handoff.dueAt, deps);
}

/** Events that leave the case as it is can still end, or begin, the wait of an alert. */
async function followRecord(event: RecordOnlyEvent, deps: ApplyEventDeps): Promise<void> {
  if (event.type === 'written-back') return;
  if (event.type === 'danger-found') return startAlert(event, event.key, deps);
  const stored = await deps.store.alert(event.alertId);
  if (stored === undefined) return;
  if (event.type === 'alert-notified') return hintNear('alert', event.alertId, stored.dueAt, deps);
  // A rung that went unanswered ends its own wait only: the next rung may have begun.
  if (event.type === 'alert-unanswered' && event.rung !== stored.rung) return;
  await deps.workflows.resume(stored.taskToken, { outcome: event.type.slice('alert-'.length) });
}

/** A case that is over is nobody's work any more: an open handoff is recalled, and its workflow ends. */
async function recallHandoff(state: Case, deps: ApplyEventDeps): Promise<void> {
  if (state.handoff === undefined || !canMove(state.handoff.state, 'recalled')) return;
  const handoff = await deps.store.handoff(state.handoff.handoffId);
  if (handoff === undefined || !canMove(handoff.state, 'recalled')) return;
  const by = RecalledBy.parse(`case-${state.status}`);
  const event = handoffEvent(handoff, { type: 'handoff-recalled', by }, deps.now());
  const moved = await deps.store.move(handoff.handoffId, handoff.state, 'recalled', event);
  // Its vendor answered in this moment: accepted work is recalled as well.
  if (moved === 'conflict') await recallHandoff(state, deps);
}

/** What is due before the next sweep would see it gets its hint at once. */
async function hintNear(
  kind: DeadlineHint['kind'],
  id: string,
  dueAt: string | undefined,
  deps: ApplyEventDeps,
): Promise<void> {
  const now = deps.now();
  if (dueAt === undefined || dueAt > toInstant(now + SWEEP_AHEAD_SECONDS * 1000)) return;
  await deps.deadlines.hint([{ kind, id, dueAt }], now);
}
