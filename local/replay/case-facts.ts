import type { CaseStatus, Priority } from '../../domain/event.ts';
import type { Mapping } from './mapping.ts';
import type { Row } from './read-rows.ts';

/** A row of one case, its time read. */
export interface TimedRow extends Row {
  /** ms. */
  readonly at: number;
}

/** A case event without what the sending adds. */
export interface Fact {
  /** ms, on the export's clock. */
  readonly at: number;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface CaseFacts {
  readonly facts: readonly Fact[];
  /** Values that the mapping does not know, as "column=value". */
  readonly unknown: readonly string[];
}

/**
 * The events that the rows of one case tell: what changed from one row to the next. `openedAt` (ms)
 * is used if it is before the first row.
 */
export function caseFacts(rows: readonly TimedRow[], mapping: Mapping, openedAt?: number): CaseFacts {
  const ordered = inOrder(rows, mapping);
  const [first] = ordered;
  if (first === undefined) return { facts: [], unknown: [] };
  const read = reader(mapping);
  const facts: Fact[] = [];
  const start = Math.min(openedAt ?? first.at, first.at);
  const priority = read.priority(first);
  facts.push({
    at: start,
    type: 'opened',
    data: { status: 'new', ...(priority === undefined ? {} : { priority }), fields: read.fields(first) },
  });
  let was: State = {
    status: 'new',
    priority,
    assignee: read.assignee(first),
    group: read.group(first),
    reopened: read.reopened(first) ?? 0,
    replied: false,
    requester: undefined,
  };
  for (const row of ordered) {
    const step = next(was, row, read, row === first);
    facts.push(...step.facts);
    was = step.state;
  }
  return { facts, unknown: read.unknown };
}

interface State {
  readonly status: CaseStatus;
  readonly priority: Priority | undefined;
  readonly assignee: string | undefined;
  readonly group: string | undefined;
  readonly reopened: number;
  readonly replied: boolean;
  /** Who asked, if the export tells. */
  readonly requester: string | undefined;
}

type Reader = ReturnType<typeof reader>;

function next(was: State, row: TimedRow, read: Reader, opens: boolean): { facts: Fact[]; state: State } {
  const { at } = row;
  const facts: Fact[] = [];
  const tell = (type: string, data: Fact['data'] = {}) => facts.push({ at, type, data });

  const priority = read.priority(row) ?? was.priority;
  if (priority !== was.priority) tell('priority-changed', { priority });

  const assignee = read.assignee(row) ?? was.assignee;
  const group = read.group(row) ?? was.group;
  if (assignee !== was.assignee || group !== was.group) {
    tell('assigned', { assigneeId: assignee ?? null, ...(group === undefined ? {} : { group }) });
  }

  const reopened = Math.max(read.reopened(row) ?? 0, was.reopened);
  let status = was.status;
  const target = read.status(row) ?? status;
  if (reopened > was.reopened || (isOver(status) && !isOver(target))) {
    tell('reopened');
    status = 'open';
  }

  const replies = !was.replied && read.isReply(row);
  if (replies) tell('message-added', { author: 'agent', public: true });

  const requester = read.requester(row) ?? was.requester;
  const message = read.message(row);
  if (message !== undefined) {
    const author = message.by === requester ? 'customer' : 'agent';
    // What a customer opens a case with is the text of the case.
    if (!opens || author === 'agent') tell('message-added', { author, public: message.public });
  }

  if (target !== status) {
    if (target === 'solved') tell('solved');
    else tell('status-changed', { status: target });
  }
  const replied = was.replied || replies;
  return { facts, state: { status: target, priority, assignee, group, reopened, replied, requester } };
}

function isOver(status: CaseStatus): boolean {
  return status === 'solved' || status === 'closed';
}

function inOrder(rows: readonly TimedRow[], { order }: Mapping): TimedRow[] {
  return [...rows].sort((a, b) => {
    if (a.at !== b.at) return a.at - b.at;
    for (const column of order) {
      const difference = compare(a.values[column] ?? '', b.values[column] ?? '');
      if (difference !== 0) return difference;
    }
    return a.line - b.line;
  });
}

function compare(a: string, b: string): number {
  const [x, y] = [Number(a), Number(b)];
  if (a !== '' && b !== '' && !Number.isNaN(x) && !Number.isNaN(y)) return x - y;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Reads what a mapping says from a row; undefined for what is missing. */
function reader(mapping: Mapping) {
  const unknown: string[] = [];
  const missing = new Set(['', ...mapping.missing]);
  const cell = (row: Row, column: string | undefined): string | undefined => {
    const value = column === undefined ? undefined : row.values[column];
    return value === undefined || missing.has(value) ? undefined : value;
  };
  const mapped = <T>(row: Row, table: { column: string; values: Readonly<Record<string, T>> } | undefined) => {
    const value = cell(row, table?.column);
    if (value === undefined || table === undefined) return undefined;
    if (!Object.hasOwn(table.values, value)) {
      unknown.push(`${table.column}=${value}`);
      return undefined;
    }
    return table.values[value];
  };
  return {
    unknown,
    status(row: Row): CaseStatus | undefined {
      const status = mapped(row, mapping.status);
      return status === 'unchanged' ? undefined : status;
    },
    priority: (row: Row): Priority | undefined => mapped(row, mapping.priority),
    assignee: (row: Row) => cell(row, mapping.assigned?.assignee),
    group: (row: Row) => cell(row, mapping.assigned?.group),
    reopened(row: Row): number | undefined {
      const count = Number(cell(row, mapping.reopenCount) ?? Number.NaN);
      return Number.isFinite(count) ? count : undefined;
    },
    isReply(row: Row): boolean {
      const value = cell(row, mapping.reply?.column);
      return value !== undefined && (mapping.reply?.values.includes(value) ?? false);
    },
    requester: (row: Row) => cell(row, mapping.message?.requester),
    message(row: Row): { by: string; public: boolean } | undefined {
      const by = cell(row, mapping.message?.author);
      return by === undefined ? undefined : { by, public: cell(row, mapping.message?.public) === 'true' };
    },
    fields(row: Row): Record<string, unknown> {
      const known: Record<string, unknown> = {};
      for (const [field, column] of Object.entries(mapping.fields)) known[field] = cell(row, column);
      known.assigneeId = cell(row, mapping.assigned?.assignee);
      known.group = cell(row, mapping.assigned?.group);
      const custom = mapping.custom.flatMap((column) => {
        const value = cell(row, column);
        return value === undefined ? [] : [[column, value]];
      });
      if (custom.length > 0) known.custom = Object.fromEntries(custom);
      return Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
    },
  };
}
