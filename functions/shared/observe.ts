import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { METRIC, METRIC_NAMESPACE } from './names.ts';

/**
 * Logs and metrics of a function. Log lines are an allow-list: ids, types, counts and reasons,
 * never a case's text or a person's name.
 */
export const logger = new Logger();

/** What a use case logs through; `logger` is one. */
export interface Log {
  error(message: string, details: Record<string, unknown>): void;
}

const emf = new Metrics({ namespace: METRIC_NAMESPACE });

/** Counts and measures; what a use case gets as a dep. Dimensions must be of low cardinality: every value is a paid series. */
export interface Meter {
  count(metric: keyof typeof METRIC, dimensions?: Readonly<Record<string, string>>, value?: number): void;
  seconds(metric: keyof typeof METRIC, value: number, dimensions?: Readonly<Record<string, string>>): void;
}

export const meter: Meter = {
  count(metric, dimensions = {}, value = 1) {
    record(METRIC[metric], MetricUnit.Count, value, dimensions);
  },
  seconds(metric, value, dimensions = {}) {
    record(METRIC[metric], MetricUnit.Seconds, value, dimensions);
  },
};

function record(
  name: string,
  unit: (typeof MetricUnit)[keyof typeof MetricUnit],
  value: number,
  dimensions: Readonly<Record<string, string>>,
) {
  if (Object.keys(dimensions).length === 0) {
    emf.addMetric(name, unit, value);
    return;
  }
  const single = emf.singleMetric();
  single.addDimensions(dimensions);
  single.addMetric(name, unit, value);
}

/** Publishes what was counted, if anything was: with nothing to publish the library would log a warning per invocation. */
function flush() {
  if (emf.hasStoredMetrics()) emf.publishStoredMetrics();
}

/** Lines of one invocation belong together, and to its line in the access log of the HTTP API. */
function nameRequest({ context }: { readonly context: Context }) {
  logger.appendKeys({ requestId: context.awsRequestId });
}

/**
 * Wraps a handler so that its log lines carry the id of their request and its metrics are flushed,
 * also when it throws. Export what this returns.
 */
export function observed<Event, Result>(handler: (event: Event, context: Context) => Promise<Result>) {
  return middy<Event, Result>().use({ before: nameRequest, after: flush, onError: flush }).handler(handler);
}
