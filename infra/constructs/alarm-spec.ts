import type { IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';

/** An alarm as the construct that knows the number asks for it; Observability makes it. */
export interface AlarmSpec {
  /** The alarm's name after the prefix, and its heading in docs/runbook.md. */
  readonly name: string;
  /** What it means, in a sentence. */
  readonly means: string;
  readonly metric: IMetric;
  /** It rings when the metric is above (or below) this. */
  readonly rings: { readonly above: number } | { readonly below: number };
  /** Over how many of the metric's periods. */
  readonly periods: number;
  /** What no data means; nothing happened, unless said otherwise. */
  readonly missing?: TreatMissingData;
}
