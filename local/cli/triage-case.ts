import { type Case, type FoldContext, foldCase } from '../../domain/case.ts';
import { textKey } from '../../domain/duplicates.ts';
import { CaseFields, CaseStatus, Priority, toInstant } from '../../domain/event.ts';
import type { CustomerCase } from '../../domain/triage-fields.ts';
import { eventsOf, ignoredIn } from './clock-case.ts';
import { instantOf } from './clock-instant.ts';
import { type Fields, fieldsAt, fromIssue, LineError, wrong } from './line-error.ts';

/** What a line says of a case. */
export interface GivenCase {
  readonly state: Case;
  readonly history: readonly CustomerCase[] | undefined;
  /** What of the line means nothing to triage, as the line writes it. */
  readonly ignored: readonly string[];
}

const FIELD_NAMES = Object.keys(CaseFields.shape);
/** What a case can say besides its fields. */
const OTHERS = ['caseId', 'source', 'status', 'priority', 'reopens', 'openedAt'];
/** What stands beside a case in its line. */
const BESIDE = ['id', 'line', 'case', 'history', 'openedAt'];

/**
 * The case of a line: `events` (a whole log; decisions of earlier are left out), or `case` with
 * what a new case says, or the same without `case` around it. `now` (ms) is the opening of a case
 * that does not say. Throws LineError.
 */
export function caseOf(line: Fields, context: FoldContext, now: number): GivenCase {
  const history = line.history === undefined ? undefined : historyOf(line.history);
  if ('events' in line) {
    const all = eventsOf(line);
    const events = all.filter(({ type }) => type !== 'triaged');
    const state = foldCase(events, context);
    if (state === undefined) throw new LineError('events: expected an event of a CRM, found only decisions');
    return { state, history, ignored: ignoredIn(line, all) };
  }
  const isWrapped = 'case' in line;
  const given = isWrapped ? fieldsAt(line.case, 'case') : line;
  if (!isWrapped && ![...FIELD_NAMES, 'source'].some((name) => name in given)) {
    throw new LineError(`expected "case" or "events" in the line, or a field such as "subject", found none of them`);
  }
  const known = (name: string) => isKnown(name) || (!isWrapped && BESIDE.includes(name));
  const beside = isWrapped ? Object.keys(line).filter((name) => !BESIDE.includes(name)) : [];
  const ignored = [...beside, ...Object.keys(given).filter((name) => !known(name))];
  return { state: newCase(given, line.openedAt, context, now), history, ignored };
}

function isKnown(name: string): boolean {
  return FIELD_NAMES.includes(name) || OTHERS.includes(name) || name.startsWith('custom.');
}

/** The case as it is when it has just been opened. */
function newCase(given: Fields, openedAt: unknown, context: FoldContext, now: number): Case {
  const { source = 'case' } = given;
  if (typeof source !== 'string' || !/^[a-z0-9-]+$/.test(source))
    throw wrong('case.source', 'the name of a source such as "zendesk"', source);
  const caseId = String(given.caseId ?? 1);
  const at = given.openedAt ?? openedAt;
  const occurredAt = at === undefined ? toInstant(now) : toInstant(instantOf(at, 'openedAt'));
  const priority = given.priority === undefined ? undefined : checked(Priority, 'case.priority', given.priority);
  const state = foldCase(
    [
      {
        type: 'opened',
        key: 'opened',
        caseId: caseId.includes(':') ? caseId : `${source}:${caseId}`,
        occurredAt,
        receivedAt: occurredAt,
        priority,
        fields: fieldsOf(given),
      },
    ],
    context,
  ) as Case;
  const { reopens = 0, status } = given;
  if (typeof reopens !== 'number') throw wrong('case.reopens', 'a number', reopens);
  return {
    ...state,
    ...(status === undefined ? {} : { status: checked(CaseStatus, 'case.status', status) }),
    reopens,
  };
}

/** The case's fields; `custom.<name>` may also stand by itself, as rules name it. */
function fieldsOf(given: Fields): CaseFields {
  const custom = Object.entries(given).flatMap(([name, value]) =>
    name.startsWith('custom.') ? [[name.slice('custom.'.length), value] as const] : [],
  );
  const own = Object.fromEntries(
    Object.entries(given).filter(([name, value]) => FIELD_NAMES.includes(name) && value !== null),
  );
  const all =
    custom.length === 0 ? own : { ...own, custom: { ...(own.custom as object), ...Object.fromEntries(custom) } };
  return checked(CaseFields, 'case', all);
}

/** The customer's other cases; their words may stand for the key of them. */
function historyOf(raw: unknown): CustomerCase[] {
  if (!Array.isArray(raw)) throw wrong('history', "a list of the customer's other cases", raw);
  return raw.map((one: unknown, nth) => {
    const where = `history[${nth}]`;
    const { caseId = `case:history-${nth + 1}`, openedAt, over = false, textKey: key, ...rest } = fieldsAt(one, where);
    if (typeof caseId !== 'string') throw wrong(`${where}.caseId`, 'a text', caseId);
    if (typeof over !== 'boolean') throw wrong(`${where}.over`, 'true or false', over);
    const words = textKey({ fields: fieldsOf(rest) });
    return {
      caseId,
      openedAt: toInstant(instantOf(openedAt, `${where}.openedAt`)),
      over,
      textKey: typeof key === 'string' ? key : words,
    };
  });
}

interface Schema<T> {
  safeParse(
    value: unknown,
  ):
    | { readonly success: true; readonly data: T }
    | { readonly success: false; readonly error: { readonly issues: Parameters<typeof fromIssue>[0] } };
}

function checked<T>(schema: Schema<T>, where: string, value: unknown): T {
  const result = schema.safeParse(value);
  if (!result.success) throw fromIssue(result.error.issues, where, value);
  return result.data;
}
