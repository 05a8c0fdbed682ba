import { type Case, type FoldContext, foldCase } from '../../domain/case.ts';
import { type Measure, measure, type Turn } from '../../domain/clock.ts';
import { CaseEvent, ClockName, toInstant } from '../../domain/event.ts';
import { suggestedSequence } from '../../domain/log-order.ts';
import { heldSeconds } from '../../domain/parties.ts';
import { clockPolicy } from '../../domain/policy.ts';
import { type Receipt, receipt } from '../../domain/receipt.ts';
import { replayReceipt } from '../../domain/receipt-replay.ts';
import type { TurnChoice } from '../../domain/turn-history.ts';
import { describe } from '../../policy/compiler/problems.ts';
import { checkSpan, instantAt, instantOf, LONGEST_SECONDS, spanOf } from './clock-instant.ts';
import { type Policies, yearsAround } from './clock-policy.ts';
import { type Fields, fieldsAt, fromIssue, isFields, LineError, wrong } from './line-error.ts';

/** Whole case logs: every clock of a case under a policy, its receipts, and receipts worked out anew. */

export interface CaseOptions {
  readonly policies: Policies;
  /** The policy of lines that name none. */
  readonly directory: string;
  /** The present of lines that name no `now`, ms; undefined: that of this machine. */
  readonly now: number | undefined;
  /** Receipts asked for on the command line: of one clock, or (true) of all. */
  readonly receipts: ClockName | true | undefined;
}

/** What a line with events comes to. `receipts` are also in `answer`; apart for those who want them as text. */
export interface CaseAnswer {
  readonly answer: Fields;
  readonly receipts: readonly Receipt[];
}

/** Folds the events of a line and measures every clock. Throws LineError. */
export function answerCaseLine(line: Fields, options: CaseOptions): CaseAnswer {
  const all = eventsOf(line);
  const occurred = all.map(({ occurredAt }) => Date.parse(occurredAt));
  const asked = instantAt(line, 'now') ?? instantAt(line, 'at');
  const now = asked ?? options.now ?? Math.max(Date.now(), spanOf(occurred)[1]);
  const instants = [...occurred, now];
  checkSpan(instants, 'events', 'a log and a present');
  // Asked about a moment in the middle of a log, the answer knows nothing of what came after it.
  const events = all.filter(({ occurredAt }) => Date.parse(occurredAt) <= now);
  const context = contextOf(line, yearsAround(instants), options);
  const state = foldCase(events, context);
  const choices = receiptsAsked(line, options.receipts, state);
  const receipts = choices.flatMap((choice) => receipt(events, context, choice, now) ?? []);
  const [wanted] = choices;
  const ignored = [...Object.keys(line).filter((name) => !ASKED.includes(name)), ...ignoredIn(line, all)];
  if (choices.length === 1 && receipts.length === 0 && !isAll(line, options.receipts))
    throw wrong('receipt', `a clock that the case has (${names(state)})`, wanted?.clock);
  return {
    answer: {
      caseId: all[0]?.caseId,
      status: state?.status ?? null,
      priority: state?.priority ?? null,
      policyVersion: context.policy.version,
      now: toInstant(now),
      heldSeconds: heldSeconds(events, context, now),
      clocks: state?.turns.map((turn) => clockOf(turn, context, now)) ?? [],
      ...(choices.length === 0 ? {} : isAll(line, options.receipts) ? { receipts } : { receipt: receipts[0] }),
      ...(ignored.length === 0 ? {} : { ignored }),
    },
    receipts,
  };
}

/** Works a receipt out anew and says whether it comes to the same. Throws LineError. */
export function answerReplayLine(line: Fields): Fields {
  const given = isFields(line.replay) && 'replay' in line.replay ? line.replay : line;
  checkReplay(given.replay);
  let measured: Measure;
  try {
    measured = replayReceipt(given);
  } catch (error) {
    if (!isFields(error) || !Array.isArray(error.issues)) throw error;
    throw fromIssue(error.issues, 'receipt', given);
  }
  const { caseId, clock, turn, status, breach, dueAt, plannedAt, tzdata } = given as Partial<Receipt>;
  const figures = { status, breach, dueAt, plannedAt };
  const stated =
    status === undefined
      ? {}
      : { agrees: Object.entries(figures).every(([name, value]) => measured[name as keyof Measure] === value) };
  // Other rules of time zones can give another deadline: then it is not the receipt that is wrong.
  const here = process.versions.tz;
  const rules = tzdata === undefined || tzdata === here ? {} : { tzdata: { receipt: tzdata, here } };
  return { ...defined({ caseId, clock, turn }), ...measured, ...stated, ...rules };
}

/** Refuses what would lay out calendars for minutes; what is no receipt at all is told by who reads it. */
function checkReplay(replay: unknown): void {
  if (!isFields(replay)) return;
  const { asOf, startedAt, stoppedAt, cancelledAt, pauses, targetSeconds } = replay;
  const ends = Array.isArray(pauses) ? pauses.flatMap((pause) => (isFields(pause) ? [pause.from, pause.to] : [])) : [];
  const instants = [asOf, startedAt, stoppedAt, cancelledAt, ...ends].map((text) =>
    typeof text === 'string' ? Date.parse(text) : Number.NaN,
  );
  checkSpan(instants, 'receipt.replay', 'a start and a present');
  if (typeof targetSeconds === 'number' && targetSeconds > LONGEST_SECONDS)
    throw wrong('receipt.replay.targetSeconds', 'at most ten years of seconds', targetSeconds);
}

