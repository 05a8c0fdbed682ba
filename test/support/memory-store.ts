import type { Alert } from '../../domain/alert.ts';
import type { Case } from '../../domain/case.ts';
import type { CaseEvent } from '../../domain/event.ts';
import { type ExposureDay, emptyHolding, type Holding } from '../../domain/exposure.ts';
import { dueShard } from '../../functions/adapters/store/dynamo-table.ts';
import {
  type AgentStore,
  type AlertStore,
  type CaseStore,
  type CustomerStore,
  type DeadlineIndex,
  type DueItem,
  type Handoff,
  type HandoffStore,
  type PolicyMark,
  type StoredAlert,
  type StoredCase,
  StoreUnavailableError,
} from '../../functions/adapters/store/store.ts';
import { storedKey } from '../../functions/shared/ids.ts';
import { memoryCustomers } from './memory-customers.ts';

/** All stores in memory, with the same contract as the table (store-contract.ts). Values are copied in and out. */
export interface MemoryStore
  extends CaseStore,
    DeadlineIndex,
    HandoffStore,
    AlertStore,
    AgentStore,
    CustomerStore,
    PolicyMark {
  /** The events of a case in the order in which they were appended. */
  log(caseId: string): CaseEvent[];
  /** Events appended since the last call, of all cases: what the stream would deliver. */
  takeStream(): CaseEvent[];
  /** Makes the next `calls` calls throw StoreUnavailableError. */
  refuse(calls: number): void;
  /** Case ids that each agent holds a lease on; agents who hold none are left out. */
  leases(): Record<string, string[]>;
  /** The whole ledger, as `agent day` → what is on it. */
  ledger(): Record<string, ExposureDay>;
}

