import { isOpenTurn, isPaused, type Turn } from './clock.ts';
import type { CaseStatus, ClockName, EventOf, Pause, Priority, Route } from './event.ts';
import { clockPolicy, type Policy, type PromiseKey, type PromiseSubject, promiseOf } from './policy.ts';
import { languageOf } from './triage-fields.ts';

/**
 * What starts, pauses, stops and retargets the clocks of a case (docs/adr/0013 has the table). Those
 * of handoffs (OLAs) run beside the customer's and pause nothing.
 */

/** What a clock does by its very meaning, whatever the policy says. */
interface ClockRule {
  /** What happens to a running clock when the case is solved or closed. One that stops is taken up again when the case is reopened. */
  readonly whenOver: 'stops' | 'cancelled';
  /** Statuses in which it is paused by its very meaning; otherwise the policy says. */
  readonly pauses?: readonly CaseStatus[];
}

export const CLOCK_RULES: Readonly<Record<ClockName, ClockRule>> = {
  // An answer never given is no longer owed to a solved case.
  'first-response': { whenOver: 'cancelled' },
  'next-response': { whenOver: 'cancelled' },
  'periodic-update': { whenOver: 'cancelled' },
  resolution: { whenOver: 'stops' },
  // Time in new, open and on-hold; in new and open. Source: the definitions of Zendesk's metrics.
  'requester-wait': { whenOver: 'stops', pauses: ['pending'] },
  'agent-work': { whenOver: 'stops', pauses: ['pending', 'on-hold'] },
  'queue-ownership': { whenOver: 'stops' },
  'handoff-ack': { whenOver: 'cancelled' },
  'handoff-resolution': { whenOver: 'cancelled' },
};

const OVER: readonly CaseStatus[] = ['solved', 'closed', 'merged', 'deleted'];

/** Solved, closed, merged or deleted: nobody works on the case, or waits for an answer, any more. */
export function isOver(status: CaseStatus): boolean {
  return OVER.includes(status);
}

/** Clocks that begin when a case is opened. */
const FROM_OPENING: readonly ClockName[] = ['first-response', 'resolution', 'requester-wait', 'agent-work'];

/** The vendor's clocks. */
export const HANDOFFS: readonly ClockName[] = ['handoff-ack', 'handoff-resolution'];

/** As much of a case as its clocks depend on. */
export interface Timed {
  readonly status: CaseStatus;
  readonly turns: readonly Turn[];
  /** Ended turns that are no longer kept in `turns`, per clock. */
  readonly ended: Readonly<Record<string, number>>;
  readonly priority: Priority;
  /** Public replies of people so far. */
  readonly replies: number;
  readonly queue?: string | undefined;
  readonly fields: {
    readonly tier?: string | undefined;
    readonly channel?: string | undefined;
    readonly language?: string | undefined;
  };
  readonly triage?: { readonly language: string; readonly route?: Route } | undefined;
  readonly handoff?: { readonly vendor: string } | undefined;
}

type Policed = Pick<Policy, 'clocks'>;
type Turns = Turn[];
interface Changed {
  readonly turns: Turns;
  readonly ended: Record<string, number>;
}

/** Starts the clocks of an opened case. */
export function startFromOpening(state: Timed, at: string, policy: Policed): Changed {
  let changed = unchanged(state);
  for (const clock of FROM_OPENING) changed = startTurn({ ...state, ...changed }, clock, at, policy);
  return changed;
}

/** Starts a clock's next turn, unless the policy has no such clock. Only the latest turn of a clock is kept. */
export function startTurn(state: Timed, clock: ClockName, at: string, policy: Policed): Changed {
  const promise = clockPolicy(policy, clock);
  if (promise === undefined) return unchanged(state);
  const others = state.turns.filter((turn) => turn.clock !== clock);
  const ended = (state.ended[clock] ?? 0) + state.turns.length - others.length;
  const turn: Turn = {
    clock,
    turn: ended + 1,
    startedAt: at,
    ...promiseOf(promise, subjectOf(state)),
    pauses: pausesIn(clock, state.status, policy) ? [{ from: at, reason: state.status }] : [],
    told: [],
  };
  return { turns: [...others, turn], ended: { ...state.ended, [clock]: ended } };
}