function contextOf(line: Fields, years: readonly number[], { policies, directory }: CaseOptions): FoldContext {
  const { policy } = line;
  if (policy === undefined || policy === null) return policies.inDirectory(directory);
  if (typeof policy === 'string') return policies.inDirectory(policy);
  return policies.inline(fieldsAt(policy, 'policy', 'a directory, or clocks and calendars'), years);
}

function clockOf(turn: Turn, { policy, calendar }: FoldContext, now: number): Fields {
  const warnings = clockPolicy(policy, turn.clock)?.warnings ?? [];
  const { status, breach, dueAt, plannedAt, workedSeconds, overSeconds, holidaysUnknown } = measure(
    turn,
    { warnings },
    calendar(turn.calendar),
    now,
  );
  const { stoppedAt, cancelledAt, startedAt, targetSeconds } = turn;
  return {
    clock: turn.clock,
    turn: turn.turn,
    status,
    ...defined({ breach }),
    dueAt,
    plannedAt,
    workedSeconds,
    overSeconds,
    targetSeconds,
    calendar: turn.calendar,
    startedAt,
    ...defined({ stoppedAt, cancelledAt, holidaysUnknown }),
  };
}

function isAll(line: Fields, option: CaseOptions['receipts']): boolean {
  return (line.receipt ?? option) === true;
}

function receiptsAsked(line: Fields, option: CaseOptions['receipts'], state: Case | undefined): TurnChoice[] {
  const asked = line.receipt ?? option;
  if (asked === undefined || asked === false) return [];
  if (asked === true) return state?.turns.map(({ clock }) => ({ clock })) ?? [];
  const choice = typeof asked === 'string' ? { clock: asked } : fieldsAt(asked, 'receipt', 'a clock, or true for all');
  const clock = ClockName.safeParse(choice.clock);
  if (!clock.success) throw fromIssue(clock.error.issues, 'receipt', choice.clock, ClockName.options);
  const turn = 'turn' in choice ? choice.turn : undefined;
  if (turn !== undefined && typeof turn !== 'number') throw wrong('receipt.turn', 'a number', turn);
  return [{ clock: clock.data, turn }];
}

function names(state: Case | undefined): string {
  const clocks = state?.turns.map(({ clock }) => clock) ?? [];
  return clocks.length === 0 ? 'none' : clocks.join(', ');
}

const EVENT_TYPES = CaseEvent.def.options.map(({ shape }) => shape.type.def.values[0] as string);

/** The events of a line; what a log by hand leaves out (keys, the case, when it was received) is filled in. */
export function eventsOf(line: Fields): CaseEvent[] {
  if (!Array.isArray(line.events)) throw wrong('events', 'a list of case events', line.events);
  if (line.events.length === 0) throw new LineError('events: expected at least one event, found an empty list');
  const raws = line.events.map((raw: unknown, i) => fieldsAt(raw, `events[${i}]`, 'an event'));
  const caseId = caseIdOf(line, raws);
  const events = raws.map((raw, i) => {
    const where = `events[${i}]`;
    const { at, ...given } = raw;
    if (typeof given.type !== 'string' || !EVENT_TYPES.includes(given.type))
      throw fromIssue([{ path: ['type'], message: '' }], where, given, EVENT_TYPES);
    const occurredAt = given.occurredAt ?? at;
    instantOf(occurredAt, given.occurredAt === undefined ? `${where}.at` : `${where}.occurredAt`);
    const filled = {
      key: `event-${String(i + 1).padStart(5, '0')}`,
      caseId,
      receivedAt: occurredAt,
      ...(given.type === 'opened' ? { fields: {} } : {}),
      ...(given.type === 'message-added' ? { public: true } : {}),
      ...given,
      occurredAt,
    };
    const result = CaseEvent.safeParse(filled);
    if (!result.success) throw fromIssue(result.error.issues, where, filled);
    return result.data;
  });
  return isTold(raws, events)
    ? events.map((event, i) => ({ ...event, ...suggestedSequence(event.type, String(i)) }))
    : events;
}

/** Is it a log by hand, told in the order in which things happened, rather than a stored one whose keys say which is which? */
function isTold(raws: readonly Fields[], events: readonly CaseEvent[]): boolean {
  const isBare = raws.every(({ key, sequence }) => key === undefined && sequence === undefined);
  return isBare && events.every(({ occurredAt }, i) => i === 0 || (events[i - 1]?.occurredAt ?? '') <= occurredAt);
}

/** The one case that a line is about: what it or its events name, or a stand-in. */
function caseIdOf(line: Fields, events: readonly Fields[]): unknown {
  const { caseId = events.find((event) => event.caseId !== undefined)?.caseId ?? 'case:1' } = line;
  const other = events.findIndex((event) => event.caseId !== undefined && event.caseId !== caseId);
  if (other >= 0)
    throw wrong(
      `events[${other}].caseId`,
      `the same case as the rest of the line, ${describe(caseId)}`,
      events[other]?.caseId,
    );
  return caseId;
}

/** Names in a line's events that mean nothing, as `events[1].pubic`. */
export function ignoredIn(line: Fields, events: readonly CaseEvent[]): string[] {
  return events.flatMap((event, i) => {
    const raw = (line.events as Fields[])[i] ?? {};
    const fields = 'fields' in event && isFields(raw.fields) ? unread(raw.fields, event.fields ?? {}) : [];
    const names = unread(raw, event).filter((name) => name !== 'at');
    return [...names, ...fields.map((name) => `fields.${name}`)].map((name) => `events[${i}].${name}`);
  });
}

/** What is written and was not taken. */
function unread(raw: Fields, read: object): string[] {
  return Object.keys(raw).filter((name) => !(name in read));
}

const ASKED = ['id', 'events', 'caseId', 'policy', 'now', 'at', 'receipt'];

function defined(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