export function memoryStore(): MemoryStore {
  const logs = new Map<string, Map<string, CaseEvent>>();
  const cases = new Map<string, StoredCase>();
  const handoffs = new Map<string, Handoff>();
  const alerts = new Map<string, StoredAlert>();
  const mailed = new Set<string>();
  const holdings = new Map<string, Holding>();
  const ledger = new Map<string, ExposureDay>();
  let stream: CaseEvent[] = [];
  let refusals = 0;
  let swept: string | undefined;

  const gate = () => {
    if (refusals > 0) {
      refusals--;
      throw new StoreUnavailableError('refused by the test');
    }
  };
  const put = (given: CaseEvent): 'appended' | 'duplicate' => {
    const event = { ...given, key: storedKey(given.key) };
    const log = logs.get(event.caseId) ?? new Map<string, CaseEvent>();
    if (log.has(event.key)) return 'duplicate';
    log.set(event.key, structuredClone(event));
    logs.set(event.caseId, log);
    stream.push(structuredClone(event));
    return 'appended';
  };
  const inLog = (event: CaseEvent) => logs.get(event.caseId)?.has(storedKey(event.key)) ?? false;

  return {
    log: (caseId) => [...(logs.get(caseId)?.values() ?? [])],
    takeStream() {
      const taken = stream;
      stream = [];
      return taken;
    },
    async sweptPolicy() {
      gate();
      return swept;
    },
    async markPolicySwept(version) {
      gate();
      swept = version;
    },
    refuse(calls) {
      refusals = calls;
    },
    async append(event) {
      gate();
      return put(event);
    },
    async events(caseId, keys = '') {
      gate();
      return structuredClone([...(logs.get(caseId)?.values() ?? [])].filter(({ key }) => key.startsWith(keys)));
    },
    async load(caseId) {
      gate();
      const stored = cases.get(caseId);
      return structuredClone(stored);
    },
    async save(state: Case, dueAt, expected) {
      gate();
      if ((cases.get(state.caseId)?.version ?? 0) !== expected) return 'conflict';
      cases.set(state.caseId, { state: structuredClone(state), version: expected + 1, dueAt });
      return 'saved';
    },
    async *due(shard, until) {
      gate();
      const waiting = [
        ...[...cases.values()].map(({ state, dueAt }) => ({ kind: 'case' as const, id: state.caseId, dueAt })),
        ...[...handoffs].map(([id, { dueAt }]) => ({ kind: 'handoff' as const, id, dueAt })),
        ...[...alerts].map(([id, { dueAt }]) => ({ kind: 'alert' as const, id, dueAt })),
      ];
      const found = waiting.filter(
        (item): item is DueItem => item.dueAt !== undefined && item.dueAt <= until && dueShard(item.id) === shard,
      );
      yield* found.sort((a, b) => (a.dueAt < b.dueAt ? -1 : 1));
    },
    async create(handoff, event) {
      gate();
      const stored = handoffs.get(handoff.handoffId);
      if (stored === undefined && !inLog(event)) {
        handoffs.set(handoff.handoffId, structuredClone(handoff));
        put(event);
        return structuredClone(handoff);
      }
      if (stored === undefined)
        throw new StoreUnavailableError(`handoff ${handoff.handoffId} vanished while it was made`);
      if (stored.state === 'offered') handoffs.set(handoff.handoffId, { ...stored, taskToken: handoff.taskToken });
      return structuredClone(handoffs.get(handoff.handoffId) as Handoff);
    },
    async handoff(handoffId) {
      gate();
      return structuredClone(handoffs.get(handoffId));
    },
    async move(handoffId, from, to, event, dueAt) {
      gate();
      const stored = handoffs.get(handoffId);
      if (stored?.state !== from || inLog(event)) return 'conflict';
      handoffs.set(handoffId, { ...stored, state: to, dueAt });
      put(event);
      return 'moved';
    },
    async awaitWork(handoffId, taskToken) {
      gate();
      const stored = handoffs.get(handoffId);
      if (stored?.state === 'accepted') handoffs.set(handoffId, { ...stored, taskToken, awaiting: 'work' });
      return structuredClone(handoffs.get(handoffId));
    },
    async raise(alert: Alert, rung, taskToken, dueAt) {
      gate();
      const stored = alerts.get(alert.alertId);
      if (stored?.acknowledgedAt === undefined)
        alerts.set(alert.alertId, structuredClone({ ...stored, alert, rung, taskToken, dueAt }));
      return structuredClone(alerts.get(alert.alertId) as StoredAlert);
    },
    async alert(alertId) {
      gate();
      return structuredClone(alerts.get(alertId));
    },
    async acknowledge(alertId, by, at, event) {
      gate();
      const stored = alerts.get(alertId);
      if (stored === undefined || stored.acknowledgedAt !== undefined || inLog(event)) return 'conflict';
      alerts.set(alertId, { ...stored, acknowledgedBy: by, acknowledgedAt: at, dueAt: undefined });
      put(event);
      return 'acknowledged';
    },
    async endRung(alertId, rung, event) {
      gate();
      const stored = alerts.get(alertId);
      if (stored?.dueAt === undefined || stored.rung !== rung || inLog(event)) return 'conflict';
      alerts.set(alertId, { ...stored, dueAt: undefined });
      put(event);
      return 'ended';
    },
    async wasMailed(alertId, rung, to) {
      gate();
      return mailed.has(`${alertId}#${rung}#${to}`);
    },
    async markMailed(alertId, rung, to) {
      gate();
      mailed.add(`${alertId}#${rung}#${to}`);
    },
    leases: () =>
      Object.fromEntries(
        [...holdings]
          .map(([id, { held }]) => [id, Object.keys(held).sort()] as const)
          .filter(([, held]) => held.length > 0),
      ),
    ledger: () => Object.fromEntries([...ledger].sort(([a], [b]) => (a < b ? -1 : 1))),
    ...memoryCustomers(gate),
    async holding(agentId) {
      gate();
      return structuredClone(holdings.get(agentId) ?? emptyHolding(agentId));
    },
    async exposure(agentId, day) {
      gate();
      return { ...(ledger.get(`${agentId} ${day}`) ?? { cases: 0, minutes: 0 }) };
    },
    async saveHolding({ holding, days }, event) {
      gate();
      const { agentId, version } = holding;
      if ((holdings.get(agentId)?.version ?? 0) !== version || (event !== undefined && inLog(event))) return 'conflict';
      holdings.set(agentId, structuredClone({ ...holding, version: version + 1 }));
      for (const { day, cases, minutes } of days) {
        const was = ledger.get(`${agentId} ${day}`) ?? { cases: 0, minutes: 0 };
        ledger.set(`${agentId} ${day}`, { cases: was.cases + cases, minutes: was.minutes + minutes });
      }
      if (event !== undefined) put(event);
      return 'saved';
    },
  };
}
