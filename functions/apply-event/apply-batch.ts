import type { CaseEvent } from '../../domain/event.ts';
import { PoisonEventError } from './poison-event.ts';

/** One record of the stream: which item it is about, and how to read the event it carries. */
export interface LogRecord {
  /** The case it belongs to, known even if the event cannot be read. */
  readonly caseKey: string;
  readonly eventKey: string;
  /** Throws if the record does not hold a case event. */
  readonly read: () => CaseEvent;
}

export interface ApplyBatchDeps {
  readonly apply: (event: CaseEvent) => Promise<unknown>;
  /** Puts a record that can never be applied aside, with the reason. */
  readonly putAside: (record: LogRecord, reason: Error) => Promise<void>;
  readonly onFailure: (record: LogRecord, error: unknown) => void;
}

/** Some events of a batch were not applied; each has been reported. Applying the batch again does no harm to the others. */
export class BatchIncompleteError extends Error {
  override readonly name = 'BatchIncompleteError';
}

/**
 * Applies a batch: the cases side by side, the events of one case in order. A poison event is put
 * aside and the ones behind it go on; after any other failure the rest of its case waits. Throws
 * BatchIncompleteError at the end if anything has to be tried again (docs/adr/0001).
 */
export async function applyBatch(records: readonly LogRecord[], deps: ApplyBatchDeps): Promise<void> {
  const byCase = Map.groupBy(records, (record) => record.caseKey);
  const left = (await Promise.all([...byCase.values()].map((ofCase) => applyInOrder(ofCase, deps)))).flat();
  if (left.length > 0) throw new BatchIncompleteError(`${left.length} of ${records.length} events were not applied`);
}

async function applyInOrder(records: readonly LogRecord[], deps: ApplyBatchDeps): Promise<LogRecord[]> {
  for (const [index, record] of records.entries()) {
    try {
      await applyRecord(record, deps);
    } catch (error) {
      deps.onFailure(record, error);
      return records.slice(index);
    }
  }
  return [];
}

async function applyRecord(record: LogRecord, deps: ApplyBatchDeps): Promise<void> {
  try {
    await deps.apply(readEvent(record));
  } catch (error) {
    if (!(error instanceof PoisonEventError)) throw error;
    await deps.putAside(record, error);
  }
}

function readEvent(record: LogRecord): CaseEvent {
  try {
    return record.read();
  } catch (error) {
    throw new PoisonEventError('the record does not hold a case event', { cause: error });
  }
}