function unchanged({ turns, ended }: Timed): Changed {
  return { turns: [...turns], ended: { ...ended } };
}

type End = { readonly stoppedAt: string } | { readonly cancelledAt: string };

/** Ends the open turns of some clocks. A turn that has ended is frozen for ever. */
export function endTurns(turns: readonly Turn[], clocks: readonly ClockName[], end: End): Turns {
  const at = 'stoppedAt' in end ? end.stoppedAt : end.cancelledAt;
  return turns.map((turn) =>
    clocks.includes(turn.clock) && isOpenTurn(turn) ? { ...turn, ...end, pauses: closePause(turn.pauses, at) } : turn,
  );
}

/** Ends every open turn of a case that is solved or closed, as each clock's rule says. */
export function endAsOver(turns: readonly Turn[], status: 'solved' | 'closed', at: string, policy: Policed): Turns {
  return turns.map((turn) => {
    if (!isOpenTurn(turn) || (status === 'solved' && clockPolicy(policy, turn.clock)?.until === 'closed')) return turn;
    const end = CLOCK_RULES[turn.clock].whenOver === 'stops' ? { stoppedAt: at } : { cancelledAt: at };
    return { ...turn, ...end, endedIn: status, pauses: closePause(turn.pauses, at) };
  });
}

/** Cancels every open turn: the case was merged away, deleted or parked, and nobody waits for it. */
export function cancelAll(turns: readonly Turn[], at: string): Turns {
  return turns.map((turn) => (isOpenTurn(turn) ? { ...turn, cancelledAt: at } : turn));
}

/**
 * Nothing runs in a case that is over, but in a solved one the wait of a customer who wrote again, and what the
 * policy times until it is closed. Whatever an event began or left running otherwise is ended with it, so that no
 * event can be forgotten here.
 */
export function endWhatMayNotRun({ status, turns }: Timed, at: string, policy: Policed): Turns {
  if (status === 'merged' || status === 'deleted') return cancelAll(turns, at);
  if (status === 'closed') return endAsOver(turns, status, at, policy);
  if (status !== 'solved') return [...turns];
  return turns.flatMap((turn) => (ANSWERS.includes(turn.clock) ? turn : endAsOver([turn], status, at, policy)));
}

/** Pauses and resumes the open turns as the status asks. */
export function followStatus(turns: readonly Turn[], status: CaseStatus, at: string, policy: Policed): Turns {
  return turns.map((turn) => {
    if (!isOpenTurn(turn)) return turn;
    const pauses = pausesIn(turn.clock, status, policy);
    if (pauses && !isPaused(turn)) return pauseAgain(turn, { from: at, reason: status });
    if (!pauses && isPaused(turn)) return { ...turn, pauses: closePause(turn.pauses, at) };
    return turn;
  });
}

function pausesIn(clock: ClockName, status: CaseStatus, policy: Policed): boolean {
  const statuses = CLOCK_RULES[clock].pauses ?? clockPolicy(policy, clock)?.pauseOn ?? [];
  return statuses.includes(status);
}

/** More pauses of one turn are no work but a loop. It runs on, so that the loop is told of and the case stays of a size that can be stored. */
const MOST_PAUSES = 300;

function pauseAgain(turn: Turn, pause: Pause): Turn {
  return turn.pauses.length < MOST_PAUSES ? { ...turn, pauses: [...turn.pauses, pause] } : turn;
}

function closePause(pauses: readonly Pause[], at: string): Pause[] {
  return pauses.map((pause) => (pause.to === undefined ? { ...pause, to: at } : pause));
}

/** A reopened case takes up each clock that its end stopped, where it stopped, or gives it a new turn, as the policy says; and the customer's wait. */
export function reopen(state: Timed, at: string, policy: Policed): Changed {
  let changed = unchanged(state);
  for (const turn of state.turns) {
    const onReopen = clockPolicy(policy, turn.clock)?.onReopen;
    if (turn.stoppedAt === undefined || turn.endedIn === undefined || onReopen === undefined) continue;
    changed =
      onReopen === 'restart'
        ? startTurn({ ...state, ...changed }, turn.clock, at, policy)
        : { ...changed, turns: changed.turns.map((other) => (other === turn ? takenUp(turn, at) : other)) };
  }
  return { ...changed, turns: takeUpWait(changed.turns, at) };
}

