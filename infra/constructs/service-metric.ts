import { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { METRIC, METRIC_NAMESPACE } from '../../functions/shared/names.ts';
import type { Platform } from './platform.ts';

/** A metric that functions emit, without a dimension of its own or with this value of one. */
export function serviceMetric(
  { prefix }: Platform,
  name: keyof typeof METRIC,
  statistic: string,
  dimension: Readonly<Record<string, string>> = {},
): Metric {
  return new Metric({
    namespace: METRIC_NAMESPACE,
    metricName: METRIC[name],
    dimensionsMap: { service: prefix, ...dimension },
    statistic,
    period: Duration.minutes(1),
  });
}

/** A metric that functions emit with one dimension: a line for each of its values, whatever they are. */
export function serviceMetricBy(
  { prefix }: Platform,
  name: keyof typeof METRIC,
  dimension: string,
  statistic: string,
): MathExpression {
  const search = `{${METRIC_NAMESPACE},service,${dimension}} service="${prefix}" MetricName="${METRIC[name]}"`;
  return new MathExpression({
    expression: `SEARCH('${search}', '${statistic}', 300)`,
    label: METRIC[name],
    usingMetrics: {},
    period: Duration.minutes(5),
  });
}
