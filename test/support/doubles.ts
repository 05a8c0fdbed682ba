import type { DeadlineHint, DeadlineQueue } from '../../functions/adapters/deadlines/deadline-queue.ts';
import type { WorkflowName, Workflows } from '../../functions/adapters/workflows/workflows.ts';
import type { Log, Meter } from '../../functions/shared/observe.ts';

export const SILENT: Log = { error: () => undefined };

/** Workflows that only remember. `closed`: task tokens whose wait is over. */
export function memoryWorkflows() {
  const started = new Map<string, { workflow: WorkflowName; input: unknown }>();
  const resumed: { taskToken: string; outcome: string }[] = [];
  const closed = new Set<string>();
  const workflows: Workflows = {
    async start(workflow, executionName, input) {
      if (started.has(executionName)) return 'already-started';
      started.set(executionName, { workflow, input });
      return 'started';
    },
    async resume(taskToken, { outcome }) {
      if (closed.has(taskToken)) return 'too-late';
      closed.add(taskToken);
      resumed.push({ taskToken, outcome });
      return 'resumed';
    },
  };
  return { workflows, started, resumed, closed };
}

export function memoryDeadlines() {
  const hints: (DeadlineHint & { now: number })[] = [];
  const deadlines: DeadlineQueue = {
    async hint(given, now) {
      hints.push(...given.map((hint) => ({ ...hint, now })));
    },
  };
  return { deadlines, hints };
}

/** A meter that remembers what was counted, as `metric{dimension=value}` → value. */
export function memoryMeter() {
  const counts = new Map<string, number>();
  const add = (metric: string, dimensions: Readonly<Record<string, string>>, value: number) => {
    const labels = Object.entries(dimensions).map(([name, label]) => `${name}=${label}`);
    const name = labels.length === 0 ? metric : `${metric}{${labels.join(',')}}`;
    counts.set(name, (counts.get(name) ?? 0) + value);
  };
  const meter: Meter = {
    count: (metric, dimensions = {}, value = 1) => add(metric, dimensions, value),
    seconds: (metric, value, dimensions = {}) => add(metric, dimensions, value),
  };
  return { meter, counts };
}