/** A turn that the end of its case ended, from where it ended: the time in between was a pause. */
function takenUp(turn: Turn, at: string): Turn {
  const { stoppedAt, cancelledAt, endedIn, ...open } = turn;
  const from = stoppedAt ?? cancelledAt;
  return from === undefined || endedIn === undefined ? turn : pauseAgain(open, { from, to: at, reason: endedIn });
}

/** A customer who was not answered before the case was solved or closed waits on from there: solving and reopening a case is no answer. */
function takeUpWait(turns: readonly Turn[], at: string): Turns {
  return turns.map((turn) => (ANSWERS.includes(turn.clock) ? takenUp(turn, at) : turn));
}

/** Turns of these clocks that have ended are not taken up again: the customer has been answered after all, another queue has the case. */
export function endedForGood(turns: readonly Turn[], clocks: readonly ClockName[]): Turns {
  return turns.map((turn) => {
    const { endedIn: _, ...ended } = turn;
    return clocks.includes(turn.clock) ? ended : turn;
  });
}

/**
 * Takes up again what the deletion of a case cancelled, as it was a mistake; but handoffs, which were recalled. If a
 * customer waits already, who wrote or was taken in meanwhile, the earlier of the two waits is the one that counts.
 */
export function restored(turns: readonly Turn[], deletedAt: string, at: string): Turns {
  const wasCut = ({ clock, cancelledAt }: Turn) => cancelledAt === deletedAt && !HANDOFFS.includes(clock);
  const meanwhile = waitingTurn(turns);
  const before = turns.find((turn) => wasCut(turn) && ANSWERS.includes(turn.clock));
  const later = meanwhile && before && (before.startedAt <= meanwhile.startedAt ? meanwhile : before);
  return turns.map((turn) => {
    if (turn === later) return isOpenTurn(turn) ? { ...turn, cancelledAt: at } : turn;
    if (!wasCut(turn)) return turn;
    const { cancelledAt: _c, endedIn: _e, ...open } = turn;
    return pauseAgain(
      { ...open, pauses: closePause(turn.pauses, deletedAt) },
      { from: deletedAt, to: at, reason: 'deleted' },
    );
  });
}

/** Gives every open turn the target that the case now has, from its original start and with its pauses. */
export function retarget(state: Timed, at: string, policy: Policed): Turns {
  const subject = subjectOf(state);
  return state.turns.map((turn) => {
    const promise = isOpenTurn(turn) ? clockPolicy(policy, turn.clock) : undefined;
    if (promise === undefined) return turn;
    const { targetSeconds, calendar } = promiseOf(promise, subject);
    if (targetSeconds === turn.targetSeconds && calendar === turn.calendar) return turn;
    return { ...turn, targetSeconds, calendar, retargetedAt: at };
  });
}

/** Marks the open turns whose promise was another one under the policy that ended with the event. */
export function retargetedByPolicy(
  turns: readonly Turn[],
  { targets, occurredAt: at }: EventOf<'policy-changed'>,
): Turns {
  return turns.map((turn) => {
    const was = targets.find(({ clock, turn: number }) => clock === turn.clock && number === turn.turn);
    const same = was === undefined || (was.targetSeconds === turn.targetSeconds && was.calendar === turn.calendar);
    return same || !isOpenTurn(turn) ? turn : { ...turn, retargetedAt: at };
  });
}

/** The clocks in which a customer waits for an answer. */
export const ANSWERS: readonly ClockName[] = ['first-response', 'next-response'];

/** The open turn in which a customer waits for an answer, if any. */
export function waitingTurn(turns: readonly Turn[]): Turn | undefined {
  return turns.find((turn) => ANSWERS.includes(turn.clock) && isOpenTurn(turn));
}

/** A message of the customer: who was not answered waits on, where the end of the case cut that short; who was, waits from now. */
export function asked(state: Timed, at: string, policy: Policed): Changed {
  const turns = waitingTurn(state.turns) === undefined ? takeUpWait(state.turns, at) : [...state.turns];
  const again = { ...state, turns };
  return waitingTurn(turns) === undefined ? startTurn(again, 'next-response', at, policy) : unchanged(again);
}

/** Does the customer still wait for an answer, or has nobody ever given one? */
export function awaitsAnswer({ turns, replies }: Pick<Timed, 'turns' | 'replies'>): boolean {
  return replies === 0 || waitingTurn(turns) !== undefined;
}

/** "Answer and solve" is one click of an agent, and two events that a source may date in either order, so far apart at most (ms). */
const ONE_CLICK_MS = 1000;

/** A wait that the end of the case cancelled in the moment in which it was answered. */
function answeredWithItsEnd(turn: Turn, at: string): Turn {
  const { cancelledAt, endedIn, ...met } = turn;
  if (cancelledAt === undefined || endedIn === undefined || !ANSWERS.includes(turn.clock)) return turn;
  return Date.parse(at) - Date.parse(cancelledAt) <= ONE_CLICK_MS ? { ...met, stoppedAt: at } : turn;
}

/**
 * A public reply of a person: answers what the customer waits for and, in a case that goes on, begins the time until
 * the next update. `isNumbered`: its source says by a sequence what came before it, so that nothing has to be guessed.
 */
export function answered(before: Timed, at: string, policy: Policed, isNumbered: boolean): Changed {
  const state = isNumbered ? before : { ...before, turns: before.turns.map((turn) => answeredWithItsEnd(turn, at)) };
  const turns = endedForGood(endTurns(state.turns, [...ANSWERS, 'periodic-update'], { stoppedAt: at }), ANSWERS);
  const ended = { ...state, turns };
  return isOver(state.status) ? unchanged(ended) : startTurn(ended, 'periodic-update', at, policy);
}

/**
 * Takes over the unanswered turn of a customer whose case was merged into this one: the earlier
 * of the two waits is the one that counts, with its own pauses.
 */
export function takeOver(
  before: Timed,
  waiting: NonNullable<EventOf<'absorbed'>['waiting']>,
  at: string,
  policy: Policed,
): Changed {
  const state = waitingTurn(before.turns) === undefined ? { ...before, turns: takeUpWait(before.turns, at) } : before;
  const own = waitingTurn(state.turns);
  const earlier = { startedAt: waiting.startedAt, pauses: closePause(waiting.pauses, at) };
  if (own === undefined) {
    const started = startTurn(state, 'next-response', at, policy);
    const turns = started.turns.map((turn) =>
      turn.clock === 'next-response'
        ? { ...turn, startedAt: earlier.startedAt, pauses: [...earlier.pauses, ...turn.pauses] }
        : turn,
    );
    return { ...started, turns };
  }
  if (own.startedAt <= waiting.startedAt) return unchanged(state);
  const paused = isPaused(own) ? [{ from: at, reason: state.status }] : [];
  const taken = { ...own, startedAt: earlier.startedAt, pauses: [...earlier.pauses, ...paused] };
  return { ...unchanged(state), turns: state.turns.map((turn) => (turn === own ? taken : turn)) };
}

function subjectOf(state: Timed): PromiseSubject & Record<PromiseKey, string | undefined> {
  const { priority, queue, fields, handoff } = state;
  return {
    priority,
    queue,
    tier: fields.tier,
    channel: fields.channel,
    language: languageOf(state),
    vendor: handoff?.vendor,
  };
}

/** What the clocks of a case were promised when its policy changed, as the event that records it. Keyed by the stored version it ended, so that each change is recorded once. */
export function policyChanged(
  state: { readonly caseId: string; readonly policyVersion: string; readonly turns: readonly Turn[] },
  to: string,
  storedVersion: number,
  now: string,
): EventOf<'policy-changed'> {
  const { caseId, policyVersion: from, turns } = state;
  return {
    type: 'policy-changed',
    key: `caserelay:policy-changed:${from}:${to}:${storedVersion}`,
    caseId,
    occurredAt: now,
    receivedAt: now,
    from,
    to,
    targets: turns
      .filter(isOpenTurn)
      .map(({ clock, turn, targetSeconds, calendar }) => ({ clock, turn, targetSeconds, calendar })),
  };
}
